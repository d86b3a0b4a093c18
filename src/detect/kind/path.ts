import type { Json } from "../../model/json.ts";
import type { RuleKind, RuleProblem } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { placeOf } from "../shared/place.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";

const text: Schema = { type: "string", minLength: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    regex: text,
    flags: { enum: ["i", ""] },
    exclude: { type: "array", items: text, minItems: 1 },
    tiers: tiersSchema,
  },
  required: ["regex", "tiers"],
};

interface Fields {
  readonly regex: string;
  readonly flags?: string;
  readonly exclude?: readonly string[];
}

/** Bytes: the longest name that file systems hold. */
const MAX_SPAN = 1024;

/**
 * Names of files and members, without their directories, whatever is in them: `id_rsa`, `网银证书.pfx`. The group `value` of `regex`, else all
 * it matches, is the span; a name that one of `exclude` matches gives nothing. Evidence: `path`, and the place.
 */
export const path: RuleKind = {
  kind: "path",
  schema: schema as unknown as Json,
  load(base, fields) {
    const problems: RuleProblem[] = [...checkSchema(schema, fields)];
    if (problems.length > 0) return { problems };
    const said = fields as unknown as Fields;
    const regex = expression(said.regex, `d${said.flags ?? ""}`, ["regex"], problems);
    const excluded = (said.exclude ?? []).flatMap((one, index) => expression(one, said.flags ?? "", ["exclude", index], problems) ?? []);
    if (regex === undefined || problems.length > 0) return { problems };
    return {
      matcher: {
        rule: base,
        triggers: [{ kind: "line", position: "top", roles: ["name"] }],
        maxSpan: MAX_SPAN,
        tiers: readTiers(fields["tiers"] ?? []),
        reach: "line",
        confirm(window, emit) {
          const found = regex.exec(window.text);
          const [start = 0, end = 0] = found?.indices?.groups?.["value"] ?? found?.indices?.[0] ?? [];
          if (found === null || end <= start || excluded.some((one) => one.test(window.text))) return;
          const value = window.text.slice(start, end);
          emit({ start, end, value, evidence: [{ by: "pattern", name: "path", effect: "states" }, ...placeOf(window)] });
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
