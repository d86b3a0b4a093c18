import { expect, test } from "vitest";
import { memorySource } from "../../../src/format/shared/bytes.ts";
import { createSink } from "../../../src/format/shared/flow.ts";
import { openPackage } from "../../../src/format/shared/package.ts";
import { createSharedStrings, readSharedStrings } from "../../../src/format/shared/sharedStrings.ts";
import { entryOf, limitedBudget } from "../support.ts";
import { zipOf } from "../zipWriter.ts";

test("strings over the table's limit are told without their cells: none is lost, none is told twice", async () => {
  const data = `<sst>${Array.from({ length: 9 }, (_, index) => `<si><t>串${index}</t></si>`).join("")}</sst>`;
  const bytes = zipOf([{ name: "xl/sharedStrings.xml", data }]);
  const from = await openPackage({
    entry: entryOf("book.xlsx", bytes.length),
    bytes: memorySource(bytes),
    budget: limitedBudget(),
    passwords: [],
    signal: new AbortController().signal,
  });
  const part = from?.part("xl/sharedStrings.xml");
  if (from === undefined || part === undefined) throw new Error("the package is not read");
  // Four bytes each: three fit.
  const strings = createSharedStrings({ plain: 14, packed: 0 });
  const told: string[] = [];
  for await (const item of readSharedStrings(from, part, strings)) {
    if (item.type === "failure") told.push(`${item.failure.code} ${item.failure.partial ? "partial" : "whole"}`);
    if (item.type === "chunk" && item.chunk.content.kind === "utf8") told.push(Buffer.from(item.chunk.content.bytes).toString());
  }
  expect(told).toEqual(["too-large partial", "串3\n串4\n串5\n串6\n串7\n串8\n"]);
  expect([0, 2, 3, 8].map((index) => Buffer.from(strings.get(index), "latin1").toString())).toEqual(["串0", "串2", "", ""]);
});

test("strings beyond what lies plain are kept packed: cells get them, in any order, and those no cell names are told", () => {
  const strings = createSharedStrings({ plain: 40_000, packed: 1_000_000 });
  const text = (index: number): string => Buffer.from(`客户${index}`.repeat(1 + (index % 50))).toString("latin1");
  const count = 5000;
  for (let index = 0; index < count; index++) expect(strings.add(text(index))).toBe(true);
  for (let step = 0; step < count; step++) {
    const index = (step * 1237) % count;
    if (index !== 17 && index !== 4998 && strings.get(index) !== text(index))
      expect([index, strings.get(index)]).toEqual([index, text(index)]);
  }
  const sink = createSink(limitedBudget(), "book.xlsx");
  const told: string[] = [];
  for (const item of strings.giveUnused(sink))
    if (item.type === "chunk" && item.chunk.content.kind === "utf8") told.push(Buffer.from(item.chunk.content.bytes).toString("latin1"));
  expect(told).toEqual([`${text(17)}\n${text(4998)}\n`]);
});
