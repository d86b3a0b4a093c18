import type { Json } from "../../model/json.ts";
import type {
  CellAnswer,
  CellSight,
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
  WindowCell,
} from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { charactersBefore, createGlance, takesDigits } from "../shared/patternGlance.ts";
import { shapeOf } from "../shared/digitShape.ts";
import { boundaryOf, chainGoesOn, hasScheme, inAddress } from "../shared/boundary.ts";
import { contextFinder } from "../shared/context.ts";
import type { ContextFinder } from "../shared/context.ts";
import { columnNames, samplesOf } from "../shared/lexicon.ts";
import { placeOf, placeOfCell } from "../shared/place.ts";
import { looksTyped } from "../shared/sample.ts";
import { beginsOf, numbered, spanFinder, ValueFirst, valuePlace } from "../shared/span.ts";
import type { Pattern, Span } from "../shared/span.ts";
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
          prose: { type: "boolean", description: "true: not tried in rows of tables" },
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
    readonly prose?: boolean;
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

/** Evidence of a value in a cell: its pattern's number, then these, then one bit for each validator. */
const Bit = { loose: 16, inAddress: 32, check: 64 } as const;
const MOST_CHECKS = 16;
const Near = { context: 1, label: 2, counter: 4, han: 8 } as const;

/** Evidence that is held for the next value of its kind. */
type Held =
  | {
      readonly evidence: readonly Evidence[];
      /** Whether no tier that may still be met asks for anything near the value. */
      readonly contained: boolean;
      /** Whether one of the surest tiers is met with no more than these names of the row, or only without a word that counters. */
      met(row: ReadonlySet<string>): "surely" | "uncountered" | "never";
      withSample(name: string): readonly Evidence[];
      /** With what stands near the value, as bits, where it stands, and what says that it is harmless. */
      withNear(near: number, place: readonly Evidence[], sample: string | undefined): readonly Evidence[];
    }
  | "nothing";

/** Characters of a cell beyond which it is a text, whose numbers its column does not name. */
const TEXT_CELL = 40;
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
const NEAR_STATES: readonly (readonly [bit: number, states: Evidence])[] = [
  [Near.context, CONTEXT],
  [Near.label, LABEL],
  [Near.counter, COUNTER],
  [Near.han, BESIDE_HAN],
];
/** Bytes: values are short; a labelled one with its label is not longer. */
const MAX_SPAN = 512;

/**
 * Values that have a shape: regular expressions at digit candidates or round literals, checked offline, with words, columns and
 * neighbours as evidence.
 *
 * An expression is tried at the candidate's start, with `lookback` from so many characters before (then the match must cover the
 * candidate), or from where the characters of `lead` before it begin; one of `prose` not in rows of tables. Its group `value` is the span, else all of it. A pattern named `grouped` may not be part of a longer chain of groups.
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
    if (samples.has(value)) return "sample";
    for (const regex of compiled.samples) if (regex.test(value)) return "sample";
    for (const regex of compiled.publics) if (regex.test(value)) return "public";
    return exclude?.typed !== false && looksTyped(value) ? "typed" : undefined;
  }

  const tiers = readTiers(fields["tiers"] ?? []);
  const settled = settledNames(said, compiled);
  const shared = spanFinder(JSON.stringify(said.patterns), compiled.patterns);
  const surest = tiers.filter(({ confidence }) => confidence === tiers[0]?.confidence);
  const [checkStates, sampleStates] = [compiled.checks.map(({ id }) => evidenceOf("validator", id, "raises")), new Map<string, Evidence>()];

  function confirm(window: Window, emit: (match: Match) => void, brief?: ReadonlySet<string>): void {
    const span = shared.find(window);
    if (span === undefined) return;
    const { start, end } = span;
    const body = window.text.slice(start, end);
    const value = said.value === "as-is" ? body.trim() : compact(body);
    for (const regex of compiled.excluded) if (regex.test(value)) return;
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
    if (!mayMeetAny(tiers, evidence, settled)) return;
    const cell = cellOf(window);
    let label = cell && addColumn(cell, columns, evidence, cell.text.length > TEXT_CELL);
    const harmless = allowed(value);
    if (brief !== undefined) {
      for (const tier of surest) {
        if (!isMet(tier, evidence, brief, settled)) continue;
        if (tier.none?.includes(COUNTER.name) === true && isCounter(counter?.find(window.text, start, end))) continue;
        emit({ start, end, value, evidence: harmless === undefined ? evidence : [...evidence, sampleOf(harmless)] });
        return;
      }
    }
    const near = finder?.find(window.text, start, end);
    const named = near?.word ?? finder?.inName(cell?.header ?? "");
    if (named !== undefined) {
      evidence.push(CONTEXT);
      label ??= named;
    }
    if (near?.direct === true) evidence.push(LABEL);
    if (isCounter(counter?.find(window.text, start, end))) evidence.push(COUNTER);
    if (isBesideHan(window.text, span)) evidence.push(BESIDE_HAN);
    for (const states of placeOf(window)) evidence.push(states);
    if (harmless !== undefined) evidence.push(sampleOf(harmless));
    emit({ start, end, value, label, evidence });
  }

  const held = new Map<number, Held>();
  /** Whether no word and no place near a value says anything to the tier. */
  const isContained = ({ all, none = [] }: Tier): boolean =>
    [...all, ...none].every((name) => settled.has(name) || COLUMN.has(name) || name.startsWith("row:"));

  function fill(cell: CellSight, brief: ReadonlySet<string>): CellAnswer | undefined {
    const { text, from, to } = cell;
    const span = shared.find(cell);
    if (span === undefined) return "nothing";
    if (span.start !== from || span.end !== to) return undefined;
    const body = text.slice(from, to);
    const value = said.value === "as-is" ? body.trim() : compact(body);
    for (const regex of compiled.excluded) if (regex.test(value)) return "nothing";
    let bits = span.pattern.index;
    if (said.boundary !== "none") {
      const boundary = boundaryOf(text, span.from, span.to);
      if (boundary === "broken") return "nothing";
      if (boundary === "loose" || (span.pattern.grouped && chainGoesOn(text, span.from, span.to))) bits += Bit.loose;
      if (hasScheme(text) && inAddress(text, span.start)) bits += Bit.inAddress;
    }
    for (let index = 0; index < compiled.checks.length; index++)
      if (compiled.checks[index]?.check(value, tables, cell.asOf) === "valid") bits += Bit.check << index;
    const key = 8 * bits + columnBits(cell, columns);
    let known = held.get(key);
    if (known === undefined) held.set(key, (known = hold(span.pattern, bits, cell)));
    if (known === "nothing") return known;
    const harmless = allowed(value);
    if (!known.contained) {
      const met = known.met(brief);
      const countered = met !== "surely" && isCounter(counter?.find(text, span.start, span.end));
      if (met === "never" || (met === "uncountered" && countered)) {
        const near = finder?.find(text, span.start, span.end);
        let more = countered ? Near.counter : 0;
        if ((near?.word ?? finder?.inName(cell.header)) !== undefined) more += Near.context;
        if (near?.direct === true) more += Near.label;
        if (isBesideHan(text, span)) more += Near.han;
        return { value, evidence: known.withNear(more, placeOfCell(cell.roles, cell.page), harmless) };
      }
    }
    return { value, evidence: harmless === undefined ? known.evidence : known.withSample(harmless) };
  }

  /** What the bits say as evidence; nothing where no tier could take it. */
  function hold(one: Pattern, bits: number, cell: CellSight): Held {
    const evidence: Evidence[] = [one.states];
    if ((bits & Bit.loose) !== 0) evidence.push(LOOSE);
    if ((bits & Bit.inAddress) !== 0) evidence.push(IN_ADDRESS);
    for (const [index, states] of checkStates.entries()) if ((bits & (Bit.check << index)) !== 0) evidence.push(states);
    const open = tiers.filter((tier) => mayMeet(tier, evidence, settled));
    if (open.length === 0) return "nothing";
    addColumn(cell, columns, evidence);
    const samplesOf = new Map<string, readonly Evidence[]>();
    const nearOf = new Map<readonly Evidence[], Map<string, readonly Evidence[]>>();
    const asking = surest.flatMap(({ all, none = [] }) => {
      if (none.some((name) => has(evidence, name) || !(settled.has(name) || COLUMN.has(name) || name === COUNTER.name))) return [];
      return [{ row: all.filter((name) => !has(evidence, name)), counter: none.includes(COUNTER.name) }];
    });
    // Rows of one kind show the same set.
    let asked: ReadonlySet<string> | undefined;
    let answer: "surely" | "uncountered" | "never" = "never";
    return {
      evidence,
      contained: open.every(isContained),
      met(row) {
        if (row === asked) return answer;
        const left = asking.filter((one) => one.row.every((name) => row.has(name)));
        asked = row;
        return (answer = left.length === 0 ? "never" : left.every(({ counter: asks }) => asks) ? "uncountered" : "surely");
      },
      withSample(name) {
        const whole = samplesOf.get(name) ?? [...evidence, sampleOf(name)];
        samplesOf.set(name, whole);
        return whole;
      },
      withNear(near, place, sample) {
        let lists = nearOf.get(place);
        if (lists === undefined) nearOf.set(place, (lists = new Map()));
        const key = `${near} ${sample ?? ""}`;
        let whole = lists.get(key);
        if (whole === undefined) {
          const more = [...evidence, ...place];
          for (const [bit, states] of NEAR_STATES) if ((near & bit) !== 0) more.push(states);
          if (sample !== undefined) more.push(sampleOf(sample));
          lists.set(key, (whole = more));
        }
        return whole;
      },
    };
  }

  function sampleOf(name: string): Evidence {
    const states = sampleStates.get(name) ?? evidenceOf("allowlist", name, "lowers");
    sampleStates.set(name, states);
    return states;
  }

  return {
    rule: base,
    triggers: triggersOf(fields["triggers"] ?? [], compiled.patterns, said.boundary !== "none", tiers),
    maxSpan: MAX_SPAN,
    tiers,
    confirm,
    ...(compiled.patterns.length < Bit.loose && compiled.checks.length < MOST_CHECKS ? { fill } : {}),
    glance: createGlance(compiled.patterns, tiers, said.boundary !== "none"),
  };
}

/** Whether a word says what else a value is: of another line only as its label. */
function isCounter(found: ReturnType<ContextFinder["find"]>): boolean {
  return found !== undefined && (found.direct || !found.elsewhere);
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

function mayMeetAny(tiers: readonly Tier[], evidence: readonly Evidence[], settled: ReadonlySet<string>): boolean {
  for (const tier of tiers) if (mayMeet(tier, evidence, settled)) return true;
  return false;
}

/**
 * Whether the tier is met whatever evidence is still to come; the column's is there already, and `row` is known to stand. Words that counter are
 * for the caller to look for.
 */
function isMet({ all, none }: Tier, evidence: readonly Evidence[], row: ReadonlySet<string>, settled: ReadonlySet<string>): boolean {
  for (const name of all) if (!has(evidence, name) && !row.has(name)) return false;
  if (none === undefined) return true;
  for (const name of none) if (has(evidence, name) || !(settled.has(name) || COLUMN.has(name) || name === COUNTER.name)) return false;
  return true;
}

function has(evidence: readonly Evidence[], name: string): boolean {
  for (const one of evidence) if (one.name === name) return true;
  return false;
}

function evidenceOf(by: Evidence["by"], name: string, effect: Evidence["effect"]): Evidence {
  return { by, name, effect };
}

/** Triggers as written, those for digits with what the expressions allow before a candidate and what all tiers outside of tables ask of it. */
function triggersOf(written: Json, patterns: readonly Pattern[], bounded: boolean, tiers: readonly Tier[]): readonly Trigger[] {
  const triggers = readTriggers(written);
  if (!triggers.some(({ kind }) => kind === "digits")) return triggers;
  const before = charactersBefore(patterns, bounded);
  const others = new Set(patterns.map(({ name }) => name));
  for (const one of patterns) if (takesDigits(one)) others.delete(one.name);
  const reached = tiers.filter(({ all }) => !all.some((name) => others.has(name)));
  const luhn = reached.every(({ all }) => all.some((name) => name === "luhn" || name === "column" || name === "column-weak"));
  const more = { ...(before === undefined ? {} : { before }), ...(luhn ? { luhn } : {}) } as const;
  return triggers.map((one) =>
    one.kind === "digits" ? { ...one, ...more, shape: shapeOf(patterns, bounded, one.prefixes === undefined) } : one,
  );
}

function compile(one: Fields["patterns"][number], index: number, problems: RuleProblem[]): readonly Pattern[] {
  const lookback = one.lookback ?? 0;
  const value = valuePlace(one.regex);
  const flags = `${one.flags ?? ""}${value === "within" ? "d" : ""}y`;
  const [lead] = one.lead === undefined ? [] : expression(one.lead, "", ["patterns", index, "lead"], problems);
  const { source, group } = numbered(one.regex);
  return expression(source, flags, ["patterns", index, "regex"], problems).map((regex) => {
    return {
      index,
      name: one.name,
      states: evidenceOf("pattern", one.name, "states"),
      regex,
      value,
      first: new ValueFirst(one.regex, one.flags ?? ""),
      group,
      lookback,
      begins: lead === undefined ? beginsOf(regex, lookback) : undefined,
      lead,
      grouped: one.name === "grouped",
      prose: one.prose === true,
    };
  });
}

function expressions(said: Fields, key: "values" | "samplePatterns" | "publicPatterns", problems: RuleProblem[]): readonly RegExp[] {
  return (said.exclude?.[key] ?? []).flatMap((regex, index) => expression(regex, "i", ["exclude", key, index], problems));
}

/** Without separators, in capitals, and with one X for the letters that stand for it in the last place of identity numbers. */
function compact(body: string): string {
  // Until something is to be left out the body is its own form.
  let kept: string | undefined;
  for (let at = 0; at < body.length; at++) {
    const code = body.charCodeAt(at);
    if ((code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a)) {
      if (kept !== undefined) kept += body.charAt(at);
    } else if (code === 0x20 || code === 0x2d || code === 0x2e) kept ??= body.slice(0, at);
    else return compactAny(body);
  }
  return kept ?? body;
}

function compactAny(body: string): string {
  return body
    .replace(/[\s.\-()]/g, "")
    .toUpperCase()
    .replace(/[ХΧ×]$/, "X");
}

/** Whether a Chinese character stands within two characters of the match, quotes and brackets left out. */
function isBesideHan(text: string, { from, to }: Span): boolean {
  const left = QUOTES.includes(text.charAt(from - 1) || " ") ? from - 1 : from;
  const right = QUOTES.includes(text.charAt(to) || " ") ? to + 1 : to;
  return isHan(text, left - 1) || isHan(text, left - 2) || isHan(text, right) || isHan(text, right + 1);
}

const QUOTES = "`'\"“”‘’()[]「」『』<>【】";

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

function cellOf(window: Window): WindowCell | undefined {
  return window.row?.cells[window.row.at];
}

/** Says what the value's column is named as; gives its name when that is of the rule's types. */
/** The same in bits. */
function columnBits({ infoTypes, weakTypes }: CellSight, columns: readonly string[]): number {
  let bits = infoTypes.length > 0 ? 1 : 0;
  for (const type of infoTypes) if (columns.includes(type)) bits |= 2;
  for (const type of weakTypes) if (columns.includes(type)) bits |= 4;
  return bits;
}

function addColumn(
  cell: Pick<WindowCell, "infoTypes" | "weakTypes"> & { readonly header?: string },
  columns: readonly string[],
  evidence: Evidence[],
  text = false,
): string | undefined {
  if (cell.infoTypes.some((type) => columns.includes(type))) {
    evidence.push(COLUMN_SAYS);
    return cell.header;
  }
  if (cell.infoTypes.length > 0 && !text) evidence.push(OTHER_COLUMN);
  if (!cell.weakTypes.some((type) => columns.includes(type))) return undefined;
  evidence.push(WEAK_COLUMN);
  return cell.header;
}
