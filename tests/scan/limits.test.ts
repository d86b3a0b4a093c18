import { expect, test } from "vitest";

import { allowedTime, defaultLimits } from "../../src/scan/limits.ts";

const GIB = 1024 * 1024 * 1024;

test.each([
  ["unknown size", undefined, 55_000],
  ["a document", 90 * 1024 * 1024, 55_000],
  ["a mail folder", 4 * GIB + defaultLimits.fileSize, 55_000 + 1_024_000],
])("time for %s", (_, size, expected) => {
  expect(allowedTime(defaultLimits, size)).toBe(expected);
});
