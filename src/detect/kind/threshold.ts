import type { Json } from "../../model/json.ts";
import type { EntryView, Evidence, OverMatch, RuleKind, RuleProblem, Severity } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { shareOf } from "../shared/quantity.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";

const types: Schema = { type: "array", items: { type: "string", minLength: 1 }, minItems: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    subjects: { type: "integer", minimum: 1 },
    dataClasses: types,
    unless: types,
    limits: {
      type: "object",
      properties: {},
      additionalProperties: { type: "integer", minimum: 1 },
      description: "by class of subject, people",
    },
    factor: { type: "number", minimum: 0.01, maximum: 100 },
    severities: {
      type: "array",
      items: {
        type: "object",
        properties: { share: { type: "number", minimum: 0 }, severity: { enum: ["info", "low", "medium", "high", "critical"] } },
        required: ["share", "severity"],
      },
    },
    tiers: tiersSchema,
  },
  required: ["tiers"],
};

interface Fields {
  readonly subjects?: number;
  readonly dataClasses?: readonly string[];
  readonly unless?: readonly string[];
  readonly limits?: Readonly<Record<string, number>>;
  readonly factor?: number;
  readonly severities?: readonly { readonly share: number; readonly severity: Severity }[];
}

/**
 * What all findings of an entry come to: so many unique people, or data of a class, and perhaps no mark. One finding for the entry.
 *
 * Stands when there are `subjects` people, one of `dataClasses`, or a share of 1 or more of `limits` (people, by class of subject) times
 * `factor`, and none of the infoTypes `unless`; `severities` go by the share. Evidence: `subjects`, `class`, `over-limit` (a share of 1 or more).
 */
export const threshold: RuleKind = {
  kind: "threshold",
  schema: schema as unknown as Json,
  load(base, fields) {
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
        over: { scope: "entry", judge: (entry) => judge(entry, said) },
      },
    };
  },
};

function judge(entry: EntryView, said: Fields): OverMatch | undefined {
  if ((said.unless ?? []).some((infoType) => entry.infoTypes.has(infoType))) return undefined;
  const evidence: Evidence[] = [];
  if (said.subjects !== undefined && entry.subjects >= said.subjects) evidence.push({ by: "tag", name: "subjects", effect: "states" });
  if ((said.dataClasses ?? []).some((name) => entry.dataClasses.has(name))) evidence.push({ by: "tag", name: "class", effect: "states" });
  const { limits, factor = 1 } = said;
  const share = limits === undefined ? undefined : shareOf(entry.subjects, entry.subjectsBy, { limits, factor });
  if (share !== undefined && share >= 1) evidence.push({ by: "tag", name: "over-limit", effect: "raises" });
  if (evidence.length === 0) return undefined;
  if (share === undefined) return { evidence };
  const severity = (said.severities ?? []).findLast((one) => share >= one.share)?.severity;
  return { evidence, share, ...(severity === undefined ? {} : { severity }) };
}
