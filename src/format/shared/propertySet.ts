import { decodeCodepage } from "./codepage.ts";
import { fileTime } from "./fileTime.ts";

/** One property, its value as text: numbers in decimal, times in ISO 8601 UTC, lists joined with `; `. */
export interface OleProperty {
  /** Number in its section, from 2. */
  readonly id: number;
  /** From the section's dictionary, where it has one. */
  readonly name: string | undefined;
  readonly value: string;
}

/** A section of a property set. */
export interface PropertySection {
  /** Format id, 32 hex digits in the order of the bytes. */
  readonly formatId: string;
  /** Windows code page of its strings. */
  readonly codepage: number;
  readonly properties: readonly OleProperty[];
  /** False when something in it lies outside the stream or is of no known type. */
  readonly sound: boolean;
}

/** Properties of a section, and elements of a vector that are looked at. */
const countLimit = 10_000;
/** 1 MiB: a longer value is cut. */
const valueLimit = 1024 * 1024;

/**
 * Reads a property set stream (MS-OLEPS): SummaryInformation, DocumentSummaryInformation, custom properties. Empty when it is none. Values
 * without text (thumbnails, blobs) are left out. Never throws: what lies outside the stream is left out and `sound` is false.
 */
export function readPropertySet(stream: Uint8Array): readonly PropertySection[] {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  if (bytes.length < 48 || bytes.readUInt16LE(0) !== 0xfffe) return [];
  const sections: PropertySection[] = [];
  const count = Math.min(bytes.readUInt32LE(24), 2);
  for (let index = 0; index < count && 28 + 20 * (index + 1) <= bytes.length; index++) {
    const at = 28 + 20 * index;
    sections.push(readSection(bytes, bytes.readUInt32LE(at + 16), bytes.toString("hex", at, at + 16)));
  }
  return sections;
}

function readSection(bytes: Buffer, from: number, formatId: string): PropertySection {
  const places: [id: number, at: number][] = [];
  let sound = from + 8 <= bytes.length;
  const count = sound ? bytes.readUInt32LE(from + 4) : 0;
  for (let index = 0; index < count; index++) {
    const at = from + 8 + 8 * index;
    if (index >= countLimit || at + 8 > bytes.length) {
      sound = false;
      break;
    }
    places.push([bytes.readUInt32LE(at), from + bytes.readUInt32LE(at + 4)]);
  }
  let codepage = 0;
  for (const [id, at] of places) if (id === 1 && at + 6 <= bytes.length) codepage = bytes.readUInt16LE(at + 4);
  const reader: Reader = { bytes, codepage, sound, left: 4 * bytes.length };
  const names = new Map<number, string>();
  for (const [id, at] of places) if (id === 0) readDictionary(reader, at, names);
  const properties: OleProperty[] = [];
  for (const [id, at] of places) {
    if (id < 2 || id >= 0x8000_0000) continue;
    const value = readTyped(reader, at)?.text;
    if (value !== undefined && value !== "") properties.push({ id, name: names.get(id), value: value.slice(0, valueLimit) });
  }
  return { formatId, codepage, properties, sound: reader.sound };
}

interface Reader {
  readonly bytes: Buffer;
  readonly codepage: number;
  sound: boolean;
  /** Bytes of strings that may still be read: many properties may point at the same one. */
  left: number;
}

interface Value {
  readonly text: string;
  readonly end: number;
}

function has(reader: Reader, at: number, length: number): boolean {
  if (at >= 0 && length >= 0 && at + length <= reader.bytes.length) return true;
  reader.sound = false;
  return false;
}

/** As `has`, for the bytes of a string or a blob, which count. */
function take(reader: Reader, at: number, length: number): boolean {
  if (!has(reader, at, length)) return false;
  reader.left -= length;
  if (reader.left >= 0) return true;
  reader.sound = false;
  return false;
}

function readDictionary(reader: Reader, from: number, names: Map<number, string>): void {
  if (!has(reader, from, 4)) return;
  const { bytes, codepage } = reader;
  const count = Math.min(bytes.readUInt32LE(from), countLimit);
  let at = from + 4;
  for (let index = 0; index < count && has(reader, at, 8); index++) {
    const id = bytes.readUInt32LE(at);
    const length = bytes.readUInt32LE(at + 4) * (codepage === 1200 ? 2 : 1);
    at += 8;
    if (!take(reader, at, length)) return;
    names.set(id, clean(decodeCodepage(bytes.subarray(at, at + length), codepage)));
    at += codepage === 1200 ? align(length) : length;
  }
}

function readTyped(reader: Reader, at: number, packed = false): Value | undefined {
  if (!has(reader, at, 4)) return undefined;
  const type = reader.bytes.readUInt16LE(at);
  if ((type & 0xf000) === 0x1000) return readVector(reader, type & 0xfff, at + 4);
  return readScalar(reader, type, at + 4, packed && type === 30);
}

function readVector(reader: Reader, type: number, from: number): Value | undefined {
  if (!has(reader, from, 4)) return undefined;
  const count = reader.bytes.readUInt32LE(from);
  const texts: string[] = [];
  let at = from + 4;
  for (let index = 0; index < count; index++) {
    if (index >= countLimit) {
      reader.sound = false;
      break;
    }
    const value = type === 0x0c ? readTyped(reader, at, true) : readScalar(reader, type, at, true);
    if (value === undefined || value.end <= at) break;
    if (value.text !== "") texts.push(value.text);
    at = value.end;
  }
  return { text: texts.join("; "), end: at };
}

/** A value behind its type; `packed` in a vector, where strings of bytes have no padding (MS-OSHARED 2.3.3.1.9). Undefined for types that are not known. */
function readScalar(reader: Reader, type: number, at: number, packed = false): Value | undefined {
  const { bytes } = reader;
  const fixed = (length: number, text: () => string): Value | undefined =>
    has(reader, at, length) ? { text: text(), end: at + (packed ? length : align(length)) } : undefined;
  switch (type) {
    case 0:
    case 1:
      return { text: "", end: at };
    case 2:
      return fixed(2, () => String(bytes.readInt16LE(at)));
    case 3:
    case 22:
      return fixed(4, () => String(bytes.readInt32LE(at)));
    case 4:
      return fixed(4, () => String(bytes.readFloatLE(at)));
    case 5:
      return fixed(8, () => String(bytes.readDoubleLE(at)));
    case 6:
      return fixed(8, () => String(Number(bytes.readBigInt64LE(at)) / 10_000));
    case 7:
      return fixed(8, () => oleDate(bytes.readDoubleLE(at)));
    case 10:
      return fixed(4, () => "");
    case 11:
      return fixed(2, () => (bytes.readUInt16LE(at) === 0 ? "false" : "true"));
    case 16:
      return fixed(1, () => String(bytes.readInt8(at)));
    case 17:
      return fixed(1, () => String(bytes.readUInt8(at)));
    case 18:
      return fixed(2, () => String(bytes.readUInt16LE(at)));
    case 19:
    case 23:
      return fixed(4, () => String(bytes.readUInt32LE(at)));
    case 20:
      return fixed(8, () => String(bytes.readBigInt64LE(at)));
    case 21:
      return fixed(8, () => String(bytes.readBigUInt64LE(at)));
    case 64:
      return fixed(8, () => fileTime(bytes, at) ?? "");
    case 72:
      return fixed(16, () => "");
    case 8:
    case 30: {
      if (!has(reader, at, 4)) return undefined;
      const length = bytes.readUInt32LE(at);
      if (!take(reader, at + 4, length)) return undefined;
      const raw = bytes.subarray(at + 4, at + 4 + length);
      const text = clean(decodeCodepage(reader.codepage === 1200 ? raw : beforeZero(raw), reader.codepage));
      return { text, end: at + 4 + (packed && reader.codepage !== 1200 ? length : align(length)) };
    }
    case 31: {
      if (!has(reader, at, 4)) return undefined;
      const length = bytes.readUInt32LE(at) * 2;
      if (!take(reader, at + 4, length)) return undefined;
      return { text: clean(bytes.toString("utf16le", at + 4, at + 4 + length)), end: at + 4 + align(length) };
    }
    case 65:
    case 70: {
      if (!has(reader, at, 4)) return undefined;
      const length = bytes.readUInt32LE(at);
      // Word and others keep UTF-16 text in blobs: lists of links, and the base of links.
      const text = take(reader, at + 4, length) ? wideText(bytes.subarray(at + 4, at + 4 + length)) : "";
      return { text, end: at + 4 + align(length) };
    }
    case 71: {
      if (!has(reader, at, 4)) return undefined;
      return { text: "", end: at + 4 + align(bytes.readUInt32LE(at)) };
    }
    default:
      reader.sound = false;
      return undefined;
  }
}

function align(length: number): number {
  return (length + 3) & ~3;
}

function beforeZero(raw: Buffer): Buffer {
  const end = raw.indexOf(0);
  return end < 0 ? raw : raw.subarray(0, end);
}

/** Without what follows a zero, and without control characters. */
function clean(text: string): string {
  const end = text.indexOf("\0");
  return (end < 0 ? text : text.slice(0, end)).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "").trim();
}

/** Runs of at least four characters of UTF-16 in a blob: the addresses of links are kept there (`_PID_HLINKS`). */
function wideText(raw: Buffer): string {
  const text = raw.toString("utf16le", 0, raw.length & ~1);
  return [...text.matchAll(/[\u0020-\u007e\u00a0-\u024f\u3000-\u303f\u4e00-\u9fff\uff00-\uffee]{4,}/g)].map(([run]) => run).join("; ");
}

/** Days since 30 December 1899 as ISO 8601. */
function oleDate(days: number): string {
  const milliseconds = (days - 25_569) * 86_400_000;
  return Number.isFinite(milliseconds) && Math.abs(milliseconds) < 8.64e15 ? `${new Date(milliseconds).toISOString().slice(0, 19)}Z` : "";
}
