import { expect, test } from "vitest";

import { markGrammar } from "../../../src/detect/shared/marking/grammar.ts";
import { readMarks } from "../../../src/detect/shared/marking/mark.ts";

const grammar = markGrammar({ jimi: ["机密"] }, "★");

function starts(count: number, near: number): readonly number[] {
  const text = "机密★3年某某某文件，".repeat(count);
  const unit = { text, at: Array.from({ length: text.length + 1 }, (_, index) => index), raw: text, header: "", filled: 1, cell: 0 };
  return readMarks(unit, grammar, near).map(({ start }) => start);
}

test("of a line with very many marks each candidate looks at its own, so that the line costs no square", () => {
  expect(starts(3, 2)).toEqual([0, 11, 22]);
  expect(starts(40, 22)).toEqual([22]);
  expect(starts(40, 24)).toEqual([22]);
  expect(starts(40, 28)).toEqual([]);
});
