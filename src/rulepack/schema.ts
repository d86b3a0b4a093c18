import type { Json } from "../model/json.ts";
import type { Severity } from "../model/rule.ts";
import type { Schema } from "../util/schema.ts";

/** What a later pack may change of a rule: never its patterns, which are copied under a new id instead. */
export interface Overrides {
  readonly severity?: Severity;
  readonly dataClass?: string;
  readonly tiers?: Json;
  readonly exclude?: Json;
}

const text: Schema = { type: "string", minLength: 1 };
const bilingual: Schema = { type: "object", properties: { zh: text, en: text }, required: ["zh", "en"] };
const severity: Schema = { enum: ["info", "low", "medium", "high", "critical"] };
const confidence: Schema = { enum: ["high", "medium", "low"] };
const role: Schema = {
  enum: [
    "body",
    "header",
    "footer",
    "watermark",
    "textbox",
    "footnote",
    "comment",
    "deleted",
    "hidden",
    "property",
    "name",
    "caption",
    "field",
    "link",
    "chart",
    "form",
    "bookmark",
    "code",
    "ocr",
  ],
};
const example: Schema = {
  anyOf: [
    { type: "string", minLength: 1, description: "a text" },
    {
      type: "object",
      properties: { text: { type: "string" }, role, name: text, confidence },
      required: ["text"],
      description: "a text with role, name, confidence",
    },
  ],
};
const examples: Schema = { type: "array", items: example, minItems: 3 };

/** What every rule file says, whatever its kind. Keys that are not here are the kind's. */
export const ruleSchema: Schema = {
  type: "object",
  properties: {
    id: { type: "string", pattern: "^[a-z0-9-]+/[a-z0-9-]+$", description: "pack/name in lower case, digits and hyphens" },
    kind: text,
    infoType: { type: "string", pattern: "^[A-Z][A-Z0-9_]*$", description: "a name in capitals: CN_RESIDENT_ID" },
    title: bilingual,
    description: bilingual,
    severity,
    dataClass: text,
    rank: { type: "integer", minimum: 0, maximum: 999 },
    mask: {
      anyOf: [
        { enum: ["full", "none", "email", "name"] },
        {
          type: "object",
          properties: { keep: { type: "array", items: { type: "integer", minimum: 0, maximum: 20 }, minItems: 2, maxItems: 2 } },
          required: ["keep"],
        },
      ],
    },
    references: { type: "array", items: text },
    examples: { type: "object", properties: { match: examples, noMatch: examples }, required: ["match", "noMatch"] },
    optional: { type: "boolean" },
  },
  required: ["id", "kind", "infoType", "title", "description", "severity", "dataClass", "rank", "mask", "examples"],
  additionalProperties: {},
};

/** `pack.yaml`. */
export const packSchema: Schema = {
  type: "object",
  properties: {
    id: { type: "string", pattern: "^[a-z0-9-]+$", description: "a name in lower case, digits and hyphens" },
    version: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+$", description: "a version of three numbers in quotes" },
    title: bilingual,
    license: text,
    tables: { type: "object", properties: {}, additionalProperties: text },
    override: {
      type: "object",
      properties: {},
      additionalProperties: {
        type: "object",
        properties: {
          severity,
          dataClass: text,
          tiers: { type: "array" },
          exclude: { type: "object", properties: {}, additionalProperties: {} },
        },
      },
    },
    disable: { type: "array", items: text },
    enable: { type: "array", items: text },
  },
  required: ["id", "version", "title"],
};
