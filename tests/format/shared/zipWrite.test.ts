import { expect, test } from "vitest";
import { writeZip } from "../../../src/format/shared/zipWrite.ts";
import { zip } from "../../../src/format/zip.ts";
import { memorySource } from "../../../src/format/shared/bytes.ts";
import { run } from "../support.ts";

test("cuts a name that is longer than an archive can say", async () => {
  const bytes = writeZip([
    { name: `${"名".repeat(40_000)}.xml`, bytes: Buffer.from("first") },
    { name: "second.xml", bytes: Buffer.from("second") },
  ]);
  const { members, failures } = await run(zip, memorySource(bytes));
  expect(failures).toEqual([]);
  expect(Object.values(members)).toEqual(["first", "second"]);
  expect(Object.keys(members).map((name) => Buffer.byteLength(name) > 60_000)).toEqual([true, false]);
});
