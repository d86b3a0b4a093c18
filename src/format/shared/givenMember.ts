import type { ExtractInput } from "../../model/chunk.ts";
import { memorySource } from "./bytes.ts";
import type { Sink } from "./flow.ts";
import { innerEntry } from "./inner.ts";

/** Has a sink give bytes that a document holds as an entry of their own, or tell that there are more than may be. */
export function giveMember(input: ExtractInput, sink: Sink, name: string, bytes: Uint8Array): void {
  if (!input.budget.take("members", 1)) {
    sink.stop("too-large", "limit of members reached");
    return;
  }
  sink.item({
    type: "member",
    entry: innerEntry(input.entry, { name, key: name, size: bytes.length }),
    open: () => Promise.resolve(memorySource(bytes)),
  });
}
