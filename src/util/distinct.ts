/** Keys kept: a count up to this is exact, a larger one an estimate within 2 % in 99 of 100 cases. */
export const EXACT: number = 16_384;

/** Hex digits of a key that the estimate reads. */
const DIGITS = 13;

/**
 * Counts unique keys in bounded memory. Keys are keyed hashes in hex, so they lie evenly: of more than `EXACT` the smallest are kept, and how
 * close they lie says how many there are (k minimum values). Sketches of parts, joined, are the sketch of the whole.
 */
export class Distinct implements Iterable<string> {
  readonly #keys: Set<string>;
  /** No key that is not before it is among the smallest. */
  #bound: string | undefined;
  #boundHead = 0xffff_ffff;

  constructor(keys: Iterable<string> = []) {
    this.#keys = new Set();
    this.addAll(keys);
  }

  add(key: string): void {
    if (this.#bound !== undefined && key >= this.#bound) return;
    this.#keys.add(key);
    if (this.#keys.size >= 2 * EXACT) this.#trim();
  }

  /** Whether a key would be kept whose first eight digits are this number. */
  hasRoom(head: number): boolean {
    return head <= this.#boundHead;
  }

  addAll(keys: Iterable<string>): void {
    for (const key of keys) this.add(key);
  }

  /** How many there are; over `EXACT` an estimate, rounded to three digits. */
  get size(): number {
    if (this.#keys.size <= EXACT && this.#bound === undefined) return this.#keys.size;
    const kept = this.keys();
    const last = kept.at(-1);
    if (last === undefined || kept.length <= EXACT) return kept.length;
    const share = Number.parseInt(last.slice(0, DIGITS).padEnd(DIGITS, "0"), 16) / 16 ** DIGITS;
    return Math.max(EXACT + 1, Number(((kept.length - 1) / share).toPrecision(3)));
  }

  /** What stands for all of them: up to `EXACT` keys, or one more where there were more. */
  keys(): readonly string[] {
    if (this.#keys.size <= EXACT && this.#bound === undefined) return [...this.#keys];
    this.#trim();
    return [...this.#keys];
  }

  [Symbol.iterator](): Iterator<string> {
    return this.keys()[Symbol.iterator]();
  }

  #trim(): void {
    const kept = [...this.#keys].toSorted().slice(0, EXACT + 1);
    this.#keys.clear();
    for (const key of kept) this.#keys.add(key);
    const last = kept.at(-1);
    if (kept.length <= EXACT || last === undefined) return;
    this.#bound = last;
    this.#boundHead = Number.parseInt(last.slice(0, 8).padEnd(8, "0"), 16);
  }
}
