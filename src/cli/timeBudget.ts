/** Milliseconds kept for what comes after the last file: what workers still give, reports, state and delivery; at most this share of the whole. */
const RESERVE = 10_000;
const SHARE = 0.25;
/** Milliseconds it takes to write a finding in one report at its end, measured with a million on a slow machine; with it at most half of the whole. */
const FINDING = 0.03;
/** Part of what is kept that workers have to end by themselves. */
const GRACE = 0.6;
/** Milliseconds between two looks at the clock. */
const LOOK = 100;

/** The time a run has, from the start of its process. */
export interface TimeBudget {
  /** When it ends, as `performance.now()` says; undefined where there is none. */
  readonly until: number | undefined;
  clear(): void;
}

/** Milliseconds that are kept for the end of a run which has that much time in all, with so many findings in its reports together. */
export function reserveOf(budget: number, written: number): number {
  return Math.min(budget / 2, Math.min(RESERVE, budget * SHARE) + written * FINDING);
}

/**
 * Calls `stop` once, early enough that the run ends in time, with the milliseconds workers have then. `written`: findings so far, times reports.
 */
export function startBudget(budget: number | undefined, written: () => number, stop: (grace: number) => void): TimeBudget {
  if (budget === undefined) return { until: undefined, clear: () => undefined };
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const reserve = reserveOf(budget, written());
    const left = budget - reserve - performance.now();
    if (left <= 0) stop(Math.max(0, Math.min(budget - performance.now(), reserve) * GRACE));
    else timer = setTimeout(look, Math.min(LOOK, left));
  };
  look();
  return { until: budget, clear: () => clearTimeout(timer) };
}
