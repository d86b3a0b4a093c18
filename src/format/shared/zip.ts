import { isUtf8 } from "node:buffer";
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../model/entry.ts";
import { decodeName } from "./archiveName.ts";
import { readRange } from "./bytes.ts";
import { isCarrier } from "./carrier.ts";
import { dosTime } from "./dosTime.ts";

/** One member of a zip archive (APPNOTE 6.3.10), as its directory or, after damage, its local header tells it. */
export interface ZipMember {
  /** Decoded, as it stands: `../`, a drive letter and duplicates are names only, nothing is ever written under them. */
  readonly name: string;
  /** A directory without data of its own. */
  readonly directory: boolean;
  /** 0 stored, 8 deflate, 99 AES; all else is not read. */
  readonly method: number;
  readonly encrypted: boolean;
  /** Of the plain bytes; undefined where a damaged archive does not tell. */
  readonly crc: number | undefined;
  /** Bytes as stored; an upper bound where a damaged archive does not tell. */
  readonly compressedSize: number;
  /** Bytes as declared; undefined where a damaged archive does not tell. May lie. */
  readonly size: number | undefined;
  /** Offset of the local header in the source. */
  readonly headerOffset: number;
  /** ISO 8601; without a time stamp in UTC the archive's local time is taken for UTC. */
  readonly modified: string | undefined;
  /** What the first byte of a decrypted member is compared with (ZipCrypto). */
  readonly check: number;
  /** Strength 1–3 and the method within, for method 99 (WinZip AE-1, AE-2). */
  readonly aes: { readonly strength: number; readonly version: number; readonly method: number } | undefined;
  /** What a person or archiver wrote beside it in the directory. */
  readonly comment?: string;
}

/** A zip archive: what is in it, and what was wrong with it. */
export interface Zip {
  readonly source: ByteSource;
  /** Bytes of the source. */
  readonly size: number;
  readonly members: readonly ZipMember[];
  /** Why the directory could not be taken at its word. */
  readonly damage: string | undefined;
  /** Text behind the directory; "" for none. */
  readonly comment: string;
  /** Members that share bytes: how flat bombs are made. */
  readonly overlapping: boolean;
  /** Bytes inflated from this archive so far, for the ratio of the whole. */
  inflated: number;
  /** A member of that name by scanning the source for local headers; the scan is done once, when asked for. */
  find(name: string): Promise<ZipMember | undefined>;
}

const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
/** The end record is 22 bytes with a comment of at most 65,535 behind it. */
const tailLength = 22 + 65_535;
/** 64 MiB: a directory of a million members; what is behind is told as damage. */
const directoryLimit = 64 * 1024 * 1024;
/** More members than any limit lets through; keeps the list bounded when a scan meets a crafted file. */
const memberLimit = 200_000;
/** 1 MiB: step of the scan for local headers. */
const scanStep = 1024 * 1024;

const known = new WeakMap<ByteSource, Promise<Zip | undefined>>();

/**
 * Reads the directory of a zip archive by range reads; undefined when the source is none or cannot be read at any offset. A prefix (self
 * extractor, picture) is allowed. A damaged or missing directory is replaced by a scan for local headers. Read once for each source. `starts`:
 * where each volume of a set begins in the source.
 */
export function readZip(source: ByteSource, starts: readonly number[] = []): Promise<Zip | undefined> {
  let zip = starts.length > 0 ? undefined : known.get(source);
  if (zip === undefined) {
    zip = readDirectory(source, starts);
    known.set(source, zip);
  }
  return zip;
}

/** True when the bytes begin as a zip archive does: a local header, an empty archive, or the mark of a spanned one. */
export function startsAsZip(head: Uint8Array): boolean {
  if (head.length < 4 || head[0] !== 0x50 || head[1] !== 0x4b) return false;
  return (
    (head[2] === 3 && head[3] === 4) ||
    (head[2] === 5 && head[3] === 6) ||
    (head[2] === 7 && head[3] === 8) ||
    (head[2] === 0x30 && head[3] === 0x30)
  );
}

/**
 * True when the bytes begin as something a zip archive is known to be hung on: programs and scripts (self extractors), pictures, sounds, fonts. For all else
 * the end of the file is not looked at, since that is one more read for each file of a disk.
 */
export function mayCarryZip(head: Uint8Array): boolean {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4)).toString("latin1");
  return start.startsWith("MZ") || start.startsWith("#!") || start === "\x7fELF" || isCarrier(head);
}

async function readDirectory(source: ByteSource, starts: readonly number[]): Promise<Zip | undefined> {
  const size = source.size;
  if (size === undefined || !source.seekable || size < 22) return undefined;
  const head = await readRange(source, 0, 4);
  const found = await fromDirectory(source, size, starts);
  let scanned: Promise<readonly ZipMember[]> | undefined;
  const scan = (): Promise<readonly ZipMember[]> => (scanned ??= scanLocalHeaders(source, size));
  if (found === undefined && !startsAsZip(head)) return undefined;
  let members = found?.members ?? [];
  let damage = found === undefined ? "no directory at the end" : found.damage;
  if (damage !== undefined) {
    const offsets = new Set(members.map((listed) => listed.headerOffset));
    members = [...members, ...(await scan()).filter((other) => !offsets.has(other.headerOffset))];
    if (members.length === 0 && found === undefined && size > 22) damage = "no directory and no local header";
  }
  let byName: Map<string, ZipMember> | undefined;
  const find = async (name: string): Promise<ZipMember | undefined> => {
    byName ??= new Map((await scan()).toReversed().map((other) => [other.name, other]));
    return byName.get(name);
  };
  return { source, size, members, damage, comment: found?.comment ?? "", overlapping: overlap(members), inflated: 0, find };
}

async function fromDirectory(
  source: ByteSource,
  size: number,
  starts: readonly number[],
): Promise<{ members: readonly ZipMember[]; damage: string | undefined; comment: string } | undefined> {
  const tailStart = Math.max(0, size - tailLength);
  const tail = Buffer.from(await readRange(source, tailStart, size - tailStart));
  for (let at = tail.length - 22; at >= 0; at--) {
    at = tail.lastIndexOf("PK\x05\x06", at, "latin1");
    if (at < 0) return undefined;
    if (at + 22 > tail.length || tail.readUInt32LE(at) !== endSignature) continue;
    const end = await endRecord(source, tail, at, tailStart + at);
    if (end === undefined) continue;
    const comment = decodeName(tail.subarray(at + 22, at + 22 + tail.readUInt16LE(at + 20)));
    return { ...(await centralDirectory(source, end, starts)), comment };
  }
  return undefined;
}

interface EndRecord {
  readonly count: number;
  readonly start: number;
  readonly length: number;
  readonly prefix: number;
}

async function endRecord(source: ByteSource, tail: Buffer, at: number, position: number): Promise<EndRecord | undefined> {
  let count = tail.readUInt16LE(at + 10);
  let length = tail.readUInt32LE(at + 12);
  let offset = tail.readUInt32LE(at + 16);
  let end = position;
  if (count === 0xffff || length === 0xffffffff || offset === 0xffffffff) {
    const locator = Buffer.from(await readRange(source, Math.max(0, position - 20), 20));
    if (position >= 20 && locator.length === 20 && locator.readUInt32LE(0) === locator64Signature) {
      for (const where of [Number(locator.readBigUInt64LE(8)), position - 20 - 56]) {
        if (!Number.isSafeInteger(where) || where < 0) continue;
        const record = Buffer.from(await readRange(source, where, 56));
        if (record.length < 56 || record.readUInt32LE(0) !== end64Signature) continue;
        count = Number(record.readBigUInt64LE(32));
        length = Number(record.readBigUInt64LE(40));
        offset = Number(record.readBigUInt64LE(48));
        end = where;
        break;
      }
    }
  }
  if (count === 0 && length === 0) return { count: 0, start: end, length: 0, prefix: 0 };
  // A self extractor in front shifts all: the directory ends where the end record begins.
  for (const start of [end - length, offset]) {
    if (!Number.isSafeInteger(start) || start < 0 || start >= end) continue;
    const first = Buffer.from(await readRange(source, start, 4));
    if (first.length === 4 && first.readUInt32LE(0) === centralSignature) {
      return { count, start, length: end - start, prefix: Math.max(0, start - offset) };
    }
  }
  return undefined;
}

async function centralDirectory(
  source: ByteSource,
  end: EndRecord,
  starts: readonly number[],
): Promise<{ members: readonly ZipMember[]; damage: string | undefined }> {
  const members: ZipMember[] = [];
  const bytes = Buffer.from(await readRange(source, end.start, Math.min(end.length, directoryLimit)));
  let at = 0;
  while (at + 46 <= bytes.length && members.length < memberLimit && bytes.readUInt32LE(at) === centralSignature) {
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    const commentLength = bytes.readUInt16LE(at + 32);
    const nameEnd = at + 46 + nameLength;
    const next = nameEnd + extraLength + commentLength;
    if (next > bytes.length) break;
    const comment = decodeName(bytes.subarray(next - commentLength, next));
    members.push({
      ...(comment === "" ? {} : { comment }),
      ...member(
        {
          flags: bytes.readUInt16LE(at + 8),
          method: bytes.readUInt16LE(at + 10),
          time: bytes.readUInt16LE(at + 12),
          date: bytes.readUInt16LE(at + 14),
          crc: bytes.readUInt32LE(at + 16),
          compressedSize: bytes.readUInt32LE(at + 20),
          size: bytes.readUInt32LE(at + 24),
          offset: bytes.readUInt32LE(at + 42),
        },
        bytes.subarray(at + 46, nameEnd),
        bytes.subarray(nameEnd, nameEnd + extraLength),
        starts.length > 0 ? (starts[bytes.readUInt16LE(at + 34)] ?? 0) : end.prefix,
      ),
    });
    at = next;
  }
  const whole = members.length === end.count || (end.count <= 0xffff && members.length % 0x10000 === end.count);
  return { members, damage: whole ? undefined : "directory ends early" };
}

interface RawHeader {
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc: number | undefined;
  readonly compressedSize: number;
  readonly size: number | undefined;
  readonly offset: number;
}

function member(raw: RawHeader, rawName: Buffer, extra: Buffer, prefix: number): ZipMember {
  let { compressedSize, size, offset } = raw;
  let name: string | undefined;
  let seconds: number | undefined;
  let aes: ZipMember["aes"];
  for (let at = 0; at + 4 <= extra.length;) {
    const id = extra.readUInt16LE(at);
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    at += 4 + extra.readUInt16LE(at + 2);
    if (id === 0x0001) {
      // Zip64: only the fields that do not fit stand here, in this order.
      let position = 0;
      const take = (): number | undefined => {
        if (position + 8 > field.length) return undefined;
        position += 8;
        return Number(field.readBigUInt64LE(position - 8));
      };
      if (size === 0xffffffff) size = take() ?? size;
      if (compressedSize === 0xffffffff) compressedSize = take() ?? compressedSize;
      if (offset === 0xffffffff) offset = take() ?? offset;
    } else if (id === 0x7075 && field.length > 5 && field[0] === 1 && field.readUInt32LE(1) === crc32(rawName)) {
      const unicode = field.subarray(5);
      if (isUtf8(unicode)) name = unicode.toString("utf8");
    } else if (id === 0x5455 && field.length >= 5 && ((field[0] ?? 0) & 1) === 1) {
      seconds = field.readInt32LE(1);
    } else if (id === 0x9901 && field.length >= 7) {
      aes = { version: field.readUInt16LE(0), strength: field[4] ?? 0, method: field.readUInt16LE(5) };
    }
  }
  name ??= decodeName(rawName, (raw.flags & 0x800) !== 0);
  return {
    name,
    directory: /[/\\]$/.test(name) && compressedSize === 0,
    method: raw.method,
    encrypted: (raw.flags & 1) === 1,
    crc: raw.crc,
    compressedSize,
    size,
    headerOffset: offset + prefix,
    modified: seconds === undefined ? dosTime(raw.date * 65_536 + raw.time) : new Date(seconds * 1000).toISOString(),
    check: (raw.flags & 8) === 8 ? raw.time >>> 8 : (raw.crc ?? 0) >>> 24,
    aes,
  };
}

function overlap(members: readonly ZipMember[]): boolean {
  const sorted = members.toSorted((a, b) => a.headerOffset - b.headerOffset);
  let end = 0;
  for (const entry of sorted) {
    if (entry.headerOffset < end) return true;
    end = entry.headerOffset + 30 + entry.compressedSize;
  }
  return false;
}

/** Finds members by their local headers, for archives whose directory is damaged, cut off or silent. */
async function scanLocalHeaders(source: ByteSource, size: number): Promise<readonly ZipMember[]> {
  const found: (ZipMember & { readonly dataOffset: number; readonly open: boolean })[] = [];
  let position = 0;
  while (position < size && found.length < memberLimit) {
    const block = Buffer.from(await readRange(source, position, scanStep + 66_000));
    let at = 0;
    let next = position + scanStep;
    while (at < block.length) {
      at = block.indexOf("PK\x03\x04", at, "latin1");
      if (at < 0 || at >= scanStep) break;
      const header = localHeader(block, at, position + at);
      if (header === undefined) {
        at += 4;
        continue;
      }
      found.push(header);
      if (found.length >= memberLimit) break;
      // Skips the data where its length is told and fits: an archive stored in an archive has local headers of its own.
      const dataEnd = header.dataOffset + (header.open ? 0 : header.compressedSize);
      if (dataEnd > size) at = header.dataOffset - position;
      else if (dataEnd >= position + scanStep) {
        next = dataEnd;
        break;
      } else at = dataEnd - position;
    }
    position = next;
  }
  return found.map(({ dataOffset, open, ...entry }, index) => {
    const limit = (found[index + 1]?.headerOffset ?? size) - dataOffset;
    return open || dataOffset + entry.compressedSize > size ? { ...entry, compressedSize: Math.max(0, limit) } : entry;
  });
}

function localHeader(
  block: Buffer,
  at: number,
  position: number,
): (ZipMember & { readonly dataOffset: number; readonly open: boolean }) | undefined {
  if (at + 30 > block.length || block.readUInt32LE(at) !== localSignature) return undefined;
  const nameLength = block.readUInt16LE(at + 26);
  const extraLength = block.readUInt16LE(at + 28);
  const dataAt = at + 30 + nameLength + extraLength;
  const method = block.readUInt16LE(at + 8);
  if (nameLength === 0 || dataAt > block.length || method > 99) return undefined;
  const flags = block.readUInt16LE(at + 6);
  const crc = block.readUInt32LE(at + 14);
  const compressedSize = block.readUInt32LE(at + 18);
  // Sizes behind the data (bit 3): they are zero here, and the end is found by inflating.
  const open = (flags & 8) === 8 && compressedSize === 0;
  return {
    ...member(
      {
        flags,
        method,
        time: block.readUInt16LE(at + 10),
        date: block.readUInt16LE(at + 12),
        crc: open ? undefined : crc,
        compressedSize,
        size: open ? undefined : block.readUInt32LE(at + 22),
        offset: position,
      },
      block.subarray(at + 30, at + 30 + nameLength),
      block.subarray(at + 30 + nameLength, dataAt),
      0,
    ),
    dataOffset: position + (dataAt - at),
    open,
  };
}
