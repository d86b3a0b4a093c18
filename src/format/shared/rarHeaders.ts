import { crc32 } from "node:zlib";
import type { ByteSource } from "../../model/entry.ts";
import { decodeName } from "./archiveName.ts";
import { readRange } from "./bytes.ts";
import { dosTime } from "./dosTime.ts";
import { rarDecrypt, rarKey } from "./rarCrypto.ts";
import type { RarLock } from "./rarCrypto.ts";

/** A file or directory as the headers of a RAR archive name it. */
export interface RarFile {
  readonly name: string;
  readonly directory: boolean;
  readonly lock: RarLock | undefined;
  /** Bytes unpacked as declared; undefined where they are not. */
  readonly size: number | undefined;
  readonly modified: string | undefined;
  readonly crc: number | undefined;
  /** It began in the volume before this one. */
  readonly continued: boolean;
  /** It goes on in the next volume. */
  readonly goesOn: boolean;
  /** Where its packed bytes lie. */
  readonly from: number;
  readonly length: number;
  /** How it is packed, as its header says: for version 4 system, version, method, attributes and flags, for version 5 one number. */
  readonly packing: readonly number[];
  /** As it lies, without packing. */
  readonly stored: boolean;
  /** Unpacked with what the file before it left. */
  readonly solid: boolean;
}

/** What the headers of one volume say. */
export interface RarHeaders {
  readonly version: 4 | 5;
  readonly files: readonly RarFile[];
  /** The headers themselves are encrypted, and no password opens them: nothing is known. */
  readonly hidden: boolean;
  /** With which the headers were opened. */
  readonly password: string | undefined;
  /** One of several. */
  readonly volume: boolean;
  /** Headers end before the archive says that it does. */
  readonly cut: boolean;
  /** The last header says that another volume follows. */
  readonly more: boolean;
}

type Found = Omit<RarHeaders, "version">;

const countLimit = 200_000;
/** 2 MiB: a header holds names and extra records. */
const headerLimit = 2 * 1024 * 1024;
/** What a comment is called. */
const commentName = "(comment)";

/** 4 for RAR 1.5–4, 5 for RAR 5–7; undefined for what begins like neither. */
export function rarVersion(head: Uint8Array): 4 | 5 | undefined {
  const text = Buffer.from(head.subarray(0, 8)).toString("latin1");
  if (text.startsWith("Rar!\x1a\x07\x01\0")) return 5;
  return text.startsWith("Rar!\x1a\x07\0") ? 4 : undefined;
}

/** Walks the headers without reading what is packed between them. */
export async function readRarHeaders(source: ByteSource, version: 4 | 5, passwords: readonly string[]): Promise<RarHeaders> {
  const found = version === 5 ? await headers5(source, passwords) : await headers4(source, passwords);
  return { version, ...found };
}

/** A header with what follows it. */
interface Block {
  readonly bytes: Buffer;
  /** Where its data begin. */
  readonly end: number;
}

async function headers4(source: ByteSource, passwords: readonly string[]): Promise<Found> {
  const files: RarFile[] = [];
  let volume = false;
  let password: string | undefined;
  const ended = (cut: boolean, more: boolean, hidden = false): Found => ({ files, hidden, password, volume, cut, more });
  for (let at = 7; files.length < countLimit;) {
    const block = await block4(source, at, password);
    // Since version 3 a header says that the archive ends.
    if (block === "end") return ended(files.length === 0 || (files.at(-1)?.packing[1] ?? 0) >= 29, false);
    if (block === undefined) return ended(true, false);
    const { bytes, end } = block;
    const type = bytes[2] ?? 0;
    const flags = bytes.readUInt16LE(3);
    if (type === 0x73) {
      volume = (flags & 1) !== 0;
      if ((flags & 0x80) !== 0) {
        for (const one of passwords) {
          if (typeof (await block4(source, end, one)) !== "object") continue;
          password = one;
          break;
        }
        if (password === undefined) return ended(false, false, true);
      }
    }
    if (type === 0x7b) return ended(false, (flags & 1) !== 0);
    let added = (flags & 0x8000) !== 0 && bytes.length >= 11 ? bytes.readUInt32LE(7) : 0;
    const service = type === 0x7a;
    if ((type === 0x74 || service) && bytes.length >= 32) {
      const wide = (flags & 0x100) !== 0 && bytes.length >= 40;
      if (wide) added += bytes.readUInt32LE(32) * 2 ** 32;
      const nameAt = wide ? 40 : 32;
      const nameEnd = nameAt + bytes.readUInt16LE(26);
      const raw = bytes.subarray(nameAt, nameEnd);
      const comment = service && files.length === 0 && raw.toString("latin1") === "CMT";
      const name = comment ? commentName : ((flags & 0x200) === 0 ? decodeName(raw) : unicodeName(raw)).replaceAll("\\", "/");
      if (!service || comment)
        files.push({
          name,
          directory: !service && (flags & 0xe0) === 0xe0,
          lock: (flags & 4) === 0 ? undefined : lock4(bytes, flags, nameEnd),
          size: bytes.readUInt32LE(11) + (wide ? bytes.readUInt32LE(36) * 2 ** 32 : 0),
          modified: dosTime(bytes.readUInt32LE(20)),
          crc: bytes.readUInt32LE(16),
          continued: (flags & 1) !== 0,
          goesOn: (flags & 2) !== 0,
          from: end,
          length: added,
          packing: [bytes[15] ?? 0, bytes[24] ?? 0, bytes[25] ?? 0, bytes.readUInt32LE(28), flags],
          stored: bytes[25] === 0x30,
          solid: (flags & 0x10) !== 0,
        });
    }
    at = end + added;
  }
  return ended(true, false);
}

function lock4(bytes: Buffer, flags: number, nameEnd: number): RarLock {
  return { version: 4, salt: (flags & 0x400) === 0 ? undefined : Buffer.from(bytes.subarray(nameEnd, nameEnd + 8)) };
}

/** "end" where nothing follows; undefined for what is no header, also under a wrong password. */
async function block4(source: ByteSource, at: number, password: string | undefined): Promise<Block | "end" | undefined> {
  if (password === undefined) {
    const head = Buffer.from(await readRange(source, at, 7));
    if (head.length === 0) return "end";
    const size = sizeOf4(head);
    const bytes = size === undefined ? undefined : Buffer.from(await readRange(source, at, size));
    return bytes === undefined || bytes.length < (size ?? 0) ? undefined : { bytes, end: at + bytes.length };
  }
  const raw = Buffer.from(await readRange(source, at, 24));
  if (raw.length === 0) return "end";
  const key = rarKey({ version: 4, salt: raw.subarray(0, 8) }, password);
  const size = key === undefined ? undefined : sizeOf4(rarDecrypt(key, raw.subarray(8)));
  if (key === undefined || size === undefined) return undefined;
  const packed = await readRange(source, at + 8, Math.ceil(size / 16) * 16);
  const bytes = rarDecrypt(key, packed).subarray(0, size);
  if (bytes.length < size || (crc32(bytes.subarray(2)) & 0xffff) !== bytes.readUInt16LE(0)) return undefined;
  return { bytes, end: at + 8 + packed.length };
}

function sizeOf4(head: Buffer): number | undefined {
  if (head.length < 7) return undefined;
  const type = head[2] ?? 0;
  const size = head.readUInt16LE(5);
  return size < 7 || type < 0x72 || type > 0x7b ? undefined : size;
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

async function headers5(source: ByteSource, passwords: readonly string[]): Promise<Found> {
  const files: RarFile[] = [];
  let volume = false;
  let password: string | undefined;
  let key: Buffer | undefined;
  const ended = (cut: boolean, more: boolean, hidden = false): Found => ({ files, hidden, password, volume, cut, more });
  for (let at = 8; files.length < countLimit;) {
    const block = await block5(source, at, key);
    if (block === undefined) return ended(true, false);
    const { bytes, end } = block;
    const inside = { at: 0 };
    const type = variable(bytes, inside);
    const flags = variable(bytes, inside);
    const extra = (flags & 1) === 0 ? 0 : variable(bytes, inside);
    const data = (flags & 2) === 0 ? 0 : variable(bytes, inside);
    if (type === 4) {
      const lock = lockOfHeaders(bytes, inside);
      for (const one of passwords) {
        key = rarKey(lock, one)?.key;
        if (key === undefined || (await block5(source, end, key)) === undefined) continue;
        password = one;
        break;
      }
      if (password === undefined) return ended(false, false, true);
    }
    if (type === 1) volume = (variable(bytes, inside) & 1) !== 0;
    if (type === 5) return ended(false, (variable(bytes, inside) & 1) !== 0);
    if (type === 2 || type === 3) {
      const file = file5(bytes, inside, flags, extra);
      const comment = type === 3 && file.name === "CMT" && files.length === 0;
      if (type === 2 || comment) files.push({ ...file, ...(comment ? { name: commentName } : {}), from: end, length: data });
    }
    at = end + data;
  }
  return ended(true, false);
}

async function block5(source: ByteSource, at: number, key: Buffer | undefined): Promise<Block | undefined> {
  const place = { at: 4 };
  if (key === undefined) {
    const head = Buffer.from(await readRange(source, at, 16));
    const size = head.length < 8 ? 0 : variable(head, place);
    if (size === 0 || size > headerLimit) return undefined;
    const from = at + place.at;
    const bytes = Buffer.from(await readRange(source, from, size));
    return bytes.length < size ? undefined : { bytes, end: from + size };
  }
  const raw = Buffer.from(await readRange(source, at, 32));
  if (raw.length < 32) return undefined;
  const lock = { key, vector: raw.subarray(0, 16) };
  const size = variable(rarDecrypt(lock, raw.subarray(16)), place);
  if (size === 0 || size > headerLimit) return undefined;
  const packed = await readRange(source, at + 16, Math.ceil((place.at + size) / 16) * 16);
  const bytes = rarDecrypt(lock, packed).subarray(0, place.at + size);
  if (bytes.length < place.at + size || crc32(bytes.subarray(4)) >>> 0 !== bytes.readUInt32LE(0)) return undefined;
  return { bytes: bytes.subarray(place.at), end: at + 16 + packed.length };
}

function lockOfHeaders(bytes: Buffer, place: { at: number }): RarLock {
  variable(bytes, place);
  const flags = variable(bytes, place);
  const power = bytes[place.at] ?? 0;
  const salt = Buffer.from(bytes.subarray(place.at + 1, place.at + 17));
  return { version: 5, power, salt, vector: undefined, check: checkOf(bytes, place.at + 17, flags), keyed: false };
}

/** Eight bytes, where their own checksum holds. */
function checkOf(bytes: Buffer, at: number, flags: number): Buffer | undefined {
  return (flags & 1) === 0 || at + 8 > bytes.length ? undefined : Buffer.from(bytes.subarray(at, at + 8));
}

function file5(block: Buffer, place: { at: number }, flags: number, extra: number): Omit<RarFile, "from" | "length"> {
  const kind = variable(block, place);
  const size = variable(block, place);
  variable(block, place);
  let modified: string | undefined;
  if ((kind & 2) !== 0 && place.at + 4 <= block.length) {
    modified = new Date(block.readUInt32LE(place.at) * 1000).toISOString();
    place.at += 4;
  }
  let crc: number | undefined;
  if ((kind & 4) !== 0 && place.at + 4 <= block.length) {
    crc = block.readUInt32LE(place.at);
    place.at += 4;
  }
  const packing = variable(block, place);
  variable(block, place);
  const length = variable(block, place);
  const name = decodeName(block.subarray(place.at, place.at + length));
  let lock: RarLock | undefined;
  let linked = false;
  for (const record = { at: Math.max(place.at, block.length - extra) }; record.at < block.length;) {
    const recordSize = variable(block, record);
    const end = record.at + recordSize;
    if (recordSize === 0) break;
    const type = variable(block, record);
    if (type === 1) lock = lockOfFile(block, record);
    // A link, or a copy of a file that lies elsewhere in the archive: its size is that of the other.
    if (type === 5) linked = true;
    record.at = end;
  }
  return {
    name,
    directory: (kind & 1) !== 0,
    lock,
    size: linked ? 0 : (kind & 8) === 0 ? size : undefined,
    modified,
    crc: linked ? undefined : crc,
    continued: (flags & 8) !== 0,
    goesOn: (flags & 16) !== 0,
    packing: [packing],
    stored: linked || ((packing >> 7) & 7) === 0,
    solid: (packing & 0x40) !== 0,
  };
}

function lockOfFile(block: Buffer, record: { at: number }): RarLock {
  variable(block, record);
  const flags = variable(block, record);
  const at = record.at;
  return {
    version: 5,
    power: block[at] ?? 0xff,
    salt: Buffer.from(block.subarray(at + 1, at + 17)),
    vector: Buffer.concat([block.subarray(at + 17, at + 33), Buffer.alloc(16)], 16),
    check: checkOf(block, at + 33, flags),
    keyed: (flags & 2) !== 0,
  };
}

/** Seven bits a byte, least significant first: ten bytes hold 64 bits. */
function variable(bytes: Buffer, place: { at: number }): number {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[place.at++] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  return value;
}
