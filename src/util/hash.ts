import { createHash, createHmac, hash as hashOnce } from "node:crypto";

import { sipHash } from "./sipHash.ts";

/** Gives a keyed hash of the parts as 32 hex digits. */
export type KeyedHash = (first: string, ...more: readonly string[]) => string;

/** First 16 bytes of HMAC-SHA-256 over the parts as hex: equal for equal parts under one key, and telling nothing without it. */
export function keyedHashes(key: Uint8Array): KeyedHash {
  if (key.length > BLOCK) throw new Error("a key fits into a block");
  // RFC 2104 by two digests at once: `createHmac` makes a stream for each text, of which a scan may have millions.
  let inner = padded(key, 0x36, 1024);
  const outer = padded(key, 0x5c, DIGEST);
  return (first, ...more) => {
    let text = first;
    for (const part of more) text += `\0${part}`;
    const most = BLOCK + 3 * text.length;
    if (most > inner.length) inner = padded(key, 0x36, most);
    const end = BLOCK + inner.write(text, BLOCK);
    outer.set(hashOnce("sha256", inner.subarray(0, end), "buffer"), BLOCK);
    return hashOnce("sha256", outer, "hex").slice(0, 32);
  };
}

/** Bytes of a block of SHA-256, and of a digest. */
const BLOCK = 64;
const DIGEST = 32;

/** A block of the key, each byte of it changed by `pad`, and so many bytes behind it. */
function padded(key: Uint8Array, pad: number, more: number): Buffer {
  const bytes = Buffer.alloc(BLOCK + more, pad);
  for (const [at, byte] of key.entries()) bytes[at] = byte ^ pad;
  return bytes;
}

/** Keys of those whom rows are about. */
export interface SubjectKeys {
  /** 16 hex digits, equal for equal values of a type under one key, and telling nothing without it. */
  of(infoType: string, value: string): string;
  /** The first eight of them as a number, where that can be had for less: a count that has no room for a key needs no more of it. */
  head?(infoType: string, value: string): number;
}

export function subjectKeys(key: Uint8Array): SubjectKeys {
  const hash = sipHash(createHmac("sha256", key).update("subject", "utf8").digest());
  // Matches of one row are about one person.
  let last = { infoType: "", value: "", key: "" };
  return {
    of(infoType, value) {
      if (last.value !== value || last.infoType !== infoType) last = { infoType, value, key: hash.hex(`${infoType}\0${value}`) };
      return last.key;
    },
    head: (infoType, value) => hash.head(`${infoType}\0${value}`),
  };
}

/** Names a key without telling it: first 16 hex digits of a SHA-256 over a fixed prefix and the key. */
export function keyId(key: Uint8Array): string {
  return createHash("sha256").update("zicha key id\0").update(key).digest("hex").slice(0, 16);
}
