import type { ByteFeed } from "./byteFeed.ts";
import type { Trouble } from "./lzma2.ts";
import { growTo } from "./unpackKernel.ts";
import type { Unpacking } from "./xzStream.ts";
import { zstdKernels } from "./zstdKernel.ts";
import type { ZstdKernel } from "./zstdKernel.ts";

/** 128 MiB: what `zstd` itself takes without being told; `--long` may ask for more. */
const windowLimit = 128 * 1024 * 1024;

class ZstdError extends Error {
  readonly code: Trouble;
  constructor(code: Trouble, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** 128 KiB: more a block never holds. */
const blockLimit = 128 * 1024;
/** 512 KiB taken at once for what comes out: memory for each block, filled with zeros first, costs a fifth more. */
const slabLength = 512 * 1024;

/** The plain bytes of a Zstandard file (RFC 8878), all frames one behind the other, a block at a time. */
export function zstdStream(feed: ByteFeed): Unpacking {
  const { pieces, trouble } = zstdBlocks(feed);
  return { pieces: kept(pieces), trouble };
}

/** As `zstdStream`, but pieces are lent: each is good until the next is asked for. */
export function zstdBlocks(feed: ByteFeed): Unpacking {
  let trouble: { code: Trouble; detail: string } | undefined;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    const kernel = zstdKernels.take();
    try {
      yield* frames(feed, kernel);
    } catch (error) {
      if (!(error instanceof ZstdError)) throw error;
      trouble = { code: error.code, detail: error.message };
    } finally {
      zstdKernels.release(kernel);
    }
  }
  return { pieces: pieces(), trouble: () => trouble };
}

/** Copies of what is lent. */
async function* kept(pieces: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  let slab: Uint8Array = new Uint8Array(0);
  for await (const piece of pieces) {
    if (slab.length < piece.length) slab = Buffer.allocUnsafeSlow(slabLength);
    slab.set(piece);
    yield slab.subarray(0, piece.length);
    slab = slab.subarray(piece.length);
  }
}

async function need(feed: ByteFeed, count: number): Promise<Uint8Array> {
  const bytes = await feed.take(count);
  if (bytes === undefined) throw new ZstdError("cut", "compressed data is cut off");
  return bytes;
}

async function* frames(feed: ByteFeed, kernel: ZstdKernel): AsyncGenerator<Uint8Array, void> {
  for (let first = true; ; first = false) {
    if (!(await feed.ensure(1)) && !first) return;
    const magic = Buffer.from(await need(feed, 4)).readUInt32LE(0);
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      let left = Buffer.from(await need(feed, 4)).readUInt32LE(0);
      while (left > 0) left -= (await need(feed, Math.min(left, 65_536))).length;
    } else if (magic === 0xfd2fb528) yield* frame(feed, kernel);
    else throw new ZstdError("damaged", first ? "no zstd frame" : "bytes behind the end are not read");
  }
}

async function* frame(feed: ByteFeed, kernel: ZstdKernel): AsyncGenerator<Uint8Array, void> {
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
  growTo(kernel, kernel.needed(window));
  kernel.begin(window);
  const memory = new Uint8Array(kernel.memory.buffer);
  for (let last = false; !last;) {
    const header = await need(feed, 3);
    const word = (header[0] ?? 0) | ((header[1] ?? 0) << 8) | ((header[2] ?? 0) << 16);
    last = (word & 1) === 1;
    const type = (word >> 1) & 3;
    const size = word >> 3;
    if (type === 3 || size > blockLimit) throw new ZstdError("damaged", "compressed data is damaged");
    memory.set(await need(feed, type === 1 ? 1 : size), kernel.inputPlace());
    const count = kernel.block(type, size);
    if (count < 0) throw new ZstdError("damaged", "compressed data is damaged");
    const end = kernel.outputEnd();
    if (count > 0) yield memory.subarray(end - count, end);
  }
  if ((descriptor & 4) === 0) return;
  const told = Buffer.from(await need(feed, 4));
  if (told.readUInt32LE(0) !== kernel.sum() >>> 0) throw new ZstdError("damaged", "checksum differs");
}
