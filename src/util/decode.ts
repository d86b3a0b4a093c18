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

/** Full-width forms and the ideographic space: one unit becomes one unit, and they stand in every Chinese text. */
const sameLength = /[\u3000\uff01-\uff5e]/;
/** All else that NFKC, line ends and zero width change; what is outside is its own normal form. */
const otherChanges =
  /[\r\u00a0-\u00b6\u00b8-\u00bf\u0132-\u0140\u0149\u017f\u01c4-\u01f3\u02b0-\u02e4\u037a\u0384\u03d0-\u03d6\u1100-\u11ff\u2000-\u200f\u2010-\u2013\u2015\u2024\u2025\u2028-\u202f\u2033-\u2037\u2047-\u2049\u2057-\u209c\u2100-\u218b\u2212\u2460-\u24ea\u2e80-\u2fd5\u3036-\u303a\u309b-\u309f\u30ff\u3131-\u319f\u3200-\u33ff\uf900-\uff00\uff5f-\uffff\ud83c]/;

const forms = new Map<string, string>();

/** One character's normal form: NFKC, dashes as `-`, the Roman ten as `X`, nothing for zero width. */
function normalForm(character: string): string {
  const known = forms.get(character);
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  let form = character.normalize("NFKC");
  if ((code >= 0x200b && code <= 0x200f) || code === 0xfeff || code === 0xad || (code >= 0x2060 && code <= 0x2064)) form = "";
  else if ((code >= 0x2010 && code <= 0x2013) || code === 0x2015 || code === 0x2212) form = "-";
  else if (code === 0x2028 || code === 0x2029) form = "\n";
  if (forms.size < 20_000) forms.set(character, form);
  return form;
}

/**
 * Decodes `bytes[from, to)` and normalises it. Both ends must be character starts (see `characterStart`). Broken bytes become U+FFFD
 * and never stop it.
 */
export function decode(bytes: Uint8Array, from: number, to: number, encoding: ByteEncoding): Decoded {
  const raw = decoders[encoding].decode(bytes.subarray(from, to));
  const way = new WayBack(raw, bytes, from, to, encoding);
  if (!otherChanges.test(raw)) {
    const text = sameLength.test(raw) ? narrowed(raw) : raw;
    return { text, offsetOf: (index) => way.offsetOf(index), indexOf: (offset) => way.indexOf(offset) };
  }
  let text = "";
  /** For each code unit of `text` the code unit of `raw` it came from. */
  const origin: number[] = [];
  let at = 0;
  for (const character of raw) {
    const code = character.charCodeAt(0);
    let form = character;
    // A lone CR ends a line (old Macs, RTF); CRLF is one line end, told by its LF.
    if (code === 13) form = raw.charCodeAt(at + 1) === 10 ? "" : "\n";
    else if (code >= 0x80 && (code < 0x3400 || code >= 0xa000)) form = normalForm(character);
    text += form;
    for (let index = 0; index < form.length; index++) origin.push(character.length === form.length ? at + index : at);
    at += character.length;
  }
  origin.push(at);
  return {
    text,
    offsetOf: (index) => way.offsetOf(origin[Math.min(index, origin.length - 1)] ?? 0),
    indexOf(offset) {
      const unit = way.indexOf(offset);
      let low = 0;
      let high = origin.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((origin[middle] ?? 0) < unit) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** Full-width forms as ASCII, the ideographic space as a blank: unit by unit, since a call for each of them costs more than the decoding. */
function narrowed(raw: string): string {
  const bytes = Buffer.from(raw, "utf16le");
  const units = new Uint16Array(bytes.buffer, bytes.byteOffset, raw.length);
  for (let at = 0; at < units.length; at++) {
    const unit = units[at] ?? 0;
    if (unit > 0xff00 && unit <= 0xff5e) units[at] = unit - 0xfee0;
    else if (unit === 0x3000) units[at] = 0x20;
  }
  return bytes.toString("utf16le");
}

/** Characters between two checkpoints of the way back. */
const STRIDE = 64;

/** Walks bytes and code units side by side, once, leaving a checkpoint every 64 characters; then every way is short. */
class WayBack {
  readonly #raw: string;
  readonly #bytes: Uint8Array;
  readonly #from: number;
  readonly #length: number;
  readonly #step: Step;
  /** Every character is one byte: nothing to walk. */
  readonly #flat: boolean;
  /** Pairs of code unit and byte offset. */
  #points: Uint32Array | undefined;

  constructor(raw: string, bytes: Uint8Array, from: number, to: number, encoding: ByteEncoding) {
    this.#raw = raw;
    this.#bytes = bytes;
    this.#from = from;
    this.#length = to - from;
    this.#step = steps[encoding];
    this.#flat = raw.length === to - from;
  }

  offsetOf(index: number): number {
    if (this.#flat) return Math.min(index, this.#length);
    let [unit, offset] = this.#before(0, index);
    while (offset < this.#length && unit < index) {
      offset += this.#step(this.#bytes, this.#from + offset, this.#from + this.#length);
      unit += this.#units(unit);
    }
    return offset;
  }

  indexOf(wanted: number): number {
    if (this.#flat) return Math.min(wanted, this.#length);
    let [unit, offset] = this.#before(1, wanted);
    while (unit < this.#raw.length && offset < wanted) {
      const next = offset + this.#step(this.#bytes, this.#from + offset, this.#from + this.#length);
      if (next > wanted) return unit;
      offset = next;
      unit += this.#units(unit);
    }
    return unit;
  }

  #units(unit: number): 1 | 2 {
    const code = this.#raw.charCodeAt(unit);
    return code >= 0xd800 && code <= 0xdbff ? 2 : 1;
  }

  /** The last checkpoint whose unit (`which` 0) or offset (1) is not past `value`. */
  #before(which: 0 | 1, value: number): [unit: number, offset: number] {
    const points = (this.#points ??= this.#walk());
    let low = 0;
    let high = points.length / 2 - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((points[2 * middle + which] ?? 0) <= value) low = middle;
      else high = middle - 1;
    }
    return [points[2 * low] ?? 0, points[2 * low + 1] ?? 0];
  }

  #walk(): Uint32Array {
    const points = new Uint32Array(2 * (Math.ceil(this.#raw.length / STRIDE) + 1));
    let count = 1;
    let unit = 0;
    let offset = 0;
    for (let characters = 1; offset < this.#length; characters++) {
      offset += this.#step(this.#bytes, this.#from + offset, this.#from + this.#length);
      unit += this.#units(unit);
      if (characters % STRIDE === 0) {
        points[2 * count] = unit;
        points[2 * count + 1] = offset;
        count++;
      }
    }
    return points.subarray(0, 2 * count);
  }
}
