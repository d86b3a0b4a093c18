import { isUtf8 } from "node:buffer";

import { detectEncodings } from "../util/encoding.ts";
import type { ByteEncoding } from "../util/decode.ts";

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Lines that are to be read in another encoding than the text they stand in, and the stretch they lie in. Offsets are those of the bytes. */
export interface OtherLines extends Stretch {
  readonly lines: readonly Stretch[];
  readonly encodings: readonly ByteEncoding[];
}

/** Bytes of a line that is looked at whole; a longer one is read like the rest. */
const LONGEST = 64 * 1024;
/** Bytes of such lines by which their encoding is told. */
const SAMPLE = 4096;

/**
 * Lines in `bytes[from, to)` that are not written in the text's encoding: logs that two programs write, files put together, an export appended
 * to another. In UTF-8 a line that is mostly broken as such; in GB18030 and Big5 one that is valid UTF-8 with Chinese in it, which such text by
 * chance hardly is. `from` is a line's begin, `to` a line's end. At most one stretch is given: the lines between its own are not in it.
 */
export function otherLines(bytes: Uint8Array, from: number, to: number, encoding: ByteEncoding): readonly OtherLines[] {
  if (from >= to || (encoding === "utf8" && isUtf8(bytes.subarray(from, to)))) return [];
  const lines = othersOf(bytes, from, to, encoding);
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return [];
  const encodings = encoding === "utf8" ? named(bytes, lines) : (["utf8"] as const);
  return encodings.length === 0 ? [] : [{ start: first.start, end: last.end, lines, encodings }];
}

function othersOf(bytes: Uint8Array, from: number, to: number, encoding: ByteEncoding): readonly Stretch[] {
  const lines: Stretch[] = [];
  for (let start = from; start < to;) {
    const feed = bytes.indexOf(10, start);
    const end = feed < 0 || feed >= to ? to : feed + 1;
    const line = bytes.subarray(start, end);
    if (line.length <= LONGEST && (encoding === "utf8" ? isBroken(line) : isChineseUtf8(line))) lines.push({ start, end });
    start = end;
  }
  return lines;
}

/** Whether a line of `bytes[from, to)` may be one of those, whatever else is read with it. */
export function mayMix(bytes: Uint8Array, from: number, to: number, encoding: ByteEncoding): boolean {
  return !(encoding === "utf8" && isUtf8(bytes.subarray(from, to))) && othersOf(bytes, from, to, encoding).length > 0;
}

/** Encodings in which the lines are plausible; none where there is none but UTF-8. */
function named(bytes: Uint8Array, lines: readonly Stretch[]): readonly ByteEncoding[] {
  const sample = Buffer.alloc(SAMPLE);
  let length = 0;
  for (const { start, end } of lines) {
    if (length >= SAMPLE) break;
    const taken = bytes.subarray(start, Math.min(end, start + SAMPLE - length));
    sample.set(taken, length);
    length += taken.length;
  }
  const detected = detectEncodings(sample.subarray(0, length), length < SAMPLE);
  return (detected?.encodings ?? []).flatMap((one): readonly ByteEncoding[] => (one === "gb18030" || one === "big5" ? [one] : []));
}

/** A copy of `bytes[from, to)` with blanks for all that stands in none of the lines but line ends: every byte keeps its place. */
export function blanked(bytes: Uint8Array, from: number, to: number, lines: readonly Stretch[]): Uint8Array {
  const copy = bytes.slice(from, to);
  let at = from;
  for (const { start, end } of lines) {
    for (; at < start; at++) if (copy[at - from] !== 10 && copy[at - from] !== 13) copy[at - from] = 0x20;
    at = end;
  }
  return copy;
}

/** Whether of the bytes over 0x7f fewer than half belong to whole characters of UTF-8. */
function isBroken(line: Uint8Array): boolean {
  if (isUtf8(line)) return false;
  let high = 0;
  let good = 0;
  for (let at = 0; at < line.length;) {
    const byte = line[at] ?? 0;
    if (byte < 0x80) {
      at++;
      continue;
    }
    const length = byte >= 0xc2 && byte < 0xe0 ? 2 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xf0 && byte < 0xf5 ? 4 : 1;
    let size = 1;
    while (size < length && ((line[at + size] ?? 0) & 0xc0) === 0x80) size++;
    high += size;
    if (length > 1 && size === length) good += size;
    at += size;
  }
  return good * 2 < high;
}

/** Whether a line is valid UTF-8 and all in it beyond ASCII are characters of three bytes as Chinese has them, at least two of them. */
function isChineseUtf8(line: Uint8Array): boolean {
  let count = 0;
  for (let at = 0; at < line.length; at++) {
    const byte = line[at] ?? 0;
    if (byte < 0x80) continue;
    if (byte < 0xe2 || byte > 0xef || ((line[at + 1] ?? 0) & 0xc0) !== 0x80 || ((line[at + 2] ?? 0) & 0xc0) !== 0x80) return false;
    count++;
    at += 2;
  }
  return count >= 2 && isUtf8(line);
}
