import type { ByteFeed } from "./byteFeed.ts";
import type { Trouble } from "./lzma2.ts";
import { unpacking } from "./unpacking.ts";
import type { Unpacking } from "./xzStream.ts";

/** 64 KiB out at once, and in. */
const pieceLength = 64 * 1024;
const inputLength = 64 * 1024;
/** A group of the widest codes: so much is at hand, or all that is left. */
const margin = 16;
const clearCode = 256;
const leastBits = 9;

/** The plain bytes of a file of Unix `compress`: LZW with codes of 9 to 16 bits, lowest bit first, in groups of eight codes. */
export function lzw(feed: ByteFeed): Unpacking {
  return unpacking(() => codes(feed));
}

async function* codes(feed: ByteFeed): AsyncGenerator<Uint8Array, Trouble | undefined> {
  const header = await feed.take(3);
  if (header === undefined) return "cut";
  const flags = header[2] ?? 0;
  const mostBits = flags & 0x1f;
  if (mostBits < leastBits || mostBits > 16) return "damaged";
  const clears = (flags & 0x80) !== 0;
  const first = clears ? clearCode + 1 : clearCode;
  // Of each code the one it goes on from, and the byte it adds.
  const before = new Uint16Array(1 << mostBits);
  const last = new Uint8Array(1 << mostBits);
  const text = new Uint8Array(1 << mostBits);
  for (let code = 0; code < clearCode; code++) last[code] = code;
  let bits = leastBits;
  let free = first;
  let previous = -1;
  let firstByte = 0;
  let piece = new Uint8Array(pieceLength);
  let filled = 0;
  // Eight codes of one width take as many bytes as the width has bits: where the width changes the rest of the group says nothing.
  let place = 0;
  const nextGroup = (): void => {
    feed.at += bits;
    place = 0;
  };
  for (;;) {
    const more = await feed.ensure(inputLength);
    const end = (feed.bytes.length - (more ? margin : 0)) * 8;
    while (feed.at * 8 + place + bits <= end) {
      const at = feed.at + (place >> 3);
      const raw = (feed.bytes[at] ?? 0) | ((feed.bytes[at + 1] ?? 0) << 8) | ((feed.bytes[at + 2] ?? 0) << 16);
      const code = (raw >> (place & 7)) & ((1 << bits) - 1);
      place += bits;
      if (place === bits * 8) nextGroup();
      if (code === clearCode && clears) {
        if (place > 0) nextGroup();
        bits = leastBits;
        free = first;
        previous = -1;
        continue;
      }
      if (code > free || (code === free && previous < 0) || (previous < 0 && code >= clearCode)) {
        if (filled > 0) yield piece.subarray(0, filled);
        return "damaged";
      }
      let depth = 0;
      let walk = code;
      if (code === free) {
        text[depth++] = firstByte;
        walk = previous;
      }
      for (; walk >= clearCode; walk = before[walk] as number) text[depth++] = last[walk] as number;
      firstByte = walk;
      text[depth++] = walk;
      while (depth > 0) {
        if (filled === piece.length) {
          yield piece;
          piece = new Uint8Array(pieceLength);
          filled = 0;
        }
        piece[filled++] = text[--depth] as number;
      }
      if (previous >= 0 && free < 1 << mostBits) {
        before[free] = previous;
        last[free] = firstByte;
        free++;
        if (free === 1 << bits && bits < mostBits) {
          if (place > 0) nextGroup();
          bits++;
        }
      }
      previous = code;
    }
    if (more) continue;
    // Nothing marks the end.
    if (filled > 0) yield piece.subarray(0, filled);
    return undefined;
  }
}
