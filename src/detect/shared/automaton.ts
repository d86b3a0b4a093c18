import type { Node } from "./expression.ts";
import { Nfa } from "./nfa.ts";

/** State in which nothing can follow. */
export const DEAD = 0;
/** Classes of units beyond which its tables would be too large. */
const WIDEST = 1000;
/** Deterministic states kept; then they are made afresh. */
const REMEMBERED = 1500;

/**
 * Takes at least what any of some expressions takes, one code unit after the other and no unit twice. Deterministic states are made when
 * they are met first, so a large expression costs what is seen of it.
 */
export class Automaton {
  readonly #nfa: Nfa;
  /** Classes of units, 256 at a time as they are asked for, and where classes begin. */
  readonly #pages: (Uint16Array | undefined)[] = [];
  readonly #bounds: number[];
  readonly #width: number;
  #known = new Map<string, number>();
  #members: Uint32Array[] = [];
  #accepting: boolean[] = [];
  /** Next state by state and class, with and without beginning anew; -1 where not known yet. */
  #table = new Int32Array(0);
  #again = new Int32Array(0);

  private constructor(nfa: Nfa) {
    this.#nfa = nfa;
    const bounds = new Set<number>([0]);
    for (const step of nfa.steps) {
      for (const [low, high] of step?.ranges ?? []) {
        bounds.add(low);
        if (high < 0xffff) bounds.add(high + 1);
      }
    }
    this.#bounds = [...bounds].toSorted((one, other) => one - other);
    this.#width = this.#bounds.length;
    this.#reset();
  }

  /** Undefined where an expression is too large to be looked at so; `aheads` as in `Nfa.of`. */
  static of(nodes: readonly Node[], aheads = false): Automaton | undefined {
    const nfa = Nfa.of(nodes, aheads);
    const automaton = nfa && new Automaton(nfa);
    return automaton !== undefined && automaton.#width <= WIDEST ? automaton : undefined;
  }

  /** The state before the first unit. */
  get start(): number {
    return 1;
  }

  /** The state after one more unit; `DEAD` when nothing can take it. `anew`: an expression may also begin after it. */
  next(state: number, code: number, anew: boolean): number {
    const cls = (this.#pages[code >> 8] ?? this.#page(code >> 8))[code & 0xff] ?? 0;
    const table = anew ? this.#again : this.#table;
    const known = table[state * this.#width + cls] ?? -1;
    return known >= 0 ? known : this.#make(state, cls, anew);
  }

  accepts(state: number): boolean {
    return this.#accepting[state] === true;
  }

  #page(page: number): Uint16Array {
    const classes = new Uint16Array(256);
    let cls = this.#search(page << 8);
    for (let index = 0; index < 256; index++) {
      if (this.#bounds[cls + 1] === ((page << 8) | index)) cls++;
      classes[index] = cls;
    }
    return (this.#pages[page] = classes);
  }

  /** Class of a code unit: the last bound not past it. */
  #search(code: number): number {
    let low = 0;
    let high = this.#bounds.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#bounds[middle] ?? 0) <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #reset(): void {
    this.#known = new Map([["", DEAD]]);
    this.#members = [new Uint32Array(0)];
    this.#accepting = [false];
    this.#table = new Int32Array(64 * this.#width).fill(-1);
    this.#again = new Int32Array(64 * this.#width).fill(-1);
    this.#table.fill(DEAD, 0, this.#width);
    this.#intern(this.#nfa.closure(this.#nfa.starts));
  }

  #make(state: number, cls: number, anew: boolean): number {
    const code = this.#bounds[cls] ?? 0;
    const members = this.#members[state] ?? new Uint32Array(0);
    if (this.#members.length > REMEMBERED) {
      this.#reset();
      state = this.#intern([...members]);
    }
    const next: number[] = [];
    for (const member of members) {
      const step = this.#nfa.steps[member];
      if (step !== undefined && step.ranges.some(([low, high]) => code >= low && code <= high)) next.push(step.next);
    }
    if (anew) next.push(...this.#nfa.starts);
    const made = this.#intern(this.#nfa.closure(next));
    (anew ? this.#again : this.#table)[state * this.#width + cls] = made;
    return made;
  }

  #intern(members: readonly number[]): number {
    const key = members.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const state = this.#members.length;
    this.#known.set(key, state);
    this.#members.push(Uint32Array.from(members));
    this.#accepting.push(members.includes(this.#nfa.accept));
    if ((state + 1) * this.#width > this.#table.length) {
      this.#table = grown(this.#table);
      this.#again = grown(this.#again);
    }
    return state;
  }
}

function grown(table: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(table.length * 2).fill(-1);
  larger.set(table);
  return larger;
}
