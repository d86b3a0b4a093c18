import { expect, it } from "vitest";

import { jsonRecords } from "../../../src/format/shared/jsonRecords.ts";

it("gives objects with the same keys as rows of one table", () => {
  const records = jsonRecords('[{"name":"张三","id":"440308199901152170"},{"name":"李四","id":"110101199003074477"}]');
  expect(records?.tables.map(({ head, rows }) => [head, rows.map((row) => row.map(({ text }) => text))])).toEqual([
    [
      [["name", "id"]],
      [
        ["张三", "440308199901152170"],
        ["李四", "110101199003074477"],
      ],
    ],
  ]);
});

it.each([
  ["lists in lists", "[".repeat(100_000)],
  ["objects in lists in objects", '{"a":['.repeat(50_000)],
  ["lists in lists that end", "[".repeat(100) + "]".repeat(100)],
])("takes no text for records that is too deep: %s", (_, text) => {
  expect(jsonRecords(text)).toBeUndefined();
});

it("takes a list in a list however long", () => {
  const numbers = Array.from({ length: 300_000 }, (_, index) => index).join();
  expect(jsonRecords(`{"a":[[${numbers}],1]}`)?.tables[0]?.rows[0]?.length).toBe(300_001);
});
