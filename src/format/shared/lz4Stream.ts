import type { ByteFeed } from "./byteFeed.ts";
import type { Trouble } from "./lzma2.ts";
import { unpacking } from "./unpacking.ts";
import { XxHash32 } from "./xxHash32.ts";
import type { Unpacking } from "./xzStream.ts";

/** First four bytes of a frame, of one of the older format, and of sixteen kinds that are passed over. */
const frameMagic = 0x184d2204;
const legacyMagic = 0x184c2102;
const skippedMagic = 0x184d2a50;
/** 64 KiB: how far a match reaches back. */
const history = 64 * 1024;
/** 8 MiB: the size of all blocks of the older format but the last. */
const legacyBlock = 8 * 1024 * 1024;

/** Whether a file begins as LZ4 does; frames that are passed over may begin a Zstandard file too. */
export function isLz4(head: Uint8Array): boolean {
  return head.length >= 4 && [frameMagic, legacyMagic].includes(Buffer.from(head.subarray(0, 4)).readUInt32LE(0));
}

/** The plain bytes of an LZ4 file (frame format 1.6.3 and the older one), all frames one behind the other, a block at a time. */
export function lz4Stream(feed: ByteFeed): Unpacking {
  return unpacking(async function* (): AsyncGenerator<Uint8Array, Trouble | undefined> {
    for (let first = true; first || (await feed.ensure(1)); first = false) {
      const magic = await number(feed);
      if (magic === undefined) return "cut";
      let trouble: Trouble | undefined;
      if (magic === frameMagic) trouble = yield* frame(feed);
      else if (magic === legacyMagic) trouble = yield* legacy(feed);
      else if (magic - (magic % 16) === skippedMagic) trouble = await skip(feed);
      else return "damaged";
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  });
}

async function number(feed: ByteFeed): Promise<number | undefined> {
  const bytes = await feed.take(4);
  return bytes === undefined ? undefined : Buffer.from(bytes).readUInt32LE(0);
}

async function skip(feed: ByteFeed): Promise<Trouble | undefined> {
  const length = await number(feed);
  if (length === undefined) return "cut";
  for (let left = length; left > 0; left -= Math.min(left, history)) {
    if ((await feed.take(Math.min(left, history))) === undefined) return "cut";
  }
  return undefined;
}

async function* frame(feed: ByteFeed): AsyncGenerator<Uint8Array, Trouble | undefined> {
  const [flags = 0, size = 0] = (await feed.take(2)) ?? [];
  const rest = await feed.take(((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4) + 1);
  if (rest === undefined) return "cut";
  const blockSize = 1 << (8 + 2 * ((size >> 4) & 7));
  if (flags >> 6 !== 1 || blockSize < history) return "damaged";
  if ((sumOf(Uint8Array.of(flags, size, ...rest.subarray(0, -1))) >>> 8) % 256 !== rest.at(-1)) return "damaged";
  if ((flags & 1) !== 0) return "unsupported";
  const alone = (flags & 0x20) !== 0;
  const sums = (flags & 0x10) !== 0;
  const whole = new XxHash32();
  const out = new Uint8Array(history + blockSize);
  let held = 0;
  for (;;) {
    const word = await number(feed);
    if (word === undefined) return "cut";
    if (word === 0) break;
    const length = word % 0x80000000;
    if (length > blockSize) return "damaged";
    const stored = await feed.take(length);
    if (stored === undefined) return "cut";
    const from = alone ? 0 : held;
    let end = from + length;
    if (word === length) end = unpackBlock(stored, out, from, from + blockSize);
    else out.set(stored, from);
    const sum = sums ? sumOf(stored) : undefined;
    if (end < 0 || (sum !== undefined && (await number(feed)) !== sum)) return "damaged";
    const piece = out.slice(from, end);
    whole.update(piece);
    yield piece;
    held = Math.min(end, history);
    out.copyWithin(0, end - held, end);
  }
  if ((flags & 4) === 0) return undefined;
  const told = await number(feed);
  return told === undefined ? "cut" : told === whole.sum() ? undefined : "damaged";
}

/** Blocks without a frame, up to the end of the file or the next magic number. */
async function* legacy(feed: ByteFeed): AsyncGenerator<Uint8Array, Trouble | undefined> {
  const out = new Uint8Array(legacyBlock);
  while (await feed.ensure(1)) {
    const length = await number(feed);
    if (length === undefined) return "cut";
    if (length === frameMagic || length === legacyMagic || length - (length % 16) === skippedMagic) {
      feed.at -= 4;
      return undefined;
    }
    if (length > legacyBlock + legacyBlock / 255 + 16) return "damaged";
    const stored = await feed.take(length);
    if (stored === undefined) return "cut";
    const end = unpackBlock(stored, out, 0, legacyBlock);
    if (end < 0) return "damaged";
    yield out.slice(0, end);
  }
  return undefined;
}

function sumOf(bytes: Uint8Array): number {
  const hash = new XxHash32();
  hash.update(bytes);
  return hash.sum();
}

/** Unpacks a block behind what stands before `at`; gives where it ends, below zero where it is damaged or would go past `limit`. */
function unpackBlock(block: Uint8Array, out: Uint8Array, at: number, limit: number): number {
  let input = 0;
  const long = (short: number): number => {
    let length = short;
    for (let more = short === 15 ? 255 : 0; more === 255;) {
      more = block[input++] ?? Number.NaN;
      length += more;
    }
    return length;
  };
  let to = at;
  while (input < block.length) {
    const token = block[input++] ?? 0;
    const literals = long(token >> 4);
    if (!(literals <= block.length - input && literals <= limit - to)) return -1;
    out.set(block.subarray(input, input + literals), to);
    input += literals;
    to += literals;
    if (input === block.length) return to;
    const distance = (block[input] ?? 0) | ((block[input + 1] ?? 0) << 8);
    input += 2;
    const length = long(token & 15) + 4;
    if (distance === 0 || distance > to || !(length <= limit - to)) return -1;
    // What is copied may be what was just written.
    if (distance >= length) out.copyWithin(to, to - distance, to - distance + length);
    else for (let index = 0; index < length; index++) out[to + index] = out[to + index - distance] ?? 0;
    to += length;
  }
  return -1;
}
