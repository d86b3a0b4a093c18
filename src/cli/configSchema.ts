import type { Destination } from "../model/delivery.ts";
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
  const note = (path: readonly (string | number)[], expected: string): void => {
    problems.push({ line: lineOf(path), key: path.join("."), expected });
  };
  checkOptions(value, [], ["profiles", "deliver", "deliverStateSecrets"], note);
  checkDestinations(value["deliver"], note);
  const cleared = value["deliverStateSecrets"];
  if (cleared !== undefined && typeof cleared !== "boolean") note(["deliverStateSecrets"], "true, false");
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
  note: (path: readonly (string | number)[], expected: string) => void,
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

/** What a destination may say, by its kind: the first key names it. */
const destinationKeys = {
  syslog: ["format", "caFile"],
  webhook: ["secretFile", "caFile"],
  prometheus: [],
  command: [],
} as const;

function checkDestinations(value: unknown, note: (path: readonly (string | number)[], expected: string) => void): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) {
    note(["deliver"], "a list of destinations");
    return;
  }
  for (const [at, item] of value.entries()) {
    const kind = isRecord(item) ? (Object.keys(destinationKeys) as (keyof typeof destinationKeys)[]).find((key) => key in item) : undefined;
    if (kind === undefined || !isRecord(item)) {
      note(["deliver", at], `one of ${Object.keys(destinationKeys).join(", ")}`);
      continue;
    }
    const expected = problemOf(kind, item[kind]);
    if (expected !== undefined) note(["deliver", at, kind], expected);
    for (const [key, text] of Object.entries(item)) {
      if (key === kind) continue;
      if (!(destinationKeys[kind] as readonly string[]).includes(key))
        note(["deliver", at, key], nearestOf(key, [kind, ...destinationKeys[kind]]));
      else if (key === "format" && text !== "rfc5424" && text !== "cef") note(["deliver", at, key], "rfc5424, cef");
      else if (typeof text !== "string") note(["deliver", at, key], "a file");
    }
  }
}

function problemOf(kind: keyof typeof destinationKeys, value: unknown): string | undefined {
  if (kind === "command") {
    return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === "string")
      ? undefined
      : "a program and its words";
  }
  if (typeof value !== "string" || value === "") return "a text";
  if (kind === "prometheus") return value.endsWith(".prom") ? undefined : "a file that ends in .prom";
  const forms = kind === "syslog" ? /^(udp|tcp|tls):$/ : /^https?:$/;
  try {
    if (forms.test(new URL(value).protocol)) return undefined;
  } catch {
    // No address at all.
  }
  return kind === "syslog" ? "udp://host:514, tcp://host:601 or tls://host:6514" : "an address that begins with https:// or http://";
}

/** The destinations of a configuration that was checked. */
export function destinationsOf(config: Readonly<Record<string, unknown>>): readonly Destination[] {
  const list = (config["deliver"] ?? []) as readonly Readonly<Record<string, unknown>>[];
  return list.map((item): Destination => {
    const caFile = typeof item["caFile"] === "string" ? { caFile: item["caFile"] } : {};
    if (typeof item["syslog"] === "string")
      return { kind: "syslog", url: item["syslog"], format: item["format"] === "cef" ? "cef" : "rfc5424", ...caFile };
    if (typeof item["webhook"] === "string") {
      const secretFile = typeof item["secretFile"] === "string" ? { secretFile: item["secretFile"] } : {};
      return { kind: "webhook", url: item["webhook"], ...secretFile, ...caFile };
    }
    if (typeof item["prometheus"] === "string") return { kind: "prometheus", file: item["prometheus"] };
    const [program = "", ...words] = item["command"] as readonly string[];
    return { kind: "command", words: [program, ...words] };
  });
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
      deliver: {
        type: "array",
        description: "Where the result of a run is sent; nothing is sent otherwise. Masked, and without state-secret findings.",
        items: {
          oneOf: [
            {
              type: "object",
              additionalProperties: false,
              required: ["syslog"],
              properties: {
                syslog: { type: "string", pattern: "^(udp|tcp|tls)://" },
                format: { enum: ["rfc5424", "cef"] },
                caFile: { type: "string" },
              },
            },
            {
              type: "object",
              additionalProperties: false,
              required: ["webhook"],
              properties: {
                webhook: { type: "string", pattern: "^https?://" },
                secretFile: { type: "string", description: "Signs what is sent." },
                caFile: { type: "string" },
              },
            },
            {
              type: "object",
              additionalProperties: false,
              required: ["prometheus"],
              properties: { prometheus: { type: "string", pattern: "\\.prom$", description: "A file for the textfile collector." } },
            },
            {
              type: "object",
              additionalProperties: false,
              required: ["command"],
              properties: {
                command: {
                  type: "array",
                  items: { type: "string" },
                  minItems: 1,
                  description: "Started without a shell, the result as JSON on its input.",
                },
              },
            },
          ],
        },
      },
      deliverStateSecrets: {
        type: "boolean",
        description: "True only where the network is cleared for state secrets: their findings are then sent too, as marks.",
      },
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
