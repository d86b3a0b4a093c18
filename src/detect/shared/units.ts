import type { Window } from "../../model/rule.ts";

/** A line or a cell as marks are read: without blanks, since marks are spaced out to be seen. */
export interface Unit {
  /** Without any blank. */
  readonly text: string;
  /** Index in the window's text of each character, and of the end. */
  readonly at: readonly number[];
  /** As it stands in the window, blanks and all. */
  readonly raw: string;
  /** Name of its column or of the property it is the value of; empty when there is none. */
  readonly header: string;
  /** Filled cells in its row, itself included; 1 outside of tables. */
  readonly filled: number;
  /** Which cell of its row it is. */
  readonly cell: number;
}

/** Characters: a line that holds a mark is short; longer ones are cut here and so are no own line. */
const LONGEST = 400;

/**
 * Several rules look at one window: what one has read the next need not. Of the last window alone, and no longer than it lives: of tens of
 * thousands in a paragraph the collector would go through all, again and again.
 */
let known = new WeakMap<Window, readonly Unit[]>();

/** The units of the candidate's line: its cells in a row of a table, else the stretches between tabs. */
export function unitsOf(window: Window): readonly Unit[] {
  const held = known.get(window);
  if (held !== undefined) return held;
  const units = readUnits(window);
  known = new WeakMap([[window, units]]);
  return units;
}

function readUnits(window: Window): readonly Unit[] {
  const { text } = window;
  const start = text.lastIndexOf("\n", Math.max(0, window.start - 1)) + 1;
  const next = text.indexOf("\n", Math.max(start, window.start));
  const end = next < 0 ? text.length : next;
  const cells = window.row === undefined ? cutAtTabs(text, start, end) : locateCells(window, start, end);
  const filled = cells.filter((cell) => cell.end > cell.start).length;
  return cells
    .filter((cell) => cell.end > cell.start)
    .map((cell) => squeeze(text, cell.start, Math.min(cell.end, cell.start + LONGEST), cell.header, filled, cell.index));
}

/** The unit in which the candidate starts. */
export function unitAt(window: Window): Unit | undefined {
  return unitsOf(window).find((unit) => (unit.at.at(-1) ?? 0) > window.start);
}

/** The lines after or before the candidate's line, without blanks, nearest first; at most `count`, blank ones left out. */
export function neighbours(window: Window, direction: "before" | "after", count: number): readonly string[] {
  const { text } = window;
  const start = text.lastIndexOf("\n", Math.max(0, window.start - 1)) + 1;
  const end = text.indexOf("\n", window.start);
  const part = direction === "before" ? text.slice(0, start) : end < 0 ? "" : text.slice(end + 1);
  const bounded = direction === "before" ? part.slice(-1000) : part.slice(0, 1000);
  const lines = bounded
    .split("\n")
    .map((line) => line.replace(/\s+/g, ""))
    .filter((line) => line !== "");
  return direction === "before" ? lines.toReversed().slice(0, count) : lines.slice(0, count);
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly header: string;
  readonly index: number;
}

function cutAtTabs(text: string, start: number, end: number): readonly Stretch[] {
  let from = start;
  return text
    .slice(start, end)
    .split("\t")
    .map((part, index) => {
      const stretch = { start: from, end: part.trim() === "" ? from : from + part.length, header: "", index };
      from += part.length + 1;
      return stretch;
    });
}

/** Cells in order: each is sought after the one before, since a window does not say where its row's cells stand. */
function locateCells(window: Window, start: number, end: number): readonly Stretch[] {
  const line = window.text.slice(start, end);
  let from = 0;
  return (window.row?.cells ?? []).map((cell, index) => {
    const content = cell.text.trim();
    const at = content === "" ? -1 : line.indexOf(content, from);
    if (at < 0) return { start, end: start, header: cell.header, index };
    from = at + content.length;
    return { start: start + at, end: start + from, header: cell.header, index };
  });
}

function squeeze(text: string, start: number, end: number, header: string, filled: number, cell: number): Unit {
  const at: number[] = [];
  let squeezed = "";
  let count = 0;
  let from = start;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x20 && code !== 0xa0 && code !== 0x3000) at[count++] = index;
    else {
      // A character at a time would make a string of each.
      if (from < index) squeezed += text.slice(from, index);
      from = index + 1;
    }
  }
  squeezed += text.slice(from, end);
  at[count] = count === 0 ? end : (at[count - 1] ?? 0) + 1;
  return { text: squeezed, at, raw: text.slice(start, end), header, filled, cell };
}
