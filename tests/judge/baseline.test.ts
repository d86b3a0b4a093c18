import { expect, it } from "vitest";

import { readBaseline, writeBaseline } from "../../src/judge/baseline.ts";
import { createSuppressor } from "../../src/judge/suppress.ts";
import type { Baseline } from "../../src/model/baseline.ts";
import { problemsOf } from "../report/schema.ts";

const value = "0123456789abcdef0123456789abcdef";
const baseline: Baseline = {
  keyId: "0123456789abcdef",
  findings: [
    { rule: "cn-pii/resident-id", path: "docs/b.txt", value, reason: "样例", owner: "李工", until: "2027-05-25" },
    { rule: "cn-bank/card", path: "docs/a.txt", value, reason: "样例", owner: "李工", until: "2026-01-31" },
  ],
  notExamined: [
    { path: "a.zip", code: "encrypted", content: value, by: "王工", on: "2026-11-01", until: "2027-05-25", note: "" },
    { path: "b.pdf", code: "no-text", content: value, by: "王工", on: "2026-11-01", until: "2026-11-25", note: "已看" },
  ],
};

it("is one file for the same decisions, in whatever order they came, and fits its schema", () => {
  const text = writeBaseline(baseline);
  expect(text).toBe(
    `{
"zicha-baseline": 1,
"key": "0123456789abcdef",
"findings": [
{"path":"docs/a.txt","rule":"cn-bank/card","value":"${value}","reason":"样例","owner":"李工","until":"2026-01-31"},
{"path":"docs/b.txt","rule":"cn-pii/resident-id","value":"${value}","reason":"样例","owner":"李工","until":"2027-05-25"}
],
"notExamined": [
{"path":"a.zip","code":"encrypted","content":"${value}","by":"王工","on":"2026-11-01","until":"2027-05-25","note":""},
{"path":"b.pdf","code":"no-text","content":"${value}","by":"王工","on":"2026-11-01","until":"2026-11-25","note":"已看"}
]
}
`,
  );
  expect(writeBaseline({ ...baseline, findings: baseline.findings.toReversed(), notExamined: baseline.notExamined.toReversed() })).toBe(
    text,
  );
  expect(problemsOf(JSON.parse(text), "baseline.schema.json")).toEqual([]);
  const read = readBaseline(text);
  expect("baseline" in read && writeBaseline(read.baseline)).toBe(text);
});

it.each([
  ["no JSON", "身份证 440308199901101512", ["not-json"]],
  ["a report", '{"schema":1}', ["not-a-baseline"]],
  ["an older version", '{"zicha-baseline":0,"entries":[]}', ["version"]],
  ["a newer version", '{"zicha-baseline":2}', ["version"]],
  [
    "a plain hash and no day",
    `{"zicha-baseline":1,"key":"0123456789abcdef","notExamined":[],"findings":[{"rule":"r","path":"p","value":"${"0".repeat(64)}","reason":"x","owner":"y","until":"soon"}]}`,
    ["entry", "entry"],
  ],
])("says what is wrong with %s and quotes none of it", (_name, text, codes) => {
  const read = readBaseline(text);
  const problems = "problems" in read ? read.problems : [];
  expect(problems.map(({ code }) => code)).toEqual(codes);
  expect(JSON.stringify(problems)).not.toContain("440308");
});

it("holds for that rule, path and value through its last day, and no longer", () => {
  const on = (today: string) => createSuppressor(baseline, today);
  const b = (today: string, rule = "cn-pii/resident-id", path = "docs/b.txt", hash = value) => on(today).finding(rule, [path], hash);
  expect(b("2027-05-25")).toEqual({ reason: "样例", by: "李工", until: "2027-05-25" });
  expect(b("2027-05-26")).toBeUndefined();
  expect(b("2026-11-26", "cn-pii/mobile")).toBeUndefined();
  expect(b("2026-11-26", "cn-pii/resident-id", "docs/c.txt")).toBeUndefined();
  expect(b("2026-11-26", "cn-pii/resident-id", "docs/b.txt", value.replace("0", "f"))).toBeUndefined();
  expect(on("2026-11-26").finding("cn-pii/resident-id", ["b.txt", "docs/b.txt"], value)).toBeDefined();
  expect([on("2026-01-31").expired, on("2026-02-01").expired, on("2026-11-26").expired]).toEqual([0, 1, 2]);
});

it("knows an unread file by its content and by why it was not read", () => {
  const failure = { stage: "extract", code: "encrypted", path: "/m/a.zip", detail: "", partial: false } as const;
  const suppressor = createSuppressor(baseline, "2026-11-26");
  expect(suppressor.failure(failure, ["a.zip"], value)).toEqual({ by: "王工", on: "2026-11-01", until: "2027-05-25" });
  expect(suppressor.failure(failure, ["a.zip"], undefined)).toBeUndefined();
  expect(suppressor.failure(failure, ["a.zip"], value.replace("0", "f"))).toBeUndefined();
  expect(suppressor.failure({ ...failure, code: "corrupt" }, ["a.zip"], value)).toBeUndefined();
});
