import type { Json } from "../../model/json.ts";
import type { EntryView, Match, OverMatch, RuleKind, RuleProblem, Window } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";
import { readTriggers, triggersSchema } from "../shared/triggers.ts";
import { essentialOf } from "../shared/essential.ts";
import { longer } from "../shared/glance.ts";
import { unitsOf } from "../shared/units.ts";

const text: Schema = { type: "string", minLength: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    triggers: triggersSchema,
    tag: { type: "string", pattern: "^[a-z][a-z-]*$", description: "a tag's name in lower case and hyphens" },
    of: { enum: ["lines", "sentences"] },
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
    unless: { type: "array", items: text, minItems: 1 },
    tiers: tiersSchema,
  },
  required: ["triggers", "tag", "threshold", "features"],
};

interface Fields {
  readonly tag: string;
  readonly of?: "lines" | "sentences";
  readonly unless?: readonly string[];
  readonly threshold: number;
  readonly features: readonly {
    readonly name: string;
    readonly weight: number;
    readonly regex: string;
    readonly position?: "top" | "tail";
  }[];
}

/** Characters: no feature is a longer line, and of a longer sentence that much either side is looked at. */
const LONGEST = 120;
/** Bytes: a feature is a line. */
const MAX_SPAN = 1024;

/**
 * What a document is by its make-up: features of single lines, each counted once, whose weights make a tag when they reach the threshold.
 * Other rules ask for it as `tag:NAME`. Expressions see a line or cell without blanks, after NFKC; `of: sentences` shows them the sentence
 * round the trigger instead. With `tiers` the tag is itself a finding of the entry (evidence: `features`), where it holds none of the
 * infoTypes `unless`.
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
    const sentences = said.of === "sentences";
    const judge = ({ tags, infoTypes }: EntryView): OverMatch | undefined =>
      tags.has(`tag:${said.tag}`) && !(said.unless ?? []).some((infoType) => infoTypes.has(infoType))
        ? { evidence: [{ by: "tag", name: "features", effect: "states" }] }
        : undefined;
    const weights = Object.fromEntries(features.map(({ name, weight }) => [name, weight]));
    return {
      matcher: {
        rule: base,
        triggers: readTriggers(fields["triggers"] ?? []),
        maxSpan: MAX_SPAN,
        reach: "line",
        ...(sentences ? {} : { essential: () => essentialOf(features.map(({ regex }) => regex)) }),
        ...(sentences ? {} : { glance: (sight) => sight.inTable || !longer(sight, LONGEST) }),
        tiers: fields["tiers"] === undefined ? [{ confidence: "low", all: [] }] : readTiers(fields["tiers"]),
        tag: { name: said.tag, threshold: said.threshold, weights },
        ...(fields["tiers"] === undefined ? {} : { over: { scope: "entry", judge } }),
        confirm(window, emit) {
          for (const { text: read, start, end } of sentences ? [sentenceOf(window)] : linesOf(window)) {
            if (read.length > LONGEST && !sentences) continue;
            const evidence: Match["evidence"] = features
              .filter(({ regex, position }) => (position === undefined || window[position]) && regex.test(read))
              .map(({ name }) => ({ by: "pattern", name, effect: "states" }));
            if (evidence.length > 0) emit({ start, end, value: "", evidence });
          }
        },
      },
    };
  },
};

interface Stretch {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function linesOf(window: Window): readonly Stretch[] {
  return unitsOf(window).map(({ text: line, at }) => ({ text: line, start: at[0] ?? 0, end: at.at(-1) ?? 0 }));
}

function sentenceOf({ text: whole, start, end }: Window): Stretch {
  const before = /[^。！？!?;\n]*$/.exec(whole.slice(Math.max(0, start - LONGEST), start))?.[0] ?? "";
  const after = /^[^。！？!?;\n]*/.exec(whole.slice(end, end + LONGEST))?.[0] ?? "";
  return { text: (before + whole.slice(start, end) + after).replace(/\s+/g, ""), start, end };
}
