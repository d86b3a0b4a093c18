import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

import type { ScanEvent } from "../../src/model/event.ts";
import { childLanes } from "../../src/scan/isolation/childLane.ts";
import { startThread } from "../../src/scan/isolation/lane.ts";
import type { StartLane } from "../../src/scan/isolation/lane.ts";
import { defaultLimits } from "../../src/scan/limits.ts";
import { createPool } from "../../src/scan/pool.ts";
import { header } from "../format/tarWriter.ts";
import { eventsOf, requestOf, tree } from "./support.ts";

const MIB = 1024 * 1024;

/** 48 MiB of lines that say nothing, with people where parts end. */
function largeText(): Buffer {
  const bytes = Buffer.alloc(48 * MIB, "会议要求各部门认真学习，系统运行正常。\n");
  for (let at = 8 * MIB; at < bytes.length; at += 4 * MIB) {
    bytes.write(`\n客户${"张李王"[(at / MIB / 4) % 3]}建国 身份证号 110101199003074477 手机 13682645189\n`, at - 20);
  }
  return bytes;
}

/** 34 MiB of a table of customers: people in its first rows and at the border of each part, between them rows that say nothing. */
function largeTable(): Buffer {
  const bytes = Buffer.alloc(34 * MIB, `,,,${"、".repeat(700)}\n`);
  const put = (at: number, count: number): void => {
    const people = Array.from({ length: count }, (_, row) => `张建国,110101199003074477,136${String((at + row) % 1e8).padStart(8, "0")},`);
    bytes.write(`${people.join("\n")}\n`, at);
  };
  put(0, 1000);
  bytes.write("姓名,身份证号,手机号,备注\n");
  for (let at = MIB; at < bytes.length; at += MIB / 4) put(bytes.indexOf(10, at - 1200) + 1, 60);
  return bytes;
}

function said(events: readonly ScanEvent[]): string {
  return JSON.stringify(events.slice(1, -1), (key, value: unknown) => (key === "elapsedMs" ? undefined : value));
}

test("a large file is told the same by one worker and by three, in threads and in processes", { timeout: 240_000 }, async () => {
  const root = tree({ "big.log": largeText() });
  const keyFile = join(mkdtempSync(join(tmpdir(), "zicha-key-")), "key");
  const one = await eventsOf(root, { keyFile, jobs: 1, isolation: "thread" });
  expect(one.filter(({ type }) => type === "finding").length).toBeGreaterThanOrEqual(20);
  for (const isolation of ["thread", "process"] as const)
    expect(said(await eventsOf(root, { keyFile, jobs: 3, isolation }))).toBe(said(one));
});

test("rows of a large table are told the same by one worker and by more, in threads and in processes", { timeout: 240_000 }, async () => {
  const root = tree({ "big.csv": largeTable() });
  const keyFile = join(mkdtempSync(join(tmpdir(), "zicha-key-")), "key");
  const one = await eventsOf(root, { keyFile, jobs: 1, isolation: "thread" });
  expect(one.filter(({ type }) => type === "finding").length).toBeGreaterThan(1000);
  for (const [jobs, isolation] of [
    [3, "thread"],
    [4, "process"],
  ] as const)
    expect(said(await eventsOf(root, { keyFile, jobs, isolation }))).toBe(said(one));
});

test("what lies in an archive is read by the one that has it open: others would read the archive", { timeout: 240_000 }, async () => {
  const text = largeText();
  const root = tree({ "a.tar": Buffer.concat([header("big.log", text.length), text, Buffer.alloc(1024)]) });
  const keyFile = join(mkdtempSync(join(tmpdir(), "zicha-key-")), "key");
  const one = await eventsOf(root, { keyFile, jobs: 1 });
  expect(one.filter(({ type }) => type === "finding").length).toBeGreaterThanOrEqual(20);
  expect(said(await eventsOf(root, { keyFile, jobs: 3 }))).toBe(said(one));
});

/** How much was found, -1 for each failure, and what was answered to those who asked. `fate` may end a lane that answers. */
async function total(
  jobs: number,
  start: StartLane,
  fate: (answers: number) => boolean,
  readOnce = false,
  [name, bytes]: readonly [string, () => Buffer] = ["big.log", largeText],
): Promise<{ found: number; answers: string[] }> {
  const root = tree({ [name]: bytes() });
  const { packs } = await requestOf(root);
  const answers: string[] = [];
  let found = 0;
  const pool = createPool({
    jobs,
    limits: defaultLimits,
    readOnce,
    workshop: {
      packs,
      limits: defaultLimits,
      passwords: [],
      key: new Uint8Array(32),
      showValues: false,
      kernel: "wasm",
      started: "2026-06-01T00:00:00.000Z",
    },
    startLane(setup, listener) {
      const lane = start(setup, {
        ...listener,
        heard(message) {
          if ("looked" in message) {
            answers.push(typeof message.found === "string" ? message.found : "found");
            if (fate(answers.length)) {
              void lane.terminate();
              listener.ended({ cause: "crash", begun: true, detail: "" });
              return;
            }
          }
          listener.heard(message);
        },
      });
      return lane;
    },
    maskPath: (path) => Promise.resolve(path),
    examined(_, examinations, taken) {
      for (const { failures, counts } of examinations) found += counts.reduce((sum, one) => sum + one.total, 0) - failures.length;
      taken();
    },
    ended: () => undefined,
  });
  const path = join(root, name);
  const entry = { path, key: path, root: 0, size: statSync(path).size, modified: undefined, stamp: undefined, depth: 0 };
  await pool.submit({ sequence: 0, source: "filesystem", entry });
  await pool.drain();
  await pool.close();
  return { found, answers };
}

test.each([
  ["thread", startThread],
  ["process", childLanes(new Set(["filesystem"]))],
] as const)(
  "a worker in a %s that has nothing to do looks ahead, and one that ends costs nothing",
  { timeout: 240_000 },
  async (_, start) => {
    const alone = await total(1, start, () => false);
    expect(alone.answers).toEqual([]);
    expect(alone.found).toBeGreaterThanOrEqual(20);
    const helped = await total(3, start, (answers) => answers === 2);
    expect(helped.answers.length).toBeGreaterThan(1);
    expect(helped.answers).not.toContain("declined");
    expect(helped.found).toBe(alone.found);
    expect((await total(3, start, () => false, true)).answers).toEqual([]);
  },
);

test.each([
  ["thread", startThread],
  ["process", childLanes(new Set(["filesystem"]))],
] as const)("of three workers in a %s the others count rows, and one that ends costs nothing", { timeout: 240_000 }, async (_, start) => {
  const table = ["big.csv", largeTable] as const;
  const alone = await total(1, start, () => false, false, table);
  expect(alone.answers).toEqual([]);
  const helped = await total(3, start, (answers) => answers === 3, false, table);
  expect(helped.answers.length).toBeGreaterThan(3);
  expect(helped.answers).not.toContain("declined");
  expect(helped.found).toBe(alone.found);
  expect((await total(3, start, () => false, true, table)).answers).toEqual([]);
  expect((await total(2, start, () => false, false, table)).answers).toEqual([]);
});
