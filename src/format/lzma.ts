import type { Extractor } from "../model/chunk.ts";
import { readCompressed } from "./shared/compressed.ts";
import { lzmaAlone } from "./shared/lzmaAlone.ts";

/** The older format of LZMA (`.lzma`), which has no magic number: settings that programs write, a size, a range coder's first byte. */
export const lzma: Extractor = {
  id: "lzma",
  title: { zh: "LZMA 压缩文件", en: "lzma file" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) =>
    head[0] === 0x5d &&
    head[1] === 0 &&
    head[2] === 0 &&
    head[13] === 0 &&
    (head[12] === 0 || head[12] === 0xff) &&
    (head[11] === 0 || head[11] === 0xff),
  extract: (input) => readCompressed(input, lzmaAlone),
};
