import type { ByteSource } from "../../model/entry.ts";
import { decodeName } from "./archiveName.ts";
import { readRange } from "./bytes.ts";
import { dosTime } from "./dosTime.ts";

/** A file or directory as the headers of a RAR archive name it. */
export interface RarFile {
  readonly name: string;
  readonly directory: boolean;
  readonly encrypted: boolean;
  /** Bytes unpacked as declared; undefined where they are not. */
  readonly size: number | undefined;
  readonly modified: string | undefined;
  /** It began in the volume before this one. */
  readonly continued: boolean;
  /** It goes on in the next volume. */
  readonly goesOn: boolean;
  /** Where its header begins and its packed bytes end. */
  readonly from: number;
  readonly to: number;
}

/** What the headers of one volume say. */
export interface RarHeaders {
  readonly files: readonly RarFile[];
  /** The headers themselves are encrypted: nothing is known. */
  readonly hidden: boolean;
  /** One of several. */
  readonly volume: boolean;
  /** Headers end before the archive says that it does. */
  readonly cut: boolean;
  /** The last header says that another volume follows. */
  readonly more: boolean;
}

const countLimit = 200_000;
/** 2 MiB: a header holds names and extra records. */
const headerLimit = 2 * 1024 * 1024;

/** 4 for RAR 1.5–4, 5 for RAR 5–7; undefined for what begins like neither. */
export function rarVersion(head: Uint8Array): 4 | 5 | undefined {
  const text = Buffer.from(head.subarray(0, 8)).toString("latin1");
  if (text.startsWith("Rar!\x1a\x07\x01\0")) return 5;
  return text.startsWith("Rar!\x1a\x07\0") ? 4 : undefined;
}

/** Walks the headers without reading what is packed between them. */
export function readRarHeaders(source: ByteSource, version: 4 | 5): Promise<RarHeaders> {
  return version === 5 ? headers5(source) : headers4(source);
}

async function headers4(source: ByteSource): Promise<RarHeaders> {
  const files: RarFile[] = [];
  let volume = false;
  for (let at = 7; files.length < countLimit;) {
    const head = Buffer.from(await readRange(source, at, 11));
    if (head.length < 7) return { files, hidden: false, volume, cut: head.length > 0 || files.length === 0, more: false };
    const type = head[2] ?? 0;
    const flags = head.readUInt16LE(3);
    const size = head.readUInt16LE(5);
    if (size < 7 || type < 0x72 || type > 0x7b) return { files, hidden: false, volume, cut: true, more: false };
    const block = Buffer.from(await readRange(source, at, size));
    if (type === 0x73) {
      volume = (flags & 1) !== 0;
      if ((flags & 0x80) !== 0) return { files, hidden: true, volume, cut: false, more: false };
    }
    if (type === 0x7b) return { files, hidden: false, volume, cut: false, more: (flags & 1) !== 0 };
    let added = (flags & 0x8000) !== 0 && block.length >= 11 ? block.readUInt32LE(7) : 0;
    if (type === 0x74 && block.length >= 32) {
      const wide = (flags & 0x100) !== 0;
      if (wide && block.length >= 40) added += block.readUInt32LE(32) * 2 ** 32;
      const nameAt = wide ? 40 : 32;
      const raw = block.subarray(nameAt, nameAt + block.readUInt16LE(26));
      files.push({
        name: ((flags & 0x200) === 0 ? decodeName(raw) : unicodeName(raw)).replaceAll("\\", "/"),
        directory: (flags & 0xe0) === 0xe0,
        encrypted: (flags & 4) !== 0,
        size: block.readUInt32LE(11) + (wide && block.length >= 40 ? block.readUInt32LE(36) * 2 ** 32 : 0),
        modified: dosTime(block.readUInt32LE(20)),
        continued: (flags & 1) !== 0,
        goesOn: (flags & 2) !== 0,
        from: at,
        to: at + size + added,
      });
    }
    at += size + added;
  }
  return { files, hidden: false, volume, cut: true, more: false };
}

/** The name in one byte a character, a zero, then how it differs from that in UTF-16. */
function unicodeName(raw: Buffer): string {
  const zero = raw.indexOf(0);
  if (zero < 0) return decodeName(raw);
  const plain = raw.subarray(0, zero);
  const packed = raw.subarray(zero + 1);
  const high = (packed[0] ?? 0) << 8;
  const units: number[] = [];
  let flags = 0;
  let bits = 0;
  for (let at = 1; at < packed.length && units.length < 2048;) {
    if (bits === 0) {
      flags = packed[at++] ?? 0;
      bits = 8;
    }
    const kind = (flags >> 6) & 3;
    if (kind === 0) units.push(packed[at++] ?? 0);
    else if (kind === 1) units.push((packed[at++] ?? 0) | high);
    else if (kind === 2) {
      units.push((packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8));
      at += 2;
    } else {
      const length = packed[at++] ?? 0;
      const correction = (length & 0x80) === 0 ? undefined : (packed[at++] ?? 0);
      for (let count = (length & 0x7f) + 2; count > 0; count--) {
        const byte = plain[units.length] ?? 0;
        units.push(correction === undefined ? byte : ((byte + correction) & 0xff) | high);
      }
    }
    flags <<= 2;
    bits -= 2;
  }
  return units.length === 0 ? decodeName(plain) : String.fromCharCode(...units);
}

async function headers5(source: ByteSource): Promise<RarHeaders> {
  const files: RarFile[] = [];
  let volume = false;
  for (let at = 8; files.length < countLimit;) {
    const head = Buffer.from(await readRange(source, at, 16));
    const place = { at: 4 };
    const size = head.length < 8 ? 0 : variable(head, place);
    if (size === 0 || size > headerLimit) return { files, hidden: false, volume, cut: true, more: false };
    const from = at + place.at;
    const block = Buffer.from(await readRange(source, from, size));
    if (block.length < size) return { files, hidden: false, volume, cut: true, more: false };
    const inside = { at: 0 };
    const type = variable(block, inside);
    const flags = variable(block, inside);
    const extra = (flags & 1) === 0 ? 0 : variable(block, inside);
    const data = (flags & 2) === 0 ? 0 : variable(block, inside);
    if (type === 4) return { files, hidden: true, volume, cut: false, more: false };
    if (type === 1) volume = (variable(block, inside) & 1) !== 0;
    if (type === 5) return { files, hidden: false, volume, cut: false, more: (variable(block, inside) & 1) !== 0 };
    if (type === 2) files.push({ ...file5(block, inside, flags, extra), from: at, to: from + size + data });
    at = from + size + data;
  }
  return { files, hidden: false, volume, cut: true, more: false };
}

function file5(block: Buffer, place: { at: number }, flags: number, extra: number): Omit<RarFile, "from" | "to"> {
  const kind = variable(block, place);
  const size = variable(block, place);
  variable(block, place);
  let modified: string | undefined;
  if ((kind & 2) !== 0 && place.at + 4 <= block.length) {
    modified = new Date(block.readUInt32LE(place.at) * 1000).toISOString();
    place.at += 4;
  }
  if ((kind & 4) !== 0) place.at += 4;
  variable(block, place);
  variable(block, place);
  const length = variable(block, place);
  const name = decodeName(block.subarray(place.at, place.at + length));
  let encrypted = false;
  for (const record = { at: Math.max(place.at, block.length - extra) }; record.at < block.length;) {
    const recordSize = variable(block, record);
    const end = record.at + recordSize;
    if (recordSize === 0) break;
    if (variable(block, record) === 1) encrypted = true;
    record.at = end;
  }
  return {
    name,
    directory: (kind & 1) !== 0,
    encrypted,
    size: (kind & 8) === 0 ? size : undefined,
    modified,
    continued: (flags & 8) !== 0,
    goesOn: (flags & 16) !== 0,
  };
}

/** Seven bits a byte, least significant first. */
function variable(bytes: Buffer, place: { at: number }): number {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = bytes[place.at++] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  return value;
}
