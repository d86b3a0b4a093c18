import type { PartTaker } from "./package.ts";

/** Records of a binary workbook ([MS-XLSB] 2.3) that are looked at. */
export const biff12 = {
  row: 0,
  cellRk: 2,
  cellError: 3,
  cellBool: 4,
  cellReal: 5,
  cellString: 6,
  cellShared: 7,
  formulaString: 8,
  formulaNumber: 9,
  formulaBool: 10,
  formulaError: 11,
  shortBlank: 12,
  shortRk: 13,
  shortError: 14,
  shortBool: 15,
  shortReal: 16,
  shortString: 17,
  shortShared: 18,
  sharedItem: 19,
  pivotNumber: 21,
  pivotNumberMore: 28,
  extensionBegin: 35,
  extensionEnd: 36,
  name: 39,
  cellRich: 62,
  validation: 64,
  bundleSheet: 156,
  conditionalRule: 463,
  externReal: 368,
  headerFooter: 479,
  hyperlink: 494,
  commentAuthor: 632,
  comment: 635,
  commentText: 637,
  validationList: 681,
} as const;

/** Takes one record: its data lies from `from` to `to`, and only until the call returns. */
export type Biff12Handler = (type: number, bytes: Buffer, from: number, to: number) => void;

/** 16 MiB: strings of Excel have 32,767 characters; what is longer is no record. */
const recordLimit = 16 * 1024 * 1024;
/** Types end near 5,200. */
const typeLimit = 8192;
/** 64 KiB to a record's begin in what is searched for the next: in them four records lie. */
const chainReach = 64 * 1024;

/** Least and most bytes of records a chain is taken up with, by type. */
const anchors: Readonly<Record<number, readonly [least: number, most: number]>> = {
  0: [16, 1024],
  1: [8, 8],
  2: [12, 12],
  3: [9, 9],
  4: [9, 9],
  5: [16, 16],
  6: [12, 70_000],
  7: [12, 12],
  8: [14, 80_000],
  9: [18, 20_000],
  10: [11, 20_000],
  11: [11, 20_000],
  12: [4, 4],
  13: [8, 8],
  14: [5, 5],
  15: [5, 5],
  16: [12, 12],
  17: [8, 70_000],
  18: [8, 8],
  19: [5, 400_000],
  62: [13, 400_000],
  156: [16, 600],
  632: [4, 600],
  635: [36, 36],
  636: [0, 0],
  637: [5, 400_000],
};
/** Types whose length says whether they are one; other small numbers stand for other records in extensions. */
const fixed: ReadonlySet<number> = new Set([0, 2, 5, 7]);

/** Type, length of the data and offset of the data of the record at `at`; `wait` when its head is not all there. */
interface Head {
  type: number;
  size: number;
  data: number;
}

function readHead(bytes: Buffer, at: number, head: Head): boolean {
  let place = at;
  if (place >= bytes.length) return false;
  let type = bytes[place++] ?? 0;
  if ((type & 0x80) !== 0) {
    if (place >= bytes.length) return false;
    type = (type & 0x7f) | (((bytes[place++] ?? 0) & 0x7f) << 7);
  }
  let size = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    if (place >= bytes.length) return false;
    const byte = bytes[place++] ?? 0;
    size |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) break;
  }
  head.type = type;
  head.size = size;
  head.data = place;
  return true;
}

function isPlausible({ type, size }: Head): boolean {
  if (type >= typeLimit || size > recordLimit) return false;
  const range = fixed.has(type) ? anchors[type] : undefined;
  return range === undefined || (size >= range[0] && size <= range[1]);
}

/** Where three records of types that are known follow on each other, from an offset on. */
function chainFrom(bytes: Buffer, from: number): number | undefined {
  const head: Head = { type: 0, size: 0, data: 0 };
  for (let start = from; start + 12 <= bytes.length; start++) {
    let at = start;
    let count = 0;
    for (; count < 3 && readHead(bytes, at, head); count++) {
      const range = anchors[head.type];
      if (range === undefined || head.size < range[0] || head.size > range[1] || head.data + head.size > bytes.length) break;
      at = head.data + head.size;
    }
    if (count === 3) return start;
  }
  return undefined;
}

/**
 * Takes a part of records ([MS-XLSB] 2.1.4) piece by piece and gives them one behind the other. Where the chain leads to what is no record it is
 * taken up again at the next place from which three known ones follow on each other; of a record that is cut short there is what there is.
 */
export function biff12Taker(handler: Biff12Handler): PartTaker {
  let pieces: Buffer[] = [];
  let gathered = 0;
  /** Bytes from the begin of the record at hand that must be there before it is looked at. */
  let need = 0;
  let lost = false;
  let damaged = false;
  const head: Head = { type: 0, size: 0, data: 0 };

  /** Offset up to which `bytes` is done with. `last`: no more comes. */
  function scan(bytes: Buffer, last: boolean): number {
    let at = 0;
    let before = 0;
    for (;;) {
      if (lost) {
        const found = chainFrom(bytes, at);
        if (found === undefined) return last ? bytes.length : Math.max(at, bytes.length - chainReach);
        lost = false;
        at = found;
      }
      if (!readHead(bytes, at, head)) {
        need = bytes.length - at + 1;
        return at;
      }
      if (!isPlausible(head)) {
        damaged = true;
        lost = true;
        // The length of the one before may be what is wrong.
        at = before < at ? before + 1 : at + 1;
        before = at;
        continue;
      }
      const end = head.data + head.size;
      if (end > bytes.length) {
        need = end - at;
        if (!last) return at;
        damaged = true;
        lost = true;
        const after = chainFrom(bytes, at + 1);
        if (after === undefined) handler(head.type, bytes, head.data, bytes.length);
        at = after ?? bytes.length;
        before = at;
        continue;
      }
      handler(head.type, bytes, head.data, end);
      before = at;
      at = end;
    }
  }

  function work(last: boolean): void {
    const [only] = pieces;
    const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    need = 0;
    const rest = bytes.subarray(scan(bytes, last));
    pieces = rest.length === 0 ? [] : [rest];
    gathered = rest.length;
  }

  return {
    push(piece): void {
      pieces.push(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
      gathered += piece.length;
      if (gathered >= need) work(false);
    },
    end(): string | undefined {
      if (gathered > 0) work(true);
      return damaged || gathered > 0 ? "records end early or are not where they should be" : undefined;
    },
  };
}

/** Reads the fields of a record in order; past its end everything is 0 and empty. */
export class Biff12Reader {
  private readonly bytes: Buffer;
  private readonly to: number;
  private at: number;

  constructor(bytes: Buffer, from: number, to: number) {
    this.bytes = bytes;
    this.at = from;
    this.to = to;
  }

  u8(): number {
    this.at += 1;
    return this.at <= this.to ? (this.bytes[this.at - 1] ?? 0) : 0;
  }

  u32(): number {
    this.at += 4;
    return this.at <= this.to ? this.bytes.readUInt32LE(this.at - 4) : 0;
  }

  skip(count: number): void {
    this.at += count;
  }

  /** The next bytes, fewer at the end. */
  take(count: number): Buffer {
    const from = Math.min(this.at, this.to);
    this.at += count;
    return this.bytes.subarray(from, Math.min(this.at, this.to));
  }

  /** A string with its length in front; FFFFFFFF for none. Of one that is cut short there is what there is. */
  string(): string {
    const length = this.u32();
    if (length === 0xffffffff) return "";
    return this.take(length * 2).toString("utf16le");
  }

  /** A string with formatting and phonetic text behind it ([MS-XLSB] 2.5.121). */
  rich(): { readonly text: string; readonly phonetic: string } {
    const flags = this.u8();
    const text = this.string();
    if ((flags & 1) !== 0) this.skip(this.u32() * 4);
    return { text, phonetic: (flags & 2) === 0 ? "" : this.string() };
  }

  /** A formula: its length, its tokens, and what belongs to them. */
  formula(): { readonly tokens: Buffer; readonly extra: Buffer } {
    const tokens = this.take(this.u32());
    return { tokens, extra: this.take(this.u32()) };
  }
}

/** Letters, digits, marks of a person's text; what stands for nothing is none of it. */
const notText = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}]/u;

/**
 * Strings in data whose fields are not known: a count of characters in four bytes, or in two behind the token of a formula's string, and as many
 * characters that all read as text. Strings of one character are left out, and of three where they are neither ASCII nor Chinese: too many numbers
 * look like one.
 */
export function looseStrings(bytes: Buffer, from: number, to: number): readonly string[] {
  const found: string[] = [];
  for (let at = from; at + 6 <= to; at++) {
    let count = bytes.readUInt16LE(at);
    let start = at + 4;
    if (bytes.readUInt16LE(at + 2) !== 0) {
      if (bytes[at] !== 0x17) continue;
      count = bytes.readUInt16LE(at + 1);
      start = at + 3;
    }
    const end = start + count * 2;
    if (count < 2 || end > to || (bytes[start + 1] === 0 && (bytes[start] ?? 0) < 32)) continue;
    const text = bytes.toString("utf16le", start, end);
    if (notText.test(text.replace(/[\t\r\n]/g, " ")) || (count < 4 && !/^[\x20-\x7e\u3400-\u9fff]*$/.test(text))) continue;
    found.push(text);
    at = end - 1;
  }
  return found;
}

/** Strings of the lists in what belongs to a formula ([MS-XLSB] 2.5.98.66): each 01 and a count of characters in two bytes. */
export function listStrings(extra: Buffer): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at + 3 <= extra.length; at++) {
    if (extra[at] !== 1) continue;
    const end = at + 3 + extra.readUInt16LE(at + 1) * 2;
    if (end === at + 3 || end > extra.length) continue;
    const text = extra.toString("utf16le", at + 3, end);
    if (notText.test(text)) continue;
    found.push(text);
    at = end - 1;
  }
  return found;
}
