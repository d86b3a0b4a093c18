import { crc32 } from "node:zlib";
import type { ByteFeed } from "./byteFeed.ts";
import { lzma1 } from "./lzma2.ts";
import type { Trouble } from "./lzma2.ts";
import { unpacking } from "./unpacking.ts";
import type { Unpacking } from "./xzStream.ts";

/** The bits that lzip uses of literals and places: 3, 0, 2. */
const lzipProperties = 0x5d;

/** The plain bytes of a `.lzma` file: 5 bytes of settings, 8 of size (all ones when a mark ends it), the stream. */
export function lzmaAlone(feed: ByteFeed): Unpacking {
  return unpacking(async function* (): AsyncGenerator<Uint8Array, Trouble | undefined> {
    const header = await feed.take(13);
    if (header === undefined) return "cut";
    const properties = header.slice(0, 5);
    const size = Buffer.from(header).readBigUInt64LE(5);
    return yield* lzma1(feed, properties, size === 0xffffffffffffffffn ? undefined : Number(size));
  });
}

/** LZMA as it stands in a zip archive (APPNOTE 5.8.8): a version, the length of the settings, the settings, the stream. */
export function lzmaInZip(feed: ByteFeed, size: number | undefined): Unpacking {
  return unpacking(async function* (): AsyncGenerator<Uint8Array, Trouble | undefined> {
    const header = await feed.take(9);
    if (header === undefined) return "cut";
    return yield* lzma1(feed, header.slice(4, 9), size);
  });
}

/** A part of an lzip file ends with a checksum, the length of what came out and, since version 1, its own length. */
const trailerLengths = [12, 20];

/** The plain bytes of an lzip file: parts, each of 6 bytes of header, an LZMA stream that a mark ends, and what must have come out. */
export function lzip(feed: ByteFeed): Unpacking {
  return unpacking(async function* (): AsyncGenerator<Uint8Array, Trouble | undefined> {
    for (let first = true; first || (await feed.ensure(1)); first = false) {
      const header = await feed.take(6);
      if (header === undefined) return "cut";
      const trailerLength = trailerLengths[header[4] ?? 2];
      if (Buffer.from(header).toString("latin1", 0, 4) !== "LZIP" || trailerLength === undefined) return "damaged";
      const size = header[5] ?? 0;
      const whole = 2 ** (size & 0x1f);
      const properties = Buffer.alloc(5, lzipProperties);
      properties.writeUInt32LE(Math.min(0xffffffff, whole - (whole / 16) * (size >> 5)), 1);
      let crc = 0;
      let length = 0;
      const plain = lzma1(feed, properties, undefined);
      for (;;) {
        const next = await plain.next();
        if (next.done === true) {
          if (next.value !== undefined) return next.value;
          break;
        }
        crc = crc32(next.value, crc);
        length += next.value.length;
        yield next.value;
      }
      const trailer = await feed.take(trailerLength);
      if (trailer === undefined) return "cut";
      const told = Buffer.from(trailer.buffer, trailer.byteOffset, trailerLength);
      if (told.readUInt32LE(0) !== crc || told.readBigUInt64LE(4) !== BigInt(length)) return "damaged";
    }
    return undefined;
  });
}
