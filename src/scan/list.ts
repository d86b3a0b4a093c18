import type { Walked } from "../model/entry.ts";
import type { ScanRequest } from "../model/request.ts";
import { sources } from "../source/registry.ts";

/** What a scan of this request would meet, in its order, without opening anything. Paths are as they are: this is for the person who asks. */
export async function* walked(request: ScanRequest): AsyncGenerator<readonly Walked[]> {
  const options = { ...request.walk, own: request.own };
  for (const [index, root] of request.roots.entries()) {
    const source = sources.find((one) => one.claims(root));
    if (source !== undefined) yield* source.walk(root, index, options, new AbortController().signal);
  }
}
