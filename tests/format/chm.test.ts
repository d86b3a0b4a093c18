import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { chm } from "../../src/format/chm.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { endure } from "./hostile.ts";
import { limitedBudget, run } from "./support.ts";

const bytes = readFileSync(new URL("../../fixtures/archive/help.chm", import.meta.url));

test("pages of a help file, its contents and its title", async () => {
  expect(await chm.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  const result = await run(chm, memorySource(bytes));
  expect(result.texts).toEqual(["titles [property]: Bank help\n"]);
  expect(Object.keys(result.members)).toEqual(["_#_README_#_", "index.html", "b.html", "toc.hhc"]);
  expect(result.members["index.html"]).toContain("内部资料 客户手机 13800138000");
  expect(result.members["b.html"]?.match(/<td>1380013\d{4}<\/td>/g)?.length).toBe(600);
  expect(result.failures).toEqual([]);
});

test("one that names no pages is not taken for empty", async () => {
  const none = Buffer.from(bytes);
  for (const name of ["/_#_README_#_", "/index.html", "/b.html", "/toc.hhc"]) {
    for (let at = none.indexOf(name); at >= 0; at = none.indexOf(name)) none[at] = 0x3a;
  }
  const result = await run(chm, memorySource(none));
  expect(result.members).toEqual({});
  expect(result.failures).toEqual(["corrupt file whole"]);
});

test("limits end it", async () => {
  expect((await run(chm, memorySource(bytes), { budget: limitedBudget({ members: 1 }) })).failures).toEqual(["too-large file partial"]);
  expect((await run(chm, memorySource(bytes), { budget: limitedBudget({ inflated: 100 }) })).failures).toEqual(["too-large file partial"]);
});

test("cut, bent and garbled help files", async () => {
  const cuts = await endure(chm, bytes, 4);
  for (const failures of cuts.slice(0, -1)) expect(failures.length).toBeGreaterThan(0);
});
