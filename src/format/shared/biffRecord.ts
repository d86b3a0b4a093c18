import { decodeCodepage } from "./codepage.ts";

/** Record types of BIFF ([MS-XLS] 2.3) that are looked at, with those of older versions. */
export const biff = {
  formula: 0x06,
  eof: 0x0a,
  header: 0x14,
  footer: 0x15,
  externSheet: 0x17,
  name: 0x18,
  note: 0x1c,
  externName: 0x23,
  filePass: 0x2f,
  continue: 0x3c,
  codepage: 0x42,
  consolidationName: 0x52,
  crn: 0x5a,
  fileSharing: 0x5b,
  writeAccess: 0x5c,
  obj: 0x5d,
  columnInfo: 0x7d,
  boundSheet: 0x85,
  autoFilter: 0x9e,
  scenario: 0xaf,
  pivotView: 0xb0,
  pivotField: 0xb1,
  pivotItem: 0xb2,
  mulRk: 0xbd,
  pivotData: 0xc5,
  pivotString: 0xcd,
  rString: 0xd6,
  queryString: 0xdc,
  drawing: 0xec,
  sst: 0xfc,
  labelSst: 0xfd,
  queryTable: 0x1ad,
  conditionalFormat: 0x1b1,
  supBook: 0x1ae,
  textObject: 0x1b6,
  hyperlink: 0x1b8,
  validation: 0x1be,
  number: 0x203,
  label: 0x204,
  boolError: 0x205,
  string: 0x207,
  row: 0x208,
  rk: 0x27e,
  hyperlinkTooltip: 0x800,
  table11: 0x872,
  table12: 0x878,
  nameComment: 0x894,
  headerFooter: 0x89c,
  seriesText: 0x100d,
} as const;

/** 2 to 4 have no strings of Unicode, one sheet a file; 5 stands for 5.0 and 7.0, 8 for 97 to 2003. */
export type BiffVersion = 2 | 3 | 4 | 5 | 8;

/** A stream of records in memory. */
export interface BiffStream {
  readonly bytes: Buffer;
  readonly version: BiffVersion;
  /** Windows code page of strings below version 8. */
  codepage: number;
}

/** One record; `from` and `to` are offsets of its data. */
export interface BiffRecord {
  type: number;
  from: number;
  to: number;
  /** Offset of the next record. */
  next: number;
  /** False when the stream ends inside it. */
  whole: boolean;
}

/** The record at `at`, written into `into`; false at the end of the stream or where zeros fill it up. */
export function readRecord(bytes: Buffer, at: number, into: BiffRecord): boolean {
  if (at + 4 > bytes.length) return false;
  const type = bytes.readUInt16LE(at);
  const length = bytes.readUInt16LE(at + 2);
  if (type === 0 && length === 0) return false;
  into.type = type;
  into.from = at + 4;
  into.next = at + 4 + length;
  into.to = Math.min(into.next, bytes.length);
  into.whole = into.next <= bytes.length;
  return true;
}

/** A record to write into. */
export function emptyRecord(): BiffRecord {
  return { type: 0, from: 0, to: 0, next: 0, whole: true };
}

/**
 * Records one behind the other. Where the chain leads to what is no record (a damaged length) it is taken up again at the next place from
 * which four records follow on each other, and `damaged` is true.
 */
export class BiffRecords {
  readonly record: BiffRecord = emptyRecord();
  /** Offset of the record at hand. */
  at: number;
  damaged = false;
  private readonly bytes: Buffer;
  private readonly checked: boolean;
  private next: number;

  constructor(stream: BiffStream, at: number) {
    this.bytes = stream.bytes;
    this.checked = stream.version >= 5;
    this.at = at;
    this.next = at;
  }

  /** Steps to the next record; false at the end. */
  step(): boolean {
    const last = this.at;
    this.at = this.next;
    if (this.checked && !isPlausible(this.bytes, this.at)) {
      if (this.isEnd()) return false;
      this.damaged = true;
      // Where nothing follows the record at hand may be cut: what there is of it is read.
      this.at = chainFrom(this.bytes, last + 1) ?? this.at;
    }
    if (!readRecord(this.bytes, this.at, this.record)) return this.finish();
    if (!this.record.whole) this.damaged = true;
    this.next = this.record.next;
    return true;
  }

  /** Goes on with the record at an offset: behind those that continue the one at hand. */
  skipTo(next: number): void {
    this.next = Math.max(next, this.next);
  }

  private finish(): false {
    if (!this.isEnd()) this.damaged = true;
    return false;
  }

  /** Nothing but zeros comes. */
  private isEnd(): boolean {
    const end = Math.min(this.bytes.length, this.at + 64);
    for (let at = this.at; at < end; at++) if (this.bytes[at] !== 0) return false;
    return true;
  }
}

/** Records Excel writes hold at most 8224 bytes; types lie in few ranges. */
function isPlausible(bytes: Buffer, at: number): boolean {
  if (at + 4 > bytes.length) return false;
  const type = bytes.readUInt16LE(at);
  const length = bytes.readUInt16LE(at + 2);
  if (length > 8228 || at + 4 + length > bytes.length) return false;
  // DIMENSIONS under its number of version 2, as some programs write it in later ones.
  if (type === 0) return length === 10;
  return type < 0x300 || (type >= 0x400 && type < 0x500) || (type >= 0x800 && type < 0x900) || (type > 0x1000 && type < 0x1070);
}

/** Records a chain is taken up with, by type: least and most bytes. Types of few bytes that chance makes up are left out. */
const anchors: Readonly<Record<number, readonly [least: number, most: number]>> = {
  [biff.formula]: [20, 8224],
  [biff.eof]: [0, 0],
  [biff.name]: [14, 8224],
  [biff.note]: [6, 2048],
  [biff.continue]: [1, 8224],
  [biff.obj]: [18, 8224],
  [biff.columnInfo]: [10, 12],
  [biff.boundSheet]: [7, 80],
  [biff.mulRk]: [12, 1542],
  [biff.rString]: [8, 8224],
  [biff.drawing]: [8, 8224],
  [biff.sst]: [8, 8224],
  [biff.labelSst]: [10, 10],
  [biff.textObject]: [18, 18],
  [biff.hyperlink]: [32, 8224],
  [biff.number]: [14, 14],
  [biff.label]: [8, 8224],
  [biff.boolError]: [8, 8],
  [biff.string]: [2, 8224],
  [biff.row]: [16, 16],
  [biff.rk]: [10, 10],
  // XF, BLANK, MULBLANK, FONT, DBCELL, FORMAT, BOF.
  0xe0: [16, 20],
  0x201: [6, 6],
  0xbe: [8, 520],
  0x31: [14, 100],
  0xd7: [6, 8224],
  0x41e: [5, 1024],
  0x809: [8, 16],
};

function chainFrom(bytes: Buffer, from: number): number | undefined {
  for (let start = from; start + 16 <= bytes.length; start++) {
    let at = start;
    let count = 0;
    while (count < 4 && at + 4 <= bytes.length) {
      const range = anchors[bytes.readUInt16LE(at)];
      const length = bytes.readUInt16LE(at + 2);
      if (range === undefined || length < range[0] || length > range[1]) break;
      at += 4 + length;
      count++;
    }
    if (count === 4) return start;
  }
  return undefined;
}

/** Where sheets of version 5 and later begin by the bytes of their BOF record, from an offset on. */
export function findSheets(bytes: Buffer, from: number): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(bofBytes, from); at >= 0; at = bytes.indexOf(bofBytes, at + 1)) {
    const bof = readBof(bytes, at);
    if (bof === undefined || ![0x10, 0x20, 0x40].includes(bof.kind)) continue;
    const size = bytes.readUInt16LE(at + 2);
    if (size === 8 || size === 16) found.push(at);
  }
  return found;
}

const bofBytes: Buffer = Buffer.from([0x09, 0x08]);

/** Version by a BOF record at `at` and the kind of stream it begins (0x05 workbook, 0x10 sheet, 0x20 chart, 0x40 macros, 0x06 VBA). */
export function readBof(bytes: Buffer, at: number): { readonly version: BiffVersion; readonly kind: number } | undefined {
  if (at < 0 || at + 8 > bytes.length) return undefined;
  const type = bytes.readUInt16LE(at);
  const length = bytes.readUInt16LE(at + 2);
  if ((type & 0xf0ff) !== 0x0009 || type > 0x0809 || length < 4 || length > (type === 0x0809 ? 64 : 8)) return undefined;
  const number = bytes.readUInt16LE(at + 4);
  const kind = bytes.readUInt16LE(at + 6);
  // As SheetJS wrote single sheets for long: no version, and the kind's bytes the wrong way round.
  if (type === 0x0809 && number === 0 && kind === 0x1000) return { version: 5, kind: 0x10 };
  if (type === 0x0809)
    return { version: number === 0x0500 ? 5 : number === 0x0200 ? 2 : number === 0x0300 ? 3 : number === 0x0400 ? 4 : 8, kind };
  if (type === 0x0009) return { version: 2, kind };
  if (type === 0x0209) return { version: 3, kind };
  return type === 0x0409 ? { version: 4, kind } : undefined;
}

/**
 * Reads the data of a record and of the CONTINUE records behind it as one run of bytes. Strings of Unicode begin each of those anew with a byte
 * of flags ([MS-XLS] 2.5.293). Past the end everything is 0 and empty, and `short` is true.
 */
export class BiffReader {
  /** Offset of the record behind the last that was read. */
  next: number;
  short = false;
  private readonly stream: BiffStream;
  private readonly bytes: Buffer;
  private at: number;
  private to: number;
  /** Type of the records that go on from this one. */
  private readonly continuation: number;

  constructor(stream: BiffStream, record: BiffRecord, continuation: number = biff.continue) {
    this.stream = stream;
    this.bytes = stream.bytes;
    this.at = record.from;
    this.to = record.to;
    this.next = record.next;
    this.continuation = continuation;
  }

  /** Bytes left in the record at hand, not counting those that continue it. */
  get left(): number {
    return this.to - this.at;
  }

  /** Nothing is left, here or in what continues it. */
  get done(): boolean {
    return this.left <= 0 && !this.advance();
  }

  u8(): number {
    if (this.at >= this.to && !this.advance()) return this.lack();
    return this.bytes[this.at++] ?? 0;
  }

  u16(): number {
    if (this.at + 2 <= this.to) {
      this.at += 2;
      return this.bytes.readUInt16LE(this.at - 2);
    }
    const low = this.u8();
    return low | (this.u8() << 8);
  }

  u32(): number {
    const low = this.u16();
    return low + this.u16() * 65_536;
  }

  /** A number of 8 bytes; NaN at the end. */
  double(): number {
    const eight = this.take(8);
    return eight.length < 8 ? Number.NaN : eight.readDoubleLE(0);
  }

  skip(count: number): void {
    for (let rest = count; rest > 0;) {
      if (this.at >= this.to && !this.advance()) {
        this.lack();
        return;
      }
      const step = Math.min(rest, this.to - this.at);
      this.at += step;
      rest -= step;
    }
  }

  /** The next bytes, fewer at the end. */
  take(count: number): Buffer {
    if (this.at + count <= this.to) {
      this.at += count;
      return this.bytes.subarray(this.at - count, this.at);
    }
    const pieces: Buffer[] = [];
    for (let rest = count; rest > 0;) {
      if (this.at >= this.to && !this.advance()) {
        this.lack();
        break;
      }
      const step = Math.min(rest, this.to - this.at);
      pieces.push(this.bytes.subarray(this.at, this.at + step));
      this.at += step;
      rest -= step;
    }
    return Buffer.concat(pieces);
  }

  /** All that is left, of this record and those that continue it. */
  rest(): Buffer {
    const pieces: Buffer[] = [];
    do {
      pieces.push(this.bytes.subarray(this.at, this.to));
      this.at = this.to;
    } while (this.advance());
    return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
  }

  /** `count` characters of Unicode, told by `flags`: bit 0 for two bytes each, else one of Latin 1. */
  characters(count: number, flags: number): string {
    let wide = (flags & 1) === 1;
    const size = wide ? count * 2 : count;
    if (this.at + size <= this.to) {
      this.at += size;
      return this.bytes.toString(wide ? "utf16le" : "latin1", this.at - size, this.at);
    }
    let text = "";
    for (let rest = count; rest > 0;) {
      if (this.at >= this.to) {
        if (!this.advance()) {
          this.lack();
          break;
        }
        wide = ((this.bytes[this.at++] ?? 0) & 1) === 1;
      }
      const fits = wide ? (this.to - this.at) >> 1 : this.to - this.at;
      const step = Math.min(rest, fits);
      const length = wide ? step * 2 : step;
      text += this.bytes.toString(wide ? "utf16le" : "latin1", this.at, this.at + length);
      this.at += length;
      rest -= step;
      // A character cut in two belongs to no file that Excel wrote.
      if (rest > 0 && this.at < this.to) this.at = this.to;
    }
    return text;
  }

  /** A string with its count of characters in front: of Unicode in version 8, else bytes in the stream's code page. */
  string(lengthSize: 1 | 2): string {
    const count = lengthSize === 1 ? this.u8() : this.u16();
    return this.text(count);
  }

  /** A string of `count` characters without its count. */
  text(count: number): string {
    if (count === 0 && this.left <= 0) return "";
    if (this.stream.version < 8) return decodeCodepage(this.take(count), this.stream.codepage);
    return this.characters(count, this.u8());
  }

  /** A string with formatting and phonetic text behind it, as in the shared table ([MS-XLS] 2.5.293). */
  rich(): string {
    const count = this.u16();
    const flags = this.u8();
    const runs = (flags & 8) === 0 ? 0 : this.u16();
    const extra = (flags & 4) === 0 ? 0 : this.u32();
    const text = this.characters(count, flags);
    if (runs > 0) this.skip(runs * 4);
    if (extra > 0) this.skip(extra);
    return text;
  }

  private advance(): boolean {
    while (this.next + 4 <= this.bytes.length && this.bytes.readUInt16LE(this.next) === this.continuation) {
      const length = this.bytes.readUInt16LE(this.next + 2);
      this.at = this.next + 4;
      this.to = Math.min(this.bytes.length, this.at + length);
      this.next = this.at + length;
      if (this.at < this.to) return true;
    }
    return false;
  }

  private lack(): number {
    this.short = true;
    return 0;
  }
}
