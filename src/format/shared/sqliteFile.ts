import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";

/** A value of a record. Blobs are bytes; whole numbers past 2^53 come as text. */
export type SqliteValue = string | number | Uint8Array | undefined;

/** One record of a b-tree: a row, or in a table without row ids an entry of its index. */
export interface SqliteRow {
  readonly id: number;
  readonly values: readonly SqliteValue[];
}

/** A database file (SQLite 3 file format) with what its write-ahead log has committed, read page by page. Nothing is locked or written. */
export interface SqliteFile {
  readonly pageSize: number;
  /** Rows of the b-tree at a page, in order. Damaged pages are told and passed over; a page met twice is damage. */
  rows(root: number): AsyncGenerator<SqliteRow, void>;
  /** Pages that no table holds any more: what was deleted may still stand there. */
  freePages(limit: number): AsyncGenerator<Uint8Array, void>;
}

/** 16 MiB of one record are held. */
const recordLimit = 16 * 1024 * 1024;
/** Interior pages above a leaf: 20 levels hold more rows than any disk. */
const depthLimit = 20;
/** Pages kept at hand. */
const cacheSize = 64;
/** 256 frames of a log are read at a time. */
const framesAtOnce = 64;

/** Bytes per page of a database, as its header says; undefined for what is none. */
export function sqlitePageSize(head: Uint8Array): number | undefined {
  if (head.length < 100 || Buffer.from(head.subarray(0, 16)).toString("latin1") !== "SQLite format 3\0") return undefined;
  const told = ((head[16] ?? 0) << 8) | (head[17] ?? 0);
  const size = told === 1 ? 65_536 : told;
  return size >= 512 && (size & (size - 1)) === 0 ? size : undefined;
}

/** Opens a database; undefined when its header says that it is none. `damaged` is told once for each kind of damage. */
export async function openSqlite(
  source: ByteSource,
  log: ByteSource | undefined,
  damaged: (detail: string) => void,
): Promise<SqliteFile | undefined> {
  const head = Buffer.from(await readRange(source, 0, 100));
  const pageSize = sqlitePageSize(head);
  if (pageSize === undefined) return undefined;
  const changed = log === undefined ? new Map<number, number>() : (await readLog(log, pageSize)).committed;
  const known = new Map<number, Promise<Buffer | undefined>>();
  const read = async (number: number): Promise<Buffer | undefined> => {
    const frame = changed.get(number);
    const bytes =
      frame !== undefined && log !== undefined
        ? await readRange(log, frame, pageSize)
        : await readRange(source, (number - 1) * pageSize, pageSize);
    return bytes.length < pageSize ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  const page = (number: number): Promise<Buffer | undefined> => {
    let found = known.get(number);
    if (found === undefined) {
      found = number < 1 || number > 0xfffffffe ? Promise.resolve(undefined) : read(number);
      known.set(number, found);
      if (known.size > cacheSize) known.delete(known.keys().next().value ?? 0);
    }
    return found;
  };
  const first = await page(1);
  const header = first ?? head;
  const usable = pageSize - (header[20] ?? 0);
  const encoding = header.readUInt32BE(56);
  const decoder = new TextDecoder(encoding === 2 ? "utf-16le" : encoding === 3 ? "utf-16be" : "utf-8");
  if (usable < 480) {
    damaged("header of the database is damaged");
    return undefined;
  }

  async function payload(bytes: Buffer, at: number, size: number, index: boolean): Promise<Buffer | undefined> {
    const most = index ? Math.floor(((usable - 12) * 64) / 255) - 23 : usable - 35;
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    if (size <= most) return at + size <= bytes.length ? bytes.subarray(at, at + size) : undefined;
    if (size > recordLimit) {
      damaged("a record is larger than is held in memory");
      return undefined;
    }
    const fitting = least + ((size - least) % (usable - 4));
    const local = fitting <= most ? fitting : least;
    if (at + local + 4 > bytes.length) return undefined;
    const pieces = [bytes.subarray(at, at + local)];
    let left = size - local;
    let next = bytes.readUInt32BE(at + local);
    // No chain is longer than its record: a loop ends with it.
    while (left > 0) {
      const more = next === 0 ? undefined : await page(next);
      if (more === undefined) {
        damaged("a record goes on in a page that is not there");
        break;
      }
      const piece = more.subarray(4, Math.min(usable, 4 + left));
      pieces.push(piece);
      left -= piece.length;
      next = more.readUInt32BE(0);
    }
    return Buffer.concat(pieces);
  }

  async function* rows(root: number): AsyncGenerator<SqliteRow, void> {
    const seen = new Set<number>();
    const stack: { readonly number: number; readonly depth: number; readonly cell?: { bytes: Buffer; at: number } }[] = [
      { number: root, depth: 0 },
    ];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top.cell !== undefined) {
        const row = await indexRow(top.cell.bytes, top.cell.at);
        if (row !== undefined) yield row;
        continue;
      }
      if (seen.has(top.number) || top.depth > depthLimit) {
        damaged("pages of a table go in a circle");
        continue;
      }
      seen.add(top.number);
      const bytes = await page(top.number);
      if (bytes === undefined) {
        damaged("a page of a table is not there");
        continue;
      }
      const start = top.number === 1 ? 100 : 0;
      const type = bytes[start];
      const count = bytes.readUInt16BE(start + 3);
      if ((type !== 2 && type !== 5 && type !== 10 && type !== 13) || start + 12 + 2 * count > bytes.length) {
        damaged("a page of a table is damaged");
        continue;
      }
      const interior = type === 2 || type === 5;
      const cells = Array.from({ length: count }, (_, index) => bytes.readUInt16BE(start + (interior ? 12 : 8) + 2 * index));
      if (interior) {
        // What is pushed last comes first.
        stack.push({ number: bytes.readUInt32BE(start + 8), depth: top.depth + 1 });
        for (const at of cells.toReversed()) {
          if (at + 4 > bytes.length) continue;
          if (type === 2) stack.push({ number: 0, depth: 0, cell: { bytes, at: at + 4 } });
          stack.push({ number: bytes.readUInt32BE(at), depth: top.depth + 1 });
        }
        continue;
      }
      for (const at of cells) {
        const row = type === 10 ? await indexRow(bytes, at) : await tableRow(bytes, at);
        if (row !== undefined) yield row;
      }
    }
  }

  async function tableRow(bytes: Buffer, at: number): Promise<SqliteRow | undefined> {
    const place = { at };
    const size = variable(bytes, place);
    const id = variable(bytes, place);
    const data = await payload(bytes, place.at, size, false);
    return record(data, id);
  }

  async function indexRow(bytes: Buffer, at: number): Promise<SqliteRow | undefined> {
    const place = { at };
    const size = variable(bytes, place);
    const data = await payload(bytes, place.at, size, true);
    return record(data, 0);
  }

  function record(data: Buffer | undefined, id: number): SqliteRow | undefined {
    if (data === undefined || data.length === 0) {
      damaged("a record is damaged");
      return undefined;
    }
    const place = { at: 0 };
    const headerLength = variable(data, place);
    const values: SqliteValue[] = [];
    let at = headerLength;
    while (place.at < headerLength && place.at < data.length) {
      const type = variable(data, place);
      const length = type >= 12 ? Math.floor((type - 12) / 2) : (lengths[type] ?? 0);
      if (at + length > data.length) {
        damaged("a record is damaged");
        // A text that is cut still gives its begin.
        if (type >= 12) values.push(value(type, data.subarray(Math.min(at, data.length))));
        break;
      }
      values.push(value(type, data.subarray(at, at + length)));
      at += length;
    }
    return { id, values };
  }

  function value(type: number, bytes: Buffer): SqliteValue {
    if (type >= 12) return type % 2 === 0 ? bytes : decoder.decode(bytes);
    if (type === 0 || bytes.length < (lengths[type] ?? 0)) return undefined;
    if (type >= 8) return type - 8;
    if (type === 7) return bytes.readDoubleBE(0);
    if (type === 6) {
      const whole = bytes.readBigInt64BE(0);
      return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole.toString();
    }
    return bytes.readIntBE(0, bytes.length);
  }

  async function* freePages(limit: number): AsyncGenerator<Uint8Array, void> {
    const seen = new Set<number>();
    let given = 0;
    for (let trunk = header.readUInt32BE(32); trunk !== 0 && !seen.has(trunk) && given < limit;) {
      seen.add(trunk);
      const bytes = await page(trunk);
      if (bytes === undefined) return;
      const count = Math.min(bytes.readUInt32BE(4), Math.floor(usable / 4) - 2);
      for (let index = 0; index < count && given < limit; index++) {
        const number = bytes.readUInt32BE(8 + 4 * index);
        if (seen.has(number)) continue;
        seen.add(number);
        const free = await page(number);
        if (free === undefined) continue;
        given++;
        yield free;
      }
      trunk = bytes.readUInt32BE(0);
    }
  }

  return { pageSize, rows, freePages };
}

/** Bytes of a value by its type. */
const lengths: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

/** A number of 7 bits a byte, most significant first, the ninth byte whole. */
function variable(bytes: Buffer, place: { at: number }): number {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = bytes[place.at++];
    if (byte === undefined) return value;
    if (index === 8) return value * 256 + byte;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  return value;
}

/** Magic numbers of a write-ahead log. */
export function isSqliteLog(head: Uint8Array): boolean {
  return head.length >= 32 && head[0] === 0x37 && head[1] === 0x7f && head[2] === 0x06 && (head[3] === 0x82 || head[3] === 0x83);
}

/** What of a log is read with its database: from `logHeader` on, up to here. What lies behind it no database reads. */
export async function sqliteLogEnd(log: ByteSource, head: Uint8Array): Promise<number> {
  return (await readLog(log, sqlitePageSize(head) ?? 0)).end;
}

/** Bytes before the first frame of a log. */
export const logHeader = 32;

/**
 * Where in the log the newest committed form of each page lies, and where the last commit ends. A frame counts when its salts are those of the log's header and its running
 * checksum fits (both as SQLite asks): what an earlier use of the file left behind, or another database, does not. Pages of a log whose page size is
 * another's are none of ours.
 */
async function readLog(log: ByteSource, pageSize: number): Promise<{ readonly committed: Map<number, number>; readonly end: number }> {
  const committed = new Map<number, number>();
  let end = logHeader;
  const header = Buffer.from(await readRange(log, 0, logHeader));
  if (!isSqliteLog(header) || header.readUInt32BE(8) !== pageSize) return { committed, end };
  const bigEndian = header[3] === 0x83;
  let sums = checksum(header.subarray(0, 24), bigEndian, [0, 0]);
  if (sums[0] !== header.readUInt32BE(24) || sums[1] !== header.readUInt32BE(28)) return { committed, end };
  const length = 24 + pageSize;
  let pending: [number, number][] = [];
  for (let at = logHeader; ;) {
    const block = Buffer.from(await readRange(log, at, length * framesAtOnce));
    for (let inside = 0; inside + length <= block.length; inside += length) {
      const frame = block.subarray(inside, inside + length);
      if (!frame.subarray(8, 16).equals(header.subarray(16, 24))) return { committed, end };
      sums = checksum(frame.subarray(24), bigEndian, checksum(frame.subarray(0, 8), bigEndian, sums));
      if (sums[0] !== frame.readUInt32BE(16) || sums[1] !== frame.readUInt32BE(20)) return { committed, end };
      const number = frame.readUInt32BE(0);
      // The first page of a database names what it is.
      if (number === 1 && sqlitePageSize(frame.subarray(24)) !== pageSize) return { committed, end };
      pending.push([number, at + inside + 24]);
      if (frame.readUInt32BE(4) !== 0) {
        for (const [page, place] of pending) committed.set(page, place);
        pending = [];
        end = at + inside + length;
      }
    }
    if (block.length < length * framesAtOnce) return { committed, end };
    at += block.length;
  }
}

function checksum(bytes: Buffer, bigEndian: boolean, from: readonly [number, number]): [number, number] {
  let [one, other] = from;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const first = bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    const second = bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    one = (one + first + other) >>> 0;
    other = (other + second + one) >>> 0;
  }
  return [one, other];
}
