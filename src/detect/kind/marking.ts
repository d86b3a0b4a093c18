import type { Json } from "../../model/json.ts";
import type { Match, Matcher, RuleBase, RuleKind, Window } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { levelsIn, type Mark, type MarkGrammar, markGrammar } from "../shared/marking/grammar.ts";
import { isLabel, readLabels } from "../shared/marking/label.ts";
import { readMarks } from "../shared/marking/mark.ts";
import { isExplained, isIntroduced } from "../shared/marking/mention.ts";
import { readPeriod } from "../shared/marking/period.ts";
import { readName } from "../shared/marking/name.ts";
import { readVertical } from "../shared/marking/vertical.ts";
import { readTitled, readWord } from "../shared/marking/word.ts";
import { placeOf } from "../shared/place.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";
import { readTriggers, triggersSchema } from "../shared/triggers.ts";
import { neighbours, type Unit, unitAt, unitsOf } from "../shared/units.ts";

const words: Schema = { type: "array", items: { type: "string", minLength: 2 }, minItems: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    triggers: triggersSchema,
    form: { enum: ["mark", "label", "word", "vertical", "name", "property", "period"] },
    levels: { type: "object", properties: {}, additionalProperties: words, description: "by level id, the words for it" },
    signs: { type: "string", minLength: 1 },
    ocrSigns: { type: "string", minLength: 1, description: "characters that stand for a sign in recognised text" },
    limits: { type: "object", properties: {}, additionalProperties: { type: "integer", minimum: 1 }, description: "by level id, years" },
    properties: words,
    otherProperties: words,
    tiers: tiersSchema,
  },
  required: ["triggers", "form", "levels", "signs", "tiers"],
};

interface Fields {
  readonly form: "mark" | "label" | "word" | "vertical" | "name" | "property" | "period";
  readonly levels: Readonly<Record<string, readonly string[]>>;
  readonly signs: string;
  readonly ocrSigns?: string;
  readonly limits?: Readonly<Record<string, number>>;
  readonly properties?: readonly string[];
  readonly otherProperties?: readonly string[];
}

/** Bytes: the longest period in a mark, spaced out. */
const MAX_SPAN = 512;
/** Lines on either side that say whether a word is one of a list. */
const AROUND = 3;

/**
 * Classification marks: never a level's word by itself, always in a form that marks take, and in a place where they stand.
 *
 * `form`: `mark` (level, sign, period), `label` (密级：level), `word` (a line that is nothing but the level), `vertical` (one character a
 * line), `name` (in the name of an entry), `property` (a document property that is called 密级). Evidence beside that of the form:
 * `as-example` (a mark that a line round it calls an example), `role:…`, `position:top`, `position:tail`, `page:1`. A match gives its level and shows nothing but the mark.
 */
export const marking: RuleKind = {
  kind: "marking",
  schema: schema as unknown as Json,
  load(base, fields) {
    const problems = checkSchema(schema, fields);
    if (problems.length > 0) return { problems };
    return { matcher: matcherOf(base, fields as unknown as Fields, fields) };
  },
};

function matcherOf(base: RuleBase, said: Fields, fields: Readonly<Record<string, Json>>): Matcher {
  const grammar = markGrammar(said.levels, said.signs);
  const vertical = said.form === "vertical";
  const hints = [...grammar.levels.keys()].map((word) => word.charAt(word.length - 1));
  const properties = new Map([
    ...(said.otherProperties ?? []).map((name) => [name.toLowerCase(), "value-only"] as const),
    ...(said.properties ?? []).map((name) => [name.toLowerCase(), "named"] as const),
  ]);
  return {
    rule: base,
    triggers: readTriggers(fields["triggers"] ?? []),
    maxSpan: MAX_SPAN,
    tiers: readTiers(fields["tiers"] ?? []),
    // A vertical mark begins with a character on a line of its own.
    essential: () =>
      vertical
        ? { units: [], pairs: [], short: true }
        : { units: hints.map((character) => character.charCodeAt(0)), pairs: [], short: false },
    confirm(window, emit) {
      // Most lines of a top or tail hold no level's last character; a vertical mark has it on the next line.
      if (!vertical && !lineHas(window, hints)) return;
      for (const found of read(said, window, grammar, properties)) emit({ ...found, evidence: [...found.evidence, ...placeOf(window)] });
    },
  };
}

function lineHas({ text, start }: Window, characters: readonly string[]): boolean {
  const next = text.indexOf("\n", start);
  const end = next < 0 ? text.length : next;
  const begin = text.lastIndexOf("\n", start - 1) + 1;
  for (const character of characters) {
    const at = text.indexOf(character, begin);
    if (at >= 0 && at < end) return true;
  }
  return false;
}

function read(said: Fields, window: Window, grammar: MarkGrammar, properties: ReadonlyMap<string, string>): readonly Match[] {
  const { form } = said;
  if (form === "mark" || form === "period") {
    const unit = unitAt(window);
    const marks = unit === undefined ? [] : readMarks(unit, grammar, window.start, window.roles.includes("ocr") ? said.ocrSigns : "");
    if (unit === undefined) return [];
    if (form === "mark") {
      const example =
        marks.length > 0 &&
        (neighbours(window, "before", 1).some((line) => isIntroduced(line) || isOther(line, marks, grammar)) ||
          neighbours(window, "after", 1).some((line) => isOther(line, marks, grammar)) ||
          neighbours(window, "after", AROUND).some(isExplained));
      return marks.map((mark) => placed(unit, example ? { ...mark, evidence: [...mark.evidence, "as-example"] } : mark));
    }
    return marks.flatMap((mark) => readPeriod(mark, said.limits ?? {}, window).map((checked) => placed(unit, checked)));
  }
  if (form === "label") return readLabels(unitsOf(window), grammar).map(({ unit, mark }) => placed(unit, mark));
  if (form === "word") {
    const [before, after] = [neighbours(window, "before", AROUND), neighbours(window, "after", AROUND)];
    const around = isSentence(before[0]) && isSentence(after[0]) ? undefined : [...before, ...after];
    return unitsOf(window).flatMap((unit) => {
      const marks = around === undefined ? [] : readWord(unit, around, grammar, isLabel(before[0] ?? ""));
      return (marks.length > 0 ? marks : readTitled(unit, grammar)).map((mark) => placed(unit, mark));
    });
  }
  if (form === "property")
    return window.roles.includes("property")
      ? readProperties(unitsOf(window), grammar, properties)
      : readRecord(window, grammar, properties);
  const found = form === "vertical" ? readVertical(window, grammar) : readName(window.text, grammar);
  return found === undefined ? [] : [{ ...found, evidence: stated(found.evidence) }];
}

/** A mark of another level on a line beside marks: they are a list of marks. */
function isOther(line: string, marks: readonly Mark[], grammar: MarkGrammar): boolean {
  const expression = grammar.expression("other", () => `(?<level>${grammar.level})级?[${grammar.sign.replace("*", "")}]`);
  const level = expression.exec(line)?.groups?.["level"];
  return level !== undefined && !marks.some((mark) => mark.level === grammar.levels.get(level));
}

/** A word between sentences is a word of the story. */
function isSentence(line: string | undefined): boolean {
  return line !== undefined && /[。！？!?…]["”'’」』)）]?$/.test(line);
}

/** A property that is called 密级 or the like and holds a level; or one of those that hold words about the document, and nothing else. */
function readProperties(units: readonly Unit[], grammar: MarkGrammar, names: ReadonlyMap<string, string>): readonly Match[] {
  const value = grammar.expression("property", () => `^[〔【\\[(]?(?<level>${grammar.level})级?[〕】\\])]?(?:[${grammar.sign}].{0,14})?$`);
  return units.flatMap((unit) => {
    const found = value.exec(unit.text);
    if (found === null) return [];
    const evidence = unit.header === "" ? "value-only" : names.get(unit.header.toLowerCase());
    if (evidence === undefined) return [];
    const level = grammar.levels.get(found.groups?.["level"] ?? "") ?? "";
    const mark = { start: 0, end: unit.text.length, level, value: unit.text, evidence: [evidence] };
    return [placed(unit, mark)];
  });
}

/** What else says that a record is the label of a document: how long it is secret, who decided it, who may know. */
const COMPANION = /保密|定密|知悉范围|解密|标志|period|secre|classified/i;

/** The level in a record of its own that labels a document, as a container of an electronic mark holds it; none in a list of such records. */
function readRecord(window: Window, grammar: MarkGrammar, names: ReadonlyMap<string, string>): readonly Match[] {
  const { row, text, start } = window;
  const cell = row?.cells[row.at];
  if (row === undefined || cell === undefined || names.get(cell.header.toLowerCase()) !== "named") return [];
  if (!row.cells.some(({ header }, at) => at !== row.at && COMPANION.test(header))) return [];
  const found = grammar.expression("record", () => `^\\s*["']?(?<value>(?<level>${grammar.level})级?)["']?\\s*$`).exec(cell.text);
  const { value = "", level = "" } = found?.groups ?? {};
  const line = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", start);
  const others = text.slice(0, line) + (next < 0 ? "" : text.slice(next));
  const from = text.indexOf(value, start);
  if (found === null || from < 0 || levelsIn(others, grammar).size > 0) return [];
  return [{ start: from, end: from + value.length, value, level: grammar.levels.get(level) ?? "", evidence: stated(["record"]) }];
}

function placed(unit: Unit, mark: Mark): Match {
  const start = unit.at[mark.start] ?? 0;
  const last = unit.at[mark.end - 1] ?? start;
  return { start, end: last + 1, value: mark.value, level: mark.level, evidence: stated(mark.evidence) };
}

function stated(names: readonly string[]): Match["evidence"] {
  return names.map((name) => ({ by: "pattern", name, effect: "states" }));
}
