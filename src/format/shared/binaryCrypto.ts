import { createHash } from "node:crypto";

/** The key of a block by its number: each block of a stream has one of its own. */
export type KeyOf = (block: number) => Buffer;

/**
 * Keys of a password that fits, by what stands before encrypted content of the binary formats: its version, then RC4 ([MS-OFFCRYPTO] 2.3.6) or RC4 of
 * CryptoAPI (2.3.5). Undefined when the password does not fit or the kind is not known.
 */
export function rc4Keys(info: Buffer, password: string): KeyOf | undefined {
  if (info.length < 4) return undefined;
  return info.readUInt16LE(0) === 1 ? plainKeys(info, password) : cryptoApiKeys(info, password);
}

function plainKeys(info: Buffer, password: string): KeyOf | undefined {
  if (info.length < 52) return undefined;
  const salt = info.subarray(4, 20);
  const first = hash("md5", Buffer.from(password, "utf16le")).subarray(0, 5);
  const base = hash("md5", ...Array.from({ length: 16 }, () => [first, salt]).flat()).subarray(0, 5);
  const keyOf: KeyOf = (number) => hash("md5", base, wordOf(number));
  return verified(keyOf(0), info.subarray(20, 36), info.subarray(36, 52), "md5") ? keyOf : undefined;
}

function cryptoApiKeys(info: Buffer, password: string): KeyOf | undefined {
  if (info.length < 12 + 32) return undefined;
  const headerSize = info.readUInt32LE(8);
  const verifier = 12 + headerSize;
  if (verifier + 60 > info.length) return undefined;
  const bits = info.readUInt32LE(12 + 16) || 40;
  if (info.readUInt32LE(verifier) !== 16 || bits > 128 || bits % 8 !== 0) return undefined;
  const salt = info.subarray(verifier + 4, verifier + 20);
  const base = hash("sha1", salt, Buffer.from(password, "utf16le"));
  const keyOf: KeyOf = (number) => {
    const key = hash("sha1", base, wordOf(number)).subarray(0, bits / 8);
    return bits === 40 ? Buffer.concat([key, Buffer.alloc(11)]) : key;
  };
  return verified(keyOf(0), info.subarray(verifier + 20, verifier + 36), info.subarray(verifier + 40, verifier + 60), "sha1")
    ? keyOf
    : undefined;
}

function verified(key: Buffer, verifier: Buffer, verifierHash: Buffer, kind: "md5" | "sha1"): boolean {
  const both = Buffer.concat([verifier, verifierHash]);
  applyRc4(key, both);
  return hash(kind, both.subarray(0, verifier.length)).equals(both.subarray(verifier.length));
}

function hash(kind: "md5" | "sha1", ...pieces: readonly Uint8Array[]): Buffer {
  const state = createHash(kind);
  for (const piece of pieces) state.update(piece);
  return state.digest();
}

function wordOf(number: number): Buffer {
  const word = Buffer.alloc(4);
  word.writeUInt32LE(number);
  return word;
}

/** RC4 over `data` in place; OpenSSL 3 has it no longer. */
export function applyRc4(key: Uint8Array, data: Uint8Array): void {
  const state = new Uint8Array(256);
  for (let index = 0; index < 256; index++) state[index] = index;
  for (let index = 0, other = 0; index < 256; index++) {
    const held = state[index] ?? 0;
    other = (other + held + (key[index % key.length] ?? 0)) & 255;
    state[index] = state[other] ?? 0;
    state[other] = held;
  }
  for (let at = 0, index = 0, other = 0; at < data.length; at++) {
    index = (index + 1) & 255;
    const held = state[index] ?? 0;
    other = (other + held) & 255;
    const swapped = state[other] ?? 0;
    state[index] = swapped;
    state[other] = held;
    data[at] = (data[at] ?? 0) ^ (state[(held + swapped) & 255] ?? 0);
  }
}

/** `data` decrypted in place, in blocks of `size` bytes counted from 0. */
export function undoRc4(data: Buffer, keyOf: KeyOf, size: number): void {
  for (let at = 0, number = 0; at < data.length; at += size, number++) applyRc4(keyOf(number), data.subarray(at, at + size));
}

const initialCode: readonly number[] = [
  0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9, 0x280c, 0xa96a, 0x4ec3,
];
const padding: readonly number[] = [0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00];
const matrix: readonly number[] = [
  0xaefc, 0x4dd9, 0x9bb2, 0x2745, 0x4e8a, 0x9d14, 0x2a09, 0x7b61, 0xf6c2, 0xfda5, 0xeb6b, 0xc6f7, 0x9dcf, 0x2bbf, 0x4563, 0x8ac6, 0x05ad,
  0x0b5a, 0x16b4, 0x2d68, 0x5ad0, 0x0375, 0x06ea, 0x0dd4, 0x1ba8, 0x3750, 0x6ea0, 0xdd40, 0xd849, 0xa0b3, 0x5147, 0xa28e, 0x553d, 0xaa7a,
  0x44d5, 0x6f45, 0xde8a, 0xad35, 0x4a4b, 0x9496, 0x390d, 0x721a, 0xeb23, 0xc667, 0x9cef, 0x29ff, 0x53fe, 0xa7fc, 0x5fd9, 0x47d3, 0x8fa6,
  0x0f6d, 0x1eda, 0x3db4, 0x7b68, 0xf6d0, 0xb861, 0x60e3, 0xc1c6, 0x93ad, 0x377b, 0x6ef6, 0xddec, 0x45a0, 0x8b40, 0x06a1, 0x0d42, 0x1a84,
  0x3508, 0x6a10, 0xaa51, 0x4483, 0x8906, 0x022d, 0x045a, 0x08b4, 0x1168, 0x76b4, 0xed68, 0xcaf1, 0x85c3, 0x1ba7, 0x374e, 0x6e9c, 0x3730,
  0x6e60, 0xdcc0, 0xa9a1, 0x4363, 0x86c6, 0x1dad, 0x3331, 0x6662, 0xccc4, 0x89a9, 0x0373, 0x06e6, 0x0dcc, 0x1021, 0x2042, 0x4084, 0x8108,
  0x1231, 0x2462, 0x48c4,
];

/** Key and verifier of a password, and the 16 bytes that are laid over the data ([MS-OFFCRYPTO] 2.3.7.1, 2.3.7.2). */
export function xorKeys(password: string): { readonly key: number; readonly verifier: number; readonly array: Uint8Array } | undefined {
  const bytes = Buffer.from(password, "latin1").subarray(0, 15);
  if (bytes.length === 0) return undefined;
  let verifier = 0;
  for (const byte of [...bytes].toReversed()) verifier = (((verifier >>> 14) & 1) | ((verifier << 1) & 0x7fff)) ^ byte;
  verifier = (((verifier >>> 14) & 1) | ((verifier << 1) & 0x7fff)) ^ bytes.length ^ 0xce4b;
  let key = initialCode[bytes.length - 1] ?? 0;
  let element = 104;
  for (const byte of [...bytes].toReversed()) {
    for (let bit = 0, rest = byte; bit < 7; bit++, rest <<= 1) {
      if ((rest & 0x40) !== 0) key ^= matrix[element] ?? 0;
      element--;
    }
  }
  const array = new Uint8Array(16);
  for (let index = 0; index < 16; index++) {
    const byte = (index < bytes.length ? bytes[index] : padding[index - bytes.length]) ?? 0;
    const mixed = byte ^ ((index & 1) === 0 ? key & 255 : key >>> 8);
    array[index] = ((mixed >>> 1) | (mixed << 7)) & 255;
  }
  return { key, verifier, array };
}
