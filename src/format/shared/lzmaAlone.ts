import type { ByteFeed } from "./byteFeed.ts";
import { lzma1 } from "./lzma2.ts";
import type { Trouble } from "./lzma2.ts";
import type { Unpacking } from "./xzStream.ts";

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

function unpacking(stream: () => AsyncGenerator<Uint8Array, Trouble | undefined>): Unpacking {
  let trouble: Trouble | undefined;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    trouble = yield* stream();
  }
  return {
    pieces: pieces(),
    trouble: () =>
      trouble === undefined ? undefined : { code: trouble, detail: `compressed data is ${trouble === "cut" ? "cut off" : trouble}` },
  };
}
