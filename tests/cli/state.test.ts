import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-state-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let directory: string;
let count = 0;
beforeEach(() => {
  directory = join(scratch, String(count++));
  mkdirSync(join(directory, "docs", "sub"), { recursive: true });
  write("docs/mark.txt", "机密★10年\n");
  write("docs/note.txt", "今天下雨\n");
  write("docs/sub/list.csv", "姓名,身份证号\n王小明,440308199901101512\n");
  write("docs/sub/broken.bin", "\u0000\u0001\u0002\u0003\u0000\u0007");
});

function write(path: string, content: string): void {
  writeFileSync(join(directory, path), content);
}

const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env["PATH"], LANG: "en_US.UTF-8", XDG_STATE_HOME: join(directory, "home") });

interface Result {
  readonly findings: readonly { readonly path: string; readonly carried?: true; readonly [key: string]: unknown }[];
  readonly failures: readonly object[];
  readonly summary: { readonly carried?: number; readonly verdicts: object; readonly ledger: object };
}

function scan(...args: string[]): Result & { code: number | null; stderr: string } {
  const run = spawnSync(process.execPath, [bin, "scan", "docs", "--state", "state", "-f", "json", "--zone", "internet", ...args], {
    cwd: directory,
    encoding: "utf8",
    env: environment(),
  });
  const empty = { findings: [], failures: [], summary: { verdicts: {}, ledger: {} } };
  return { ...(run.stdout === "" ? empty : (JSON.parse(run.stdout) as Result)), code: run.status, stderr: run.stderr };
}

function without(findings: Result["findings"]): readonly object[] {
  return findings.map((finding) => Object.fromEntries(Object.entries(finding).filter(([name]) => name !== "carried")));
}

describe("a second scan", () => {
  it("reads nothing again, and says all that the first said", () => {
    const first = scan();
    const second = scan();
    expect(second.summary.carried).toBe(4);
    expect(second.code).toBe(first.code);
    expect(without(second.findings)).toEqual(first.findings);
    expect(second.findings.every(({ carried }) => carried === true)).toBe(true);
    expect(second.failures).toEqual(first.failures);
    expect(second.summary.ledger).toEqual(first.summary.ledger);
    // Judged anew: another zone reads nothing again.
    expect(scan("--zone", "classified:juemi").summary).toMatchObject({ carried: 4 });
  });

  it("reads what changed, also where the time was put back, and forgets what is gone", () => {
    scan();
    const { mtime, atime } = statSync(join(directory, "docs/note.txt"));
    write("docs/note.txt", "秘密★5年\n");
    utimesSync(join(directory, "docs/note.txt"), atime, mtime);
    rmSync(join(directory, "docs/mark.txt"));
    const second = scan();
    expect(second.summary.carried).toBe(2);
    expect([...new Set(second.findings.map(({ path }) => path))]).toEqual(["docs/note.txt", "docs/sub/list.csv"]);
  });

  it("lets the bytes decide when asked to", () => {
    scan("--verify-content");
    const now = Date.now() / 1000;
    utimesSync(join(directory, "docs/note.txt"), now, now);
    expect(scan("--verify-content").summary.carried).toBe(4);
    expect(scan().summary.carried).toBe(3);
    write("docs/note.txt", "秘密★5年\n");
    expect(scan("--verify-content").findings.map(({ path }) => path)).toContain("docs/note.txt");
  });

  it("reads everything again under other rules, limits or keys", () => {
    scan();
    expect(scan("--disable-rule", "cn-secret/state-mark").summary.carried).toBeUndefined();
    expect(scan("--max-depth", "3").summary.carried).toBeUndefined();
    write("key", `${"ab".repeat(32)}\n`);
    expect(scan("--key-file", "key").summary.carried).toBeUndefined();
  });

  it("keeps neither values nor text, for its owner only", () => {
    scan();
    for (const name of readdirSync(join(directory, "state"))) {
      const file = join(directory, "state", name);
      expect(statSync(file).mode & 0o077).toBe(0);
      expect(readFileSync(file).includes("440308199901101512")).toBe(false);
      expect(readFileSync(file).includes("王小明")).toBe(false);
    }
  });
});

it("puts a damaged file aside and reads everything again", () => {
  const first = scan();
  write("state/state.db", "this is no database".repeat(500));
  const second = scan();
  expect(second.stderr).toMatch(/was damaged/);
  expect(second.summary.carried).toBeUndefined();
  expect(second.findings).toEqual(first.findings);
  expect(scan().summary.carried).toBe(4);
});

it("loses nothing that was committed when it is killed, and goes on with --resume to a whole report", async () => {
  for (let index = 0; index < 8_000; index++) write(`docs/sub/${index}.txt`, "今天下雨\n");
  write("docs/sub/zz.txt", "秘密★5年\n");
  expect(scan("--resume").stderr).toMatch(/no run that broke off/);
  const child = spawn(process.execPath, [bin, "scan", "docs", "--state", "state", "-q", "-j", "1"], {
    cwd: directory,
    env: environment(),
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  // What is committed lies in the log: its first entries make it grow past what opening wrote.
  const log = join(directory, "state", "state.db-wal");
  const watch = setInterval(() => {
    if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 120_000) child.kill("SIGKILL");
  }, 5);
  await ended;
  clearInterval(watch);
  const resumed = scan("--resume");
  expect(resumed.summary.carried).toBeGreaterThan(0);
  expect(resumed.summary.ledger).toMatchObject({ entries: 8_005 });
  expect(resumed.findings.map(({ path }) => path)).toContain("docs/sub/zz.txt");
});

it("names the run that holds the state, and keeps the history of runs", async () => {
  scan();
  const lock = { pid: process.pid, host: "elsewhere", since: "2026-01-01T00:00:00.000Z" };
  write("state/lock", JSON.stringify(lock));
  const second = scan();
  expect(second.code).toBe(2);
  expect(second.stderr).toMatch(/held by another run: .* elsewhere pid \d+, 2026-01-01/);
  rmSync(join(directory, "state/lock"));
  const history = (...args: string[]): string =>
    spawnSync(process.execPath, [bin, "history", ...args, "--state", "state"], { cwd: directory, encoding: "utf8", env: environment() })
      .stdout;
  expect(history()).toMatch(/^ {3}1 {2}\S+ \S+ {2}scan internet {2}violation 2 suspect 0 not examined 1 of 4 {2}\/\S+\/docs\n$/);
  expect(history("show", "1", "--json")).toMatch(/"complete": true/);
});

it("knows a tree however it is typed, and says where it lies", () => {
  const typed = (cwd: string, root: string): Result =>
    JSON.parse(
      spawnSync(process.execPath, [bin, "scan", root, "--state", join(directory, "state"), "-f", "json", "--zone", "internet"], {
        cwd: join(directory, cwd),
        encoding: "utf8",
        env: environment(),
      }).stdout,
    ) as Result;
  symlinkSync("docs", join(directory, "link"));
  const first = typed(".", "docs");
  const prints = ({ findings }: Result): readonly unknown[] => findings.map(({ fingerprint }) => fingerprint);
  for (const [cwd, root] of [
    [".", "docs/"],
    [".", "./docs//"],
    ["docs", "."],
    ["docs/sub", ".."],
    [".", join(directory, "docs")],
    [".", "link"],
  ] as const) {
    const again = typed(cwd, root);
    expect([root, again.summary.carried, prints(again)]).toEqual([root, 4, prints(first)]);
  }
  const runs = spawnSync(process.execPath, [bin, "history", "--state", "state"], {
    cwd: directory,
    encoding: "utf8",
    env: environment(),
  }).stdout;
  expect([
    ...new Set(
      runs
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/^.* {2}/, "")),
    ),
  ]).toEqual([join(directory, "docs"), join(directory, "link")]);
});

it("takes no values into the state", () => {
  expect(scan("--show-values", "--values-in-files").stderr).toMatch(/does not go with a state/);
});
