import type { Json } from "../../model/json.ts";
import type { Tier } from "../../model/rule.ts";
import type { Schema } from "../../util/schema.ts";

const names: Schema = { type: "array", items: { type: "string", minLength: 1 } };

/** How every kind's rules write tiers: `- { high: [residentId, context], none: [loose] }`, best first. */
export const tiersSchema: Schema = {
  type: "array",
  minItems: 1,
  items: {
    anyOf: [
      { type: "object", properties: { high: names, none: names }, required: ["high"] },
      { type: "object", properties: { medium: names, none: names }, required: ["medium"] },
      { type: "object", properties: { low: names, none: names }, required: ["low"] },
    ],
    description: "one of high, medium, low with a list of evidence, and perhaps none",
  },
};

/** Tiers as the engine takes them; `value` has passed the schema. */
export function readTiers(value: Json): readonly Tier[] {
  return (value as readonly Readonly<Record<string, readonly string[]>>[]).map((tier) => {
    const confidence = tier["high"] !== undefined ? "high" : tier["medium"] !== undefined ? "medium" : "low";
    const none = tier["none"];
    return { confidence, all: tier[confidence] ?? [], ...(none === undefined ? {} : { none }) };
  });
}
