import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { xps } from "../../src/format/xps.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import { zipOf } from "./zipWriter.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/beside/${name}`, import.meta.url));

test.each(["statement.xps", "statement.oxps"])("%s: glyphs joined to lines, pages in order", async (name) => {
  const bytes = fixture(name);
  expect(await xps.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  const result = await run(xps, memorySource(bytes));
  checkChunks(result);
  expect(result.failures).toEqual([]);
  expect(result.texts.slice(0, 3)).toEqual([
    "page1 [body]: 对账单 机密★10年\n户名 测试甲\n13800130701\n",
    "page1-links [link]: http://example.com/客户\n",
    "page2 [body]: 第二页 账号 6222021234567890123\n{备注}13800130702\n",
  ]);
});

const page = (body: string): string => `<FixedPage xmlns="http://schemas.microsoft.com/xps/2005/06">${body}</FixedPage>`;

test("pages that are pictures are told, and parts in pieces", async () => {
  const bytes = zipOf([
    { name: "Documents/1/Pages/1.fpage", data: page('<Path><Path.Fill><ImageBrush ImageSource="/a.png"/></Path.Fill></Path>') },
    { name: "Documents/1/Pages/2.fpage", data: page('<Glyphs UnicodeString="text" OriginX="1" OriginY="1" FontRenderingEmSize="10"/>') },
    { name: "Documents/1/Pages/3.fpage/[0].piece", data: "<FixedPage>" },
  ]);
  const result = await run(xps, memorySource(bytes));
  expect(result.failures).toEqual(["unsupported-format file partial", "no-text file partial"]);
  expect(result.texts).toContain("page2 [body]: text\n");
});

test.each([
  ["letters that were turned into outlines", `<Path Data="F1 ${"M 1,1 C 2,2 3,3 4,4 Z m 1,1 l 2,2 z ".repeat(11)}"/>`, true],
  ["outlines as figures", "<PathFigure/>".repeat(21), true],
  ["a frame and a rule", '<Path Data="M 1,1 L 9,1 9,9 1,9 Z"/><Path Data="M 1,5 L 9,5"/>', false],
  ["signs without a meaning", '<Glyphs Indices="5;6" OriginX="1" OriginY="1"/>', true],
  ["a scan with its page number", '<ImageBrush Viewport="0,0,90,90"/><Glyphs UnicodeString="第 7 页" OriginX="1" OriginY="1"/>', true],
  ["a logo beside a line", '<ImageBrush Viewport="0,0,9,9"/><Glyphs UnicodeString="第 7 页" OriginX="1" OriginY="1"/>', false],
  ["an empty page", "", false],
] as const)("%s", async (_, body, told) => {
  const content = page(body).replace("<FixedPage", '<FixedPage Width="100" Height="100"');
  const result = await run(xps, memorySource(zipOf([{ name: "1.fpage", data: content }])));
  expect(result.failures).toEqual(told ? ["no-text file partial"] : []);
});

test("a document that names itself does not loop", async () => {
  const bytes = zipOf([
    {
      name: "a.fdseq",
      data: '<FixedDocumentSequence><DocumentReference Source="a.fdoc"/><DocumentReference Source="a.fdseq"/></FixedDocumentSequence>',
    },
    { name: "a.fdoc", data: '<FixedDocument><PageContent Source="a.fdoc"/><PageContent Source="../../1.fpage"/></FixedDocument>' },
    { name: "1.fpage", data: page('<Glyphs UnicodeString="once" OriginX="1" OriginY="1"/>') },
  ]);
  const result = await run(xps, memorySource(bytes));
  expect(result.texts.filter((text) => text.includes("once")).length).toBe(1);
});

test("limits end it", async () => {
  const result = await run(xps, memorySource(fixture("statement.xps")), { budget: limitedBudget({ pages: 1 }) });
  expect(result.failures).toContain("too-large file partial");
});

test("cut, bent and garbled documents", async () => {
  await checkDamage(xps, fixture("statement.xps"), 4, "reads");
});
