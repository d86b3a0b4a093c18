import type { Examination } from "../model/finding.ts";

/**
 * How much of what a worker gave may wait to be told, in the measure of `weightOf`: some 15 MiB. A worker that has given more waits, so that an
 * archive of a million members costs no more memory than one of a thousand.
 */
export const ROOM = 4_096;

/** What an examination takes to be held: one for itself and each match, and one for 16 people. */
export function weightOf({ matches, failures, subjects }: Pick<Examination, "matches" | "failures" | "subjects">): number {
  return 1 + matches.length + failures.length + Math.floor(subjects.length / 16);
}
