import { expect, test } from "vitest";
import { volume } from "../../../src/format/volume.ts";

const accepts = (name: string): unknown =>
  volume.accepts({ name, head: new Uint8Array(0), members: () => Promise.resolve(new Set<string>()) } as never);

test.each([
  ["set.7z.002", true],
  ["目录/set.7z.002", true],
  ["dir\\set.z02", true],
  ["set.7z.001", false],
  [".002", false],
  ["dir/.002", false],
  ["report.2024", false],
])("%s: a later volume is %s", (name, expected) => {
  expect(accepts(name)).toBe(expected);
});

test("looks at a name of 4 MiB once, not once for each letter", () => {
  expect(accepts(`${"#".repeat(4 * 1024 * 1024)}.xml`)).toBe(false);
});
