import type { Chunk, Encoding } from "../model/chunk.ts";
import type { Match, Matcher, Window, WindowRow } from "../model/rule.ts";
import type { ByteEncoding } from "../util/decode.ts";
import { Ahead, lookAt } from "./ahead.ts";
import { compileRules } from "./compiled.ts";
import type { Compiled } from "./compiled.ts";
import type { ByteSource } from "../model/entry.ts";
import { turned, turnedRange } from "./transpose.ts";
import type { Engine, Look, RowsFound, RowsPart, Session, SessionOptions, SessionResult, TextChunk } from "./contract.ts";
import { CountedRows } from "./countedRows.ts";
import { glanceAt, lineAt, plansOf } from "./dispatch.ts";
import {
  AHEAD,
  BLOCK,
  Flow,
  isApart,
  HISTORY,
  isBlank,
  lineEnd,
  lineStart,
  nextLine,
  PEERS,
  segmentAt,
  tailStart,
  topEnd,
  wholeMatch,
} from "./flow.ts";
import type { Segment } from "./flow.ts";
import type { WantedColumn } from "./knownRows.ts";
import { DIGITS } from "./kernel/contract.ts";
import type { CandidateList } from "./kernel/contract.ts";
import type { KernelChoice } from "./kernel/create.ts";
import { countLines } from "./kernel/wasm.ts";
import type { PreparedTables } from "./kernel/wasm.ts";
import type { Plan } from "./plan.ts";
import { blanked, mayMix, otherLines } from "./readings.ts";
import { RowParts } from "./rowParts.ts";
import { Settler } from "./settle.ts";
import type { Kept } from "./settle.ts";
import { noEvidence } from "./tiers.ts";
import { nameColumns, nameProperties } from "./table.ts";
import { takersOf } from "./takers.ts";
import type { ColumnLexicon, NamedColumns } from "./table.ts";
import { WideReader } from "./wideReader.ts";
import { namesColumns, ROW, rowAt, showRow, windowAt } from "./windows.ts";

/** Compiles the rules. Throws nothing that data can cause: packs were checked before. */
export function createEngine(
  matchers: readonly Matcher[],
  lexicon: ColumnLexicon,
  kernel: KernelChoice = "wasm",
  prepared?: PreparedTables,
): Engine {
  const compiled = compileRules(matchers, lexicon, kernel, prepared);
  return {
    open: (options) => new EngineSession(compiled, options),
    look: (source, stretch) => lookAt(compiled, source, stretch),
    rows: (options, source, part) => new EngineSession(compiled, options, part.kept).rows(source, part),
  };
}

/** A table's rows in a stretch of a flow: `next` is the start of the one to be looked at. */
interface TypedRows {
  readonly segment: Segment;
  readonly wanted: readonly WantedColumn[];
  next: number;
  readonly stop: number;
}

type RangeContent = Extract<Chunk["content"], { kind: "range" }>;

/** Rows of a table that may name its columns. */
const HEAD_ROWS = 15;

/** Rules that take the candidate at hand. */
const plansHere: Plan[] = [];

class EngineSession implements Session {
  readonly #compiled: Compiled;
  readonly #options: SessionOptions;
  readonly #settler: Settler;
  readonly #counted: CountedRows;
  readonly #flows = new Map<string, Flow>();
  readonly #columns = new Map<string, Segment["columns"]>();
  readonly #wantedColumns = new Map<NamedColumns, readonly WantedColumn[]>();
  #bytes = 0;
  #cut = false;
  /** Whose match is told next. */
  #at: { readonly flow: Flow; readonly segment: Segment; readonly plan: Plan; readonly row: WindowRow | undefined } | undefined;

  constructor(compiled: Compiled, options: SessionOptions, before?: Kept) {
    this.#compiled = compiled;
    this.#options = options;
    this.#settler = new Settler(options, compiled, before);
    this.#counted = new CountedRows(compiled, options, this.#settler);
  }

  text(given: TextChunk): void {
    const chunk = (this.#isKnown(given) ? undefined : turned(given, this.#compiled.lexicon)) ?? given;
    const { content } = chunk;
    const flow = this.#flow(chunk.flow, "utf8", chunk.start);
    this.#segment(flow, chunk, content.bytes.length, (offset) => content.locate(offset));
    flow.room(content.bytes.length).set(content.bytes);
    flow.length += content.bytes.length;
    this.#bytes += content.bytes.length;
    this.#process(flow, false);
  }

  async chunk(given: Chunk, look?: Look): Promise<void> {
    const chunk = (this.#isKnown(given) ? undefined : await turnedRange(given, this.#compiled.lexicon)) ?? given;
    const { content } = chunk;
    if (content.kind === "utf8") {
      this.text({ ...chunk, content });
      return;
    }
    const ranged = { ...chunk, content };
    const undecided = content.encodings.length > 1;
    const shared = { id: chunk.flow };
    const readings = content.encodings.map((encoding) => {
      const flow = this.#flow(undecided ? `${chunk.flow}/${encoding}` : chunk.flow, byteEncoding(encoding), chunk.start);
      flow.mixes = !encoding.startsWith("utf16");
      if (undecided) flow.shared = shared;
      return { flow, blocks: this.#range(flow, ranged, encoding, undecided ? undefined : look) };
    });
    // In step with each other: a source that inflates goes back by a block, not to its begin.
    for (let open = readings; open.length > 0;) {
      const going: typeof readings = [];
      for (const reading of open) if ((await reading.blocks.next()).done !== true) going.push(reading);
      open = going;
    }
  }

  /** Whether the chunk goes on with a table whose columns were read before: a report names them on each page. */
  #isKnown({ table }: Chunk): boolean {
    return table !== undefined && this.#columns.has(table.id);
  }

  get cut(): boolean {
    return this.#cut;
  }

  end(): SessionResult {
    for (const flow of this.#flows.values()) this.#finish(flow);
    return { ...this.#settler.end(), bytes: this.#bytes };
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
      flow.sorted = start;
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
    const list = table !== undefined && columns === undefined && table.head.every(({ length: cells }) => cells <= 1);
    const segment: Segment = { start, end: start + length, roles: chunk.roles, page: chunk.page, table, columns, list, locate };
    flow.segments.push(segment);
    return segment;
  }

  /** Reads text as it lies, a block at each step, straight into the flow's buffer; UTF-16 goes through a block of its own. */
  async *#range(
    flow: Flow,
    chunk: Chunk & { readonly content: RangeContent },
    encoding: Encoding,
    look: Look | undefined,
  ): AsyncGenerator<void, void> {
    const { source, from, length } = chunk.content;
    const segment = this.#segment(flow, chunk, 0, undefined);
    const wide = encoding === "utf16le" || encoding === "utf16be" ? new WideReader(encoding) : undefined;
    // What a source inflates cannot be read by others.
    const alone = look === undefined || wide !== undefined || !source.seekable || length < look.least;
    const whole = {
      first: from,
      last: from + length,
      from,
      to: from + length,
      encoding: flow.encoding,
      roles: chunk.roles,
      inTable: chunk.table !== undefined,
      list: segment.list,
    };
    const ahead = alone || segment.columns !== undefined ? undefined : { parts: new Ahead(look, whole), shift: segment.start };
    const rows = alone ? undefined : this.#rowParts(flow, segment, chunk, look);
    let offset = from;
    let left = length;
    while (left > 0) {
      if (this.#options.signal.aborted) {
        this.#cut = true;
        return;
      }
      // Where rows were counted elsewhere it goes on in between.
      const size = Math.min(BLOCK - ((offset - from) % BLOCK), left);
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
      await ahead?.parts.reach(flow.end - segment.start);
      const found = rows?.isReached(flow.end - segment.start) === true ? await rows.next() : undefined;
      if (found !== undefined && this.#absorb(flow, segment, from, found)) {
        const history = new Uint8Array(Math.min(HISTORY, found.to - from));
        await source.read(history, found.to - history.length);
        flow.skipTo(found.to - from + segment.start, history, flow.linesAt(found.from - from + segment.start) + found.lines);
        segment.end = flow.end;
        this.#bytes += found.to - offset;
        left -= found.to - offset;
        offset = found.to;
        for (let block = found.from; block < found.to; block += BLOCK) this.#options.progress?.();
        yield;
        continue;
      }
      this.#process(flow, false, ahead);
      this.#options.progress?.();
      if (count < size) break;
      yield;
    }
  }

  /** Who may count rows of a large table; undefined where none has columns with names, or the first match may be the last. */
  #rowParts(flow: Flow, segment: Segment, chunk: Chunk & { readonly content: RangeContent }, look: Look): RowParts | undefined {
    const { columns, roles, start } = segment;
    const { source, from, length } = chunk.content;
    if (columns === undefined || chunk.table === undefined || source.size === undefined || this.#options.kept !== undefined)
      return undefined;
    const last = Math.min(from + length, source.size);
    const table = { ...chunk.table, head: [] };
    const whole = { first: from, last, encoding: flow.encoding, roles, flow: flow.id, start, table, columns };
    return new RowParts(
      (part) => look.rows({ ...whole, from: from + part.from, to: from + part.to, kept: this.#settler.kept() }),
      last - from,
      look.most,
      this.#options.signal,
    );
  }

  /** Deals with what stands before rows that were counted elsewhere, and takes these. False where something stands across the border. */
  #absorb(flow: Flow, segment: Segment, begin: number, { from, added }: RowsFound): boolean {
    const border = from - begin + segment.start;
    if (flow.mixes) setApart(flow, false);
    if (flow.waiting.length > 0 || flow.done > border) return false;
    this.#upTo(flow, border, false);
    if (flow.reach > border) return false;
    this.#settler.resolve(flow, true);
    if (!this.#settler.fits(added)) return false;
    this.#settler.absorb(added, flow, segment, flow.linesAt(border));
    return true;
  }

  /** Looks at the rows of a part, and at nothing else. */
  async rows(source: ByteSource, part: RowsPart): Promise<RowsFound | undefined> {
    const { first, last, from, to, start, table, columns, roles } = part;
    const shift = start - first;
    const begin = Math.max(first, from - HISTORY);
    const flow = new Flow(part.flow, part.encoding);
    flow.base = begin + shift;
    flow.topEnd = flow.base;
    flow.segments.push({ start, end: Number.MAX_SAFE_INTEGER, roles, page: undefined, table, columns, list: false, locate: undefined });
    // At once, as where others look ahead.
    flow.length = await source.read(flow.room(Math.min(to + ROW + AHEAD, last) - begin), begin);
    const [border, stop] = [nextLine(flow, from + shift - 1), nextLine(flow, to + shift - 1)];
    if (border >= from + shift + ROW || stop >= to + shift + ROW || stop + AHEAD > flow.end) return undefined;
    const used = flow.bytes.subarray(0, flow.length);
    if (mayMix(used, border - flow.base, stop - flow.base, flow.encoding)) return undefined;
    const lines = countLines(used, border - flow.base, stop - flow.base);
    flow.linesBefore = -countLines(used, 0, border - flow.base);
    flow.lineCursor = { offset: flow.base, lines: flow.linesBefore };
    flow.done = border;
    while (flow.done < stop) {
      if (this.#options.signal.aborted) return undefined;
      this.#upTo(flow, Math.min(flow.done + BLOCK, stop), false);
      this.#options.progress?.();
    }
    this.#settler.resolve(flow, true);
    const added = flow.reach > stop ? undefined : this.#settler.save();
    return added && { from: border - shift, to: stop - shift, lines, added };
  }

  /** Looks at every candidate whose surroundings are at hand. */
  #process(flow: Flow, final: boolean, ahead?: { readonly parts: Ahead; readonly shift: number }): void {
    const to = final ? flow.end : flow.end - AHEAD;
    if (final || to - flow.done >= BLOCK / 2) this.#upTo(flow, to, final, ahead);
  }

  #upTo(flow: Flow, to: number, final: boolean, ahead?: { readonly parts: Ahead; readonly shift: number }): void {
    if (flow.topEnd === undefined) flow.topEnd = topEnd(flow, final);
    if (final) flow.tailStart ??= tailStart(flow);
    if (flow.mixes) setApart(flow, final);
    const from = flow.done;
    if (to > from) {
      const { candidates } = this.#compiled;
      candidates.length = 0;
      const bytes = flow.bytes.subarray(0, flow.length);
      const { base, encoding } = flow;
      const find = (begin: number, stop: number): void => {
        this.#compiled.kernel.find(bytes, begin - base, stop - base, encoding, candidates);
      };
      if (ahead === undefined) find(from, to);
      else ahead.parts.candidates(from, to, ahead.shift, base, candidates, find);
      const rows = this.#typedRows(flow, from, to);
      const order = sorted(candidates);
      for (let at = 0; at < order.length;) {
        const record = 3 * (order[at] ?? 0);
        const start = flow.base + (candidates.records[record + 1] ?? 0);
        if (rows[0] !== undefined && rows[0].next <= start) {
          at = this.#row(flow, rows, order, at);
          continue;
        }
        at++;
        if (flow.apart.length > 0 && isApart(flow, start)) continue;
        this.#candidate(flow, candidates.records[record] ?? 0, start, flow.base + (candidates.records[record + 2] ?? 0));
      }
      while (rows.length > 0) this.#row(flow, rows, order, order.length);
      this.#counted.mark(flow);
      this.#lines(flow, from, to);
      flow.done = to;
    }
    this.#settler.resolve(flow, final);
    if (flow.waiting.length > 0) this.#readApart(flow, final);
    flow.trim();
  }

  /** Reads lines that were set apart, as flows of their own in their place. */
  #readApart(flow: Flow, final: boolean): void {
    const { waiting } = flow;
    // What may stand in the text's tail waits until that is known.
    flow.waiting = final ? [] : waiting.filter(({ end }) => end > flow.end - 2 * AHEAD);
    for (const apart of waiting) {
      const { bytes, encodings, segment, start, end } = apart;
      if (flow.waiting.includes(apart)) continue;
      const shared = flow.shared ?? (encodings.length > 1 ? { id: flow.id } : undefined);
      for (const encoding of encodings) {
        const reading = new Flow(`${flow.id}/${encoding}`, encoding);
        reading.base = start;
        reading.done = start;
        reading.linesBefore = apart.lines;
        reading.lineCursor = { offset: start, lines: apart.lines };
        reading.shared = shared;
        reading.topEnd = flow.topEnd;
        reading.tailStart = final && flow.tailStart !== undefined ? flow.tailStart : end;
        // Its rows are not the table's first, which name the columns.
        const table = segment.table && { ...segment.table, row: Math.max(segment.table.row, HEAD_ROWS + 1) };
        reading.segments.push({ ...segment, start, end, table });
        reading.room(bytes.length).set(bytes);
        reading.length = bytes.length;
        this.#process(reading, true);
      }
    }
  }

  #candidate(flow: Flow, kind: number, start: number, end: number): void {
    const segment = segmentAt(flow, start);
    if (segment === undefined) return;
    let window: Window | undefined;
    for (const plan of plansOf(this.#compiled, flow, segment, kind, start, plansHere)) {
      if (plan.matcher.tag !== undefined && this.#settler.isTagged(plan)) continue;
      if (!glanceAt(flow, segment, plan.matcher, start, end)) continue;
      if (kind !== DIGITS && plan.matcher.reach === "line") {
        this.#confirm(flow, segment, plan, windowAt(flow, segment, start, end, this.#options, "line"));
        window = undefined;
        continue;
      }
      window ??= windowAt(flow, segment, start, end, this.#options);
      this.#confirm(flow, segment, plan, window);
    }
  }

  /** Lines of the top and the tail, for rules that ask for them. */
  #lines(flow: Flow, from: number, to: number): void {
    const { lineRules } = this.#compiled;
    for (const position of ["top", "tail"] as const) {
      const rules = lineRules[position];
      if (rules.length === 0) continue;
      const begin = position === "top" ? from : Math.max(from, flow.tailStart ?? to);
      const stop = position === "top" ? Math.min(to, flow.topEnd ?? to) : to;
      let start = lineStart(flow, begin, begin);
      if (start < begin && start >= flow.base) start = nextLine(flow, begin);
      while (start < stop) {
        const next = nextLine(flow, start);
        const whole = lineEnd(flow, start, next);
        const end = Math.min(whole, start + ROW);
        const segment = segmentAt(flow, start);
        const here = flow.apart.length === 0 || !isApart(flow, start);
        if (here && segment !== undefined && end > start && !isBlank(flow, start, end)) {
          const bits = end < whole ? -1 : lineAt(lineRules, flow, segment, start, end);
          let window: Window | undefined;
          let reach: Plan["matcher"]["reach"];
          for (const { plan, roles, bit } of rules) {
            if ((bits & bit) === 0 || (roles !== undefined && !segment.roles.some((role) => roles.includes(role)))) continue;
            if (!glanceAt(flow, segment, plan.matcher, start, end)) continue;
            if (plan.matcher.reach !== reach) window = undefined;
            reach = plan.matcher.reach;
            window ??= windowAt(flow, segment, start, end, this.#options, reach);
            this.#confirm(flow, segment, plan, window);
          }
        }
        start = next;
      }
    }
  }

  /** Tables whose columns are known, each with its first row in the stretch. */
  #typedRows(flow: Flow, from: number, to: number): TypedRows[] {
    return flow.segments.flatMap((segment) => {
      const { table, columns } = segment;
      if (table === undefined || columns === undefined || segment.end <= from || segment.start >= to) return [];
      const wanted = this.#wanted(columns);
      const begin = Math.max(from, segment.start);
      const stop = Math.min(to, segment.end);
      const start = lineStart(flow, begin, begin);
      const next = start < begin ? nextLine(flow, begin) : start;
      return next < stop ? [{ segment, wanted, next, stop }] : [];
    });
  }

  #wanted(columns: NamedColumns): readonly WantedColumn[] {
    let wanted = this.#wantedColumns.get(columns);
    if (wanted === undefined) {
      wanted = columns.columns.flatMap(({ infoTypes, weakTypes }, at) => {
        const rules = this.#compiled.columnRules.filter(
          ({ trigger: { infoType } }) => infoTypes.includes(infoType) || weakTypes.includes(infoType),
        );
        return rules.length > 0 ? [{ at, takers: takersOf(rules.map(({ plan }) => plan)) }] : [];
      });
      this.#wantedColumns.set(columns, wanted);
    }
    return wanted;
  }

  /**
   * The next row of the first table: counted where that can be, with its candidates from `at` on; else its cells are looked at for rules that
   * ask for their columns by type. Gives the next candidate to be looked at.
   */
  #row(flow: Flow, rows: TypedRows[], order: Uint32Array, at: number): number {
    const [first] = rows;
    if (first === undefined) return at;
    const { segment, wanted, next: start, stop } = first;
    const end = nextLine(flow, start);
    first.next = end;
    if (end >= stop) rows.shift();
    if (namesColumns(flow, segment, start) || (flow.apart.length > 0 && isApart(flow, start))) return at;
    if (end <= stop && isPlain(flow, start, end)) {
      const { candidates } = this.#compiled;
      let to = at;
      while (to < order.length && flow.base + (candidates.records[3 * (order[to] ?? 0) + 1] ?? 0) < end) to++;
      if (this.#counted.take(flow, segment, wanted, start, end, { list: candidates, order, from: at, to })) return to;
    }
    this.#cells(flow, segment, wanted, start, end);
    return at;
  }

  #cells(flow: Flow, segment: Segment, wanted: readonly WantedColumn[], start: number, end: number): void {
    if (wanted.length === 0) return;
    showRow(flow, start, end);
    const cells = rowAt(flow, segment, start)?.row ?? [];
    for (const { at, takers } of wanted) {
      const cell = cells[at];
      if (cell === undefined || cell.text.trim() === "") continue;
      let window: Window | undefined;
      for (const plan of takers.plans) {
        if (!glanceAt(flow, segment, plan.matcher, start + cell.start, start + cell.end)) continue;
        window ??= windowAt(flow, segment, start + cell.start, start + cell.end, this.#options);
        this.#confirm(flow, segment, plan, window);
      }
    }
  }

  #confirm(flow: Flow, segment: Segment, plan: Plan, window: Window): void {
    const { matcher } = plan;
    const { without, confirming } = this.#options;
    if (without?.has(matcher.rule.id) === true) return;
    this.#at = { flow, segment, plan, row: window.row };
    confirming?.(matcher.rule.id);
    matcher.confirm(window, this.#emit, this.#settler.isFull(plan) ? noEvidence : undefined);
    confirming?.(undefined);
  }

  /** Takes a match of the rule at hand. */
  readonly #emit = (match: Match): void => {
    if (this.#at === undefined || match.end <= match.start) return;
    const { flow, segment, plan, row } = this.#at;
    const { view, windowAt: first } = flow;
    if (view === undefined) return;
    const start = view.from + view.decoded.offsetOf(first + match.start);
    const end = view.from + view.decoded.offsetOf(first + match.end);
    const line = lineStart(flow, start, Math.max(flow.base, start - PEERS));
    const whole = wholeMatch(match, this.#compiled.evidence.of(match.evidence));
    const long = start - line >= PEERS;
    // Of what stands so far into its line that is not told from the next.
    const reach = long ? end + PEERS : end;
    if (reach > flow.reach) flow.reach = reach;
    flow.pending.push({ plan, match: whole, start, end, line: long ? -1 : line, segment, row, location: undefined });
  };
}

/** Whether nothing of the row hangs on where in the flow it stands, and no match before it reaches into it. */
function isPlain(flow: Flow, start: number, end: number): boolean {
  const { topEnd, tailStart, shared, reach, done } = flow;
  // Lines of the top and the tail are looked at once more when the stretch is over.
  return shared === undefined && topEnd !== undefined && topEnd <= done && (tailStart === undefined || end <= tailStart) && reach <= start;
}

function byteEncoding(encoding: Encoding): ByteEncoding {
  return encoding === "utf16le" || encoding === "utf16be" ? "utf8" : encoding;
}

/** Looks for lines in other encodings than the flow's, as far as lines are whole, and keeps their bytes. */
function setApart(flow: Flow, final: boolean): void {
  const { bytes, base, length, encoding } = flow;
  const from = Math.max(flow.sorted, base) - base;
  const to = final ? length : bytes.subarray(0, length).lastIndexOf(10) + 1;
  if (to <= from) return;
  flow.sorted = base + to;
  for (const { start, end, encodings, lines } of otherLines(bytes, from, to, encoding)) {
    const segment = segmentAt(flow, base + start);
    if (segment === undefined) continue;
    for (const line of lines) flow.apart.push({ start: base + line.start, end: base + line.end });
    const before = flow.linesBefore + countLines(bytes, 0, start);
    const held = blanked(bytes, start, end, lines);
    flow.waiting.push({ start: base + start, end: base + end, encodings, segment, lines: before, bytes: held });
  }
}

/** Indices of candidates by start, then end, then kind. Each pass of the kernel leaves a run by start, so there are three or four to be merged. */
function sorted({ records, length }: CandidateList): Uint32Array {
  const starts = new Int32Array(length);
  let ends: number[] = [];
  for (let at = 0; at < length; at++) {
    starts[at] = records[3 * at + 1] ?? 0;
    if (at > 0 && (starts[at] ?? 0) < (starts[at - 1] ?? 0)) ends.push(at);
  }
  if (length > 0) ends.push(length);
  let indices = new Uint32Array(length);
  for (let at = 0; at < length; at++) indices[at] = at;
  let into = new Uint32Array(ends.length > 1 ? length : 0);
  while (ends.length > 1) {
    const merged: number[] = [];
    for (let run = 0; run < ends.length; run += 2) {
      const middle = ends[run] ?? 0;
      const end = ends[run + 1] ?? middle;
      merge(starts, indices, merged.at(-1) ?? 0, middle, end, into);
      merged.push(end);
    }
    ends = merged;
    [indices, into] = [into, indices];
  }
  for (let to = 1; to < length; to++) {
    const index = indices[to] ?? 0;
    let at = to;
    for (; at > 0 && follows(records, indices[at - 1] ?? 0, index); at--) indices[at] = indices[at - 1] ?? 0;
    indices[at] = index;
  }
  return indices;
}

/** Merges the runs `[begin, middle)` and `[middle, end)`, each in order, to the same places of `into`. */
function merge(starts: Int32Array, from: Uint32Array, begin: number, middle: number, end: number, into: Uint32Array): void {
  let one = begin;
  let other = middle;
  for (let to = begin; to < end; to++) {
    const takesFirst = other >= end || (one < middle && (starts[from[one] ?? 0] ?? 0) <= (starts[from[other] ?? 0] ?? 0));
    into[to] = from[takesFirst ? one++ : other++] ?? 0;
  }
}

/** Whether the first of two candidates belongs behind the other. */
function follows(records: CandidateList["records"], one: number, other: number): boolean {
  const difference =
    (records[3 * one + 1] ?? 0) - (records[3 * other + 1] ?? 0) ||
    (records[3 * one + 2] ?? 0) - (records[3 * other + 2] ?? 0) ||
    (records[3 * one] ?? 0) - (records[3 * other] ?? 0);
  return difference > 0;
}
