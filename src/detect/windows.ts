import type { Location } from "../model/chunk.ts";
import type { Window, WindowCell, WindowRow } from "../model/rule.ts";
import { characterStart, decode, decodedLength } from "../util/decode.ts";
import type { Decoded } from "../util/decode.ts";
import { splitRow } from "../util/row.ts";
import type { RowCell } from "../util/row.ts";
import { lineEnd, lineStart, nextLine, PEERS, TOP_BYTES } from "./flow.ts";
import type { Flow, Pending, Row, Segment, View } from "./flow.ts";

/** Bytes before and behind a candidate that a window shows: behind it a match may go on. */
const BEHIND = 1024;
const BEYOND = 2048;
/** Bytes decoded further where candidates follow each other closely, so that many share one decoding. */
const DENSE = 8 * 1024;
/** Bytes either side of a candidate in which its row is sought. */
export const ROW: number = 4096;

/**
 * The surroundings of a candidate as rules see them. `reach` "line" shows the candidate's line alone. What a window shows hangs on the
 * candidate's place only; how much is decoded for it does not show.
 */
export function windowAt(
  flow: Flow,
  segment: Segment,
  start: number,
  end: number,
  entry: { readonly name: string; readonly asOf: string },
  reach?: "line",
): Window {
  const from = reach === "line" ? lineStart(flow, start, Math.max(flow.base, start - ROW)) : Math.max(flow.base, start - BEHIND);
  const to = Math.min(flow.end, reach === "line" ? Math.min(nextLine(flow, start), start + ROW) : Math.max(end, start) + BEYOND);
  const view = viewOf(flow, from, to);
  const { decoded } = view;
  const first = decoded.indexOf(from - view.from);
  const last = to === view.to ? decoded.text.length : decoded.indexOf(to - view.from);
  flow.windowAt = first;
  return {
    text: decoded.text.slice(first, last),
    start: decoded.indexOf(start - view.from) - first,
    end: decoded.indexOf(Math.min(end, to) - view.from) - first,
    atStart: from === 0,
    atEnd: flow.tailStart !== undefined && to === flow.end,
    roles: segment.roles,
    page: segment.page,
    name: entry.name,
    top: flow.topEnd === undefined || start < flow.topEnd,
    tail: flow.tailStart !== undefined && start >= flow.tailStart,
    row: windowRow(flow, segment, start),
    asOf: entry.asOf,
  };
}

/** A decoding that shows `[from, to)`: the one at hand where it does. */
function viewOf(flow: Flow, from: number, to: number): View {
  const held = flow.view;
  // A flow whose end was not known yet may go on within a character.
  const whole = held !== undefined && (held.to < held.end || held.end === flow.end);
  if (held !== undefined && whole && held.from <= from && held.to >= to) return held;
  const dense = held !== undefined && from >= held.from && from < held.to + BEHIND;
  const used = flow.bytes.subarray(0, flow.length);
  const begin = characterAt(flow, used, from);
  const limit = Math.min(flow.end, dense ? to + DENSE : to);
  const stop = limit === flow.end ? limit : Math.max(to, characterAt(flow, used, limit));
  const view = { from: begin, to: stop, decoded: decode(used, begin - flow.base, stop - flow.base, flow.encoding), end: flow.end };
  flow.view = view;
  return view;
}

function characterAt(flow: Flow, used: Uint8Array, offset: number): number {
  const at = offset - flow.base;
  return flow.base + characterStart(used, at, Math.max(0, at - 1024), flow.encoding);
}

function windowRow(flow: Flow, segment: Segment, start: number): WindowRow | undefined {
  if (segment.table === undefined) return undefined;
  const found = rowAt(flow, segment, start);
  if (found === undefined) return undefined;
  const at = found.row.findIndex((cell) => found.start + cell.end >= start && found.start + cell.start <= start);
  if (at < 0) return undefined;
  return { list: segment.list, at, cells: cellsOf(flow, segment, found) };
}

const NONE: readonly string[] = [];

/** A row's cells as windows show them. */
export function cellsOf(flow: Flow, segment: Segment, row: Row): readonly WindowCell[] {
  if (row.cells !== undefined) return row.cells;
  const { columns } = segment;
  // A line without a separator goes on with a cell of the line before: it has no columns.
  const isPart = columns !== undefined && columns.columns.length > 1 && row.row.length === 1;
  const isHead = isPart || namesColumns(flow, segment, row.start) || isAbove(flow, segment, row.start);
  return (row.cells = row.row.map((cell, index): WindowCell => {
    const column = isHead ? undefined : columns?.columns[index];
    return { text: cell.text, header: column?.header ?? "", infoTypes: column?.infoTypes ?? NONE, weakTypes: column?.weakTypes ?? NONE };
  }));
}

/** Whether the row at `lineAt` is one of those that name the columns: a name is no value. */
export function namesColumns(flow: Flow, segment: Segment, lineAt: number): boolean {
  const { table, columns } = segment;
  // Only the first rows can be, so nothing is counted further down.
  if (table === undefined || columns === undefined || table.row > 15 || lineAt - segment.start > TOP_BYTES) return false;
  const number = rowNumber(flow, segment, lineAt, columns.row + 1);
  return number >= columns.from + 1 && number <= columns.row + 1;
}

/** Whether the row at `lineAt` stands above those that name the columns: a title, another table. */
function isAbove(flow: Flow, segment: Segment, lineAt: number): boolean {
  const { table, columns } = segment;
  if (table === undefined || columns === undefined || columns.from < 1 || table.row > 15 || lineAt - segment.start > TOP_BYTES)
    return false;
  return rowNumber(flow, segment, lineAt, columns.from + 1) < columns.from + 1;
}

/** The row round an offset with the bytes of its cells, counted from the row's start; undefined when it is longer than is looked. */
export function rowAt(flow: Flow, segment: Segment, at: number): Row | undefined {
  const cached = flow.rowCache;
  if (cached !== undefined && at >= cached.start && at < cached.end) return cached;
  const start = Math.max(lineStart(flow, at, Math.max(flow.base, at - ROW)), segment.start);
  if (at - start >= ROW) return undefined;
  const end = Math.max(start, Math.min(lineEnd(flow, at, nextLine(flow, at)), at + ROW, segment.end));
  const { view } = flow;
  const separator = segment.table?.separator ?? "\t";
  if (view !== undefined && view.from <= start && view.to > end) {
    const { decoded } = view;
    const first = decoded.indexOf(start - view.from);
    const text = decoded.text.slice(first, decoded.indexOf(end - view.from));
    flow.rowCache = rowOf(start, end, splitRow(text, separator), decoded, first);
  } else {
    const decoded = decode(flow.bytes.subarray(0, flow.length), start - flow.base, end - flow.base, flow.encoding);
    flow.rowCache = rowOf(start, end, splitRow(decoded.text, separator), decoded, 0);
  }
  return flow.rowCache;
}

function rowOf(start: number, end: number, cells: readonly RowCell[], decoded: Decoded, first: number): Row {
  const shift = decoded.offsetOf(first);
  const row = cells.map(({ text, start: from, end: to }) => ({
    text,
    start: decoded.offsetOf(first + from) - shift,
    end: decoded.offsetOf(first + to) - shift,
    from: first + from,
    to: first + to,
  }));
  return { start, end: Math.max(end, start + 1), row, decoded, cells: undefined };
}

/** Makes the row `[start, end)` part of what is decoded, with much of what follows: all its cells and candidates share that. */
export function showRow(flow: Flow, start: number, end: number): void {
  viewOf(flow, Math.max(flow.base, start - BEHIND), Math.min(flow.end, Math.min(end, start + ROW) + BEYOND));
}

/** Number of the row at `lineAt`, from 1; counting stops once it is past `most`. */
function rowNumber(flow: Flow, segment: Segment, lineAt: number, most: number): number {
  let row = segment.table?.row ?? 1;
  const to = lineAt - flow.base;
  for (let at = flow.bytes.indexOf(10, Math.max(segment.start, flow.base) - flow.base); at >= 0 && at < to && row <= most; row++)
    at = flow.bytes.indexOf(10, at + 1);
  return row;
}

/** A place that is asked where it stands. */
export type Located = Pick<Pending, "segment" | "start" | "line" | "location">;

/** Where a match stands, line and column or what its chunk says: to be asked while its bytes are at hand, and remembered. */
export function locationOf(flow: Flow, pending: Located): Location {
  return (pending.location ??= locate(flow, pending));
}

function locate(flow: Flow, { segment, start, line }: Located): Location {
  if (segment.locate !== undefined) return segment.locate(start - segment.start);
  const lines = flow.linesAt(start);
  const from = Math.max(line < 0 ? Math.max(flow.base, start - PEERS) : line, flow.base);
  const before = decodedLength(flow.bytes.subarray(0, flow.length), from - flow.base, start - flow.base, flow.encoding);
  return { kind: "line", line: lines + 1, column: before + 1 };
}
