import type { Extractor } from "../model/chunk.ts";
import { readCompressed } from "./shared/compressed.ts";
import { lzmaAlone } from "./shared/lzmaAlone.ts";

/** 4 KiB: smaller ones LZMA does not know. */
const leastDictionary = 4096;

/** The older format of LZMA (`.lzma`), which has no magic number: settings that programs write, a size, a range coder's first byte. */
export const lzma: Extractor = {
  id: "lzma",
  title: { zh: "LZMA 压缩文件", en: "lzma file" },
  version: 2,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => isLzmaAlone(head),
  extract: (input) => readCompressed(input, lzmaAlone),
};

/**
 * Bits of literals and places that LZMA knows (xz takes four of literals at most), a dictionary of 2^n or 2^n + 2^(n-1) bytes, a size below 256 GiB or
 * none, a range coder that begins with zero, and a first symbol that is a literal, since there is nothing yet to repeat: what xz and file(1) ask for.
 */
function isLzmaAlone(head: Uint8Array): boolean {
  const [properties = 255] = head;
  if (head.length < 15 || properties >= 225 || (properties % 9) + (Math.floor(properties / 9) % 5) > 4) return false;
  const header = Buffer.from(head.buffer, head.byteOffset, 15);
  const dictionary = header.readUInt32LE(1);
  const step = 2 ** Math.floor(Math.log2(dictionary));
  const usual = dictionary === step || dictionary === step + step / 2;
  if (dictionary < leastDictionary || (!usual && dictionary !== 0xffffffff)) return false;
  const size = header.readBigUInt64LE(5);
  if (size !== 0xffffffffffffffffn && (size === 0n || size >= 1n << 38n)) return false;
  return header[13] === 0 && (header[14] ?? 0) < 0x80;
}
