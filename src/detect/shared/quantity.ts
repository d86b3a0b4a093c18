/** What of people lies open, as 法释〔2017〕10号 第五条 tells kinds of personal data apart. */
export const subjectClasses: readonly string[] = ["property", "location", "content", "transaction", "call", "lodging", "health", "other"];

/** How many people of each class are many, and what counts for whom. */
export interface QuantityLimits {
  /** By class of subject; `other` for those of no class. */
  readonly limits: Readonly<Record<string, number>>;
  /** What the limits are multiplied by: one half for those on duty. */
  readonly factor: number;
}

/**
 * People as a share of the limits: the sum over classes of people by limit (法释〔2017〕10号 第五条第(六)项). Each person counts once, in the
 * class with the lowest limit.
 */
export function shareOf(subjects: number, subjectsBy: Readonly<Record<string, number>>, { limits, factor }: QuantityLimits): number {
  let left = subjects;
  let share = 0;
  for (const [name, limit] of Object.entries(limits).toSorted((one, other) => one[1] - other[1])) {
    const people = name === "other" ? left : Math.min(left, subjectsBy[name] ?? 0);
    left -= people;
    share += people / (limit * factor);
  }
  // 0.1 + 0.2 + 0.7 is one.
  return Math.round(share * 1e9) / 1e9;
}

/** A share as it is told, to thousandths, rounded down: what falls short of 1 is never told as 1. */
export function toldShare(share: number): number {
  return Math.floor(Math.round(share * 1e9) / 1e6) / 1000;
}
