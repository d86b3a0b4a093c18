import type { Confidence, RuleExample } from "../../model/rule.ts";
import type { RuleBench } from "./bench.ts";

/** An example that does not hold. */
export interface BrokenExample {
  readonly ruleId: string;
  readonly file: string;
  readonly expects: "match" | "noMatch";
  readonly example: RuleExample;
  /** Confidence at which the rule took it; undefined where it did not. */
  readonly got: Confidence | undefined;
  /** Rules that took the same text instead. */
  readonly others: readonly string[];
}

/** What a run of examples gave. */
export interface ExampleRun {
  readonly rules: number;
  readonly examples: number;
  readonly broken: readonly BrokenExample[];
}

const strength: Readonly<Record<Confidence, number>> = { low: 0, medium: 1, high: 2 };

/**
 * Runs the examples of every rule that `wanted` says yes to, with all rules at work. One that must match has to be taken by its own rule at
 * the confidence it names, medium unless it says one; one that must not may be taken below the confidence it names, and not at all unless it
 * says one.
 */
export function runExamples(bench: RuleBench, wanted: (ruleId: string) => boolean): ExampleRun {
  const broken: BrokenExample[] = [];
  let rules = 0;
  let examples = 0;
  for (const { base, file } of bench.rules) {
    if (!wanted(base.id)) continue;
    rules += 1;
    const onlyTags = bench.matchers.some(({ rule, tag, over }) => rule.id === base.id && tag !== undefined && over === undefined);
    for (const expects of ["match", "noMatch"] as const) {
      for (const example of base.examples[expects]) {
        examples += 1;
        const found = onlyTags ? bench.examineAlone(base.id, example) : bench.examine(example);
        const taken = found.filter(({ ruleId }) => ruleId === base.id).map(({ confidence }) => confidence);
        const got = taken.toSorted((one, other) => strength[other] - strength[one])[0];
        const reached = got === undefined ? -1 : strength[got];
        const least = strength[example.confidence ?? (expects === "match" ? "medium" : "low")];
        if (expects === "match" ? reached >= least : reached < least) continue;
        const others = [...new Set(found.map(({ ruleId }) => ruleId))].filter((id) => id !== base.id);
        broken.push({ ruleId: base.id, file, expects, example, got, others });
      }
    }
  }
  return { rules, examples, broken };
}
