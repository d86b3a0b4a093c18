import { createHash } from "node:crypto";
import { biff, emptyRecord, readRecord } from "./biffRecord.ts";
import type { BiffRecord } from "./biffRecord.ts";

/** Excel encrypts with it what is only protected against changes; it opens for everybody ([MS-OFFCRYPTO]; Excel's own default). */
const defaultPassword = "VelvetSweatshop";

/** 1 KiB: each has a key of its own. */
const block = 1024;

/** Records that are never encrypted ([MS-XLS] 2.2.10): BOF, FILEPASS, exclusive use, file lock, interface header, revision headers. */
const plain: ReadonlySet<number> = new Set([0x809, biff.filePass, 0x194, 0x195, 0xe1, 0x196, 0x138]);

/**
 * A workbook stream with its FILEPASS record undone: by XOR obfuscation, RC4 or RC4 of CryptoAPI. `filePass` is that record. Tries the password
 * that everybody has first, then the given ones; undefined when none fits or the kind is not known.
 */
export function decryptBiff(stream: Buffer, filePass: BiffRecord, passwords: readonly string[]): Buffer | undefined {
  const data = stream.subarray(filePass.from, filePass.to);
  for (const password of [defaultPassword, ...passwords]) {
    const decrypted = tryPassword(stream, data, password);
    if (decrypted !== undefined) return decrypted;
  }
  return undefined;
}

function tryPassword(stream: Buffer, data: Buffer, password: string): Buffer | undefined {
  // Below version 8 the record holds key and verifier of the XOR kind alone.
  if (data.length < 6) return data.length < 4 ? undefined : undoXor(stream, data.readUInt16LE(0), data.readUInt16LE(2), password);
  const kind = data.readUInt16LE(0);
  if (kind === 0) return undoXor(stream, data.readUInt16LE(2), data.readUInt16LE(4), password);
  if (kind !== 1) return undefined;
  const keyOf = data.readUInt16LE(2) === 1 ? rc4Keys(data, password) : cryptoApiKeys(data, password);
  return keyOf === undefined ? undefined : undoBlocks(stream, keyOf);
}

type KeyOf = (block: number) => Buffer;

/** [MS-OFFCRYPTO] 2.3.6. */
function rc4Keys(data: Buffer, password: string): KeyOf | undefined {
  if (data.length < 54) return undefined;
  const salt = data.subarray(6, 22);
  const first = hash("md5", Buffer.from(password, "utf16le")).subarray(0, 5);
  const base = hash("md5", ...Array.from({ length: 16 }, () => [first, salt]).flat()).subarray(0, 5);
  const keyOf: KeyOf = (number) => hash("md5", base, wordOf(number));
  return verified(keyOf(0), data.subarray(22, 38), data.subarray(38, 54), "md5") ? keyOf : undefined;
}

/** [MS-OFFCRYPTO] 2.3.5. */
function cryptoApiKeys(data: Buffer, password: string): KeyOf | undefined {
  if (data.length < 14 + 32) return undefined;
  const headerSize = data.readUInt32LE(10);
  const verifier = 14 + headerSize;
  if (verifier + 60 > data.length) return undefined;
  const bits = data.readUInt32LE(14 + 16) || 40;
  if (data.readUInt32LE(verifier) !== 16 || bits > 128 || bits % 8 !== 0) return undefined;
  const salt = data.subarray(verifier + 4, verifier + 20);
  const base = hash("sha1", salt, Buffer.from(password, "utf16le"));
  const keyOf: KeyOf = (number) => {
    const key = hash("sha1", base, wordOf(number)).subarray(0, bits / 8);
    return bits === 40 ? Buffer.concat([key, Buffer.alloc(11)]) : key;
  };
  return verified(keyOf(0), data.subarray(verifier + 20, verifier + 36), data.subarray(verifier + 40, verifier + 60), "sha1")
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
function applyRc4(key: Uint8Array, data: Uint8Array): void {
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

function undoBlocks(stream: Buffer, keyOf: KeyOf): Buffer {
  const out = Buffer.from(stream);
  for (let at = 0, number = 0; at < out.length; at += block, number++) applyRc4(keyOf(number), out.subarray(at, at + block));
  eachRecord(stream, (record) => {
    const keep = plain.has(record.type) ? record.to : record.type === biff.boundSheet ? Math.min(record.from + 4, record.to) : record.from;
    stream.copy(out, record.from - 4, record.from - 4, keep);
  });
  return out;
}

function eachRecord(stream: Buffer, take: (record: BiffRecord) => void): void {
  const record = emptyRecord();
  for (let at = 0; readRecord(stream, at, record); at = record.next) take(record);
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

function undoXor(stream: Buffer, key: number, verifier: number, password: string): Buffer | undefined {
  const keys = xorKeys(password);
  if (keys === undefined || keys.key !== key || keys.verifier !== verifier) return undefined;
  const { array } = keys;
  const out = Buffer.from(stream);
  eachRecord(stream, (record) => {
    if (plain.has(record.type)) return;
    // The place in the array is that of the record's end, however the record is cut.
    let place = record.next;
    for (let at = record.from; at < record.to; at++, place++) {
      if (record.type === biff.boundSheet && at < record.from + 4) continue;
      const byte = (stream[at] ?? 0) ^ (array[place & 15] ?? 0);
      out[at] = (byte << 3) | (byte >>> 5);
    }
  });
  return out;
}
