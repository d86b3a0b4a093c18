import type { Json } from "../model/json.ts";

/** Which names of columns say what a column holds, by normalised name. */
export interface ColumnLexicon {
  /** One match is enough to type a column. */
  readonly strong: ReadonlyMap<string, readonly string[]>;
  /** Needs values that fit. */
  readonly weak: ReadonlyMap<string, readonly string[]>;
}

/** A column as its table's head names it. */
export interface Column {
  readonly header: string;
  readonly infoTypes: readonly string[];
  readonly weakTypes: readonly string[];
}

/** A name of a column as the lexicon writes it: NFKC, lower case, without spaces, joiners, quotes, stars, colons and `(必填)`. */
export function normaliseHeader(name: string): string {
  return (
    name
      .normalize("NFKC")
      .toLowerCase()
      .replace(/\((必填|选填|必须|可选)\)/g, "")
      // `[Password]` is a name in brackets, `pas[sword]` an abbreviation.
      .replace(/(?<![a-z])\[|\](?![a-z])/g, "")
      .replace(/[\s_\-.'"`*:]/g, "")
  );
}

/** Builds the lexicon from a pack's table: `{entities: {person_name: {strong: [...], weak: [...]}}}`; types are told in upper case. */
export function columnLexicon(table: Json | undefined): ColumnLexicon {
  const strong = new Map<string, string[]>();
  const weak = new Map<string, string[]>();
  const entities = record(record(table)?.["entities"]);
  for (const [name, lists] of Object.entries(entities ?? {})) {
    const type = name.toUpperCase();
    for (const [list, into] of [
      ["strong", strong],
      ["weak", weak],
    ] as const) {
      const words = record(lists)?.[list];
      if (!Array.isArray(words)) continue;
      for (const word of words as readonly Json[]) {
        if (typeof word !== "string") continue;
        const key = normaliseHeader(word);
        const types = into.get(key) ?? [];
        if (!types.includes(type)) types.push(type);
        into.set(key, types);
      }
    }
  }
  return { strong, weak };
}

function record(value: Json | undefined): Readonly<Record<string, Json>> | undefined {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Readonly<Record<string, Json>>) : undefined;
}

/** Longest text taken for a name of a column. */
const HEADER_LENGTH = 40;
/** Characters that may stand before a known name: `主借款人` before 姓名. */
const PREFIX_LENGTH = 8;
/** What a value has and a word of a program has not. */
const VALUE = /[\d@\u3400-\u9fff]/;
/** Share of the cells below a lone name that must be values. */
const VALUE_SHARE = 0.5;
/** Rows of a table without names from which its values may say what a column holds. */
const UNNAMED_ROWS = 3;
/** Share of a column's cells that must look like names of persons. */
const NAME_SHARE = 0.8;
const PERSON = /^[\u3400-\u9fff]{2,4}$|^[\u3400-\u9fff]{1,10}(?:[·•][\u3400-\u9fff]{1,10}){1,3}$/;
/** Rows that begin with a name of their own where names stand at the left. */
const LABELS = 3;
/** A long number. */
const NUMBER = /^[\d０-９ -]{11,24}[\dXx]?$/;

/** Which rows of a table's head name its columns, from 0 (both -1 when none does), and what each column holds by its name. */
export interface NamedColumns {
  readonly from: number;
  readonly row: number;
  readonly columns: readonly Column[];
}

interface Named extends Column {
  readonly value: boolean;
}

/**
 * The row of a table's head (its first ≤ 15 rows) that names columns, and what it names; two rows where the second divides what the first
 * names (证件 over 类型 and 号码). A row names columns when at least one of its cells is a strong name, or two are weak ones, and at least
 * half of its filled cells are names or at least look like none of the values below them: short and without long numbers; or when its one
 * weak name stands over names of people, and another cell over long numbers (`name` and `no`). Where no row does, a column of Chinese names beside a column of long numbers is one of names all the same. Undefined when nothing is known.
 */
export function nameColumns(head: readonly (readonly string[])[], lexicon: ColumnLexicon): NamedColumns | undefined {
  if (isUpright(head, lexicon)) return undefined;
  let seen = 0;
  for (const [row, cells] of head.entries()) {
    const named = cells.map((cell) => nameOf(cell, lexicon));
    const below = head.slice(row + 1);
    const filled = filledOf(cells);
    // Below a row that is as wide a lone name is a word like any other; one that stands alone has values below it.
    const sure = filled > 1 ? filled > seen || knownOf(named) > 1 : hasValues(below, cells);
    if (named.every(({ value }) => !value)) seen = Math.max(seen, filled);
    if (!(sure && names(named)) && !namesPeople(named, below)) continue;
    const second = head[row + 1];
    const both = second === undefined ? undefined : joined(cells, second, named, lexicon);
    return both === undefined ? { from: row, row, columns: named.map(columnOf) } : { from: row, row: row + 1, columns: both.map(columnOf) };
  }
  return byValues(head);
}

/** Whether names stand at the left, not above: three rows, one after another, that begin with one and go on with its values. */
function isUpright(head: readonly (readonly string[])[], lexicon: ColumnLexicon): boolean {
  let run = 0;
  for (const cells of head) {
    const filled = cells.filter((cell) => cell.trim() !== "");
    // What does not begin with a name is a row of values, and its cells need not be looked up.
    const named = filled.length > 1 && isStrong(nameOf(filled[0] ?? "", lexicon)) ? filled.map((cell) => nameOf(cell, lexicon)) : [];
    // A name and its value, once or twice, or a name and the values of several.
    const pairs = named.length % 2 === 0 && named.every((one, at) => at % 2 === 0 || !isStrong(one));
    const upright = named.length > 1 && (pairs || !named.slice(1).some(isStrong));
    run = upright ? run + 1 : 0;
    if (run === 3) return true;
  }
  return peopleBeside(head, lexicon) > 0;
}

/**
 * How many columns of values stand beside a column of names: one for a form of labels and values, more where each further column is a person.
 * 0 where names stand above, in a row of their own, or nowhere.
 */
export function peopleBeside(head: readonly (readonly string[])[], lexicon: ColumnLexicon): number {
  if (!head.some((cells) => cells.some((cell) => NUMBER.test(cell.trim())))) return 0;
  const labels = new Set<string>();
  let strong = 0;
  let rows = 0;
  let width = 0;
  let numbers = false;
  let pairs = 0;
  for (const cells of head) {
    const filled = cells.filter((cell) => cell.trim() !== "");
    const [first, ...others] = filled.map((cell) => nameOf(cell, lexicon));
    if (first === undefined || others.length === 0) continue;
    rows++;
    if (others.some((one) => isStrong(one))) return 0;
    if (first.infoTypes.length + first.weakTypes.length === 0) continue;
    const labelled = others.filter(({ weakTypes }) => weakTypes.length > 0).length;
    if (labelled > 1) return 0;
    pairs += labelled;
    if (isStrong(first)) strong++;
    labels.add(normaliseHeader(first.header));
    width = Math.max(width, others.length);
    numbers ||= filled.slice(1).filter((cell) => NUMBER.test(cell.trim())).length * 2 >= others.length;
  }
  // A list of fields with their kinds and lengths begins alike, and has no values.
  if (labels.size < LABELS || strong === 0 || !numbers || labels.size * 3 < rows) return 0;
  // A second label on its rows: two pairs beside each other, not two people.
  return pairs > 1 ? 1 : width;
}

function isStrong(named: Named | undefined): boolean {
  return named !== undefined && named.infoTypes.length > 0;
}

function names(named: readonly Named[]): boolean {
  const filled = named.filter(({ header, value }) => header !== "" || value).length;
  const strong = named.filter(({ infoTypes }) => infoTypes.length > 0).length;
  // `mm` and `MM` are codes, of a country and of a language.
  const unsure = named.filter(({ infoTypes, weakTypes }) => infoTypes.length === 0 && weakTypes.length > 0);
  const weak = new Set(unsure.map(({ header }) => normaliseHeader(header))).size;
  const values = named.filter(({ value }) => value).length;
  return (strong > 0 || weak > 1) && values * 2 <= filled && (filled === 1 || strong + weak > 1 || values === 0);
}

function knownOf(named: readonly Named[]): number {
  return named.filter(({ infoTypes, weakTypes }) => infoTypes.length + weakTypes.length > 0).length;
}

function filledOf(cells: readonly string[]): number {
  return cells.filter((cell) => cell.trim() !== "").length;
}

/** Whether below a name that stands alone in its row there are values: of a list of words any may be one. */
function hasValues(below: readonly (readonly string[])[], cells: readonly string[]): boolean {
  const at = cells.findIndex((cell) => cell.trim() !== "");
  return below.length === 0 || shareOf(below, at, VALUE) >= VALUE_SHARE;
}

function namesPeople(named: readonly Named[], below: readonly (readonly string[])[]): boolean {
  const at = named.findIndex(({ weakTypes }) => weakTypes.includes("PERSON_NAME"));
  return (
    at >= 0 &&
    named.every(({ value }) => !value) &&
    shareOf(below, at, PERSON) >= NAME_SHARE &&
    named.some((_, other) => shareOf(below, other, NUMBER) >= NAME_SHARE)
  );
}

/** Of the filled cells of a column the share of the shape; 0 where there are fewer than `least`. */
function shareOf(rows: readonly (readonly string[])[], at: number, shape: RegExp, least = 1): number {
  const cells = rows.map((row) => (row[at] ?? "").trim()).filter((cell) => cell !== "");
  return cells.length < least ? 0 : cells.filter((cell) => shape.test(cell)).length / cells.length;
}

/** Both rows as one, where the second holds no values and says more: each column by its own name, the one above, or both together. */
function joined(
  first: readonly string[],
  second: readonly string[],
  named: readonly Named[],
  lexicon: ColumnLexicon,
): readonly Named[] | undefined {
  const below = second.map((cell) => nameOf(cell, lexicon));
  if (below.some(({ value }) => value) || below.every(({ infoTypes, weakTypes }) => infoTypes.length + weakTypes.length === 0)) {
    return undefined;
  }
  let over = "";
  const columns = Array.from({ length: Math.max(first.length, second.length) }, (_, at): Named => {
    const [above, under] = [(first[at] ?? "").trim(), (second[at] ?? "").trim()];
    if (above !== "") over = above;
    if (under === "") return named[at] ?? nameOf("", lexicon);
    // `证件` and `号码`: a blank cell above belongs to the merged one before it.
    const whole = nameOf(over + under, lexicon);
    const own = below[at] ?? nameOf("", lexicon);
    return whole.infoTypes.length > 0 || (own.infoTypes.length === 0 && whole.weakTypes.length > 0)
      ? { ...whole, header: own.header }
      : own;
  });
  return knownOf(columns) > knownOf(named) ? columns : undefined;
}

function columnOf({ header, infoTypes, weakTypes }: Named): Column {
  return { header, infoTypes, weakTypes };
}

/** What one cell names: as it stands, without brackets and numbers, or by its last words (主借款人姓名, cust_id_card_no), which is weak. */
function nameOf(cell: string, lexicon: ColumnLexicon): Named {
  let known = named.get(lexicon);
  if (known === undefined) named.set(lexicon, (known = new Map()));
  const before = known.get(cell);
  if (before !== undefined) return before;
  const made = readName(cell, lexicon);
  // What names nothing may be somebody's data, and is not kept.
  if (made.infoTypes.length + made.weakTypes.length > 0) {
    if (known.size >= MOST_NAMED) known.clear();
    known.set(cell, made);
  }
  return made;
}

/** Names of columns that were looked up: rows of a head are looked at more than once, and tables of a folder are named alike. */
const named = new WeakMap<ColumnLexicon, Map<string, Named>>();
const MOST_NAMED = 4096;

function readName(cell: string, lexicon: ColumnLexicon): Named {
  const header = cell.trim();
  const nothing = { header: "", infoTypes: [], weakTypes: [] };
  if (header === "") return { ...nothing, value: false };
  // `= A challenge password` follows its key.
  if (header.length > HEADER_LENGTH || /\d{5}|^[=:]/.test(header)) return { ...nothing, value: true };
  for (const name of [header, bare(header)]) {
    const key = normaliseHeader(name);
    const infoTypes = lexicon.strong.get(key) ?? [];
    const weakTypes = lexicon.weak.get(key) ?? [];
    // What stands in brackets may be a person's: it is not told.
    if (infoTypes.length + weakTypes.length > 0) return { header: name, infoTypes, weakTypes, value: false };
  }
  return { header, infoTypes: [], weakTypes: byEnding(bare(header), lexicon), value: false };
}

/** Without what stands in brackets, a number before and one behind, and what follows a slash. */
function bare(header: string): string {
  return header
    .normalize("NFKC")
    .replace(/[([【〔].*?[)\]】〕]/g, "")
    .replace(/^\s*\d{1,2}[.、)\s]+/, "")
    .split(/[/|\n]/, 1)
    .join("")
    .replace(/[\d一二三]{1,2}$/, "")
    .trim();
}

function byEnding(header: string, lexicon: ColumnLexicon): readonly string[] {
  const chinese = /[\u4e00-\u9fff]/.test(header);
  if (chinese) {
    const key = normaliseHeader(header);
    for (let from = 1; from <= Math.min(PREFIX_LENGTH, key.length - 2); from++) {
      const types = lexicon.strong.get(key.slice(from));
      if (types !== undefined) return types;
    }
    return [];
  }
  const tokens = header.replace(/([a-z0-9])([A-Z])/g, "$1_$2").split(/[\s_\-.]+/);
  for (let from = 1; from < tokens.length; from++) {
    const key = normaliseHeader(tokens.slice(from).join(""));
    const types = key.length < 4 ? undefined : (lexicon.strong.get(key) ?? lexicon.weak.get(key));
    if (types !== undefined) return types;
  }
  return [];
}

/** Columns of a table that no row names: cells that look like names of persons, beside long numbers. */
function byValues(head: readonly (readonly string[])[]): NamedColumns | undefined {
  if (head.length < UNNAMED_ROWS) return undefined;
  const width = Math.max(...head.map((row) => row.length));
  const numbers = Array.from({ length: width }, (_, at) => shareOf(head, at, NUMBER, UNNAMED_ROWS) >= NAME_SHARE);
  if (!numbers.includes(true)) return undefined;
  const columns = numbers.map((number, at): Column => {
    const named = !number && shareOf(head, at, PERSON, UNNAMED_ROWS) >= NAME_SHARE;
    return { header: "", infoTypes: [], weakTypes: named ? ["PERSON_NAME"] : [] };
  });
  return columns.some(({ weakTypes }) => weakTypes.length > 0) ? { from: -1, row: -1, columns } : undefined;
}

/** What a label before its value names, as a column's name would: `姓名` of `姓名：欧阳静`. */
export function nameLabel(label: string, lexicon: ColumnLexicon): Column {
  return columnOf(nameOf(label, lexicon));
}

/**
 * What the names of document properties say of their values. Unlike a table's head they are names whatever they are called, and no row of
 * the flow is one: `row` is -1.
 */
export function nameProperties(propertyNames: readonly string[], lexicon: ColumnLexicon): NamedColumns {
  const columns = propertyNames.map((name): Column => {
    const key = normaliseHeader(name);
    return { header: name.trim(), infoTypes: lexicon.strong.get(key) ?? [], weakTypes: lexicon.weak.get(key) ?? [] };
  });
  return { from: -1, row: -1, columns };
}
