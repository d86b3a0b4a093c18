import { ruleKinds } from "../../detect/kind/registry.ts";
import { createEngine } from "../../detect/engine.ts";
import { columnLexicon } from "../../detect/table.ts";
import { createSeal } from "../../judge/seal.ts";
import type { Role } from "../../model/chunk.ts";
import type { SealedMatch } from "../../model/finding.ts";
import type { Matcher, RuleExample } from "../../model/rule.ts";
import { compile, loadPacks, locateProblems } from "../../rulepack/load.ts";
import type { LoadedPacks, LoadedRule } from "../../rulepack/load.ts";
import { subjectKeys } from "../../util/hash.ts";
import { shippedRules } from "../request.ts";
import type { RequestProblem } from "../request.ts";

/** Nothing that leaves the process is keyed here; a fixed key will do. */
const KEY = new Uint8Array(32);
/** Rows of a table's head, as extractors give them. */
const HEAD_ROWS = 15;
/** Dates of birth and periods are judged as of this day, so that an example holds next year too. */
const AS_OF = "2026-06-01T00:00:00.000Z";

/** Rules with what their kinds made of them, ready to be tried on texts. */
export interface RuleBench {
  readonly loaded: LoadedPacks;
  /** In the order of the packs. */
  readonly rules: readonly LoadedRule[];
  readonly matchers: readonly Matcher[];
  /** What all rules find in an example, settled as in a scan. */
  examine(example: RuleExample): readonly SealedMatch[];
  /** What one rule finds alone. For a rule that makes a tag: one match where the tag is met. */
  examineAlone(ruleId: string, example: RuleExample): readonly SealedMatch[];
}

/** Loads the shipped packs and the user's with their optional rules and compiles them; all problems at once where there are any. */
export async function openBench(
  packs: readonly string[],
  disabled: readonly string[],
): Promise<{ readonly bench: RuleBench } | { readonly problems: readonly RequestProblem[] }> {
  const loaded = await loadPacks([shippedRules, ...packs], { disabled, enabled: "all" });
  const { matchers, tables, problems: found } = compile(loaded, ruleKinds);
  const problems = [...loaded.problems, ...(await locateProblems(found))];
  if (problems.length > 0) {
    return { problems: problems.map(({ file, line, at, expected }) => ({ code: "pack", file, line, detail: `${at}: ${expected}` })) };
  }
  const lexicon = columnLexicon(tables.json("headers"));
  const engine = createEngine(matchers, lexicon);
  return {
    bench: {
      loaded,
      rules: loaded.rules,
      matchers,
      examine: (example) => examine(engine, example),
      examineAlone(ruleId, example) {
        const alone = matchers.flatMap((matcher) => (matcher.rule.id === ruleId ? [matcher, ...probeOf(matcher)] : []));
        return examine(createEngine(alone, lexicon), example);
      },
    },
  };
}

/** A rule that only makes a tag finds nothing; one that asks for the tag and stands at the first line does. */
function probeOf({ rule, tag, over }: Matcher): readonly Matcher[] {
  if (tag === undefined || over !== undefined) return [];
  return [
    {
      rule,
      triggers: [{ kind: "line", position: "top" }],
      maxSpan: 1024,
      tiers: [{ confidence: "high", all: [`tag:${tag.name}`] }],
      confirm: ({ start, end }, emit) => emit({ start, end, value: "", evidence: [] }),
    },
  ];
}

function examine(engine: ReturnType<typeof createEngine>, example: RuleExample): readonly SealedMatch[] {
  const name = example.name ?? "example.txt";
  const session = engine.open({
    name,
    asOf: AS_OF,
    seal: createSeal(KEY, false),
    subjects: subjectKeys(KEY),
    cap: 1_000,
    signal: new AbortController().signal,
  });
  const add = (
    text: string,
    flow: string,
    role: Role,
    table?: { separator: string; row: number; head: readonly (readonly string[])[] },
  ): void =>
    session.text({
      content: { kind: "utf8", bytes: Buffer.from(text), locate: (bytes) => ({ kind: "offset", bytes }) },
      flow,
      start: 0,
      roles: [role],
      ...(table === undefined ? {} : { table: { id: flow, ...table } }),
    });
  add(name, "name", "name");
  const { text, role = "body" } = example;
  // A role `property` with lines `name=value` stands for a document's properties.
  if (role === "property" && /^[^=\n]+=/.test(text)) {
    const properties = text.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
    add(properties.map(([, value]) => value).join("\t"), "properties", "property", {
      separator: "\t",
      row: 2,
      head: [properties.map(([property]) => property)],
    });
    return session.end().matches;
  }
  const separator = name.endsWith(".csv") ? "," : name.endsWith(".tsv") ? "\t" : undefined;
  const head = separator === undefined ? [] : text.split("\n").slice(0, HEAD_ROWS);
  const cellsOf = (row: string): readonly string[] => row.split(separator ?? "\n");
  add(text, role, role, separator === undefined ? undefined : { separator, row: 1, head: head.map(cellsOf) });
  return session.end().matches;
}
