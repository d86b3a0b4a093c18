import type { Json } from "../model/json.ts";
import type { Tables } from "../model/rule.ts";

/** A table as it lies in its file; several packs may add to one name. Plain data: it crosses to workers. */
export interface TableText {
  readonly name: string;
  readonly form: "tsv" | "json";
  readonly texts: readonly string[];
}

/**
 * Tables by name, parsed at the first asking and kept: a worker whose rules never look at regions never parses them.
 *
 * Tab-separated: the first line names the columns, later texts of the same name add rows under their own first line. JSON: objects are
 * merged key by key, lists are joined, other values of later texts win.
 */
export function tablesOf(texts: readonly TableText[]): Tables {
  const byName = new Map(texts.map((text) => [text.name, text]));
  const rows = new Map<string, readonly Readonly<Record<string, string>>[]>();
  const sets = new Map<string, ReadonlySet<string>>();
  const jsons = new Map<string, Json>();
  const derived = new Map<string, unknown>();

  function rowsOf(name: string): readonly Readonly<Record<string, string>>[] | undefined {
    const table = byName.get(name);
    if (table === undefined || table.form !== "tsv") return undefined;
    return kept(rows, name, () => table.texts.flatMap(parseRows));
  }

  return {
    rows: rowsOf,
    set(name) {
      return kept(sets, name, () => {
        const table = byName.get(name);
        return new Set(table?.form === "tsv" ? table.texts.flatMap(firstColumn) : []);
      });
    },
    json(name) {
      const table = byName.get(name);
      if (table === undefined || table.form !== "json") return undefined;
      return kept(jsons, name, () => table.texts.map((text) => JSON.parse(text) as Json).reduce(merge));
    },
    derive<Value>(key: string, make: () => Value): Value {
      const known = derived.get(key);
      if (known !== undefined || derived.has(key)) return known as Value;
      const made = make();
      derived.set(key, made);
      return made;
    },
  };
}

function kept<Value>(cache: Map<string, Value>, name: string, make: () => Value): Value {
  const held = cache.get(name);
  if (held !== undefined) return held;
  const made = make();
  cache.set(name, made);
  return made;
}

function parseRows(text: string): Record<string, string>[] {
  const [head, ...lines] = linesOf(text);
  const columns = (head ?? "").split("\t");
  return lines.map((line) => {
    const cells = line.split("\t");
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""]));
  });
}

function firstColumn(text: string): string[] {
  return linesOf(text)
    .slice(1)
    .map((line) => {
      const end = line.indexOf("\t");
      return end < 0 ? line : line.slice(0, end);
    });
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("# "));
}

function merge(earlier: Json, later: Json): Json {
  if (Array.isArray(earlier) && Array.isArray(later)) return [...(earlier as readonly Json[]), ...(later as readonly Json[])];
  if (isRecord(earlier) && isRecord(later)) {
    const joined: Record<string, Json> = { ...earlier };
    for (const [key, value] of Object.entries(later)) {
      const held = joined[key];
      joined[key] = held === undefined ? value : merge(held, value);
    }
    return joined;
  }
  return later;
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
