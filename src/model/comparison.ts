import type { Severity } from "./rule.ts";

/** What became of a finding between two results. */
export type Change = "new" | "put-right" | "remaining" | "reappeared" | "moved" | "not-examined";

/** Why nothing can be said of an earlier finding this time: never counted as put right. */
export type Absence =
  /** No root of the newer scan covers it, or `--include` left it out. */
  | "out-of-scope"
  | "excluded"
  /** Its entry, what holds it or a directory above could not be examined, or not wholly; `code` says why. */
  | "unread"
  | "interrupted"
  | "rule-off"
  | "pack-changed"
  /** Below the confidence the newer scan reports. */
  | "confidence"
  /** Its entry holds more of its kind than are kept one by one. */
  | "counted-only";

/** Findings of one rule in one file that fared alike: 1,280 rows of a table are one line. Plain data, without a value. */
export interface Compared {
  readonly change: Change;
  /** How many findings; fingerprint and masked value are those of the first. */
  readonly number: number;
  readonly fingerprint: string;
  readonly ruleId: string;
  /** As in the result it comes from: the newer one where it is in both. */
  readonly path: string;
  /** Where it was, for what moved. */
  readonly from?: string;
  readonly masked: string;
  readonly severity: Severity;
  readonly effect: "violation" | "suspect" | "recorded";
  readonly absence?: Absence;
  /** With `unread`. */
  readonly code?: string;
}

/** Two results of one key, compared by fingerprint; what moved is known by rule, value and content. */
export interface Comparison {
  /** Start of the earlier scan, ISO 8601. */
  readonly previous: string;
  readonly counts: Readonly<Record<Change, number>>;
  /** By reason, of `not-examined`. */
  readonly absences: Readonly<Partial<Record<Absence, number>>>;
  /** Worst first, at most `maximumCompared` of each change; the counts are exact. */
  readonly items: readonly Compared[];
  /** Fingerprints put right now or in earlier comparisons and not met since: what comes back has reappeared. */
  readonly putRight: readonly string[];
}
