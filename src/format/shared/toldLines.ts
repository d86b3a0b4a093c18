import type { Budget, Encoding, Extracted, Stop } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import { decoderOf } from "../../util/decoder.ts";
import { createFlow, createSink, type Flow, type FlowOptions } from "./flow.ts";
import { piecesOf } from "./pieces.ts";

/** 256 KiB: a longer line is told in pieces. */
const LONG_LINE = 256 * 1024;

/** What becomes of a text's lines, each taken once and in order. */
export interface LineTeller {
  take(line: string): void;
  /** Takes the begin of a line too long to hold: no row of a table. */
  cut(text: string): void;
  /** Where the begin of such a line may end; at its end unless said. */
  cutAt?(text: string): number;
  end(): void;
}

/** A text line by line, as `make` tells it: in lines and in rows of tables, each with its line and column. */
export async function* toldLines(
  source: ByteSource,
  encoding: Encoding,
  entry: { readonly budget: Budget; readonly path: string; readonly signal: Stop },
  make: (flow: Flow) => LineTeller,
  options: Pick<FlowOptions, "place" | "characters"> = { place: (line, column) => ({ kind: "line", line, column }), characters: true },
): AsyncGenerator<Extracted, void> {
  const sink = createSink(entry.budget, entry.path);
  const flow = createFlow(sink, { id: "body", roles: ["body"], ...options });
  const teller = make(flow);
  const decoder = decoderOf(encoding);
  let rest = "";
  for await (const piece of piecesOf(source)) {
    if (!sink.open) break;
    if (entry.signal.aborted) {
      sink.stop("interrupted", "interrupted in the text");
      break;
    }
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) teller.take(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (rest.length > LONG_LINE) {
      const cut = teller.cutAt?.(rest) ?? rest.length;
      // Not between the two of one character.
      const last = rest.charCodeAt(cut - 1);
      const end = last >= 0xd800 && last < 0xdc00 ? cut - 1 : cut;
      teller.cut(rest.slice(0, end));
      rest = rest.slice(end);
    }
    yield* sink.drain();
  }
  rest += decoder.decode();
  if (rest !== "") teller.take(rest);
  teller.end();
  flow.flush();
  yield* sink.drain();
}
