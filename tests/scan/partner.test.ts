import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import type { RequestInput } from "../../src/scan/request.ts";
import { rarVolumesOf } from "../format/rarWriter.ts";
import { eventsOf, tree } from "./support.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/beside/${name}`, import.meta.url));
const person = "姓名：张三，身份证号：110101199003074477\n";
const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = rarVolumesOf(
  [
    { name: "a.txt", data: "x".repeat(500) },
    { name: "b.txt", data: person },
  ],
  400,
);
const files = {
  // Without the noise the memo file would be read as the text that it is.
  "m.dbf": fixture("memo-fox.dbf"),
  "m.fpt": Buffer.concat([fixture("memo-fox.fpt"), Buffer.alloc(4096, Uint8Array.of(0, 7, 255, 1, 144, 2))]),
  "x.part1.rar": first,
  "x.part2.rar": second,
};

/** Failures by name, and the texts that were found. */
async function said(change: (root: string) => Partial<RequestInput>): Promise<{ failures: readonly string[]; found: readonly string[] }> {
  const root = tree(files);
  const events = await eventsOf(root, { isolation: "none", ...change(root) });
  return {
    failures: events.flatMap((event) =>
      event.type === "failure"
        ? [`${event.failure.code} ${event.failure.path.slice(root.length + 1)}${event.failure.partial ? "+" : ""}`]
        : [],
    ),
    found: events.flatMap((event) =>
      event.type === "finding" ? [`${event.finding.infoType} ${event.finding.path.slice(root.length + 1)}`] : [],
    ),
  };
}

test("what is read with a file beside it is not read by itself, also where both were named", async () => {
  const whole = await said(() => ({}));
  expect(whole.failures).toEqual([]);
  expect(whole.found).toContain("CN_RESIDENT_ID x.part1.rar!/b.txt");
  expect(await said((root) => ({ targets: Object.keys(files).map((name) => join(root, name)) }))).toEqual(whole);
});

test("a memo file or a later volume whose first is left out is read by itself, and what is lost is told", async () => {
  const left = await said(() => ({ exclude: ["x.part1.rar", "*.dbf"] }));
  expect(left.failures).toEqual(["not-found m.fpt+", "not-found x.part2.rar!/a.txt"]);
  expect(left.found).toContain("CN_RESIDENT_ID x.part2.rar!/b.txt");
  expect(left.found).toContain("CN_MOBILE m.fpt");
  expect(await said(() => ({ include: ["*.fpt", "*.part2.rar"] }))).toEqual(left);
  expect(await said((root) => ({ targets: ["m.fpt", "x.part2.rar"].map((name) => join(root, name)) }))).toEqual(left);
});
