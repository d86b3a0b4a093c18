import type { GroupPart, SealedMatch } from "../model/finding.ts";
import type { PlacedMatch } from "../model/placed.ts";
import type { Matcher, OverMatch, TableView, TableViewColumn, Tier } from "../model/rule.ts";
import { Distinct, EXACT } from "../util/distinct.ts";
import type { Flow, Pending, Segment } from "./flow.ts";
import { Forms, type FormView } from "./forms.ts";
import type { Plan } from "./plan.ts";
import type { ColumnLexicon } from "./table.ts";
import type { KeptCell, LastRow } from "./knownRows.ts";
import { tierByNames } from "./tiers.ts";
import { type Located, locationOf } from "./windows.ts";

/** Filled cells of a table's head that rules over tables see of a column. */
const HEAD_CELLS = 14;
/** Share of its cell that a match must fill to be what the column holds. */
const FILLED = 0.75;
/** Passages kept of an entry; what more there are is counted as single matches. */
const MOST_PASSAGES = 20_000;
/** So many passages of one rule in one flow are one finding: forms under each other, a log, a chat. */
const SERIES = 3;
/** Cells of a row from which on it is a record, though no column has a name; a form has two or four, labels and values. */
const RECORD_CELLS = 5;
const none: ReadonlySet<string> = new Set();
/** Elements of one passage. */
const MOST_MEMBERS = 12;

/** A settled match that may be of a passage. */
interface Settled {
  readonly pending: Pending;
  readonly subjectKey: string | undefined;
  /** Absent over the storing cap. */
  readonly sealed: SealedMatch | undefined;
}

/** What was found in a column of a table: by type, at medium confidence or above, at low, and the first that is stored. */
interface ColumnState {
  readonly found: Map<string, number>;
  readonly low: Map<string, number>;
  readonly firsts: Map<string, SealedMatch>;
}

interface TableState {
  readonly id: string;
  readonly segment: Segment;
  readonly flow: string;
  readonly columns: Map<number, ColumnState>;
  readonly subjects: Distinct;
  /** Key of the subject added last. */
  subject: string | undefined;
  rows: number;
  line: number;
  matches: number;
  firstRow: number;
  lastRow: number;
  end: number;
  /** Where the last match of this batch stands that was not sealed. */
  unseen: Located | undefined;
}

/** What is kept of a match in a passage: no value. */
interface Member {
  readonly infoType: string;
  /** How well it tells people apart, best first; undefined when it does not. */
  readonly rank: number | undefined;
  /** Whether its row is about one person, and the next about another. */
  readonly record: boolean;
  readonly flow: string;
  readonly start: number;
  readonly end: number;
  readonly table: string | undefined;
  readonly roles: readonly string[];
  readonly subjectKey: string | undefined;
  readonly sealed: SealedMatch | undefined;
}

interface Passage {
  readonly matcher: Matcher;
  readonly given: OverMatch;
  readonly members: readonly Member[];
}

/** What the rows of a part add to their table. */
interface AddedTable extends Omit<TableState, "segment" | "subjects" | "subject" | "line" | "unseen"> {
  readonly subjects: readonly string[];
}

/** What the rows of a part add to an entry's groups: plain data. */
export interface AddedGroups {
  readonly tables: readonly AddedTable[];
  readonly passages: readonly (readonly Member[])[];
  readonly subjects: readonly string[];
}

/** A finding that stands for others, before it is sealed. */
export interface Group {
  readonly placed: PlacedMatch;
  readonly parts: readonly GroupPart[];
  readonly id: string;
  readonly kind: "table" | "passage";
  readonly matches: number;
  readonly rows: { readonly count: number; readonly first: number; readonly last: number } | undefined;
  readonly subjects: Distinct;
  readonly subjectClass: string | undefined;
  /** Whether a stored match is one of its members. */
  takes(match: SealedMatch): boolean;
}

/** The rules over tables and passages among all, by rank, with what they ask for. */
interface OverRules {
  readonly tables: readonly Matcher[];
  readonly passages: readonly Matcher[];
  readonly tableTypes: ReadonlySet<string>;
  readonly passageTypes: ReadonlySet<string>;
  readonly reach: number;
}

/** Every entry has groups of its own; the rules are the same. */
const known = new WeakMap<readonly Plan[], OverRules>();

function overOf(plans: readonly Plan[]): OverRules {
  const before = known.get(plans);
  if (before !== undefined) return before;
  const matchers = plans.map(({ matcher }) => matcher);
  const over = matchers.filter((matcher) => matcher.over !== undefined).toSorted((one, other) => one.rule.rank - other.rule.rank);
  const tables = over.filter((matcher) => matcher.over?.scope === "table");
  const passages = over.filter((matcher) => matcher.over?.scope === "passage");
  const asked = passages.flatMap((matcher) => (matcher.over?.scope === "passage" ? [matcher.over] : []));
  const made: OverRules = {
    tables,
    passages,
    tableTypes: new Set(tables.flatMap((matcher) => (matcher.over?.scope === "table" ? matcher.over.infoTypes : []))),
    passageTypes: new Set(asked.flatMap(({ infoTypes }) => infoTypes)),
    reach: Math.max(0, ...asked.map(({ reach }) => reach)),
  };
  known.set(plans, made);
  return made;
}

/** What rules over tables and passages make of an entry's settled matches. Holds counts, keys and sealed matches, no values. */
export class Groups {
  readonly #overTables: readonly Matcher[];
  readonly #overPassages: readonly Matcher[];
  readonly #tables = new Map<string, TableState>();
  readonly #forms: Forms;
  readonly #open = new Map<string, Settled[]>();
  readonly #passages: Passage[] = [];
  readonly #passageTypes: ReadonlySet<string>;
  readonly #subjects = new Distinct();
  /** Passages of the entry that are kept elsewhere. */
  readonly #before: number;
  readonly #aliases = new Set<string>();
  readonly #reach: number;
  #table: TableState | undefined;
  /** Tables with matches in this batch that were not sealed. */
  readonly #unseen: TableState[] = [];

  /** `before`: how many passages are kept of the text before. */
  constructor(plans: readonly Plan[], lexicon: ColumnLexicon, before = 0) {
    const over = overOf(plans);
    this.#before = before;
    this.#overTables = over.tables;
    this.#overPassages = over.passages;
    this.#passageTypes = over.passageTypes;
    this.#reach = over.reach;
    this.#forms = new Forms(over.tableTypes, lexicon);
  }

  /**
   * Takes matches of a flow in their order, samples left out. `sealed` is absent over the storing cap. Subjects of medium confidence
   * or above are counted; of a passage, which is about one person, only the one that tells people apart best, once the passage is over.
   */
  add(
    pending: Pending,
    flow: Flow,
    confidence: SealedMatch["confidence"],
    subjectKey: string | undefined,
    sealed: SealedMatch | undefined,
  ): void {
    if (this.#overTables.length > 0) {
      this.#tabled(pending, flow.id, confidence, subjectKey, sealed);
      this.#forms.add(flow, pending, confidence === "low", subjectKey, sealed);
    }
    if (confidence === "low") return;
    // Where columns have names each row is a record of its own.
    const open = this.#open.get(flow.id)?.[0];
    if (open !== undefined && pending.segment.columns !== undefined && open.pending.line !== pending.line) this.#close(flow.id);
    if (this.passages < MOST_PASSAGES && this.#passageTypes.has(pending.plan.matcher.rule.infoType))
      this.#passed(flow.id, { pending, subjectKey, sealed });
    else if (subjectKey !== undefined) this.#subjects.add(subjectKey);
  }

  /** Whether no passage is made of a row of a table with named columns of which these are kept: then an open one is over. */
  isAlone(flow: string, kept: readonly KeptCell[]): boolean {
    const types = this.passages < MOST_PASSAGES ? this.#passageTypes : none;
    if (kept.some(({ plan, tier, sample }) => !sample && tier.confidence !== "low" && types.has(plan.matcher.rule.infoType))) return false;
    if (this.#open.size > 0 && kept.some(({ tier, sample }) => !sample && tier.confidence !== "low")) this.#close(flow);
    return true;
  }

  /** Takes rows of a table with named columns that hold the same and are part of no passage; over the storing cap. */
  addRows(flow: string, last: LastRow, kept: readonly KeptCell[], rows: number): void {
    const { table, roles } = last.segment;
    if (table === undefined || kept.length === 0 || this.#overTables.length === 0 || roles.includes("property")) return;
    const state = this.#stateOf(table.id, last.segment, flow, last.end);
    for (const { cell, plan, tier } of kept) {
      const column = columnOf(state, cell);
      const counts = tier.confidence === "low" ? column.low : column.found;
      const { infoType } = plan.matcher.rule;
      counts.set(infoType, (counts.get(infoType) ?? 0) + rows);
    }
    state.matches += kept.length * rows;
    state.rows += rows;
    state.end = Math.max(state.end, last.end);
    if (state.unseen === undefined) this.#unseen.push(state);
    if (state.unseen === undefined || state.unseen.start < last.start) state.unseen = { ...last, location: undefined };
  }

  /** Whether a person whose key begins so would be taken, or is among those that are. */
  hasRoom({ table }: Segment, head: number): boolean {
    const state = table && this.#tables.get(table.id);
    return state === undefined || this.#subjects.hasRoom(head) || state.subjects.hasRoom(head);
  }

  /** Takes whom such a row is about. */
  addPerson(flow: string, segment: Segment, key: string): void {
    const { table, roles } = segment;
    this.#subjects.add(key);
    if (table === undefined || this.#overTables.length === 0 || roles.includes("property")) return;
    const state = this.#stateOf(table.id, segment, flow, 0);
    if (key === state.subject) return;
    state.subject = key;
    state.subjects.add(key);
  }

  /** Says that a batch of a flow is over, while its bytes are at hand: the last row of a table is looked up once a batch, not once a match. */
  mark(flow: Flow): void {
    for (const state of this.#unseen) {
      if (state.unseen === undefined) continue;
      const location = locationOf(flow, state.unseen);
      const row = location.kind === "cell" ? location.row : location.kind === "line" ? location.line : 0;
      state.lastRow = Math.max(state.lastRow, row);
      state.unseen = undefined;
    }
    this.#unseen.length = 0;
    this.#forms.mark(flow);
  }

  /** Passages kept of the entry. */
  get passages(): number {
    return this.#before + this.#passages.length;
  }

  /** What was added since the start by rows of tables whose columns have names. */
  save(): AddedGroups {
    for (const flow of this.#open.keys()) this.#close(flow);
    return {
      tables: [...this.#tables.values()].map(({ id, flow, columns, subjects, rows, matches, firstRow, lastRow, end }) => ({
        id,
        flow,
        columns,
        subjects: subjects.keys(),
        rows,
        matches,
        firstRow,
        lastRow,
        end,
      })),
      passages: this.#passages.map(({ members }) => members),
      subjects: this.#subjects.keys(),
    };
  }

  /** Whether all passages of a part are kept here too. */
  fits({ passages }: AddedGroups): boolean {
    return passages.length === 0 || this.passages + passages.length < MOST_PASSAGES;
  }

  /** Takes what the next rows of a flow added; `lines` stand before them. `sealedAs` gives what became of a match that was sealed there. */
  absorb(added: AddedGroups, segment: Segment, flow: string, lines: number, sealedAs: (sealed: SealedMatch) => SealedMatch): void {
    this.#close(flow);
    for (const table of added.tables) {
      const state = this.#stateOf(table.id, segment, table.flow, table.end);
      for (const [at, { found, low, firsts }] of table.columns) {
        const column = columnOf(state, at);
        for (const [infoType, count] of found) column.found.set(infoType, (column.found.get(infoType) ?? 0) + count);
        for (const [infoType, count] of low) column.low.set(infoType, (column.low.get(infoType) ?? 0) + count);
        for (const [infoType, first] of firsts) if (!column.firsts.has(infoType)) column.firsts.set(infoType, sealedAs(first));
      }
      state.subjects.addAll(table.subjects);
      state.rows += table.rows;
      state.matches += table.matches;
      state.end = Math.max(state.end, table.end);
      if (state.firstRow === 0 && table.firstRow > 0) state.firstRow = table.firstRow + lines;
      if (table.lastRow > 0) state.lastRow = Math.max(state.lastRow, table.lastRow + lines);
    }
    for (const members of added.passages) {
      const moved = members.map((member) => (member.sealed === undefined ? member : { ...member, sealed: sealedAs(member.sealed) }));
      const passage = this.#passageOf(moved);
      if (passage !== undefined) this.#passages.push(passage);
    }
    this.#subjects.addAll(added.subjects);
  }

  /** All groups of the entry; a passage in a table that is one is none of its own. */
  end(): readonly Group[] {
    for (const flow of this.#open.keys()) this.#close(flow);
    const forms = this.#forms.end().flatMap((form) => this.#formGroup(form));
    // Lines of a form look like a list without names.
    const lists = [...this.#tables.values()].filter(
      (state) => state.segment.columns !== undefined || !forms.some((form) => overlap(form, state)),
    );
    const tables = lists.flatMap((state) => this.#tableGroup(state));
    const told = forms.filter((form) => form.saysMore || !this.#isOfPassages(form));
    const grouped = new Set(tables.map(({ id }) => id));
    const series = new Map<string, Passage[]>();
    for (const passage of this.#passages) {
      const [first] = passage.members;
      if (first === undefined || passage.members.some(({ table }) => table !== undefined && grouped.has(table))) continue;
      if (told.some((form) => overlap(form, first))) continue;
      const key = `${passage.matcher.rule.id}\0${first.flow}`;
      const known = series.get(key);
      if (known === undefined) series.set(key, [passage]);
      else known.push(passage);
    }
    const passages = [...series.values()].flatMap((list) =>
      list.length < SERIES ? list.map((one) => passageGroup([one])) : [passageGroup(list)],
    );
    return [...tables, ...told.map(({ group }) => group), ...passages];
  }

  /** Whether most records of a form are passages that say as much. */
  #isOfPassages(form: FormGroup): boolean {
    const inside = this.#passages.filter(({ members: [first] }) => first !== undefined && overlap(form, first));
    return inside.length * 2 > form.records;
  }

  #tabled(
    pending: Pending,
    flow: string,
    confidence: SealedMatch["confidence"],
    subjectKey: string | undefined,
    sealed: SealedMatch | undefined,
  ): void {
    const { table } = pending.segment;
    const at = pending.row?.at;
    if (table === undefined || at === undefined || pending.segment.roles.includes("property")) return;
    // A line that goes on with a cell of the line before is no row.
    if (pending.row?.cells.length === 1 && (pending.segment.columns?.columns.length ?? 0) > 1) return;
    // A value in a sentence is no cell: short lines of prose look like a table of one column.
    const cell = pending.row?.cells[at]?.text.trim().length ?? 0;
    if ((pending.match.end - pending.match.start) / cell < FILLED) return;
    const state = this.#stateOf(table.id, pending.segment, flow, pending.end);
    const column = columnOf(state, at);
    const { infoType } = pending.plan.matcher.rule;
    const counts = confidence === "low" ? column.low : column.found;
    counts.set(infoType, (counts.get(infoType) ?? 0) + 1);
    state.matches++;
    state.end = Math.max(state.end, pending.end);
    if (pending.line !== state.line) {
      state.rows++;
      state.line = pending.line;
    }
    if (subjectKey !== undefined && subjectKey !== state.subject && confidence !== "low") {
      state.subject = subjectKey;
      state.subjects.add(subjectKey);
    }
    if (sealed === undefined) {
      if (state.unseen === undefined) this.#unseen.push(state);
      state.unseen = pending;
      return;
    }
    const row = rowOf(sealed);
    state.firstRow = state.firstRow === 0 ? row : Math.min(state.firstRow, row);
    state.lastRow = Math.max(state.lastRow, row);
    if (!column.firsts.has(infoType)) column.firsts.set(infoType, sealed);
  }

  #stateOf(id: string, segment: Segment, flow: string, end: number): TableState {
    if (this.#table?.id === id) return this.#table;
    let state = this.#tables.get(id);
    if (state === undefined) {
      state = {
        id,
        segment,
        flow,
        columns: new Map(),
        subjects: new Distinct(),
        subject: undefined,
        rows: 0,
        line: -2,
        matches: 0,
        firstRow: 0,
        lastRow: 0,
        end,
        unseen: undefined,
      };
      this.#tables.set(id, state);
    }
    this.#table = state;
    return state;
  }

  #passed(flow: string, settled: Settled): void {
    const { plan, match, end } = settled.pending;
    const { infoType } = plan.matcher.rule;
    const open = this.#open.get(flow) ?? [];
    this.#open.set(flow, open);
    const first = open[0];
    // Another of a type that is there already begins the next person.
    const again = open.some((one) => one.pending.plan.matcher.rule.infoType === infoType && one.pending.match.value !== match.value);
    if (first !== undefined && (end - first.pending.start > this.#reach || again || open.length >= MOST_MEMBERS)) {
      this.#close(flow);
      this.#open.set(flow, [settled]);
    } else open.push(settled);
  }

  #close(flow: string): void {
    const open = this.#open.get(flow) ?? [];
    this.#open.delete(flow);
    const [first] = open;
    if (open.length === 1) {
      if (first?.subjectKey !== undefined) this.#subjects.add(first.subjectKey);
      return;
    }
    const members = open.map((member) => memberOf(flow, member));
    const passage = this.#passageOf(members);
    if (passage !== undefined) this.#passages.push(passage);
    const keys = keysOf(members);
    const people = passage === undefined ? keys : peopleOf(members, keys);
    for (const key of people) this.#subjects.add(key);
    for (const key of keys) if (!people.includes(key)) this.#aliases.add(key);
  }

  /** The people of the entry: who stands in a passage with something better to tell them by is no other where that stands alone. */
  people(): Distinct {
    // Of many only some are known, and how close these lie says how many there are.
    if (this.#aliases.size === 0 || this.#subjects.size > EXACT) return this.#subjects;
    return new Distinct([...this.#subjects].filter((key) => !this.#aliases.has(key)));
  }

  #passageOf(members: readonly Member[]): Passage | undefined {
    if (members.length < 2) return undefined;
    const found = new Set(members.map(({ infoType }) => infoType));
    for (const matcher of this.#overPassages) {
      const given = matcher.over?.scope === "passage" ? matcher.over.judge(found) : undefined;
      if (given !== undefined) return { matcher, given, members };
    }
    return undefined;
  }

  /** What the rule makes of a table that takes it before the others, and what the others are. */
  #judge(view: TableView): { matcher: Matcher; match: OverMatch; tier: Tier; beaten: readonly Matcher[] } | undefined {
    const given = this.#overTables.flatMap((matcher) => {
      const match = matcher.over?.scope === "table" ? matcher.over.judge(view) : undefined;
      const tier = match && tierByNames(matcher, new Set(match.evidence.map(({ name }) => name)));
      return match === undefined || tier === undefined ? [] : [{ matcher, match, tier }];
    });
    const [winner, ...beaten] = given;
    return winner && { ...winner, beaten: beaten.map(({ matcher }) => matcher) };
  }

  #tableGroup(state: TableState): readonly Group[] {
    const span = state.lastRow - state.firstRow + 1;
    const judged = this.#judge({ rows: state.rows, span, subjects: state.subjects.size, columns: viewOf(state) });
    if (judged === undefined) return [];
    const { segment } = state;
    const parts = (judged.match.columns ?? []).map(({ at, infoType }): GroupPart => {
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
    const [start] = [...state.columns.values()]
      .flatMap((column) => [...column.firsts.values()])
      .toSorted((one, other) => one.start - other.start);
    if (start === undefined) return [];
    return [
      {
        ...tableOf(judged, parts, start, state),
        id: state.id,
        matches: state.matches,
        rows: { count: state.rows, first: state.firstRow, last: state.lastRow },
        subjects: state.subjects,
        takes: (one) => one.cell?.table === state.id,
      },
    ];
  }

  #formGroup(form: FormView): readonly FormGroup[] {
    const judged = this.#judge(form.view);
    if (judged === undefined) return [];
    const { flow, start, end, records } = form;
    const parts = (judged.match.columns ?? []).flatMap(({ at }): readonly GroupPart[] => {
      const type = form.types[at];
      if (type === undefined) return [];
      const { first, ...part } = type;
      return [{ ...part, ...(first === undefined ? {} : { first: firstOf(first) }) }];
    });
    const group: Group = {
      ...tableOf(judged, parts, form.first, { flow, end, segment: form.pending.segment }),
      id: `${flow}@${start}`,
      matches: form.matches,
      rows: { count: records, first: rowOf(form.first), last: rowOf(form.last) },
      subjects: form.subjects,
      takes: (one) => one.flow === flow && one.start >= start && one.end <= end,
    };
    return [{ flow, start, end, records, group, saysMore: parts.some(({ infoType }) => !this.#passageTypes.has(infoType)) }];
  }
}

/** A group of records that are labels and values. */
interface FormGroup {
  readonly flow: string;
  readonly start: number;
  readonly end: number;
  readonly records: number;
  readonly group: Group;
  /** Than passages do: it has what no rule over these asks for. */
  readonly saysMore: boolean;
}

function overlap(form: FormGroup, other: { readonly flow: string; readonly start?: number; readonly end: number }): boolean {
  return form.flow === other.flow && form.start < other.end && (other.start ?? 0) < form.end;
}

/** What groups of rows have in common. */
function tableOf(
  { matcher, match, tier, beaten }: { matcher: Matcher; match: OverMatch; tier: Tier; beaten: readonly Matcher[] },
  parts: readonly GroupPart[],
  { start, location }: SealedMatch,
  { segment, flow, end }: { readonly segment: Segment; readonly flow: string; readonly end: number },
): Pick<Group, "kind" | "placed" | "parts" | "subjectClass"> {
  const arbitration = beaten.map(({ rule }) => ({ by: "arbitration", name: rule.id, effect: "states" }) as const);
  return {
    kind: "table",
    placed: {
      rule: matcher.rule,
      match: { start: 0, end: 0, value: parts.map(({ header, infoType }) => header || infoType).join("、"), evidence: match.evidence },
      confidence: tier.confidence,
      severity: match.severity ?? matcher.rule.severity,
      evidence: [...match.evidence, ...arbitration],
      flow,
      start,
      end,
      roles: segment.roles,
      location,
      cell: undefined,
      subject: undefined,
    },
    parts,
    subjectClass: match.subjectClass,
  };
}

function columnOf(state: TableState, at: number): ColumnState {
  let column = state.columns.get(at);
  if (column === undefined) state.columns.set(at, (column = { found: new Map(), low: new Map(), firsts: new Map() }));
  return column;
}

/** One passage, or a series of them as one finding. */
function passageGroup(passages: readonly Passage[]): Group {
  const members = passages.flatMap((passage) => passage.members);
  const [first] = members;
  const [passage] = passages;
  if (first === undefined || passage === undefined) throw new Error("a passage has members");
  const { matcher, given } = passage;
  const tier = tierByNames(matcher, new Set(given.evidence.map(({ name }) => name)));
  const byType = new Map<string, Member[]>();
  for (const member of members) {
    const known = byType.get(member.infoType);
    if (known === undefined) byType.set(member.infoType, [member]);
    else known.push(member);
  }
  const parts = [...byType].map(([infoType, list]): GroupPart => {
    const sealed = list.find((one) => one.sealed !== undefined)?.sealed;
    return { infoType, header: "", matches: list.length, ...(sealed === undefined ? {} : { first: firstOf(sealed) }) };
  });
  const spans = passages.map((one) => spanOf(one.members));
  const { start } = first;
  const rows = members.flatMap(({ sealed }) => (sealed === undefined ? [] : [rowOf(sealed)]));
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
      end: spans.at(-1)?.end ?? first.end,
      roles: first.roles,
      location: first.sealed?.location ?? { kind: "whole" },
      cell: undefined,
      subject: undefined,
    },
    parts,
    matches: members.length,
    rows:
      passages.length < SERIES
        ? undefined
        : {
            count: passages.length,
            first: rows.reduce((least, row) => Math.min(least, row), rows[0] ?? 0),
            last: rows.reduce((most, row) => Math.max(most, row), 0),
          },
    subjects: new Distinct(passages.flatMap((one) => peopleOf(one.members))),
    subjectClass: given.subjectClass,
    takes(one) {
      if (one.flow !== first.flow) return false;
      // Spans stand in order: the last that begins at or before the match.
      let low = 0;
      let high = spans.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((spans[middle]?.start ?? 0) <= one.start) low = middle + 1;
        else high = middle;
      }
      return one.end <= (spans[low - 1]?.end ?? -1);
    },
  };
}

function memberOf(flow: string, { pending, subjectKey, sealed }: Settled): Member {
  const { segment, start, end, plan, row } = pending;
  return {
    infoType: plan.matcher.rule.infoType,
    rank: plan.subjectRank,
    record: segment.columns !== undefined || (row?.cells.length ?? 0) >= RECORD_CELLS,
    flow,
    start,
    end,
    table: segment.table?.id,
    roles: segment.roles,
    subjectKey,
    sealed,
  };
}

/** Keys of the people that a passage is about: one, unless its rows are records of a table. */
function peopleOf(members: readonly Member[], keys: readonly string[] = keysOf(members)): readonly string[] {
  return members.some(({ record }) => record) ? keys : keys.slice(0, 1);
}

/** Keys of the people that members are about, first the one that tells best who it is. */
function keysOf(members: readonly Member[]): readonly string[] {
  return members
    .toSorted((one, other) => (one.rank ?? Number.MAX_SAFE_INTEGER) - (other.rank ?? Number.MAX_SAFE_INTEGER))
    .flatMap(({ subjectKey }) => (subjectKey === undefined ? [] : [subjectKey]));
}

function spanOf(members: readonly Member[]): { readonly start: number; readonly end: number } {
  return { start: members[0]?.start ?? 0, end: Math.max(...members.map(({ end }) => end)) };
}

function viewOf(state: TableState): readonly TableViewColumn[] {
  const { table, columns } = state.segment;
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

function firstOf({ masked, confidence, location, evidence, beaten }: SealedMatch): NonNullable<GroupPart["first"]> {
  return { masked, confidence, location, evidence, ...(beaten === undefined ? {} : { beaten }) };
}

function rowOf({ location, cell }: SealedMatch): number {
  if (location.kind === "cell") return location.row;
  return location.kind === "line" ? location.line : (cell?.row ?? 0);
}
