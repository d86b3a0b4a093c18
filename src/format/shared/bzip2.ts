import type { ByteFeed } from "./byteFeed.ts";
import type { Unpacking } from "./xzStream.ts";
import type { Trouble } from "./lzma2.ts";

/** A block packs at most 900,000 bytes; Huffman codes of 20 bits for each, and tables, stay below this. */
const blockInput = 2_400_000;
/** 128 KiB out at once. */
const pieceLength = 128 * 1024;

const blockMagic = 0x314159265359;
const endMagic = 0x177245385090;

/** CRC-32 of bzip2: the polynomial of zip, most significant bit first. */
const crcTable = new Int32Array(256);
for (let index = 0; index < 256; index++) {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  crcTable[index] = value;
}

class BzipError extends Error {
  readonly code: Trouble;
  constructor(code: Trouble, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** Bits of what is at hand, most significant first. */
class Bits {
  readonly bytes: Uint8Array;
  at: number;
  #held = 0;
  count = 0;
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  /** Up to 24 bits. */
  take(count: number): number {
    while (this.count < count) {
      if (this.at >= this.bytes.length) throw new BzipError("cut", "compressed data is cut off");
      this.#held = ((this.#held << 8) | (this.bytes[this.at++] as number)) & 0x7fffffff;
      this.count += 8;
    }
    this.count -= count;
    return (this.#held >>> this.count) & ((1 << count) - 1);
  }
}

/** The plain bytes of a bzip2 file, all streams one behind the other (as parallel packers write them). */
export function bzip2(feed: ByteFeed): Unpacking {
  let trouble: { code: Trouble; detail: string } | undefined;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* streams(feed, (code, detail) => {
        trouble ??= { code, detail };
      });
    } catch (error) {
      if (!(error instanceof BzipError)) throw error;
      trouble ??= { code: error.code, detail: error.message };
    }
  }
  return { pieces: pieces(), trouble: () => trouble };
}

async function* streams(feed: ByteFeed, note: (code: Trouble, detail: string) => void): AsyncGenerator<Uint8Array, void> {
  for (let first = true; ; first = false) {
    if (!(await feed.ensure(1)) && !first) return;
    await feed.ensure(blockInput);
    let bits = new Bits(feed.bytes, feed.at);
    if (bits.take(24) !== 0x425a68) throw new BzipError("damaged", first ? "no bzip2 stream" : "bytes behind the end are not read");
    const level = bits.take(8) - 0x30;
    if (level < 1 || level > 9) throw new BzipError("damaged", "header is damaged");
    for (;;) {
      // Blocks begin inside bytes: the bits that are left of one are kept.
      const rest = bits.count;
      feed.at = bits.at - (rest > 0 ? Math.ceil(rest / 8) : 0);
      await feed.ensure(blockInput);
      const skip = Math.ceil(rest / 8) * 8 - rest;
      bits = new Bits(feed.bytes, feed.at);
      bits.take(skip);
      const magic = bits.take(24) * 0x1000000 + bits.take(24);
      const told = (bits.take(16) << 16) | bits.take(16);
      if (magic === endMagic) break;
      if (magic !== blockMagic) throw new BzipError("damaged", "compressed data is damaged");
      const { table, pointer, length } = readBlock(bits, level * 100_000);
      let crc = -1;
      for (const piece of unpack(table, pointer, length)) {
        for (let at = 0; at < piece.length; at++) crc = (crc << 8) ^ (crcTable[((crc >>> 24) ^ (piece[at] as number)) & 0xff] as number);
        yield piece;
      }
      if (~crc !== (told | 0)) note("damaged", "checksum differs");
    }
    feed.at = bits.at - Math.floor(bits.count / 8);
  }
}

/** One block up to the inverse transform: its last column, and where to begin. */
function readBlock(bits: Bits, size: number): { table: Int32Array; pointer: number; length: number } {
  if (bits.take(1) === 1) throw new BzipError("unsupported", "randomised block of an old version");
  const pointer = bits.take(24);
  const used: number[] = [];
  const groups = bits.take(16);
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = bits.take(16);
    for (let index = 0; index < 16; index++) if ((members & (0x8000 >> index)) !== 0) used.push(group * 16 + index);
  }
  const symbols = used.length + 2;
  const tables = bits.take(3);
  const selectorCount = bits.take(15);
  if (used.length === 0 || tables < 2 || tables > 6 || selectorCount === 0) throw new BzipError("damaged", "compressed data is damaged");
  const order = Array.from({ length: tables }, (_, index) => index);
  const selectors = new Uint8Array(selectorCount);
  for (let index = 0; index < selectorCount; index++) {
    let jump = 0;
    while (bits.take(1) === 1) if (++jump >= tables) throw new BzipError("damaged", "compressed data is damaged");
    const [chosen = 0] = order.splice(jump, 1);
    order.unshift(chosen);
    selectors[index] = chosen;
  }
  const codes = Array.from({ length: tables }, () => readCode(bits, symbols));
  const counts = new Int32Array(256);
  const table = new Int32Array(size);
  const recent = Uint8Array.from(used);
  let length = 0;
  let run = 0;
  let runBit = 1;
  let left = 0;
  let selector = 0;
  let code = codes[0] as Code;
  for (;;) {
    if (left === 0) {
      if (selector >= selectorCount) throw new BzipError("damaged", "compressed data is damaged");
      code = codes[selectors[selector++] as number] as Code;
      left = 50;
    }
    left--;
    const symbol = nextSymbol(bits, code);
    if (symbol < 2) {
      run += runBit << symbol;
      runBit <<= 1;
      if (run > size) throw new BzipError("damaged", "compressed data is damaged");
      continue;
    }
    if (run > 0) {
      const byte = recent[0] as number;
      if (length + run > size) throw new BzipError("damaged", "compressed data is damaged");
      counts[byte] = (counts[byte] as number) + run;
      table.fill(byte, length, length + run);
      length += run;
      run = 0;
      runBit = 1;
    }
    if (symbol === symbols - 1) break;
    const byte = recent[symbol - 1] as number;
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = byte;
    if (length >= size) throw new BzipError("damaged", "compressed data is damaged");
    counts[byte] = (counts[byte] as number) + 1;
    table[length++] = byte;
  }
  if (pointer >= length && length > 0) throw new BzipError("damaged", "compressed data is damaged");
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte] as number;
    counts[byte] = sum;
    sum += count;
  }
  for (let at = 0; at < length; at++) {
    const byte = (table[at] as number) & 0xff;
    const to = counts[byte] as number;
    counts[byte] = to + 1;
    table[to] = (table[to] as number) | (at << 8);
  }
  return { table, pointer, length };
}

interface Code {
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
  readonly shortest: number;
}

function readCode(bits: Bits, count: number): Code {
  const lengths = new Uint8Array(count);
  let length = bits.take(5);
  for (let index = 0; index < count; index++) {
    while (bits.take(1) === 1) length += bits.take(1) === 0 ? 1 : -1;
    if (length < 1 || length > 20) throw new BzipError("damaged", "compressed data is damaged");
    lengths[index] = length;
  }
  const limits = new Int32Array(22).fill(-1);
  const bases = new Int32Array(22);
  const symbols = new Uint16Array(count);
  let at = 0;
  let code = 0;
  let shortest = 21;
  for (let bitsLong = 1; bitsLong <= 20; bitsLong++) {
    bases[bitsLong] = at - code;
    for (let symbol = 0; symbol < count; symbol++) {
      if (lengths[symbol] !== bitsLong) continue;
      symbols[at++] = symbol;
      code++;
      shortest = Math.min(shortest, bitsLong);
    }
    limits[bitsLong] = code - 1;
    code <<= 1;
  }
  return { limits, bases, symbols, shortest };
}

function nextSymbol(bits: Bits, { limits, bases, symbols, shortest }: Code): number {
  let code = bits.take(shortest);
  for (let length = shortest; length <= 20; length++) {
    if (code <= (limits[length] as number)) {
      const index = code + (bases[length] as number);
      if (index < 0 || index >= symbols.length) break;
      return symbols[index] as number;
    }
    code = (code << 1) | bits.take(1);
  }
  throw new BzipError("damaged", "compressed data is damaged");
}

/** The inverse transform, and the runs of the first step: four equal bytes are followed by a count. */
function* unpack(table: Int32Array, pointer: number, length: number): Generator<Uint8Array, void> {
  let out = new Uint8Array(pieceLength + 256);
  let at = 0;
  let entry = length === 0 ? 0 : (table[pointer] as number) >>> 8;
  let last = -1;
  let same = 0;
  for (let index = 0; index < length; index++) {
    const value = table[entry] as number;
    entry = value >>> 8;
    const byte = value & 0xff;
    if (same === 4) {
      out.fill(last, at, at + byte);
      at += byte;
      same = 0;
      last = -1;
    } else {
      same = byte === last ? same + 1 : 1;
      last = byte;
      out[at++] = byte;
    }
    if (at >= pieceLength) {
      yield out.subarray(0, at);
      out = new Uint8Array(pieceLength + 256);
      at = 0;
    }
  }
  if (at > 0) yield out.subarray(0, at);
}
