import type { ByteFeed } from "./byteFeed.ts";
import type { Trouble } from "./lzma2.ts";
import type { Unpacking } from "./xzStream.ts";

/** 64 KiB: twice that of deflate. */
const windowSize = 65_536;
/** Bytes of input that a block's tables or a symbol never pass. */
const margin = 512;
/** 64 KiB in at once. */
const inputLength = 65_536;

const lengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 3];
const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 16];
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

class Deflate64Error extends Error {
  readonly code: Trouble;
  constructor(code: Trouble) {
    super(code);
    this.code = code;
  }
}

/** A code by length (RFC 1951, 3.2.2): how many codes there are of each, and the symbols in order. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

function codeOf(lengths: Uint8Array): Code {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const offsets = new Uint16Array(16);
  for (let length = 1; length < 15; length++) offsets[length + 1] = (offsets[length] ?? 0) + (counts[length] ?? 0);
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const at = offsets[length] ?? 0;
    symbols[at] = symbol;
    offsets[length] = at + 1;
  }
  return { counts, symbols };
}

const fixedLengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
const fixed = { literals: codeOf(fixedLengths), distances: codeOf(new Uint8Array(32).fill(5)) };

/** Deflate64 ("Enhanced Deflate", method 9 of zip): what Windows packs files of more than 2 GiB with. */
export function deflate64(feed: ByteFeed): Unpacking {
  let trouble: Trouble | undefined;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* blocks(feed);
    } catch (error) {
      if (!(error instanceof Deflate64Error)) throw error;
      trouble = error.code;
    }
  }
  return {
    pieces: pieces(),
    trouble: () =>
      trouble === undefined
        ? undefined
        : { code: trouble, detail: trouble === "cut" ? "compressed data is cut off" : "compressed data is damaged" },
  };
}

async function* blocks(feed: ByteFeed): AsyncGenerator<Uint8Array, void> {
  const window = new Uint8Array(windowSize);
  let position = 0;
  let told = 0;
  let total = 0;
  let held = 0;
  let count = 0;
  const bits = (wanted: number): number => {
    while (count < wanted) {
      const byte = feed.bytes[feed.at];
      if (byte === undefined || feed.at >= feed.bytes.length) throw new Deflate64Error("cut");
      feed.at++;
      held |= byte << count;
      count += 8;
    }
    const value = held & ((1 << wanted) - 1);
    held >>>= wanted;
    count -= wanted;
    return value;
  };
  const symbol = (code: Code): number => {
    let value = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= 15; length++) {
      value |= bits(1);
      const many = code.counts[length] as number;
      if (value - many < first) return code.symbols[index + (value - first)] as number;
      index += many;
      first = (first + many) << 1;
      value <<= 1;
    }
    throw new Deflate64Error("damaged");
  };
  const full: Uint8Array[] = [];
  const put = (byte: number): void => {
    window[position++] = byte;
    total++;
    if (position < windowSize) return;
    full.push(window.slice(told));
    position = told = 0;
  };
  const rest = function* (): Generator<Uint8Array, void> {
    yield* full.splice(0);
    if (told < position) yield window.slice(told, position);
    told = position;
  };
  let failed: unknown;
  try {
    for (let last = false; !last;) {
      await feed.ensure(inputLength);
      last = bits(1) === 1;
      const kind = bits(2);
      if (kind === 3) throw new Deflate64Error("damaged");
      if (kind === 0) {
        held = count = 0;
        const length = bits(16);
        if ((bits(16) ^ 0xffff) !== length) throw new Deflate64Error("damaged");
        await feed.ensure(length);
        for (let index = 0; index < length; index++) put(bits(8));
        yield* rest();
        continue;
      }
      const { literals, distances } = kind === 1 ? fixed : tables();
      for (;;) {
        if (feed.left < margin) {
          await feed.ensure(inputLength);
          yield* rest();
        }
        const value = symbol(literals);
        if (value < 256) put(value);
        else if (value === 256) break;
        else {
          const base = lengthBase[value - 257];
          if (base === undefined) throw new Deflate64Error("damaged");
          const length = base + bits(lengthBits[value - 257] ?? 0);
          const slot = symbol(distances);
          const extra = slot < 4 ? 0 : (slot >> 1) - 1;
          const distance = slot < 4 ? slot + 1 : ((2 + (slot & 1)) << extra) + 1 + bits(extra);
          if (distance > total || distance > windowSize) throw new Deflate64Error("damaged");
          for (let index = 0; index < length; index++) put(window[(position - distance) & (windowSize - 1)] as number);
        }
        if (full.length > 0) yield* full.splice(0);
      }
    }
  } catch (error) {
    failed = error;
  }
  // What came before damage is given too.
  yield* rest();
  if (failed !== undefined) throw failed;

  function tables(): { literals: Code; distances: Code } {
    const literalCount = bits(5) + 257;
    const distanceCount = bits(5) + 1;
    const codeCount = bits(4) + 4;
    const small = new Uint8Array(19);
    for (let index = 0; index < codeCount; index++) small[order[index] ?? 0] = bits(3);
    const code = codeOf(small);
    const lengths = new Uint8Array(literalCount + distanceCount);
    for (let at = 0; at < lengths.length;) {
      const value = symbol(code);
      if (value < 16) {
        lengths[at++] = value;
        continue;
      }
      const repeated = value === 16 ? (lengths[at - 1] ?? 0) : 0;
      const times = value === 16 ? 3 + bits(2) : value === 17 ? 3 + bits(3) : 11 + bits(7);
      if (at + times > lengths.length || (value === 16 && at === 0)) throw new Deflate64Error("damaged");
      lengths.fill(repeated, at, at + times);
      at += times;
    }
    return { literals: codeOf(lengths.subarray(0, literalCount)), distances: codeOf(lengths.subarray(literalCount)) };
  }
}
