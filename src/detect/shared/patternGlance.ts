import type { Sight, Tier } from "../../model/rule.ts";
import { Automaton } from "./automaton.ts";
import { markBegins } from "./beginnings.ts";
import { type Node, readExpression } from "./expression.ts";
import { backFrom, goesOnBefore, holdsBefore, isWord, type Lead, leadBefore, leadOf, mayMatch } from "./glance.ts";

/** An expression as a pattern rule tries it: at the candidate, from `lookback` characters before it, or from where `lead` begins. */
export interface GlancePattern {
  readonly name: string;
  readonly regex: RegExp;
  readonly lookback: number;
  readonly lead: RegExp | undefined;
  /** Not tried in rows of tables. */
  readonly prose: boolean;
}

interface Looks {
  readonly here: Automaton | undefined;
  readonly around: Automaton | undefined;
  readonly lookback: number;
  /** By ASCII character, 1 where what `around` takes may begin with it; undefined where it may begin with others, or be empty. */
  readonly begins: Uint8Array | undefined;
  readonly led: readonly { readonly automaton: Automaton; readonly lookback: number; readonly lead: Lead }[];
}

/** Candidates that a rule takes without a glance: in a small file there are fewer than it would cost to make the automata. */
const FIRST = 16;

/**
 * A look at the bytes that says whether any of the patterns may match, and be worth a tier: outside of tables a pattern whose every tier
 * asks for a column is not. `bounded`: no letter, digit or `_` may stand beside a match. Automata are made once candidates are many.
 */
export function createGlance(patterns: readonly GlancePattern[], tiers: readonly Tier[], bounded: boolean): (sight: Sight) => boolean {
  let inTable: Looks | "all" | undefined;
  let outside: Looks | "all" | undefined;
  let taken = 0;
  return (sight) => {
    if (taken < FIRST) {
      taken++;
      return true;
    }
    const looks = sight.inTable
      ? (inTable ??= looksOf(
          patterns.filter(({ prose }) => !prose),
          bounded,
        ))
      : (outside ??= looksOf(
          patterns.filter(({ name }) => worthOutside(name, patterns, tiers)),
          bounded,
        ));
    return looks === "all" || mayFind(looks, sight, bounded);
  };
}

function mayFind({ here, around, lookback, begins, led }: Looks, sight: Sight, bounded: boolean): boolean {
  const { start } = sight;
  if (here !== undefined && !(bounded && goesOnBefore(sight)) && mayMatch(here, sight, start, -1, bounded)) return true;
  if (around !== undefined && (begins === undefined || holdsBefore(sight, start, lookback, begins))) {
    if (mayMatch(around, sight, backFrom(sight, start, lookback), start, bounded)) return true;
  }
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
  const led: { automaton: Automaton; lookback: number; lead: Lead }[] = [];
  let lookback = 0;
  for (const pattern of patterns) {
    const node = readExpression(pattern.regex.source, pattern.regex.flags);
    if (node === undefined) return "all";
    if (pattern.lead !== undefined) {
      const automaton = Automaton.of([node], !bounded);
      if (automaton === undefined) return "all";
      led.push({ automaton, lookback: pattern.lookback, lead: leadOf(pattern.lead) });
    } else if (pattern.lookback === 0) here.push(node);
    else {
      around.push(node);
      lookback = Math.max(lookback, pattern.lookback);
    }
  }
  const atStart = here.length === 0 ? undefined : Automaton.of(here, !bounded);
  const before = around.length === 0 ? undefined : Automaton.of(around, !bounded);
  if ((here.length > 0 && atStart === undefined) || (around.length > 0 && before === undefined)) return "all";
  return { here: atStart, around: before, lookback, begins: asciiBegins(around), led };
}

function asciiBegins(nodes: readonly Node[]): Uint8Array | undefined {
  const units = new Uint8Array(0x1_0000);
  for (const node of nodes) if (markBegins(node, units)) return undefined;
  // A lone carriage return reads as a line feed.
  if (units[10] === 1) units[13] = 1;
  return units.indexOf(1, 0x80) < 0 ? units.slice(0, 0x80) : undefined;
}

/** The same for an expression that is tried at the candidate's end. */
export function createFollowGlance(regex: RegExp): (sight: Sight) => boolean {
  let automaton: Automaton | "all" | undefined;
  let taken = 0;
  return (sight) => {
    if (taken < FIRST) {
      taken++;
      return true;
    }
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
  const allowed = new Uint8Array(0x80);
  for (const { regex, lookback, lead } of patterns) {
    const node = lead === undefined ? readExpression(regex.source, regex.flags) : undefined;
    if (node === undefined) return undefined;
    const begins = mayBeginWithDigit(node);
    if (begins && !bounded) return undefined;
    if (begins) for (let code = 0; code < 0x80; code++) if (!isWord(code) || code === 0x5f) allowed[code] = 1;
    if (lookback > 0) allow(node, allowed);
  }
  // A lone carriage return reads as a line feed.
  if (allowed[10] === 1) allowed[13] = 1;
  return Array.from(allowed.keys()).filter((code) => allowed[code] === 1);
}

/** Whether a candidate of digits may be where the pattern matches: one that begins with something else is tried at literals only. */
export function takesDigits({ regex, lookback, lead }: GlancePattern): boolean {
  if (lookback > 0 || lead !== undefined) return true;
  const node = readExpression(regex.source, regex.flags);
  return node === undefined || mayBeginWithDigit(node);
}

/** Marks the ASCII characters that stand in any class of the expression. */
function allow(node: Node, allowed: Uint8Array): void {
  if (node.kind === "set") {
    for (const [low, high] of node.ranges) if (low < 0x80) allowed.fill(1, low, Math.min(high, 0x7f) + 1);
  } else if (node.kind === "repeat") allow(node.of, allowed);
  else if (node.kind !== "empty" && node.kind !== "ahead") for (const one of node.of) allow(one, allowed);
}

function mayBeginWithDigit(node: Node): boolean {
  switch (node.kind) {
    case "set":
      return node.ranges.some(([low, high]) => low <= 0x39 && high >= 0x30);
    case "repeat":
      return node.max > 0 && mayBeginWithDigit(node.of);
    case "choice":
      return node.of.some(mayBeginWithDigit);
    case "sequence":
      for (const one of node.of) {
        if (mayBeginWithDigit(one)) return true;
        if (!mayBeEmpty(one)) return false;
      }
      return false;
    default:
      return false;
  }
}

function mayBeEmpty(node: Node): boolean {
  switch (node.kind) {
    case "set":
      return false;
    case "repeat":
      return node.min === 0 || mayBeEmpty(node.of);
    case "choice":
      return node.of.some(mayBeEmpty);
    case "sequence":
      return node.of.every(mayBeEmpty);
    default:
      return true;
  }
}
