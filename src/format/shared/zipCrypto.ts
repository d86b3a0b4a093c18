import { createCipheriv, pbkdf2Sync } from "node:crypto";

/** Turns stored bytes into plain ones, piece by piece, in place or not. */
export type Decrypt = (piece: Uint8Array) => Uint8Array;

const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/**
 * Traditional PKWARE decryption (APPNOTE 6.1). `header` is the twelve bytes before the data; undefined when the password does not fit its
 * last byte, which one wrong password in 256 does.
 */
export function zipCrypto(password: string, header: Uint8Array, check: number): Decrypt | undefined {
  let key0 = 0x12345678;
  let key1 = 0x23456789;
  let key2 = 0x34567890;
  const update = (byte: number): void => {
    key0 = (key0 >>> 8) ^ (table[(key0 ^ byte) & 255] ?? 0);
    key1 = (Math.imul((key1 + (key0 & 255)) | 0, 134775813) + 1) | 0;
    key2 = (key2 >>> 8) ^ (table[(key2 ^ (key1 >>> 24)) & 255] ?? 0);
  };
  const decrypt: Decrypt = (piece) => {
    const out = new Uint8Array(piece.length);
    for (let index = 0; index < piece.length; index++) {
      const temporary = (key2 & 0xffff) | 2;
      const byte = (piece[index] ?? 0) ^ ((Math.imul(temporary, temporary ^ 1) >>> 8) & 255);
      out[index] = byte;
      update(byte);
    }
    return out;
  };
  for (const byte of Buffer.from(password, "utf8")) update(byte);
  return decrypt(header)[11] === (check & 255) ? decrypt : undefined;
}

/** Length of the salt before AES data, by strength 1–3; undefined for any other. */
export function aesSaltLength(strength: number): number | undefined {
  return [undefined, 8, 12, 16][strength];
}

/**
 * WinZip AES (AE-1, AE-2): PBKDF2-HMAC-SHA1 with 1,000 rounds, AES-CTR with a little-endian counter from 1. `header` is the salt and two
 * bytes to check the password with; undefined when they do not fit. The ten bytes of authentication behind the data are the caller's to cut.
 */
export function zipAes(password: string, header: Uint8Array, strength: number): Decrypt | undefined {
  const saltLength = aesSaltLength(strength);
  if (saltLength === undefined) return undefined;
  const keyLength = saltLength * 2;
  const derived = pbkdf2Sync(password, header.subarray(0, saltLength), 1000, keyLength * 2 + 2, "sha1");
  if (derived[keyLength * 2] !== header[saltLength] || derived[keyLength * 2 + 1] !== header[saltLength + 1]) return undefined;
  const cipher = createCipheriv(`aes-${keyLength * 8}-ecb`, derived.subarray(0, keyLength), null);
  cipher.setAutoPadding(false);
  let counter = 1;
  let rest = Buffer.alloc(0);
  return (piece) => {
    const blocks = Math.ceil((piece.length - rest.length) / 16);
    const counters = Buffer.alloc(Math.max(0, blocks) * 16);
    for (let block = 0; block < blocks; block++, counter++) {
      counters.writeUInt32LE(counter >>> 0, block * 16);
      counters.writeUInt32LE(Math.floor(counter / 0x100000000), block * 16 + 4);
    }
    const stream = Buffer.concat([rest, cipher.update(counters)]);
    const out = new Uint8Array(piece.length);
    for (let index = 0; index < piece.length; index++) out[index] = (piece[index] ?? 0) ^ (stream[index] ?? 0);
    rest = stream.subarray(piece.length);
    return out;
  };
}
