import { TextDecoder } from "node:util";

import type { Encoding } from "../model/chunk.ts";

/** Text of a stretch of bytes with its way back. */
export interface Decoded {
  /** NFKC character by character, without zero-width characters, line ends as `\n`. */
  readonly text: string;
  /** Byte offset, from the stretch's start, of the code unit at `index`; `index` may be `text.length`. */
  offsetOf(index: number): number;
  /** Code unit of the character that holds the byte at `offset`; `text.length` past the end. */
  indexOf(offset: number): number;
}

/** Encodings whose bytes the engine examines as they lie. */
export type ByteEncoding = Exclude<Encoding, "utf16le" | "utf16be">;

const decoders: Readonly<Record<ByteEncoding, TextDecoder>> = {
  utf8: new TextDecoder("utf-8", { ignoreBOM: true }),
  gb18030: new TextDecoder("gb18030"),
  big5: new TextDecoder("big5"),
};

/** Length in bytes of the character at `at`, as the WHATWG decoders step; 1 for a byte that begins none. */
type Step = (bytes: Uint8Array, at: number, end: number) => number;

const stepUtf8: Step = (bytes, at, end) => {
  const lead = bytes[at] ?? 0;
  if (lead < 0xc2 || lead > 0xf4) return 1;
  const want = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const second = at + 1 < end ? (bytes[at + 1] ?? 0) : 0;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 1;
  for (let index = 2; index < want; index++) {
    const next = at + index < end ? (bytes[at + index] ?? 0) : 0;
    if (next < 0x80 || next > 0xbf) return index;
  }
  return want;
};

const stepGb18030: Step = (bytes, at, end) => {
  const lead = bytes[at] ?? 0;
  if (lead < 0x81 || lead === 0xff || at + 1 >= end) return 1;
  const second = bytes[at + 1] ?? 0;
  if (second >= 0x30 && second <= 0x39) {
    const third = at + 2 < end ? (bytes[at + 2] ?? 0) : 0;
    const fourth = at + 3 < end ? (bytes[at + 3] ?? 0) : 0;
    return third >= 0x81 && third <= 0xfe && fourth >= 0x30 && fourth <= 0x39 ? 4 : 1;
  }
  return second >= 0x40 && second !== 0x7f && second !== 0xff ? 2 : 1;
};

const stepBig5: Step = (bytes, at, end) => {
  const lead = bytes[at] ?? 0;
  if (lead < 0x81 || lead === 0xff || at + 1 >= end) return 1;
  const second = bytes[at + 1] ?? 0;
  return (second >= 0x40 && second <= 0x7e) || (second >= 0xa1 && second <= 0xfe) ? 2 : 1;
};

const steps: Readonly<Record<ByteEncoding, Step>> = { utf8: stepUtf8, gb18030: stepGb18030, big5: stepBig5 };

/**
 * Start of the character that holds the byte at `at`, looking back no further than `from`. UTF-8 heals itself; in GB18030 and Big5 a byte
 * below 0x30 is a character of its own wherever it stands, so stepping on from the last one is exact.
 */
export function characterStart(bytes: Uint8Array, at: number, from: number, encoding: ByteEncoding): number {
  if (at >= bytes.length) return bytes.length;
  let anchor = at;
  if (encoding === "utf8") {
    while (anchor > from && at - anchor < 3 && ((bytes[anchor] ?? 0) & 0xc0) === 0x80) anchor--;
  } else {
    while (anchor > from && (bytes[anchor - 1] ?? 0) >= 0x30) anchor--;
  }
  const step = steps[encoding];
  for (let position = anchor; ;) {
    const next = position + step(bytes, position, bytes.length);
    if (next > at) return position;
    position = next;
  }
}

/** What becomes of a code unit: not looked at yet, itself, the same less 0xfee0, or what `normalForm` says. */
const UNSEEN = 0;
const ITSELF = 1;
const FULL_WIDTH = 2;
const CHANGED = 3;
/** By code unit, filled as units are met: what stands in Chinese text needs no look at Unicode's tables. */
const becoming = new Uint8Array(0x1_0000).fill(ITSELF, 0, 0x80).fill(ITSELF, 0x3400, 0xa000).fill(FULL_WIDTH, 0xff01, 0xff5f);
becoming[13] = CHANGED;

const forms = new Map<number, string>();

/** One character's normal form: NFKC, dashes as `-`, the Roman ten as `X`, nothing for zero width. */
function normalForm(code: number): string {
  const known = forms.get(code);
  if (known !== undefined) return known;
  let form = String.fromCodePoint(code).normalize("NFKC");
  if ((code >= 0x200b && code <= 0x200f) || code === 0xfeff || code === 0xad || (code >= 0x2060 && code <= 0x2064)) form = "";
  else if ((code >= 0x2010 && code <= 0x2013) || code === 0x2015 || code === 0x2212) form = "-";
  else if (code === 0x2028 || code === 0x2029) form = "\n";
  if (forms.size < 20_000) forms.set(code, form);
  return form;
}

const REPLACEMENT = 0xfffd;

/** The character of `size` bytes, as `stepUtf8` gave them, at `at`: a lead that asks for more is broken. */
function utf8Code(bytes: Uint8Array, at: number, size: number): number {
  const lead = bytes[at] ?? 0;
  const [second, third, fourth] = [(bytes[at + 1] ?? 0) & 63, (bytes[at + 2] ?? 0) & 63, (bytes[at + 3] ?? 0) & 63];
  if (size === 3) return lead < 0xf0 ? ((lead & 15) << 12) | (second << 6) | third : REPLACEMENT;
  if (size === 2) return lead < 0xe0 ? ((lead & 31) << 6) | second : REPLACEMENT;
  return size === 4 ? ((lead & 7) << 18) | (second << 12) | (third << 6) | fourth : REPLACEMENT;
}

/** Longest normal form of one character, in code units (U+FDFA). */
const LONGEST_FORM = 18;
/** Where text and its way back are written before their size is known. */
let units = new Uint16Array(16 * 1024);
let origins = new Uint32Array(16 * 1024);

/**
 * Decodes `bytes[from, to)` and normalises it. Both ends must be character starts (see `characterStart`). Broken bytes become U+FFFD
 * and never stop it. One pass makes the text and, unit by unit, its way back.
 */
export function decode(bytes: Uint8Array, from: number, to: number, encoding: ByteEncoding): Decoded {
  const flat = asciiEnd(bytes, from, to);
  if (flat === to) return new Flat(latin1(bytes, from, to));
  if (units.length < to - from + LONGEST_FORM) grow(to - from + LONGEST_FORM);
  let count = 0;
  for (; count < flat - from; count++) {
    units[count] = bytes[from + count] ?? 0;
    origins[count] = count;
  }
  const step = steps[encoding];
  const pairs = encoding === "utf8" ? undefined : pairsOf(encoding);
  for (let at = flat; at < to;) {
    // Most of a text is of characters that stay as they are.
    const plain = pairs === undefined ? plainUtf8(bytes, at, to, from, count) : plainPairs(bytes, at, to, from, count, pairs);
    at += plain;
    count = written;
    if (at >= to) break;
    const lead = bytes[at] ?? 0;
    const next = lead < 0x80 ? at + 1 : at + step(bytes, at, to);
    const size = next - at;
    let code = lead;
    if (lead >= 0x80) {
      if (pairs !== undefined) code = size === 2 ? (pairs[((lead - 0x80) << 8) | (bytes[at + 1] ?? 0)] ?? 0) : 0;
      else code = utf8Code(bytes, at, size);
      // Characters of four bytes, broken sequences and what the tables do not hold are left to the decoder.
      if (code === 0) code = decoders[encoding].decode(bytes.subarray(at, next)).codePointAt(0) ?? REPLACEMENT;
    }
    const kind = code < 0x1_0000 ? (becoming[code] ?? CHANGED) : CHANGED;
    if (kind === ITSELF) {
      units[count] = code;
      origins[count++] = at - from;
    } else if (kind === FULL_WIDTH) {
      units[count] = code - 0xfee0;
      origins[count++] = at - from;
    } else {
      const form = changed(code, bytes[next] === 10 && next < to);
      if (units.length < count + form.length + to - next + LONGEST_FORM) grow(2 * units.length);
      const whole = code > 0xffff && form.codePointAt(0) === code;
      for (let index = 0; index < form.length; index++) {
        units[count] = form.charCodeAt(index);
        // The second half of a pair leads behind its character: nothing ends between the halves.
        origins[count++] = whole && index > 0 ? next - from : at - from;
      }
    }
    at = next;
  }
  origins[count] = to - from;
  // Half the memory does for what windows show.
  const way = to - from < 0x1_0000 ? new Uint16Array(origins.subarray(0, count + 1)) : origins.slice(0, count + 1);
  return new Mapped(utf16(count), way, bytes, from, to, step);
}

/** Code units of the text that `decode` makes of the bytes, for less where they are plain UTF-8. */
export function decodedLength(bytes: Uint8Array, from: number, to: number, encoding: ByteEncoding): number {
  let length = 0;
  let at = from;
  while (encoding === "utf8" && at < to) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      if (lead === 13) break;
      at++;
    } else {
      // Below 0xe1 a sequence may be an overlong one.
      if (lead < 0xe1 || lead > 0xef || at + 2 >= to) break;
      const second = bytes[at + 1] ?? 0;
      const third = bytes[at + 2] ?? 0;
      if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) break;
      if (becoming[((lead & 15) << 12) | ((second & 63) << 6) | (third & 63)] !== ITSELF) break;
      at += 3;
    }
    length++;
  }
  return at < to ? length + decode(bytes, at, to, encoding).text.length : length;
}

/** Units written when a run of plain characters ended. */
let written = 0;

/** Writes the run of characters at `at` that stay as they are, ASCII and such of three bytes; gives its bytes. */
function plainUtf8(bytes: Uint8Array, from: number, to: number, origin: number, begin: number): number {
  const [text, way] = [units, origins];
  let count = begin;
  let at = from;
  while (at < to) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      if (lead === 13) break;
      text[count] = lead;
      way[count++] = at++ - origin;
      continue;
    }
    // Below 0xe1 a sequence may be an overlong one.
    if (lead < 0xe1 || lead > 0xef || at + 2 >= to) break;
    const second = bytes[at + 1] ?? 0;
    const third = bytes[at + 2] ?? 0;
    if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) break;
    const code = ((lead & 15) << 12) | ((second & 63) << 6) | (third & 63);
    if (becoming[code] !== ITSELF) break;
    text[count] = code;
    way[count++] = at - origin;
    at += 3;
  }
  written = count;
  return at - from;
}

/** The same for ASCII and characters of two bytes that `pairs` holds. */
function plainPairs(bytes: Uint8Array, from: number, to: number, origin: number, begin: number, pairs: Uint16Array): number {
  const [text, way] = [units, origins];
  let count = begin;
  let at = from;
  while (at < to) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      if (lead === 13) break;
      text[count] = lead;
      way[count++] = at++ - origin;
      continue;
    }
    if (at + 1 >= to) break;
    const code = pairs[((lead - 0x80) << 8) | (bytes[at + 1] ?? 0)] ?? 0;
    if (code === 0 || becoming[code] !== ITSELF) break;
    text[count] = code;
    way[count++] = at - origin;
    at += 2;
  }
  written = count;
  return at - from;
}

/** What a unit that is not itself becomes; remembers that one is. A lone CR ends a line (old Macs, RTF); CRLF is one line end, told by its LF. */
function changed(code: number, beforeLineFeed: boolean): string {
  if (code === 13) return beforeLineFeed ? "" : "\n";
  const form = normalForm(code);
  if (code < 0x1_0000 && becoming[code] === UNSEEN) becoming[code] = form.length === 1 && form.charCodeAt(0) === code ? ITSELF : CHANGED;
  return form;
}

/** End of the run of ASCII, without CR, that begins at `from`. */
function asciiEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 || byte === 13) break;
  }
  return at;
}

function grow(least: number): void {
  const size = Math.max(least, 2 * units.length);
  const [oldUnits, oldOrigins] = [units, origins];
  units = new Uint16Array(size);
  origins = new Uint32Array(size);
  units.set(oldUnits);
  origins.set(oldOrigins);
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
}

function utf16(count: number): string {
  return Buffer.from(units.buffer, 0, 2 * count).toString("utf16le");
}

/** A character of one byte each. */
class Flat implements Decoded {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  offsetOf(index: number): number {
    return Math.min(index, this.text.length);
  }

  indexOf(offset: number): number {
    return Math.min(offset, this.text.length);
  }
}

class Mapped implements Decoded {
  readonly text: string;
  /** Byte offset of each code unit's character, and of the end. */
  readonly #origins: Uint16Array | Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #from: number;
  readonly #to: number;
  readonly #step: Step;

  constructor(text: string, origins: Uint16Array | Uint32Array, bytes: Uint8Array, from: number, to: number, step: Step) {
    this.text = text;
    this.#origins = origins;
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    this.#step = step;
  }

  offsetOf(index: number): number {
    return this.#origins[Math.min(index, this.text.length)] ?? 0;
  }

  indexOf(offset: number): number {
    const origins = this.#origins;
    if (offset >= this.#to - this.#from) return this.text.length;
    // The first unit that begins at or behind the byte.
    let low = 0;
    let high = this.text.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((origins[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    if (low === 0 || origins[low] === offset) return low;
    // The character before it, where the byte lies in that.
    const before = origins[low - 1] ?? 0;
    if (offset >= before + this.#step(this.#bytes, this.#from + before, this.#to)) return low;
    while (low > 0 && origins[low - 1] === before) low--;
    return low;
  }
}

const pairTables = new Map<ByteEncoding, Uint16Array>();

/** Code units of an encoding's two-byte characters by lead less 0x80 and second byte, read off its decoder once; 0 where it has none or two. */
export function pairsOf(encoding: "gb18030" | "big5"): Uint16Array {
  const known = pairTables.get(encoding);
  if (known !== undefined) return known;
  const table = new Uint16Array(0x80 << 8);
  const row = new Uint8Array(2);
  for (let lead = 0x81; lead < 0xff; lead++) {
    for (let second = 0x40; second < 0xff; second++) {
      row[0] = lead;
      row[1] = second;
      const text = decoders[encoding].decode(row);
      if (text.length === 1 && text !== "\ufffd") table[((lead - 0x80) << 8) | second] = text.charCodeAt(0);
    }
  }
  pairTables.set(encoding, table);
  return table;
}
