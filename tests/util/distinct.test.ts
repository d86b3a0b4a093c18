import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";

import { Distinct, EXACT } from "../../src/util/distinct.ts";

const key = (number: number): string => createHash("sha256").update(String(number)).digest("hex").slice(0, 32);
const keys = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => key(from + index));

describe("distinct keys", () => {
  it("are counted exactly up to the bound", () => {
    const counted = new Distinct([...keys(0, EXACT), ...keys(0, 100)]);
    expect(counted.size).toBe(EXACT);
    expect(counted.keys().length).toBe(EXACT);
  });

  it.each([17_000, 40_000, 200_000])("are estimated beyond: %i", (number) => {
    const counted = new Distinct(keys(0, number));
    expect(Math.abs(counted.size - number) / number).toBeLessThan(0.03);
    expect(counted.keys().length).toBe(EXACT + 1);
    expect(counted.size).toBeGreaterThan(EXACT);
  });

  it("of parts make the whole, in any order", () => {
    const whole = new Distinct(keys(0, 90_000));
    const parts = [keys(60_000, 90_000), keys(0, 40_000), keys(30_000, 65_000)].map((part) => new Distinct(part).keys());
    const joined = new Distinct();
    for (const part of parts) joined.addAll(part);
    expect(joined.size).toBe(whole.size);
    expect(joined.keys().toSorted()).toEqual(whole.keys().toSorted());
  });
});
