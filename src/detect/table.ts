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
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\((必填|选填|必须|可选)\)/g, "")
    .replace(/[\s_\-.'"`*:[\]]/g, "");
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

/**
 * The row of a table's head (its first ≤ 15 rows) that names columns, from 0, and what it names. A row names columns when at least one of
 * its cells is a strong name, or two are weak ones, and at least half of its filled cells are names or at least look like none of the
 * values below them: short and without long numbers. Undefined when no row does.
 */
export function nameColumns(
  head: readonly (readonly string[])[],
  lexicon: ColumnLexicon,
): { readonly row: number; readonly columns: readonly Column[] } | undefined {
  for (const [row, cells] of head.entries()) {
    let strong = 0;
    let weak = 0;
    let filled = 0;
    let values = 0;
    const columns = cells.map((cell): Column => {
      const header = cell.trim();
      if (header === "") return { header: "", infoTypes: [], weakTypes: [] };
      filled++;
      if (header.length > HEADER_LENGTH || /\d{5}/.test(header)) {
        values++;
        return { header: "", infoTypes: [], weakTypes: [] };
      }
      const name = normaliseHeader(header);
      const infoTypes = lexicon.strong.get(name) ?? [];
      const weakTypes = lexicon.weak.get(name) ?? [];
      if (infoTypes.length > 0) strong++;
      else if (weakTypes.length > 0) weak++;
      return { header, infoTypes, weakTypes };
    });
    if ((strong > 0 || weak > 1) && values * 2 <= filled && (filled === 1 || strong + weak > 1 || values === 0)) return { row, columns };
  }
  return undefined;
}

/**
 * What the names of document properties say of their values. Unlike a table's head they are names whatever they are called, and no row of
 * the flow is one: `row` is -1.
 */
export function nameProperties(
  names: readonly string[],
  lexicon: ColumnLexicon,
): { readonly row: number; readonly columns: readonly Column[] } {
  const columns = names.map((name): Column => {
    const key = normaliseHeader(name);
    return { header: name.trim(), infoTypes: lexicon.strong.get(key) ?? [], weakTypes: lexicon.weak.get(key) ?? [] };
  });
  return { row: -1, columns };
}
