import { expect, test } from "vitest";
import { createLateness, ownThread, threadTime } from "../../src/scan/cpuTime.ts";

/** What each look says: the clock, the time of a processor, and whether it is late. All began at 0 and may take 5 s. */
const courses: readonly { readonly title: string; readonly looks: readonly (readonly [number, number | undefined, boolean])[] }[] = [
  {
    title: "by the clock where the system does not tell",
    looks: [
      [900, undefined, false],
      [4_900, undefined, false],
      [5_100, undefined, true],
    ],
  },
  {
    title: "one that has a processor for itself",
    looks: [
      [1_000, 300, false],
      [4_900, 4_200, false],
      [5_100, 4_400, true],
    ],
  },
  {
    title: "one that gets half of a processor, until it has had its time",
    looks: [
      [1_000, 100, false],
      [5_100, 2_100, false],
      [8_000, 3_500, false],
      [9_500, 4_200, true],
    ],
  },
  {
    title: "one that waits for what never comes, after four times its time",
    looks: [
      [1_000, 100, false],
      [19_900, 110, false],
      [20_100, 110, true],
    ],
  },
];

test.each(courses)("$title", ({ looks }) => {
  let time: number | undefined;
  const lateness = createLateness(() => time);
  for (const [now, used, late] of looks) {
    time = used;
    expect(lateness.late(now, 0, 5_000)).toBe(late);
  }
});

test("begins anew, and is late at once where little time is allowed", () => {
  const lateness = createLateness(() => 0);
  expect(lateness.late(10_000, 9_900, 50)).toBe(true);
  expect(lateness.late(11_000, 9_900, 5_000)).toBe(false);
  lateness.begin();
  expect(lateness.late(16_000, 15_900, 5_000)).toBe(false);
});

test("the time of this thread grows with its work, where the system tells it", () => {
  const thread = ownThread();
  if (process.platform !== "linux") return;
  const before = threadTime(process.pid, thread) ?? -1;
  expect(before).toBeGreaterThanOrEqual(0);
  const until = performance.now() + 10_000;
  while (performance.now() < until && (threadTime(process.pid, thread) ?? 0) < before + 50);
  expect(threadTime(process.pid, thread)).toBeGreaterThanOrEqual(before + 50);
  expect(threadTime(process.pid, 0)).toBeUndefined();
  expect(threadTime(process.pid, 2 ** 30)).toBeUndefined();
});
