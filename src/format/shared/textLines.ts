import type { ByteSource } from "../../model/entry.ts";
import { charsetDecoder } from "./charset.ts";
import type { CharsetDecoder } from "./charset.ts";
import { piecesOf } from "./pieces.ts";

/** 1 MiB: a longer line is given in pieces. */
const lineLimit = 1024 * 1024;

/** Lines of a text in whatever encoding, without their ends. */
export async function* textLines(source: ByteSource): AsyncGenerator<string, void> {
  let decode: CharsetDecoder | undefined;
  let rest = "";
  for await (const piece of piecesOf(source)) {
    decode ??= charsetDecoder("", piece.subarray(0, 64 * 1024));
    const lines = (rest + decode(piece)).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > lineLimit) {
      yield rest;
      rest = "";
    }
  }
  rest += decode?.() ?? "";
  if (rest !== "") yield rest.replace(/\r$/, "");
}
