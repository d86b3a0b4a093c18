import type { SealedMatch } from "../model/finding.ts";
import type { TableView, TableViewColumn } from "../model/rule.ts";
import { decode } from "../util/decode.ts";
import { Distinct } from "../util/distinct.ts";
import { splitRow } from "../util/row.ts";
import { type Flow, lineStart, type Pending } from "./flow.ts";
import { type ColumnLexicon, nameLabel } from "./table.ts";

/** Bytes from one element to the next beyond which a record is over, and with it its form. */
const APART = 1024;
/** Bytes of a record that are read for its labels. */
const LONGEST = 2048;
/** Records whose labels are read: as many rows as are seen of a table's head. */
const READ = 14;
/** Bytes behind a record's last element in which more of its lines may stand. */
const AFTER = 400;
/** Share of the lines read that must be label and value: what is less is prose. */
const LABELLED = 0.6;
/** Forms kept of an entry. */
const MOST_FORMS = 1000;

/** A label and its value: `姓名：欧阳静`, `cust_name=…`, in a line of short ones or of several. */
const PAIR =
  /(?<label>[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff_ .()/-]{0,24}?)["'*`\]]{0,3}[^\S\n]*[:=][^\S\n]*(?<value>[^\s,;，；。|][^,;，；。|\n]{0,60})/g;
/** A line that is one: its label begins it, and its value is short. */
const LINE = /^[\s\-*•·>#|\d.、)(]*[A-Za-z\u4e00-\u9fff][^:=\n]{0,24}[:=][^\n]{0,80}$/;

/** Labels of one record with the first value of each type. */
interface Labels {
  readonly lines: number;
  readonly labelled: number;
  readonly cells: readonly { readonly infoType: string; readonly strong: boolean; readonly header: string; readonly value: string }[];
}

interface FormColumn {
  found: number;
  low: number;
  first: SealedMatch | undefined;
}

/** Records of labels and values under each other, as a table has rows. */
interface Form {
  readonly flow: string;
  readonly pending: Pending;
  readonly columns: Map<string, FormColumn>;
  readonly subjects: Distinct;
  /** Of the record at hand, whom its best identifier says it is about. */
  who: { readonly rank: number; readonly key: string } | undefined;
  /** Labels by record, of the first ones. */
  readonly read: (Labels | undefined)[];
  /** The type that begins a record. */
  readonly leader: string;
  leading: string;
  readonly present: Set<string>;
  records: number;
  /** Where the record at hand begins. */
  begin: number;
  start: number;
  end: number;
  matches: number;
  first: SealedMatch | undefined;
  last: SealedMatch | undefined;
}

/** A form as rules over tables see it, with what a finding needs. */
export interface FormView {
  readonly flow: string;
  readonly pending: Pending;
  readonly view: TableView;
  /** By column of the view. */
  readonly types: readonly { readonly infoType: string; readonly header: string; readonly matches: number; readonly first?: SealedMatch }[];
  readonly subjects: Distinct;
  readonly records: number;
  readonly matches: number;
  readonly start: number;
  readonly end: number;
  readonly first: SealedMatch;
  readonly last: SealedMatch;
}

/**
 * Blocks of labels and values: forms under each other, records of a log, sheets with their names at the left. Each block is what a row is of a
 * table, each label a column, so that rules over tables see them alike. Only the labels of the first blocks are read, while their bytes are at
 * hand. Holds counts, keys and sealed matches; of values no more than tables keep of their heads.
 */
export class Forms {
  readonly #types: ReadonlySet<string>;
  readonly #lexicon: ColumnLexicon;
  readonly #open = new Map<string, Form>();
  readonly #done: Form[] = [];

  constructor(types: ReadonlySet<string>, lexicon: ColumnLexicon) {
    this.#types = types;
    this.#lexicon = lexicon;
  }

  /** Takes matches in their order. */
  add(flow: Flow, pending: Pending, low: boolean, subjectKey: string | undefined, sealed: SealedMatch | undefined): void {
    const { plan, match, segment, start, end } = pending;
    const { infoType } = plan.matcher.rule;
    if (segment.columns !== undefined || !this.#types.has(infoType) || segment.roles.includes("property")) return;
    let form = this.#open.get(flow.id);
    if (form !== undefined && start - form.end > APART) {
      this.#close(flow, form);
      form = undefined;
    }
    if (form === undefined) {
      if (low || this.#done.length >= MOST_FORMS) return;
      form = begin(flow, pending);
      this.#open.set(flow.id, form);
    } else if (infoType === form.leader && match.value !== form.leading) {
      this.#read(flow, form, lineOf(flow, start));
      settle(form);
      form.present.clear();
      form.records++;
      form.begin = lineOf(flow, start);
      form.leading = match.value;
    }
    let column = form.columns.get(infoType);
    if (column === undefined) form.columns.set(infoType, (column = { found: 0, low: 0, first: undefined }));
    if (!form.present.has(infoType)) {
      form.present.add(infoType);
      if (low) column.low++;
      else column.found++;
    }
    column.first ??= sealed;
    form.matches++;
    form.first ??= sealed;
    form.last = sealed ?? form.last;
    form.end = Math.max(form.end, end);
    const rank = plan.subjectRank ?? Number.MAX_SAFE_INTEGER;
    if (subjectKey !== undefined && !low && rank < (form.who?.rank ?? Infinity)) form.who = { rank, key: subjectKey };
  }

  /** Says that a batch of a flow is over, while its bytes are at hand. */
  mark(flow: Flow): void {
    const form = this.#open.get(flow.id);
    if (form !== undefined) this.#read(flow, form, form.end + AFTER);
  }

  /** All that are forms: of labels and values for the most part. */
  end(): readonly FormView[] {
    this.#done.push(...this.#open.values());
    this.#open.clear();
    return this.#done.flatMap((form) => {
      settle(form);
      return viewOf(form) ?? [];
    });
  }

  #close(flow: Flow, form: Form): void {
    this.#read(flow, form, form.end + AFTER);
    this.#open.delete(flow.id);
    this.#done.push(form);
  }

  /** Reads the labels of the record at hand, which ends before `until`. */
  #read(flow: Flow, form: Form, until: number): void {
    const at = form.records - 1;
    const from = form.begin;
    const to = Math.min(until, flow.end, from + LONGEST);
    if (at >= READ || from < flow.base || to <= from) return;
    const { text } = decode(flow.bytes.subarray(0, flow.length), from - flow.base, to - flow.base, flow.encoding);
    form.read[at] = labelsOf(text, form.pending.segment.table?.separator, this.#lexicon);
  }
}

function begin(flow: Flow, pending: Pending): Form {
  const { start, end, plan, match } = pending;
  return {
    flow: flow.id,
    pending,
    columns: new Map(),
    subjects: new Distinct(),
    who: undefined,
    read: [],
    leader: plan.matcher.rule.infoType,
    leading: match.value,
    present: new Set(),
    records: 1,
    begin: lineOf(flow, start),
    start,
    end,
    matches: 0,
    first: undefined,
    last: undefined,
  };
}

/** Counts whom the record at hand is about. */
function settle(form: Form): void {
  if (form.who !== undefined) form.subjects.add(form.who.key);
  form.who = undefined;
}

function lineOf(flow: Flow, at: number): number {
  return lineStart(flow, at, Math.max(flow.base, at - APART));
}

/** Labels of the lexicon with their values: in a sheet a cell and the one beside it, else what stands on either side of a colon. */
function labelsOf(text: string, separator: string | undefined, lexicon: ColumnLexicon): Labels {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
  const cells: Labels["cells"][number][] = [];
  const put = (label: string, value: string): boolean => {
    const { infoTypes, weakTypes, header } = nameLabel(label, lexicon);
    for (const infoType of [...infoTypes, ...weakTypes])
      if (value.trim() !== "" && !cells.some((cell) => cell.infoType === infoType))
        cells.push({ infoType, strong: infoTypes.includes(infoType), header, value: value.trim() });
    return infoTypes.length + weakTypes.length > 0;
  };
  let labelled = 0;
  for (const line of lines) {
    const row = separator === undefined ? [] : splitRow(line, separator);
    let known = false;
    for (const [at, cell] of row.entries()) if (at + 1 < row.length) known = put(cell.text, row[at + 1]?.text ?? "") || known;
    for (const { groups } of line.normalize("NFKC").matchAll(PAIR)) put(groups?.["label"] ?? "", groups?.["value"] ?? "");
    if (known || LINE.test(line.normalize("NFKC"))) labelled++;
  }
  return { lines: lines.length, labelled, cells };
}

function viewOf(form: Form): FormView | undefined {
  const { flow, pending, records, matches, start, end, first, last, subjects } = form;
  const read = form.read.filter((labels) => labels !== undefined);
  const lines = read.reduce((sum, labels) => sum + labels.lines, 0);
  const labelled = read.reduce((sum, labels) => sum + labels.labelled, 0);
  if (first === undefined || last === undefined || labelled === 0 || labelled < lines * LABELLED) return undefined;
  const named = new Map<string, { strong: boolean; header: string; values: string[] }>();
  for (const { infoType, strong, header, value } of read.flatMap(({ cells }) => cells)) {
    const known = named.get(infoType) ?? { strong, header, values: [] };
    named.set(infoType, known);
    known.values.push(value);
  }
  // What only some records have is no column.
  for (const [infoType, { values }] of named) if (values.length * 2 < read.length) named.delete(infoType);
  const infoTypes = [...new Set([...form.columns.keys(), ...named.keys()])];
  const columns = infoTypes.map((infoType): TableViewColumn => {
    const { found = 0, low = 0 } = form.columns.get(infoType) ?? {};
    const label = named.get(infoType);
    return {
      infoTypes: label?.strong === true ? [infoType] : [],
      weakTypes: label?.strong === false ? [infoType] : [],
      found: new Map([[infoType, found]]),
      low: new Map([[infoType, low]]),
      cells: label?.values ?? [],
    };
  });
  const types = infoTypes.map((infoType) => {
    const column = form.columns.get(infoType);
    return {
      infoType,
      header: named.get(infoType)?.header ?? "",
      matches: (column?.found ?? 0) + (column?.low ?? 0),
      ...(column?.first === undefined ? {} : { first: column.first }),
    };
  });
  return {
    flow,
    pending,
    view: { rows: records, span: records, subjects: subjects.size, columns },
    types,
    subjects,
    records,
    matches,
    start,
    end,
    first,
    last,
  };
}
