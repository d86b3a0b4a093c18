import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, expect, it } from "vitest";

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
