import { expect, it } from "vitest";

import { splitRow } from "../../src/util/row.ts";

it.each([
  ["a,b,c", ",", ["a", "b", "c"]],
  ['"a,b","c""d",e', ",", ["a,b", 'c"d', "e"]],
  ["", ",", [""]],
  ["a,,", ",", ["a", "", ""]],
  ['"open,b', ",", ["open,b"]],
  ['"a\tb', "\t", ['"a', "b"]],
])("cuts %j at %j", (row, separator, expected) => {
  expect(splitRow(row, separator).map(({ text }) => text)).toEqual(expected);
});

it("says where cells stand, quotes included", () => {
  expect(splitRow('"a,b",c', ",").map(({ start, end }) => [start, end])).toEqual([
    [0, 5],
    [6, 7],
  ]);
});
