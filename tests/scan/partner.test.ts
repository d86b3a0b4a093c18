import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

import type { RequestInput } from "../../src/scan/request.ts";
import { rarVolumesOf } from "../format/rarWriter.ts";
import type { ScanEvent } from "../../src/model/event.ts";
import { scan } from "../../src/scan/main.ts";
import { openState } from "../../src/scan/state/state.ts";
import { eventsOf, requestOf, summaryOf, tree } from "./support.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/beside/${name}`, import.meta.url));
const person = "姓名：张三，身份证号：110101199003074477\n";
const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = rarVolumesOf(
  [
    { name: "a.txt", data: "x".repeat(500) },
    { name: "b.txt", data: person },
  ],
  400,
);
const files = {
  // Without the noise the memo file would be read as the text that it is.
  "m.dbf": fixture("memo-fox.dbf"),
  "m.fpt": Buffer.concat([fixture("memo-fox.fpt"), Buffer.alloc(4096, Uint8Array.of(0, 7, 255, 1, 144, 2))]),
  "x.part1.rar": first,
  "x.part2.rar": second,
};

/** Failures by name, and the texts that were found. */
async function said(change: (root: string) => Partial<RequestInput>): Promise<{ failures: readonly string[]; found: readonly string[] }> {
  const root = tree(files);
  const events = await eventsOf(root, { isolation: "none", ...change(root) });
  return {
    failures: events.flatMap((event) =>
      event.type === "failure"
        ? [`${event.failure.code} ${event.failure.path.slice(root.length + 1)}${event.failure.partial ? "+" : ""}`]
        : [],
    ),
    found: events.flatMap((event) =>
      event.type === "finding" ? [`${event.finding.infoType} ${event.finding.path.slice(root.length + 1)}`] : [],
    ),
  };
}

test("what is read with a file beside it is not read by itself, also where both were named", async () => {
  const whole = await said(() => ({}));
  expect(whole.failures).toEqual([]);
  expect(whole.found).toContain("CN_RESIDENT_ID x.part1.rar!/b.txt");
  expect(await said((root) => ({ targets: Object.keys(files).map((name) => join(root, name)) }))).toEqual(whole);
});

test("a memo file or a later volume whose first is left out is read by itself, and what is lost is told", async () => {
  const left = await said(() => ({ exclude: ["x.part1.rar", "*.dbf"] }));
  expect(left.failures).toEqual(["not-found m.fpt+", "not-found x.part2.rar!/a.txt"]);
  expect(left.found).toContain("CN_RESIDENT_ID x.part2.rar!/b.txt");
  expect(left.found).toContain("CN_MOBILE m.fpt");
  expect(await said(() => ({ include: ["*.fpt", "*.part2.rar"] }))).toEqual(left);
  expect(await said((root) => ({ targets: ["m.fpt", "x.part2.rar"].map((name) => join(root, name)) }))).toEqual(left);
});

test("a log that its database does not use is read by itself", async () => {
  const database = Buffer.from(fixture("wal.db"));
  const log = fixture("wal.db-wal");
  const both = async (main: Buffer): Promise<readonly string[]> => {
    const root = tree({ "a.db": main, "a.db-wal": log });
    const events = await eventsOf(root, { isolation: "none" });
    return events.flatMap((event) =>
      event.type === "failure" ? [`${event.failure.path.slice(root.length + 1)}: ${event.failure.detail}`] : [],
    );
  };
  expect(await both(database)).toEqual([]);
  const told = ["a.db-wal: write-ahead log that its database does not use: only runs of text are read"];
  database.fill(1, 18, 20);
  expect((await both(database)).filter((one) => one.startsWith("a.db-wal"))).toEqual(told);
  expect((await both(Buffer.from("no database at all"))).filter((one) => one.startsWith("a.db-wal"))).toEqual(told);
});

test("what hangs on a file beside it is read again by another run", async () => {
  const state = join(mkdtempSync(join(tmpdir(), "zicha-state-")), "state");
  const keyFile = join(tree({ key: "07".repeat(32) }), "key");
  const root = tree({ ...files, "plain.txt": person });
  const run = async (change: Partial<RequestInput> = {}): Promise<{ failures: readonly string[]; known: number }> => {
    const request = await requestOf(root, { keyFile, createKey: false, jobs: 1, isolation: "none", ...change });
    const opened = await openState(state, request, 0);
    if ("problem" in opened) throw new Error(JSON.stringify(opened.problem));
    const events: ScanEvent[] = [];
    for await (const event of scan(request, new AbortController().signal, [], opened.state)) events.push(event);
    return {
      failures: events.flatMap((event) =>
        event.type === "failure" ? [`${event.failure.code} ${event.failure.path.slice(root.length + 1)}`] : [],
      ),
      known: summaryOf(events).carried ?? 0,
    };
  };
  expect(await run()).toEqual({ failures: [], known: 0 });
  expect(await run()).toEqual({ failures: [], known: 1 });
  const without = await run({ exclude: ["x.part1.rar", "*.dbf"] });
  expect(without.failures).toEqual(["not-found m.fpt", "not-found x.part2.rar!/a.txt"]);
  expect((await run()).failures).toEqual([]);
  // What is left is as it was, byte for byte.
  rmSync(join(root, "x.part2.rar"));
  rmSync(join(root, "m.fpt"));
  const left = await run();
  expect(left.known).toBe(1);
  expect(left.failures).toContain("not-found m.dbf");
});

test("a log that changed beside a database that did not is read by the next run", async () => {
  const state = join(mkdtempSync(join(tmpdir(), "zicha-state-")), "state");
  const keyFile = join(tree({ key: "07".repeat(32) }), "key");
  const plain = (name: string): Buffer => readFileSync(new URL(`../../fixtures/database/${name}`, import.meta.url));
  const root = tree({ "a.db": plain("wal.db") });
  const found = async (): Promise<readonly string[]> => {
    const request = await requestOf(root, { keyFile, createKey: false, jobs: 1, isolation: "none" });
    const opened = await openState(state, request, 0);
    if ("problem" in opened) throw new Error(JSON.stringify(opened.problem));
    const events: ScanEvent[] = [];
    for await (const event of scan(request, new AbortController().signal, [], opened.state)) events.push(event);
    return events.flatMap((event) => (event.type === "finding" ? [event.finding.infoType] : []));
  };
  expect(await found()).toEqual([]);
  writeFileSync(join(root, "a.db-wal"), plain("wal.db-wal"));
  expect(await found()).toEqual(["CN_MOBILE"]);
  rmSync(join(root, "a.db-wal"));
  expect(await found()).toEqual([]);
});
