import { expect, test } from "vitest";
import type { ScanEvent } from "../../src/model/event.ts";
import { console } from "../../src/report/console.ts";
import { displayWidth } from "../../src/util/width.ts";
import { cleanEvents, events, manyEvents, text, unreadEvents } from "./events.ts";
import { expectGolden } from "./golden.ts";

test.each([
  ["console.zh.txt", events, {}],
  ["console.en.txt", events, { locale: "en" }],
  ["console.zh.narrow.txt", events, { width: 48 }],
  ["console.zh.verbose.txt", events, { verbosity: "verbose" }],
  ["console.en.verbose.txt", events, { verbosity: "verbose", locale: "en" }],
  ["console.zh.quiet.txt", events, { verbosity: "quiet" }],
  ["console.zh.clean.txt", cleanEvents, {}],
  ["console.en.clean.txt", cleanEvents, { locale: "en" }],
  ["console.zh.unread.txt", unreadEvents, {}],
  ["console.en.unread.txt", unreadEvents, { locale: "en" }],
  ["console.zh.cut.txt", events.slice(0, 14), {}],
  ["console.en.cut.txt", events.slice(0, 14), { locale: "en" }],
  [
    "console.zh.others.txt",
    events,
    {
      others: [
        { format: "html", path: "r/自查报告.html" },
        { format: "xlsx", path: "r/整改清单.xlsx" },
      ],
    },
  ],
] as const)("%s", async (name, given, more) => {
  expectGolden(name, await text(console, given, more));
});

test.each([30, 40, 60, 100])("no line is wider than %d columns", async (width) => {
  for (const line of (await text(console, events, { width })).split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(width);
});

test("a name cannot colour, move or turn the text", async () => {
  const colored = await text(console, events, { color: true });
  expect(colored).toContain("\u001b[31m");
  const plain = await text(console, events, { color: false, verbosity: "verbose" });
  expect(plain).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  expect(plain).toContain("聊天\\u202E记录<script>alert(1)</script>\\x1B[31m.txt");
});

test("nothing at all is no clean result", async () => {
  expect(await text(console, [], {})).toMatch(/^结论 {2}检查中断，结果不完整；没有检查到任何文件，不能视为无问题\n/);
});

test("over the ceiling the worst are shown and the rest is counted", async () => {
  const told = await text(console, manyEvents(9000, 3000));
  expect(told).toContain("以上为最严重的 2,000 处，共 9,000 处");
  expect(told).not.toContain("\n疑似  数据");
});

test("explains each finding, also what is suppressed", async () => {
  const said = await text(console, events, { explain: true });
  expect(said).toContain("      = 校验位相符 [validator luhn]");
  expect(said).toContain("      + 同行有姓名 [row row:PERSON_NAME]");
  expect(said).toContain("      - 出生日期过近，可能是编号 [validator recent-birth]");
  expect(said).toContain("已豁免：样例地址（li）");
  expect(said).toContain("      - 公开的样例值 [allowlist sample]");
  expect(await text(console, events)).not.toContain("[validator");
});

test("explains which rule a finding was preferred to, and the parts of what it takes together", async () => {
  const evidence = [
    { by: "role", name: "role:body", effect: "states" },
    { by: "arbitration", name: "cn-bank/account", effect: "states" },
  ] as const;
  const lost = { by: "pattern", name: "digits", effect: "states" } as const;
  const beaten = [{ ruleId: "cn-bank/mobile", confidence: "low", evidence: [lost] }] as const;
  const first = {
    masked: "622202*********5702",
    confidence: "high",
    location: { kind: "line", line: 2, column: 4 },
    evidence,
    beaten,
  } as const;
  const parts = [{ infoType: "BANK_CARD", header: "", matches: 1, first }];
  const group = { id: "g", kind: "passage", matches: 1, subjects: 1, parts } as const;
  let found = 0;
  const given = events.map((event): ScanEvent =>
    event.type === "finding" && found++ === 0 ? { ...event, finding: { ...event.finding, evidence: [], group } } : event,
  );
  expect(found).toBeGreaterThan(0);
  const zh = await text(console, given, { explain: true });
  expect(zh).toContain("= 位于正文 [role role:body]");
  expect(zh).toContain("= 优先于其他规则（cn-bank/account） [arbitration cn-bank/account]");
  expect(zh).toContain("落选：手机号，把握低 [cn-bank/mobile]");
  expect(zh).toContain("[pattern digits]");
  expect(await text(console, given, { explain: true, locale: "en" })).toContain(
    "= preferred to another rule (cn-bank/account) [arbitration cn-bank/account]",
  );
});

test.each([1, 20, 29, 40, 54, 80])("fits a terminal of %i columns", async (width) => {
  for (const locale of ["zh", "en"] as const) {
    expect((await text(console, events, { locale, width })).trimEnd().split("\n").length).toBeGreaterThan(10);
  }
});
