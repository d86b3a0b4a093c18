import type { Finding } from "../../model/finding.ts";
import type { Confidence, Severity } from "../../model/rule.ts";

const effects: Readonly<Record<Finding["effect"], number>> = { violation: 0, suspect: 1, recorded: 2 };
const severities: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3, info: 4 };
const confidences: Readonly<Record<Confidence, number>> = { high: 0, medium: 1, low: 2 };

/** How many classes `classOf` tells apart. */
export const classes = 135;

/** What of a finding says how bad it is. */
export type Ranked = Pick<Finding, "effect" | "judgement" | "severity" | "confidence" | "dataClass">;

/** How bad a finding is, 0 the worst, below `classes`: by effect, state secret, critical judgement, severity, confidence. */
export function classOf(finding: Ranked): number {
  // A duty to report hangs on a state-secret mark, whatever else is critical.
  const critical = finding.judgement.is !== "critical" ? 2 : finding.dataClass === "state-secret" ? 0 : 1;
  return ((effects[finding.effect] * 3 + critical) * 5 + severities[finding.severity]) * 3 + confidences[finding.confidence];
}

/** Places of a rule in a file that come before further places of any other: what a person looks at to understand a file. */
const firstPlaces = 4;

/**
 * Rank of a finding among all of a report, lower is worse. What is only recorded comes last. Else the first few places of every rule in every
 * file come before the thousandth of one, by powers of two: a ceiling then hides places, never a file in violation behind another. Within
 * that by class. `ordinal` counts the rule's findings of the file from 1.
 */
export function rankOf(finding: Ranked, ordinal: number): number {
  const again = Math.min(30, Math.floor(Math.log2(Math.max(1, ordinal / firstPlaces))));
  return ((finding.effect === "recorded" ? 1 : 0) * 31 + again) * classes + classOf(finding);
}

interface Held<Item> {
  readonly rank: number;
  readonly order: number;
  readonly item: Item;
}

/**
 * Keeps the worst items up to a ceiling and counts the rest: a heap with the least bad on top. Equal ranks stay in the order they came, the
 * earlier ones first. Memory hangs on the ceiling only.
 */
export class Worst<Item> {
  readonly #ceiling: number;
  readonly #heap: Held<Item>[] = [];
  #seen = 0;

  constructor(ceiling: number) {
    this.#ceiling = ceiling;
  }

  /** How many were offered. */
  get seen(): number {
    return this.#seen;
  }

  /** How many were offered and are not kept. */
  get left(): number {
    return this.#seen - this.#heap.length;
  }

  /** False when an item of that rank would not be kept now: it need not be made, only `skip`ped. */
  wants(rank: number): boolean {
    const top = this.#heap[0];
    return this.#heap.length < this.#ceiling || (top !== undefined && rank < top.rank);
  }

  /** Counts an item that is not wanted. */
  skip(): void {
    this.#seen += 1;
  }

  add(item: Item, rank: number): void {
    const held: Held<Item> = { rank, order: this.#seen, item };
    this.#seen += 1;
    if (this.#heap.length < this.#ceiling) {
      this.#heap.push(held);
      this.#rise(this.#heap.length - 1);
      return;
    }
    const top = this.#heap[0];
    // An equal rank that comes later is less bad than all held of it.
    if (top === undefined || rank >= top.rank) return;
    this.#heap[0] = held;
    this.#sink();
  }

  /** What is kept, worst first. */
  sorted(): readonly Item[] {
    return this.#heap.toSorted((left, right) => left.rank - right.rank || left.order - right.order).map((held) => held.item);
  }

  #milder(left: Held<Item>, right: Held<Item>): boolean {
    return left.rank > right.rank || (left.rank === right.rank && left.order > right.order);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#swapIfMilder(at, above)) return;
      at = above;
    }
  }

  #sink(): void {
    let at = 0;
    for (;;) {
      const left = at * 2 + 1;
      const first = this.#heap[left];
      if (first === undefined) return;
      const second = this.#heap[left + 1];
      const child = second !== undefined && this.#milder(second, first) ? left + 1 : left;
      if (!this.#swapIfMilder(child, at)) return;
      at = child;
    }
  }

  #swapIfMilder(below: number, above: number): boolean {
    const lower = this.#heap[below];
    const upper = this.#heap[above];
    if (lower === undefined || upper === undefined || !this.#milder(lower, upper)) return false;
    this.#heap[below] = upper;
    this.#heap[above] = lower;
    return true;
  }
}
