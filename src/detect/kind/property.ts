import type { Json } from "../../model/json.ts";
import type { Match, RuleKind, RuleProblem, WindowRow } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { placeOf } from "../shared/place.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";
import { readTriggers, triggersSchema } from "../shared/triggers.ts";
import { unitsOf } from "../shared/units.ts";

const text: Schema = { type: "string", minLength: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    triggers: triggersSchema,
    name: text,
    value: text,
    reject: text,
    require: { type: "array", items: { type: "object", properties: { name: text, value: text }, required: ["name", "value"] } },
    tiers: tiersSchema,
  },
  required: ["triggers", "name", "value", "tiers"],
};

interface Fields {
  readonly name: string;
  readonly value: string;
  readonly reject?: string;
  readonly require?: readonly { readonly name: string; readonly value: string }[];
}

/** Bytes: properties that say something about handling are short. */
const MAX_SPAN = 512;

/**
 * A document property by its name and value, with others that must stand beside it: the sensitivity labels of an office suite.
 *
 * Expressions are compared without regard to case. In a required name `$1` is what the first group of `name` took. Evidence: `property`
 * and the place.
 */
export const property: RuleKind = {
  kind: "property",
  schema: schema as unknown as Json,
  load(base, fields) {
    const problems: RuleProblem[] = [...checkSchema(schema, fields)];
    if (problems.length > 0) return { problems };
    const said = fields as unknown as Fields;
    const expressions = new Map<string, RegExp>();
    for (const key of ["name", "value", "reject"] as const) {
      try {
        expressions.set(key, new RegExp(said[key] ?? "(?!)", "i"));
      } catch {
        problems.push({ at: [key], expected: "a regular expression" });
      }
    }
    const [name, value, reject] = [expressions.get("name"), expressions.get("value"), expressions.get("reject")];
    if (problems.length > 0 || name === undefined || value === undefined || reject === undefined) return { problems };
    return {
      matcher: {
        rule: base,
        triggers: readTriggers(fields["triggers"] ?? []),
        maxSpan: MAX_SPAN,
        tiers: readTiers(fields["tiers"] ?? []),
        confirm(window, emit) {
          const { row } = window;
          if (row === undefined) return;
          for (const unit of unitsOf(window)) {
            const named = name.exec(unit.header);
            const body = unit.raw.trim();
            if (named === null || !value.test(body) || reject.test(body)) continue;
            if (!(said.require ?? []).every((other) => stands(row, other.name.replaceAll("$1", named[1] ?? ""), other.value))) continue;
            const evidence: Match["evidence"] = [{ by: "pattern", name: "property", effect: "states" }, ...placeOf(window)];
            const start = unit.at[0] ?? 0;
            emit({ start, end: unit.at.at(-1) ?? start, value: body, label: unit.header, evidence });
          }
        },
      },
    };
  },
};

function stands(row: WindowRow, name: string, value: string): boolean {
  const wanted = name.toLowerCase();
  return row.cells.some((cell) => cell.header.toLowerCase() === wanted && cell.text.trim().toLowerCase() === value.toLowerCase());
}
