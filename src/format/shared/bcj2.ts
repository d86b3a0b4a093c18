import type { ByteFeed } from "./byteFeed.ts";
import type { Trouble } from "./lzma2.ts";

/** 256 KiB out at once. */
const pieceLength = 256 * 1024;
const topValue = 2 ** 24;

/**
 * Undoes BCJ2 of 7z, which parts the targets of calls and jumps from a program: `main` is all else, `calls` and `jumps` hold the targets (highest
 * byte first, absolute), `range` says after which opcodes one stood. `size`: plain bytes. Gives why it ended early, or nothing.
 */
export async function* bcj2(
  streams: { readonly main: ByteFeed; readonly calls: ByteFeed; readonly jumps: ByteFeed; readonly range: ByteFeed },
  size: number,
): AsyncGenerator<Uint8Array, Trouble | undefined> {
  const { main, calls, jumps, range: coder } = streams;
  const probabilities = new Uint16Array(258).fill(1024);
  let range = 0xffff_ffff;
  const first = await coder.take(5);
  if (first === undefined) return "cut";
  let code = new DataView(first.buffer, first.byteOffset, 5).getUint32(1);
  let before = 0;
  let written = 0;
  let piece = new Uint8Array(pieceLength);
  let filled = 0;
  while (written < size) {
    if (filled + 5 > pieceLength) {
      yield piece.subarray(0, filled);
      piece = new Uint8Array(pieceLength);
      filled = 0;
    }
    if (main.left === 0 && !(await main.ensure(1))) {
      yield piece.subarray(0, filled);
      return "cut";
    }
    const byte = main.bytes[main.at++] as number;
    piece[filled++] = byte;
    written++;
    const jump = byte === 0xe9 || (before === 0x0f && (byte & 0xf0) === 0x80);
    const opcode = byte === 0xe8 || jump;
    const index = byte === 0xe8 ? before : byte === 0xe9 ? 256 : 257;
    before = byte;
    if (!opcode || written === size) continue;
    const probability = probabilities[index] as number;
    const bound = Math.imul(range >>> 11, probability) >>> 0;
    const taken = code >= bound;
    if (taken) {
      range -= bound;
      code -= bound;
      probabilities[index] = probability - (probability >> 5);
    } else {
      range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
    }
    if (range < topValue) {
      if (coder.left === 0 && !(await coder.ensure(1))) {
        yield piece.subarray(0, filled);
        return "cut";
      }
      range = (range << 8) >>> 0;
      code = ((code << 8) | (coder.bytes[coder.at++] as number)) >>> 0;
    }
    if (!taken) continue;
    const target = await (byte === 0xe8 ? calls : jumps).take(4);
    if (target === undefined) {
      yield piece.subarray(0, filled);
      return "cut";
    }
    const absolute = new DataView(target.buffer, target.byteOffset, 4).getUint32(0);
    const relative = (absolute - (written + 4)) >>> 0;
    for (let shift = 0; shift < 32 && written < size; shift += 8) {
      piece[filled++] = before = (relative >>> shift) & 255;
      written++;
    }
  }
  yield piece.subarray(0, filled);
  return undefined;
}
