import { describe, expect, it } from "vitest";
import { lintRegex } from "../../../src/scan/rules/regexLint.ts";

describe("an expression", () => {
  it.each([
    ["[1-9]\\d{16}[\\dXx]"],
    ["(?<value>\\d{4,12})(?!\\d)"],
    ["[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,4}"],
    ["(?:年|个月|月|日)"],
    ["(?:ab|a)c"],
    ["[(（](?:A|B|C)[)）]?"],
    ["([ -])\\d{4}\\1\\d{4}"],
    ["\\u4e00-[\\]x]+\\)"],
  ])("%s is sound", (source) => {
    expect(lintRegex(source, "")).toEqual([]);
  });

  it.each([
    ["a{1}b", "dead-quantifier", "a{1}"],
    ["a{0}b", "dead-quantifier", "a{0}"],
    ["(?:a*)?b", "dead-quantifier", "(?:a*)?"],
    ["(?:a?)*b", "dead-quantifier", "(?:a?)*"],
    ["x(?:^)*", "dead-quantifier", "(?:^)*"],
    ["(?:甲|乙|甲)", "unreachable-alternative", "甲"],
    ["(?:\\d|5)x", "unreachable-alternative", "5"],
    ["(?:.|中)x", "unreachable-alternative", "中"],
    ["(a+)+$", "backtracking", "(a+)+"],
    ["\\d+\\d+\\d+x", "backtracking", "\\d+"],
    ["(?:[a-z]+,?)+\\d", "backtracking", "(?:[a-z]+,?)+"],
    ["标(?:\\s*\\d+\\s*)*x", "backtracking", "(?:\\s*\\d+\\s*)*"],
  ] as const)("%s has a %s", (source, code, piece) => {
    const found = lintRegex(source, "");
    expect(found.map((problem) => problem.code)).toContain(code);
    if (code !== "backtracking") expect(found).toEqual([{ code, piece }]);
  });

  it("is read with its flags", () => {
    expect(lintRegex("(?:a|A)b", "")).toEqual([]);
    expect(lintRegex("(?:a|A)b", "i")).toEqual([{ code: "unreachable-alternative", piece: "A" }]);
  });
});
