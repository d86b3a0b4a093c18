import type { Extractor } from "../model/chunk.ts";
import { readCompressed } from "./shared/compressed.ts";
import { zstdBlocks } from "./shared/zstdStream.ts";

/** Zstandard (RFC 8878): what is inside is one member, of as many frames as there are. */
export const zst: Extractor = {
  id: "zst",
  title: { zh: "Zstandard 压缩文件", en: "Zstandard file" },
  version: 2,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => head.length >= 4 && [0xfd2fb528, 0x184d2a50].includes(Buffer.from(head.subarray(0, 4)).readUInt32LE(0)),
  extract: (input) => readCompressed(input, zstdBlocks, true),
};
