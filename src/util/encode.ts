import { TextDecoder } from "node:util";

import type { ByteEncoding } from "./decode.ts";

const inverse = new Map<ByteEncoding, ReadonlyMap<string, number>>();

/** The two-byte characters of an encoding, read off its decoder once: Node has no encoder for them. */
function table(encoding: "gb18030" | "big5"): ReadonlyMap<string, number> {
  const known = inverse.get(encoding);
  if (known !== undefined) return known;
  const decoder = new TextDecoder(encoding);
  const pairs = new Map<string, number>();
  const row = new Uint8Array(2 * 191);
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      row[2 * (trail - 0x40)] = lead;
      row[2 * (trail - 0x40) + 1] = trail;
    }
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const character = decoder.decode(row.subarray(2 * (trail - 0x40), 2 * (trail - 0x40) + 2));
      if (character.length === 1 && character !== "\ufffd" && !pairs.has(character)) pairs.set(character, (lead << 8) | trail);
    }
  }
  inverse.set(encoding, pairs);
  return pairs;
}

/** `text` in an encoding; undefined where it cannot be written in it. GB18030's four-byte characters count as not writable. */
export function encode(text: string, encoding: ByteEncoding): Uint8Array | undefined {
  if (encoding === "utf8") return Buffer.from(text, "utf8");
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x80) bytes.push(code);
    else {
      const pair = table(encoding).get(character);
      if (pair === undefined) return undefined;
      bytes.push(pair >> 8, pair & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}
