import type { Sight } from "../../model/rule.ts";
import { characterStart, pairsOf } from "../../util/decode.ts";
import { type Automaton, DEAD } from "./automaton.ts";
import { SHORT_LINE } from "./essential.ts";

/** Characters after which a glance stops and leaves the rest to the rule. */
const FAR = 160;
/** What `unitAt` gives for a character that normalising may change in a way not looked at here. */
const UNKNOWN = -1;
/** The same for one that normalising leaves out. */
const NOTHING = -2;

/** `_`, of which blanks to fill are made. */
const BLANK = 0x5f;

/** Bytes of the character that `unitAt` read last. */
let size = 1;

/**
 * Whether an automaton may take text that begins at `from`, or, with `until`, at any character from there to `until`, and reaches past the
 * candidate's start. `bounded`: no letter, digit or `_` may follow. True also where that cannot be told without decoding.
 */
export function mayMatch(automaton: Automaton, sight: Sight, from: number, until: number, bounded: boolean): boolean {
  const { bytes, length, start } = sight;
  let state = automaton.start;
  let at = from;
  let reached = false;
  for (let count = 0; count < FAR; count++) {
    if (at >= length) return true;
    const code = unitAt(sight.encoding, bytes, at, length);
    if (code === UNKNOWN) return true;
    if (reached && !(bounded && isWord(code) && code !== BLANK)) return true;
    at += size;
    if (code === NOTHING) continue;
    state = automaton.next(state, code, at <= until);
    if (state === DEAD && at > until) return false;
    reached = at > start && automaton.accepts(state);
    if (reached && !bounded) return true;
  }
  return true;
}

/** Start of the character `count` characters before `at`, or further back. */
export function backFrom({ bytes, encoding }: Sight, at: number, count: number): number {
  if (encoding === "utf8") {
    let back = at;
    for (let left = count; left > 0 && back > 0; left--) {
      back--;
      while (back > 0 && ((bytes[back] ?? 0) & 0xc0) === 0x80) back--;
    }
    return back;
  }
  const from = Math.max(0, at - 2 * count);
  return characterStart(bytes, from, Math.max(0, from - 1024), encoding);
}

/** Whether any of these ASCII characters may stand in the `count` characters before `at`, or there: `ascii` has 1 for each. */
export function holdsBefore(sight: Sight, at: number, count: number, ascii: Uint8Array): boolean {
  const { bytes, encoding, length } = sight;
  for (let place = backFrom(sight, at, count); place <= at; place++) {
    const byte = bytes[place] ?? 0;
    if (byte < 0x80) {
      if (ascii[byte] === 1) return true;
      continue;
    }
    if (mayNormalise(encoding, byte, bytes[place + 1] ?? 0)) {
      const code = unitAt(encoding, bytes, place, length);
      if (code === UNKNOWN || (code >= 0 && code < 0x80 && ascii[code] === 1)) return true;
    }
    // Of UTF-8 what goes on with a character is told by itself.
    if (encoding !== "utf8") place++;
  }
  return false;
}

/** Whether a character that begins with this byte may become one of ASCII, or is one of four bytes: those of Chinese do not. */
function mayNormalise(encoding: Sight["encoding"], byte: number, second: number): boolean {
  if (encoding === "utf8") return byte >= 0xc0 && !(byte >= 0xe4 && byte <= 0xe9);
  return (byte >= 0xa1 && byte <= 0xa9) || byte === 0x80 || byte === 0xff || second < 0x40;
}

/** Characters that may go before a candidate, and by ASCII code whether it is one of them. */
export interface Lead {
  readonly regex: RegExp;
  readonly ascii: Uint8Array;
}

export function leadOf(regex: RegExp): Lead {
  return { regex, ascii: Uint8Array.from({ length: 0x80 }, (_, code) => (regex.test(String.fromCharCode(code)) ? 1 : 0)) };
}

/** Start of the run of characters of `lead` that ends at `at`, of at most `count`; undefined where that cannot be told. */
export function leadBefore(sight: Sight, at: number, count: number, { ascii, regex }: Lead): number | undefined {
  const { bytes, encoding, length } = sight;
  let back = at;
  for (let left = count; left > 0 && back > 0; left--) {
    const before = bytes[back - 1] ?? 0;
    if (before >= 0x80 || (encoding !== "utf8" && before >= 0x30 && (bytes[back - 2] ?? 0) >= 0x80)) {
      if (encoding !== "utf8") return undefined;
      const first = backFrom(sight, back, 1);
      const code = unitAt(sight.encoding, bytes, first, length);
      if (code < 0) return undefined;
      if (!regex.test(String.fromCharCode(code))) return back;
      back = first;
    } else {
      if (ascii[before] === 0) return back;
      back--;
    }
  }
  return back;
}

/** Whether the line round the candidate surely has no tab and more than `count` characters other than blanks. */
export function longer({ bytes, length, start, encoding }: Sight, count: number): boolean {
  let found = 0;
  let blanks = 0;
  for (const step of [-1, 1]) {
    for (let at = step < 0 ? start - 1 : start; at >= 0 && at < length; at += step) {
      const byte = bytes[at] ?? 0;
      if (byte === 10 || byte === 13) break;
      if (byte === 9 || blanks > count) return false;
      if (encoding === "utf8") {
        // Only ASCII and Chinese leads are sure to be no blanks.
        if ((byte > 0x20 && byte < 0x80) || (byte >= 0xe4 && byte <= 0xe9)) found += 2;
        else if (byte <= 0x20 || byte === 0xe3) blanks++;
      } else if (byte <= 0x20 || byte === 0xa1) blanks++;
      // A byte is half a character, or a quarter where a digit follows a byte over 0x80.
      else found += byte >= 0x30 && byte <= 0x39 && (bytes[at - 1] ?? 0) > 0x80 ? -2 : 1;
      if (found > 2 * count) break;
    }
  }
  return found > 2 * count;
}

/** What of lines is to rules that ask for them, a bit a rule: code units, pairs side by side by their `pairPlace`, short lines, all lines. */
export interface LineTable {
  readonly units: Uint32Array;
  readonly pairs: Uint32Array;
  short: number;
  every: number;
}

export function pairPlace(first: number, second: number): number {
  return (Math.imul(first, 0x9e37) ^ second) & 0xffff;
}

/** Rules that may find anything in the line `[from, to)`, as bits; all bits where that cannot be told. */
export function lineBits({ bytes, length, encoding, inTable }: Sight, from: number, to: number, table: LineTable): number {
  let bits = table.every;
  let count = 0;
  let before = 0;
  // Cells are short where their line is not.
  let cells = inTable;
  for (let at = from; at < to; at += size) {
    const code = unitAt(encoding, bytes, at, length);
    if (code === UNKNOWN) return -1;
    if (code === 9) cells = true;
    if (code <= 0x20) continue;
    bits |= (table.units[code] ?? 0) | (table.pairs[pairPlace(before, code)] ?? 0);
    before = code;
    count++;
  }
  return cells || count <= SHORT_LINE ? bits | table.short : bits;
}

/** Whether the character before the candidate is surely a letter, a digit or `_`: then the candidate is part of something longer. */
export function goesOnBefore({ bytes, start, encoding }: Sight): boolean {
  if (start === 0) return false;
  const before = bytes[start - 1] ?? 0;
  if (!isWord(before) || before === BLANK) return false;
  return encoding === "utf8" || before < 0x30 || (bytes[start - 2] ?? 0) < 0x80;
}

/** A letter, a digit or `_` of ASCII. */
export function isWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;
}

/** The normal form of the character at `at` as one code unit, `UNKNOWN` or `NOTHING`; sets `size`. */
function unitAt(encoding: Sight["encoding"], bytes: Uint8Array, at: number, length: number): number {
  const lead = bytes[at] ?? 0;
  size = 1;
  if (lead < 0x80) {
    if (lead !== 13) return lead;
    return at + 1 < length && bytes[at + 1] === 10 ? NOTHING : 10;
  }
  if (encoding !== "utf8") {
    const second = bytes[at + 1] ?? 0;
    if (lead === 0xff || second < 0x40 || second === 0xff) return UNKNOWN;
    size = 2;
    return plain(pairsOf(encoding)[((lead - 0x80) << 8) | second] ?? 0);
  }
  if (lead < 0xe0 || lead > 0xef || at + 2 >= length) return UNKNOWN;
  const second = bytes[at + 1] ?? 0;
  const third = bytes[at + 2] ?? 0;
  if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) return UNKNOWN;
  size = 3;
  return plain(((lead & 15) << 12) | ((second & 63) << 6) | (third & 63));
}

/** Characters whose normal form is known without a look at it. */
function plain(code: number): number {
  if (code >= 0x3400 && code <= 0x9fff) return code;
  if (code >= 0xff01 && code <= 0xff5e) return code - 0xfee0;
  if (code === 0x3000) return 0x20;
  return code > 0x3000 && code < 0x3036 ? code : UNKNOWN;
}
