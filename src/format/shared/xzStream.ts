import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ByteFeed } from "./byteFeed.ts";
import { createCrc64 } from "./crc64.ts";
import { dictionaryLimit, lzma2, lzma2Dictionary } from "./lzma2.ts";
import type { Trouble } from "./lzma2.ts";

/** What a stream gives besides its bytes. */
export interface Unpacking {
  readonly pieces: AsyncGenerator<Uint8Array, void>;
  /** Known once the pieces have ended. */
  trouble(): { readonly code: Trouble; readonly detail: string } | undefined;
}

interface Check {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

/** Bytes of a check by its id (xz file format 1.2.0, 2.1.1.2). */
const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

function createCheck(id: number): Check | undefined {
  if (id === 4) return createCrc64();
  if (id === 10) {
    const hash = createHash("sha256");
    return {
      update(bytes): void {
        hash.update(bytes);
      },
      digest: () => hash.digest(),
    };
  }
  if (id !== 1) return undefined;
  let crc = 0;
  return {
    update(bytes): void {
      crc = crc32(bytes, crc);
    },
    digest(): Buffer {
      const out = Buffer.alloc(4);
      out.writeUInt32LE(crc >>> 0);
      return out;
    },
  };
}

class XzError extends Error {
  readonly code: Trouble;
  constructor(code: Trouble, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** The plain bytes of an xz file: all its streams and blocks, LZMA2 with or without delta filters. */
export function xzStream(feed: ByteFeed): Unpacking {
  let trouble: { code: Trouble; detail: string } | undefined;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* streams(feed);
    } catch (error) {
      if (!(error instanceof XzError)) throw error;
      trouble = { code: error.code, detail: error.message };
    }
  }
  return { pieces: pieces(), trouble: () => trouble };
}

async function need(feed: ByteFeed, count: number): Promise<Buffer> {
  const bytes = await feed.take(count);
  if (bytes === undefined) throw new XzError("cut", "compressed data is cut off");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function* streams(feed: ByteFeed): AsyncGenerator<Uint8Array, void> {
  for (let first = true; ; first = false) {
    // Zeros in fours may stand between streams.
    while (!first && (await feed.ensure(4)) && feed.bytes.subarray(feed.at, feed.at + 4).every((byte) => byte === 0)) feed.at += 4;
    if (!(await feed.ensure(1)) && !first) return;
    const header = await need(feed, 12);
    if (header.toString("latin1", 0, 6) !== "\xfd7zXZ\0")
      throw new XzError("damaged", first ? "no xz stream" : "bytes behind the end are not read");
    const checkId = (header[7] ?? 0) & 15;
    for (;;) {
      const size = (await need(feed, 1))[0] ?? 0;
      if (size === 0) break;
      yield* block(feed, (size + 1) * 4 - 1, checkId);
    }
    await skipIndex(feed);
  }
}

/** A number of 7 bits a byte; 9 bytes hold all that is safe. */
function variable(bytes: Buffer, place: { at: number }): number {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = bytes[place.at++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  throw new XzError("damaged", "header of a block is damaged");
}

async function* block(feed: ByteFeed, rest: number, checkId: number): AsyncGenerator<Uint8Array, void> {
  const header = await need(feed, rest);
  const size = Buffer.from([(rest + 1) / 4 - 1]);
  if (crc32(header.subarray(0, -4), crc32(size)) >>> 0 !== header.readUInt32LE(rest - 4))
    throw new XzError("damaged", "header of a block is damaged");
  const flags = header[0] ?? 0;
  const place = { at: 1 };
  if ((flags & 0x40) !== 0) variable(header, place);
  if ((flags & 0x80) !== 0) variable(header, place);
  let dictionary: number | undefined;
  const deltas: number[] = [];
  for (let index = 0; index <= (flags & 3); index++) {
    const id = variable(header, place);
    const length = variable(header, place);
    const properties = header[place.at] ?? 0;
    place.at += length;
    if (id === 0x21) dictionary = lzma2Dictionary(properties);
    else if (id === 3) deltas.unshift(properties + 1);
    else throw new XzError("unsupported", "filter for programs is not undone");
  }
  if (dictionary === undefined) throw new XzError("damaged", "header of a block is damaged");
  if (dictionary > dictionaryLimit) throw new XzError("too-large", "dictionary is larger than is held in memory");
  const check = createCheck(checkId);
  // The last was put on last.
  const undo = deltas.map((distance) => createDelta(distance));
  const start = feed.position;
  const plain = lzma2(feed, dictionary);
  for (;;) {
    const next = await plain.next();
    if (next.done === true) {
      if (next.value !== undefined)
        throw new XzError(next.value, next.value === "cut" ? "compressed data is cut off" : "compressed data is damaged");
      break;
    }
    const piece = undo.reduce((bytes, one) => one(bytes), next.value);
    check?.update(piece);
    yield piece;
  }
  await need(feed, (4 - ((feed.position - start) % 4)) % 4);
  const told = await need(feed, checkSizes[checkId] ?? 0);
  if (check !== undefined && !check.digest().equals(told)) throw new XzError("damaged", "checksum differs");
}

function createDelta(distance: number): (bytes: Uint8Array) => Uint8Array {
  const history = new Uint8Array(distance);
  let at = 0;
  return (bytes) => {
    const out = new Uint8Array(bytes.length);
    for (const [index, byte] of bytes.entries()) {
      const plain = (byte + (history[at] ?? 0)) & 0xff;
      history[at] = plain;
      out[index] = plain;
      at = (at + 1) % distance;
    }
    return out;
  };
}

/** The index repeats what was read; it is stepped over, with the footer. */
async function skipIndex(feed: ByteFeed): Promise<void> {
  const start = feed.position - 1;
  const number = async (): Promise<number> => {
    let value = 0;
    for (let index = 0; index < 9; index++) {
      const byte = (await need(feed, 1))[0] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new XzError("damaged", "index is damaged");
  };
  const records = await number();
  for (let index = 0; index < records; index++) {
    await number();
    await number();
  }
  await need(feed, (4 - ((feed.position - start) % 4)) % 4);
  await need(feed, 4);
  const footer = await need(feed, 12);
  if (footer.toString("latin1", 10, 12) !== "YZ") throw new XzError("damaged", "end of the stream is damaged");
}
