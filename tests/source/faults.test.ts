import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";

import type { Walked } from "../../src/model/entry.ts";
import { filesystem } from "../../src/source/filesystem.ts";

/** What calls on a path end with, as servers that went and discs that fail answer. */
const faults = vi.hoisted(() => new Map<string, string>());

vi.mock(import("node:fs"), async (original) => {
  const actual = await original();
  const failing = <Call extends (...given: never[]) => unknown>(name: string, call: Call): Call =>
    ((...given: never[]) => {
      const code = faults.get(`${name} ${String(given[0])}`);
      if (code !== undefined) throw Object.assign(new Error(`${code}: ${name}`), { code });
      return call(...given);
    }) as Call;
  return {
    ...actual,
    lstatSync: failing("lstat", actual.lstatSync as never),
    statSync: failing("stat", actual.statSync as never),
    readdirSync: failing("readdir", actual.readdirSync as never),
    openSync: failing("open", actual.openSync as never),
  };
});

const root = mkdtempSync(join(tmpdir(), "zicha-faults-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
for (const name of ["a", "b", "c"]) {
  mkdirSync(join(root, name));
  writeFileSync(join(root, name, "x.txt"), "x");
  writeFileSync(join(root, `${name}.txt`), "x");
}
beforeEach(() => faults.clear());

async function walk(): Promise<readonly string[]> {
  const options = {
    include: [],
    exclude: [],
    follow: false,
    oneFileSystem: false,
    network: false,
    respectIgnoreFiles: false,
    own: [],
    systemRoot: "/nowhere",
  };
  const all: Walked[] = [];
  for await (const batch of filesystem.walk(root, 0, options, new AbortController().signal)) all.push(...batch);
  return all.map((one) => {
    if (one.type === "entry") return one.entry.path.slice(root.length);
    if (one.type === "excluded") return `excluded ${one.path}`;
    if (one.type === "unchanged") return one.paths.join();
    return `${one.failure.path.slice(root.length)} ${one.failure.code} ${one.failure.detail}`;
  });
}

test("a file and a directory behind a stale handle, or on a disc that fails, are told and the rest is walked", async () => {
  faults.set(`lstat ${root}/b.txt`, "ESTALE");
  faults.set(`lstat ${root}/c.txt`, "EIO");
  faults.set(`readdir ${root}/a/`, "ESTALE");
  faults.set(`lstat ${root}/b`, "ENOTCONN");
  expect(await walk()).toEqual([
    "/a.txt",
    "/b io-error cannot be read (ENOTCONN)",
    "/b.txt io-error cannot be read (ESTALE)",
    "/c.txt io-error cannot be read (EIO)",
    "/a io-error cannot be read (ESTALE)",
    "/c/x.txt",
  ]);
});

test("a mount that may not be read is told, as a root too", async () => {
  faults.set(`readdir ${root}/b/`, "EACCES");
  expect(await walk()).toContain("/b permission-denied permission denied");
  faults.set(`stat ${root}`, "EACCES");
  expect(await walk()).toEqual([" permission-denied permission denied"]);
  faults.set(`stat ${root}`, "EIO");
  expect(await walk()).toEqual([" io-error cannot be read (EIO)"]);
});

test("a share whose server went ends the root with one failure", async () => {
  faults.set(`readdir ${root}/b/`, "ESTALE");
  const calls = vi.spyOn(faults, "get").mockImplementation((key) => {
    if (key === `readdir ${root}/b/`) Map.prototype.set.call(faults, `stat ${root}`, "ESTALE");
    return Map.prototype.get.call(faults, key) as string | undefined;
  });
  const walked = await walk();
  calls.mockRestore();
  expect(walked.slice(-2)).toEqual([
    "/a/x.txt",
    " not-found gone while it was examined, as a medium that was taken out: what was not walked by then is not examined",
  ]);
});

test("a file that cannot be opened any more is told", async () => {
  const entry = { path: "a.txt", key: `${root}/a.txt`, root: 0, size: 1, modified: undefined, stamp: undefined, depth: 0 };
  for (const [code, expected] of [
    ["ESTALE", { code: "io-error", message: "cannot be read (ESTALE)" }],
    ["EIO", { code: "io-error", message: "cannot be read (EIO)" }],
    ["EACCES", { code: "permission-denied", message: "permission denied" }],
    ["ENODEV", { code: "unsupported-format", message: "special file" }],
  ] as const) {
    faults.set(`open ${root}/a.txt`, code);
    await expect(filesystem.open(entry)).rejects.toMatchObject(expected);
  }
});
