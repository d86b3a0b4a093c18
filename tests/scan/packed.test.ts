import { expect, it } from "vitest";

import type { Examination, SealedMatch } from "../../src/model/finding.ts";
import { pack, unpack } from "../../src/scan/packed.ts";

const evidence = [{ by: "validator", name: "luhn", effect: "raises" }] as const;

function match(line: number, more: Partial<SealedMatch> = {}): SealedMatch {
  return {
    ruleId: "cn-bank/bank-card",
    infoType: "BANK_CARD",
    severity: "high",
    confidence: "high",
    evidence,
    flow: "body",
    start: 40 * line,
    end: 40 * line + 19,
    location: { kind: "line", line, column: 12 },
    roles: ["body"],
    cell: { table: "text", row: line, column: 2 },
    valueKey: String(line).padStart(32, "0"),
    subjectKey: String(line).padStart(16, "a"),
    masked: `621700******${line}`,
    excerpt: `卡号 621700******${line}`,
    sample: false,
    within: "text",
    ...more,
  };
}

function without(one: SealedMatch, ...names: readonly (keyof SealedMatch)[]): SealedMatch {
  return Object.fromEntries(Object.entries(one).filter(([name]) => !names.includes(name as keyof SealedMatch))) as unknown as SealedMatch;
}

function examination(path: string, matches: readonly SealedMatch[]): Examination {
  const entry = { path, key: path, root: 0, size: 1, modified: undefined, stamp: undefined, depth: 0 };
  return {
    entry,
    shownPath: path,
    format: "text",
    textless: false,
    failures: [],
    matches,
    counts: [],
    subjects: ["a"],
    subjectsBy: {},
    bytes: 1,
    elapsedMs: 2,
  };
}

const beaten = [{ ruleId: "cn-pii/mobile", confidence: "low", evidence }] as const;
const matches = [
  ...[1, 2, 3].map((line) => match(line)),
  match(4, { confidence: "medium" }),
  match(5, { beaten }),
  match(6, { beaten: [{ ...beaten[0], confidence: "high" }] }),
  match(7, { beaten: structuredClone(beaten) }),
  without(match(8), "cell", "subjectKey", "within"),
  without(match(9), "cell", "subjectKey", "within"),
  match(10, { location: { kind: "cell", sheet: "一", row: 10, column: 3 } }),
  match(11, { location: { kind: "cell", sheet: "一", row: 11, column: 4 } }),
  match(12, { location: { kind: "cell", sheet: "二", row: 12, column: 3 } }),
  match(13, { location: { kind: "page", page: 2 } }),
  match(14, { location: { kind: "page", page: 3 } }),
  match(15, { excerpt: "机密★10年", masked: "其他" }),
  match(16, { masked: "", excerpt: "" }),
  match(17, { roles: ["header", "textbox"] }),
  match(18, { level: "jimi" }),
  match(19, { allowed: "a reason" }),
  match(20, { allowed: "another" }),
  match(21, { shown: "6217001234567890123" }),
  match(22, { group: { id: "text", kind: "table", matches: 1, subjects: 1, parts: [] } }),
  match(23),
  match(2 ** 40),
];

it("gives back what was packed, member for member, on its way through another thread", () => {
  const list = [
    { sequence: 4, examination: examination("a.csv", matches) },
    { sequence: 4, examination: examination("b.csv", []) },
    { sequence: 7, examination: examination("c.csv", matches.toReversed()) },
  ];
  const back = unpack(structuredClone(pack(list)));
  expect(back).toEqual(list);
  for (const [index, { examination: one }] of back.entries())
    expect(JSON.stringify(one.matches)).toBe(JSON.stringify(list[index]?.examination.matches));
});

it("sends what many matches say once", () => {
  const list = [
    {
      sequence: 0,
      examination: examination(
        "a.csv",
        Array.from({ length: 500 }, (_, line) => match(line)),
      ),
    },
  ];
  expect(pack(list).models).toHaveLength(1);
  const others = [
    examination(
      "a.csv",
      Array.from({ length: 500 }, (_, page) => match(page, { location: { kind: "page", page } })),
    ),
  ];
  expect(pack(others.map((one) => ({ sequence: 0, examination: one }))).models).toHaveLength(500);
});
