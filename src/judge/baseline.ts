import type { Allowance, Baseline, Sighting } from "../model/baseline.ts";
import type { Json } from "../model/json.ts";
import { checkSchema, type Schema } from "../util/schema.ts";

/** Raised when a member is renamed, removed or changes its meaning. */
export const baselineVersion = 1;

const text: Schema = { type: "string", minLength: 1 };
const day: Schema = { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$", description: "a day such as 2027-05-25" };
const hash: Schema = { type: "string", pattern: "^[0-9a-f]{32}$", description: "a keyed hash of 32 hex digits" };

const schema: Schema = {
  type: "object",
  properties: {
    "zicha-baseline": { type: "integer" },
    key: { type: "string", pattern: "^[0-9a-f]{16}$", description: "a key id of 16 hex digits" },
    findings: {
      type: "array",
      items: {
        type: "object",
        properties: { rule: text, path: text, value: hash, reason: text, owner: text, until: day },
        required: ["rule", "path", "value", "reason", "owner", "until"],
      },
    },
    notExamined: {
      type: "array",
      items: {
        type: "object",
        properties: { path: text, code: text, content: hash, by: text, on: day, until: day, note: { type: "string" } },
        required: ["path", "code", "content", "by", "on", "until", "note"],
      },
    },
  },
  required: ["zicha-baseline", "key", "findings", "notExamined"],
};

/** What is wrong with a baseline file, in a way that quotes nothing of it. */
export interface BaselineProblem {
  readonly code: "not-json" | "not-a-baseline" | "version" | "entry";
  /** Where: `findings[3].until`. */
  readonly at: string;
  readonly expected: string;
}

/** Reads a baseline file; all problems at once. Another version is told as such before anything else is looked at. */
export function readBaseline(content: string): { readonly baseline: Baseline } | { readonly problems: readonly BaselineProblem[] } {
  let value: Json;
  try {
    value = JSON.parse(content) as Json;
  } catch {
    return { problems: [{ code: "not-json", at: "", expected: "JSON" }] };
  }
  const version = typeof value === "object" && value !== null ? (value as Readonly<Record<string, Json>>)["zicha-baseline"] : undefined;
  if (typeof version !== "number") return { problems: [{ code: "not-a-baseline", at: "", expected: '"zicha-baseline"' }] };
  if (version !== baselineVersion)
    return { problems: [{ code: "version", at: "zicha-baseline", expected: `${baselineVersion}, not ${version}` }] };
  const found = checkSchema(schema, value);
  if (found.length > 0) {
    return {
      problems: found.map(({ at, expected }) => ({
        code: "entry",
        at: at.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join(""),
        expected,
      })),
    };
  }
  const said = value as unknown as {
    readonly key: string;
    readonly findings: readonly Allowance[];
    readonly notExamined: readonly Sighting[];
  };
  return { baseline: { keyId: said.key, findings: said.findings, notExamined: said.notExamined } };
}

/** A baseline as a file: one entry a line, always in the same order, so that a difference shows what was decided and nothing else. */
export function writeBaseline(baseline: Baseline): string {
  const findings = baseline.findings
    .map(({ rule, path, value, reason, owner, until }) => ({ path, rule, value, reason, owner, until }))
    .toSorted((one, other) => order([one.path, one.rule, one.value], [other.path, other.rule, other.value]));
  const notExamined = baseline.notExamined
    .map(({ path, code, content, by, on, until, note }) => ({ path, code, content, by, on, until, note }))
    .toSorted((one, other) => order([one.path, one.code, one.content], [other.path, other.code, other.content]));
  const list = (entries: readonly object[]): string =>
    entries.length === 0 ? "[]" : `[\n${entries.map((entry) => JSON.stringify(entry)).join(",\n")}\n]`;
  return `{\n"zicha-baseline": ${baselineVersion},\n"key": ${JSON.stringify(baseline.keyId)},\n"findings": ${list(findings)},\n"notExamined": ${list(notExamined)}\n}\n`;
}

/** By code units, the same on every machine. */
function order(one: readonly string[], other: readonly string[]): number {
  for (const [index, text] of one.entries()) {
    const against = other[index] ?? "";
    if (text !== against) return text < against ? -1 : 1;
  }
  return 0;
}
