import type { Extractor } from "../model/chunk.ts";
import { readCompressed } from "./shared/compressed.ts";
import { lzip } from "./shared/lzmaAlone.ts";

/** lzip (`.lz`, its manual's "File format"): what is inside is one member, of as many parts as there are. */
export const lz: Extractor = {
  id: "lz",
  title: { zh: "LZIP 压缩文件", en: "lzip file" },
  version: 2,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => Buffer.from(head.subarray(0, 5)).toString("latin1").startsWith("LZIP") && (head[4] ?? 2) <= 1,
  extract: (input) => readCompressed(input, lzip),
};
