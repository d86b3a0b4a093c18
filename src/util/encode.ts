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

/** Four-byte characters of GB18030 in the basic plane. */
const FOUR_BYTE = 39_420;

function fourBytes(linear: number): readonly [number, number, number, number] {
  return [
    0x81 + Math.floor(linear / 12_600),
    0x30 + (Math.floor(linear / 1_260) % 10),
    0x81 + (Math.floor(linear / 10) % 126),
    0x30 + (linear % 10),
  ];
}

/** A character of the basic plane that GB18030 writes in four bytes: they follow the code points in order, so its place is sought. */
function fourByteOf(character: string): readonly number[] | undefined {
  const decoder = new TextDecoder("gb18030");
  const code = character.charCodeAt(0);
  let low = 0;
  let high = FOUR_BYTE - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const bytes = fourBytes(middle);
    const found = decoder.decode(Uint8Array.from(bytes)).charCodeAt(0);
    if (found === code) return bytes;
    if (found < code) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** `text` in an encoding; undefined where it cannot be written in it. Characters beyond the basic plane count as not writable. */
export function encode(text: string, encoding: ByteEncoding): Uint8Array | undefined {
  if (encoding === "utf8") return Buffer.from(text, "utf8");
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    const pair = table(encoding).get(character);
    const four = pair === undefined && encoding === "gb18030" && character.length === 1 ? fourByteOf(character) : undefined;
    if (pair !== undefined) bytes.push(pair >> 8, pair & 0xff);
    else if (four !== undefined) bytes.push(...four);
    else return undefined;
  }
  return Uint8Array.from(bytes);
}
