import { TextDecoder } from "node:util";
import type { Budget, Encoding, Extracted, Stop } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import { createFlow, createSink } from "./flow.ts";
import { piecesOf } from "./pieces.ts";
import { unescapeUnicode } from "./unescape.ts";
import { bytesOf } from "./xml.ts";

/** Escapes of Chinese characters, their punctuation, full-width forms and stars. */
const chinese = /\\u(?:4[ef]|[5-9][0-9a-f]|ff|30|26)[0-9a-f]{2}/i;
/** 256 KiB: a longer line is told in pieces. */
const longLine = 256 * 1024;
/** Of a piece's end, in which an escape may be cut. */
const escapeLength = 16;

/** Whether the begin of a text writes Chinese as `\\u673a\\u5bc6`. */
export function showsEscapes(head: Uint8Array): boolean {
  return chinese.test(Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1"));
}

/** A text line by line with its escapes resolved; every line is told, so nothing that stands there plainly is lost. */
export async function* escapedText(
  source: ByteSource,
  encoding: Encoding,
  entry: { readonly budget: Budget; readonly path: string; readonly signal: Stop },
): AsyncGenerator<Extracted, void> {
  const sink = createSink(entry.budget, entry.path);
  const flow = createFlow(sink, { id: "body", roles: ["body"], place: (line) => ({ kind: "line", line, column: 1 }) });
  const decoder = new TextDecoder(
    encoding === "utf8" ? "utf-8" : encoding === "utf16le" ? "utf-16le" : encoding === "utf16be" ? "utf-16be" : encoding,
  );
  let rest = "";
  let line = 1;
  const tell = (text: string): void => flow.line(bytesOf(unescapeUnicode(text)), line);
  for await (const piece of piecesOf(source)) {
    if (!sink.open) break;
    if (entry.signal.aborted) {
      sink.stop("interrupted", "interrupted in the text");
      break;
    }
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) {
      tell(text.endsWith("\r") ? text.slice(0, -1) : text);
      line++;
    }
    if (rest.length > longLine) {
      // Not within an escape, nor between the two of one character.
      let cut = rest.lastIndexOf("\\");
      if (cut <= rest.length - escapeLength) cut = rest.length;
      else if (rest.lastIndexOf("\\", cut - 1) > cut - escapeLength) cut = rest.lastIndexOf("\\", cut - 1);
      const last = rest.charCodeAt(cut - 1);
      const end = last >= 0xd800 && last < 0xdc00 ? cut - 1 : cut;
      tell(rest.slice(0, end));
      rest = rest.slice(end);
    }
    yield* sink.drain();
  }
  tell(rest + decoder.decode());
  flow.flush();
  yield* sink.drain();
}
