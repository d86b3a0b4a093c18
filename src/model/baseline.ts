import type { FailureCode } from "./failure.ts";

/** A person's decision on a value under a rule in a file, wherever in it and however often. Holds no value and no line. */
export interface Allowance {
  readonly rule: string;
  /** Relative, `/` between names; see `relativePaths`. */
  readonly path: string;
  /** The finding's `valueKey`. */
  readonly value: string;
  readonly reason: string;
  readonly owner: string;
  /** Last day it holds, `2027-05-25`. */
  readonly until: string;
}

/** A person says to have looked at an entry that could not be examined. Holds for that very content only. */
export interface Sighting {
  readonly path: string;
  readonly code: FailureCode;
  /** The entry's `contentKey`. */
  readonly content: string;
  readonly by: string;
  /** Day it was looked at. */
  readonly on: string;
  /** Last day it holds. */
  readonly until: string;
  readonly note: string;
}

/** Decisions of people, made under one key. Plain data. */
export interface Baseline {
  /** Of the key its hashes were made with. */
  readonly keyId: string;
  readonly findings: readonly Allowance[];
  readonly notExamined: readonly Sighting[];
}

/** What a report says of the baseline used. */
export interface BaselineInfo {
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  readonly findings: number;
  readonly notExamined: number;
  /** Entries past their last day at the start of the scan: what they covered gates again. */
  readonly expired: number;
}
