import type { GroupPart, SealedMatch } from "../model/finding.ts";
import type { PlacedMatch } from "../model/placed.ts";
import type { Matcher, OverMatch, TableViewColumn } from "../model/rule.ts";
import type { Pending } from "./flow.ts";
import { tierByNames } from "./tiers.ts";

/** Filled cells of a table's head that rules over tables see of a column. */
const HEAD_CELLS = 14;
/** Passages kept of an entry; more are hardly looked at one by one, and their members are counted all the same. */
const MOST_PASSAGES = 500;
/** Elements of one passage. */
const MOST_MEMBERS = 12;

/** A settled match as groups take it in. */
export interface Settled {
  readonly pending: Pending;
  readonly flow: string;
  readonly confidence: SealedMatch["confidence"];
  readonly sample: boolean;
  readonly subjectKey: string | undefined;
  /** Absent over the storing cap. */
  readonly sealed: SealedMatch | undefined;
}

interface TableState {
  readonly id: string;
  readonly pending: Pending;
  readonly flow: string;
  readonly columns: Map<
    number,
    { readonly found: Map<string, number>; readonly low: Map<string, number>; readonly firsts: Map<string, SealedMatch> }
  >;
  readonly subjects: Set<string>;
  rows: number;
  line: number;
  matches: number;
  firstRow: number;
  lastRow: number;
  end: number;
}

interface Passage {
  readonly matcher: Matcher;
  readonly given: OverMatch;
  readonly members: readonly Settled[];
}

/** A finding that stands for others, before it is sealed. */
export interface Group {
  readonly placed: PlacedMatch;
  readonly parts: readonly GroupPart[];
  readonly id: string;
  readonly kind: "table" | "passage";
  readonly matches: number;
  readonly rows: { readonly count: number; readonly first: number; readonly last: number } | undefined;
  readonly subjects: ReadonlySet<string>;
  readonly subjectClass: string | undefined;
  /** Whether a stored match is one of its members. */
  takes(match: SealedMatch): boolean;
}

/** What rules over tables and passages make of an entry's settled matches. Holds counts, keys and sealed matches, no values. */
export class Groups {
  readonly #overTables: readonly Matcher[];
  readonly #overPassages: readonly Matcher[];
  readonly #tables = new Map<string, TableState>();
  readonly #open = new Map<string, Settled[]>();
  readonly #passages: Passage[] = [];
  /** The last match of each table in this batch that was not sealed. */
  readonly #unseen = new Map<string, Pending>();

  constructor(matchers: readonly Matcher[]) {
    const over = matchers.filter((matcher) => matcher.over !== undefined).toSorted((one, other) => one.rule.rank - other.rule.rank);
    this.#overTables = over.filter((matcher) => matcher.over?.scope === "table");
    this.#overPassages = over.filter((matcher) => matcher.over?.scope === "passage");
  }

  /** Takes matches of a flow in their order. */
  add(settled: Settled): void {
    if (settled.sample) return;
    if (this.#overTables.length > 0) this.#tabled(settled);
    if (this.#overPassages.length > 0 && settled.confidence !== "low" && this.#passages.length < MOST_PASSAGES) this.#passed(settled);
  }

  /** Says that a batch is over, while its bytes are at hand: the last row of a table is looked up once a batch, not once a match. */
  mark(): void {
    for (const [id, pending] of this.#unseen) {
      const state = this.#tables.get(id);
      const location = pending.locate();
      const row = location.kind === "cell" ? location.row : location.kind === "line" ? location.line : 0;
      if (state !== undefined) state.lastRow = Math.max(state.lastRow, row);
    }
    this.#unseen.clear();
  }

  /** All groups of the entry; a passage in a table that is one is none of its own. */
  end(): readonly Group[] {
    for (const flow of this.#open.keys()) this.#close(flow);
    const tables = [...this.#tables.values()].flatMap((state) => this.#tableGroup(state));
    const grouped = new Set(tables.map(({ id }) => id));
    const passages = this.#passages
      .filter(({ members }) => !members.some(({ pending }) => grouped.has(pending.segment.table?.id ?? "\0")))
      .map(passageGroup);
    return [...tables, ...passages];
  }

  #tabled({ pending, flow, confidence, subjectKey, sealed }: Settled): void {
    const { table } = pending.segment;
    const at = pending.row?.at;
    if (table === undefined || at === undefined || pending.segment.roles.includes("property")) return;
    let state = this.#tables.get(table.id);
    if (state === undefined) {
      state = {
        id: table.id,
        pending,
        flow,
        columns: new Map(),
        subjects: new Set(),
        rows: 0,
        line: -2,
        matches: 0,
        firstRow: 0,
        lastRow: 0,
        end: pending.end,
      };
      this.#tables.set(table.id, state);
    }
    const column = state.columns.get(at) ?? { found: new Map(), low: new Map(), firsts: new Map() };
    state.columns.set(at, column);
    const { infoType } = pending.matcher.rule;
    const counts = confidence === "low" ? column.low : column.found;
    counts.set(infoType, (counts.get(infoType) ?? 0) + 1);
    state.matches++;
    state.end = Math.max(state.end, pending.end);
    if (pending.line !== state.line) {
      state.rows++;
      state.line = pending.line;
    }
    if (subjectKey !== undefined && confidence !== "low") state.subjects.add(subjectKey);
    if (sealed === undefined) {
      this.#unseen.set(state.id, pending);
      return;
    }
    const row = rowOf(sealed);
    state.firstRow = state.firstRow === 0 ? row : Math.min(state.firstRow, row);
    state.lastRow = Math.max(state.lastRow, row);
    if (!column.firsts.has(infoType)) column.firsts.set(infoType, sealed);
  }

  #passed(settled: Settled): void {
    const { infoType } = settled.pending.matcher.rule;
    const wanted = this.#overPassages.some(({ over }) => over?.scope === "passage" && over.infoTypes.includes(infoType));
    if (!wanted) return;
    const open = this.#open.get(settled.flow) ?? [];
    this.#open.set(settled.flow, open);
    const first = open[0];
    const reach = Math.max(...this.#overPassages.map(({ over }) => (over?.scope === "passage" ? over.reach : 0)));
    // Another of a type that is there already begins the next person.
    const again = open.some(
      (one) => one.pending.matcher.rule.infoType === infoType && one.pending.match.value !== settled.pending.match.value,
    );
    if (first !== undefined && (settled.pending.end - first.pending.start > reach || again || open.length >= MOST_MEMBERS)) {
      this.#close(settled.flow);
      this.#open.set(settled.flow, [settled]);
    } else open.push(settled);
  }

  #close(flow: string): void {
    const members = this.#open.get(flow) ?? [];
    this.#open.delete(flow);
    if (members.length < 2) return;
    const found = new Set(members.map(({ pending }) => pending.matcher.rule.infoType));
    for (const matcher of this.#overPassages) {
      const given = matcher.over?.scope === "passage" ? matcher.over.judge(found) : undefined;
      if (given === undefined) continue;
      this.#passages.push({ matcher, given, members });
      return;
    }
  }

  #tableGroup(state: TableState): readonly Group[] {
    const view = { rows: state.rows, subjects: state.subjects.size, columns: viewOf(state) };
    const given = this.#overTables.flatMap((matcher) => {
      const match = matcher.over?.scope === "table" ? matcher.over.judge(view) : undefined;
      const tier = match && tierByNames(matcher, new Set(match.evidence.map(({ name }) => name)));
      return match === undefined || tier === undefined ? [] : [{ matcher, match, tier }];
    });
    const [winner, ...beaten] = given;
    if (winner === undefined) return [];
    const { matcher, match, tier } = winner;
    const { segment } = state.pending;
    const parts = (match.columns ?? []).map(({ at, infoType }): GroupPart => {
      const column = state.columns.get(at);
      const named = segment.columns?.columns[at];
      const first = column?.firsts.get(infoType);
      return {
        infoType,
        header: named !== undefined && named.infoTypes.length > 0 ? named.header : "",
        column: at + 1,
        matches: (column?.found.get(infoType) ?? 0) + (column?.low.get(infoType) ?? 0),
        ...(first === undefined ? {} : { first: firstOf(first) }),
      };
    });
    const firsts = [...state.columns.values()]
      .flatMap((column) => [...column.firsts.values()])
      .toSorted((one, other) => one.start - other.start);
    const start = firsts[0];
    if (start === undefined) return [];
    const arbitration = beaten.map(({ matcher: other }) => ({ by: "arbitration", name: other.rule.id, effect: "states" }) as const);
    return [
      {
        id: state.id,
        kind: "table",
        placed: {
          rule: matcher.rule,
          match: { start: 0, end: 0, value: parts.map(({ header, infoType }) => header || infoType).join("、"), evidence: match.evidence },
          confidence: tier.confidence,
          severity: match.severity ?? matcher.rule.severity,
          evidence: [...match.evidence, ...arbitration],
          flow: state.flow,
          start: start.start,
          end: state.end,
          roles: segment.roles,
          location: start.location,
          cell: undefined,
          subject: undefined,
        },
        parts,
        matches: state.matches,
        rows: { count: state.rows, first: state.firstRow, last: state.lastRow },
        subjects: state.subjects,
        subjectClass: match.subjectClass,
        takes: (one) => one.cell?.table === state.id,
      },
    ];
  }
}

function passageGroup({ matcher, given, members }: Passage): Group {
  const [first] = members;
  const tier = tierByNames(matcher, new Set(given.evidence.map(({ name }) => name)));
  if (first === undefined) throw new Error("a passage has members");
  const end = Math.max(...members.map(({ pending }) => pending.end));
  const byType = new Map<string, Settled[]>();
  for (const member of members) {
    const { infoType } = member.pending.matcher.rule;
    byType.set(infoType, [...(byType.get(infoType) ?? []), member]);
  }
  const parts = [...byType].map(([infoType, list]): GroupPart => {
    const sealed = list.find((one) => one.sealed !== undefined)?.sealed;
    return { infoType, header: "", matches: list.length, ...(sealed === undefined ? {} : { first: firstOf(sealed) }) };
  });
  const start = first.pending.start;
  return {
    id: `${first.flow}@${start}`,
    kind: "passage",
    placed: {
      rule: matcher.rule,
      match: { start: 0, end: 0, value: [...byType.keys()].join("、"), evidence: given.evidence },
      confidence: tier?.confidence ?? "medium",
      severity: given.severity ?? matcher.rule.severity,
      evidence: given.evidence,
      flow: first.flow,
      start,
      end,
      roles: first.pending.segment.roles,
      location: first.sealed?.location ?? { kind: "whole" },
      cell: undefined,
      subject: undefined,
    },
    parts,
    matches: members.length,
    rows: undefined,
    subjects: new Set(members.flatMap(({ subjectKey }) => (subjectKey === undefined ? [] : [subjectKey]))),
    subjectClass: given.subjectClass,
    takes: (one) => one.flow === first.flow && one.start >= start && one.end <= end,
  };
}

function viewOf(state: TableState): readonly TableViewColumn[] {
  const { table, columns } = state.pending.segment;
  const head = table?.head ?? [];
  const named = columns?.columns ?? [];
  const width = Math.max(named.length, ...[...state.columns.keys()].map((at) => at + 1));
  const below = head.slice((columns?.row ?? -1) + 1);
  return Array.from({ length: width }, (_, at): TableViewColumn => {
    const column = state.columns.get(at);
    return {
      infoTypes: named[at]?.infoTypes ?? [],
      weakTypes: named[at]?.weakTypes ?? [],
      found: column?.found ?? new Map(),
      low: column?.low ?? new Map(),
      cells: below
        .map((row) => (row[at] ?? "").trim())
        .filter((cell) => cell !== "")
        .slice(0, HEAD_CELLS),
    };
  });
}

function firstOf({ masked, confidence, location, evidence }: SealedMatch): NonNullable<GroupPart["first"]> {
  return { masked, confidence, location, evidence };
}

function rowOf({ location, cell }: SealedMatch): number {
  if (location.kind === "cell") return location.row;
  return location.kind === "line" ? location.line : (cell?.row ?? 0);
}
