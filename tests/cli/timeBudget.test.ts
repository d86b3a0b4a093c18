import { afterEach, expect, test, vi } from "vitest";
import { reserveOf, startBudget } from "../../src/cli/timeBudget.ts";

afterEach(() => vi.useRealTimers());

test("keeps time for the end of a run, more where much is to be written, never more than half", () => {
  expect(reserveOf(4 * 3_600_000, 0)).toBe(10_000);
  expect(reserveOf(4 * 3_600_000, 1_000_000)).toBe(40_000);
  expect(reserveOf(8_000, 0)).toBe(2_000);
  expect(reserveOf(8_000, 1_000_000)).toBe(4_000);
});

test("stops once, early enough, also when findings come late", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"], now: 0 });
  const stopped: number[] = [];
  let written = 0;
  const budget = startBudget(
    100_000,
    () => written,
    (grace) => stopped.push(performance.now(), grace),
  );
  expect(budget.until).toBe(100_000);
  vi.advanceTimersByTime(70_000);
  expect(stopped).toEqual([]);
  written = 500_000;
  vi.advanceTimersByTime(20_000);
  // 25 s are kept by then: of 100 s the 75th.
  expect(stopped).toEqual([75_000, 15_000]);
  expect(vi.getTimerCount()).toBe(0);
});

test("stops at once where no time is left, and never where none was said", () => {
  const stopped: number[] = [];
  startBudget(
    1,
    () => 0,
    (grace) => stopped.push(grace),
  );
  expect(stopped).toEqual([0]);
  expect(
    startBudget(
      undefined,
      () => 0,
      () => stopped.push(-1),
    ).until,
  ).toBeUndefined();
});
