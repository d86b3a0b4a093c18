import type { DigitShapeSource } from "../../model/rule.ts";
import type { ByteEncoding } from "../../util/decode.ts";

/** What the kernel looks for, of all rules at once. */
export interface TriggerSet {
  /** Lower case for ASCII; a candidate names one by its index. */
  readonly literals: readonly string[];
  /** Undefined when no rule asks for digits. */
  readonly digits: DigitTable | undefined;
}

/** Digits a chain of groups is followed for: the longest identifier has 34 characters, a card 19 digits. */
export const CHAIN_DIGITS: number = 40;

/** Which chains of digits any rule could take. Rules that allow the same bytes before a candidate share a group; there are at most eight. */
export interface DigitTable {
  /** By the byte before a candidate, a bit for each group that allows it; all bits for digits and bytes over 0x7f, which say nothing. */
  readonly before: Uint8Array;
  /** For each group and the first three digits, which totals of digits are taken, `total - 1` as bit: 2 × 1000 numbers a group. */
  readonly totals: Uint32Array;
  readonly groups: number;
  /** Fewest digits that any rule takes. */
  readonly least: number;
  /** Each rule by itself, in order; none where they are too many to be asked one after the other. */
  readonly rules: readonly DigitRuleShape[];
}

/** What one rule takes of what the groups take. */
export interface DigitRuleShape {
  readonly group: number;
  /** Totals of digits, `total - 1` as bit: 1 to 32, and 33 to 40. */
  readonly low: number;
  readonly high: number;
  /** Values of the first three digits. */
  readonly heads: readonly number[];
  readonly shape: DigitShapeSource | undefined;
}

/** What stands before a candidate, as shapes have it, where no ASCII character is known to, and where a digit and a separator do. */
export const UNKNOWN_BEFORE = 128;
export const WITHIN_CHAIN = 129;

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

  /** Takes the first `count` of `records`, places less `shift`. */
  take(records: Int32Array, count: number, shift: number): void {
    while (3 * (this.length + count) > this.records.length) {
      const grown = new Int32Array(this.records.length * 2);
      grown.set(this.records);
      this.records = grown;
    }
    let at = 3 * this.length;
    for (let index = 0; index < 3 * count; index += 3, at += 3) {
      this.records[at] = records[index] ?? 0;
      this.records[at + 1] = (records[index + 1] ?? 0) - shift;
      this.records[at + 2] = (records[index + 2] ?? 0) - shift;
    }
    this.length += count;
  }
}

/**
 * One pass over a block for all triggers. Gives every candidate that starts in `[from, to)`, in no particular order; what it drops, no tier
 * of any rule could take. `bytes` reaches beyond `to` as far as the flow does, so that a candidate is seen whole.
 *
 * Digits: a candidate for each group of digits that no digit precedes, plain or full-width, where the table takes its first three digits with
 * a total that a group's end reaches, and a rule's shape its digits and separators. It ends with the chain of groups that single separators (space, hyphen, dot, no-break or ideographic
 * space) join to it, at most 40 digits.
 */
export interface Kernel {
  readonly id: "wasm" | "ts";
  find(bytes: Uint8Array, from: number, to: number, encoding: ByteEncoding, out: CandidateList): void;
}
