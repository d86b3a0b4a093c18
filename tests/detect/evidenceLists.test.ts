import { expect, it } from "vitest";

import { EvidenceLists } from "../../src/detect/evidenceLists.ts";
import type { Evidence } from "../../src/model/rule.ts";

const luhn = (): Evidence => ({ by: "validator", name: "luhn", effect: "raises" });
const column = (): Evidence => ({ by: "column", name: "column", effect: "raises" });

it("gives one list for all that say the same, whoever made them", () => {
  const lists = new EvidenceLists();
  const first = lists.of([luhn(), column()]);
  expect(first).toEqual([luhn(), column()]);
  expect(lists.of([luhn(), column()])).toBe(first);
  expect(lists.of(first)).toBe(first);
});

it("keeps apart what differs in order, length, source or effect", () => {
  const lists = new EvidenceLists();
  const all = [
    [luhn(), column()],
    [column(), luhn()],
    [luhn()],
    [],
    [{ ...luhn(), effect: "lowers" }],
    [{ ...luhn(), by: "pattern" }],
  ] as Evidence[][];
  expect(all.map((list) => lists.of(list))).toEqual(all);
  expect(new Set(all.map((list) => lists.of(list))).size).toBe(all.length);
});

it("forgets when there are too many, and still says the same", () => {
  const lists = new EvidenceLists();
  for (let number = 0; number < 20_000; number++) lists.of([{ ...luhn(), name: `n${number}` }]);
  expect(lists.of([luhn(), column()])).toEqual([luhn(), column()]);
});
