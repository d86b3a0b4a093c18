import type { Json } from "../../model/json.ts";
import type { Evidence, RuleKind, RuleProblem } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { placeOf } from "../shared/place.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";

const text: Schema = { type: "string", minLength: 1 };
const texts: Schema = { type: "array", items: { type: "string", minLength: 2 }, minItems: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    terms: texts,
    require: {
      type: "object",
      properties: {
        regex: text,
        flags: { enum: ["i", ""] },
        within: { type: "integer", minimum: 1, maximum: 200 },
        lines: { type: "integer", minimum: 1, maximum: 5 },
      },
      required: ["regex", "within"],
    },
    between: text,
    exclude: texts,
    tiers: tiersSchema,
  },
  required: ["terms", "tiers"],
};

interface Fields {
  readonly terms: readonly string[];
  readonly require?: { readonly regex: string; readonly flags?: string; readonly within: number; readonly lines?: number };
  readonly between?: string;
  readonly exclude?: readonly string[];
}

/** Bytes: a term and the value near it. */
const MAX_SPAN = 512;

/**
 * Terms of a dictionary, with a value that must stand near: 金库密码：836152. Talk about the term without a value gives nothing.
 *
 * `require.regex` is sought in so many characters after the term, on its line or the first `lines`; its group `value`, else all of it, is the span, and what
 * stands between must match `between` where that is said. Without `require` the term itself is the span. `exclude` are expressions on the
 * value. Evidence: `term`, `value`, `column` when the term is the name of the value's column, and the place.
 */
export const keyword: RuleKind = {
  kind: "keyword",
  schema: schema as unknown as Json,
  load(base, fields) {
    const problems: RuleProblem[] = [...checkSchema(schema, fields)];
    if (problems.length > 0) return { problems };
    const said = fields as unknown as Fields;
    const required = said.require && expression(said.require.regex, `d${said.require.flags ?? ""}`, ["require", "regex"], problems);
    const between = expression(`^(?:${said.between ?? "[^]*"})$`, "", ["between"], problems);
    const excluded = (said.exclude ?? []).flatMap((regex, index) => expression(regex, "i", ["exclude", index], problems) ?? []);
    if (problems.length > 0) return { problems };
    const within = said.require?.within ?? 0;
    return {
      matcher: {
        rule: base,
        triggers: said.terms.map((term) => ({ kind: "literal", text: term })),
        maxSpan: MAX_SPAN,
        tiers: readTiers(fields["tiers"] ?? []),
        confirm(window, emit) {
          const term = window.text.slice(window.start, window.end);
          const evidence: Evidence[] = [{ by: "dictionary", name: "term", effect: "states" }, ...placeOf(window)];
          if (required === undefined) {
            emit({ start: window.start, end: window.end, value: term, label: term, evidence });
            return;
          }
          const lines = window.text.slice(window.end, window.end + within).split("\n");
          const line = lines.slice(0, said.require?.lines ?? 1).join("\n");
          const found = required.exec(line);
          const [from = 0, to = 0] = found?.indices?.groups?.["value"] ?? found?.indices?.[0] ?? [];
          if (found === null || to <= from || between?.test(line.slice(0, found.index)) !== true) return;
          const value = line.slice(from, to);
          if (excluded.some((regex) => regex.test(value))) return;
          evidence.push({ by: "pattern", name: "value", effect: "raises" });
          emit({ start: window.end + from, end: window.end + to, value, label: term, evidence });
        },
      },
    };
  },
};

function expression(source: string, flags: string, at: readonly (string | number)[], problems: RuleProblem[]): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    problems.push({ at, expected: "a regular expression" });
    return undefined;
  }
}
