import type { Budget, Encoding, Extracted, Stop } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import type { Flow } from "./flow.ts";
import { type LineTeller, toldLines } from "./toldLines.ts";
import { bytesOf } from "./xml.ts";

/** Lines that are looked at behind one that may name columns. */
const LOOKAHEAD = 24;
/** Rows behind a line that names columns; one is enough behind a drawn line. */
const FEWEST_ROWS = 2;
/** Columns of a table. */
const FEWEST_COLUMNS = 3;
const MOST_COLUMNS = 60;
/** Characters of a line of a report: mainframes print 132 or 198. */
const LONGEST = 600;
/** Columns on the screen of a name. */
const NAME_WIDTH = 28;
/** Lines that are no rows after which a table is over. */
const MOST_MISFITS = 3;
/** A line drawn under names or rows. */
const RULED = /^[\s\f]*(?:[-=_*+.~─━═—－]{2,}[\s+|]*)+$/;
const BLANK = /^[\s\f]*$/;
/** Three stretches of text, or more, with two blanks or a tab between them. */
const SPREAD = /\S(?: {2,}| ?\t\s*|\u3000\s*)\S.*?(?: {2,}| ?\t\s*|\u3000\s*)\S/;
/** What parts cells. */
const GAP = /\s{2,}|\t+|\u3000+/;
/** A number as people and accounts have them. */
const IDENTIFIER = /\d{8}/;
const MAY_IDENTIFY = /\d{4} ?\d{4}/;

/** A cell and where it begins in its line. */
interface Cell {
  readonly text: string;
  readonly start: number;
}

/** A table whose columns stand below each other, as far as it has been read. */
interface Layout {
  readonly names: readonly Cell[];
  readonly heading: string;
  /** Columns on the screen that a character of Chinese takes: two on a host, one where a program counted characters. */
  readonly wide: 1 | 2;
  /** Between each column and the next, on the screen: what is blank in all rows so far, half-open. */
  readonly gaps: (readonly [from: number, to: number])[];
}

/** Whether the lines of a text's head hold a table whose columns are aligned with blanks: reports of hosts, lists that were printed. */
export function showsColumns(lines: readonly string[]): boolean {
  // Most texts hold no such number, and need no further look.
  if (!lines.some((line) => MAY_IDENTIFY.test(line))) return false;
  for (const [index, line] of lines.entries()) if (layoutAt(line, lines, index + 1) !== undefined) return true;
  return false;
}

/** A text line by line, tables whose columns are aligned with blanks as rows of cells; pages that repeat the names are one table. */
export function alignedText(
  source: ByteSource,
  encoding: Encoding,
  entry: { readonly budget: Budget; readonly path: string; readonly signal: Stop },
): AsyncGenerator<Extracted, void> {
  return toldLines(source, encoding, entry, (flow) => new Teller(flow));
}

/** Tells lines and rows in their order, a few lines late. */
class Teller implements LineTeller {
  readonly #flow: Flow;
  /** Lines not yet told; the first stands in line `#line`. */
  readonly #waiting: string[] = [];
  #line = 1;
  #layout: Layout | undefined;
  #misfits: { readonly text: string; readonly line: number }[] = [];
  /** Names of tables by what names their columns. */
  readonly #tables = new Map<string, string>();

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  take(line: string): void {
    this.#waiting.push(line);
    if (this.#waiting.length > LOOKAHEAD) this.#next();
  }

  cut(text: string): void {
    this.end();
    this.#flow.line(bytesOf(text), this.#line);
  }

  end(): void {
    while (this.#waiting.length > 0) this.#next();
    this.#close();
  }

  #next(): void {
    const text = this.#waiting.shift() ?? "";
    const line = this.#line++;
    const layout = layoutAt(text, this.#waiting, 0);
    if (layout !== undefined) {
      this.#close();
      this.#layout = layout;
      const id = this.#tables.get(layout.heading) ?? `text${this.#tables.size + 1}`;
      this.#tables.set(layout.heading, id);
      this.#flow.table(id);
      this.#row(layout.names, line);
      return;
    }
    if (this.#layout === undefined) {
      this.#flow.line(bytesOf(text), line);
      return;
    }
    if (BLANK.test(text) || RULED.test(text)) return;
    const cells = rowOf(text, this.#layout);
    if (cells === undefined) {
      this.#misfits.push({ text, line });
      if (this.#misfits.length > MOST_MISFITS) this.#close();
      return;
    }
    // A total among rows.
    for (const one of this.#misfits) this.#row([{ text: one.text, start: 0 }], one.line);
    this.#misfits = [];
    this.#row(cells, line);
  }

  #row(cells: readonly Cell[], line: number): void {
    this.#flow.row(
      cells.map(({ text }) => bytesOf(text)),
      line,
      cells.map(({ start }, index) => [index, start] as const),
    );
  }

  /** Ends the table at hand; what stood behind its rows is text. */
  #close(): void {
    if (this.#layout === undefined) return;
    this.#flow.endTable();
    this.#layout = undefined;
    for (const { text, line } of this.#misfits) this.#flow.line(bytesOf(text), line);
    this.#misfits = [];
  }
}

/** The columns that a line names, where rows fit below it. */
function layoutAt(line: string, lines: readonly string[], next: number): Layout | undefined {
  if (
    line.length > LONGEST ||
    !(line.includes("  ") || line.includes("\t") || line.includes("\u3000")) ||
    !SPREAD.test(line) ||
    /[:：;；。{}]|\d{5}/.test(line)
  )
    return undefined;
  const names = cellsOf(line, 0);
  if (names.length < FEWEST_COLUMNS || names.length > MOST_COLUMNS) return undefined;
  if (names.some(({ text }) => widthOf(text, 2) > NAME_WIDTH)) return undefined;
  if (names.filter(({ text }) => /[A-Za-z\u4e00-\u9fff]/.test(text)).length * 2 <= names.length) return undefined;
  for (const wide of [2, 1] as const) {
    const layout: Layout = { names, heading: names.map(({ text }) => text).join("\t"), wide, gaps: gapsOf(names, wide, line) };
    // What rows leave of the gaps is found out again when they are told.
    const trial = { ...layout, gaps: [...layout.gaps] };
    let rows = 0;
    let ruled = false;
    let numbers = false;
    for (let at = next; at < Math.min(lines.length, next + LOOKAHEAD); at++) {
      const text = lines[at] ?? "";
      if (BLANK.test(text)) continue;
      if (RULED.test(text)) {
        ruled = true;
        continue;
      }
      const cells = rowOf(text, trial);
      if (cells === undefined) break;
      rows++;
      numbers ||= cells.some((cell) => IDENTIFIER.test(cell.text.replace(/ /g, "")));
    }
    if (numbers && rows >= (ruled ? 1 : FEWEST_ROWS)) return layout;
  }
  return undefined;
}

function gapsOf(names: readonly Cell[], wide: 1 | 2, line: string): (readonly [number, number])[] {
  return names.slice(1).map((name, index) => {
    const before = names[index];
    return [
      widthOf(line.slice(0, (before?.start ?? 0) + (before?.text.length ?? 0)), wide),
      widthOf(line.slice(0, name.start), wide),
    ] as const;
  });
}

/** The cells of a row, one for each column; undefined where the line is none. Narrows the gaps to what is blank in it too. */
function rowOf(line: string, layout: Layout): readonly Cell[] | undefined {
  if (line.length > LONGEST || /[。；;{}]/.test(line)) return undefined;
  const count = layout.names.length;
  const spread = cellsOf(line, 0);
  // Apart by two blanks, as many as there are names: where they stand says no more.
  if (spread.length === count) return spread;
  const cuts: number[] = [];
  const blanks = blanksOf(line, layout.wide);
  const gaps: (readonly [number, number])[] = [];
  for (const [from, to] of layout.gaps) {
    const free = blanks.filter((blank) => blank.to > from && blank.from < to);
    const [first] = free;
    if (first === undefined) return undefined;
    const widest = free.reduce((best, one) => (shared(one, from, to) > shared(best, from, to) ? one : best), first);
    gaps.push([Math.max(from, widest.from), Math.min(to, widest.to)]);
    cuts.push(widest.at);
  }
  const cells = [0, ...cuts].map((from, index): Cell => {
    const part = line.slice(from, cuts[index] ?? line.length);
    const text = part.trim();
    return { text, start: from + (text === "" ? 0 : part.indexOf(text)) };
  });
  if (cells.filter(({ text }) => text !== "").length < Math.max(2, count / 2)) return undefined;
  layout.gaps.splice(0, layout.gaps.length, ...gaps);
  return cells;
}

function shared({ from, to }: { readonly from: number; readonly to: number }, low: number, high: number): number {
  return Math.min(to, high) - Math.max(from, low);
}

/** Runs of blanks, where they stand on the screen and in the line; what follows the line's end is one. */
function blanksOf(line: string, wide: 1 | 2): readonly { readonly from: number; readonly to: number; readonly at: number }[] {
  const blanks: { from: number; to: number; at: number }[] = [];
  let column = 0;
  let at = 0;
  for (const character of line) {
    const width = columnsOf(character, column, wide);
    const last = blanks.at(-1);
    if (/\s/.test(character)) {
      if (last !== undefined && last.to === column) last.to = column + width;
      else blanks.push({ from: column, to: column + width, at });
    }
    column += width;
    at += character.length;
  }
  blanks.push({ from: column, to: Number.MAX_SAFE_INTEGER, at: line.length });
  return blanks;
}

function cellsOf(line: string, from: number): readonly Cell[] {
  const cells: Cell[] = [];
  let at = from;
  for (const part of line.slice(from).split(new RegExp(`(${GAP.source})`))) {
    if (part.trim() !== "") cells.push({ text: part.trim(), start: at + part.indexOf(part.trim()) });
    at += part.length;
  }
  return cells;
}

function widthOf(text: string, wide: 1 | 2): number {
  let width = 0;
  for (const character of text) width += columnsOf(character, width, wide);
  return width;
}

function columnsOf(character: string, column: number, wide: 1 | 2): number {
  if (character === "\t") return 8 - (column % 8);
  return character.charCodeAt(0) >= 0x1100 ? wide : 1;
}
