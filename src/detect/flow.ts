import type { Location, Role, Table } from "../model/chunk.ts";
import type { Evidence, Match, WindowCell, WindowRow } from "../model/rule.ts";
import type { ByteEncoding, Decoded } from "../util/decode.ts";
import { countLines } from "./kernel/wasm.ts";
import type { Plan } from "./plan.ts";
import type { NamedColumns } from "./table.ts";

/** Bytes read at a time; fits the second-level cache. */
export const BLOCK: number = 256 * 1024;
/** Bytes that must follow a candidate before it is looked at, unless the flow ends: a window's 6 KiB and a row's end. */
export const AHEAD: number = 8 * 1024;
/** Bytes within which matches of one line are each other's row. */
export const PEERS: number = 4096;
/** Bytes kept before the first candidate not yet looked at: matches wait up to 8 KiB for their line and are then placed in it. */
export const HISTORY: number = 16 * 1024;
/** Lines of a flow that count as its top and its tail. */
const TOP_LINES = 15;
const TAIL_LINES = 5;
/** Bytes in which the top is sought. */
export const TOP_BYTES: number = 64 * 1024;

/** A stretch of a flow that one chunk gave. Offsets are the flow's. */
export interface Segment {
  readonly start: number;
  end: number;
  readonly roles: readonly Role[];
  readonly page: number | undefined;
  readonly table: Table | undefined;
  /** Which rows of the table's head name columns, and what. */
  readonly columns: NamedColumns | undefined;
  /** Rows of one cell each, without a name: text like any other, but for what counts rows. */
  readonly list: boolean;
  /** Undefined for text as it lies in a file: its lines are counted. */
  readonly locate: ((offset: number) => Location) | undefined;
}

/** A match that waits for its line to be complete. */
export interface Pending {
  readonly plan: Plan;
  readonly match: Match;
  readonly start: number;
  readonly end: number;
  /** Offset of its line's start; -1 when that lies further back than is looked. */
  readonly line: number;
  readonly segment: Segment;
  readonly row: WindowRow | undefined;
  /** Where it stands, once that has been asked while its bytes were at hand. */
  location: Location | undefined;
}

/** A match with all its members: every rule's has one shape. `evidence`: what says the same as its own. */
export function wholeMatch(match: Match, evidence: readonly Evidence[] = match.evidence): Match {
  const { start, end, value, level, severity, label } = match;
  return { start, end, value, level, severity, label, evidence };
}

/** Bytes of a flow decoded; `end` is where the flow ended then. */
export interface View {
  readonly from: number;
  readonly to: number;
  readonly decoded: Decoded;
  readonly end: number;
}

/** A row of a table with its cells: their bytes counted from the row's start, and where they stand in the text they were read in. */
export interface Row {
  readonly start: number;
  readonly end: number;
  readonly row: readonly {
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly from: number;
    readonly to: number;
  }[];
  readonly decoded: Decoded;
  /** As windows show them, once asked for. */
  cells: readonly WindowCell[] | undefined;
}

/** Lines of a flow that are read in other encodings than the rest, what stands between them blanked out. */
export interface Apart {
  readonly start: number;
  readonly end: number;
  readonly encodings: readonly ByteEncoding[];
  readonly segment: Segment;
  /** Line ends before them. */
  readonly lines: number;
  readonly bytes: Uint8Array;
}

const EMPTY = new Uint8Array(0);
/** Bytes a flow begins with: a name or a small file needs no more. */
const LEAST = 4 * 1024;

/** Text that reads on, with as much of its bytes in memory as windows reach. */
export class Flow {
  readonly id: string;
  readonly encoding: ByteEncoding;
  bytes: Uint8Array = EMPTY;
  length = 0;
  /** Offset in the flow of `bytes[0]`. */
  base = 0;
  /** Every candidate that starts before it has been looked at. */
  done = 0;
  /** Line ends before `base`. */
  linesBefore = 0;
  segments: Segment[] = [];
  /** Where the top ends; undefined until known. */
  topEnd: number | undefined;
  /** Where the tail begins; undefined until the flow has ended. */
  tailStart: number | undefined;
  /** The first `settled` are settled and kept as peers of the next. */
  pending: Pending[] = [];
  settled = 0;
  /** Where the match ends that reaches furthest. */
  reach = 0;
  /** What was decoded last, and where in its text the last window begins. */
  view: View | undefined;
  windowAt = 0;
  rowCache: Row | undefined;
  lineCursor: { offset: number; lines: number } = { offset: 0, lines: 0 };
  /** Its bytes are read in other encodings too: what stands in one place is told once, under the first. */
  shared: { readonly id: string } | undefined;
  /** Whether its lines may be written in several encodings; those before `sorted` have been looked at. */
  mixes = false;
  sorted = 0;
  /** Lines that are read in another encoding, in order, and those of them that wait to be. */
  apart: { readonly start: number; readonly end: number }[] = [];
  waiting: Apart[] = [];

  constructor(id: string, encoding: ByteEncoding) {
    this.id = id;
    this.encoding = encoding;
  }

  get end(): number {
    return this.base + this.length;
  }

  /** Room for `size` more bytes at the end of the buffer. */
  room(size: number): Uint8Array {
    if (this.length + size > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size, LEAST));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    return this.bytes.subarray(this.length, this.length + size);
  }

  /** Line ends before an offset whose byte is at hand, counted from the offset asked for last or from `base`, whichever is nearer. */
  linesAt(offset: number): number {
    const { base, bytes, lineCursor: cursor } = this;
    if (offset < cursor.offset && offset - base < cursor.offset - offset) {
      cursor.offset = base;
      cursor.lines = this.linesBefore;
    }
    if (offset < cursor.offset) cursor.lines -= countLines(bytes, offset - base, cursor.offset - base);
    else cursor.lines += countLines(bytes, cursor.offset - base, offset - base);
    cursor.offset = offset;
    return cursor.lines;
  }

  /** Goes on at `offset`, before which `lines` lines end; `history`: the bytes that stand there before it. All before is settled. */
  skipTo(offset: number, history: Uint8Array, lines: number): void {
    this.length = 0;
    this.room(history.length).set(history);
    this.length = history.length;
    this.base = offset - history.length;
    this.done = offset;
    this.sorted = offset;
    this.linesBefore = lines - countLines(history, 0, history.length);
    this.lineCursor = { offset: this.base, lines: this.linesBefore };
    this.view = undefined;
    this.rowCache = undefined;
    this.pending = [];
    this.settled = 0;
    this.apart = [];
  }

  /** Forgets what no window will reach again. */
  trim(): void {
    const keep = Math.max(this.base, this.done - HISTORY);
    const drop = keep - this.base;
    if (drop < BLOCK / 4) return;
    const tracked = this.segments.at(-1)?.locate === undefined;
    if (tracked) this.linesBefore = this.linesAt(keep);
    this.bytes.copyWithin(0, drop, this.length);
    // It reads the bytes it was made of when it is asked for places.
    this.view = undefined;
    this.length -= drop;
    this.base = keep;
    this.segments = this.segments.filter((segment) => segment.end > keep);
    this.apart = this.apart.filter(({ end }) => end > keep);
    this.lineCursor = { offset: keep, lines: this.linesBefore };
  }
}

/** Whether the byte at `offset` stands in a line that is read in another encoding. */
export function isApart({ apart }: Flow, offset: number): boolean {
  let low = 0;
  let high = apart.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((apart[middle]?.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return (apart[low]?.start ?? Number.MAX_SAFE_INTEGER) <= offset;
}

/** The segment that holds the byte at `offset`. */
export function segmentAt(flow: Flow, offset: number): Segment | undefined {
  const { segments } = flow;
  let low = 0;
  let high = segments.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const segment = segments[middle];
    if (segment === undefined) return undefined;
    if (offset < segment.start) high = middle - 1;
    else if (offset >= segment.end) low = middle + 1;
    else return segment;
  }
  return undefined;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 10 || byte === 13;
}

/** Start of the line round `at`, not before `from`. */
export function lineStart(flow: Flow, at: number, from: number): number {
  let start = at;
  const limit = Math.max(from, flow.base);
  while (start > limit && !isLineEnd(flow.bytes[start - 1 - flow.base])) start--;
  if (start === limit && limit === at && at > flow.base && !isLineEnd(flow.bytes[at - 1 - flow.base])) return at - 1;
  return start;
}

/** Start of the line after the one round `at`; the flow's end when there is none. */
export function nextLine(flow: Flow, at: number): number {
  for (let next = at; next < flow.end; next++) {
    const byte = flow.bytes[next - flow.base];
    if (byte === 10) return next + 1;
    if (byte === 13) return flow.bytes[next + 1 - flow.base] === 10 ? next + 2 : next + 1;
  }
  return flow.end;
}

/** End of the line that reaches to `next`, without its line end. */
export function lineEnd(flow: Flow, at: number, next: number): number {
  let end = next;
  while (end > at && isLineEnd(flow.bytes[end - 1 - flow.base])) end--;
  return end;
}

/** Whether nothing but blanks and control characters stands in the stretch. */
export function isBlank(flow: Flow, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = flow.bytes[at - flow.base] ?? 0;
    if (byte > 32) return false;
  }
  return true;
}

/** Where the first 15 lines with text end; undefined while that is not at hand. */
export function topEnd(flow: Flow, final: boolean): number | undefined {
  let filled = 0;
  const limit = Math.min(flow.end, flow.base + TOP_BYTES);
  let start = flow.base;
  while (start < limit) {
    const next = nextLine(flow, start);
    if (next > limit) break;
    if (!isBlank(flow, start, next)) filled++;
    start = next;
    if (filled === TOP_LINES) return start;
  }
  return final && flow.end <= limit ? flow.end : limit;
}

/** Where the last 5 lines with text begin, sought in the last 8 KiB. */
export function tailStart(flow: Flow): number {
  let filled = 0;
  let at = flow.end;
  const limit = Math.max(flow.base, flow.end - AHEAD);
  while (at > limit && filled < TAIL_LINES) {
    let end = at;
    while (end > limit && isLineEnd(flow.bytes[end - 1 - flow.base])) end--;
    const start = lineStart(flow, end, limit);
    if (!isBlank(flow, start, end)) filled++;
    at = start === end && start > limit ? start - 1 : start;
  }
  return at;
}
