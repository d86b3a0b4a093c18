import type { ByteFeed } from "./byteFeed.ts";
import { createLzmaDecoder, lzmaMargin } from "./lzma.ts";
import type { LzmaDecoder } from "./lzma.ts";

/** 256 MiB: `xz -9` takes 64, 7-Zip's strongest preset 256. */
export const dictionaryLimit: number = 256 * 1024 * 1024;

/** Why a stream could not be read to its end. */
export type Trouble = "cut" | "damaged" | "unsupported" | "too-large";

/** Size of a dictionary from LZMA2's one byte of properties; undefined for a byte that is none. */
export function lzma2Dictionary(byte: number): number | undefined {
  if (byte > 40) return undefined;
  return byte === 40 ? 0xffffffff : (2 | (byte & 1)) * 2 ** (Math.floor(byte / 2) + 11);
}

/** An LZMA2 stream, chunk by chunk (at most 2 MiB out of 64 KiB); gives why it ended early, or nothing. */
export async function* lzma2(feed: ByteFeed, dictionarySize: number): AsyncGenerator<Uint8Array, Trouble | undefined> {
  const decoder = createLzmaDecoder(dictionarySize);
  try {
    return yield* chunks(feed, decoder);
  } finally {
    decoder.release();
  }
}

async function* chunks(feed: ByteFeed, decoder: LzmaDecoder): AsyncGenerator<Uint8Array, Trouble | undefined> {
  let known = false;
  for (;;) {
    const control = (await feed.take(1))?.[0];
    if (control === undefined) return "cut";
    if (control === 0) return undefined;
    if (control === 1 || control >= 0xe0) decoder.resetDictionary();
    if (control < 0x80) {
      if (control > 2) return "damaged";
      const size = await feed.take(2);
      if (size === undefined) return "cut";
      const count = (((size[0] ?? 0) << 8) | (size[1] ?? 0)) + 1;
      const whole = await feed.ensure(count);
      decoder.copy((await feed.take(Math.min(count, feed.left))) ?? new Uint8Array(0));
      yield* decoder.output();
      if (!whole) return "cut";
      continue;
    }
    const header = await feed.take(control >= 0xc0 ? 5 : 4);
    if (header === undefined) return "cut";
    const [high = 0, low = 0, packedHigh = 0, packedLow = 0, properties = 0] = header;
    const wanted = (((control & 0x1f) << 16) | (high << 8) | low) + 1;
    const packed = ((packedHigh << 8) | packedLow) + 1;
    if (control >= 0xc0) {
      if (properties >= 225) return "damaged";
      if (!decoder.properties(properties % 9, Math.floor(properties / 9) % 5, Math.floor(properties / 45))) return "damaged";
      known = true;
    } else if (control >= 0xa0) decoder.resetState();
    if (!known) return "damaged";
    const whole = await feed.ensure(packed);
    const end = feed.at + Math.min(packed, feed.left);
    const begun = decoder.begin(feed.bytes, feed.at);
    const state = begun ? decoder.run(feed.bytes, feed.at + 5, end, wanted) : "damaged";
    yield* decoder.output();
    feed.at = end;
    if (!whole) return "cut";
    if (state !== "more" || decoder.taken() !== end) return "damaged";
  }
}

/** 256 KiB of LZMA out at once. */
const runLength = 256 * 1024;
/** 64 KiB of LZMA in at once. */
const inputLength = 64 * 1024;

/**
 * An LZMA stream without chunks: `properties` are the 5 bytes that stand before it in .lzma, zip and 7z. `size`: bytes to come out, undefined
 * when a mark ends them.
 */
export async function* lzma1(
  feed: ByteFeed,
  properties: Uint8Array,
  size: number | undefined,
): AsyncGenerator<Uint8Array, Trouble | undefined> {
  const [first = 255] = properties;
  const dictionary = Buffer.from(properties.subarray(0, 5)).readUInt32LE(1);
  if (first >= 225) return "damaged";
  const needed = size === undefined ? dictionary : Math.min(dictionary, size);
  if (needed > dictionaryLimit) return "too-large";
  const decoder = createLzmaDecoder(needed);
  try {
    return yield* stream(feed, decoder, first, size);
  } finally {
    decoder.release();
  }
}

/** `first`: the byte of properties. */
async function* stream(
  feed: ByteFeed,
  decoder: LzmaDecoder,
  first: number,
  size: number | undefined,
): AsyncGenerator<Uint8Array, Trouble | undefined> {
  if (!decoder.properties(first % 9, Math.floor(first / 9) % 5, Math.floor(first / 45))) return "damaged";
  if (!(await feed.ensure(5))) return "cut";
  if (!decoder.begin(feed.bytes, feed.at)) return "damaged";
  feed.at += 5;
  for (let out = 0; size === undefined || out < size;) {
    const more = await feed.ensure(inputLength);
    const end = feed.bytes.length;
    const state = decoder.run(
      feed.bytes,
      feed.at,
      more ? end - lzmaMargin : end,
      Math.min(runLength, (size ?? Number.MAX_SAFE_INTEGER) - out),
    );
    feed.at = Math.min(end, decoder.taken());
    for (const piece of decoder.output()) {
      out += piece.length;
      yield size !== undefined && out > size ? piece.subarray(0, piece.length - (out - size)) : piece;
    }
    if (state === "end") return size === undefined || out >= size ? undefined : "damaged";
    if (state === "damaged") return "damaged";
    if (!more && decoder.taken() > end) return "cut";
  }
  return undefined;
}
