import type { RecordCell, TextRecords } from "./records.ts";

const STATEMENT =
  /\b(?:(?<insert>(?:INSERT|REPLACE|UPSERT)\s+(?:IGNORE\s+|OVERWRITE\s+)?(?:INTO|TABLE|(?=\[)))|(?<create>CREATE\s+TABLE(?:\s+IF\s+NOT\s+EXISTS)?)|(?<copy>COPY))\s*(?<name>[`"[\]\w.$\u4e00-\u9fff]{1,128})\s*/gi;
const NAME = /^[`"[]?([^`"\]\s(]{1,128})/;
/** First words of what stands between columns in a table's definition. */
const NO_COLUMN = /^(?:PRIMARY|UNIQUE|KEY|CONSTRAINT|INDEX|FOREIGN|CHECK|FULLTEXT|SPATIAL)\b/i;
/** Columns of one table. */
const MOST_COLUMNS = 512;

interface Definition {
  readonly names: readonly string[];
  readonly comments: readonly string[];
}

/**
 * The rows of a SQL script: tuples of `INSERT INTO t (names) VALUES …` and lines of `COPY t (names) FROM stdin`. Names that the statement
 * leaves out, and the comments on columns, come from `CREATE TABLE`. What is no row stays text. Undefined when there is no row.
 */
export function sqlRecords(text: string): TextRecords | undefined {
  const definitions = new Map<string, Definition>();
  const texts: { from: number; to: number }[] = [];
  const tables = new Map<string, { readonly head: readonly (readonly string[])[]; readonly rows: (readonly RecordCell[])[] }>();
  let done = 0;
  const take = (
    table: string,
    from: number,
    to: number,
    definition: Definition | undefined,
    rows: readonly (readonly RecordCell[])[],
  ): void => {
    if (from > done) texts.push({ from: done, to: from });
    done = to;
    const { names = [], comments = [] } = definition ?? {};
    const head = [names, comments].filter((row) => row.some((cell) => cell !== ""));
    // Statement after statement for the same columns is one table.
    const key = [table, ...names].join("\0");
    const known = tables.get(key) ?? { head, rows: [] };
    tables.set(key, known);
    for (const row of rows) known.rows.push(row);
  };
  STATEMENT.lastIndex = 0;
  for (let found = STATEMENT.exec(text); found !== null; found = STATEMENT.exec(text)) {
    const { create, copy, name = "" } = found.groups ?? {};
    const table = (NAME.exec(name.split(".").at(-1) ?? "")?.[1] ?? name).toLowerCase();
    let at = STATEMENT.lastIndex;
    const list = text[at] === "(" ? listAt(text, at) : undefined;
    if (create !== undefined) {
      if (list !== undefined) definitions.set(table, definitionOf(list.items.map(({ text: item }) => item)));
      continue;
    }
    const known = definitions.get(table);
    const names = list?.items.map(({ text: item }) => NAME.exec(item.trim())?.[1] ?? "");
    const definition = names === undefined ? known : withComments(names, known);
    if (list !== undefined) at = list.end;
    if (copy === undefined) {
      const values = /\s*VALUES?\s*/iy;
      values.lastIndex = at;
      if (values.exec(text) === null) continue;
      const rows: (readonly RecordCell[])[] = [];
      const from = values.lastIndex;
      let end = from;
      for (let tuple = listAt(text, from); tuple !== undefined; tuple = listAt(text, end)) {
        rows.push(tuple.items.map((item, column) => ({ key: definition?.names[column] ?? "", ...unquoted(item) })));
        end = tuple.end;
        const comma = /\s*,\s*(?=\()/y;
        comma.lastIndex = end;
        if (comma.exec(text) === null) break;
        end = comma.lastIndex;
      }
      if (rows.length > 0) take(table, from, end, definition, rows);
      STATEMENT.lastIndex = Math.max(end, STATEMENT.lastIndex);
    } else {
      const begin = /\s*FROM\s+STDIN[^;\n]*;[^\n]*\n/iy;
      begin.lastIndex = at;
      if (begin.exec(text) === null) continue;
      const from = begin.lastIndex;
      const close = text.indexOf("\n\\.", from);
      const end = close < 0 ? text.length : close;
      const rows: RecordCell[][] = [];
      for (let start = from; start < end;) {
        const next = text.indexOf("\n", start);
        const stop = next < 0 || next > end ? end : next;
        let place = start;
        rows.push(
          text
            .slice(start, stop)
            .split("\t")
            .map((cell, column) => {
              const one = { key: definition?.names[column] ?? "", text: cell === "\\N" ? "" : cell, at: place };
              place += cell.length + 1;
              return one;
            }),
        );
        start = stop + 1;
      }
      if (rows.length > 0) take(table, from, end, definition, rows);
      STATEMENT.lastIndex = end;
    }
  }
  if (done === 0) return undefined;
  if (done < text.length) texts.push({ from: done, to: text.length });
  return { texts, tables: [...tables.values()] };
}

interface Item {
  readonly text: string;
  readonly at: number;
}

/** What stands between the brackets that open at `at`, cut at commas outside of quotes and inner brackets; undefined where none close. */
function listAt(text: string, at: number): { readonly items: readonly Item[]; readonly end: number } | undefined {
  if (text[at] !== "(") return undefined;
  const items: Item[] = [];
  let start = at + 1;
  let depth = 1;
  for (let index = at + 1; index < text.length; index++) {
    const sign = text[index];
    if (sign === "'" || sign === '"' || sign === "`") {
      index = closing(text, index, sign);
      if (index < 0) return undefined;
    } else if (sign === "(") depth++;
    else if (sign === ")" || (sign === "," && depth === 1)) {
      if (sign === ")" && --depth > 0) continue;
      const lead = /^\s*/.exec(text.slice(start, Math.min(index, start + 256)))?.[0].length ?? 0;
      items.push({ text: text.slice(start, index).trim(), at: start + lead });
      if (items.length > MOST_COLUMNS) return undefined;
      start = index + 1;
      if (sign === ")") return { items, end: index + 1 };
    }
  }
  return undefined;
}

/** Index of the quote that closes the one at `open`; both `''` and `\'` are part of the text. -1 when none does. */
function closing(text: string, open: number, quote: string): number {
  for (let index = open + 1; index < text.length; index++) {
    const sign = text[index];
    if (sign === "\\" && quote !== "`") index++;
    else if (sign === quote) {
      if (text[index + 1] !== quote) return index;
      index++;
    }
  }
  return -1;
}

function unquoted({ text, at }: Item): Item {
  const found = /^[A-Za-z]{0,8}(['"])([^]*)\1$/.exec(text);
  if (found === null) return { text: /^NULL$/i.test(text) ? "" : text, at };
  const [, quote = "", body = ""] = found;
  return { text: body.replaceAll(quote + quote, quote).replace(/\\([^])/g, "$1"), at: at + text.indexOf(quote) + 1 };
}

function definitionOf(items: readonly string[]): Definition {
  const columns = items.filter((item) => !NO_COLUMN.test(item));
  return {
    names: columns.map((item) => NAME.exec(item)?.[1] ?? ""),
    comments: columns.map((item) => /\bCOMMENT\s+'((?:[^'\\]|''|\\[^])*)'/i.exec(item)?.[1] ?? ""),
  };
}

function withComments(names: readonly string[], known: Definition | undefined): Definition {
  return { names, comments: names.map((name) => known?.comments[known.names.indexOf(name)] ?? "") };
}
