import { mkdtempSync, existsSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { takeLock } from "../../../src/scan/state/lock.ts";

const scratch = mkdtempSync(join(tmpdir(), "zicha-lock-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const file = join(scratch, "lock");

test("is held by one, who is named, and let go", async () => {
  const first = await takeLock(file, 0);
  if (!("release" in first)) throw new Error("not taken");
  expect(await takeLock(file, 0)).toMatchObject({ holder: { pid: process.pid, host: hostname() } });
  setTimeout(first.release, 50);
  const second = await takeLock(file, 30_000);
  if (!("release" in second)) throw new Error("not taken");
  second.release();
  expect(existsSync(file)).toBe(false);
});

test("is taken over from a process that is gone, not from another host", async () => {
  // No process has this number: Linux ends at 4,194,304.
  writeFileSync(file, JSON.stringify({ pid: 2_000_000_000, host: hostname(), since: "2026-01-01T00:00:00.000Z" }));
  const taken = await takeLock(file, 0);
  expect("release" in taken).toBe(true);
  if ("release" in taken) taken.release();
  // Its number may be another's by now: it was taken before this host was started.
  writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname(), since: "2001-01-01T00:00:00.000Z" }));
  const again = await takeLock(file, 0);
  expect("release" in again).toBe(true);
  if ("release" in again) again.release();
  // Left empty by a kill: held while it is new, since it is written in two steps.
  writeFileSync(file, "");
  expect(await takeLock(file, 0)).toEqual({ holder: undefined });
  utimesSync(file, 1_000, 1_000);
  const left = await takeLock(file, 0);
  expect("release" in left).toBe(true);
  if ("release" in left) left.release();
  writeFileSync(file, JSON.stringify({ pid: 2_000_000_000, host: "elsewhere", since: "2026-01-01T00:00:00.000Z" }));
  expect(await takeLock(file, 0)).toMatchObject({ holder: { host: "elsewhere" } });
});
