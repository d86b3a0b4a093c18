import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-trouble-"));
chmodSync(scratch, 0o755);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Some of what goes wrong needs another user, or a mount. */
const root = process.getuid?.() === 0 && process.platform === "linux";
const NOBODY = 65_534;

let directory: string;
let count = 0;
beforeEach(() => {
  directory = join(scratch, String(count++));
  mkdirSync(join(directory, "docs"), { recursive: true });
  write("docs/mark.txt", "机密★10年\n");
  write("docs/note.txt", "今天下雨\n");
});

function write(path: string, content: string): void {
  writeFileSync(join(directory, path), content);
}

interface Result {
  readonly findings: readonly { readonly path: string; readonly carried?: true }[];
  readonly failures: readonly { readonly path: string; readonly code: string; readonly partial: boolean }[];
  readonly summary: {
    readonly complete: boolean;
    readonly carried?: number;
    readonly touched?: number;
    readonly ledger: Readonly<Record<string, number>>;
  };
}

interface Said {
  readonly code: number | null;
  readonly stderr: string;
  readonly result: Result;
}

function zicha(args: readonly string[], more: { uid?: number; environment?: Readonly<Record<string, string>> } = {}): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: directory,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LANG: "en_US.UTF-8", XDG_STATE_HOME: join(directory, "home"), ...more.environment },
    ...(more.uid === undefined ? {} : { uid: more.uid, gid: more.uid }),
  });
  const result = stdout.startsWith("{")
    ? (JSON.parse(stdout) as Result)
    : { findings: [], failures: [], summary: { complete: false, ledger: {} } };
  return { code: status, stderr, result };
}

const scan = (...args: string[]): Said => zicha(["scan", "docs", "-f", "json", "--zone", "internet", ...args]);

it.runIf(root)("says on how many files of others reading may have left a trace", () => {
  chownSync(directory, NOBODY, NOBODY);
  write("docs/own.txt", "今天下雨\n");
  chownSync(join(directory, "docs/own.txt"), NOBODY, NOBODY);
  expect(scan().result.summary.touched).toBeUndefined();
  const read = (...args: string[]): number | undefined =>
    zicha(["scan", "docs", "-f", "json", ...args], { uid: NOBODY }).result.summary.touched;
  rmSync(join(directory, "home"), { recursive: true });
  expect(read("--state", "state")).toBe(2);
  // What is not opened again is not touched; hashing opens it.
  expect(read("--state", "state")).toBeUndefined();
  expect(read("--state", "hashes", "--verify-content")).toBe(2);
  expect(read("--state", "hashes", "--verify-content")).toBe(2);
});

it("runs with a home that cannot be written, and says what that costs", () => {
  mkdirSync(join(directory, "home"));
  chmodSync(join(directory, "home"), 0o555);
  const user = root ? { uid: NOBODY } : {};
  const scan = (...args: string[]): Said => zicha(["scan", "docs", "-f", "json", "--zone", "internet", ...args], user);
  const once = scan();
  expect([once.code, once.result.findings.length]).toEqual([1, 1]);
  expect(once.stderr).toMatch(/^the key could not be stored: this run's fingerprints cannot be compared with others'$/m);
  const told = scan("--notify-command", "/bin/false");
  expect([told.code, told.result.findings.length]).toEqual([1, 1]);
  expect(told.stderr).toMatch(/could not be kept in .*: nobody will be told$/m);
  const kept = scan("--incremental");
  expect(kept.code).toBe(2);
  expect(kept.stderr).toMatch(/^zicha: the state cannot be used \(EACCES\): /m);
  expect(zicha(["doctor"], user).code).toBe(1);
  expect(zicha(["key", "create"], user).stderr).toMatch(/^zicha: key cannot be written \(EACCES\): /m);
});

describe("a full disk", () => {
  it.skipIf(!existsSync("/dev/full"))("costs the report that lies there; the others are whole", () => {
    const { code, stderr, result } = scan("-f", "html=page.html", "-f", "ndjson=/dev/full");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^zicha: a report could not be written to its end \(ENOSPC\), do not use it: \/dev\/full$/m);
    expect(result.findings).toHaveLength(1);
    expect(readFileSync(join(directory, "page.html"), "utf8")).toMatch(/<\/html>\s*$/);
    expect(zicha(["scan", "docs", "-f", "json=/dev/full"]).code).toBe(2);
  });

  it.runIf(root)("costs the state, not the result, and leaves no lock", () => {
    const small = join(directory, "small");
    mkdirSync(small);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=300k", "none", small]).status !== 0) return;
    try {
      for (let index = 0; index < 1_000; index++) write(`docs/${String(index).padStart(200, "0")}.txt`, "今天下雨\n");
      const { code, stderr, result } = scan("--state", "small/state");
      expect([code, result.summary.complete, result.summary.ledger["full"], result.findings.length]).toEqual([1, true, 1_002, 1]);
      expect(stderr).toMatch(/^the state could not be written \(.*full.*\): the result is whole, and the next run reads more again$/m);
      expect(readdirSync(join(small, "state"))).not.toContain("lock");
      // Not a byte is left, so that there is no room for a lock either.
      const filler = openSync(join(small, "filler"), "w");
      try {
        for (;;) writeSync(filler, Buffer.alloc(4_096));
      } catch {
        closeSync(filler);
      }
      expect(scan("--state", "small/other")).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/the state cannot be used \(ENOSPC\)/) as string,
      });
      expect(existsSync(join(small, "other", "lock"))).toBe(false);
    } finally {
      spawnSync("umount", ["-l", small]);
    }
  });
});

it("reads again what a damaged state no longer tells, in the same run", () => {
  for (let index = 0; index < 800; index++) write(`docs/${String(index).padStart(60, "0")}.txt`, "今天下雨\n");
  write("docs/zz.txt", "绝密★长期\n");
  const first = scan("--state", "state");
  expect(first.result.findings).toHaveLength(2);
  // The head is whole, so that it opens; damage lies further in.
  const file = join(directory, "state", "state.db");
  const size = statSync(file).size;
  const descriptor = openSync(file, "r+");
  for (let at = Math.floor(size / 2 / 4_096) * 4_096; at < size; at += 4_096)
    writeSync(descriptor, Buffer.alloc(4_096, 0x5a), 0, 4_096, at);
  closeSync(descriptor);
  const second = scan("--state", "state");
  expect(second.stderr).toMatch(/^the state is damaged \(.+\) and was put aside/m);
  expect([second.code, second.result.findings.map(({ path }) => path)]).toEqual([1, first.result.findings.map(({ path }) => path)]);
  expect(second.result.summary.ledger).toEqual(first.result.summary.ledger);
  expect(readdirSync(join(directory, "state"))).toContain("state.db.damaged");
  const third = scan("--state", "state");
  expect(third.stderr).not.toMatch(/damaged/);
  expect(third.result.findings).toHaveLength(2);
  expect(scan("--state", "state").result.summary.carried).toBe(803);
});

it("knows files again in another time zone, and with a time to come", () => {
  const ahead = Date.now() / 1000 + 10 * 365 * 86_400;
  utimesSync(join(directory, "docs/note.txt"), ahead, ahead);
  const at = (zone: string, ...args: string[]): Said =>
    zicha(["scan", "docs", "-f", "json", "--zone", "internet", "--state", "state", ...args], { environment: { TZ: zone } });
  expect(at("Asia/Shanghai").result.summary.carried).toBeUndefined();
  const elsewhere = at("America/New_York", "--older-than", "1");
  expect(elsewhere.result.summary.carried).toBe(2);
  expect(elsewhere.result.findings.map(({ path }) => path)).toEqual(["docs/mark.txt"]);
  expect(at("Pacific/Kiritimati").result.summary.carried).toBe(2);
  // A time to come is no reason to take a changed file for known.
  write("docs/note.txt", "机密★10年\n");
  utimesSync(join(directory, "docs/note.txt"), ahead, ahead);
  expect(at("Asia/Shanghai").result.findings).toHaveLength(2);
});
