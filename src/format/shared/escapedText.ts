import type { Budget, Encoding, Extracted, Stop } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import type { Flow } from "./flow.ts";
import { type LineTeller, toldLines } from "./toldLines.ts";
import { unescapeUnicode } from "./unescape.ts";
import { bytesOf } from "./xml.ts";

/** Escapes of Chinese characters, their punctuation, full-width forms and stars. */
const chinese = /\\u(?:4[ef]|[5-9][0-9a-f]|ff|30|26)[0-9a-f]{2}/i;
/** Of a piece's end, in which an escape may be cut. */
const escapeLength = 16;

/** Whether the begin of a text writes Chinese as `\\u673a\\u5bc6`. */
export function showsEscapes(head: Uint8Array): boolean {
  return chinese.test(Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1"));
}

/** A text line by line with its escapes resolved; every line is told, so nothing that stands there plainly is lost. */
export function escapedText(
  source: ByteSource,
  encoding: Encoding,
  entry: { readonly budget: Budget; readonly path: string; readonly signal: Stop },
): AsyncGenerator<Extracted, void> {
  const make = (flow: Flow): LineTeller => {
    let line = 1;
    const tell = (text: string): void => flow.line(bytesOf(unescapeUnicode(text)), line);
    return {
      take(text) {
        tell(text);
        line++;
      },
      cut: tell,
      cutAt,
      end: () => undefined,
    };
  };
  // An escape is six characters for one: in which column something stands is not told.
  return toldLines(source, encoding, entry, make, { place: (line) => ({ kind: "line", line, column: 1 }) });
}

/** Not within an escape, nor between the two of one character. */
function cutAt(text: string): number {
  const last = text.lastIndexOf("\\");
  if (last <= text.length - escapeLength) return text.length;
  const before = text.lastIndexOf("\\", last - 1);
  return before > last - escapeLength ? before : last;
}
