import type { Chunk, Encoding, Location, Role, Table } from "../model/chunk.ts";
import type { RuleCount, SealedMatch } from "../model/finding.ts";
import type { PlacedMatch, Seal } from "../model/placed.ts";
import type { Confidence, Evidence, Match, Matcher, Severity, Tier, Trigger, Window, WindowCell, WindowRow } from "../model/rule.ts";
import { characterStart, decode } from "../util/decode.ts";
import type { ByteEncoding, Decoded } from "../util/decode.ts";
import { splitRow } from "../util/row.ts";
import { arbitrate } from "./arbitrate.ts";
import { CandidateList, DIGITS } from "./kernel/contract.ts";
import type { Kernel } from "./kernel/contract.ts";
import { createFallbackKernel } from "./kernel/fallback.ts";
import { nameColumns, nameProperties } from "./table.ts";
import type { Column, ColumnLexicon } from "./table.ts";

/** Bytes read at a time; fits the second-level cache. */
const BLOCK = 256 * 1024;
/** Bytes that must follow a candidate before it is looked at, unless the flow ends: a window's 6 KiB and a row's end. */
const AHEAD = 8 * 1024;
/** Bytes kept before the first candidate not yet looked at. */
const HISTORY = 8 * 1024;
/** Windows begin and end on this grid of absolute offsets, so candidates near each other share one decoding. */
const PAGE = 2048;
/** Bytes a window reaches beyond its page. */
const BEHIND_PAGE = 2048;
const BEYOND_PAGE = 4096;
/** Lines of a flow that count as its top and its tail, and how far they are sought. */
const TOP_LINES = 15;
const TOP_BYTES = 64 * 1024;
const TAIL_LINES = 5;
/** Bytes within which matches of one line are each other's row. */
const PEERS = 4096;
/** Bytes either side of a candidate in which its row is sought. */
const ROW = 4096;

/** Settings of one entry's examination. */
export interface SessionOptions {
  /** Name of the entry, without directories. */
  readonly name: string;
  /** Entry modified, else start of scan, ISO 8601. */
  readonly asOf: string;
  readonly seal: Seal;
  /** Key of a subject, for counting. */
  subjectKey(infoType: string, value: string): string;
  /** Matches kept per rule and confidence; the rest is counted. */
  readonly cap: number;
  readonly signal: AbortSignal;
}

/** What an entry's chunks held. */
export interface SessionResult {
  readonly matches: readonly SealedMatch[];
  readonly counts: readonly RuleCount[];
  readonly subjects: readonly string[];
  /** Bytes examined. */
  readonly bytes: number;
}

/** A chunk whose bytes are at hand. */
export type TextChunk = Chunk & { readonly content: { readonly kind: "utf8" } };

export interface Session {
  chunk(chunk: Chunk): Promise<void>;
  /** The same for text at hand, at once. */
  text(chunk: TextChunk): void;
  end(): SessionResult;
}

/** All rules of a scan, compiled once a worker. */
export interface Engine {
  open(options: SessionOptions): Session;
}

interface DigitRule {
  readonly matcher: Matcher;
  readonly trigger: Extract<Trigger, { kind: "digits" }>;
}
interface LiteralRule {
  readonly matcher: Matcher;
  readonly roles: readonly Role[] | undefined;
}

interface Compiled {
  readonly kernel: Kernel;
  readonly literals: readonly string[];
  readonly digitRules: readonly DigitRule[];
  /** By index of the literal. */
  readonly literalRules: readonly (readonly LiteralRule[])[];
  readonly lineRules: readonly { readonly matcher: Matcher; readonly trigger: Extract<Trigger, { kind: "line" }> }[];
  readonly columnRules: readonly { readonly matcher: Matcher; readonly trigger: Extract<Trigger, { kind: "column" }> }[];
  readonly matchers: readonly Matcher[];
  readonly lexicon: ColumnLexicon;
}

/** Compiles the rules. Throws nothing that data can cause: packs were checked before. */
export function createEngine(matchers: readonly Matcher[], lexicon: ColumnLexicon): Engine {
  const digitRules: DigitRule[] = [];
  const byLiteral = new Map<string, LiteralRule[]>();
  const lineRules: { matcher: Matcher; trigger: Extract<Trigger, { kind: "line" }> }[] = [];
  const columnRules: { matcher: Matcher; trigger: Extract<Trigger, { kind: "column" }> }[] = [];
  let min = Number.MAX_SAFE_INTEGER;
  let max = 0;
  for (const matcher of matchers) {
    for (const trigger of matcher.triggers) {
      if (trigger.kind === "digits") {
        digitRules.push({ matcher, trigger });
        min = Math.min(min, trigger.min);
        max = Math.max(max, trigger.max);
      } else if (trigger.kind === "literal") {
        const text = trigger.text.toLowerCase();
        const list = byLiteral.get(text) ?? [];
        list.push({ matcher, roles: trigger.roles });
        byLiteral.set(text, list);
      } else if (trigger.kind === "line") lineRules.push({ matcher, trigger });
      else columnRules.push({ matcher, trigger });
    }
  }
  const literals = [...byLiteral.keys()];
  const compiled: Compiled = {
    kernel: createFallbackKernel({ literals, digits: digitRules.length > 0 ? { min, max } : undefined }),
    literals,
    digitRules,
    literalRules: literals.map((text) => byLiteral.get(text) ?? []),
    lineRules,
    columnRules,
    matchers,
    lexicon,
  };
  return { open: (options) => new EngineSession(compiled, options) };
}

/** A stretch of a flow that one chunk gave. Offsets are the flow's. */
interface Segment {
  readonly start: number;
  end: number;
  readonly roles: readonly Role[];
  readonly page: number | undefined;
  readonly table: Table | undefined;
  /** Which row of the table's head names columns, and what. */
  readonly columns: { readonly row: number; readonly columns: readonly Column[] } | undefined;
  /** Undefined for text as it lies in a file: its lines are counted. */
  readonly locate: ((offset: number) => Location) | undefined;
}

/** A match that waits for its line to be complete. */
interface Pending {
  readonly matcher: Matcher;
  readonly match: Match;
  readonly start: number;
  readonly end: number;
  /** Offset of its line's start; -1 when that lies further back than is looked. */
  readonly line: number;
  readonly segment: Segment;
  readonly row: WindowRow | undefined;
  /** Line and column, or what the chunk's `locate` says: only for what is kept, while the bytes are at hand. */
  locate(): Location;
}

class Flow {
  readonly id: string;
  readonly encoding: ByteEncoding;
  bytes: Uint8Array = new Uint8Array(64 * 1024);
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
  pending: Pending[] = [];
  window:
    | { readonly page: number; readonly from: number; readonly to: number; readonly decoded: Decoded; readonly end: number }
    | undefined;
  rowCache:
    | { readonly start: number; readonly end: number; readonly row: readonly { text: string; start: number; end: number }[] }
    | undefined;
  lineCursor: { offset: number; lines: number } = { offset: 0, lines: 0 };

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
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    return this.bytes.subarray(this.length, this.length + size);
  }

  /** Forgets what no window will reach again. */
  trim(): void {
    const keep = Math.max(this.base, this.done - HISTORY);
    const drop = keep - this.base;
    if (drop < BLOCK / 4) return;
    const tracked = this.segments.at(-1)?.locate === undefined;
    if (tracked) this.linesBefore += countLines(this.bytes, 0, drop);
    this.bytes.copyWithin(0, drop, this.length);
    this.length -= drop;
    this.base = keep;
    this.segments = this.segments.filter((segment) => segment.end > keep);
    this.lineCursor = { offset: keep, lines: this.linesBefore };
  }
}

function countLines(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(10, from); at >= 0 && at < to; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

class EngineSession implements Session {
  readonly #compiled: Compiled;
  readonly #options: SessionOptions;
  readonly #flows = new Map<string, Flow>();
  readonly #candidates = new CandidateList();
  readonly #matches: SealedMatch[] = [];
  readonly #counts = new Map<string, { ruleId: string; confidence: Confidence; total: number; stored: number }>();
  readonly #subjects = new Set<string>();
  /** Matches of rules that wait for a tag, by flow. */
  readonly #late: {
    readonly flow: Flow;
    readonly pending: Pending;
    readonly peers: ReadonlySet<string>;
    readonly subject: PlacedMatch["subject"];
  }[] = [];
  readonly #features = new Map<string, { readonly matcher: Matcher; readonly names: Set<string> }>();
  readonly #seen = new Set<string>();
  readonly #columns = new Map<string, Segment["columns"]>();
  #bytes = 0;

  constructor(compiled: Compiled, options: SessionOptions) {
    this.#compiled = compiled;
    this.#options = options;
  }

  text(chunk: TextChunk): void {
    const { content } = chunk;
    const flow = this.#flow(chunk.flow, "utf8", chunk.start);
    this.#segment(flow, chunk, content.bytes.length, (offset) => content.locate(offset));
    flow.room(content.bytes.length).set(content.bytes);
    flow.length += content.bytes.length;
    this.#bytes += content.bytes.length;
    this.#process(flow, false);
  }

  async chunk(chunk: Chunk): Promise<void> {
    const { content } = chunk;
    if (content.kind === "utf8") {
      this.text({ ...chunk, content });
      return;
    }
    const undecided = content.encodings.length > 1;
    for (const encoding of content.encodings) {
      const flow = this.#flow(undecided ? `${chunk.flow}/${encoding}` : chunk.flow, byteEncoding(encoding), chunk.start);
      await this.#range(flow, chunk, content.from, content.length, encoding, content.source);
      if (undecided) this.#finish(flow);
    }
  }

  end(): SessionResult {
    for (const flow of this.#flows.values()) this.#finish(flow);
    this.#settleLate();
    this.#matches.sort(
      (one, other) => order(one.flow, other.flow) || one.start - other.start || one.end - other.end || order(one.ruleId, other.ruleId),
    );
    return {
      matches: this.#matches,
      counts: [...this.#counts.values()].toSorted(
        (one, other) => order(one.ruleId, other.ruleId) || order(one.confidence, other.confidence),
      ),
      subjects: [...this.#subjects],
      bytes: this.#bytes,
    };
  }

  #flow(id: string, encoding: ByteEncoding, start: number): Flow {
    let flow = this.#flows.get(id);
    if (flow !== undefined && flow.end !== start) {
      this.#finish(flow);
      flow = undefined;
    }
    if (flow === undefined) {
      flow = new Flow(id, encoding);
      flow.base = start;
      flow.done = start;
      flow.lineCursor.offset = start;
      this.#flows.set(id, flow);
    }
    return flow;
  }

  #finish(flow: Flow): void {
    this.#process(flow, true);
    this.#flows.delete(flow.id);
  }

  #segment(flow: Flow, chunk: Chunk, length: number, locate: Segment["locate"]): Segment {
    const { table } = chunk;
    let columns: Segment["columns"];
    if (table !== undefined) {
      if (!this.#columns.has(table.id)) {
        const { lexicon } = this.#compiled;
        const properties = chunk.roles.includes("property");
        const named = properties ? nameProperties(table.head[0] ?? [], lexicon) : nameColumns(table.head, lexicon);
        this.#columns.set(table.id, named);
      }
      columns = this.#columns.get(table.id);
    }
    const start = flow.end;
    const segment: Segment = { start, end: start + length, roles: chunk.roles, page: chunk.page, table, columns, locate };
    flow.segments.push(segment);
    return segment;
  }

  /** Reads text as it lies, block by block, straight into the flow's buffer; UTF-16 goes through a block of its own. */
  async #range(
    flow: Flow,
    chunk: Chunk,
    from: number,
    length: number,
    encoding: Encoding,
    source: Extract<Chunk["content"], { kind: "range" }>["source"],
  ): Promise<void> {
    const segment = this.#segment(flow, chunk, 0, undefined);
    const wide = encoding === "utf16le" || encoding === "utf16be" ? new WideReader(encoding) : undefined;
    let offset = from;
    let left = length;
    while (left > 0) {
      if (this.#options.signal.aborted) return;
      const size = Math.min(BLOCK, left);
      let count: number;
      if (wide === undefined) {
        count = await source.read(flow.room(size), offset);
        flow.length += count;
      } else {
        const { bytes, read } = await wide.read(source, offset, size);
        count = read;
        flow.room(bytes.length).set(bytes);
        flow.length += bytes.length;
      }
      segment.end = flow.end;
      this.#bytes += count;
      offset += count;
      left -= count;
      this.#process(flow, false);
      if (count < size) break;
    }
  }

  /** Looks at every candidate whose surroundings are at hand. */
  #process(flow: Flow, final: boolean): void {
    const to = final ? flow.end : flow.end - AHEAD;
    if (!final && to - flow.done < BLOCK / 2) return;
    if (flow.topEnd === undefined) flow.topEnd = topEnd(flow, final);
    if (final) flow.tailStart = tailStart(flow);
    const from = flow.done;
    if (to > from) {
      const candidates = this.#candidates;
      candidates.length = 0;
      const bytes = flow.bytes.subarray(0, flow.length);
      this.#compiled.kernel.find(bytes, from - flow.base, to - flow.base, flow.encoding, candidates);
      for (const index of sorted(candidates)) {
        const kind = candidates.records[3 * index] ?? 0;
        const start = flow.base + (candidates.records[3 * index + 1] ?? 0);
        const end = flow.base + (candidates.records[3 * index + 2] ?? 0);
        if (kind === DIGITS) this.#digits(flow, start, end);
        else this.#literal(flow, kind, start, end);
      }
      this.#lines(flow, from, to);
      this.#cells(flow, from, to);
      flow.done = to;
    }
    this.#resolve(flow, final);
    flow.trim();
  }

  #digits(flow: Flow, start: number, end: number): void {
    let window: Window | undefined;
    let totals: readonly number[] | undefined;
    const segment = segmentAt(flow, start);
    if (segment === undefined) return;
    for (const { matcher, trigger } of this.#compiled.digitRules) {
      if (trigger.roles !== undefined && !segment.roles.some((role) => trigger.roles?.includes(role))) continue;
      totals ??= prefixTotals(flow, start, end);
      if (!totals.some((total) => total >= trigger.min && total <= trigger.max)) continue;
      window ??= this.#window(flow, segment, start, end);
      if (trigger.prefixes !== undefined && !hasPrefix(window, trigger.prefixes)) continue;
      this.#confirm(flow, segment, matcher, window);
    }
  }

  #literal(flow: Flow, index: number, start: number, end: number): void {
    const segment = segmentAt(flow, start);
    if (segment === undefined) return;
    let window: Window | undefined;
    for (const { matcher, roles } of this.#compiled.literalRules[index] ?? []) {
      if (roles !== undefined && !segment.roles.some((role) => roles.includes(role))) continue;
      window ??= this.#window(flow, segment, start, end);
      // In GB18030 and Big5 the bytes of a literal may straddle two characters.
      if (
        flow.encoding !== "utf8" &&
        window.text.slice(window.start, window.end).toLowerCase() !== normalised(this.#compiled.literals[index] ?? "")
      )
        return;
      this.#confirm(flow, segment, matcher, window);
    }
  }

  /** Lines of the top and the tail, for rules that ask for them. */
  #lines(flow: Flow, from: number, to: number): void {
    if (this.#compiled.lineRules.length === 0) return;
    for (const position of ["top", "tail"] as const) {
      const rules = this.#compiled.lineRules.filter(({ trigger }) => trigger.position === position);
      if (rules.length === 0) continue;
      const begin = position === "top" ? from : Math.max(from, flow.tailStart ?? to);
      const stop = position === "top" ? Math.min(to, flow.topEnd ?? to) : to;
      let start = lineStart(flow, begin, begin);
      if (start < begin && start >= flow.base) start = nextLine(flow, begin);
      while (start < stop) {
        const next = nextLine(flow, start);
        const end = Math.min(lineEnd(flow, start, next), start + ROW);
        const segment = segmentAt(flow, start);
        if (segment !== undefined && end > start && !isBlank(flow, start, end)) {
          let window: Window | undefined;
          for (const { matcher, trigger } of rules) {
            if (trigger.roles !== undefined && !segment.roles.some((role) => trigger.roles?.includes(role))) continue;
            window ??= this.#window(flow, segment, start, end);
            this.#confirm(flow, segment, matcher, window);
          }
        }
        start = next;
      }
    }
  }

  /** Cells of columns that a rule asks for by type. */
  #cells(flow: Flow, from: number, to: number): void {
    if (this.#compiled.columnRules.length === 0) return;
    for (const segment of flow.segments) {
      const { table, columns } = segment;
      if (table === undefined || columns === undefined || segment.end <= from || segment.start >= to) continue;
      const wanted = columns.columns.flatMap((column, at) =>
        this.#compiled.columnRules.filter(
          ({ trigger }) => column.infoTypes.includes(trigger.infoType) || column.weakTypes.includes(trigger.infoType),
        ).length > 0
          ? [at]
          : [],
      );
      if (wanted.length === 0) continue;
      const begin = Math.max(from, segment.start);
      const stop = Math.min(to, segment.end);
      let start = lineStart(flow, begin, begin);
      if (start < begin) start = nextLine(flow, begin);
      for (; start < stop; start = nextLine(flow, start)) {
        if (this.#namesColumns(flow, segment, start)) continue;
        const cells = this.#rowAt(flow, segment, start)?.row ?? [];
        for (const at of wanted) {
          const cell = cells[at];
          const column = columns.columns[at];
          if (cell === undefined || column === undefined || cell.text.trim() === "") continue;
          const window = this.#window(flow, segment, start + cell.start, start + cell.end);
          for (const { matcher, trigger } of this.#compiled.columnRules) {
            if (column.infoTypes.includes(trigger.infoType) || column.weakTypes.includes(trigger.infoType))
              this.#confirm(flow, segment, matcher, window);
          }
        }
      }
    }
  }

  #window(flow: Flow, segment: Segment, start: number, end: number): Window {
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
      name: this.#options.name,
      top: flow.topEnd === undefined || start < flow.topEnd,
      tail: flow.tailStart !== undefined && start >= flow.tailStart,
      row: this.#windowRow(flow, segment, start),
      asOf: this.#options.asOf,
    };
  }

  #windowRow(flow: Flow, segment: Segment, start: number): WindowRow | undefined {
    if (segment.table === undefined) return undefined;
    const found = this.#rowAt(flow, segment, start);
    if (found === undefined) return undefined;
    const at = found.row.findIndex((cell) => found.start + cell.end >= start && found.start + cell.start <= start);
    if (at < 0) return undefined;
    const { columns } = segment;
    const isHead = this.#namesColumns(flow, segment, found.start);
    const cells = found.row.map((cell, index): WindowCell => {
      const column = isHead ? undefined : columns?.columns[index];
      return { text: cell.text, header: column?.header ?? "", infoTypes: column?.infoTypes ?? [], weakTypes: column?.weakTypes ?? [] };
    });
    return { at, cells };
  }

  /** Whether the row at `lineAt` is the one that names the columns: a name is no value. */
  #namesColumns(flow: Flow, segment: Segment, lineAt: number): boolean {
    const { table, columns } = segment;
    // Only the first rows can be, so nothing is counted further down.
    if (table === undefined || columns === undefined || table.row > 15 || lineAt - segment.start > TOP_BYTES) return false;
    return this.#rowNumber(flow, segment, lineAt) === columns.row + 1;
  }

  /** The row round an offset with the bytes of its cells, counted from the row's start; undefined when it is longer than is looked. */
  #rowAt(flow: Flow, segment: Segment, at: number): Flow["rowCache"] {
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

  #rowNumber(flow: Flow, segment: Segment, lineAt: number): number {
    const first = Math.max(segment.start, flow.base);
    const counted = countLines(flow.bytes.subarray(0, flow.length), first - flow.base, lineAt - flow.base);
    return (segment.table?.row ?? 1) + counted;
  }

  #confirm(flow: Flow, segment: Segment, matcher: Matcher, window: Window): void {
    matcher.confirm(window, (match) => {
      const view = flow.window;
      if (view === undefined || match.end <= match.start) return;
      const start = view.from + view.decoded.offsetOf(match.start);
      const end = view.from + view.decoded.offsetOf(match.end);
      const key = `${matcher.rule.id}\0${flow.id}\0${start}\0${end}`;
      if (this.#seen.has(key)) return;
      // Spans far behind cannot come again: a window's reach is bounded.
      if (this.#seen.size > 50_000) this.#seen.clear();
      this.#seen.add(key);
      const line = lineStart(flow, start, Math.max(flow.base, start - PEERS));
      flow.pending.push({
        matcher,
        match,
        start,
        end,
        line: start - line >= PEERS ? -1 : line,
        segment,
        row: window.row,
        locate: () => this.#locate(flow, segment, start, line),
      });
    });
  }

  #locate(flow: Flow, segment: Segment, start: number, line: number): Location {
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

  /** Gives matches their peers, picks tiers, settles overlaps and seals what is complete. */
  #resolve(flow: Flow, final: boolean): void {
    const limit = final ? Number.POSITIVE_INFINITY : flow.done - 2 * PEERS;
    const ready = flow.pending
      .filter(({ start }) => start < limit)
      .toSorted((one, other) => one.start - other.start || other.end - one.end);
    if (ready.length === 0) return;
    // Those after the limit are still peers of those before it.
    const all = final ? ready : flow.pending.toSorted((one, other) => one.start - other.start || other.end - one.end);
    flow.pending = final ? [] : flow.pending.filter(({ start }) => start >= limit);
    const base = all.map((pending) => tierOf(pending, noEvidence));
    let first = 0;
    const chosen: { pending: Pending; tier: Tier; peers: ReadonlySet<string>; subject: PlacedMatch["subject"] }[] = [];
    for (const [index, pending] of all.entries()) {
      if (pending.start >= limit) break;
      if (pending.matcher.tag !== undefined) {
        this.#feature(pending);
        continue;
      }
      while (first < all.length && (all[first]?.start ?? 0) < pending.start - PEERS) first++;
      const peers = new Set<string>();
      let subject: { rank: number; distance: number; infoType: string; value: string } | undefined;
      for (let at = first; at < all.length; at++) {
        const other = all[at];
        if (other === undefined || other.start > pending.start + PEERS) break;
        if (other.line !== pending.line || other.matcher.tag !== undefined) continue;
        const tier = base[at];
        if (tier === undefined || tier.confidence === "low") continue;
        const { infoType } = other.matcher.rule;
        if (at !== index && (other.end <= pending.start || other.start >= pending.end))
          for (const name of peerNames(infoType)) peers.add(`row:${name}`);
        const rank = subjectRank(infoType);
        const distance = Math.abs(other.start - pending.start);
        if (
          rank !== undefined &&
          (subject === undefined || rank < subject.rank || (rank === subject.rank && distance < subject.distance))
        ) {
          subject = { rank, distance, infoType, value: other.match.value };
        }
      }
      for (const [at, cell] of (pending.row?.cells ?? []).entries()) {
        if (at === pending.row?.at || cell.text.trim() === "") continue;
        for (const type of cell.infoTypes) peers.add(`row:${type}`);
      }
      const waits = pending.matcher.tiers.some(asksForTag);
      if (waits) {
        const location = pending.locate();
        this.#late.push({ flow, pending: { ...pending, locate: () => location }, peers, subject });
        continue;
      }
      const tier = tierOf(pending, peers);
      if (tier !== undefined) chosen.push({ pending, tier, peers, subject });
    }
    this.#settle(flow, chosen);
  }

  #feature(pending: Pending): void {
    const { matcher } = pending;
    const known = this.#features.get(matcher.rule.id) ?? { matcher, names: new Set<string>() };
    for (const evidence of pending.match.evidence) known.names.add(evidence.name);
    this.#features.set(matcher.rule.id, known);
  }

  /** Tags of the entry, from the features met in it. */
  #tags(): ReadonlySet<string> {
    const tags = new Set<string>();
    for (const { matcher, names } of this.#features.values()) {
      const { tag } = matcher;
      if (tag === undefined) continue;
      let sum = 0;
      for (const name of names) sum += tag.weights[name] ?? 0;
      if (sum >= tag.threshold) tags.add(`tag:${tag.name}`);
    }
    return tags;
  }

  #settleLate(): void {
    const tags = this.#tags();
    const byFlow = new Map<Flow, { pending: Pending; tier: Tier; peers: ReadonlySet<string>; subject: PlacedMatch["subject"] }[]>();
    for (const { flow, pending, peers, subject } of this.#late) {
      const names = new Set([...peers, ...tags]);
      const tier = tierOf(pending, names);
      if (tier === undefined) continue;
      const list = byFlow.get(flow) ?? [];
      list.push({ pending, tier, peers: names, subject });
      byFlow.set(flow, list);
    }
    for (const [flow, list] of byFlow) this.#settle(flow, list);
  }

  #settle(
    flow: Flow,
    chosen: readonly { pending: Pending; tier: Tier; peers: ReadonlySet<string>; subject: PlacedMatch["subject"] }[],
  ): void {
    const kept = arbitrate(
      chosen.map((one) => ({
        start: one.pending.start,
        end: one.pending.end,
        confidence: one.tier.confidence,
        rank: one.pending.matcher.rule.rank,
        id: one.pending.matcher.rule.id,
        item: one,
      })),
    );
    for (const { item, beaten } of kept) {
      const { pending, tier, peers, subject } = item;
      const { rule } = pending.matcher;
      const key = `${rule.id}\0${tier.confidence}`;
      const count = this.#counts.get(key) ?? { ruleId: rule.id, confidence: tier.confidence, total: 0, stored: 0 };
      this.#counts.set(key, count);
      count.total++;
      const sample = pending.match.evidence.some(({ by }) => by === "allowlist");
      const who = subject ?? undefined;
      if (who !== undefined && tier.confidence !== "low" && !sample) this.#subjects.add(this.#options.subjectKey(who.infoType, who.value));
      if (count.stored >= this.#options.cap) continue;
      count.stored++;
      const evidence: Evidence[] = [...pending.match.evidence];
      const said = new Set(evidence.map(({ name }) => name));
      for (const name of peers) {
        if (said.has(name) || !tier.all.includes(name)) continue;
        evidence.push({ by: name.startsWith("tag:") ? "tag" : "row", name, effect: "raises" });
      }
      for (const id of beaten) evidence.push({ by: "arbitration", name: id, effect: "states" });
      const { row, segment } = pending;
      const location = pending.locate();
      this.#matches.push(
        this.#options.seal({
          rule,
          match: pending.match,
          confidence: tier.confidence,
          severity: this.#severityOf(pending),
          evidence,
          flow: flow.id,
          start: pending.start,
          end: pending.end,
          roles: segment.roles,
          location,
          cell:
            row === undefined || segment.table === undefined
              ? undefined
              : {
                  table: segment.table.id,
                  row: location.kind === "cell" ? location.row : location.kind === "line" ? location.line : 0,
                  column: row.at + 1,
                  header: (row.cells[row.at]?.infoTypes.length ?? 0) > 0 ? (row.cells[row.at]?.header ?? "") : "",
                },
          subject: who === undefined ? undefined : { infoType: who.infoType, value: who.value },
        }),
      );
    }
  }

  #severityOf(pending: Pending): Severity {
    return pending.match.severity ?? pending.matcher.rule.severity;
  }
}

const noEvidence: ReadonlySet<string> = new Set();

function asksForTag(tier: Tier): boolean {
  return tier.all.some((name) => name.startsWith("tag:")) || (tier.none ?? []).some((name) => name.startsWith("tag:"));
}

/** The first tier that the match's evidence and `more` meet. */
function tierOf(pending: Pending, more: ReadonlySet<string>): Tier | undefined {
  const names = new Set(pending.match.evidence.map(({ name }) => name));
  const stands = (name: string): boolean => names.has(name) || more.has(name);
  return pending.matcher.tiers.find((tier) => tier.all.every(stands) && !(tier.none ?? []).some(stands));
}

/** A type's name and, for a type of one country, its name without the country: `CN_RESIDENT_ID` is also `RESIDENT_ID`. */
function peerNames(infoType: string): readonly string[] {
  return infoType.startsWith("CN_") ? [infoType, infoType.slice(3)] : [infoType];
}

/** What a person is counted by, best first. */
function subjectRank(infoType: string): number | undefined {
  const name = infoType.replace(/^CN_/, "");
  if (name === "RESIDENT_ID") return 0;
  if (name === "BANK_CARD") return 1;
  if (name === "MOBILE") return 2;
  return undefined;
}

function byteEncoding(encoding: Encoding): ByteEncoding {
  return encoding === "utf16le" || encoding === "utf16be" ? "utf8" : encoding;
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Indices of candidates by start, then end, then kind. */
function sorted(candidates: CandidateList): readonly number[] {
  const { records, length } = candidates;
  const indices = Array.from({ length }, (_, index) => index);
  return indices.toSorted(
    (one, other) =>
      (records[3 * one + 1] ?? 0) - (records[3 * other + 1] ?? 0) ||
      (records[3 * one + 2] ?? 0) - (records[3 * other + 2] ?? 0) ||
      (records[3 * one] ?? 0) - (records[3 * other] ?? 0),
  );
}

function normalised(literal: string): string {
  return literal.normalize("NFKC").toLowerCase();
}

/** Digits of the first group, of the first two, and so on. */
function prefixTotals(flow: Flow, start: number, end: number): readonly number[] {
  const totals: number[] = [];
  let digits = 0;
  let inGroup = false;
  const { bytes, base } = flow;
  for (let at = start - base; at < end - base; at++) {
    const byte = bytes[at] ?? 0;
    const plain = byte >= 0x30 && byte <= 0x39;
    const before = bytes[at - 1] ?? 0;
    const wide =
      !plain &&
      (flow.encoding === "utf8"
        ? byte >= 0x90 && byte <= 0x99 && before === 0xbc && bytes[at - 2] === 0xef
        : flow.encoding === "gb18030"
          ? byte >= 0xb0 && byte <= 0xb9 && before === 0xa3
          : byte >= 0xaf && byte <= 0xb8 && before === 0xa2);
    if (plain || wide) {
      digits++;
      inGroup = true;
    } else if (inGroup && !(byte === 0xef || byte === 0xbc || byte === 0xa3 || byte === 0xa2)) {
      totals.push(digits);
      inGroup = false;
    }
  }
  totals.push(digits);
  return totals;
}

function hasPrefix(window: Window, prefixes: readonly string[]): boolean {
  const digits = window.text.slice(window.start, Math.min(window.end, window.start + 16)).replace(/\D/g, "");
  return prefixes.some((prefix) => digits.startsWith(prefix));
}

function segmentAt(flow: Flow, offset: number): Segment | undefined {
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
function lineStart(flow: Flow, at: number, from: number): number {
  let start = at;
  const limit = Math.max(from, flow.base);
  while (start > limit && !isLineEnd(flow.bytes[start - 1 - flow.base])) start--;
  if (start === limit && limit === at && at > flow.base && !isLineEnd(flow.bytes[at - 1 - flow.base])) return at - 1;
  return start;
}

/** Start of the line after the one round `at`; the flow's end when there is none. */
function nextLine(flow: Flow, at: number): number {
  for (let next = at; next < flow.end; next++) {
    const byte = flow.bytes[next - flow.base];
    if (byte === 10) return next + 1;
    if (byte === 13) return flow.bytes[next + 1 - flow.base] === 10 ? next + 2 : next + 1;
  }
  return flow.end;
}

/** End of the line that reaches to `next`, without its line end. */
function lineEnd(flow: Flow, at: number, next: number): number {
  let end = next;
  while (end > at && isLineEnd(flow.bytes[end - 1 - flow.base])) end--;
  return end;
}

function isBlank(flow: Flow, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = flow.bytes[at - flow.base] ?? 0;
    if (byte > 32) return false;
  }
  return true;
}

/** Where the first 15 lines with text end; undefined while that is not at hand. */
function topEnd(flow: Flow, final: boolean): number | undefined {
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
function tailStart(flow: Flow): number {
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

/** Reads UTF-16 and gives UTF-8, keeping a half character for the next block. */
class WideReader {
  readonly #encoding: "utf16le" | "utf16be";
  #carry: Uint8Array = new Uint8Array(0);

  constructor(encoding: "utf16le" | "utf16be") {
    this.#encoding = encoding;
  }

  async read(
    source: { read(into: Uint8Array, offset: number): Promise<number> },
    offset: number,
    size: number,
  ): Promise<{ bytes: Uint8Array; read: number }> {
    const block = new Uint8Array(this.#carry.length + size);
    block.set(this.#carry);
    const read = await source.read(block.subarray(this.#carry.length), offset);
    const filled = block.subarray(0, this.#carry.length + read);
    let whole = filled.length - (filled.length % 2);
    const units = Buffer.from(filled.subarray(0, whole));
    if (this.#encoding === "utf16be") units.swap16();
    if (whole >= 2 && read === size) {
      const last = units.readUInt16LE(whole - 2);
      if (last >= 0xd800 && last <= 0xdbff) whole -= 2;
    }
    this.#carry = filled.slice(whole);
    return { bytes: Buffer.from(units.toString("utf16le", 0, whole), "utf8"), read };
  }
}
