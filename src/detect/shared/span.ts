import type { Evidence, Window } from "../../model/rule.ts";
import { beginnings, markBegins } from "./beginnings.ts";
import { readExpression } from "./expression.ts";

/** An expression as a rule of values tries it. */
export interface Pattern {
  /** Its number in its rule. */
  readonly index: number;
  readonly name: string;
  readonly states: Evidence;
  readonly regex: RegExp;
  readonly value: ValuePlace;
  readonly first: ValueFirst;
  /** Number of the group that is the value; 0 when all of a match is. */
  readonly group: number;
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
type Place = Pick<Window, "text" | "start"> & Partial<Pick<Window, "row">> & { readonly from?: number; readonly stamp?: number };

export interface SpanFinder {
  find(place: Place): Span | undefined;
}

const finders = new Map<string, SpanFinder>();

/** Rules of one shape that ask different things of it share what is found of it in a window. */
export function spanFinder(key: string, patterns: readonly Pattern[]): SpanFinder {
  const known = finders.get(key);
  if (known !== undefined) return known;
  let last: Place | undefined;
  let stamp: number | undefined;
  let span: Span | undefined;
  const finder: SpanFinder = {
    find(place) {
      if (place !== last || place.stamp !== stamp) span = findSpan(patterns, place);
      last = place;
      stamp = place.stamp;
      return span;
    },
  };
  finders.set(key, finder);
  return finder;
}

/** What the expression matched that was tried last. */
const met = { from: 0, to: 0, start: 0, end: 0 };

function findSpan(patterns: readonly Pattern[], window: Place): Span | undefined {
  const inTable = window.row?.list === false || window.from !== undefined;
  for (const one of patterns) {
    if ((inTable && one.prose) || !find(one, window)) continue;
    const { from, to, start, end } = met;
    if (end > start) return { start, end, from, to, pattern: one };
  }
  return undefined;
}

/** `at-end` where nothing behind the group takes anything and nothing repeats it or is another of its name. */
export function valuePlace(source: string): ValuePlace {
  const open = source.indexOf("(?<value>");
  if (open < 0) return "all";
  let end = closing(source, open);
  while (/^\(\?[=!]/.test(source.slice(end + 1, end + 4))) end = closing(source, end + 1);
  return end === source.length - 1 && isOpen(source, open) ? "at-end" : "within";
}

/** Where the group that begins at `open` ends. */
function closing(source: string, open: number): number {
  let depth = 0;
  let inClass = false;
  for (let at = open; at < source.length; at++) {
    const character = source[at];
    if (character === "\\") at++;
    else if (inClass) inClass = character !== "]";
    else if (character === "[") inClass = true;
    else if (character === "(") depth++;
    else if (character === ")" && --depth === 0) return at;
  }
  return source.length;
}

/**
 * Whether the value of a match is all of it, told by its first character: what stands before the group cannot take that. To ask an expression
 * whether it matches costs half of asking where its group lies.
 */
export class ValueFirst {
  readonly #before: string;
  readonly #flags: string;
  /** By ASCII character whether what stands before the group may begin with it, and whether with any Chinese one. */
  #ascii: Uint8Array | undefined;
  #chinese = true;

  constructor(source: string, flags: string) {
    this.#before = source.slice(0, Math.max(0, source.indexOf("(?<value>")));
    this.#flags = flags;
  }

  isAt(code: number): boolean {
    this.#ascii ??= this.#read();
    if (code < 0x80) return this.#ascii[code] === 0;
    return !this.#chinese && code >= FIRST_CHINESE && code <= LAST_CHINESE;
  }

  #read(): Uint8Array {
    const units = new Uint8Array(0x1_0000);
    const node = readExpression(this.#before, this.#flags);
    if (node === undefined) return units.fill(1).slice(0, 0x80);
    markBegins(node, units);
    const next = units.indexOf(1, FIRST_CHINESE);
    this.#chinese = next >= 0 && next <= LAST_CHINESE;
    return units.slice(0, 0x80);
  }
}

const FIRST_CHINESE = 0x3400;
const LAST_CHINESE = 0x9fff;

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

/**
 * The expression with its group `value` as one without a name, which costs a match less, and the group's number. With other names in it, as it is.
 */
export function numbered(source: string): { readonly source: string; readonly group: number } {
  const open = source.indexOf("(?<value>");
  if (open < 0 || /\\k</.test(source) || /\(\?<(?![=!]|value>)/.test(source)) return { source, group: open < 0 ? 0 : NAMED };
  let group = 1;
  let inClass = false;
  for (let at = 0; at < open; at++) {
    const character = source[at];
    if (character === "\\") at++;
    else if (inClass) inClass = character !== "]";
    else if (character === "[") inClass = true;
    else if (character === "(" && source[at + 1] !== "?") group++;
  }
  return { source: `${source.slice(0, open)}(${source.slice(open + "(?<value>".length)}`, group };
}

/** The group has a name and must be asked for by it. */
const NAMED = -1;

function find(one: Pattern, window: Place): boolean {
  if (one.lead !== undefined) return matchFromLead(one, window);
  return one.lookback === 0 ? matchAt(one, window.text, window.start) : matchAround(one, window);
}

function matchAt({ regex, value, group, first }: Pattern, text: string, at: number): boolean {
  regex.lastIndex = at;
  if (value === "all" || (value === "at-end" && first.isAt(text.charCodeAt(at)))) {
    if (!regex.test(text)) return false;
    met.from = met.start = at;
    met.to = met.end = regex.lastIndex;
    return true;
  }
  const found = regex.exec(text);
  if (found === null) return false;
  met.from = met.start = at;
  met.to = met.end = at + found[0].length;
  const inner = group === NAMED ? found.groups?.["value"] : found[group];
  if (inner === undefined) return true;
  if (value === "at-end") met.start = met.to - inner.length;
  else [met.start, met.end] = (group === NAMED ? found.indices?.groups?.["value"] : found.indices?.[group]) ?? [met.from, met.to];
  return true;
}

/** Walks back over characters of the lead: one try from there, where `matchAround` would try each place. */
function matchFromLead(one: Pattern, window: Place): boolean {
  const { lead, lookback } = one;
  const limit = Math.max(0, window.start - lookback);
  let start = window.start;
  while (start > limit && lead?.test(window.text.charAt(start - 1)) === true) start -= 1;
  return matchAt(one, window.text, start) && met.to > window.start;
}

/** The match that covers the candidate's start, if any; each place before it is tried once, and no place after it. */
function matchAround(one: Pattern, window: Place): boolean {
  const { lookback, begins } = one;
  for (let at = Math.max(0, window.start - lookback); at <= window.start;) {
    if (begins !== undefined && begins[window.text.charCodeAt(at)] === 0) at += 1;
    else if (!matchAt(one, window.text, at)) at += 1;
    else if (met.to > window.start) return true;
    else at = Math.max(at + 1, met.to);
  }
  return false;
}
