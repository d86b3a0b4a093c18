import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import type { PackInfo, RuleChange } from "../model/event.ts";
import type { Json } from "../model/json.ts";
import type { RuleBase, RuleKind, Tables } from "../model/rule.ts";
import { checkSchema } from "../util/schema.ts";
import { type PackData, type PackFile, type Prepared, readPrepared } from "./prepared.ts";
import { type Overrides, packSchema, ruleSchema } from "./schema.ts";
import { type TableText, tablesOf } from "./tables.ts";
import { type PackProblem, readYaml, wayOf, type YamlFile } from "./yaml.ts";

/** A rule as read: what every rule says, and its kind's own fields. Plain data. */
export interface LoadedRule {
  readonly base: RuleBase;
  readonly fields: Readonly<Record<string, Json>>;
  /** From which it was read: problems name it. */
  readonly file: string;
}

/** What the packs hold, as plain data: it crosses to workers, which then never parse YAML. */
export interface LoadedPacks {
  readonly packs: readonly PackInfo[];
  readonly rules: readonly LoadedRule[];
  readonly tables: readonly TableText[];
  /** Rules switched off, by option or pack; a pack that is switched off stands for all of its rules. */
  readonly switchedOff: readonly string[];
  /** What later packs changed of rules of earlier ones: reports say it. */
  readonly changed: readonly RuleChange[];
  /** All there are, in every file. With one or more nothing may be examined. */
  readonly problems: readonly PackProblem[];
  /** All packs are as the build prepared them: `compile` has nothing to say of them. */
  readonly prepared: boolean;
}

/** Longest that a pack file may be: a rule is a page of text, a table some hundred kilobytes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** More files than this are not a pack but a wrong directory. */
const MAX_FILES = 4096;

/**
 * Reads packs. Each directory is a pack (it has a `pack.yaml`) or holds packs; later ones may override rules of earlier ones and add to
 * their tables.
 *
 * `disabled`: ids of rules or packs that are switched off, beside those that a pack disables; `enabled` is the same for optional rules, which
 * else are left out. One that names nothing is a problem. What the kinds say of a rule's own fields comes from `compile`. A pack whose digest
 * is among the prepared ones is not parsed again.
 */
export async function loadPacks(
  directories: readonly string[],
  options: { readonly disabled: readonly string[]; readonly enabled?: readonly string[] | "all" },
): Promise<LoadedPacks> {
  const problems: PackProblem[] = [];
  const packs: PackInfo[] = [];
  const rules = new Map<string, LoadedRule>();
  const texts = new Map<string, { form: TableText["form"]; texts: string[] }>();
  const changed: RuleChange[] = [];
  const off: Switches = new Map();
  const on: Switches = new Map();
  for (const id of options.disabled) off.set(id, { file: "", line: 0, at: "disabled" });
  for (const id of options.enabled === "all" ? [] : (options.enabled ?? [])) on.set(id, { file: "", line: 0, at: "enabled" });
  const prepared = readPrepared().packs;
  let allPrepared = true;

  for (const directory of directories.flatMap((root) => packsIn(root, problems))) {
    const names = filesOf(directory, problems);
    const digest = digestOf(directory, names);
    const known = prepared[digest];
    allPrepared &&= known !== undefined;
    const pack = known ?? (await readPack(directory, names, problems));
    if (pack === undefined) continue;
    const { info } = pack;
    const packPath = join(directory, "pack.yaml");
    const problem = (at: readonly (string | number)[], expected: string): PackProblem => ({
      file: packPath,
      line: pack.lines?.[wayOf(at)] ?? 1,
      at: wayOf(at),
      expected,
    });
    if (packs.some((earlier) => earlier.id === info.id)) {
      problems.push(problem(["id"], `a pack id of its own: "${info.id}" is taken`));
      continue;
    }
    for (const [name, file] of Object.entries(info.tables ?? {})) {
      const table = readTable(directory, file);
      if (typeof table === "string") {
        problems.push(problem(["tables", name], table));
        continue;
      }
      const held = texts.get(name);
      if (held === undefined) texts.set(name, { form: table.form, texts: [table.text] });
      else if (held.form === table.form) held.texts.push(table.text);
      else problems.push(problem(["tables", name], `a .${held.form} table: "${name}" has that form already`));
    }
    for (const { name, base, fields } of pack.rules) rules.set(base.id, { base, fields, file: join(directory, name) });
    for (const [id, change] of Object.entries(info.override ?? {})) {
      const rule = rules.get(id);
      if (rule === undefined) problems.push(problem(["override", id], "the id of a rule of this or an earlier pack"));
      else {
        rules.set(id, overridden(rule, change));
        changed.push({ ruleId: id, pack: info.id, keys: Object.keys(change) });
      }
    }
    for (const [key, switches] of [["disable", off] as const, ["enable", on] as const]) {
      (info[key] ?? []).forEach((id, index) => {
        const { file, line, at } = problem([key, index], "");
        switches.set(id, { file, line, at });
      });
    }
    packs.push({ id: info.id, version: info.version, digest, title: info.title });
  }

  for (const [id, from] of [...off, ...on]) {
    const known = rules.has(id) || packs.some((pack) => pack.id === id);
    if (!known) problems.push({ ...from, expected: `the id of a rule or pack; "${id}" is none` });
  }
  const kept = [...rules.values()].filter(
    ({ base }) => !isSwitched(off, base.id) && (base.optional !== true || options.enabled === "all" || isSwitched(on, base.id)),
  );
  const tables = [...texts].map(([name, table]) => ({ name, form: table.form, texts: table.texts }));
  const switchedOff = [...rules.keys()].filter((id) => isSwitched(off, id));
  return { packs, rules: kept, tables, switchedOff, changed, problems, prepared: allPrepared };
}

/** Rules and packs that are switched, by id, and where that was said. */
type Switches = Map<string, { readonly file: string; readonly line: number; readonly at: string }>;

function isSwitched(switches: Switches, id: string): boolean {
  return switches.has(id) || switches.has(packOf(id));
}

/**
 * Parses the packs under `root` for `bundle/prepared.json`: the yaml package takes 5 ms a rule file when cold, JSON a few ms for all.
 * Throws when a pack has problems; lines are left out, since a pack without problems needs none.
 */
export async function preparePacks(root: string): Promise<Prepared["packs"]> {
  const problems: PackProblem[] = [];
  const packs: Record<string, PackData> = {};
  for (const directory of packsIn(root, problems)) {
    const names = filesOf(directory, problems);
    const pack = await readPack(directory, names, problems);
    if (pack !== undefined) packs[digestOf(directory, names)] = { info: pack.info, rules: pack.rules };
  }
  if (problems.length > 0) throw new Error(problems.map(({ file, line, expected }) => `${file}:${line}: expected ${expected}`).join("\n"));
  return packs;
}

/** Parses one pack; undefined when its `pack.yaml` is wrong. */
async function readPack(directory: string, names: readonly string[], problems: PackProblem[]): Promise<PackData | undefined> {
  const yaml = await import("yaml");
  function read(file: string): YamlFile | undefined {
    const result = readYaml(yaml, file, readFileSync(file, "utf8"));
    if ("problems" in result) problems.push(...result.problems);
    return "problems" in result ? undefined : result.file;
  }
  const packPath = join(directory, "pack.yaml");
  const parsed = read(packPath);
  if (parsed === undefined) return undefined;
  const found = checkSchema(packSchema, parsed.value);
  problems.push(...found.map(({ at, expected }) => problemAt(packPath, parsed, at, expected)));
  if (found.length > 0) return undefined;
  const info = parsed.value as unknown as PackFile;
  const rules: PackData["rules"][number][] = [];
  for (const name of names) {
    if (!isRuleFile(name)) continue;
    const file = join(directory, name);
    const content = read(file);
    const rule = content && readRule(file, content, info.id, problems);
    if (content === undefined || rule === undefined) continue;
    if (rules.some(({ base }) => base.id === rule.base.id)) {
      problems.push(problemAt(file, content, ["id"], `a rule id of its own: "${rule.base.id}" is taken`));
    } else rules.push({ name, base: rule.base, fields: rule.fields });
  }
  return { info, rules, lines: linesOf(parsed, info) };
}

/** Lines of what may turn out wrong once all packs are read. */
function linesOf(parsed: YamlFile, info: PackFile): Readonly<Record<string, number>> {
  const ways: (readonly (string | number)[])[] = [
    ["id"],
    ...Object.keys(info.tables ?? {}).map((name) => ["tables", name]),
    ...Object.keys(info.override ?? {}).map((id) => ["override", id]),
    ...(info.disable ?? []).map((_id, index) => ["disable", index]),
    ...(info.enable ?? []).map((_id, index) => ["enable", index]),
  ];
  return Object.fromEntries(ways.map((way) => [wayOf(way), parsed.lineOf(way)]));
}

/** Where packs meet kinds: what `compile` gives for a rule is the kind's matcher. */
export interface Compiled<Matcher> {
  readonly matchers: readonly Matcher[];
  readonly tables: Tables;
  readonly problems: readonly PackProblem[];
}

type LoadedMatcher = Extract<ReturnType<RuleKind["load"]>, { readonly matcher: unknown }>["matcher"];

/** Makes matchers of loaded rules, in the order of the packs. The main thread does it once to learn of problems, each worker for itself. */
export function compile(loaded: Pick<LoadedPacks, "rules" | "tables">, kinds: readonly RuleKind[]): Compiled<LoadedMatcher> {
  const tables = tablesOf(loaded.tables);
  const byName = new Map(kinds.map((kind) => [kind.kind, kind]));
  const matchers: LoadedMatcher[] = [];
  const problems: { rule: LoadedRule; at: readonly (string | number)[]; expected: string }[] = [];
  for (const rule of loaded.rules) {
    const kind = byName.get(rule.base.kind);
    if (kind === undefined) {
      problems.push({ rule, at: ["kind"], expected: `one of ${[...byName.keys()].join(", ")}` });
      continue;
    }
    const result = kind.load(rule.base, rule.fields, tables);
    if ("matcher" in result) matchers.push(result.matcher);
    else problems.push(...result.problems.map((problem) => ({ rule, ...problem })));
  }
  return { matchers, tables, problems: problems.map(({ rule, at, expected }) => ({ file: rule.file, line: 1, at: wayOf(at), expected })) };
}

/** Gives the problems that `compile` found the lines they stand on: the files are read again, since a good pack needs no lines. */
export async function locateProblems(problems: readonly PackProblem[]): Promise<readonly PackProblem[]> {
  if (problems.length === 0) return [];
  const yaml = await import("yaml");
  return problems.map((problem) => {
    const result = readYaml(yaml, problem.file, readFileSync(problem.file, "utf8"));
    if ("problems" in result) return problem;
    const at = problem.at.split(/[.[\]]+/).flatMap((step) => (step === "" ? [] : [/^\d+$/.test(step) ? Number(step) : step]));
    return { ...problem, line: result.file.lineOf(at) };
  });
}

function readRule(file: string, parsed: YamlFile, pack: string, problems: PackProblem[]): Omit<LoadedRule, "file"> | undefined {
  const found = checkSchema(ruleSchema, parsed.value);
  problems.push(...found.map(({ at, expected }) => problemAt(file, parsed, at, expected)));
  if (found.length > 0) return undefined;
  const { fields, ...said } = splitRule(parsed.value as { readonly [key: string]: Json });
  const expected = `${pack}/${basename(file, ".yaml")}`;
  if (said.base.id !== expected) {
    problems.push(problemAt(file, parsed, ["id"], `"${expected}": pack and file name`));
    return undefined;
  }
  return { base: said.base, fields };
}

function splitRule(value: { readonly [key: string]: Json }): { base: RuleBase; fields: Record<string, Json> } {
  const base: Record<string, Json> = { references: [] };
  const fields: Record<string, Json> = {};
  const known = ruleSchema.properties ?? {};
  for (const [key, item] of Object.entries(value)) {
    if (Object.hasOwn(known, key)) base[key] = key === "examples" ? readExamples(item) : item;
    else fields[key] = item;
  }
  return { base: base as unknown as RuleBase, fields };
}

/** An example is a text, or a text and where it stands. */
function readExamples(value: Json): Json {
  const lists = value as { readonly [list: string]: readonly Json[] };
  const whole = (example: Json): Json => (typeof example === "string" ? { text: example } : example);
  return Object.fromEntries(Object.entries(lists).map(([list, examples]) => [list, examples.map(whole)]));
}

function overridden(rule: LoadedRule, change: Overrides): LoadedRule {
  const { severity, dataClass, tiers, exclude } = change;
  const base = { ...rule.base, ...(severity === undefined ? {} : { severity }), ...(dataClass === undefined ? {} : { dataClass }) };
  const fields = {
    ...rule.fields,
    ...(tiers === undefined ? {} : { tiers }),
    ...(exclude === undefined ? {} : { exclude }),
  };
  return { ...rule, base, fields };
}

function packsIn(root: string, problems: PackProblem[]): readonly string[] {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    problems.push({ file: root, line: 0, at: "", expected: "a directory that holds a pack.yaml, or folders that do" });
    return [];
  }
  if (existsSync(join(root, "pack.yaml"))) return [root];
  const inside = readdirSync(root, { withFileTypes: true })
    .filter((item) => item.isDirectory() && existsSync(join(root, item.name, "pack.yaml")))
    .map((item) => join(root, item.name))
    .toSorted();
  if (inside.length === 0) problems.push({ file: root, line: 0, at: "", expected: "a pack.yaml here or in a folder of it" });
  return inside;
}

/** Paths of a pack's files below its directory, with `/`, sorted; links and anything else that is no regular file are not followed. */
function filesOf(directory: string, problems: PackProblem[]): readonly string[] {
  const folders = new Map<string, string>();
  const files = readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((item) => item.isFile())
    .map(({ parentPath, name }) => {
      const folder = folders.get(parentPath) ?? relative(directory, join(parentPath, sep)).split(sep).join("/");
      folders.set(parentPath, folder);
      return folder === "" ? name : `${folder}/${name}`;
    })
    .toSorted();
  if (files.length > MAX_FILES) problems.push({ file: directory, line: 0, at: "", expected: `a pack of at most ${MAX_FILES} files` });
  return files.slice(0, MAX_FILES);
}

function isRuleFile(name: string): boolean {
  return name.endsWith(".yaml") && name !== "pack.yaml" && !name.startsWith("data/");
}

function readTable(directory: string, file: string): { form: TableText["form"]; text: string } | string {
  const form = file.endsWith(".tsv") ? "tsv" : file.endsWith(".json") ? "json" : undefined;
  if (form === undefined) return "the name of a .tsv or .json file";
  const path = join(directory, file);
  const inside = !relative(directory, path).startsWith("..");
  if (!inside || !existsSync(path) || statSync(path).size > MAX_FILE_BYTES) return `a file of this pack: ${file} is not there`;
  const text = readFileSync(path, "utf8");
  if (form === "json") {
    try {
      JSON.parse(text);
    } catch {
      return `JSON: ${file} does not parse`;
    }
  }
  return { form, text };
}

/** SHA-256 over names and contents, each with its length before it, so that no two packs run together. */
function digestOf(directory: string, names: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of names) {
    const content = readFileSync(join(directory, name));
    hash.update(`${Buffer.byteLength(name)}:${name}${content.length}:`).update(content);
  }
  return hash.digest("hex");
}

function packOf(id: string): string {
  return id.slice(0, id.indexOf("/"));
}

function problemAt(file: string, parsed: YamlFile, at: readonly (string | number)[], expected: string): PackProblem {
  return { file, line: parsed.lineOf(at), at: wayOf(at), expected };
}
