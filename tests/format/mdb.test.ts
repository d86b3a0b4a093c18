import { readFileSync } from "node:fs";
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

test("the limit of cells ends it", async () => {
  expect((await run(mdb, memorySource(titles), { budget: limitedBudget({ cells: 12 }) })).failures).toEqual(["too-large file partial"]);
});

test("cut, bent and garbled databases", async () => {
  await endure(mdb, titles, 24);
}, 240_000);
