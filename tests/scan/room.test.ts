import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import type { Entry } from "../../src/model/entry.ts";
import type { Examination } from "../../src/model/finding.ts";
import { loadPacks } from "../../src/rulepack/load.ts";
import { startThread } from "../../src/scan/isolation/lane.ts";
import { childLanes } from "../../src/scan/isolation/childLane.ts";
import { createDeadline } from "../../src/scan/deadline.ts";
import { defaultLimits } from "../../src/scan/limits.ts";
import { pack } from "../../src/scan/packed.ts";
import { createPool } from "../../src/scan/pool.ts";
import { shippedRules } from "../../src/scan/request.ts";
import { ROOM } from "../../src/scan/room.ts";
import { Keeping } from "../../src/scan/state/record.ts";
import type { WorkshopSetup } from "../../src/scan/workshop.ts";
import { eventsOf, tree } from "./support.ts";

let setup: WorkshopSetup;

beforeAll(async () => {
  setup = {
    packs: await loadPacks([shippedRules], { disabled: [] }),
    limits: defaultLimits,
    passwords: [],
    key: new Uint8Array(32),
    showValues: false,
    kernel: "wasm",
    started: "2026-01-01T00:00:00Z",
  };
});

/** A folder of `count` mails without anything to find. */
function folder(count: number): string {
  return "From a@b.cn Thu Nov 26 01:16:28 2026\nSubject: x\n\ny\n\n".repeat(count);
}

function entryAt(path: string): Entry {
  return { path, key: path, root: 0, size: statSync(path).size, modified: undefined, stamp: undefined, depth: 0 };
}

function examinationOf(path: string): Examination {
  const entry = { path, key: path, root: 0, size: 1, modified: undefined, stamp: undefined, depth: path.includes("!/") ? 1 : 0 };
  return {
    entry,
    shownPath: path,
    format: "text",
    textless: false,
    failures: [],
    matches: [],
    counts: [],
    subjects: [],
    subjectsBy: {},
    bytes: 1,
    elapsedMs: 0,
  };
}

test.each([
  ["a thread", startThread],
  ["a process", childLanes(new Set(["filesystem"]))],
])("%s that has given what there is room for waits until it is told", { timeout: 240_000 }, async (_, startLane) => {
  const path = join(mkdtempSync(join(tmpdir(), "zicha-room-")), "a.mbox");
  const count = ROOM + 300;
  writeFileSync(path, folder(count));
  const held: (() => void)[] = [];
  let told = 0;
  let ended = false;
  let free = false;
  const pool = createPool({
    jobs: 1,
    limits: defaultLimits,
    workshop: setup,
    startLane,
    maskPath: (shown) => Promise.resolve(shown),
    examined(_sequence, examinations, taken) {
      told += examinations.length;
      expect(examinations.flatMap(({ failures }) => failures)).toEqual([]);
      if (free) taken();
      else held.push(taken);
    },
    ended: () => (ended = true),
  });
  await pool.submit({ sequence: 0, source: "filesystem", entry: entryAt(path) });
  pool.flush();
  while (told <= ROOM) await setTimeout(50);
  await setTimeout(2_000);
  expect(told).toBe(ROOM + 1);
  expect(ended).toBe(false);
  free = true;
  for (const taken of held) taken();
  await pool.drain();
  await pool.close();
  expect([told, ended]).toEqual([count + 1, true]);
});

test("a worker that waits is not late for that", async () => {
  const failures: string[] = [];
  const status = new Int32Array(new SharedArrayBuffer(32));
  const pool = createPool({
    jobs: 1,
    limits: { ...defaultLimits, entryTime: 200 },
    workshop: setup,
    startLane(_setup, listener) {
      return {
        status,
        send(message) {
          if (!("entries" in message)) return;
          const { id } = message;
          status[0] = 0;
          status[6] = 1;
          void setTimeout(1_000).then(() => {
            status[6] = 0;
            listener.heard({ batch: id, packed: pack([{ sequence: 0, examination: examinationOf("a") }]), done: [0], finished: true });
          });
        },
        interrupt: () => undefined,
        memory: () => undefined,
        time: () => undefined,
        terminate: () => Promise.resolve(),
      };
    },
    maskPath: (shown) => Promise.resolve(shown),
    examined: (_, examinations) => void failures.push(...examinations.flatMap((one) => one.failures.map(({ code }) => code))),
    ended: () => undefined,
  });
  await pool.submit({ sequence: 0, source: "filesystem", entry: examinationOf("a").entry });
  await pool.drain();
  await pool.close();
  expect(failures).toEqual([]);
  const deadline = createDeadline({ entryTime: 60, fileSize: 1 }, undefined, { aborted: false }, undefined);
  await setTimeout(100);
  deadline.waited(100);
  expect(deadline.aborted).toBe(false);
});

test("what was handed on before a worker ended does not come twice", async () => {
  const told: string[] = [];
  const ended: number[] = [];
  let lanes = 0;
  const pool = createPool({
    jobs: 1,
    limits: defaultLimits,
    workshop: setup,
    startLane(_setup, listener) {
      const first = ++lanes === 1;
      const status = new Int32Array(new SharedArrayBuffer(32));
      return {
        status,
        send(message) {
          if (!("entries" in message)) return;
          const { id, entries } = message;
          const sequence = entries[0]?.sequence ?? -1;
          status[0] = sequence;
          const members = ["a!/1", "a!/2", ...(first ? [] : ["a!/3", "a"])];
          const examinations = members.map((path) => ({ sequence, examination: examinationOf(path) }));
          queueMicrotask(() => {
            listener.heard({ batch: id, packed: pack(examinations), done: first ? [] : [sequence], finished: !first });
            if (first) listener.ended({ cause: "crash", begun: true, detail: "" });
          });
        },
        interrupt: () => undefined,
        memory: () => undefined,
        time: () => undefined,
        terminate: () => Promise.resolve(),
      };
    },
    maskPath: (shown) => Promise.resolve(shown),
    examined: (_, examinations) => void told.push(...examinations.map(({ entry }) => entry.path)),
    ended: (sequence) => void ended.push(sequence),
  });
  await pool.submit({ sequence: 0, source: "filesystem", entry: { ...examinationOf("a").entry } });
  await pool.drain();
  await pool.close();
  expect(told).toEqual(["a!/1", "a!/2", "a!/3", "a"]);
  expect(ended).toEqual([0]);
  expect(lanes).toBe(2);
});

test("two files that hold more than there is room for come in walk order, one also without workers", { timeout: 240_000 }, async () => {
  const count = ROOM + 300;
  const root = tree({ "a.mbox": folder(count), "b.mbox": folder(count) });
  const paths = async (change: Parameters<typeof eventsOf>[1]): Promise<readonly string[]> =>
    (await eventsOf(root, change)).flatMap((event) => (event.type === "entry-end" ? [event.path] : []));
  const [a, b] = ["a.mbox", "b.mbox"].map((name) => {
    const path = join(root, name);
    return [...Array.from({ length: count }, (_, index) => `${path}!/${index + 1}.eml`), path];
  });
  expect(await paths({ jobs: 2 })).toEqual([...(a ?? []), ...(b ?? [])]);
  expect(await paths({ isolation: "none", targets: [join(root, "a.mbox")] })).toEqual(a);
});

test("a state keeps no entry that holds more than is sensible to keep", () => {
  const few = new Keeping();
  few.add([examinationOf("a!/1"), examinationOf("a")]);
  expect(few.record()?.data).toContain('"suffix":"!/1"');
  const many = new Keeping();
  for (let index = 0; index < 60; index++) many.add(Array.from({ length: 1_000 }, (_, at) => examinationOf(`a!/${index}-${at}`)));
  many.add([examinationOf("a")]);
  expect(many.record()).toBe(undefined);
});
