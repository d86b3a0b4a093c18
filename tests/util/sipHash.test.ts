import { expect, it } from "vitest";

import { sipHash } from "../../src/util/sipHash.ts";

const KEY = Uint8Array.from({ length: 16 }, (_, index) => index);

it.each([
  // The first, ninth and sixteenth vector of the reference implementation: 0, 8 and 15 bytes that count up.
  [0, "726fdb47dd0e0e31"],
  [8, "93f5f5799a932462"],
  [15, "a129ca6149be45e5"],
])("gives the published value of %i bytes", (length, expected) => {
  const text = String.fromCharCode(...Array.from({ length }, (_, index) => index));
  expect(sipHash(KEY).hex(text)).toBe(expected);
});

it("hangs on the key and on every character, however long", () => {
  const [one, other] = [sipHash(KEY).hex, sipHash(KEY.toReversed()).hex];
  const long = "客户".repeat(1000);
  expect(new Set([one("a"), other("a"), one("b"), one(long), one(`${long}a`), other(long)]).size).toBe(6);
  expect(one(long)).toBe(one("客户".repeat(1000)));
});

it("gives the first eight digits as a number", () => {
  const { hex, head } = sipHash(KEY);
  for (const text of ["", "440308199001152170", "张建国", "x".repeat(40)])
    expect(head(text)).toBe(Number.parseInt(hex(text).slice(0, 8), 16));
});
