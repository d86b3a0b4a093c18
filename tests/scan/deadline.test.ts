import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Extracted, Extractor } from "../../src/model/chunk.ts";
import type { Entry } from "../../src/model/entry.ts";
import type { Examination } from "../../src/model/finding.ts";
import { loadPacks } from "../../src/rulepack/load.ts";
import { createDeadline } from "../../src/scan/deadline.ts";
import { examine, memorySource } from "../../src/scan/examine.ts";
import type { Workshop } from "../../src/scan/examine.ts";
import { defaultLimits } from "../../src/scan/limits.ts";
import { pack } from "../../src/scan/packed.ts";
import { createPool } from "../../src/scan/pool.ts";
import { shippedRules } from "../../src/scan/request.ts";
import { createWorkshop } from "../../src/scan/workshop.ts";
import type { WorkshopSetup } from "../../src/scan/workshop.ts";

let setup: WorkshopSetup;
let workshop: Workshop;

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
  workshop = createWorkshop(setup);
});

const person = "姓名：张三，身份证号：110101199003074477";

function said(text: string): Extracted {
  const content = { kind: "utf8", bytes: Buffer.from(text), locate: () => ({ kind: "offset", bytes: 0 }) as const } as const;
  return { type: "chunk", chunk: { content, flow: "body", start: 0, roles: ["body"] } };
}

/** Keeps the thread busy, as a parser does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function reader(extract: Extractor["extract"]): Extractor {
  return { id: "slow", title: { zh: "慢", en: "slow" }, version: 1, access: "any", accepts: () => true, extract };
}

function entryNamed(path: string, depth = 0): Entry {
  return { path, key: path, root: 0, size: 10, modified: undefined, stamp: undefined, depth };
}

async function examined(extractor: Extractor, change: Partial<Workshop>, path = "a.slow"): Promise<readonly string[]> {
  const told: string[] = [];
  await examine(
    { ...workshop, extractors: [extractor], ...change },
    entryNamed(path),
    () => Promise.resolve(memorySource(Buffer.from("0123456789"))),
    undefined,
    { aborted: false },
    ({ entry, matches, failures }: Examination) => {
      const ids = matches.filter(({ infoType }) => infoType === "CN_RESIDENT_ID").length;
      told.push([entry.path, ids, ...failures.map(({ code, detail, partial }) => `${code}${partial ? "+" : "-"} ${detail}`)].join(" | "));
    },
  );
  return told;
}

const brief = { limits: { ...defaultLimits, entryTime: 400 } };
const late = "timeout+ not read to its end within 0 s";

test("an entry whose time is up tells what was found until then", async () => {
  const endless = reader(async function* () {
    for (let page = 0; ; page++) {
      yield said(page < 2 ? person : "");
      work(50);
    }
  });
  expect(await examined(endless, brief)).toEqual([`a.slow | 2 | ${late}`]);
});

test("a text that is told piece by piece takes as long as it is long, as long as pieces come", async () => {
  const long = (pause: number): Extractor => ({
    ...reader(async function* () {
      for (let page = 0; page < 12; page++) {
        yield said(page < 2 ? person : "");
        work(page === 6 ? pause : 50);
      }
    }),
    divisible: true,
  });
  expect(await examined(long(50), brief)).toEqual(["a.slow | 2"]);
  expect(await examined(long(500), brief)).toEqual([`a.slow | 2 | ${late}`]);
});

test("a reader that stops by itself, with or without a word, is told as late too", async () => {
  const polite = reader(async function* ({ signal, entry }) {
    yield said(person);
    while (!signal.aborted) work(20);
    yield { type: "failure", failure: { stage: "extract", code: "interrupted", path: entry.path, detail: "between pages", partial: true } };
  });
  expect(await examined(polite, brief)).toEqual([`a.slow | 1 | ${late}`]);
  const silent = reader(async function* ({ signal }) {
    yield said(person);
    while (!signal.aborted) work(20);
  });
  expect(await examined(silent, brief)).toEqual([`a.slow | 1 | ${late}`]);
});

test("what is nested in it is told, and so is what holds it", async () => {
  const nesting = reader(async function* ({ entry }) {
    if (entry.depth > 0) {
      yield said(person);
      if (entry.path.endsWith("2")) work(500);
      return;
    }
    for (const name of ["1", "2", "3"]) {
      yield { type: "member", entry: entryNamed(`${entry.path}!/${name}`, 1), open: () => Promise.resolve(memorySource(Buffer.from("x"))) };
    }
  });
  expect(await examined(nesting, brief)).toEqual(["a.slow!/1 | 1", `a.slow!/2 | 1 | ${late}`, `a.slow | 0 | ${late}`]);
});

test("an entry that ended its worker before is read up to there, with the failure of that time", async () => {
  let pulled = 0;
  const fatal = reader(async function* () {
    for (const text of [person, person, "behind which it ended"]) {
      pulled++;
      yield said(text);
    }
  });
  const before = { code: "out-of-memory", detail: "the reader outgrew the memory of its worker", steps: 2 } as const;
  expect(await examined(fatal, { before })).toEqual(["a.slow | 2 | out-of-memory+ the reader outgrew the memory of its worker"]);
  expect(pulled).toBe(2);
  const name = "名单110101199003074477.slow";
  expect(await examined(fatal, { before: { ...before, steps: 0 } }, name)).toEqual([
    `${name} | 1 | out-of-memory+ the reader outgrew the memory of its worker`,
  ]);
  expect(pulled).toBe(2);
});

test("text that goes on being read, and entries that come back, give it more time", () => {
  const deadline = createDeadline({ entryTime: 60, fileSize: 1 }, undefined, { aborted: false }, undefined);
  work(40);
  deadline.progress();
  work(40);
  expect(deadline.aborted).toBe(false);
  deadline.nested();
  work(60);
  expect(deadline.aborted).toBe(false);
  work(80);
  expect(deadline.aborted).toBe(true);
});

test("a worker that is ended loses what it had not come to, and no more", async () => {
  const directory = mkdtempSync(join(tmpdir(), "zicha-deadline-"));
  const path = join(directory, "a.txt");
  const text = `${person}\n${"客户 13800138000 于 2024 年存入 6222021234567890123 元\n".repeat(400_000)}`;
  writeFileSync(path, text);
  const told: Examination[] = [];
  let lanes = 0;
  const pool = createPool({
    jobs: 1,
    limits: defaultLimits,
    workshop: setup,
    startLane(_, listener) {
      // A worker that dies after a block of text; the one after it must be asked for one block.
      const lane = ++lanes;
      const status = new Int32Array(new SharedArrayBuffer(32));
      return {
        status,
        send(message) {
          if (!("entries" in message)) return;
          const { id } = message;
          const [task] = message.entries;
          if (task === undefined) return;
          status[0] = task.sequence;
          status[5] = 1;
          if (lane === 1) setTimeout(() => listener.ended({ cause: "memory", begun: true, detail: "" }), 1);
          else {
            const step = task.before;
            void examine(
              { ...workshop, ...(step === undefined ? {} : { before: step }) },
              task.entry,
              () => Promise.resolve(memorySource(Buffer.from(text))),
              undefined,
              { aborted: false },
              (examination) =>
                listener.heard({ batch: id, packed: pack([{ sequence: task.sequence, examination }]), done: [], finished: false }),
            ).then(() => listener.heard({ batch: id, packed: pack([]), done: [task.sequence], finished: true }));
          }
        },
        interrupt: () => undefined,
        memory: () => undefined,
        time: () => undefined,
        terminate: () => Promise.resolve(),
      };
    },
    maskPath: (shown) => Promise.resolve(shown),
    examined: (_, examinations) => void told.push(...examinations),
    ended: () => undefined,
  });
  await pool.submit({ sequence: 0, source: "filesystem", entry: { ...entryNamed(path), size: Buffer.byteLength(text) } });
  await pool.drain();
  await pool.close();
  const [one] = told;
  expect(told.length).toBe(1);
  expect(one?.failures).toEqual([
    { stage: "extract", code: "out-of-memory", path, detail: "the reader outgrew the memory of its worker", partial: true },
  ]);
  expect(one?.matches.filter(({ infoType }) => infoType === "CN_RESIDENT_ID").length).toBe(1);
  expect(one?.bytes).toBeLessThan(text.length / 2);
});
