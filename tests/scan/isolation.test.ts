import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";

import type { ScanEvent } from "../../src/model/event.ts";
import type { Examination } from "../../src/model/finding.ts";
import { childLanes, permissions } from "../../src/scan/isolation/childLane.ts";
import type { Lane } from "../../src/scan/isolation/lane.ts";
import { defaultLimits } from "../../src/scan/limits.ts";
import { createPool } from "../../src/scan/pool.ts";
import { resolveRequest } from "../../src/scan/request.ts";
import type { WorkshopSetup } from "../../src/scan/workshop.ts";
import { eventsOf, tree } from "./support.ts";

const fixtures = fileURLToPath(new URL("../../fixtures", import.meta.url));
const person = "姓名,身份证号\n张三,110101199003074477\n";
/** Long enough that a look every millisecond meets it at work: some 40 MB of numbers for the rules to look at. */
const slow = "客户 13800138000 于 2024 年存入 6222021234567890123 元\n".repeat(600_000);

/** What a scan says, without what differs from run to run. */
function said(events: readonly ScanEvent[]): string {
  return JSON.stringify(events.slice(1, -1), (key, value: unknown) => (key === "elapsedMs" ? undefined : value));
}

test("says the same in processes as in threads, with archives, WebAssembly and both PDF engines", { timeout: 240_000 }, async () => {
  const keyFile = join(mkdtempSync(join(tmpdir(), "zicha-key-")), "key");
  const change = { keyFile, jobs: 2, targets: ["archive", "pdf", "docx"].map((name) => join(fixtures, name)) };
  const threads = await eventsOf(fixtures, { ...change, isolation: "thread" });
  const processes = await eventsOf(fixtures, { ...change, isolation: "process" });
  expect(threads.length).toBeGreaterThan(40);
  expect(said(processes)).toBe(said(threads));
});

test("reads what git holds, for which a process may start git", { timeout: 120_000 }, async () => {
  const root = tree({ "名单.csv": person });
  for (const words of [
    ["init", "-q"],
    ["add", "."],
  ])
    execFileSync("git", ["-C", root, ...words]);
  const events = await eventsOf(root, { targets: [], sources: [`git-staged:${root}`], isolation: "process", jobs: 1 });
  expect(events.flatMap((event) => (event.type === "finding" ? [event.finding.infoType] : []))).toContain("CN_RESIDENT_ID");
  expect(events.filter(({ type }) => type === "failure")).toEqual([]);
});

let setup: WorkshopSetup;
const key = new Uint8Array(32).fill(0xa5);

beforeAll(async () => {
  const resolved = await resolveRequest({
    targets: [fixtures],
    directory: tmpdir(),
    keyFile: join(mkdtempSync(join(tmpdir(), "zicha-key-")), "key"),
    createKey: true,
  });
  if ("problems" in resolved) throw new Error(JSON.stringify(resolved.problems));
  const { packs, limits } = resolved.request;
  setup = { packs, limits, passwords: ["口令-secret"], key, showValues: false, kernel: "wasm", started: "2026-01-01T00:00:00Z" };
});

const entryOf = (path: string): Parameters<ReturnType<typeof createPool>["submit"]>[0]["entry"] => ({
  path,
  key: path,
  root: 0,
  size: readFileSync(path).length,
  modified: undefined,
  stamp: undefined,
  depth: 0,
});

test.skipIf(process.platform !== "linux")(
  "loses the rest of the file at hand, and nothing else, when its process is killed",
  { timeout: 240_000 },
  async () => {
    const root = tree({ "1.csv": person, "2.txt": person + slow, "3.csv": person, "4.csv": person });
    const lanes: (Lane & { readonly pid: number })[] = [];
    const examined = new Map<number, readonly Examination[]>();
    const start = childLanes(new Set(["filesystem"]));
    const seen: string[] = [];
    const pool = createPool({
      jobs: 1,
      limits: defaultLimits,
      workshop: setup,
      startLane(workshop, listener) {
        const lane = start(workshop, listener) as Lane & { readonly pid: number };
        lanes.push(lane);
        return lane;
      },
      maskPath: (path) => Promise.resolve(path),
      examined: (sequence, examinations) => void examined.set(sequence, examinations),
      ended: () => undefined,
    });
    const watch = setInterval(() => {
      const [lane] = lanes;
      if (lane === undefined || lane.status[0] !== 1 || (lane.status[5] ?? 0) < 1 || seen.length > 0) return;
      seen.push(readFileSync(`/proc/${lane.pid}/cmdline`, "utf8"), readFileSync(`/proc/${lane.pid}/environ`, "utf8"));
      process.kill(lane.pid, "SIGKILL");
    }, 1);
    process.env["ZICHA_TEST_SECRET"] = "token-of-the-parent";
    try {
      for (const [sequence, name] of ["1.csv", "2.txt", "3.csv", "4.csv"].entries()) {
        await pool.submit({ sequence, source: "filesystem", entry: entryOf(join(root, name)) });
      }
      await pool.drain();
    } finally {
      clearInterval(watch);
      delete process.env["ZICHA_TEST_SECRET"];
      await pool.close();
    }
    const told = [0, 1, 2, 3].map((sequence) => {
      const last = examined.get(sequence)?.at(-1);
      return [
        last?.matches.some(({ infoType }) => infoType === "CN_RESIDENT_ID"),
        ...(last?.failures ?? []).map(({ code, detail, partial }) => `${code}: ${detail}, ${partial ? "partly read" : "not read"}`),
      ];
    });
    expect(told).toEqual([[true], [true, "internal: the process that read it ended: SIGKILL, partly read"], [true], [true]]);
    // The first, one that reads up to where that ended, and one in its place, as after any fault.
    expect(lanes.length).toBe(3);
    // Neither the key nor passwords nor the parent's environment can be seen from outside.
    const [line = "", environment = ""] = seen;
    expect(line).toContain("--disallow-code-generation-from-strings");
    for (const secret of [Buffer.from(key).toString("hex"), Buffer.from(key).toString("base64"), "口令-secret", "token-of-the-parent"]) {
      expect(line + environment).not.toContain(secret);
    }
    for (const { pid } of lanes) expect(existsSync(`/proc/${pid}`)).toBe(false);
  },
);

test.skipIf(permissions().length === 0)("may read, and neither write nor start programs nor make code of texts", () => {
  const attempt = (code: string): string => {
    const { stdout } = spawnSync(
      process.execPath,
      [
        "--disallow-code-generation-from-strings",
        ...permissions(),
        "--input-type=commonjs",
        "-e",
        `try { ${code}; console.log("done") } catch (error) { console.log(error.code ?? error.name) }`,
      ],
      { encoding: "utf8" },
    );
    return stdout.trim();
  };
  expect(attempt(`require("fs").readFileSync(${JSON.stringify(fileURLToPath(import.meta.url))})`)).toBe("done");
  expect(attempt(`require("fs").writeFileSync(${JSON.stringify(join(tmpdir(), "zicha-never"))}, "")`)).toBe("ERR_ACCESS_DENIED");
  expect(attempt(`require("child_process").execFileSync(process.execPath, ["--version"])`)).toBe("ERR_ACCESS_DENIED");
  expect(attempt(`new Function("return 1")()`)).toBe("EvalError");
});

test("knows the permission model of each Node", () => {
  const given = ["--allow-fs-read=*", "--allow-worker"];
  expect(permissions(new Set(["--permission", "--experimental-permission"]))).toEqual(["--permission", ...given]);
  expect(permissions(new Set(["--experimental-permission"]))).toEqual(["--experimental-permission", ...given]);
  expect(permissions(new Set())).toEqual([]);
});
