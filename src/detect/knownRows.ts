import type { CellSight, Evidence, Tier, WindowCell } from "../model/rule.ts";
import type { Compiled } from "./compiled.ts";
import type { SessionOptions } from "./contract.ts";
import { glanceAt } from "./dispatch.ts";
import { lineEnd, wholeMatch } from "./flow.ts";
import type { Flow, Pending, Segment } from "./flow.ts";
import type { CandidateList } from "./kernel/contract.ts";
import type { Plan } from "./plan.ts";
import { isSample, type Settler } from "./settle.ts";
import { type Split, type Takers, TakersBook } from "./takers.ts";
import { noEvidence, tierBy } from "./tiers.ts";
import { windowAt } from "./windows.ts";

/** Columns that rules ask for by type. */
export interface WantedColumn {
  readonly at: number;
  readonly takers: Takers;
}

/** Candidates of a row, those from `from` to `to` of what the kernel found in order. */
export interface RowCandidates {
  readonly list: CandidateList;
  readonly order: Uint32Array;
  readonly from: number;
  readonly to: number;
}

/** What becomes of a row's matches: those that are kept, in their order. */
export interface Decided {
  readonly kept: readonly { readonly cell: number; readonly plan: Plan; readonly tier: Tier }[];
  /** Evidence of the row that could still raise one of them. */
  readonly open: ReadonlySet<string>;
}

/** A kept match of a cell; a sample is not counted among what its column holds. */
export interface KeptCell {
  readonly cell: number;
  readonly plan: Plan;
  readonly tier: Tier;
  readonly sample: boolean;
}

/** Where the last of several rows stands: its line, and the last of what is counted in it. */
export interface LastRow {
  readonly segment: Segment;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** Rows of one kind, and what was decided for them. */
interface Known {
  readonly kept: readonly KeptCell[];
  readonly missing: ReadonlySet<string>;
  /** For each that is kept, which of what was found it is. */
  readonly places: readonly number[];
  /** Which of what was found may say whom the row is about; of several the nearest does. */
  readonly who: readonly number[];
  /** Of rules in a cell that are not expected there those to which no kept match is preferred whatever they find. */
  readonly open: Map<Split, readonly Plan[]>;
  /** Whether none of what is kept is stored any more: once so, always so. */
  full: boolean;
  /** Rows that were counted and not yet told, and the last of them. */
  rows: number;
  last: LastRow | undefined;
}

/** A step on the way to a kind: which cells are filled, then what was found, one after the other. */
interface Step {
  readonly next: Map<number, Step>;
  last: number;
  lastStep: Step | undefined;
  /** By cell, what is known to stand beside it; of the step at which all filled cells are known. */
  beside: readonly ReadonlySet<string>[] | undefined;
  known: Known | undefined;
}

/** What is known of a table. */
export interface KnownTable {
  readonly first: Step;
  /** By column: rules that are expected to find something there. */
  readonly expected: readonly (ReadonlySet<Plan> | undefined)[];
  /** Columns with a type. */
  readonly typed: readonly number[];
  readonly book: TakersBook;
}

/** Cells of a row and lists of evidence that a step tells apart. */
const MOST_CELLS = 256;
const MOST_LISTS = 4096;
/** Steps remembered of an entry, with all of its tables: where each row is filled otherwise, each would be one more. */
const MOST_STEPS = 4096;
/** Cells of which a step says which are filled. */
const FILLED_AT_ONCE = 30;
/** The byte of `"`. */
const QUOTE = 34;
const NONE: readonly string[] = [];

export function knownTable(compiled: Compiled, { columns }: Segment, expected: KnownTable["expected"]): KnownTable {
  const typed = columns?.columns.flatMap(({ infoTypes }, at) => (infoTypes.length > 0 ? [at] : [])) ?? [];
  return { first: step(), expected, typed, book: new TakersBook(compiled) };
}

/** Whether nothing but blanks stands in `[from, to)`. */
function isBlank(text: string, from: number, to: number): boolean {
  const code = text.charCodeAt(from);
  return from >= to || (!(code > 0x20 && code < 0x80) && text.slice(from, to).trim() === "");
}

function step(): Step {
  return { next: new Map(), last: -1, lastStep: undefined, beside: undefined, known: undefined };
}

/**
 * The usual rows of a table, whose matches each fill their cell: of a kind that was decided for a row that was looked at in full. Nothing is
 * made of such a row but the answers of the rules that are expected in its cells.
 */
export class KnownRows {
  readonly #options: SessionOptions;
  readonly #settler: Settler;
  /** Numbers of lists of evidence, and by number what a match with it is by itself. */
  readonly #lists = new Map<readonly Evidence[], number>();
  readonly #base: (Tier | undefined)[] = [];
  #steps = 0;
  /** Evidence by number, and lists of it by their numbers. */
  readonly #pieces = new Map<Evidence, number>();
  readonly #whole = new Map<string, readonly Evidence[]>();
  /** Of the row at hand: its cells in the decoded text, quotes included, and where each ends in the flow. */
  #cells = 0;
  readonly #from = new Int32Array(MOST_CELLS);
  readonly #to = new Int32Array(MOST_CELLS);
  readonly #end = new Float64Array(MOST_CELLS);
  /** What was found in it. */
  #count = 0;
  readonly #cell: number[] = [];
  readonly #plan: Plan[] = [];
  readonly #value: string[] = [];
  readonly #list: number[] = [];
  readonly #evidence: (readonly Evidence[])[] = [];
  /** Candidates with rules that are not expected to find anything there. */
  #doubts = 0;
  readonly #doubt: Split[] = [];
  readonly #doubtAt: number[] = [];
  readonly #sight: { -readonly [Key in keyof CellSight]: CellSight[Key] } = {
    stamp: 0,
    text: "",
    start: 0,
    from: 0,
    to: 0,
    infoTypes: NONE,
    weakTypes: NONE,
    header: "",
    roles: [],
    page: undefined,
    asOf: "",
  };
  /** Kinds of which rows were counted and not yet told. */
  readonly #untold: Known[] = [];
  /** Its kind, once all of it has been seen. */
  #kind: Step | undefined;

  constructor(options: SessionOptions, settler: Settler) {
    this.#options = options;
    this.#settler = settler;
    this.#sight.asOf = options.asOf;
  }

  /** Counts the row `[start, end)`, which is decoded, if it is of a known kind. False: nothing has been counted. */
  take(
    table: KnownTable,
    flow: Flow,
    segment: Segment,
    wanted: readonly WantedColumn[],
    start: number,
    end: number,
    candidates: RowCandidates,
    besides: (filled: string) => readonly ReadonlySet<string>[],
  ): boolean {
    this.#kind = undefined;
    if (!this.#split(flow, segment, start, end)) return false;
    this.#count = 0;
    this.#doubts = 0;
    let at = this.#filled(table, flow, besides);
    const { beside } = at;
    if (!this.#columns(table, flow, segment, wanted, beside) || !this.#look(table, flow, segment, candidates, beside)) return false;
    for (let index = 0; index < this.#count; index++) at = this.#next(at, (this.#list[index] ?? 0) * MOST_CELLS + (this.#cell[index] ?? 0));
    this.#kind = at;
    const { known } = at;
    if (known === undefined || !this.#isCertain(flow, segment, known) || !this.#isFull(known)) return false;
    this.#add(flow, segment, start, known);
    return true;
  }

  /** Tells how many rows of each kind were counted, while their bytes are at hand. */
  tell(flow: Flow): void {
    for (const known of this.#untold) {
      const { last, kept, rows } = known;
      if (last !== undefined) this.#settler.countRows(flow, last, kept, rows);
      known.rows = 0;
    }
    this.#untold.length = 0;
  }

  /** Takes what was decided for the row asked for last, in which `matches` were found, where its kind could be told. */
  learn({ kept: decided, open: missing }: Decided, matches: number): void {
    const kind = this.#kind;
    if (kind === undefined || kind.known !== undefined || matches !== this.#count) return;
    const places = decided.map(({ cell, plan }) => this.#indexOf(cell, plan));
    if (places.includes(-1)) return;
    const kept = decided.map((one, at) => ({ ...one, sample: isSample(this.#evidence[places[at] ?? 0] ?? []) }));
    const ranks = Array.from({ length: this.#count }, (_, index) => this.#rankOf(index));
    const best = Math.min(...ranks);
    const who = ranks.flatMap((rank, index) => (rank === best && best < Infinity ? [index] : []));
    kind.known = { kept, missing, places, who, open: new Map(), full: false, rows: 0, last: undefined };
  }

  /** How well a match tells people apart; not at all where it is nothing by itself. */
  #rankOf(index: number): number {
    const tier = this.#base[this.#list[index] ?? 0];
    return tier === undefined || tier.confidence === "low" ? Infinity : (this.#plan[index]?.subjectRank ?? Infinity);
  }

  #indexOf(cell: number, plan: Plan): number {
    for (let index = 0; index < this.#count; index++) if (this.#cell[index] === cell && this.#plan[index] === plan) return index;
    return -1;
  }

  /** Finds the cells of the row in what is decoded. False where that does not show it, or a quote does not enclose a cell. */
  #split(flow: Flow, segment: Segment, start: number, next: number): boolean {
    const { view } = flow;
    const end = Math.min(lineEnd(flow, start, next), segment.end);
    if (view === undefined || start < segment.start || view.from > start || view.to <= end) return false;
    const { decoded, from: base } = view;
    const { text } = decoded;
    const separator = segment.table?.separator ?? "\t";
    if (separator.length !== 1) return false;
    const quoting = separator !== "\t";
    const last = decoded.indexOf(end - base);
    let count = 0;
    for (let at = decoded.indexOf(start - base); at <= last; count++) {
      if (count === MOST_CELLS) return false;
      let stop: number;
      if (quoting && at < last && text.charCodeAt(at) === QUOTE) {
        stop = text.indexOf('"', at + 1) + 1;
        if (stop === 0 || stop > last || (stop < last && text[stop] !== separator)) return false;
      } else {
        stop = text.indexOf(separator, at);
        if (stop < 0 || stop > last) stop = last;
      }
      this.#from[count] = at;
      this.#to[count] = stop;
      this.#end[count] = base + decoded.offsetOf(stop);
      at = stop + 1;
    }
    this.#cells = count;
    return true;
  }

  /** Whether something stands in a cell. */
  #isFilled({ view }: Flow, cell: number): boolean {
    const text = view?.decoded.text ?? "";
    const quoted = this.#isQuoted(text, cell);
    return cell < this.#cells && !isBlank(text, (this.#from[cell] ?? 0) + quoted, (this.#to[cell] ?? 0) - quoted);
  }

  #isQuoted(text: string, cell: number): 0 | 1 {
    const from = this.#from[cell] ?? 0;
    return text.charCodeAt(from) === QUOTE && (this.#to[cell] ?? 0) > from + 1 ? 1 : 0;
  }

  /** The step that says how many cells there are and which of the typed ones are filled. */
  #filled(table: KnownTable, flow: Flow, besides: (filled: string) => readonly ReadonlySet<string>[]): Step {
    let at = this.#next(table.first, this.#cells);
    let bits = 0;
    let count = 0;
    for (const cell of table.typed) {
      if (this.#isFilled(flow, cell)) bits |= 1 << count;
      if (++count === FILLED_AT_ONCE) {
        at = this.#next(at, bits);
        bits = 0;
        count = 0;
      }
    }
    at = this.#next(at, bits);
    if (at.beside === undefined) {
      const marks = Array.from({ length: this.#cells }, (_, cell) =>
        table.typed.includes(cell) && this.#isFilled(flow, cell) ? "x" : "-",
      );
      at.beside = besides(marks.join(""));
    }
    return at;
  }

  #next(at: Step, token: number): Step {
    if (at.last === token && at.lastStep !== undefined) return at.lastStep;
    let found = at.next.get(token);
    if (found === undefined) {
      found = step();
      // What cannot be remembered is a kind that nothing will be known of.
      if (this.#steps < MOST_STEPS) {
        this.#steps++;
        at.next.set(token, found);
      }
    }
    at.last = token;
    at.lastStep = found;
    return found;
  }

  #columns(table: KnownTable, flow: Flow, segment: Segment, wanted: readonly WantedColumn[], beside: Step["beside"]): boolean {
    for (const { at, takers } of wanted) {
      if (!this.#isFilled(flow, at)) continue;
      const { view } = flow;
      const start = (view?.from ?? 0) + (view?.decoded.offsetOf(this.#from[at] ?? 0) ?? 0);
      if (!this.#try(table, flow, segment, at, start, this.#end[at] ?? 0, takers, beside)) return false;
    }
    return true;
  }

  /** Looks at the kernel's candidates with the rules that are expected in their cells; the others are doubts. */
  #look(table: KnownTable, flow: Flow, segment: Segment, { list, order, from, to }: RowCandidates, beside: Step["beside"]): boolean {
    let cell = 0;
    for (let index = from; index < to; index++) {
      const record = 3 * (order[index] ?? 0);
      const start = flow.base + (list.records[record + 1] ?? 0);
      const end = flow.base + (list.records[record + 2] ?? 0);
      while (cell < this.#cells && (this.#end[cell] ?? 0) < start) cell++;
      if (cell >= this.#cells || end > (this.#end[cell] ?? 0)) return false;
      const takers = table.book.at(flow, segment, list.records[record] ?? 0, start);
      if (takers.plans.length > 0 && !this.#try(table, flow, segment, cell, start, end, takers, beside)) return false;
    }
    return true;
  }

  #try(
    table: KnownTable,
    flow: Flow,
    segment: Segment,
    cell: number,
    start: number,
    end: number,
    takers: Takers,
    beside: Step["beside"],
  ): boolean {
    const { confirming } = this.#options;
    const expected = table.expected[cell];
    let split = takers.splits[cell];
    if (split === undefined || split.of !== (expected?.size ?? 0)) takers.splits[cell] = split = this.#splitOf(takers, expected);
    if (split.doubts.length > 0) {
      this.#doubt[this.#doubts] = split;
      this.#doubtAt[3 * this.#doubts] = cell;
      this.#doubtAt[3 * this.#doubts + 1] = start;
      this.#doubtAt[3 * this.#doubts + 2] = end;
      this.#doubts++;
    }
    let sight: CellSight | undefined;
    for (const plan of split.expected) {
      const { matcher } = plan;
      if ((matcher.tag !== undefined && this.#settler.isTagged(plan)) || this.#isDone(cell, plan)) continue;
      const known = (plan.rowAlways ? beside?.[cell] : undefined) ?? noEvidence;
      confirming?.(matcher.rule.id);
      const answer = matcher.fill?.((sight ??= this.#sightOf(flow, segment, cell, start)), known);
      const done =
        answer === undefined
          ? this.#ask(flow, segment, plan, cell, start, end, known)
          : answer === "nothing" || this.#keep(cell, plan, answer.value, answer.evidence);
      confirming?.(undefined);
      if (!done) return false;
    }
    return true;
  }

  /** Looks at a candidate as ever. False where what that gives is not all that its cell holds. */
  #ask(flow: Flow, segment: Segment, plan: Plan, cell: number, start: number, end: number, known: ReadonlySet<string>): boolean {
    const window = windowAt(flow, segment, start, end, this.#options);
    if (window.row?.at !== cell) return false;
    const { windowAt: at } = flow;
    let whole = true;
    plan.matcher.confirm(
      window,
      (match) => {
        if (match.end <= match.start) return;
        const [from, to] = [this.#startOf(flow, cell), this.#endOf(flow, cell)];
        const { view } = flow;
        const offset = (index: number): number => (view?.from ?? 0) + (view?.decoded.offsetOf(at + index) ?? 0);
        whole &&= offset(match.start) === from && offset(match.end) === to && match.severity === undefined && match.level === undefined;
        whole &&= this.#keep(cell, plan, match.value, this.#listOf(match.evidence));
      },
      known,
    );
    return whole;
  }

  /** The same evidence as one list. */
  #listOf(evidence: readonly Evidence[]): readonly Evidence[] {
    let key = "";
    for (const one of evidence) {
      let number = this.#pieces.get(one);
      if (number === undefined) {
        number = this.#pieces.size;
        if (number < MOST_LISTS) this.#pieces.set(one, number);
        else return evidence;
      }
      key += `.${number}`;
    }
    const known = this.#whole.get(key) ?? evidence;
    if (this.#whole.size < MOST_LISTS) this.#whole.set(key, known);
    return known;
  }

  #splitOf({ plans }: Takers, expected: ReadonlySet<Plan> | undefined): Split {
    const { without } = this.#options;
    const asked = plans.filter(({ matcher }) => without?.has(matcher.rule.id) !== true);
    const isExpected = (plan: Plan): boolean => expected?.has(plan) === true;
    return {
      expected: asked.filter(isExpected),
      doubts: asked.filter((plan) => !isExpected(plan)),
      of: expected?.size ?? 0,
    };
  }

  #sightOf(flow: Flow, segment: Segment, cell: number, start: number): CellSight {
    const column = segment.columns?.columns[cell];
    const [base, decoded] = [flow.view?.from ?? 0, flow.view?.decoded];
    const text = decoded?.text ?? "";
    const from = this.#from[cell] ?? 0;
    const quoted = this.#isQuoted(text, cell);
    const sight = this.#sight;
    sight.stamp++;
    sight.text = text;
    sight.start = start === base + (decoded?.offsetOf(from) ?? 0) ? from : (decoded?.indexOf(start - base) ?? from);
    sight.from = from + quoted;
    sight.to = (this.#to[cell] ?? 0) - quoted;
    sight.infoTypes = column?.infoTypes ?? NONE;
    sight.weakTypes = column?.weakTypes ?? NONE;
    sight.header = column?.header ?? "";
    sight.roles = segment.roles;
    sight.page = segment.page;
    return sight;
  }

  /** Whether nothing more of the rule in this cell would be preferred to what it found there. */
  #isDone(cell: number, plan: Plan): boolean {
    for (let index = 0; index < this.#count; index++)
      if (this.#cell[index] === cell && this.#plan[index] === plan && this.#isSure(index)) return true;
    return false;
  }

  /** Whether a match is of medium confidence or above by itself. */
  #isSure(index: number): boolean {
    const tier = this.#base[this.#list[index] ?? 0];
    return tier !== undefined && tier.confidence !== "low";
  }

  /** Keeps what a rule says of a cell. False where there is no number for its evidence. */
  #keep(cell: number, plan: Plan, value: string, evidence: readonly Evidence[]): boolean {
    let list = this.#lists.get(evidence);
    if (list === undefined) {
      list = this.#lists.size;
      if (list === MOST_LISTS) return false;
      this.#lists.set(evidence, list);
      this.#base[list] = tierBy(plan.matcher, evidence, noEvidence);
    }
    if (this.#indexOf(cell, plan) >= 0) return true;
    this.#cell[this.#count] = cell;
    this.#plan[this.#count] = plan;
    this.#value[this.#count] = value;
    this.#list[this.#count] = list;
    this.#evidence[this.#count] = evidence;
    this.#count++;
    return true;
  }

  /** Whether no rule that is not expected in its cell could change anything. */
  #isCertain(flow: Flow, segment: Segment, decided: Known): boolean {
    const { open } = decided;
    for (let index = 0; index < this.#doubts; index++) {
      const split = this.#doubt[index];
      if (split === undefined) return false;
      let plans = open.get(split);
      if (plans === undefined) {
        const cell = this.#doubtAt[3 * index] ?? 0;
        plans = split.doubts.filter((plan) => !this.#isBeaten(plan, cell, decided));
        if (open.size < MOST_LISTS) open.set(split, plans);
      }
      for (const plan of plans) {
        if (plan.matcher.tag !== undefined && this.#settler.isTagged(plan)) continue;
        if (glanceAt(flow, segment, plan.matcher, this.#doubtAt[3 * index + 1] ?? 0, this.#doubtAt[3 * index + 2] ?? 0)) return false;
      }
    }
    return true;
  }

  /** Whether a kept match is preferred to all that the rule could find in its cell, and nothing else would change for it. */
  #isBeaten(plan: Plan, cell: number, { kept, missing }: Known): boolean {
    if (plan.advisory || plan.late || plan.matcher.tag !== undefined) return false;
    if (plan.rowNamesOfType.some((name) => missing.has(name))) return false;
    if (plan.subjectRank !== undefined && !this.#isOfPerson(plan.subjectRank)) return false;
    const { rank } = plan.matcher.rule;
    return kept.some((one) => one.cell === cell && one.tier.confidence !== "low" && one.plan.matcher.rule.rank < rank);
  }

  /** Whether a match of the row tells people apart better than one of this rank would. */
  #isOfPerson(rank: number): boolean {
    for (let index = 0; index < this.#count; index++)
      if ((this.#plan[index]?.subjectRank ?? rank) < rank && this.#isSure(index)) return true;
    return false;
  }

  #isFull(known: Known): boolean {
    known.full ||= known.kept.every(({ plan, tier }) => this.#settler.isFullAt(plan, tier.confidence));
    return known.full;
  }

  /** Counts what is kept of the row that begins at `start`. */
  #add(flow: Flow, segment: Segment, line: number, known: Known): void {
    const { kept, places, who } = known;
    // What was found before is settled first: passages are read in order.
    if (flow.pending.length > 0) this.#settler.resolve(flow, true);
    if (this.#settler.isAlone(flow, kept)) {
      this.#addAlone(flow, segment, line, known);
      return;
    }
    const cells = this.#windowCells(flow, segment);
    for (const [at, { tier }] of kept.entries()) {
      const place = places[at] ?? 0;
      const subject = this.#nearest(flow, who, place);
      this.#settler.count(flow, {
        pending: this.#pending(flow, segment, line, cells, place),
        tier,
        peers: noEvidence,
        subject: subject === undefined ? undefined : this.#pending(flow, segment, line, cells, subject),
      });
    }
  }

  /** The same where no passage is made of the row: but for its people it is one more of its kind. */
  #addAlone(flow: Flow, segment: Segment, line: number, known: Known): void {
    const { kept, places, who } = known;
    if (known.rows++ === 0) this.#untold.push(known);
    let start = line;
    let end = line;
    let counted: number | undefined;
    for (let at = 0; at < kept.length; at++) {
      const one = kept[at];
      if (one === undefined || one.sample) continue;
      const place = places[at] ?? 0;
      const subject = one.tier.confidence === "low" ? undefined : this.#nearest(flow, who, place);
      if (subject !== undefined && subject !== counted)
        this.#settler.countPerson(flow, segment, this.#plan[subject]?.matcher.rule.infoType ?? "", this.#value[subject] ?? "");
      counted = subject ?? counted;
      start = this.#startOf(flow, one.cell);
      end = Math.max(end, this.#endOf(flow, one.cell));
    }
    known.last = { segment, line, start, end };
  }

  /** Where what a cell holds begins in the flow. */
  #startOf({ view }: Flow, cell: number): number {
    if (view === undefined) return 0;
    return view.from + view.decoded.offsetOf((this.#from[cell] ?? 0) + this.#isQuoted(view.decoded.text, cell));
  }

  #endOf({ view }: Flow, cell: number): number {
    if (view === undefined) return 0;
    return view.from + view.decoded.offsetOf((this.#to[cell] ?? 0) - this.#isQuoted(view.decoded.text, cell));
  }

  #windowCells({ view }: Flow, { columns }: Segment): readonly WindowCell[] {
    const text = view?.decoded.text ?? "";
    return Array.from({ length: this.#cells }, (_, cell): WindowCell => {
      const quoted = this.#isQuoted(text, cell);
      const column = columns?.columns[cell];
      return {
        text: text.slice((this.#from[cell] ?? 0) + quoted, (this.#to[cell] ?? 0) - quoted),
        header: column?.header ?? "",
        infoTypes: column?.infoTypes ?? NONE,
        weakTypes: column?.weakTypes ?? NONE,
      };
    });
  }

  #pending(flow: Flow, segment: Segment, line: number, cells: readonly WindowCell[], index: number): Pending {
    const at = this.#cell[index] ?? 0;
    const plan = this.#plan[index];
    if (plan === undefined) throw new Error("what is kept of a row was found in it");
    const quoted = this.#isQuoted(flow.view?.decoded.text ?? "", at);
    const match = wholeMatch({
      start: (this.#from[at] ?? 0) + quoted,
      end: (this.#to[at] ?? 0) - quoted,
      value: this.#value[index] ?? "",
      evidence: this.#evidence[index] ?? [],
    });
    const [start, end] = [this.#startOf(flow, at), this.#endOf(flow, at)];
    return { plan, match, start, end, line, segment, row: { list: false, at, cells }, location: undefined };
  }

  /** Of matches that may say whom the row is about the one that stands nearest to another, the earlier of two. */
  #nearest(flow: Flow, who: readonly number[], to: number): number | undefined {
    if (who.length < 2) return who[0];
    const from = this.#startOf(flow, this.#cell[to] ?? 0);
    const distances = who.map((one) => {
      const start = this.#startOf(flow, this.#cell[one] ?? 0);
      return { one, start, distance: Math.abs(start - from) };
    });
    return distances.reduce((least, other) =>
      other.distance < least.distance || (other.distance === least.distance && other.start < least.start) ? other : least,
    ).one;
  }
}
