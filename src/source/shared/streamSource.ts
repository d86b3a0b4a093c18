import type { ByteSource } from "../../model/entry.ts";

/** Bytes behind the newest that stay at hand: what a source that cannot seek promises. */
const HISTORY = 1024 * 1024;

/**
 * Bytes that come once and in order, such as a pipe's, as a source. `pull` gives the next piece, empty at the end; it may reject with a
 * `FailureError`. A read may step back by 1 MiB at most; further back rejects, since that would be a bug of the reader.
 */
export function streamSource(size: number | undefined, pull: () => Promise<Uint8Array>, close: () => void): ByteSource {
  let held = Buffer.alloc(0);
  /** Offset of `held[0]`. */
  let base = 0;
  let ended = false;
  return {
    size,
    seekable: false,
    async read(into, offset) {
      if (offset < base) throw new RangeError("a stream was asked for bytes that are gone");
      const drop = Math.max(0, Math.min(held.length, offset - base) - HISTORY);
      base += drop;
      held = held.subarray(drop);
      const pieces: Uint8Array[] = [held];
      let length = held.length;
      while (!ended && base + length < offset + into.length) {
        const piece = await pull();
        ended = piece.length === 0;
        pieces.push(piece);
        length += piece.length;
      }
      if (pieces.length > 1) held = Buffer.concat(pieces, length);
      const part = held.subarray(offset - base, offset - base + into.length);
      into.set(part);
      return part.length;
    },
    close() {
      close();
      return Promise.resolve();
    },
  };
}
