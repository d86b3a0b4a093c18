import type { Extractor } from "../model/chunk.ts";
import { readCompressed } from "./shared/compressed.ts";
import { lzw } from "./shared/lzw.ts";

/** The file of Unix `compress` (`.Z`): what is inside is one member. */
export const z: Extractor = {
  id: "z",
  title: { zh: "compress 压缩文件（.Z）", en: "compress file (.Z)" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) =>
    head[0] === 0x1f && head[1] === 0x9d && (head[2] ?? 0) % 32 >= 9 && (head[2] ?? 0) % 32 <= 16 && ((head[2] ?? 0) & 0x60) === 0,
  extract: (input) => readCompressed(input, lzw),
};
