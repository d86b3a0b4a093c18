import { expect, it } from "vitest";

import { shareOf, toldShare } from "../../../src/detect/shared/quantity.ts";

const limits = { limits: { property: 50, transaction: 500, other: 5000 }, factor: 0.5 };

it.each([
  [2499, {}, 0.9996, 0.999],
  [2500, {}, 1, 1],
  [24, { property: 24 }, 0.96, 0.96],
  [1312, { property: 12 }, 1, 1],
  [1502, { property: 5, transaction: 100 }, 1.1588, 1.158],
  [45, { property: 25, transaction: 25 }, 1.08, 1.08],
] as const)("%i people, of them %o, are a share of %d, told as %d", (subjects, by, share, told) => {
  expect(shareOf(subjects, by, limits)).toBe(share);
  expect(toldShare(share)).toBe(told);
});

it("adds up to one in spite of binary fractions", () => {
  expect(shareOf(10, { a: 1, b: 2 }, { limits: { a: 10, b: 10, other: 10 }, factor: 1 })).toBe(1);
  expect(toldShare(1.001)).toBe(1.001);
});
