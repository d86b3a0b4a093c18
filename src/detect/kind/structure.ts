import type { Json } from "../../model/json.ts";
import type { Match, RuleKind, RuleProblem } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { readTriggers, triggersSchema } from "../shared/triggers.ts";
import { longer } from "../shared/glance.ts";
import { unitsOf } from "../shared/units.ts";

const text: Schema = { type: "string", minLength: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    triggers: triggersSchema,
    tag: { type: "string", pattern: "^[a-z][a-z-]*$", description: "a tag's name in lower case and hyphens" },
    threshold: { type: "number" },
    features: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        properties: { name: text, weight: { type: "number" }, regex: text, position: { enum: ["top", "tail"] } },
        required: ["name", "weight", "regex"],
      },
    },
  },
  required: ["triggers", "tag", "threshold", "features"],
};

interface Fields {
  readonly tag: string;
  readonly threshold: number;
  readonly features: readonly {
    readonly name: string;
    readonly weight: number;
    readonly regex: string;
    readonly position?: "top" | "tail";
  }[];
}

/** Characters: no feature is a longer line. */
const LONGEST = 120;
/** Bytes: a feature is a line. */
const MAX_SPAN = 1024;

/**
 * What a document is by its make-up: features of single lines, each counted once, whose weights make a tag when they reach the threshold.
 * Other rules ask for it as `tag:NAME`. Expressions see a line or cell without blanks, after NFKC.
 */
export const structure: RuleKind = {
  kind: "structure",
  schema: schema as unknown as Json,
  load(base, fields) {
    const problems: RuleProblem[] = [...checkSchema(schema, fields)];
    if (problems.length > 0) return { problems };
    const said = fields as unknown as Fields;
    const features = said.features.flatMap((feature, index) => {
      try {
        return [{ ...feature, regex: new RegExp(feature.regex) }];
      } catch {
        problems.push({ at: ["features", index, "regex"], expected: "a regular expression" });
        return [];
      }
    });
    if (problems.length > 0) return { problems };
    const weights = Object.fromEntries(features.map(({ name, weight }) => [name, weight]));
    return {
      matcher: {
        rule: base,
        triggers: readTriggers(fields["triggers"] ?? []),
        maxSpan: MAX_SPAN,
        reach: "line",
        glance: (sight) => sight.inTable || !longer(sight, LONGEST),
        tiers: [{ confidence: "low", all: [] }],
        tag: { name: said.tag, threshold: said.threshold, weights },
        confirm(window, emit) {
          for (const unit of unitsOf(window)) {
            if (unit.text.length > LONGEST) continue;
            const evidence: Match["evidence"] = features
              .filter(({ regex, position }) => (position === undefined || window[position]) && regex.test(unit.text))
              .map(({ name }) => ({ by: "pattern", name, effect: "states" }));
            const start = unit.at[0] ?? 0;
            if (evidence.length > 0) emit({ start, end: unit.at.at(-1) ?? start, value: "", evidence });
          }
        },
      },
    };
  },
};
