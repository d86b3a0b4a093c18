import type { CellAnswer, CellSight, Match, Tier, WindowRow } from "../model/rule.ts";
import { arbitrate } from "./arbitrate.ts";
import type { Compiled } from "./compiled.ts";
import type { SessionOptions } from "./contract.ts";
import { glanceAt, plansAt } from "./dispatch.ts";
import { wholeMatch } from "./flow.ts";
import type { Flow, Pending, Row, Segment } from "./flow.ts";
import { knownTable, KnownRows } from "./knownRows.ts";
import type { KnownTable, RowCandidates, WantedColumn } from "./knownRows.ts";
import { peersOf, subjectOf } from "./peers.ts";
import { rowName } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { byPlace, contenderOf } from "./settle.ts";
import type { Chosen, Settler } from "./settle.ts";
import type { NamedColumns } from "./table.ts";
import { noEvidence, tierOf } from "./tiers.ts";
import { cellsOf, rowAt, ROW, showRow, windowAt } from "./windows.ts";

/** Rows that were looked at whole for what a rule might find in a column, from which on it is expected there. */
const EXPECTED = 3;
/** Kinds of rows remembered of a table. */
const MOST_KINDS = 4096;
/** Rows in a row that could not be counted, after which as many more are looked at whole before another is tried. */
const MISSES = 16;
const REST = 512;

const NONE: readonly string[] = [];
/** The byte of `"`. */
const QUOTE = 34;

/** What becomes of a row's matches, in their order. */
interface Outcome {
  readonly kept: readonly { readonly at: number; readonly tier: Tier }[];
  /** Evidence of the row that could still raise one of them. */
  readonly open: ReadonlySet<string>;
  /** Whether none of what is kept is stored any more: once so, always so. */
  full: boolean;
}

interface Table {
  /** By column and rule: rows that had to be looked at whole for it. */
  readonly seen: Map<Plan, number>[];
  /** By column: rules that are expected to find something there. */
  readonly expected: Set<Plan>[];
  readonly outcomes: Map<string, Outcome | undefined>;
  /** By which typed cells are filled, and by cell: what stands in the row beside it. */
  readonly beside: Map<string, readonly ReadonlySet<string>[]>;
  readonly known: KnownTable;
  misses: number;
  rest: number;
}

/** A match of the row at hand. */
interface Found {
  readonly pending: Pending;
  /** Its tier without its row. */
  readonly base: Tier | undefined;
  readonly cell: number;
  /** Whether it is all that the cell holds. */
  readonly fills: boolean;
  /** Its evidence in numbers. */
  readonly evidence: string;
}

/** A candidate and a rule that is not expected to find anything there. */
interface Doubt {
  readonly plan: Plan;
  readonly cell: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Rows of a table in which the usual rules find the usual things, once no more of these are stored: each is counted by what was decided for
 * the first row of its kind. Rows are of one kind when the same rules match the same cells with the same evidence and the same typed
 * cells are filled. Every candidate is accounted for: by an expected rule, which looks at it as ever; by a rule that looks at the bytes and
 * sees nothing; or by a match that fills the cell and is preferred to whatever the other rule could find, where that could not
 * raise another match of the row. A row for which this does not hold is looked at whole.
 */
export class CountedRows {
  readonly #compiled: Compiled;
  readonly #options: SessionOptions;
  readonly #settler: Settler;
  readonly #tables = new Map<NamedColumns, Table>();
  /** Numbers of evidence, and of lists of it. */
  readonly #numbers = new Map<object, number>();
  #next = 0;
  readonly #plans: Plan[] = [];
  /** Of the row at hand. */
  #found: Found[] = [];
  /** Its typed cells that are filled, and what is known to stand beside each of its cells. */
  #filled = "";
  #beside: readonly ReadonlySet<string>[] = [];
  readonly #doubts: Doubt[] = [];
  #row: Row | undefined;
  readonly #known: KnownRows;

  constructor(compiled: Compiled, options: SessionOptions, settler: Settler) {
    this.#compiled = compiled;
    this.#options = options;
    this.#settler = settler;
    this.#known = new KnownRows(options, settler);
  }

  /** Counts the row `[start, end)`. False where it must be looked at whole: nothing has been counted then. */
  take(flow: Flow, segment: Segment, wanted: readonly WantedColumn[], start: number, end: number, candidates: RowCandidates): boolean {
    const { columns } = segment;
    if (columns === undefined) return false;
    const table = this.#tableOf(segment, columns);
    if (end - start >= ROW) return false;
    if (table.rest > 0) {
      table.rest--;
      return false;
    }
    showRow(flow, start, end);
    const besides = (filled: string): readonly ReadonlySet<string>[] => besidesOf(table, segment, filled);
    const done =
      this.#known.take(table.known, flow, segment, wanted, start, end, candidates, besides) ||
      this.#take(table, flow, segment, wanted, start, candidates);
    if (done) table.misses = 0;
    else if (++table.misses >= MISSES) {
      table.misses = 0;
      table.rest = REST;
    }
    return done;
  }

  /** Says that a batch of a flow is over, while its bytes are at hand. */
  mark(flow: Flow): void {
    this.#known.tell(flow);
    this.#settler.mark(flow);
  }

  #take(table: Table, flow: Flow, segment: Segment, wanted: readonly WantedColumn[], start: number, candidates: RowCandidates): boolean {
    const row = rowAt(flow, segment, start);
    if (row === undefined || row.start !== start) return false;
    this.#row = row;
    this.#filled = filledCells(segment, row);
    this.#beside = besidesOf(table, segment, this.#filled);
    this.#found = [];
    this.#doubts.length = 0;
    // In the order in which a row is looked at whole: of equal matches the first counts.
    if (!this.#columns(table, flow, segment, wanted) || !this.#look(table, flow, segment, candidates)) return false;
    this.#found.sort((one, other) => byPlace(one.pending, other.pending));
    const outcome = this.#outcome(table, row);
    if (outcome === undefined) return false;
    if (!this.#isCertain(table, flow, segment, outcome) || !this.#isFull(outcome)) return false;
    // What was found before is settled first: passages are read in order.
    if (flow.pending.length > 0) this.#settler.resolve(flow, true);
    const all = this.#found.map(({ pending }) => pending);
    const base = this.#found.map((one) => one.base);
    for (const { at, tier } of outcome.kept) {
      const pending = all[at];
      if (pending === undefined) continue;
      const subject = subjectOf(pending, all, base, 0, all.length);
      this.#settler.count(flow, { pending, tier, peers: noEvidence, subject });
    }
    this.#learn(outcome);
    return true;
  }

  /** Rows of this one's kind need no more than what their rules say of whole cells, where all matches are that. */
  #learn({ kept, open }: Outcome): void {
    const found = this.#found.map(({ cell, pending: { plan } }) => ({ cell, plan }));
    const decided = kept.flatMap(({ at, tier }) => {
      const one = found[at];
      return one === undefined ? [] : [{ ...one, tier }];
    });
    this.#known.learn({ kept: decided, open }, found.length);
  }

  /** Looks at the kernel's candidates with the rules that are expected in their cells; the others are doubts. */
  #look(table: Table, flow: Flow, segment: Segment, { list, order, from, to }: RowCandidates): boolean {
    const cells = this.#row?.row ?? [];
    const first = this.#row?.start ?? 0;
    let cell = 0;
    for (let index = from; index < to; index++) {
      const record = 3 * (order[index] ?? 0);
      const start = flow.base + (list.records[record + 1] ?? 0);
      const end = flow.base + (list.records[record + 2] ?? 0);
      while (cell < cells.length && first + (cells[cell]?.end ?? 0) < start) cell++;
      if (cell >= cells.length || end > first + (cells[cell]?.end ?? 0)) return false;
      plansAt(this.#compiled, flow, segment, list.records[record] ?? 0, start, this.#plans);
      if (!this.#try(table, flow, segment, cell, start, end, this.#plans)) return false;
    }
    return true;
  }

  /** The same for rules that ask for a column by its type. */
  #columns(table: Table, flow: Flow, segment: Segment, wanted: readonly WantedColumn[]): boolean {
    const first = this.#row?.start ?? 0;
    for (const { at, takers } of wanted) {
      const cell = this.#row?.row[at];
      if (cell === undefined || cell.text.trim() === "") continue;
      if (!this.#try(table, flow, segment, at, first + cell.start, first + cell.end, takers.plans)) return false;
    }
    return true;
  }

  #try(table: Table, flow: Flow, segment: Segment, at: number, start: number, end: number, plans: readonly Plan[]): boolean {
    const { without, confirming } = this.#options;
    const expected = table.expected[at];
    let sight: CellSight | undefined;
    for (const plan of plans) {
      const { id } = plan.matcher.rule;
      if (without?.has(id) === true || (plan.matcher.tag !== undefined && this.#settler.isTagged(plan))) continue;
      if (expected?.has(plan) !== true) {
        this.#doubts.push({ plan, cell: at, start, end });
        continue;
      }
      if (this.#isDone(at, plan)) continue;
      confirming?.(id);
      if (plan.matcher.fill !== undefined) sight ??= this.#sightOf(flow, segment, at, start);
      const answer = sight && plan.matcher.fill?.(sight, this.#besideOf(plan, at));
      const known =
        answer === undefined ? this.#confirm(flow, segment, plan, at, start, end) : this.#fill(flow, segment, plan, at, sight, answer);
      confirming?.(undefined);
      if (!known) return false;
    }
    return true;
  }

  /** A candidate in its cell, in what is decoded; undefined where that does not show the cell. */
  #sightOf(flow: Flow, segment: Segment, at: number, start: number): CellSight | undefined {
    const { view } = flow;
    const cell = this.#row?.row[at];
    const first = this.#row?.start ?? 0;
    if (view === undefined || cell === undefined || view.decoded !== this.#row?.decoded) return undefined;
    const { decoded } = view;
    const { from, to } = cell;
    const quote = segment.table?.separator !== "\t" && decoded.text.charCodeAt(from) === QUOTE && to > from + 1 ? 1 : 0;
    const column = segment.columns?.columns[at];
    return {
      stamp: 0,
      text: decoded.text,
      start: start === first + cell.start ? from : decoded.indexOf(start - view.from),
      from: from + quote,
      to: to - quote,
      infoTypes: column?.infoTypes ?? NONE,
      weakTypes: column?.weakTypes ?? NONE,
      header: column?.header ?? "",
      roles: segment.roles,
      page: segment.page,
      asOf: this.#options.asOf,
    };
  }

  /** Takes what a rule says of a whole cell. */
  #fill(flow: Flow, segment: Segment, plan: Plan, at: number, sight: CellSight | undefined, answer: CellAnswer): boolean {
    const cell = this.#row?.row[at];
    const { view } = flow;
    if (this.#row === undefined || cell === undefined || sight === undefined || view === undefined) return false;
    if (answer === "nothing") return true;
    const first = this.#row.start;
    const start = view.from + view.decoded.offsetOf(sight.from);
    const end = view.from + view.decoded.offsetOf(sight.to);
    const match = wholeMatch({ start: sight.from, end: sight.to, value: answer.value, evidence: answer.evidence });
    const row = { list: false, at, cells: cellsOf(flow, segment, this.#row) };
    this.#keep({ plan, match, start, end, line: first, segment, row, location: undefined }, true, `#${this.#numberOf(answer.evidence)}`);
    return true;
  }

  /** Looks at a candidate as ever. False where what it gives does not lie in its cell. */
  #confirm(flow: Flow, segment: Segment, plan: Plan, at: number, start: number, end: number): boolean {
    const window = windowAt(flow, segment, start, end, this.#options);
    const { row } = window;
    if (row?.at !== at) return false;
    let inside = true;
    plan.matcher.confirm(window, (match) => (inside &&= this.#add(flow, segment, plan, row, match)), this.#besideOf(plan, at));
    return inside;
  }

  /** Takes a match. False where it does not lie in its cell. */
  #add(flow: Flow, segment: Segment, plan: Plan, row: WindowRow, match: Match): boolean {
    const { view, windowAt: at } = flow;
    const cell = this.#row?.row[row.at];
    const first = this.#row?.start ?? 0;
    if (view === undefined || cell === undefined) return false;
    if (match.end <= match.start) return true;
    const start = view.from + view.decoded.offsetOf(at + match.start);
    const end = view.from + view.decoded.offsetOf(at + match.end);
    const [from, to] = [first + cell.start, first + cell.end];
    if (start < from || end > to) return false;
    const quote = flow.bytes[from - flow.base] === QUOTE ? 1 : 0;
    const evidence = match.evidence.map((one) => `.${this.#numberOf(one)}`).join("");
    const fills = start === from + quote && end === to - quote;
    this.#keep({ plan, match: wholeMatch(match), start, end, line: first, segment, row, location: undefined }, fills, evidence);
    return true;
  }

  /** Keeps a match unless it was found already. */
  #keep(pending: Pending, fills: boolean, evidence: string): void {
    const { plan, start, end, row } = pending;
    for (const known of this.#found) if (known.pending.plan === plan && known.pending.start === start && known.pending.end === end) return;
    this.#found.push({ pending, base: tierOf(pending, noEvidence), cell: row?.at ?? 0, fills, evidence });
  }

  #numberOf(one: object): number {
    const known = this.#numbers.get(one);
    if (known !== undefined) return known;
    if (this.#numbers.size < MOST_KINDS) this.#numbers.set(one, this.#next);
    return this.#next++;
  }

  /** What is known to stand beside a cell, for a rule that is nothing without that. */
  #besideOf(plan: Plan, at: number): ReadonlySet<string> {
    return (plan.rowAlways ? this.#beside[at] : undefined) ?? noEvidence;
  }

  /** Whether nothing more of the rule in this cell would be preferred to what it found there. */
  #isDone(at: number, plan: Plan): boolean {
    for (const { pending, base, cell, fills } of this.#found)
      if (cell === at && fills && pending.plan === plan && base !== undefined && base.confidence !== "low") return true;
    return false;
  }

  /** Whether no rule that is not expected in its cell could change anything. The best of those that might is expected there before long. */
  #isCertain(table: Table, flow: Flow, segment: Segment, outcome: Outcome): boolean {
    let best: Doubt | undefined;
    for (const doubt of this.#doubts) {
      const { plan, start, end } = doubt;
      if (this.#isBeaten(doubt, outcome) || !glanceAt(flow, segment, plan.matcher, start, end)) continue;
      if (plan.late || plan.matcher.tag !== undefined || plan.matcher.reach !== undefined) return false;
      if (best === undefined || plan.matcher.rule.rank < best.plan.matcher.rule.rank) best = doubt;
    }
    if (best === undefined) return true;
    const seen = (table.seen[best.cell] ??= new Map<Plan, number>());
    const count = (seen.get(best.plan) ?? 0) + 1;
    seen.set(best.plan, count);
    if (count === EXPECTED) (table.expected[best.cell] ??= new Set<Plan>()).add(best.plan);
    return false;
  }

  /** Whether a kept match is preferred to all that the rule could find in its cell, and nothing else would change for it. */
  #isBeaten({ plan, cell: at }: Doubt, { kept, open }: Outcome): boolean {
    if (plan.advisory || plan.late || plan.matcher.tag !== undefined) return false;
    for (const name of plan.rowNamesOfType) if (open.has(name)) return false;
    if (plan.subjectRank !== undefined && !this.#isOfPerson(plan.subjectRank)) return false;
    for (const one of kept) {
      const found = this.#found[one.at];
      if (found?.cell === at && found.fills && one.tier.confidence !== "low")
        if (found.pending.plan.matcher.rule.rank < plan.matcher.rule.rank) return true;
    }
    return false;
  }

  /** Whether a match of the row tells people apart better than one of this rank would. */
  #isOfPerson(rank: number): boolean {
    for (const { pending, base } of this.#found)
      if ((pending.plan.subjectRank ?? rank) < rank && base !== undefined && base.confidence !== "low") return true;
    return false;
  }

  /** What was decided for the first row of this one's kind. */
  #outcome(table: Table, row: Row): Outcome | undefined {
    const kind = this.#kindOf(row);
    const { outcomes } = table;
    const known = outcomes.get(kind);
    if (known !== undefined || outcomes.has(kind)) return known;
    if (outcomes.size >= MOST_KINDS) return undefined;
    const outcome = this.#decide();
    outcomes.set(kind, outcome);
    return outcome;
  }

  #kindOf({ row }: Row): string {
    let kind = this.#filled;
    for (const { pending, cell, fills, evidence } of this.#found) {
      kind += `;${cell},${pending.plan.index}`;
      if (!fills) kind += `@${pending.start - (row[cell]?.start ?? 0)}+${pending.end - pending.start}`;
      kind += evidence;
    }
    return kind;
  }

  #decide(): Outcome {
    const all = this.#found.map(({ pending }) => pending);
    const base = this.#found.map((one) => one.base);
    const open = new Set<string>();
    const chosen = all.flatMap((pending, at): readonly (Chosen & { readonly at: number })[] => {
      const { rowNames, matcher } = pending.plan;
      const peers = rowNames === undefined ? noEvidence : peersOf(pending, rowNames, all, base, 0, all.length);
      const tier = rowNames === undefined ? base[at] : tierOf(pending, peers);
      if (tier?.confidence !== matcher.tiers[0]?.confidence) for (const name of rowNames ?? []) if (!peers.has(name)) open.add(name);
      return tier === undefined ? [] : [{ at, pending, tier, peers, subject: undefined }];
    });
    const plain = chosen.filter(({ pending }) => !pending.plan.advisory);
    const winners = arbitrate(plain.map((item) => ({ ...contenderOf(item), item }))).map(({ item }) => item);
    const advisories = chosen.filter(({ pending }) => pending.plan.advisory);
    return { kept: [...winners, ...advisories].map(({ at, tier }) => ({ at, tier })), open, full: false };
  }

  #isFull(outcome: Outcome): boolean {
    outcome.full ||= outcome.kept.every(({ at, tier }) => {
      const plan = this.#found[at]?.pending.plan;
      return plan !== undefined && this.#settler.isFullAt(plan, tier.confidence);
    });
    return outcome.full;
  }

  #tableOf(segment: Segment, columns: NamedColumns): Table {
    let table = this.#tables.get(columns);
    if (table === undefined) {
      const expected: Set<Plan>[] = [];
      const known = knownTable(this.#compiled, segment, expected);
      this.#tables.set(columns, (table = { seen: [], expected, outcomes: new Map(), beside: new Map(), known, misses: 0, rest: 0 }));
    }
    return table;
  }
}

/** A character for each cell: `x` for a filled one whose column is typed. */
function filledCells({ columns }: Segment, { row }: Row): string {
  let filled = "";
  for (let at = 0; at < row.length; at++) {
    const typed = (columns?.columns[at]?.infoTypes.length ?? 0) > 0;
    filled += typed && row[at]?.text.trim() !== "" ? "x" : "-";
  }
  return filled;
}

/** By cell: evidence that the filled cells beside it are. */
function besidesOf({ beside }: Table, { columns }: Segment, filled: string): readonly ReadonlySet<string>[] {
  let known = beside.get(filled);
  if (known === undefined) {
    const types = Array.from(filled, (mark, at) => (mark === "x" ? (columns?.columns[at]?.infoTypes ?? []) : []));
    known = types.map((_, at) => new Set(types.flatMap((some, other) => (other === at ? [] : some.map(rowName)))));
    if (beside.size < MOST_KINDS) beside.set(filled, known);
  }
  return known;
}
