import type { Evidence, Window } from "../../model/rule.ts";
import { beginnings } from "./beginnings.ts";

/** An expression as a rule of values tries it. */
export interface Pattern {
  /** Its number in its rule. */
  readonly index: number;
  readonly name: string;
  readonly states: Evidence;
  readonly regex: RegExp;
  readonly value: ValuePlace;
  readonly lookback: number;
  /** By code unit, whether a match may begin so; only where many places are tried. */
  readonly begins: Uint8Array | undefined;
  readonly lead: RegExp | undefined;
  readonly grouped: boolean;
  /** Not tried in rows of tables. */
  readonly prose: boolean;
}

/** Where the group `value` lies in what its expression matches; `within` must be asked of the match, at three times its cost. */
export type ValuePlace = "all" | "at-end" | "within";

/** Characters before a candidate from which on it is worth to know what a match begins with. */
const FAR_BACK = 4;

/** By code unit, whether a match may begin so; undefined where too few places are tried for that to matter. */
export function beginsOf(regex: RegExp, lookback: number): Uint8Array | undefined {
  return lookback >= FAR_BACK ? beginnings(regex) : undefined;
}

/** What a pattern found: the value, and the whole of the match, whose neighbours count. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
  readonly pattern: Pattern;
}

/** A candidate in its text: with a row, or the begin of its cell, in a table. */
type Place = Pick<Window, "text" | "start"> & Partial<Pick<Window, "row">> & { readonly from?: number };

export interface SpanFinder {
  find(place: Place): Span | undefined;
}

const finders = new Map<string, SpanFinder>();

/** Rules of one shape that ask different things of it share what is found of it in a window. */
export function spanFinder(key: string, patterns: readonly Pattern[]): SpanFinder {
  const known = finders.get(key);
  if (known !== undefined) return known;
  let last: Place | undefined;
  let span: Span | undefined;
  const finder: SpanFinder = {
    find(place) {
      if (place !== last) span = findSpan(patterns, place);
      last = place;
      return span;
    },
  };
  finders.set(key, finder);
  return finder;
}

function findSpan(patterns: readonly Pattern[], window: Place): Span | undefined {
  const inTable = window.row?.list === false || window.from !== undefined;
  for (const one of patterns) {
    if (inTable && one.prose) continue;
    const found = find(one, window);
    if (found === undefined) continue;
    const to = found.index + found[0].length;
    const [start, end] = valueOf(found, one.value, to);
    if (end > start) return { start, end, from: found.index, to, pattern: one };
  }
  return undefined;
}

function valueOf(found: RegExpExecArray, place: ValuePlace, to: number): readonly [start: number, end: number] {
  const value = place === "all" ? undefined : found.groups?.["value"];
  if (value === undefined) return [found.index, to];
  return place === "at-end" ? [to - value.length, to] : (found.indices?.groups?.["value"] ?? [found.index, to]);
}

/** `at-end` where nothing stands behind the group and nothing repeats it or is another of its name. */
export function valuePlace(source: string): ValuePlace {
  const open = source.indexOf("(?<value>");
  if (open < 0) return "all";
  let depth = 0;
  let inClass = false;
  for (let at = open; at < source.length; at++) {
    const character = source[at];
    if (character === "\\") at++;
    else if (inClass) inClass = character !== "]";
    else if (character === "[") inClass = true;
    else if (character === "(") depth++;
    else if (character === ")" && --depth === 0) return at === source.length - 1 && isOpen(source, open) ? "at-end" : "within";
  }
  return "within";
}

/** Whether the place stands in no group, and no alternative goes before it. */
function isOpen(source: string, until: number): boolean {
  let depth = 0;
  let inClass = false;
  for (let at = 0; at < until; at++) {
    const character = source[at];
    if (character === "\\") at++;
    else if (inClass) inClass = character !== "]";
    else if (character === "[") inClass = true;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (character === "|" && depth === 0) return false;
  }
  return depth === 0;
}

function find(one: Pattern, window: Place): RegExpExecArray | undefined {
  if (one.lead !== undefined) return matchFromLead(one, window);
  return one.lookback === 0 ? matchAt(one.regex, window, window.start) : matchAround(one, window);
}

function matchAt(regex: RegExp, window: Place, start: number): RegExpExecArray | undefined {
  regex.lastIndex = start;
  return regex.exec(window.text) ?? undefined;
}

/** Walks back over characters of the lead: one try from there, where `matchAround` would try each place. */
function matchFromLead({ regex, lead, lookback }: Pattern, window: Place): RegExpExecArray | undefined {
  const limit = Math.max(0, window.start - lookback);
  let start = window.start;
  while (start > limit && lead?.test(window.text.charAt(start - 1)) === true) start -= 1;
  const found = matchAt(regex, window, start);
  return found !== undefined && found.index + found[0].length > window.start ? found : undefined;
}

/** The match that covers the candidate's start, if any; each place before it is tried once, and no place after it. */
function matchAround({ regex, lookback, begins }: Pattern, window: Place): RegExpExecArray | undefined {
  for (let at = Math.max(0, window.start - lookback); at <= window.start;) {
    if (begins !== undefined && begins[window.text.charCodeAt(at)] === 0) {
      at += 1;
      continue;
    }
    const found = matchAt(regex, window, at);
    if (found === undefined) at += 1;
    else if (at + found[0].length > window.start) return found;
    else at += Math.max(1, found[0].length);
  }
  return undefined;
}
