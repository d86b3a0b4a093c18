import type { Location } from "../model/chunk.ts";
import type { Window, WindowCell, WindowRow } from "../model/rule.ts";
import { characterStart, decode } from "../util/decode.ts";
import { splitRow } from "../util/row.ts";
import { countLines, lineEnd, lineStart, nextLine, TOP_BYTES } from "./flow.ts";
import type { Flow, Segment } from "./flow.ts";

/** Windows begin and end on this grid of absolute offsets, so candidates near each other share one decoding. */
const PAGE = 2048;
/** Bytes a window reaches beyond its page. */
const BEHIND_PAGE = 2048;
const BEYOND_PAGE = 4096;
/** Bytes either side of a candidate in which its row is sought. */
export const ROW: number = 4096;

/** The surroundings of a candidate as rules see them. */
export function windowAt(
  flow: Flow,
  segment: Segment,
  start: number,
  end: number,
  entry: { readonly name: string; readonly asOf: string },
): Window {
  const page = Math.floor(start / PAGE);
  // A flow whose end was not known yet when its page was decoded is decoded again.
  if (flow.window?.page !== page || (flow.window.end !== flow.end && flow.window.to === flow.window.end)) {
    const want = Math.max(flow.base, page * PAGE - BEHIND_PAGE);
    const from =
      want === flow.base
        ? want
        : flow.base + characterStart(flow.bytes, want - flow.base, Math.max(0, want - flow.base - 1024), flow.encoding);
    const limit = Math.min(flow.end, page * PAGE + PAGE + BEYOND_PAGE);
    const used = flow.bytes.subarray(0, flow.length);
    const to =
      limit === flow.end
        ? limit
        : flow.base + characterStart(used, limit - flow.base, Math.max(0, limit - flow.base - 1024), flow.encoding);
    flow.window = { page, from, to, decoded: decode(used, from - flow.base, to - flow.base, flow.encoding), end: flow.end };
  }
  const { decoded, from, to } = flow.window;
  const first = decoded.indexOf(start - from);
  const last = decoded.indexOf(Math.min(end, to) - from);
  return {
    text: decoded.text,
    start: first,
    end: last,
    atStart: from === flow.segments[0]?.start && from === flow.base && flow.base === 0,
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

function windowRow(flow: Flow, segment: Segment, start: number): WindowRow | undefined {
  if (segment.table === undefined) return undefined;
  const found = rowAt(flow, segment, start);
  if (found === undefined) return undefined;
  const at = found.row.findIndex((cell) => found.start + cell.end >= start && found.start + cell.start <= start);
  if (at < 0) return undefined;
  const { columns } = segment;
  const isHead = namesColumns(flow, segment, found.start);
  const cells = found.row.map((cell, index): WindowCell => {
    const column = isHead ? undefined : columns?.columns[index];
    return { text: cell.text, header: column?.header ?? "", infoTypes: column?.infoTypes ?? [], weakTypes: column?.weakTypes ?? [] };
  });
  return { at, cells };
}

/** Whether the row at `lineAt` is one of those that name the columns: a name is no value. */
export function namesColumns(flow: Flow, segment: Segment, lineAt: number): boolean {
  const { table, columns } = segment;
  // Only the first rows can be, so nothing is counted further down.
  if (table === undefined || columns === undefined || table.row > 15 || lineAt - segment.start > TOP_BYTES) return false;
  const number = rowNumber(flow, segment, lineAt, columns.row + 1);
  return number >= columns.from + 1 && number <= columns.row + 1;
}

/** The row round an offset with the bytes of its cells, counted from the row's start; undefined when it is longer than is looked. */
export function rowAt(flow: Flow, segment: Segment, at: number): Flow["rowCache"] {
  const cached = flow.rowCache;
  if (cached !== undefined && at >= cached.start && at < cached.end) return cached;
  const start = Math.max(lineStart(flow, at, Math.max(flow.base, at - ROW)), segment.start);
  if (at - start >= ROW) return undefined;
  const end = Math.min(lineEnd(flow, at, nextLine(flow, at)), at + ROW, segment.end);
  const decoded = decode(flow.bytes.subarray(0, flow.length), start - flow.base, Math.max(start, end) - flow.base, flow.encoding);
  const row = splitRow(decoded.text, segment.table?.separator ?? "\t").map((cell) => ({
    text: cell.text,
    start: decoded.offsetOf(cell.start),
    end: decoded.offsetOf(cell.end),
  }));
  flow.rowCache = { start, end: Math.max(end, start + 1), row };
  return flow.rowCache;
}

/** Number of the row at `lineAt`, from 1; counting stops once it is past `most`. */
function rowNumber(flow: Flow, segment: Segment, lineAt: number, most: number): number {
  let row = segment.table?.row ?? 1;
  const to = lineAt - flow.base;
  for (let at = flow.bytes.indexOf(10, Math.max(segment.start, flow.base) - flow.base); at >= 0 && at < to && row <= most; row++)
    at = flow.bytes.indexOf(10, at + 1);
  return row;
}

/** Line and column of an offset, or what its chunk says. `line` is where its line starts. */
export function locate(flow: Flow, segment: Segment, start: number, line: number): Location {
  if (segment.locate !== undefined) return segment.locate(start - segment.start);
  const cursor = flow.lineCursor;
  if (start < cursor.offset) {
    cursor.offset = flow.base;
    cursor.lines = flow.linesBefore;
  }
  cursor.lines += countLines(flow.bytes, cursor.offset - flow.base, start - flow.base);
  cursor.offset = start;
  const from = Math.max(line, flow.base);
  const text = decode(flow.bytes.subarray(0, flow.length), from - flow.base, start - flow.base, flow.encoding).text;
  return { kind: "line", line: cursor.lines + 1, column: text.length + 1 };
}
