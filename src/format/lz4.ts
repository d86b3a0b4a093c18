import type { Extractor } from "../model/chunk.ts";
import { readCompressed } from "./shared/compressed.ts";
import { isLz4, lz4Stream } from "./shared/lz4Stream.ts";

/** LZ4: what is inside is one member, of as many frames as there are. */
export const lz4: Extractor = {
  id: "lz4",
  title: { zh: "LZ4 压缩文件", en: "LZ4 file" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => isLz4(head),
  extract: (input) => readCompressed(input, lz4Stream),
};
