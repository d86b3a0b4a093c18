import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { mdb } from "../../src/format/mdb.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { endure } from "./hostile.ts";
import { limitedBudget, run } from "./support.ts";

const titles = readFileSync(new URL("../../fixtures/database/titles.mdb", import.meta.url));

test("tables with their columns", async () => {
  expect(await mdb.accepts(await createProbe("x", memorySource(titles)))).toBe(true);
  const result = await run(mdb, memorySource(titles));
  expect(result.texts).toEqual([
    "table-Titles [body]: TitleID\tArtist\tTitle\tCopyright\tLabel\tReleaseDate\tNumTracks\tNumMenus\tPlayList\tTitleQuery\n",
    "table-Tracks [body]: TitleID\tTrackID\tTrackName\n",
    "table-Menus [body]: TitleID\tMenuID\tMenuName\tMenuQuery\n",
    "table-Batch [body]: TitleID\tNumTracks\tTitleQuery\n",
  ]);
  expect(result.failures).toEqual([]);
});

test("rows of an Access 2010 database: text, numbers, dates, memos, an object", async () => {
  const database = gunzipSync(readFileSync(new URL("../../fixtures/database/rows.accdb.gz", import.meta.url)));
  expect(await mdb.accepts(await createProbe("x", memorySource(database)))).toBe(true);
  const result = await run(mdb, memorySource(database));
  const [first, second, third] = (result.texts[0] ?? "").split("\n");
  expect(first).toContain("ID\tShortTextField\tNumberField\tCurrencyField\tDateField\tYesNoField");
  expect(second).toContain("2\t普林斯顿大学\t0\t0.0000");
  expect(third).toContain("1\tthe quick\t3\t6.2300\t2015-06-24");
  // Rich text, which Access keeps as HTML.
  expect(third).toContain("\tfox jumped\tover the bold italic dog\t");
  expect(result.texts[1]).toContain("LongDateTime\n1\t2015-06-29");
  expect(Object.keys(result.members)).toEqual(["Table1/3/OLEObject"]);
  expect(result.failures).toEqual([]);
});

test("the limit of cells ends it", async () => {
  expect((await run(mdb, memorySource(titles), { budget: limitedBudget({ cells: 12 }) })).failures).toEqual(["too-large file partial"]);
});

test("pages of a definition that go in a circle", async () => {
  const looping = Buffer.from(titles);
  // 2: the definition of a table; the next page of it stands at 4.
  const pages = Array.from({ length: titles.length / 4096 }, (_, page) => page).filter((page) => titles[page * 4096] === 2 && page > 2);
  for (const page of pages.slice(-1)) looping.writeUInt32LE(page, page * 4096 + 4);
  const result = await run(mdb, memorySource(looping));
  expect(result.failures).toEqual(["corrupt file partial"]);
  expect(result.texts.length).toBe(3);
}, 60_000);

test("cut, bent and garbled databases", async () => {
  await endure(mdb, titles, 24);
}, 240_000);

test("a table that says it has millions of rows, or none, is read as far as there are rows", async () => {
  for (const [said, failures] of [
    [20_000_000, Array.from({ length: 4 }, () => "corrupt file partial")],
    [0, []],
  ] as const) {
    const bytes = Buffer.from(titles);
    const whole = await run(mdb, memorySource(titles));
    for (let page = 4096; page < bytes.length; page += 4096) {
      // Definitions of tables.
      if (bytes[page] === 2 && bytes[page + 1] === 1) bytes.writeUInt32LE(said, page + 16);
    }
    const result = await run(mdb, memorySource(bytes));
    expect(result.texts).toEqual(whole.texts);
    expect(result.failures).toEqual(failures);
  }
});
