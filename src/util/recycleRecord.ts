import { showBytes } from "./path.ts";

/** What a recycle bin's record says of one deleted file or directory. Plain data. */
export interface RecycledItem {
  /** Where its content lies now, from the record's directory: `$RABC123.docx`, `../files/名单.xlsx`, `Dc1.doc`. */
  readonly stored: string;
  /** Where it lay: `D:\资料\名单.xlsx`; of a medium's own trash (`.Trash-1000`) the path below its mount. */
  readonly path: string;
  /** When it was deleted, ISO 8601: UTC from Windows; local time without zone from a `.trashinfo`, which holds no more. */
  readonly deleted: string | undefined;
  /** Bytes it had. */
  readonly size: number | undefined;
}

/** Most records of one INFO2 that are read: a bin holds tens, and a count is not to be believed. */
const mostRecords = 100_000;

/** Most characters of a path: what Windows takes as its longest. */
const longestPath = 32_767;

/**
 * Reads the record that a recycle bin keeps beside what it holds, told by its name:
 * `$I…` (version 1 from Vista on, 2 from Windows 10), `INFO2` (XP and before), `….trashinfo` (FreeDesktop Trash specification 1.0).
 * Empty for any other name and for bytes that are no such record; what is cut short in INFO2 loses its last records only.
 */
export function readRecycleRecord(name: string, bytes: Uint8Array): readonly RecycledItem[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (/^\$I/i.test(name)) {
    return readIndex(name, buffer);
  }
  if (/^INFO2$/i.test(name)) {
    return readInfo2(buffer);
  }
  return name.endsWith(".trashinfo") ? readTrashInfo(name, buffer) : [];
}

/** 0 version, 8 size, 16 FILETIME; the path in UTF-16 at 24 (version 1, 520 bytes) or at 28 with its length before it (version 2). */
function readIndex(name: string, buffer: Buffer): readonly RecycledItem[] {
  const version = buffer.length < 28 ? 0n : buffer.readBigUInt64LE(0);
  if (version !== 1n && version !== 2n) {
    return [];
  }
  const path = version === 1n ? utf16(buffer, 24, 260) : utf16(buffer, 28, Math.min(buffer.readUInt32LE(24), longestPath));
  const stored = name.slice(0, 1) + (name[1] === "i" ? "r" : "R") + name.slice(2);
  return path === "" ? [] : [{ stored, path, deleted: fileTime(buffer, 16), size: sizeOf(buffer.readBigUInt64LE(8)) }];
}

/**
 * Header of 20 bytes with the record size at 12 (800, or 280 without the UTF-16 path). In a record: 0 the path in the system's code page,
 * 260 number, 264 drive (0 is A), 268 FILETIME, 276 size, 280 the path in UTF-16. A record whose first byte is 0 was restored.
 */
function readInfo2(buffer: Buffer): readonly RecycledItem[] {
  const recordSize = buffer.length < 20 ? 0 : buffer.readUInt32LE(12);
  if (recordSize < 280 || recordSize > 4096) {
    return [];
  }
  const items: RecycledItem[] = [];
  for (let at = 20; at + recordSize <= buffer.length && items.length < mostRecords; at += recordSize) {
    if (buffer[at] === 0) {
      continue;
    }
    const end = buffer.subarray(at, at + 260).indexOf(0);
    const short = new TextDecoder("gb18030").decode(buffer.subarray(at, at + (end === -1 ? 260 : end)));
    const path = (recordSize >= 800 ? utf16(buffer, at + 280, 260) : "") || short;
    const drive = buffer.readUInt32LE(at + 264);
    const extension = /\.[^.\\]*$/.exec(path)?.[0] ?? "";
    const letter = drive < 26 ? String.fromCharCode(0x61 + drive) : "?";
    items.push({
      stored: `D${letter}${buffer.readUInt32LE(at + 260)}${extension}`,
      path,
      deleted: fileTime(buffer, at + 268),
      size: buffer.readUInt32LE(at + 276),
    });
  }
  return items;
}

/** `Path=` is percent-encoded bytes; only the group `[Trash Info]` counts, and in it the first of each key. */
function readTrashInfo(name: string, buffer: Buffer): readonly RecycledItem[] {
  const lines = buffer.toString("latin1", 0, 4 * longestPath).split(/\r?\n/);
  if (lines[0]?.trim() !== "[Trash Info]") {
    return [];
  }
  const end = lines.findIndex((line, index) => index > 0 && line.startsWith("["));
  const values = lines.slice(1, end === -1 ? undefined : end);
  const encoded = values.find((line) => line.startsWith("Path="))?.slice(5);
  const date = values
    .find((line) => line.startsWith("DeletionDate="))
    ?.slice(13)
    .trim();
  if (encoded === undefined || encoded === "") {
    return [];
  }
  const path = showBytes(encoded.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))));
  const deleted = date !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(date) ? date : undefined;
  return [{ stored: `../files/${name.slice(0, -".trashinfo".length)}`, path, deleted, size: undefined }];
}

/** Up to `characters` UTF-16 units, to the first NUL. */
function utf16(buffer: Buffer, from: number, characters: number): string {
  return buffer.toString("utf16le", from, from + characters * 2).replace(/\0.*$/s, "");
}

/** Hundreds of nanoseconds since 1601; undefined for none and for what is after 9999, which is no time but damage. */
function fileTime(buffer: Buffer, at: number): string | undefined {
  const ticks = buffer.readBigUInt64LE(at);
  const date = new Date(Number(ticks / 10_000n) - 11_644_473_600_000);
  return ticks === 0n || date.getUTCFullYear() > 9999 ? undefined : date.toISOString();
}

function sizeOf(size: bigint): number | undefined {
  return size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : undefined;
}
