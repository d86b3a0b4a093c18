import { expect, test } from "vitest";
import { Gather } from "../../src/report/shared/gather.ts";
import { Spool } from "../../src/report/shared/spool.ts";
import { columnName, durationInWords, placeInWords, reasonInWords, sizeInWords, zoneInWords } from "../../src/report/shared/words.ts";
import { Worst } from "../../src/report/shared/worst.ts";
import { zoneFinder } from "../../src/report/shared/zone.ts";
import { header, manyEvents } from "./events.ts";

test("the worst stay in the order they came, and the rest is counted", () => {
  const worst = new Worst<string>(4);
  const offered: readonly (readonly [string, number])[] = [
    ["a", 5],
    ["b", 1],
    ["c", 5],
    ["d", 3],
    ["e", 5],
    ["f", 1],
    ["g", 9],
    ["h", 3],
  ];
  for (const [item, rank] of offered) worst.add(item, rank);
  expect(worst.sorted()).toEqual(["b", "f", "d", "h"]);
  expect([worst.seen, worst.left]).toEqual([8, 4]);
});

test("the worst of many are those a full sort gives", () => {
  let state = 7;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  const all = Array.from({ length: 5000 }, (_none, order) => ({ order, rank: next() % 50 }));
  const worst = new Worst<{ order: number; rank: number }>(300);
  for (const one of all) worst.add(one, one.rank);
  expect(worst.sorted()).toEqual(all.toSorted((left, right) => left.rank - right.rank || left.order - right.order).slice(0, 300));
});

test("a spool gives back what went in", () => {
  const spool = new Spool();
  const texts = Array.from({ length: 50_000 }, (_none, index) => `第 ${index} 行 ★\n`);
  for (const one of texts) spool.add(one);
  expect([...spool.blocks()].join("")).toBe(texts.join(""));
  expect(spool.count).toBe(50_000);
});

test.each([
  [{ kind: "line", line: 12, column: 7 }, ["body"], "第 12 行 7 列", "line 12, column 7"],
  [{ kind: "page", page: 3 }, ["header", "textbox"], "页眉，文本框，第 3 页", "header, text box, page 3"],
  [{ kind: "cell", sheet: "Sheet1", row: 2, column: 28 }, ["body"], "工作表 Sheet1 AB2", "sheet Sheet1 AB2"],
  [{ kind: "property", name: "作者" }, ["property"], "属性 作者", "property 作者"],
  [{ kind: "name" }, ["name"], "文件名", "file name"],
  [{ kind: "whole" }, ["body"], "整个文件", "whole file"],
] as const)("place %j", (location, roles, zh, en) => {
  expect(placeInWords({ location, roles }, "zh")).toBe(zh);
  expect(placeInWords({ location, roles }, "en")).toBe(en);
});

test("reasons are told once, those against as such, unknown ones by who stated them", () => {
  const evidence = [
    { by: "validator", name: "luhn", effect: "states" },
    { by: "validator", name: "luhn", effect: "states" },
    { by: "row", name: "row:PERSON_NAME", effect: "raises" },
    { by: "role", name: "role:header", effect: "raises" },
    { by: "tag", name: "tag:official-document", effect: "raises" },
    { by: "dictionary", name: "vault", effect: "states" },
    { by: "allowlist", name: "sample", effect: "rejects" },
  ] as const;
  expect(reasonInWords(evidence, "zh")).toBe("校验位相符、同行有姓名、位于页眉、具备公文格式、词表（vault）、存疑：公开的样例值");
  expect(reasonInWords(evidence, "en")).toBe(
    "check digit holds, same row has name, stands in the header, laid out as an official document, dictionary (vault), against: a published sample value",
  );
});

test.each([
  [1, "A"],
  [26, "Z"],
  [27, "AA"],
  [702, "ZZ"],
  [703, "AAA"],
  [16_384, "XFD"],
])("column %d is %s", (column, name) => {
  expect(columnName(column)).toBe(name);
});

test.each([
  [2100, "2.1 秒", "2.1 s"],
  [200_000, "3 分 20 秒", "3 min 20 s"],
  [3_900_000, "1 小时 5 分", "1 h 5 min"],
])("%d ms is %s", (milliseconds, zh, en) => {
  expect(durationInWords(milliseconds, "zh")).toBe(zh);
  expect(durationInWords(milliseconds, "en")).toBe(en);
});

test("sizes and zones in words", () => {
  expect([sizeInWords(0), sizeInWords(1536), sizeInWords(5 * 2 ** 40)]).toEqual(["0 B", "1.5 KiB", "5.0 TiB"]);
  expect(zoneInWords("classified:jimi", "zh")).toBe("涉密计算机，“机密”级");
  expect(zoneInWords("other", "en")).toBe("other");
});

test("a path has the zone of the longest root it lies below", () => {
  const roots = [
    { path: "/srv", zone: "intranet" },
    { path: "/srv/usb", zone: "removable-internet" },
  ];
  const zoneOf = zoneFinder({ ...header, zone: "repository", roots });
  expect(["/srv/a", "/srv/usb/a", "/srv/usb", "/srv/usb2/a", "/home"].map(zoneOf)).toEqual([
    "intranet",
    "removable-internet",
    "removable-internet",
    "intranet",
    "repository",
  ]);
});

test("under a ceiling no file in violation hides behind the many places of another", () => {
  const gather = new Gather(100, () => true);
  for (const event of manyEvents(3000, 1)) gather.on(event);
  const sample = [...manyEvents(1, 1)].find((event) => event.type === "finding");
  if (sample?.type !== "finding") throw new Error("no finding");
  for (const index of [1, 2, 3]) {
    const path = `数据/另${index}.txt`;
    const mild = { ...sample.finding, path, severity: "low", judgement: { is: "violation", references: [] } } as const;
    gather.on({ type: "finding", finding: mild });
    gather.on({ type: "finding", finding: { ...mild, path: `数据/疑${index}.txt`, effect: "suspect" } });
    gather.on({ type: "finding", finding: { ...mild, path: `数据/登${index}.txt`, effect: "recorded" } });
  }
  expect(gather.files().map(({ path }) => path.slice(3, 5))).toEqual(["目录", "另1", "另2", "另3", "疑1", "疑2", "疑3"]);
});
