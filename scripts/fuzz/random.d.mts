/** Numbers that look random and are the same on every run for a seed. */
export class Random {
  constructor(seed: number);
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  pick<Item>(list: readonly Item[]): Item;
}
