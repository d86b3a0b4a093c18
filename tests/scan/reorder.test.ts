import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

import type { Entry } from "../../src/model/entry.ts";
import type { ScanEvent } from "../../src/model/event.ts";
import { scan } from "../../src/scan/main.ts";
import { Keeping } from "../../src/scan/state/record.ts";
import { openState } from "../../src/scan/state/state.ts";
import type { ScanState } from "../../src/scan/state/state.ts";
import { filesystem } from "../../src/source/filesystem.ts";
import { requestOf, summaryOf, tree } from "./support.ts";

/** More than the walk runs ahead of what is told, with one changed file before them: it alone fills no batch for the workers. */
it("does not wait for a batch to fill that only the walk can fill", async () => {
  const root = tree({ "a/changed.txt": "今天下雨\n" });
  for (let index = 0; index < 4_500; index++) writeFileSync(join(root, "a", `unchanged-${String(index).padStart(4, "0")}.txt`), "");
  for (let index = 0; index < 4_500; index++) writeFileSync(join(root, `unchanged-${String(index).padStart(4, "0")}.txt`), "");
  writeFileSync(join(root, "0-changed.txt"), "今天下雨\n");
  const request = await requestOf(root);
  const directory = mkdtempSync(join(tmpdir(), "zicha-reorder-"));
  const open = async (): Promise<ScanState> => {
    const opened = await openState(directory, request, 0);
    if ("problem" in opened) throw new Error(JSON.stringify(opened.problem));
    return opened.state;
  };

  const before = await open();
  before.begin({ zone: request.zone, roots: [], host: "", started: "2026-11-26T00:00:00.000Z" } as never, []);
  const entries: Entry[] = [];
  for await (const batch of filesystem.walk(root, 0, { ...request.walk, own: [] }, new AbortController().signal))
    for (const one of batch) if (one.type === "entry") entries.push(one.entry);
  for (const entry of entries) {
    if (entry.path.includes("/unchanged") !== true) continue;
    const keeping = new Keeping();
    const lists = { failures: [], matches: [], counts: [], subjects: [], subjectsBy: {} };
    keeping.add([{ entry, shownPath: entry.path, format: "text", textless: false, bytes: 0, elapsedMs: 0, ...lists }]);
    before.store(entry, keeping.record());
  }
  before.end(undefined, new Map(), undefined as never);

  const events: ScanEvent[] = [];
  for await (const event of scan(request, new AbortController().signal, [], await open())) events.push(event);
  const { carried, ledger, complete } = summaryOf(events);
  expect([complete, ledger.entries, carried]).toEqual([true, 9_002, 9_000]);
  // In walk order, whatever was known.
  const told = events.flatMap((event) => (event.type === "entry-end" ? [event.path] : []));
  expect(told).toEqual(entries.map(({ path }) => path));
}, 60_000);
