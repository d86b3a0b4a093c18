import { fileURLToPath } from "node:url";
import type { Engine } from "../../../src/detect/contract.ts";
import { createEngine } from "../../../src/detect/engine.ts";
import { ruleKinds } from "../../../src/detect/kind/registry.ts";
import { columnLexicon } from "../../../src/detect/table.ts";
import type { Role } from "../../../src/model/chunk.ts";
import type { SealedMatch } from "../../../src/model/finding.ts";
import type { Matcher } from "../../../src/model/rule.ts";
import { compile, type LoadedPacks, loadPacks } from "../../../src/rulepack/load.ts";

/** Where the shipped packs lie. */
export const RULES: string = fileURLToPath(new URL("../../../rules", import.meta.url));

/** A text to examine, or a row of document properties. */
export interface Sample {
  readonly text?: string;
  readonly role?: Role;
  readonly name?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** What a rule found, with its text: tests may look at values. */
export interface Found extends SealedMatch {
  readonly value: string;
}

/** The shipped packs and an examination of single texts with all of their rules, the optional ones too. */
export interface Bench {
  readonly loaded: LoadedPacks;
  examine(sample: Sample): Promise<readonly Found[]>;
  /** For a rule that only makes a tag: matches of a rule of the same id that asks for it. */
  probe(ruleId: string, sample: Sample): Promise<readonly Found[]>;
}

/** Compiles the shipped packs once. */
export async function openBench(): Promise<Bench> {
  const loaded = await loadPacks([RULES], { disabled: [], enabled: "all" });
  if (loaded.problems.length > 0) throw new Error(JSON.stringify(loaded.problems, undefined, 1));
  const { matchers, tables, problems } = compile(loaded, ruleKinds);
  if (problems.length > 0) throw new Error(JSON.stringify(problems, undefined, 1));
  const engine = createEngine(matchers, columnLexicon(tables.json("headers")));
  return {
    loaded,
    examine: (sample) => examine(engine, sample),
    probe(ruleId, sample) {
      const probes = matchers.flatMap((matcher) => (matcher.rule.id === ruleId ? [matcher, probeOf(matcher)] : []));
      return examine(createEngine(probes, columnLexicon(tables.json("headers"))), sample);
    },
  };
}

function probeOf({ rule, tag }: Matcher): Matcher {
  return {
    rule,
    triggers: [{ kind: "line", position: "top" }],
    maxSpan: 1024,
    tiers: [{ confidence: "high", all: [`tag:${tag?.name}`] }],
    confirm: ({ start, end }, emit) => emit({ start, end, value: "", evidence: [] }),
  };
}

/** An example whose role is `property` and whose lines read `name=value` stands for a row of properties. */
function asProperties(sample: Sample): Sample {
  if (sample.role !== "property" || !/^[^=\n]+=/.test(sample.text ?? "")) return sample;
  const properties = (sample.text ?? "").split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
  return { properties: Object.fromEntries(properties) };
}

async function examine(engine: Engine, given: Sample): Promise<readonly Found[]> {
  const sample = asProperties(given);
  const found: Found[] = [];
  const name = sample.name ?? "example.txt";
  const session = engine.open({
    name,
    asOf: "2026-06-01T00:00:00.000Z",
    cap: 1000,
    signal: new AbortController().signal,
    subjects: { of: (infoType, value) => `${infoType}:${value}` },
    seal(placed) {
      const { rule, match, confidence, severity, evidence, flow, start, end, roles, location } = placed;
      const level = match.level === undefined ? {} : { level: match.level };
      const sealed = {
        ruleId: rule.id,
        infoType: rule.infoType,
        severity,
        confidence,
        evidence,
        flow,
        start,
        end,
        location,
        roles,
        valueKey: "",
        masked: "",
        excerpt: "",
        sample: evidence.some(({ by }) => by === "allowlist"),
        ...level,
      };
      found.push({ ...sealed, value: match.value });
      return sealed;
    },
  });
  const chunks: {
    text: string;
    flow: string;
    role: Role;
    table?: { separator: string; row: number; head: readonly (readonly string[])[] };
  }[] = [{ text: name, flow: "name", role: "name" }];
  if (sample.text !== undefined) {
    const role = sample.role ?? "body";
    const separator = name.endsWith(".csv") ? "," : name.endsWith(".tsv") ? "\t" : undefined;
    const rows = sample.text.split("\n").map((row) => row.split(separator ?? "\n"));
    const table = separator === undefined ? {} : { table: { separator, row: 1, head: rows.slice(0, 15) } };
    chunks.push({ text: sample.text, flow: role, role, ...table });
  }
  if (sample.properties !== undefined) {
    const names = Object.keys(sample.properties);
    const text = Object.values(sample.properties).join("\t");
    chunks.push({ text, flow: "properties", role: "property", table: { separator: "\t", row: 2, head: [names] } });
  }
  for (const { text, flow, role, table } of chunks) {
    await session.chunk({
      content: { kind: "utf8", bytes: Buffer.from(text), locate: (offset) => ({ kind: "offset", bytes: offset }) },
      flow,
      start: 0,
      roles: [role],
      ...(table === undefined ? {} : { table: { id: flow, ...table } }),
    });
  }
  session.end();
  return found;
}
