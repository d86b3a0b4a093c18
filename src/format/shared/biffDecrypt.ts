import { rc4Keys, undoRc4, xorKeys } from "./binaryCrypto.ts";
import type { KeyOf } from "./binaryCrypto.ts";
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
  const keyOf = rc4Keys(data.subarray(2), password);
  return keyOf === undefined ? undefined : undoBlocks(stream, keyOf);
}

function undoBlocks(stream: Buffer, keyOf: KeyOf): Buffer {
  const out = Buffer.from(stream);
  undoRc4(out, keyOf, block);
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
