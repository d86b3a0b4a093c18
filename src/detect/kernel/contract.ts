import type { ByteEncoding } from "../../util/decode.ts";

/** What the kernel looks for, of all rules at once. */
export interface TriggerSet {
  /** Lower case for ASCII; a candidate names one by its index. */
  readonly literals: readonly string[];
  /** Shortest and longest run of digits that any rule could take; undefined when none asks for digits. */
  readonly digits: { readonly min: number; readonly max: number } | undefined;
}

/** `kind` of a candidate that is a run of digits; others are indices of `TriggerSet.literals`. */
export const DIGITS = -1;

/** Candidates, three numbers each: kind, start, end (bytes of the block, half-open). Grows as needed. */
export class CandidateList {
  records: Int32Array = new Int32Array(3 * 4096);
  length = 0;

  push(kind: number, start: number, end: number): void {
    const at = 3 * this.length;
    if (at + 3 > this.records.length) {
      const grown = new Int32Array(this.records.length * 2);
      grown.set(this.records);
      this.records = grown;
    }
    this.records[at] = kind;
    this.records[at + 1] = start;
    this.records[at + 2] = end;
    this.length++;
  }
}

/**
 * One pass over a block for all triggers. Gives every candidate that starts in `[from, to)`, in no particular order; what it drops, no tier
 * of any rule could take. `bytes` reaches beyond `to` as far as the flow does, so that a candidate is seen whole.
 *
 * Digits: a candidate for each group of digits that no digit precedes, plain or full-width. It ends with its group, or with the chain of
 * groups that single separators (space, hyphen, dot, no-break or ideographic space) join to it, at most 40 digits.
 */
export interface Kernel {
  readonly id: "wasm" | "ts";
  find(bytes: Uint8Array, from: number, to: number, encoding: ByteEncoding, out: CandidateList): void;
}
