import { expect, test } from "vitest";
import { belowOf, pathKey } from "../../../src/scan/state/pathKey.ts";

test("sorts like the walk: files of a directory first, then its directories, both by bytes", () => {
  const walked = ["B.txt", "a", "a.txt", "\u00e5\u00ae\u00a2.txt", "a/z.txt", "a/b/c.txt", "a b/x", "a.d/x", "ab/x", "\u00e5\u00ae/x"];
  // A directory's name ends before all that it begins, so `a/` comes before `a b/`.
  expect(walked.map((path) => pathKey(path)).toSorted()).toEqual(walked.map((path) => pathKey(path)));
});

test("gives the path again", () => {
  for (const path of ["a", "b/c/d.txt", "x/\u00e5\u00ae/y"]) expect(belowOf(pathKey(path))).toBe(path);
});
