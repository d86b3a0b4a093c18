import type { Json } from "../../model/json.ts";
import type { Evidence, RuleKind, RuleProblem } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { subjectClasses } from "../shared/quantity.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";

const types: Schema = { type: "array", items: { type: "string", minLength: 1 }, minItems: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    all: types,
    any: types,
    count: { type: "integer", minimum: 1, maximum: 10 },
    within: { type: "integer", minimum: 20, maximum: 1000, description: "characters from 20 to 1000" },
    subjects: { enum: subjectClasses },
    tiers: tiersSchema,
  },
  required: ["all", "within", "tiers"],
};

interface Fields {
  readonly all: readonly string[];
  readonly any?: readonly string[];
  readonly count?: number;
  readonly within: number;
  readonly subjects?: string;
}

/** Bytes of a character: Chinese text in UTF-8. */
const CHARACTER = 3;

/**
 * Identifiers of one person near each other: name, identity number and phone in a row, a form or a paragraph. It stands for them.
 *
 * `all` types must stand within so many characters, and `count` of `any` (1 unless said). A second value of a type begins the next person.
 * Evidence: `elements`, and each type as `has:TYPE`.
 */
export const combination: RuleKind = {
  kind: "combination",
  schema: schema as unknown as Json,
  load(base, fields) {
    const problems: RuleProblem[] = [...checkSchema(schema, fields)];
    if (problems.length > 0) return { problems };
    const said = fields as unknown as Fields;
    const any = said.any ?? [];
    return {
      matcher: {
        rule: base,
        triggers: [],
        maxSpan: 1,
        tiers: readTiers(fields["tiers"] ?? []),
        confirm: () => undefined,
        over: {
          scope: "passage",
          infoTypes: [...said.all, ...any],
          reach: said.within * CHARACTER,
          judge(found) {
            const more = any.filter((infoType) => found.has(infoType));
            if (!said.all.every((infoType) => found.has(infoType)) || more.length < Math.min(said.count ?? 1, any.length)) return undefined;
            const evidence: Evidence[] = [{ by: "tag", name: "elements", effect: "raises" }];
            for (const infoType of [...said.all, ...more]) evidence.push({ by: "row", name: `has:${infoType}`, effect: "states" });
            return { evidence, ...(said.subjects === undefined ? {} : { subjectClass: said.subjects }) };
          },
        },
      },
    };
  },
};
