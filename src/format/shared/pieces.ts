import type { ByteSource } from "../../model/entry.ts";

/** 256 KiB at a time. */
const pieceLength = 256 * 1024;

/** The bytes of a source in order, in pieces that the next pull does not overwrite. */
export async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; ;) {
    const piece = new Uint8Array(pieceLength);
    const count = await source.read(piece, at);
    if (count <= 0) return;
    yield count === pieceLength ? piece : piece.subarray(0, count);
    if (count < pieceLength) return;
    at += count;
  }
}
