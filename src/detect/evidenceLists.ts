import type { Evidence } from "../model/rule.ts";

/** Lists remembered; names in them are those that rules say. */
const MOST = 16_384;

interface Step {
  list: readonly Evidence[] | undefined;
  readonly next: Map<Evidence, Step>;
}

/**
 * Lists of evidence that were met before, one for all that say the same: a million matches rest on a few hundred. Who gets a list again has
 * looked at it before, and it goes to another thread once for all that hold it.
 */
export class EvidenceLists {
  readonly #states = new Map<string, Evidence[]>();
  #begin: Step = { list: undefined, next: new Map() };
  #size = 0;

  /** The list that says what this one does. */
  of(list: readonly Evidence[]): readonly Evidence[] {
    let step = this.#begin;
    for (const one of list) {
      // Most of it is written once in a rule, and is the same wherever it stands.
      let next = step.next.get(one);
      if (next === undefined) {
        const state = this.#stateOf(one);
        next = step.next.get(state);
        if (next === undefined) step.next.set(state, (next = { list: undefined, next: new Map() }));
      }
      step = next;
    }
    if (step.list !== undefined) return step.list;
    if (++this.#size > MOST) this.#forget();
    return (step.list = list.map((one) => this.#stateOf(one)));
  }

  #stateOf(one: Evidence): Evidence {
    const known = this.#states.get(one.name);
    const same = known?.find(({ by, effect }) => by === one.by && effect === one.effect);
    if (same !== undefined) return same;
    if (known === undefined) this.#states.set(one.name, [one]);
    else known.push(one);
    return one;
  }

  #forget(): void {
    this.#begin = { list: undefined, next: new Map() };
    this.#states.clear();
    this.#size = 0;
  }
}
