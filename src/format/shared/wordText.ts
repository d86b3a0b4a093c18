import { codepageOfLanguage, decodeCodepage, decodeLatin } from "./codepage.ts";
import type { WordFib } from "./wordFib.ts";

/** A run of text in the WordDocument stream. */
export interface Piece {
  /** First character, counted over all stories. */
  readonly from: number;
  readonly to: number;
  /** Offset of its first byte. */
  readonly offset: number;
  /** Bytes of a character. */
  readonly width: 1 | 2;
  /** Formatting of the whole piece (fast-saved documents). */
  readonly deleted: boolean;
  readonly hidden: boolean;
}

/** The text of all stories, one UTF-16 unit a character. */
export interface WordText {
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** Why some of it is missing; undefined when nothing is. */
  readonly damage: string | undefined;
  /** Real text of a part of `text`: before Word 97 that holds bytes. */
  decode(raw: string): string;
  /** Text of one byte a character. */
  decodeBytes(bytes: Buffer): string;
}

/** Reads the piece table and the text it points to; without one, the text between the bounds the head gives. */
export function readWordText(word: Buffer, table: Buffer, fib: WordFib): WordText {
  const found: { damage: string | undefined } = { damage: undefined };
  const place = fib.place("pieces");
  let pieces = place.length === 0 ? [] : readPieces(table, place.from, place.length, word.length, fib, found);
  if (pieces.length === 0) {
    if (place.length > 0 || fib.modern) found.damage ??= "the piece table is lost";
    pieces = wholeText(word, fib);
  }
  const parts: string[] = [];
  for (const { from, to, offset, width } of pieces) {
    const bytes = word.subarray(offset, offset + (to - from) * width);
    parts.push(width === 2 ? bytes.toString("utf16le") : fib.modern ? decodeLatin(bytes) : bytes.toString("latin1"));
  }
  const text = parts.join("");
  const decodeBytes = fib.modern ? decodeLatin : bytesDecoder(fib, table, text);
  const decode = fib.modern || fib.wide ? (raw: string): string => raw : (raw: string): string => decodeBytes(Buffer.from(raw, "latin1"));
  return { text, pieces, damage: found.damage, decode, decodeBytes };
}

/**
 * Text in bytes: in the code page of the language, or of the Macintosh. A document whose language is a Western one may be in another script all the
 * same, or partly, by its fonts; then much of its text lies above ASCII, or letters above it stand together.
 */
function bytesDecoder(fib: WordFib, table: Buffer, text: string): (bytes: Buffer) => string {
  const codepage = codepageOfLanguage(fib.language) || (fib.macintosh ? macRoman : 0);
  const sets = codepage === 0 ? fontSets(table, fib) : new Set();
  const script = scripts.find(([set]) => sets.has(set))?.[1];
  if (script === undefined) return (bytes) => decodeCodepage(bytes, codepage);
  const high = text.match(/[\x80-\xff]/g)?.length ?? 0;
  const letters = text.match(/[A-Za-z]/g)?.length ?? 0;
  const whole = high >= (high + letters) * foreignPart;
  return (bytes) => decodeCodepage(bytes, whole || foreignWord.test(bytes.toString("latin1")) ? script : 0);
}

/** In Western languages a tenth of the letters, at most, bears accents, and three in a row never do. */
const foreignPart = 0.3;
const foreignWord = /[\xa1-\xff]{3}/;

/** Character sets of fonts and their code pages; those of Latin letters are not here, for they cannot be told by their share. */
const scripts: readonly (readonly [set: number, codepage: number])[] = [
  [134, 936],
  [136, 950],
  [128, 932],
  [129, 949],
  [204, 1251],
  [161, 1253],
  [177, 1255],
  [178, 1256],
];

/** Character sets of the fonts (FFN of Word 6 and 95: length, flags, weight, set, …). */
function fontSets(table: Buffer, fib: WordFib): ReadonlySet<number> {
  const { from, length } = fib.place("fonts");
  const end = Math.min(table.length, from + length);
  const sets = new Set<number>();
  for (let at = from + 2; at + 5 < end; at += (table[at] ?? 0) + 1) sets.add(table[at + 4] ?? 0);
  return sets;
}

const macRoman = 10000;

/**
 * What lies between the pieces of a fast-saved document: text that was edited away, and formatting (each save adds both at the end). The parts are
 * kept apart by zeros. Empty for a document that was saved as a whole.
 */
export function besidePieces(word: Buffer, fib: WordFib, pieces: readonly Piece[]): Buffer {
  if (!fib.fastSaved || pieces.length === 0) return Buffer.alloc(0);
  const parts: Buffer[] = [];
  const apart = Buffer.alloc(4);
  let end = fib.textFrom;
  for (const { offset, from, to, width } of pieces.toSorted((one, other) => one.offset - other.offset)) {
    if (offset > end) parts.push(word.subarray(end, offset), apart);
    end = Math.max(end, offset + (to - from) * width);
  }
  return Buffer.concat(parts);
}

function wholeText(word: Buffer, fib: WordFib): Piece[] {
  const { main, footnotes, headers, macros, comments, endnotes, textboxes, headerTextboxes } = fib.stories;
  const told = main + footnotes + headers + macros + comments + endnotes + textboxes + headerTextboxes + 1;
  const offset = fib.textFrom >= 0x80 && fib.textFrom < word.length ? fib.textFrom : Math.min(word.length, fib.modern ? 0x800 : 0x300);
  const end = fib.textTo > offset && fib.textTo <= word.length ? fib.textTo : word.length;
  const width = fib.wide || (fib.modern && looksWide(word.subarray(offset, end))) ? 2 : 1;
  const length = Math.min(Math.floor((end - offset) / width), fib.modern ? Number.MAX_SAFE_INTEGER : told);
  return length > 0 ? [{ from: 0, to: length, offset, width, deleted: false, hidden: false }] : [];
}

/** Many zeros in every second place, or many characters of the Chinese blocks. */
function looksWide(bytes: Buffer): boolean {
  const end = Math.min(bytes.length & ~1, 8192);
  let wide = 0;
  for (let at = 1; at < end; at += 2) {
    const high = bytes[at] ?? 0;
    if (high === 0 || high === 0x30 || high === 0xff || (high >= 0x4e && high <= 0x9f)) wide++;
  }
  return wide * 2 > end * 0.8;
}

function readPieces(
  table: Buffer,
  from: number,
  length: number,
  limit: number,
  fib: WordFib,
  found: { damage: string | undefined },
): Piece[] {
  const end = Math.min(table.length, from + length);
  if (end < from + length) found.damage ??= "the piece table is cut";
  const modifiers: Buffer[] = [];
  let at = from;
  while (at < end && table[at] === 1 && at + 3 <= end) {
    const size = table.readUInt16LE(at + 1);
    modifiers.push(table.subarray(at + 3, Math.min(end, at + 3 + size)));
    at += 3 + size;
  }
  if (at + 5 > end || table[at] !== 2) return [];
  const size = Math.min(table.readUInt32LE(at + 1), end - at - 5);
  const count = Math.max(0, Math.floor((size - 4) / 12));
  const positions = at + 5;
  const records = positions + 4 * (count + 1);
  const pieces: Piece[] = [];
  let position = 0;
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const first = table.readUInt32LE(positions + 4 * index);
    const last = table.readUInt32LE(positions + 4 * index + 4);
    const stored = table.readUInt32LE(records + 8 * index + 2);
    const compressed = fib.modern && (stored & 0x4000_0000) !== 0;
    const width = fib.modern ? (compressed ? 1 : 2) : fib.wide ? 2 : 1;
    const offset = compressed ? (stored & 0x3fff_ffff) >>> 1 : stored & 0x3fff_ffff;
    if (first !== position || last < first || offset >= limit) found.damage ??= "the piece table is damaged";
    if (last <= first || offset >= limit) continue;
    const characters = Math.min(last - first, Math.floor((limit - offset) / width));
    if (characters < last - first) found.damage ??= "text of the document lies outside its stream";
    bytes += characters * width;
    // No byte is text twice: more is a table made to cost memory.
    if (bytes > 2 * limit) {
      found.damage ??= "the piece table points at the same text again and again";
      break;
    }
    const modifier = table.readUInt16LE(records + 8 * index + 6);
    const prm = (modifier & 1) === 1 ? complexPrm(modifiers[modifier >>> 1], fib.modern) : simplePrm(modifier);
    pieces.push({ from: position, to: position + characters, offset, width, ...prm });
    position += characters;
  }
  return pieces;
}

/** Prm0: one property by its short number (MS-DOC 2.9.214). */
function simplePrm(modifier: number): { deleted: boolean; hidden: boolean } {
  const property = (modifier >>> 1) & 0x7f;
  const set = modifier >>> 8 === 1;
  return { deleted: set && property === 0x41, hidden: set && property === 0x5c };
}

/** Prm1: a list of properties kept before the pieces. Only the two that matter are looked for. */
function complexPrm(list: Buffer | undefined, modern: boolean): { deleted: boolean; hidden: boolean } {
  if (list === undefined || !modern) return { deleted: false, hidden: false };
  return { deleted: list.includes(Buffer.from([0x00, 0x08, 0x01])), hidden: list.includes(Buffer.from([0x3c, 0x08, 0x01])) };
}
