import type { Json } from "../../model/json.ts";
import type { Evidence, OverMatch, RuleKind, RuleProblem, Severity, TableView, TableViewColumn } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { cellShapes } from "../shared/lexicon.ts";
import { subjectClasses } from "../shared/quantity.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";

const types: Schema = { type: "array", items: { type: "string", minLength: 1 }, minItems: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    columns: {
      type: "array",
      items: types,
      minItems: 1,
      description: "a list of columns, each a list of infoTypes of which one must stand",
    },
    unless: { ...types, description: "infoTypes of which no column may be named" },
    minRows: { type: "integer", minimum: 1, maximum: 1000 },
    fit: { type: "number", minimum: 0.1, maximum: 1 },
    low: { type: "boolean" },
    severities: {
      type: "array",
      items: {
        type: "object",
        properties: { subjects: { type: "integer", minimum: 1 }, severity: { enum: ["info", "low", "medium", "high", "critical"] } },
        required: ["subjects", "severity"],
      },
    },
    subjects: { enum: subjectClasses },
    tiers: tiersSchema,
  },
  required: ["columns", "tiers"],
};

interface Fields {
  readonly columns: readonly (readonly string[])[];
  readonly unless?: readonly string[];
  readonly minRows?: number;
  readonly fit?: number;
  readonly low?: boolean;
  readonly severities?: readonly { readonly subjects: number; readonly severity: Severity }[];
  readonly subjects?: string;
}

/** Rows below which two lines beside each other are no list. */
const MIN_ROWS = 3;
/** Share of a column's rows whose cells must hold what a weak name or no name leaves open. */
const FIT = 0.6;
/** Share of all rows where nothing names the column: of many numbers some are right by chance. */
const UNNAMED_FIT = 0.1;
/** Share where the name is a strong one: some cells are blank, abroad or mistyped. */
const NAMED_FIT = 0.3;
/** Cells of the head that must show the shape of a type for which no rule reads values, as a share. */
const SHAPE_FIT = 0.6;

/** How a column says what it holds, best first. */
type Hold = "values" | "named" | "shape";

/**
 * A table with columns of these types: a list of customers, the four elements of a bank card. It stands for all that was found in its cells.
 *
 * Each entry of `columns` must be held by a column of its own. A column holds a type when rules found it in enough of the rows (a share of
 * `fit`, half of that under a strong name), or when it is named so and its first cells have the shape that the lexicon gives for the type
 * (balances, dates, grades: no rule reads them). None may be named as a type of `unless`.
 * `low` also counts what was found at low confidence. `severities` raise the severity from so
 * many people on. Evidence: `values` when every column that rules can read was found by its values, `named` when all are named,
 * `named:TYPE` for each that is, `columns`.
 */
export const table: RuleKind = {
  kind: "table",
  schema: schema as unknown as Json,
  load(base, fields, tables) {
    const problems: RuleProblem[] = [...checkSchema(schema, fields)];
    if (problems.length > 0) return { problems };
    const said = fields as unknown as Fields;
    return {
      matcher: {
        rule: base,
        triggers: [],
        maxSpan: 1,
        tiers: readTiers(fields["tiers"] ?? []),
        confirm: () => undefined,
        over: { scope: "table", infoTypes: said.columns.flat(), judge: (view) => judge(view, said, cellShapes(tables)) },
      },
    };
  },
};

function judge(view: TableView, said: Fields, shapes: ReadonlyMap<string, RegExp>): OverMatch | undefined {
  if (view.rows < (said.minRows ?? MIN_ROWS)) return undefined;
  if (said.unless !== undefined && view.columns.some(({ infoTypes }) => infoTypes.some((type) => said.unless?.includes(type))))
    return undefined;
  const taken = new Map<number, { infoType: string; hold: Hold }>();
  for (const alternatives of said.columns) {
    const found = pick(view, alternatives, taken, said, shapes);
    if (found === undefined) return undefined;
    taken.set(found.at, found);
  }
  const holds = [...taken.values()];
  if (!holds.some(({ hold }) => hold === "values")) return undefined;
  const evidence: Evidence[] = [{ by: "column", name: "columns", effect: "states" }];
  if (holds.every(({ hold }) => hold !== "named")) evidence.push({ by: "validator", name: "values", effect: "raises" });
  if ([...taken.keys()].every((at) => (view.columns[at]?.infoTypes.length ?? 0) > 0)) {
    evidence.push({ by: "column", name: "named", effect: "raises" });
  }
  for (const [at, { infoType }] of taken)
    if (view.columns[at]?.infoTypes.includes(infoType) === true)
      evidence.push({ by: "column", name: `named:${infoType}`, effect: "states" });
  const severity = (said.severities ?? []).findLast(({ subjects }) => view.subjects >= subjects)?.severity;
  return {
    evidence,
    ...(severity === undefined ? {} : { severity }),
    ...(said.subjects === undefined ? {} : { subjectClass: said.subjects }),
    columns: [...taken].map(([at, { infoType }]) => ({ at, infoType })).toSorted((one, other) => one.at - other.at),
  };
}

/** The column that holds one of the types best, of those not taken yet. */
function pick(
  view: TableView,
  alternatives: readonly string[],
  taken: ReadonlyMap<number, unknown>,
  said: Fields,
  shapes: ReadonlyMap<string, RegExp>,
): { readonly at: number; readonly infoType: string; readonly hold: Hold } | undefined {
  let best: { at: number; infoType: string; hold: Hold; score: number } | undefined;
  for (const infoType of alternatives) {
    for (const [at, column] of view.columns.entries()) {
      if (taken.has(at)) continue;
      const hold = holdOf(column, infoType, view, said, shapes.get(infoType));
      if (hold === undefined) continue;
      const score = (hold === "values" ? 2 : hold === "shape" ? 1 : 0) + (column.infoTypes.includes(infoType) ? 0.5 : 0);
      if (best === undefined || score > best.score) best = { at, infoType, hold, score };
    }
    // Of the types named first the first, unless another is there by its values.
    if (best?.hold === "values") return best;
  }
  return best;
}

function holdOf(
  column: TableViewColumn,
  infoType: string,
  { rows, span }: TableView,
  said: Fields,
  shape: RegExp | undefined,
): Hold | undefined {
  const strong = column.infoTypes.includes(infoType);
  const weak = column.weakTypes.includes(infoType);
  const found = (column.found.get(infoType) ?? 0) + (said.low === true ? (column.low.get(infoType) ?? 0) : 0);
  const fit = said.fit ?? FIT;
  if (!strong && !weak && found < span * UNNAMED_FIT) return undefined;
  if (found >= rows * (strong ? Math.min(fit, NAMED_FIT) : fit)) return "values";
  if (!strong && !weak) return undefined;
  const { cells } = column;
  if (cells.length === 0) return undefined;
  if (shape !== undefined) return cells.filter((cell) => shape.test(cell)).length >= cells.length * SHAPE_FIT ? "shape" : undefined;
  // One value for all is filler.
  if (cells.length >= MIN_ROWS && new Set(cells).size === 1) return undefined;
  // What is masked in the document, or only a blank to fill, is not there.
  return strong && !cells.some((cell) => /\*{2}|×{2}|_{2}/.test(cell)) ? "named" : undefined;
}
