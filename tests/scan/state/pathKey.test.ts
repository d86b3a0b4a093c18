import { expect, test } from "vitest";
import { belowOf, pathKey, stampHash } from "../../../src/scan/state/pathKey.ts";

test("sorts like the walk: files of a directory first, then its directories, both by bytes", () => {
  const walked = ["B.txt", "a", "a.txt", "\u00e5\u00ae\u00a2.txt", "a/z.txt", "a/b/c.txt", "a b/x", "a.d/x", "ab/x", "\u00e5\u00ae/x"];
  // A directory's name ends before all that it begins, so `a/` comes before `a b/`.
  expect(walked.map((path) => pathKey(path)).toSorted()).toEqual(walked.map((path) => pathKey(path)));
});

test("gives the path again", () => {
  for (const path of ["a", "b/c/d.txt", "x/\u00e5\u00ae/y"]) expect(belowOf(pathKey(path))).toBe(path);
});

test("tells stamps apart, in 53 bits", () => {
  const stamps = Array.from({ length: 50_000 }, (_, index) => `${index}:17326123451234567${index % 97}:17326123451234567:${index * 7}`);
  const hashes = stamps.map(stampHash);
  expect(new Set(hashes).size).toBe(stamps.length);
  expect(hashes.every((hash) => Number.isSafeInteger(hash) && hash >= 0)).toBe(true);
});
