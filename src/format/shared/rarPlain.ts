import { crc32 } from "node:zlib";
import type { RarFile } from "./rarHeaders.ts";

/** A file with its packed bytes from all volumes, decrypted. */
export interface PlainRarFile {
  readonly file: RarFile;
  readonly packed: Uint8Array;
}

/**
 * An archive of one volume, not encrypted, that holds only these files under names nobody reads: what libarchive can unpack, which knows neither
 * passwords nor volumes and stumbles over what it does not know.
 */
export function plainRar(version: 4 | 5, files: readonly PlainRarFile[], solid: boolean): readonly Uint8Array[] {
  return version === 5 ? plain5(files, solid) : plain4(files, solid);
}

/**
 * Packed bytes of a member of version 5 without what fills up the last cipher block, which libarchive takes for one more block and fails. Each block
 * says its length and whether it is the last: flags, a checksum of the header, one to three bytes of length, data.
 */
export function withoutFilling(packed: Uint8Array): Uint8Array {
  for (let at = 0; at + 3 <= packed.length;) {
    const [flags = 0, check = 0, ...rest] = packed.subarray(at, at + 5);
    const count = ((flags >> 3) & 3) + 1;
    const sizes = rest.slice(0, count);
    if (count > 3 || sizes.length < count || sizes.reduce((sum, byte) => sum ^ byte, 0x5a ^ flags) !== check) return packed;
    at += 2 + count + sizes.reduce((sum, byte, index) => sum + byte * 256 ** index, 0);
    if ((flags & 0x40) !== 0) return packed.subarray(0, at);
  }
  return packed;
}

/** Names must differ: libarchive takes a file of the same name for the next part of the one before. */
const nameOf = (index: number): Buffer => Buffer.from(String(index));

function plain4(files: readonly PlainRarFile[], solid: boolean): readonly Uint8Array[] {
  const block = (type: number, flags: number, body: Buffer): Buffer => {
    const bytes = Buffer.concat([Buffer.alloc(7), body]);
    bytes[2] = type;
    bytes.writeUInt16LE(flags, 3);
    bytes.writeUInt16LE(bytes.length, 5);
    bytes.writeUInt16LE(crc32(bytes.subarray(2)) & 0xffff, 0);
    return bytes;
  };
  const parts: Uint8Array[] = [Buffer.from("Rar!\x1a\x07\0", "latin1"), block(0x73, solid ? 8 : 0, Buffer.alloc(6))];
  for (const [index, { file, packed }] of files.entries()) {
    const name = nameOf(index);
    const [system = 0, unpackVersion = 29, method = 0x30, attributes = 0, flags = 0] = file.packing;
    const body = Buffer.alloc(33);
    body.writeUInt32LE(packed.length, 0);
    body.writeUInt32LE((file.size ?? 0) % 2 ** 32, 4);
    body[8] = system;
    body.writeUInt32LE(file.crc ?? 0, 9);
    body[17] = unpackVersion;
    body[18] = method;
    body.writeUInt16LE(name.length, 19);
    body.writeUInt32LE(attributes, 21);
    body.writeUInt32LE(0, 25);
    body.writeUInt32LE(Math.floor((file.size ?? 0) / 2 ** 32), 29);
    // Solid and the size of the window stay; 0x100: sizes of more than 32 bits.
    parts.push(block(0x74, 0x8100 | (flags & 0xf0), Buffer.concat([body, name])), packed);
  }
  return [...parts, block(0x7b, 0x4000, Buffer.alloc(0))];
}

function plain5(files: readonly PlainRarFile[], solid: boolean): readonly Uint8Array[] {
  const block = (...fields: readonly Buffer[]): Buffer => {
    const body = Buffer.concat(fields);
    const sized = Buffer.concat([variable(body.length), body]);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32(sized));
    return Buffer.concat([crc, sized]);
  };
  const parts: Uint8Array[] = [Buffer.from("Rar!\x1a\x07\x01\0", "latin1"), block(variable(1), variable(0), variable(solid ? 4 : 0))];
  for (const [index, { file, packed }] of files.entries()) {
    const name = nameOf(index);
    const [packing = 0] = file.packing;
    parts.push(
      block(
        variable(2),
        variable(2),
        variable(packed.length),
        variable(file.size === undefined ? 8 : 0),
        variable(file.size ?? 0),
        variable(0x20),
        variable(packing),
        variable(1),
        variable(name.length),
        name,
      ),
      packed,
    );
  }
  return [...parts, block(variable(5), variable(0), variable(0))];
}

/** Seven bits a byte, least significant first. */
function variable(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}
