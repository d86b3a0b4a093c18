/** Why something was not done. A closed list: adding a code makes the compiler show every place that must handle it. */
export type FailureCode =
  | "not-found"
  | "permission-denied"
  | "io-error"
  | "encrypted"
  | "corrupt"
  | "unsupported-format"
  | "no-text"
  | "too-large"
  | "too-deep"
  | "bomb"
  | "timeout"
  | "out-of-memory"
  | "changed"
  | "interrupted"
  | "first-match"
  | "missing-tool"
  | "internal";

/** Something not done. Plain data; `detail` never holds content of the entry. */
export interface Failure {
  readonly stage: "walk" | "extract" | "detect" | "judge" | "report" | "scan";
  readonly code: FailureCode;
  readonly path: string;
  readonly detail: string;
  /** True when the rest of the entry was still examined. */
  readonly partial: boolean;
  /** A person looked at the entry, whose content has not changed since: it stays in the reports and no longer makes the scan incomplete. */
  readonly seen?: { readonly by: string; readonly on: string; readonly until?: string; readonly note?: string };
}

/** How a source or reader says by exception what could not be done; caught in `scan/` and turned into a `Failure`. */
export class FailureError extends Error {
  readonly code: FailureCode;
  constructor(code: FailureCode, detail: string) {
    super(detail);
    this.name = "FailureError";
    this.code = code;
  }
}
