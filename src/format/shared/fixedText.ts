import type { Budget, Encoding, Extracted, Stop } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import type { Flow } from "./flow.ts";
import { type LineTeller, toldLines } from "./toldLines.ts";
import { bytesOf } from "./xml.ts";

/** Records that are looked at, and the fewest of one width. */
const SAMPLE = 200;
const FEWEST = 5;
/** Share of lines that are records: there are headers and trailers. */
const RECORDS = 0.7;
/** Share of records in which a field must begin at its place. */
const AGREED = 0.9;
/** Different numbers by which a field is told: the same line again and again says no more than once. */
const DIFFERENT = 4;
/** Digits of the longest card: as many by themselves are one number, whatever part of them has a check digit. */
const LONGEST_CARD = 19;
/** Columns of a record. */
const NARROWEST = 30;
const WIDEST = 2000;

const RESIDENT = /[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]/y;
const CARD = /(?:62|4|5[1-5]|35|9)\d{14,17}(?:\d|(?!\d))/y;
const MOBILE = /1[3-9]\d{9}/y;
const WEIGHTS: readonly number[] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** How records of fixed width are cut. */
export interface FixedLayout {
  /** Columns of a record, where a Chinese character takes `wide`: its bytes in GBK, in UTF-8, or one. */
  readonly width: number;
  readonly wide: number;
  /** Where fields begin, from 1 on. */
  readonly cuts: readonly number[];
}

/**
 * Records of fixed width among the lines of a text's head, as hosts exchange them: lines of one width in which identity numbers or cards stand
 * at one place, with other digits right before or behind them. Undefined where there are none: what stands between blanks needs no cutting.
 */
export function fixedLayout(lines: readonly string[]): FixedLayout | undefined {
  const filled = lines.slice(0, SAMPLE).filter((line) => line.trim() !== "");
  if (filled.length < FEWEST || !filled.some((line) => /\d{19}/.test(line))) return undefined;
  for (const wide of [2, 1, 3]) {
    const widths = new Map<number, string[]>();
    for (const line of filled) {
      const width = widthOf(line, wide);
      widths.set(width, [...(widths.get(width) ?? []), line]);
    }
    const [width, records] = [...widths].toSorted((one, other) => other[1].length - one[1].length)[0] ?? [0, []];
    if (width < NARROWEST || width > WIDEST || records.length < FEWEST || records.length < filled.length * RECORDS) continue;
    const cuts = cutsOf(records, width, wide);
    if (cuts !== undefined) return { width, wide, cuts };
  }
  return undefined;
}

/** A text line by line, its records of fixed width as rows of cells. */
export function fixedText(
  source: ByteSource,
  encoding: Encoding,
  layout: FixedLayout,
  entry: { readonly budget: Budget; readonly path: string; readonly signal: Stop },
): AsyncGenerator<Extracted, void> {
  return toldLines(source, encoding, entry, (flow) => teller(flow, layout));
}

function teller(flow: Flow, { width, wide, cuts }: FixedLayout): LineTeller {
  let line = 0;
  let open = false;
  const plain = (text: string): void => {
    if (open) flow.endTable();
    open = false;
    flow.line(bytesOf(text), line);
  };
  return {
    take(text) {
      line++;
      if (text.length > WIDEST || widthOf(text, wide) !== width) {
        plain(text);
        return;
      }
      if (!open) flow.table("records");
      open = true;
      const cells = cellsOf(text, wide, cuts);
      flow.row(
        cells.map((cell) => bytesOf(cell.text)),
        line,
        cells.map(({ start }, index) => [index, start] as const),
      );
    },
    cut(text) {
      plain(text);
    },
    end() {
      if (open) flow.endTable();
    },
  };
}

function cellsOf(text: string, wide: number, cuts: readonly number[]): readonly { readonly text: string; readonly start: number }[] {
  const cells: { text: string; start: number }[] = [];
  let from = 0;
  let column = 0;
  let next = 0;
  const put = (to: number): void => {
    const part = text.slice(from, to);
    const cell = part.trim();
    cells.push({ text: cell, start: from + (cell === "" ? 0 : part.indexOf(cell)) });
    from = to;
  };
  for (let at = 0; at < text.length; at++) {
    if (column >= (cuts[next] ?? Number.MAX_SAFE_INTEGER)) {
      put(at);
      next++;
    }
    column += columnsOf(text.charCodeAt(at), wide);
  }
  put(text.length);
  return cells;
}

/** Where fields begin; undefined unless identity numbers or cards stand at one place in them. */
function cutsOf(records: readonly string[], width: number, wide: number): readonly number[] | undefined {
  const agreed = Math.ceil(records.length * AGREED);
  const starts = Array.from({ length: width }, () => 0);
  const known = new Map<string, { count: number; readonly values: Set<string> }>();
  const phones = new Map<number, Set<string>>();
  for (const record of records) {
    let column = 0;
    let before = " ";
    for (let at = 0; at < record.length; at++) {
      const kind = kindOf(record.charCodeAt(at));
      if (kind !== before && kind !== " " && column > 0) starts[column] = (starts[column] ?? 0) + 1;
      before = kind;
      if (kind === "0") {
        const end = identifierAt(record, at);
        if (end > at) {
          const place = `${column}:${column + end - at}`;
          const seen = known.get(place) ?? { count: 0, values: new Set<string>() };
          seen.count++;
          seen.values.add(record.slice(at, end));
          known.set(place, seen);
        }
        MOBILE.lastIndex = at;
        if (MOBILE.test(record)) phones.set(column, (phones.get(column) ?? new Set()).add(record.slice(at, at + 3)));
      }
      column += columnsOf(record.charCodeAt(at), wide);
    }
  }
  const cuts = new Set<number>();
  for (const [column, count] of starts.entries()) if (count >= agreed) cuts.add(column);
  const fields: (readonly [from: number, to: number])[] = [];
  // Cards of 16 and of 19 digits begin at one place.
  const places = new Map<number, { count: number; different: number; to: number }>();
  for (const [place, { count, values }] of known) {
    const [from = 0, to = 0] = place.split(":").map(Number);
    const seen = places.get(from) ?? { count: 0, different: 0, to };
    places.set(from, { count: seen.count + count, different: seen.different + values.size, to: Math.max(seen.to, to) });
  }
  for (const [from, { count, different, to }] of places) if (count >= agreed && different >= DIFFERENT) fields.push([from, to]);
  if (fields.length === 0) return undefined;
  for (const [from, prefixes] of phones) {
    const all = records.filter((record) => isMobileAt(record, from, wide)).length;
    // What begins alike in all records is a date or a code.
    if (all >= agreed && prefixes.size * 4 >= Math.min(records.length, 12) && !fields.some(([low, high]) => from < high && from + 11 > low))
      fields.push([from, from + 11]);
  }
  for (const [from, to] of fields) {
    // Within a field nothing begins.
    for (const cut of cuts) if (cut > from && cut < to) cuts.delete(cut);
    if (from > 0) cuts.add(from);
    if (to < width) cuts.add(to);
  }
  return [...cuts].toSorted((one, other) => one - other);
}

function isMobileAt(record: string, from: number, wide: number): boolean {
  let column = 0;
  for (let at = 0; at < record.length && column <= from; at++) {
    MOBILE.lastIndex = at;
    if (column === from) return MOBILE.test(record);
    column += columnsOf(record.charCodeAt(at), wide);
  }
  return false;
}

/** Where the identity number or card ends that begins at `at`; `at` when none does. */
function identifierAt(record: string, at: number): number {
  RESIDENT.lastIndex = at;
  const resident = RESIDENT.exec(record)?.[0];
  if (resident !== undefined && checkOf(resident) === resident.charAt(17).toUpperCase()) return at + 18;
  CARD.lastIndex = at;
  const card = CARD.exec(record)?.[0];
  if (card === undefined || runLength(record, at) <= LONGEST_CARD) return at;
  for (const length of [19, 16, 17, 18]) if (card.length >= length && isLuhn(card.slice(0, length))) return at + length;
  return at;
}

/** Digits of the run that holds the one at `at`. */
function runLength(record: string, at: number): number {
  const isDigit = (place: number): boolean => record.charCodeAt(place) >= 48 && record.charCodeAt(place) <= 57;
  let from = at;
  while (from > 0 && isDigit(from - 1)) from--;
  let to = at;
  while (to < record.length && isDigit(to)) to++;
  return to - from;
}

/** GB 11643. */
function checkOf(id: string): string {
  return "10X98765432".charAt(WEIGHTS.reduce((sum, weight, index) => sum + weight * Number(id[index]), 0) % 11);
}

/** ISO/IEC 7812. */
function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, doubled = false; at >= 0; at--, doubled = !doubled) {
    const digit = digits.charCodeAt(at) - 48;
    sum += doubled ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
  }
  return sum % 10 === 0;
}

/** What kind of character it is: fields change it. */
function kindOf(code: number): string {
  if (code === 32 || code === 9 || code === 0x3000) return " ";
  if (code >= 48 && code <= 57) return "0";
  return code < 0x80 ? "a" : "中";
}

function widthOf(text: string, wide: number): number {
  let width = 0;
  for (let at = 0; at < text.length; at++) width += columnsOf(text.charCodeAt(at), wide);
  return width;
}

function columnsOf(code: number, wide: number): number {
  return code >= 0x1100 ? wide : 1;
}
