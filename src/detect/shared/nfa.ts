import type { Node } from "./expression.ts";

/** States beyond which an expression is not looked at. */
const LARGEST = 4000;
/** Copies of a repeated node; more are taken as any number. */
const COPIES = 64;

/** What a state takes, and where that leads. */
export interface Step {
  readonly ranges: readonly (readonly [low: number, high: number])[];
  readonly next: number;
}

/** A non-deterministic automaton that takes at least what any of some expressions takes. */
export class Nfa {
  /** By state; undefined for one that only leads on to `skips`. */
  readonly steps: (Step | undefined)[] = [];
  readonly skips: number[][] = [];
  readonly starts: readonly number[];
  readonly accept: number;
  readonly #aheads: boolean;
  readonly #closures = new Map<number, readonly number[]>();

  private constructor(nodes: readonly Node[], aheads: boolean) {
    this.#aheads = aheads;
    this.accept = this.#state();
    this.starts = nodes.map((node) => {
      const start = this.#state();
      this.#build(node, start, this.accept);
      return start;
    });
  }

  /**
   * Undefined where the expressions are too large. `aheads`: what must follow an expression's end is taken as part of it, so that a match is known
   * by it; else it is left out.
   */
  static of(nodes: readonly Node[], aheads = false): Nfa | undefined {
    try {
      return new Nfa(nodes, aheads);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** All states reached without taking anything, in order. States that only lead on to others say nothing of their own. */
  closure(from: readonly number[]): readonly number[] {
    const [first] = from;
    if (first === undefined) return [];
    if (from.length === 1) return this.#closureOf(first);
    const all = new Set<number>();
    for (const state of from) for (const one of this.#closureOf(state)) all.add(one);
    return [...all].toSorted((one, other) => one - other);
  }

  #closureOf(state: number): readonly number[] {
    const known = this.#closures.get(state);
    if (known !== undefined) return known;
    const seen = new Set<number>([state]);
    for (const one of seen) for (const next of this.skips[one] ?? []) seen.add(next);
    const found = [...seen].filter((one) => one === this.accept || this.steps[one] !== undefined).toSorted((one, other) => one - other);
    this.#closures.set(state, found);
    return found;
  }

  #state(): number {
    if (this.skips.length >= LARGEST) throw new RangeError("too many states");
    this.steps.push(undefined);
    this.skips.push([]);
    return this.skips.length - 1;
  }

  #build(node: Node, from: number, to: number): void {
    if (node.kind === "empty") this.skips[from]?.push(to);
    else if (node.kind === "set") {
      const at = this.#state();
      this.skips[from]?.push(at);
      this.steps[at] = { ranges: node.ranges, next: to };
    } else if (node.kind === "ahead") {
      if (this.#aheads && to === this.accept) this.#build(node.of, from, to);
      else this.skips[from]?.push(to);
    } else if (node.kind === "choice") for (const one of node.of) this.#build(one, from, to);
    else if (node.kind === "sequence") {
      let at = from;
      for (const [index, one] of node.of.entries()) {
        const next = index === node.of.length - 1 ? to : this.#state();
        this.#build(one, at, next);
        at = next;
      }
      if (node.of.length === 0) this.skips[from]?.push(to);
    } else this.#repeat(node.of, node.min, node.max, from, to);
  }

  #repeat(of: Node, min: number, max: number, from: number, to: number): void {
    let at = from;
    for (let count = 0; count < Math.min(min, COPIES); count++) {
      const next = this.#state();
      this.#build(of, at, next);
      at = next;
    }
    if (max > COPIES) {
      const loop = this.#state();
      this.skips[at]?.push(loop);
      this.#build(of, loop, loop);
      this.skips[loop]?.push(to);
      return;
    }
    for (let count = min; count < max; count++) {
      const next = this.#state();
      this.skips[at]?.push(to);
      this.#build(of, at, next);
      at = next;
    }
    this.skips[at]?.push(to);
  }
}
