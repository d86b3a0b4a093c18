import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

import type { Entry } from "../../../src/model/entry.ts";
import type { ScanHeader, ScanSummary } from "../../../src/model/event.ts";
import type { Examination } from "../../../src/model/finding.ts";
import { openDatabase } from "../../../src/scan/state/database.ts";
import { Keeping } from "../../../src/scan/state/record.ts";
import { openState } from "../../../src/scan/state/state.ts";
import type { ScanState } from "../../../src/scan/state/state.ts";
import { Places } from "../../../src/util/gating.ts";
import { exactText } from "../../../src/util/path.ts";
import { requestOf, tree } from "../support.ts";

const root = tree({ "x.txt": "x" });
const request = await requestOf(root);
const directory = mkdtempSync(join(tmpdir(), "zicha-rows-"));

async function open(): Promise<ScanState> {
  const opened = await openState(directory, request, 0);
  if ("problem" in opened) throw new Error(JSON.stringify(opened.problem));
  opened.state.begin({ zone: "internet", roots: [], host: "", started: "2026-11-26T00:00:00.000Z" } as unknown as ScanHeader, []);
  return opened.state;
}

function end(state: ScanState): void {
  state.end({ complete: true } as unknown as ScanSummary, new Map(), new Places([root]));
}

function entryOf(below: string, stamp = `1:${below.length}:3:4`): Entry {
  return { path: `${root}/${below}`, key: `${root}/${below}`, root: 0, size: 1, modified: undefined, stamp, depth: 0 };
}

function examined(entry: Entry, textless = false): readonly Examination[] {
  const lists = { failures: [], matches: [], counts: [], subjects: [], subjectsBy: {} };
  return [{ entry, shownPath: entry.path, format: "text", textless, bytes: entry.path.length, elapsedMs: 1, ...lists }];
}

/** What the walk asks of each entry, in its order; what is not known is read and kept. Gives how often which answer came. */
function pass(state: ScanState, entries: readonly Entry[]): Readonly<Record<"plain" | "known" | "read", number>> {
  const count = { plain: 0, known: 0, read: 0 };
  for (const entry of entries) {
    const name = entry.key.lastIndexOf("/") + 1;
    state.unchanged.enter(0, entry.key.slice(0, name));
    const [size, modified, changed, inode] = (entry.stamp ?? "").split(":").map(Number) as [number, number, number, number];
    const plain = state.unchanged.file(exactText(entry.key.slice(name)) ?? "", size, modified, changed, inode);
    if (plain !== undefined) {
      expect(plain).toEqual({ format: "text", bytes: entry.path.length });
      count.plain++;
      continue;
    }
    const known = state.lookup(entry);
    if (known !== undefined) {
      expect(known).toMatchObject([{ entry, textless: entry.path.endsWith(".bin"), bytes: entry.path.length }]);
      count.known++;
      continue;
    }
    count.read++;
    const keeping = new Keeping();
    keeping.add(examined(entry, entry.path.endsWith(".bin")));
    state.store(entry, keeping.record());
  }
  return count;
}

test("is merged with the walk over many pages, whatever changed, came, went or lies out of order", async () => {
  // In walk order: the files of a directory, then its directories. Five pages and a bit.
  const names: string[] = [];
  for (let folder = 0; folder < 42; folder++) {
    for (let file = 0; file < 250; file++) {
      const extension = file % 10 === 3 ? "bin" : "txt";
      names.push(
        `d${String(folder).padStart(2, "0")}/资料-${String(file).padStart(3, "0")}.${extension}`.replaceAll("资料", "\u00e8\u00b5\u0084"),
      );
    }
  }
  const entries = names.map((name) => entryOf(name));
  let state = await open();
  expect(pass(state, entries)).toEqual({ plain: 0, known: 0, read: 10_500 });
  end(state);

  state = await open();
  expect(pass(state, entries)).toEqual({ plain: 9_450, known: 1_050, read: 0 });
  end(state);

  // Of one folder all is gone, of each other folder one file is gone, one changed and one new.
  const changed = entries.flatMap((entry, index) => {
    const [folder, file] = [Math.floor(index / 250), index % 250];
    if (folder === 7 || file === 20) return [];
    if (file === 30) return [{ ...entry, stamp: "2:2:2:2" }];
    return file === 40 ? [entry, entryOf(`d${String(folder).padStart(2, "0")}/\u00e8\u00b5\u0084-040a.txt`)] : [entry];
  });
  state = await open();
  const mixed = pass(state, changed);
  expect([mixed.read, mixed.plain + mixed.known]).toEqual([82, changed.length - 82]);
  // What comes after a file that is gone is looked for, the rest is the next row.
  expect(mixed.plain).toBeGreaterThan(9_000);
  end(state);
  state = await open();
  expect(pass(state, changed).read).toBe(0);
  end(state);

  // Pages that are no pages are put together anew.
  const database = await openDatabase(join(directory, "state.db"));
  const pages = Number(database?.prepare("SELECT count(*) AS n FROM pages").get()?.["n"]);
  expect(pages).toBeGreaterThan(4);
  expect(pages).toBeLessThan(8);
  database?.exec("UPDATE pages SET data = zeroblob(13) WHERE after > x'0264'; UPDATE pages SET last = x'' WHERE after = x''");
  database?.close();
  state = await open();
  const anew = pass(state, changed);
  expect([anew.read, anew.plain]).toEqual([0, changed.length - changed.filter(({ path }) => path.endsWith(".bin")).length]);
  end(state);

  // Backwards, as links and lists may come: each is asked for by itself, and nothing is taken for another.
  state = await open();
  const backwards = pass(state, changed.toReversed());
  expect(backwards.read).toBe(0);
  end(state);
  state = await open();
  expect(pass(state, changed).read).toBe(0);
  end(state);
});
