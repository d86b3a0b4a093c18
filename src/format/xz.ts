import type { Extractor } from "../model/chunk.ts";
import { readCompressed } from "./shared/compressed.ts";
import { xzStream } from "./shared/xzStream.ts";

/** xz (file format 1.2.0): what is inside is one member, of as many streams and blocks as there are. */
export const xz: Extractor = {
  id: "xz",
  title: { zh: "XZ 压缩文件", en: "xz file" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => Buffer.from(head.subarray(0, 6)).toString("latin1") === "\xfd7zXZ\0",
  extract: (input) => readCompressed(input, xzStream),
};
