import type { Essential } from "../../model/rule.ts";
import { type Node, readExpression } from "./expression.ts";

/** Code units of a class beyond which nearly every line holds one of them. */
const MOST = 40;
/** Characters of a short line. */
export const SHORT_LINE = 8;
/** What a digit or a sign costs, in lines that hold it; of what stands in text most often. */
const COMMON = 30;

interface Needed {
  readonly units: readonly number[];
  readonly pairs: readonly (readonly [number, number])[];
  /** How much of text holds one of them, as far as that can be guessed. */
  readonly cost: number;
}

/** Of all the expressions together, what is rarest in each; undefined where one of them may take a text that holds nothing special. */
export function essentialOf(expressions: readonly RegExp[]): Essential | undefined {
  const units = new Set<number>();
  const pairs: (readonly [number, number])[] = [];
  let short = false;
  for (const { source, flags } of expressions) {
    const node = readExpression(source, flags.replace(/[gyd]/g, ""));
    if (node === undefined) return undefined;
    if (source.startsWith("^") && source.endsWith("$") && node.kind !== "choice" && longest(node) <= SHORT_LINE) {
      short = true;
      continue;
    }
    const needed = neededOf(node);
    if (needed === undefined) return undefined;
    for (const code of needed.units) units.add(code);
    pairs.push(...needed.pairs);
  }
  return { units: [...units], pairs, short };
}

function neededOf(node: Node): Needed | undefined {
  switch (node.kind) {
    case "set": {
      const units = unitsOf(node);
      return units && { units, pairs: [], cost: costOf(units) };
    }
    case "repeat":
      return node.min > 0 ? neededOf(node.of) : undefined;
    case "choice":
      return node.of.map(neededOf).reduce((all, one) => all && one && { ...joined(all, one), cost: all.cost + one.cost });
    case "sequence":
      return [...node.of.map(neededOf), ...sideBySide(node.of)].reduce((best, one) =>
        best === undefined || (one !== undefined && one.cost < best.cost) ? one : best,
      );
    default:
      return undefined;
  }
}

function joined(one: Needed, other: Needed): Omit<Needed, "cost"> {
  return { units: [...one.units, ...other.units], pairs: [...one.pairs, ...other.pairs] };
}

/** Pairs of characters that stand side by side in a sequence; blanks are no part of them. */
function sideBySide(of: readonly Node[]): readonly Needed[] {
  return of.slice(1).flatMap((node, index) => {
    const [first, second] = [of[index], node].map((one) => (one?.kind === "set" ? unitsOf(one) : undefined));
    if (first === undefined || second === undefined || [...first, ...second].some(isBlank)) return [];
    const pairs = first.flatMap((one) => second.map((other) => [one, other] as const));
    return [{ units: [], pairs, cost: (costOf(first) * costOf(second)) / COMMON }];
  });
}

function unitsOf({ ranges }: Extract<Node, { kind: "set" }>): readonly number[] | undefined {
  const units: number[] = [];
  for (const [low, high] of ranges) {
    if (units.length + high - low >= MOST) return undefined;
    for (let code = low; code <= high; code++) units.push(code);
  }
  // A blank says nothing: lines are read without.
  return units.some(isBlank) ? undefined : units;
}

function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || code === 0x3000;
}

/** Chinese characters are many, letters few, and digits and signs stand in every line. */
function costOf(units: readonly number[]): number {
  return units.reduce((sum, code) => sum + (code >= 0x3400 ? 1 : /[A-Za-z]/.test(String.fromCharCode(code)) ? 12 : COMMON), 0);
}

/** Most characters that the node takes. */
function longest(node: Node): number {
  switch (node.kind) {
    case "set":
      return 1;
    case "repeat":
      return node.max * longest(node.of);
    case "choice":
      return Math.max(...node.of.map(longest));
    case "sequence":
      return node.of.reduce((sum, one) => sum + longest(one), 0);
    default:
      return 0;
  }
}
