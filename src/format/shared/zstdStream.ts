import type { ByteFeed } from "./byteFeed.ts";
import type { Trouble } from "./lzma2.ts";
import type { Unpacking } from "./xzStream.ts";

/** 128 MiB: what `zstd` itself takes without being told; `--long` may ask for more. */
const windowLimit = 128 * 1024 * 1024;

class ZstdError extends Error {
  readonly code: Trouble;
  constructor(code: Trouble, detail: string) {
    super(detail);
    this.code = code;
  }
}

/**
 * The plain bytes of a Zstandard file (RFC 8878), all frames one behind the other. The library is given a header of our own for each frame: it
 * would take memory for all the content that a frame declares.
 */
export function zstdStream(feed: ByteFeed): Unpacking {
  let trouble: { code: Trouble; detail: string } | undefined;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* frames(feed);
    } catch (error) {
      if (!(error instanceof ZstdError)) throw error;
      trouble = { code: error.code, detail: error.message };
    }
  }
  return { pieces: pieces(), trouble: () => trouble };
}

async function need(feed: ByteFeed, count: number): Promise<Uint8Array> {
  const bytes = await feed.take(count);
  if (bytes === undefined) throw new ZstdError("cut", "compressed data is cut off");
  return bytes;
}

async function* frames(feed: ByteFeed): AsyncGenerator<Uint8Array, void> {
  for (let first = true; ; first = false) {
    if (!(await feed.ensure(1)) && !first) return;
    const magic = Buffer.from(await need(feed, 4)).readUInt32LE(0);
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      let left = Buffer.from(await need(feed, 4)).readUInt32LE(0);
      while (left > 0) left -= (await need(feed, Math.min(left, 65_536))).length;
    } else if (magic === 0xfd2fb528) yield* frame(feed);
    else throw new ZstdError("damaged", first ? "no zstd frame" : "bytes behind the end are not read");
  }
}

async function* frame(feed: ByteFeed): AsyncGenerator<Uint8Array, void> {
  const [descriptor = 0] = await need(feed, 1);
  const single = (descriptor & 0x20) !== 0;
  let window = 0;
  if (!single) {
    const [byte = 0] = await need(feed, 1);
    const base = 2 ** (10 + (byte >> 3));
    window = base + (base / 8) * (byte & 7);
  }
  const dictionary = await need(feed, [0, 1, 2, 4][descriptor & 3] ?? 0);
  if (dictionary.some((byte) => byte !== 0)) throw new ZstdError("unsupported", "frame needs a dictionary that is not here");
  const sizeLength = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const size = Buffer.alloc(8);
  size.set(await need(feed, sizeLength));
  if (single) window = Number(size.readBigUInt64LE(0)) + (sizeLength === 2 ? 256 : 0);
  if (window > windowLimit) throw new ZstdError("too-large", "window is larger than is held in memory");
  const { Decompress } = await import("fzstd");
  let out: Uint8Array[] = [];
  const decoder = new Decompress((piece) => {
    // The library goes on writing into the memory it gave.
    if (piece.length > 0) out.push(piece.slice());
  });
  try {
    decoder.push(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, windowByte(window)));
    for (let last = false; !last;) {
      const header = await need(feed, 3);
      const word = (header[0] ?? 0) | ((header[1] ?? 0) << 8) | ((header[2] ?? 0) << 16);
      last = (word & 1) === 1;
      const length = (word & 6) === 2 ? 1 : word >> 3;
      const block = Buffer.concat([header, await need(feed, length)]);
      decoder.push(block, last);
      const ready = out;
      out = [];
      yield* ready;
    }
  } catch (error) {
    if (error instanceof ZstdError) throw error;
    throw new ZstdError("damaged", "compressed data is damaged");
  }
  if ((descriptor & 4) !== 0) await need(feed, 4);
}

/** The smallest window of a whole power of two that holds `size` bytes. */
function windowByte(size: number): number {
  let exponent = 10;
  while (2 ** exponent < size) exponent++;
  return (exponent - 10) << 3;
}
