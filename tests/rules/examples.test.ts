import { describe, expect, it } from "vitest";
import type { Confidence, RuleBase, RuleExample } from "../../src/model/rule.ts";
import { type Bench, openBench } from "./support/examine.ts";

const strength: Readonly<Record<Confidence, number>> = { low: 0, medium: 1, high: 2 };

const bench: Bench = await openBench();

/** Confidences at which the rule takes the example. */
async function taken({ id, kind, infoType }: RuleBase, example: RuleExample): Promise<readonly Confidence[]> {
  const found = kind === "structure" && infoType !== "MARK_MENTION" ? await bench.probe(id, example) : await bench.examine(example);
  return found.filter((match) => match.ruleId === id).map((match) => match.confidence);
}

describe.each(bench.loaded.rules.map(({ base }) => [base.id, base] as const))("%s", (_id, base) => {
  it.each(base.examples.match.map((example) => [example.text.slice(0, 60), example] as const))("finds %s", async (_text, example) => {
    const confidences = await taken(base, example);
    expect(confidences.length).toBeGreaterThan(0);
    const best = Math.max(...confidences.map((confidence) => strength[confidence]));
    expect(best).toBeGreaterThanOrEqual(strength[example.confidence ?? "medium"]);
  });

  it.each(base.examples.noMatch.map((example) => [example.text.slice(0, 60), example] as const))("leaves %s", async (_text, example) => {
    const confidences = await taken(base, example);
    expect(confidences.filter((confidence) => strength[confidence] >= strength[example.confidence ?? "low"])).toEqual([]);
  });
});

describe("the shipped rules", () => {
  it("have at least three examples of either kind, all different", () => {
    for (const { base } of bench.loaded.rules) {
      for (const examples of [base.examples.match, base.examples.noMatch]) {
        const texts = examples.map((example) => `${example.role}|${example.name}|${example.text}`);
        expect([base.id, new Set(texts).size]).toEqual([base.id, texts.length]);
        expect(texts.length).toBeGreaterThanOrEqual(3);
      }
    }
  });
});
