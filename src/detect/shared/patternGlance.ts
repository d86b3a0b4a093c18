import type { Sight, Tier } from "../../model/rule.ts";
import { Automaton, DEAD } from "./automaton.ts";
import { type Node, readExpression } from "./expression.ts";
import { backFrom, goesOnBefore, leadBefore, mayMatch } from "./glance.ts";

/** An expression as a pattern rule tries it: at the candidate, from `lookback` characters before it, or from where `lead` begins. */
export interface GlancePattern {
  readonly name: string;
  readonly regex: RegExp;
  readonly lookback: number;
  readonly lead: RegExp | undefined;
}

interface Looks {
  readonly here: Automaton | undefined;
  readonly around: Automaton | undefined;
  readonly lookback: number;
  readonly led: readonly { readonly automaton: Automaton; readonly lookback: number; readonly lead: RegExp }[];
}

/**
 * A look at the bytes that says whether any of the patterns may match, and be worth a tier: outside of tables a pattern whose every tier
 * asks for a column is not. `bounded`: no letter, digit or `_` may stand beside a match. Automata are made when the first candidate comes.
 */
export function createGlance(patterns: readonly GlancePattern[], tiers: readonly Tier[], bounded: boolean): (sight: Sight) => boolean {
  let inTable: Looks | "all" | undefined;
  let outside: Looks | "all" | undefined;
  return (sight) => {
    const looks = sight.inTable
      ? (inTable ??= looksOf(patterns, bounded))
      : (outside ??= looksOf(
          patterns.filter(({ name }) => worthOutside(name, patterns, tiers)),
          bounded,
        ));
    return looks === "all" || mayFind(looks, sight, bounded);
  };
}

function mayFind({ here, around, lookback, led }: Looks, sight: Sight, bounded: boolean): boolean {
  const { start } = sight;
  if (here !== undefined && !(bounded && goesOnBefore(sight)) && mayMatch(here, sight, start, -1, bounded)) return true;
  if (around !== undefined && mayMatch(around, sight, backFrom(sight, start, lookback), start, bounded)) return true;
  for (const one of led) {
    const from = leadBefore(sight, start, one.lookback, one.lead);
    if (from === undefined || mayMatch(one.automaton, sight, from, -1, bounded)) return true;
  }
  return false;
}

/** Whether a match of the pattern can meet a tier without a column. */
function worthOutside(name: string, patterns: readonly GlancePattern[], tiers: readonly Tier[]): boolean {
  const others = new Set(patterns.filter((one) => one.name !== name).map((one) => one.name));
  return tiers.some(({ all }) => !all.some((one) => one === "column" || one === "column-weak" || others.has(one)));
}

function looksOf(patterns: readonly GlancePattern[], bounded: boolean): Looks | "all" {
  const here: Node[] = [];
  const around: Node[] = [];
  const led: { automaton: Automaton; lookback: number; lead: RegExp }[] = [];
  let lookback = 0;
  for (const pattern of patterns) {
    const node = readExpression(pattern.regex.source, pattern.regex.flags);
    if (node === undefined) return "all";
    if (pattern.lead !== undefined) {
      const automaton = Automaton.of([node], !bounded);
      if (automaton === undefined) return "all";
      led.push({ automaton, lookback: pattern.lookback, lead: pattern.lead });
    } else if (pattern.lookback === 0) here.push(node);
    else {
      around.push(node);
      lookback = Math.max(lookback, pattern.lookback);
    }
  }
  const atStart = here.length === 0 ? undefined : Automaton.of(here, !bounded);
  const before = around.length === 0 ? undefined : Automaton.of(around, !bounded);
  if ((here.length > 0 && atStart === undefined) || (around.length > 0 && before === undefined)) return "all";
  return { here: atStart, around: before, lookback, led };
}

/** The same for an expression that is tried at the candidate's end. */
export function createFollowGlance(regex: RegExp): (sight: Sight) => boolean {
  let automaton: Automaton | "all" | undefined;
  return (sight) => {
    if (automaton === undefined) {
      const node = readExpression(regex.source, regex.flags);
      automaton = (node === undefined ? undefined : Automaton.of([node])) ?? "all";
    }
    return automaton === "all" || mayMatch(automaton, sight, sight.end, -1, false);
  };
}

/**
 * ASCII characters that may stand before a candidate of digits where one of the patterns takes it; undefined for all. A pattern that begins at
 * the candidate says nothing of them unless it is `bounded`: then no letter, digit or `_` may. One that begins before it takes them itself.
 */
export function charactersBefore(patterns: readonly GlancePattern[], bounded: boolean): readonly number[] | undefined {
  const allowed = new Set<number>();
  for (const { regex, lookback, lead } of patterns) {
    const node = readExpression(regex.source, regex.flags);
    const automaton = node && Automaton.of([node]);
    if (node === undefined || automaton === undefined || lead !== undefined) return undefined;
    const begins = Array.from({ length: 10 }, (_, digit) => automaton.next(automaton.start, 0x30 + digit, false)).some(
      (state) => state !== DEAD,
    );
    if (begins && !bounded) return undefined;
    for (let code = 0; code < 0x80; code++) {
      if ((begins && !/\w/.test(String.fromCharCode(code))) || (lookback > 0 && takes(node, code))) allowed.add(code);
    }
  }
  // A lone carriage return reads as a line feed.
  if (allowed.has(10)) allowed.add(13);
  return [...allowed].toSorted((one, other) => one - other);
}

/** Whether a character stands in any class of the expression. */
function takes(node: Node, code: number): boolean {
  if (node.kind === "set") return node.ranges.some(([low, high]) => code >= low && code <= high);
  if (node.kind === "repeat") return takes(node.of, code);
  if (node.kind === "empty" || node.kind === "ahead") return false;
  return node.of.some((one) => takes(one, code));
}
