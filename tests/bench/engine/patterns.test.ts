import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { byRule, expressions, samePatterns, terms, toJavaScript, toRipgrep } from "../../../bench/engine/patterns.mjs";
import { type Bench, openBench } from "../../rules/support/examine.ts";

const bench: Bench = await openBench();
const rules = bench.loaded.rules.map(({ base }) => base);
/** What ripgrep's examples are read as: it does not normalise, so full-width forms are not asked of it. */
const normal = (text: string): string => text.normalize("NFKC");

/** Expressions that find what a rule finds; none where none can say it. */
function expressionsOf(id: string): readonly string[] {
  const said = byRule[id];
  return said?.within === undefined ? (said?.expressions ?? []) : expressionsOf(said.within);
}

describe("what ripgrep is given", () => {
  it("says something of every shipped rule, and of no other", () => {
    expect(Object.keys(byRule).toSorted()).toEqual(rules.map(({ id }) => id).toSorted());
  });

  it.each(Object.entries(byRule))("has expressions of %s, another rule's, or a reason", (id, said) => {
    const kinds = [said?.expressions, said?.within, said?.reason].filter((one) => one !== undefined);
    expect(kinds).toHaveLength(1);
    if (said?.reason === undefined) expect(expressionsOf(id)).not.toEqual([]);
    else expect(said.reason).not.toBe("");
  });

  it.each(rules.filter(({ id }) => expressionsOf(id).length > 0).map((rule) => [rule.id, rule] as const))(
    "finds an example of %s",
    (id, rule) => {
      const compiled = expressionsOf(id).map((expression) => new RegExp(toJavaScript(expression), "m"));
      const found = rule.examples.match.filter(({ text }) => compiled.some((regex) => regex.test(normal(text))));
      expect(found).not.toEqual([]);
    },
  );

  it("finds most examples, and little of what is none", () => {
    let [missed, matches, extra, others] = [0, 0, 0, 0];
    for (const { id, examples } of rules) {
      const compiled = expressionsOf(id).map((expression) => new RegExp(toJavaScript(expression), "m"));
      if (compiled.length === 0) continue;
      const found = (text: string): boolean => compiled.some((regex) => regex.test(normal(text)));
      matches += examples.match.length;
      missed += examples.match.filter(({ text }) => !found(text)).length;
      others += examples.noMatch.length;
      extra += examples.noMatch.filter(({ text }) => found(text)).length;
    }
    // Cells, values on the next line and spelled ones are missed; what a checksum or the context tells is extra.
    expect(missed / matches).toBeLessThan(0.15);
    expect(extra / others).toBeLessThan(0.35);
  });

  it("is as many patterns and terms as the comparison asks for, each once", () => {
    expect(expressions.length).toBeGreaterThanOrEqual(60);
    expect(new Set(expressions).size).toBe(expressions.length);
    expect(terms().length).toBeGreaterThanOrEqual(281);
    expect(new Set(terms()).size).toBe(terms().length);
  });

  it("has nothing that takes ripgrep off its automaton", () => {
    for (const expression of [...expressions, ...samePatterns.map((one) => one.expression)]) {
      expect(expression).not.toMatch(/\\[dwspDWSP]|\\[1-9]|\(\?[=!<]/);
      expect(toRipgrep(expression)).not.toMatch(/(?<!\(\?-u:)\\b/);
    }
  });

  it.skipIf(spawnSync("rg", ["--version"]).status !== 0)("is taken by ripgrep", () => {
    const args = ["--no-config", "-a", "-c", ...expressions.flatMap((expression) => ["-e", toRipgrep(expression)])];
    const { status, stdout, stderr } = spawnSync("rg", args, { input: "身份证号：440308199001152170\n", encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "1\n", stderr: "" });
  });
});
