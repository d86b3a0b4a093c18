import type { Extractor } from "../model/chunk.ts";
import { readCompressed } from "./shared/compressed.ts";
import { bzip2 } from "./shared/bzip2.ts";

/** bzip2: what is inside is one member, of as many streams as there are. */
export const bz2: Extractor = {
  id: "bz2",
  title: { zh: "BZIP2 压缩文件", en: "bzip2 file" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => /^BZh[1-9](?:1AY&SY|\x17rE8P\x90)/.test(Buffer.from(head.subarray(0, 10)).toString("latin1")),
  extract: (input) => readCompressed(input, bzip2),
};
