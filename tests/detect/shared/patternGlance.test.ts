import { expect, it } from "vitest";

import { createGlance } from "../../../src/detect/shared/patternGlance.ts";

const ENOUGH = 20;

/** What a glance says of a candidate of digits once it looks. */
function glanced(source: string, text: string, encoding: "utf8" | "gb18030" = "utf8"): boolean {
  const pattern = { name: "one", regex: new RegExp(source, "y"), lookback: 4, lead: undefined, prose: false };
  const glance = createGlance([pattern], [{ confidence: "high", all: ["one"] }], false);
  // 客 is BF CD in GBK, 号 BA C5, a full-width x A3 F8.
  const gbk: Record<string, readonly number[]> = { 客: [0xbf, 0xcd], 号: [0xba, 0xc5], ｘ: [0xa3, 0xf8] };
  const bytes = encoding === "utf8" ? Buffer.from(text) : Uint8Array.from([...text].flatMap((one) => gbk[one] ?? [one.charCodeAt(0)]));
  const start = bytes.indexOf(0x31);
  let said = true;
  for (let count = 0; count < ENOUGH; count++)
    said = glance({ bytes, length: bytes.length, start, end: start + 3, encoding, inTable: false });
  return said;
}

it.each(["utf8", "gb18030"] as const)("tells where what an expression begins with stands before the candidate, in %s", (encoding) => {
  expect(glanced("x\\d+;", "客x123; 号号号号", encoding)).toBe(true);
  expect(glanced("x\\d+;", "客ｘ123; 号号号号", encoding)).toBe(true);
  expect(glanced("x\\d+;", "客号123; 号号号号", encoding)).toBe(false);
  expect(glanced("x\\d+;", "x客号客号123; 号号", encoding)).toBe(false);
});

it("takes a lone carriage return for a line feed, as windows show it", () => {
  expect(glanced("\\n\\d+;", "客\r123; 号号号号")).toBe(true);
  expect(glanced("\\n\\d+;", "客\n123; 号号号号")).toBe(true);
  expect(glanced("\\n\\d+;", "客 123; 号号号号")).toBe(false);
});
