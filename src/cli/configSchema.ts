import { nearestOf, optionTable, readValue } from "./options.ts";
import type { OptionRow } from "./options.ts";
import { profiles } from "./profiles.ts";

/** Something wrong in a configuration file. */
export interface ConfigProblem {
  readonly line: number;
  /** `profiles.desk.zone`; empty where the file as a whole is no YAML. */
  readonly key: string;
  readonly expected: string;
}

/** Keys of a profile besides the options. */
const profileKeys = ["extends", "title", "targets"] as const;

const configurable: readonly OptionRow[] = optionTable.filter(({ onlyTyped }) => onlyTyped !== true);

/** All that is wrong in a configuration, with lines. `lineOf` takes the way to a key. */
export function configProblems(value: unknown, lineOf: (path: readonly (string | number)[]) => number): readonly ConfigProblem[] {
  if (!isRecord(value)) return [{ line: 1, key: "", expected: "keys and values" }];
  const problems: ConfigProblem[] = [];
  const note = (path: readonly string[], expected: string): void => {
    problems.push({ line: lineOf(path), key: path.join("."), expected });
  };
  checkOptions(value, [], ["profiles"], note);
  const own = value["profiles"];
  if (own === undefined) return problems;
  if (!isRecord(own)) {
    note(["profiles"], "profiles by name");
    return problems;
  }
  const names = [...profiles.map(({ id }) => id), ...Object.keys(own)];
  for (const [name, profile] of Object.entries(own)) {
    const path = ["profiles", name];
    if (!isRecord(profile)) {
      note(path, "keys and values");
      continue;
    }
    const base = profile["extends"];
    if (typeof base !== "string" || base === name || !names.includes(base))
      note([...path, "extends"], `one of ${names.filter((one) => one !== name).join(", ")}`);
    if (profile["title"] !== undefined && typeof profile["title"] !== "string") note([...path, "title"], "a text");
    const { targets } = profile;
    if (targets !== undefined && !(Array.isArray(targets) && targets.every((item) => typeof item === "string")))
      note([...path, "targets"], "a list of paths");
    checkOptions(profile, path, profileKeys, note);
  }
  return problems;
}

function checkOptions(
  record: Readonly<Record<string, unknown>>,
  path: readonly string[],
  besides: readonly string[],
  note: (path: readonly string[], expected: string) => void,
): void {
  for (const [key, value] of Object.entries(record)) {
    if (besides.includes(key)) continue;
    const row = configurable.find((one) => one.key === key);
    if (row === undefined) {
      note([...path, key], nearestOf(key, [...besides, ...configurable.map((one) => one.key)]));
      continue;
    }
    const read = readValue(row, value);
    if (typeof read === "object" && "expected" in read) note([...path, key], read.expected);
  }
}

/** JSON Schema (2020-12) of a configuration file, made from the option table. */
export function configSchema(): object {
  const options = Object.fromEntries(configurable.map((row) => [row.key, schemaOf(row)]));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "zicha.config.yaml",
    type: "object",
    additionalProperties: false,
    properties: {
      ...options,
      profiles: {
        type: "object",
        description: "Profiles of one's own for `zicha check`, by name.",
        additionalProperties: {
          type: "object",
          additionalProperties: false,
          required: ["extends"],
          properties: {
            extends: { type: "string", description: "The profile it begins with." },
            title: { type: "string" },
            targets: { type: "array", items: { type: "string" }, description: "Paths that are examined where none is given." },
            ...options,
          },
        },
      },
    },
  };
}

function schemaOf(row: OptionRow): object {
  const description = row.en;
  if (row.type === "flag") return { type: "boolean", description };
  if (row.type === "list") return { type: "array", items: { type: "string" }, description };
  if (row.type === "choice") return { enum: row.choices ?? [], description };
  if (row.type === "number") return { type: "integer", minimum: 1, description };
  return row.type === "text" ? { type: "string", description } : { type: ["string", "integer"], description };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
