import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Judgement } from "../model/finding.ts";
import type { Json } from "../model/json.ts";
import type { Policy, PolicyZone } from "../model/policy.ts";
import { checkSchema, type Schema } from "../util/schema.ts";
import { readPrepared } from "./prepared.ts";
import { type PackProblem, readYaml, wayOf, type YamlFile } from "./yaml.ts";

const text: Schema = { type: "string", minLength: 1 };
const title: Schema = { type: "object", properties: { zh: text, en: text }, required: ["zh", "en"] };
const judgement: Schema = { enum: ["critical", "violation", "rectify", "inventory", "allowed"] };

/** All but the columns of the matrix, which hang on the zones of the same file. */
const policySchema: Schema = {
  type: "object",
  properties: {
    version: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+$", description: "a version of three numbers" },
    zones: {
      type: "object",
      properties: {},
      additionalProperties: { type: "object", properties: { title, levelled: { type: "boolean" } }, required: ["title"] },
    },
    levels: { type: "array", items: text },
    references: {
      type: "object",
      properties: {},
      additionalProperties: { type: "object", properties: { text, fact: { type: "boolean" } }, required: ["text", "fact"] },
    },
    classes: {
      type: "object",
      properties: {},
      additionalProperties: {
        type: "object",
        properties: { title, references: { type: "array", items: text } },
        required: ["title", "references"],
        additionalProperties: judgement,
      },
    },
  },
  required: ["version", "zones", "levels", "references", "classes"],
};

interface PolicyFile {
  readonly version: string;
  readonly zones: Readonly<Record<string, { readonly title: PolicyZone["title"]; readonly levelled?: boolean }>>;
  readonly levels: readonly string[];
  readonly references: Readonly<Record<string, { readonly text: string; readonly fact: boolean }>>;
  readonly classes: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

/**
 * Reads a policy file. `rules` are the loaded rules' classes: one that the policy does not judge is a problem, as is a column that is missing
 * or that names no zone. A reference that is no `fact` says of itself that it is a mapping.
 */
export async function loadPolicy(
  file: string,
  rules: readonly { readonly base: { readonly id: string; readonly dataClass: string } }[],
): Promise<{ readonly policy: Policy | undefined; readonly problems: readonly PackProblem[] }> {
  const bytes = readFileSync(file);
  const digest = createHash("sha256").update(bytes).digest("hex");
  const prepared = readPrepared().policies[digest];
  if (prepared !== undefined && rules.every(({ base }) => Object.hasOwn(prepared.matrix, base.dataClass))) {
    return { policy: prepared, problems: [] };
  }
  const yaml = await import("yaml");
  const result = readYaml(yaml, file, bytes.toString("utf8"));
  if ("problems" in result) return { policy: undefined, problems: result.problems };
  const parsed = result.file;
  const found = checkSchema(policySchema, parsed.value);
  const problems = found.map(({ at, expected }) => problemAt(file, parsed, at, expected));
  if (problems.length > 0) return { policy: undefined, problems };
  const said = parsed.value as unknown as PolicyFile;
  const zones = Object.fromEntries(
    Object.entries(said.zones).map(([name, zone]) => [name, { title: zone.title, levelled: zone.levelled === true }]),
  );
  const columns = Object.entries(zones).flatMap(([name, zone]) => (zone.levelled ? [name, `${name}-below`] : [name]));
  const matrix: Record<string, Record<string, Judgement>> = {};
  for (const [name, row] of Object.entries(said.classes)) {
    matrix[name] = readRow(file, parsed, said, name, row, columns, problems);
  }
  for (const { base } of rules) {
    if (Object.hasOwn(matrix, base.dataClass)) continue;
    problems.push(problemAt(file, parsed, ["classes"], `the class "${base.dataClass}" of the rule ${base.id}`));
  }
  if (problems.length > 0) return { policy: undefined, problems };
  const classes = Object.fromEntries(
    Object.entries(said.classes).map(([name, row]) => [name, { title: row["title"] as unknown as PolicyZone["title"] }]),
  );
  return { policy: { version: said.version, digest, zones, classes, levels: said.levels, matrix }, problems };
}

function readRow(
  file: string,
  parsed: YamlFile,
  said: PolicyFile,
  name: string,
  row: Readonly<Record<string, Json>>,
  columns: readonly string[],
  problems: PackProblem[],
): Record<string, Judgement> {
  const references = (row["references"] as readonly string[]).flatMap((key, index) => {
    const reference = said.references[key];
    if (reference !== undefined) return [reference.fact ? reference.text : `${reference.text}（映射，可修改）`];
    problems.push(problemAt(file, parsed, ["classes", name, "references", index], `one of ${Object.keys(said.references).join(", ")}`));
    return [];
  });
  const judged: Record<string, Judgement> = {};
  for (const column of columns) {
    const is = row[column];
    if (is === undefined) problems.push(problemAt(file, parsed, ["classes", name], `the column "${column}"`));
    else judged[column] = { is: is as Judgement["is"], references: is === "allowed" ? [] : references };
  }
  for (const column of Object.keys(row)) {
    if (column === "title" || column === "references" || columns.includes(column)) continue;
    problems.push(problemAt(file, parsed, ["classes", name, column], `one of ${columns.join(", ")}`));
  }
  return judged;
}

function problemAt(file: string, parsed: YamlFile, at: readonly (string | number)[], expected: string): PackProblem {
  return { file, line: parsed.lineOf(at), at: wayOf(at), expected };
}
