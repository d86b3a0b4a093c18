import type { DigitShape, DigitShapeSource } from "../../model/rule.ts";
import { readExpression } from "./expression.ts";
import type { Node } from "./expression.ts";
import { Nfa } from "./nfa.ts";
import type { Step } from "./nfa.ts";
import { takesDigits } from "./patternGlance.ts";
import type { GlancePattern } from "./patternGlance.ts";

/** Kinds of characters in a chain of digits, as shapes and kernels count them. */
const KINDS: readonly (readonly [low: number, high: number])[] = [
  [0x30, 0x39],
  [0x20, 0x20],
  [0x2d, 0x2d],
  [0x2e, 0x2e],
];
/** States of the expressions' automata in all sets that are states of a shape, beyond which it is left out. */
const LARGEST = 100_000;
/** Of `takes`: see `DigitShape`. */
const ALWAYS = 1;
const UNLESS_DIGIT = 2;
const GOES_ON = 4;

/**
 * How digits and separators go on in what the patterns take: a pattern that begins before the candidate may have taken anything by then. Made
 * only where it is asked for; `key` tells shapes apart before. `anyDigits`: the rule asks for chains whatever their first digits are.
 */
export function shapeOf(patterns: readonly GlancePattern[], bounded: boolean, anyDigits: boolean): DigitShapeSource {
  const own = patterns.filter(takesDigits);
  const key = JSON.stringify([
    bounded,
    anyDigits,
    ...own.map(({ regex, lookback, lead }) => [regex.source, regex.flags, lookback > 0, lead !== undefined]),
  ]);
  return { key, make: () => createShape(own, bounded, anyDigits) };
}

function createShape(patterns: readonly GlancePattern[], bounded: boolean, anyDigits: boolean): DigitShape | undefined {
  const here: Node[] = [];
  const before: Node[] = [];
  const lookbacks: number[] = [];
  for (const { regex, lookback, lead } of patterns) {
    const node = readExpression(regex.source, regex.flags);
    if (node === undefined) return undefined;
    if (lookback === 0 && lead === undefined) here.push(node);
    else {
      before.push(node);
      lookbacks.push(lookback);
    }
  }
  const [fromHere, fromBefore] = [Nfa.of(here, !bounded), Nfa.of(before, !bounded)];
  if (fromHere === undefined || fromBefore === undefined) return undefined;
  const begins = fromHere.closure(fromHere.starts);
  // What began before such a candidate is found at the first of its chain, or at the group where it begins.
  const alone =
    anyDigits && KINDS.slice(bounded ? 1 : 0).every((kind) => after(fromBefore, fromBefore.closure(fromBefore.starts), kind).length === 0);
  const behindByte = statesBehind(fromBefore, reachedWithin(fromBefore, lookbacks));
  const behind = (place: number): readonly number[] => {
    if (place !== WITHIN) return behindByte(place);
    return alone ? [] : [...new Set(SEPARATORS.flatMap(behindByte))].toSorted((one, other) => one - other);
  };
  return determined([fromHere, fromBefore], (place) => [begins, behind(place)], bounded);
}

const SEPARATORS: readonly number[] = KINDS.slice(1).map(([byte]) => byte);
/** Of `first`: nothing is known of what stands before; a separator does, with a digit before it. */
const UNKNOWN = 128;
const WITHIN = 129;

/** States in which each pattern may be once it has taken fewer characters than it may look back. */
function reachedWithin(nfa: Nfa, lookbacks: readonly number[]): ReadonlySet<number> {
  const reached = new Set<number>();
  for (const [index, lookback] of lookbacks.entries()) {
    let edge = nfa.closure(nfa.starts.slice(index, index + 1));
    for (let taken = 0; taken < lookback && edge.length > 0; taken++) {
      for (const state of edge) reached.add(state);
      const next = edge.flatMap((state) => nfa.steps[state]?.next ?? []);
      // What one pattern has reached before it need not reach again; patterns share no states.
      edge = nfa.closure(next).filter((state) => !reached.has(state));
    }
  }
  return reached;
}

/**
 * Gives the states in which a pattern may be that began before the candidate, or begins at it, behind an ASCII character or, for `UNKNOWN`, any
 * but a digit.
 */
function statesBehind(nfa: Nfa, reached: ReadonlySet<number>): (byte: number) => readonly number[] {
  const steps = [...reached].flatMap((state) => nfa.steps[state] ?? []);
  const known = new Map<string, readonly number[]>();
  return (byte) => {
    const next = steps.filter(({ ranges }) =>
      ranges.some(([low, high]) => (byte === UNKNOWN ? low < 0x30 || high > 0x39 : low <= byte && byte <= high)),
    );
    // Most characters are alike.
    const key = next.map((step) => step.next).join();
    let states = known.get(key);
    if (states === undefined) known.set(key, (states = nfa.closure([...nfa.starts, ...next.map((step) => step.next)])));
    return states;
  };
}

type Sets = readonly (readonly number[])[];

/** Makes the automaton deterministic; a state is a set of states of each part. */
function determined(parts: readonly Nfa[], firstBehind: (byte: number) => Sets, bounded: boolean): DigitShape | undefined {
  const known = new Map<string, number>();
  const members: Sets[] = [];
  const intern = (sets: Sets): number => {
    if (sets.every((set) => set.length === 0)) return 0;
    const key = sets.map((set) => set.join()).join("|");
    const found = known.get(key);
    if (found !== undefined) return found;
    members.push(sets);
    known.set(key, members.length);
    return members.length;
  };
  // A lone carriage return reads as a line feed; a digit before is the end of a longer character.
  const isKnown = (byte: number): boolean => byte !== 13 && (byte < 0x30 || byte > 0x39);
  const first = Uint16Array.from({ length: WITHIN + 1 }, (_, place) => intern(firstBehind(isKnown(place) ? place : UNKNOWN)));
  const next: number[] = [0, 0, 0, 0];
  const takes: number[] = [0];
  const follows = new Follows();
  const ends: number[] = [0];
  let size = 0;
  for (const sets of members) {
    size += sets.reduce((sum, set) => sum + set.length, 0);
    if (size > LARGEST) return undefined;
    for (const kind of KINDS) next.push(intern(parts.map((nfa, index) => after(nfa, sets[index] ?? [], kind))));
    let bits = 0;
    for (const [index, nfa] of parts.entries()) {
      for (const state of sets[index] ?? []) {
        if (state === nfa.accept) bits |= bounded ? UNLESS_DIGIT : ALWAYS;
        else if (nfa.steps[state]?.ranges.some(([low, high]) => low < 0x30 || high > 0x39) === true) bits |= GOES_ON;
      }
    }
    takes.push(bits);
    const steps = parts.flatMap((nfa, index) => (sets[index] ?? []).flatMap((state) => nfa.steps[state] ?? []));
    ends.push(bits === GOES_ON ? follows.numberOf(steps) : 0);
  }
  return {
    first,
    next: Uint16Array.from(next),
    takes: Uint8Array.from(takes),
    ends: Uint16Array.from(ends),
    follows: Uint8Array.from(follows.bytes),
  };
}

/** Sets of ASCII characters, each once. */
class Follows {
  readonly bytes: number[] = [];
  readonly #known = new Map<string, number>();

  /** The number of the set of what one of the steps takes. Digits are in all, as they are not told from parts of longer characters. */
  numberOf(steps: readonly Step[]): number {
    const set = Array.from({ length: 128 }, (_, byte) => Number(isDigit(byte) || steps.some((step) => meets(step, [byte, byte]))));
    // Alone it reads as a line feed, before one it is left out.
    if (set[10] === 1) set[13] = 1;
    const key = set.join("");
    let number = this.#known.get(key);
    if (number === undefined) {
      this.#known.set(key, (number = this.#known.size));
      this.bytes.push(...set);
    }
    return number;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function after(nfa: Nfa, states: readonly number[], kind: readonly [number, number]): readonly number[] {
  return nfa.closure(
    states.flatMap((state) => {
      const step = nfa.steps[state];
      return step !== undefined && meets(step, kind) ? [step.next] : [];
    }),
  );
}

function meets({ ranges }: Step, [low, high]: readonly [number, number]): boolean {
  return ranges.some((range) => range[0] <= high && range[1] >= low);
}
