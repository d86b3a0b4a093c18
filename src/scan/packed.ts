import type { Examination, SealedMatch } from "../model/finding.ts";

/** An examination with the number in the walk of the entry it belongs to. */
export interface Numbered {
  readonly sequence: number;
  readonly examination: Examination;
}

/** Matches in columns. */
interface PackedMatches {
  /** For each match the number of its model; the first of a number is the model itself, and stands in no other column. */
  readonly models: Int32Array;
  /** `NUMBERS` for each. */
  readonly numbers: Float64Array;
  /** For each its key, its subject's where its model has one, and its excerpt. */
  readonly texts: readonly string[];
}

/**
 * Examinations as they go from a worker to the scan: most of a thousand matches say what another says but for place and value, and what they
 * have in common goes once. Plain data.
 */
export interface Packed {
  readonly models: readonly SealedMatch[];
  readonly examinations: readonly {
    readonly sequence: number;
    readonly examination: Omit<Examination, "matches">;
    readonly matches: PackedMatches;
  }[];
}

/** Start, end, line or row of the location, its column, row of the cell, characters at the end of the excerpt that are the masked value. */
const NUMBERS = 6;
/** Models on the same evidence that a match is held against, the newest first. */
const MOST_LIKE = 16;

/** Packs examinations. Objects are copied from thread to thread member by member, names included: that costs more than judging them does. */
export function pack(list: readonly Numbered[]): Packed {
  const models: SealedMatch[] = [];
  const byEvidence = new Map<SealedMatch["evidence"], number[]>();
  const examinations = list.map(({ sequence, examination }) => {
    const { matches, ...rest } = examination;
    return { sequence, examination: rest, matches: packMatches(matches, models, byEvidence) };
  });
  return { models, examinations };
}

/** What was packed. */
export function unpack({ models, examinations }: Packed): readonly Numbered[] {
  let met = 0;
  return examinations.map(({ sequence, examination, matches: { models: ofMatches, numbers, texts } }) => {
    const matches: SealedMatch[] = [];
    let number = 0;
    let text = 0;
    for (const index of ofMatches) {
      const model = models[index];
      if (model === undefined) throw new Error("a match has a model");
      if (index === met) {
        met++;
        matches.push(model);
        continue;
      }
      const match: { -readonly [Name in keyof SealedMatch]: SealedMatch[Name] } = { ...model };
      match.start = numbers[number] ?? 0;
      match.end = numbers[number + 1] ?? 0;
      match.location = placed(model.location, numbers[number + 2] ?? 0, numbers[number + 3] ?? 0);
      if (model.cell !== undefined) match.cell = { table: model.cell.table, row: numbers[number + 4] ?? 0, column: model.cell.column };
      match.valueKey = texts[text++] ?? "";
      if (model.subjectKey !== undefined) match.subjectKey = texts[text++] ?? "";
      const excerpt = texts[text++] ?? "";
      match.masked = excerpt.slice(excerpt.length - (numbers[number + 5] ?? 0));
      match.excerpt = excerpt;
      matches.push(match);
      number += NUMBERS;
    }
    return { sequence, examination: { ...examination, matches } };
  });
}

function packMatches(
  matches: readonly SealedMatch[],
  models: SealedMatch[],
  byEvidence: Map<SealedMatch["evidence"], number[]>,
): PackedMatches {
  const ofMatches = new Int32Array(matches.length);
  const numbers: number[] = [];
  const texts: string[] = [];
  for (let at = 0; at < matches.length; at++) {
    const match = matches[at];
    if (match === undefined) break;
    const known = isUsual(match) ? (byEvidence.get(match.evidence) ?? []) : undefined;
    const index = known?.find((one) => isLike(models[one], match));
    if (index === undefined) {
      if (known !== undefined) byEvidence.set(match.evidence, [models.length, ...known.slice(0, MOST_LIKE - 1)]);
      ofMatches[at] = models.length;
      models.push(match);
      continue;
    }
    ofMatches[at] = index;
    const { start, end, location, cell, valueKey, subjectKey, masked, excerpt } = match;
    const [line, column] = placeOf(location);
    numbers.push(start, end, line, column, cell?.row ?? 0, masked.length);
    texts.push(valueKey);
    if (subjectKey !== undefined) texts.push(subjectKey);
    texts.push(excerpt);
  }
  return { models: ofMatches, numbers: Float64Array.from(numbers), texts };
}

/** Whether a match may have a model, or be one: there is nothing about it that has no column and is its own. */
function isUsual({ location, excerpt, masked, group, allowed, shown }: SealedMatch): boolean {
  return (
    (location.kind === "line" || location.kind === "cell") &&
    excerpt.endsWith(masked) &&
    group === undefined &&
    allowed === undefined &&
    shown === undefined
  );
}

/** Whether two usual matches differ in nothing but what the columns hold. */
function isLike(one: SealedMatch | undefined, other: SealedMatch): boolean {
  return (
    one !== undefined &&
    one.ruleId === other.ruleId &&
    one.evidence === other.evidence &&
    one.infoType === other.infoType &&
    one.level === other.level &&
    one.severity === other.severity &&
    one.confidence === other.confidence &&
    one.flow === other.flow &&
    one.sample === other.sample &&
    one.within === other.within &&
    (one.subjectKey === undefined) === (other.subjectKey === undefined) &&
    isSame(one.roles, other.roles) &&
    one.cell?.table === other.cell?.table &&
    one.cell?.column === other.cell?.column &&
    one.location.kind === other.location.kind &&
    (one.location.kind !== "cell" || other.location.kind !== "cell" || one.location.sheet === other.location.sheet) &&
    areLike(one.beaten, other.beaten)
  );
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((role, at) => role === other[at]));
}

function areLike(one: SealedMatch["beaten"], other: SealedMatch["beaten"]): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.length === other.length &&
    one.every(({ ruleId, confidence, evidence }, at) => {
      const against = other[at];
      return ruleId === against?.ruleId && confidence === against.confidence && evidence === against.evidence;
    })
  );
}

function placeOf(location: SealedMatch["location"]): readonly [number, number] {
  if (location.kind === "line") return [location.line, location.column];
  return location.kind === "cell" ? [location.row, location.column] : [0, 0];
}

function placed(location: SealedMatch["location"], line: number, column: number): SealedMatch["location"] {
  if (location.kind === "cell") return { kind: "cell", sheet: location.sheet, row: line, column };
  return { kind: "line", line, column };
}
