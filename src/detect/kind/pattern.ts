import type { Json } from "../../model/json.ts";
import type {
  Evidence,
  Match,
  Matcher,
  RuleBase,
  RuleKind,
  RuleProblem,
  Tables,
  Tier,
  Trigger,
  Validator,
  Window,
} from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { charactersBefore, createGlance } from "../shared/patternGlance.ts";
import { boundaryOf, chainGoesOn, inAddress } from "../shared/boundary.ts";
import { contextFinder } from "../shared/context.ts";
import { columnNames, samplesOf } from "../shared/lexicon.ts";
import { placeOf } from "../shared/place.ts";
import { looksTyped } from "../shared/sample.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";
import { readTriggers, triggersSchema } from "../shared/triggers.ts";
import { validators } from "../validator/registry.ts";

const text: Schema = { type: "string", minLength: 1 };
const texts: Schema = { type: "array", items: text };

const schema: Schema = {
  type: "object",
  properties: {
    triggers: triggersSchema,
    patterns: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        properties: {
          name: text,
          regex: text,
          flags: { type: "string", pattern: "^[iu]*$", description: "flags i and u" },
          lookback: { type: "integer", minimum: 0, maximum: 256 },
          lead: { type: "string", pattern: "^\\[.+\\]$", description: "a character class in brackets" },
        },
        required: ["name", "regex"],
      },
    },
    boundary: { enum: ["strict", "none"] },
    value: { enum: ["compact", "as-is"] },
    context: {
      type: "object",
      properties: {
        words: texts,
        lexicon: texts,
        before: { type: "integer", minimum: 0, maximum: 300 },
        after: { type: "integer", minimum: 0, maximum: 300 },
      },
    },
    counterContext: {
      type: "object",
      properties: { words: texts, before: { type: "integer", minimum: 0, maximum: 300 } },
      required: ["words"],
    },
    columns: texts,
    validators: texts,
    exclude: {
      type: "object",
      properties: { samples: text, samplePatterns: texts, publicPatterns: texts, values: texts, typed: { type: "boolean" } },
    },
    tiers: tiersSchema,
  },
  required: ["triggers", "patterns", "tiers"],
};

interface Fields {
  readonly patterns: readonly {
    readonly name: string;
    readonly regex: string;
    readonly flags?: string;
    readonly lookback?: number;
    readonly lead?: string;
  }[];
  readonly boundary?: "strict" | "none";
  readonly value?: "compact" | "as-is";
  readonly context?: {
    readonly words?: readonly string[];
    readonly lexicon?: readonly string[];
    readonly before?: number;
    readonly after?: number;
  };
  readonly counterContext?: { readonly words: readonly string[]; readonly before?: number };
  readonly columns?: readonly string[];
  readonly validators?: readonly string[];
  readonly exclude?: {
    readonly samples?: string;
    readonly samplePatterns?: readonly string[];
    readonly publicPatterns?: readonly string[];
    readonly values?: readonly string[];
    readonly typed?: boolean;
  };
}

interface Pattern {
  readonly name: string;
  readonly states: Evidence;
  readonly regex: RegExp;
  readonly value: ValuePlace;
  readonly lookback: number;
  readonly lead: RegExp | undefined;
  readonly grouped: boolean;
}

/** Where the group `value` lies in what its expression matches; `within` must be asked of the match, at three times its cost. */
type ValuePlace = "all" | "at-end" | "within";

/** Characters before and behind a candidate in which a word is its context in prose. */
const BEFORE = 30;
const AFTER = 10;
const COLUMN: ReadonlySet<string> = new Set(["column", "column-weak", "other-column"]);
const LOOSE = evidenceOf("pattern", "loose", "lowers");
const IN_ADDRESS = evidenceOf("pattern", "in-address", "lowers");
const CONTEXT = evidenceOf("context", "context", "raises");
const LABEL = evidenceOf("context", "label", "raises");
const COUNTER = evidenceOf("context", "counter-context", "lowers");
const BESIDE_HAN = evidenceOf("context", "beside-han", "raises");
const COLUMN_SAYS = evidenceOf("column", "column", "raises");
const WEAK_COLUMN = evidenceOf("column", "column-weak", "raises");
const OTHER_COLUMN = evidenceOf("column", "other-column", "lowers");
/** Bytes: values are short; a labelled one with its label is not longer. */
const MAX_SPAN = 512;

/**
 * Values that have a shape: regular expressions at digit candidates or round literals, checked offline, with words, columns and
 * neighbours as evidence.
 *
 * An expression is tried at the candidate's start, with `lookback` from so many characters before (then the match must cover the
 * candidate), or from where the characters of `lead` before it begin. Its group `value` is the span, else all of it. A pattern named `grouped` may not be part of a longer chain of groups.
 *
 * Evidence: the pattern's name, each validator that says valid, `context` and `label` (a word near, a word right before), `column` and
 * `column-weak`, `other-column` (the column is named as something else), `counter-context`, `beside-han`, `loose` (a joiner beside it),
 * `in-address`, `role:…`, `position:top`, `position:tail`, and the allowlist's `sample`, `public` or `typed`.
 */
export const pattern: RuleKind = {
  kind: "pattern",
  schema: schema as unknown as Json,
  load(base, fields, tables) {
    const problems: RuleProblem[] = [...checkSchema(schema, fields)];
    if (problems.length > 0) return { problems };
    const said = fields as unknown as Fields;
    const patterns = said.patterns.flatMap((one, index) => compile(one, index, problems));
    const excluded = expressions(said, "values", problems);
    const samples = expressions(said, "samplePatterns", problems);
    const publics = expressions(said, "publicPatterns", problems);
    const checks = (said.validators ?? []).flatMap((id, index) => {
      const found = validators.find((validator) => validator.id === id);
      if (found !== undefined) return [found];
      problems.push({ at: ["validators", index], expected: `one of ${validators.map((validator) => validator.id).join(", ")}` });
      return [];
    });
    if (problems.length > 0) return { problems };
    return { matcher: matcherOf(base, fields, said, { patterns, excluded, samples, publics, checks }, tables) };
  },
};

interface Compiled {
  readonly patterns: readonly Pattern[];
  readonly excluded: readonly RegExp[];
  readonly samples: readonly RegExp[];
  readonly publics: readonly RegExp[];
  readonly checks: readonly Validator[];
}

function matcherOf(base: RuleBase, fields: Readonly<Record<string, Json>>, said: Fields, compiled: Compiled, tables: Tables): Matcher {
  const { context, counterContext, exclude } = said;
  const words = [...(context?.words ?? []), ...columnNames(tables, context?.lexicon ?? [])];
  const finder = contextFinder(words, context?.before ?? BEFORE, context?.after ?? AFTER);
  const counter = contextFinder(counterContext?.words ?? [], counterContext?.before ?? BEFORE, 0);
  const columns = said.columns ?? [base.infoType];

  const samples = samplesOf(tables, exclude?.samples ?? base.infoType);
  function allowed(value: string): string | undefined {
    if (samples.has(value) || compiled.samples.some((regex) => regex.test(value))) return "sample";
    if (compiled.publics.some((regex) => regex.test(value))) return "public";
    return exclude?.typed !== false && looksTyped(value) ? "typed" : undefined;
  }

  const tiers = readTiers(fields["tiers"] ?? []);
  const settled = settledNames(said, compiled);
  const shared = spanFinder(said.patterns, compiled.patterns);
  const [first] = tiers;
  const [checkStates, sampleStates] = [compiled.checks.map(({ id }) => evidenceOf("validator", id, "raises")), new Map<string, Evidence>()];

  function confirm(window: Window, emit: (match: Match) => void, brief = false): void {
    const span = shared.find(window);
    if (span === undefined) return;
    const { start, end } = span;
    const body = window.text.slice(start, end);
    const value = said.value === "as-is" ? body.trim() : compact(body);
    if (compiled.excluded.some((regex) => regex.test(value))) return;
    const evidence: Evidence[] = [span.pattern.states];
    if (said.boundary !== "none") {
      const boundary = boundaryOf(window.text, span.from, span.to);
      if (boundary === "broken") return;
      if (boundary === "loose" || (span.pattern.grouped && chainGoesOn(window.text, span.from, span.to))) {
        evidence.push(LOOSE);
      }
      if (inAddress(window.text, start)) evidence.push(IN_ADDRESS);
    }
    for (let index = 0; index < compiled.checks.length; index++) {
      const states = checkStates[index];
      if (states !== undefined && compiled.checks[index]?.check(value, tables, window.asOf) === "valid") evidence.push(states);
    }
    // What no word near it could save costs no look for words.
    if (!tiers.some((tier) => mayMeet(tier, evidence, settled))) return;
    let label = addColumn(window, columns, evidence);
    const harmless = allowed(value);
    if (brief && first !== undefined && isMet(first, evidence, settled)) {
      emit({ start, end, value, evidence: harmless === undefined ? evidence : [...evidence, sampleOf(harmless)] });
      return;
    }
    const near = finder?.find(window.text, start, end);
    const named = near?.word ?? finder?.inName(cellOf(window)?.header ?? "");
    if (named !== undefined) {
      evidence.push(CONTEXT);
      label ??= named;
    }
    if (near?.direct === true) evidence.push(LABEL);
    if (counter?.find(window.text, start, end) !== undefined) evidence.push(COUNTER);
    if (isBesideHan(window.text, span)) evidence.push(BESIDE_HAN);
    evidence.push(...placeOf(window));
    if (harmless !== undefined) evidence.push(sampleOf(harmless));
    emit({ start, end, value, ...(label === undefined ? {} : { label }), evidence });
  }

  function sampleOf(name: string): Evidence {
    const states = sampleStates.get(name) ?? evidenceOf("allowlist", name, "lowers");
    sampleStates.set(name, states);
    return states;
  }

  return {
    rule: base,
    triggers: triggersOf(fields["triggers"] ?? [], compiled.patterns, said.boundary !== "none"),
    maxSpan: MAX_SPAN,
    tiers,
    confirm,
    glance: createGlance(compiled.patterns, tiers, said.boundary !== "none"),
  };
}

/** Names of evidence that stand, or never will, once the value has been checked: before its column and the words near it are known. */
function settledNames(said: Fields, { patterns, checks }: Compiled): ReadonlySet<string> {
  const bounded = said.boundary === "none" ? [] : ["loose", "in-address"];
  return new Set([...patterns.map(({ name }) => name), ...checks.map(({ id }) => id), ...bounded]);
}

/** Whether evidence still to come could make the tier met. */
function mayMeet({ all, none }: Tier, evidence: readonly Evidence[], settled: ReadonlySet<string>): boolean {
  for (const name of all) if (settled.has(name) && !has(evidence, name)) return false;
  if (none !== undefined) for (const name of none) if (settled.has(name) && has(evidence, name)) return false;
  return true;
}

/** Whether the tier is met whatever evidence is still to come; the column's is there already. */
function isMet({ all, none }: Tier, evidence: readonly Evidence[], settled: ReadonlySet<string>): boolean {
  for (const name of all) if (!has(evidence, name)) return false;
  if (none !== undefined) for (const name of none) if (!(settled.has(name) || COLUMN.has(name)) || has(evidence, name)) return false;
  return true;
}

function has(evidence: readonly Evidence[], name: string): boolean {
  for (const one of evidence) if (one.name === name) return true;
  return false;
}

function evidenceOf(by: Evidence["by"], name: string, effect: Evidence["effect"]): Evidence {
  return { by, name, effect };
}

/** Triggers as written, those for digits with what the expressions allow before a candidate. */
function triggersOf(written: Json, patterns: readonly Pattern[], bounded: boolean): readonly Trigger[] {
  const triggers = readTriggers(written);
  if (!triggers.some(({ kind }) => kind === "digits")) return triggers;
  const before = charactersBefore(patterns, bounded);
  return before === undefined ? triggers : triggers.map((one) => (one.kind === "digits" ? { ...one, before } : one));
}

function compile(one: Fields["patterns"][number], index: number, problems: RuleProblem[]): readonly Pattern[] {
  const lookback = one.lookback ?? 0;
  const value = valuePlace(one.regex);
  const flags = `${one.flags ?? ""}${value === "within" ? "d" : ""}y`;
  const [lead] = one.lead === undefined ? [] : expression(one.lead, "", ["patterns", index, "lead"], problems);
  return expression(one.regex, flags, ["patterns", index, "regex"], problems).map((regex) => {
    return {
      name: one.name,
      states: evidenceOf("pattern", one.name, "states"),
      regex,
      value,
      lookback,
      lead,
      grouped: one.name === "grouped",
    };
  });
}

function expressions(said: Fields, key: "values" | "samplePatterns" | "publicPatterns", problems: RuleProblem[]): readonly RegExp[] {
  return (said.exclude?.[key] ?? []).flatMap((regex, index) => expression(regex, "i", ["exclude", key, index], problems));
}

/** Without separators, in capitals, and with one X for the letters that stand for it in the last place of identity numbers. */
function compact(body: string): string {
  return isCompact(body)
    ? body
    : body
        .replace(/[\s.\-()]/g, "")
        .toUpperCase()
        .replace(/[ХΧ×]$/, "X");
}

/** Whether there is nothing but digits and capitals. */
function isCompact(body: string): boolean {
  for (let at = 0; at < body.length; at++) {
    const code = body.charCodeAt(at);
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a))) return false;
  }
  return true;
}

/** Whether a Chinese character stands within two characters of the match. */
function isBesideHan(text: string, { from, to }: Span): boolean {
  return isHan(text, from - 1) || isHan(text, from - 2) || isHan(text, to) || isHan(text, to + 1);
}

function isHan(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x4e00 && code <= 0x9fff;
}

function expression(source: string, flags: string, at: readonly (string | number)[], problems: RuleProblem[]): readonly RegExp[] {
  try {
    return [new RegExp(source, flags)];
  } catch {
    problems.push({ at, expected: "a regular expression" });
    return [];
  }
}

/** What a pattern found: the value, and the whole of the match, whose neighbours count. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
  readonly pattern: Pattern;
}

interface SpanFinder {
  find(window: Window): Span | undefined;
}

const finders = new Map<string, SpanFinder>();

/** Rules of one shape that ask different things of it share what is found of it in a window. */
function spanFinder(said: Fields["patterns"], patterns: readonly Pattern[]): SpanFinder {
  const key = JSON.stringify(said);
  const known = finders.get(key);
  if (known !== undefined) return known;
  let last: Window | undefined;
  let span: Span | undefined;
  const finder: SpanFinder = {
    find(window) {
      if (window !== last) span = findSpan(patterns, window);
      last = window;
      return span;
    },
  };
  finders.set(key, finder);
  return finder;
}

function findSpan(patterns: readonly Pattern[], window: Window): Span | undefined {
  for (const one of patterns) {
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
function valuePlace(source: string): ValuePlace {
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

function find(one: Pattern, window: Window): RegExpExecArray | undefined {
  if (one.lead !== undefined) return matchFromLead(one, window);
  return one.lookback === 0 ? matchAt(one.regex, window, window.start) : matchAround(one.regex, window, one.lookback);
}

function matchAt(regex: RegExp, window: Window, start: number): RegExpExecArray | undefined {
  regex.lastIndex = start;
  return regex.exec(window.text) ?? undefined;
}

/** Walks back over characters of the lead: one try from there, where `matchAround` would try each place. */
function matchFromLead({ regex, lead, lookback }: Pattern, window: Window): RegExpExecArray | undefined {
  const limit = Math.max(0, window.start - lookback);
  let start = window.start;
  while (start > limit && lead?.test(window.text.charAt(start - 1)) === true) start -= 1;
  const found = matchAt(regex, window, start);
  return found !== undefined && found.index + found[0].length > window.start ? found : undefined;
}

/** The match that covers the candidate's start, if any; each place before it is tried once, and no place after it. */
function matchAround(regex: RegExp, window: Window, lookback: number): RegExpExecArray | undefined {
  for (let at = Math.max(0, window.start - lookback); at <= window.start;) {
    const found = matchAt(regex, window, at);
    if (found === undefined) at += 1;
    else if (at + found[0].length > window.start) return found;
    else at += Math.max(1, found[0].length);
  }
  return undefined;
}

function cellOf(window: Window): NonNullable<Window["row"]>["cells"][number] | undefined {
  return window.row?.cells[window.row.at];
}

/** Says what the value's column is named as; gives its name when that is of the rule's types. */
function addColumn(window: Window, columns: readonly string[], evidence: Evidence[]): string | undefined {
  const cell = cellOf(window);
  if (cell === undefined) return undefined;
  if (cell.infoTypes.some((type) => columns.includes(type))) {
    evidence.push(COLUMN_SAYS);
    return cell.header;
  }
  if (cell.infoTypes.length > 0) evidence.push(OTHER_COLUMN);
  if (!cell.weakTypes.some((type) => columns.includes(type))) return undefined;
  evidence.push(WEAK_COLUMN);
  return cell.header;
}
