import type { Json } from "../../model/json.ts";
import type { Role } from "../../model/chunk.ts";
import type { Trigger } from "../../model/rule.ts";
import type { Schema } from "../../util/schema.ts";

const text: Schema = { type: "string", minLength: 1 };
const roles: Schema = { type: "array", items: text, minItems: 1 };

/** How rules write triggers: `- { digits: [17, 18], prefixes: ["11"] }`, `- { literals: ["密级"] }`, `- { column: EMAIL }`, `- { line: top }`. */
export const triggersSchema: Schema = {
  type: "array",
  minItems: 1,
  items: {
    anyOf: [
      {
        type: "object",
        properties: {
          digits: { type: "array", items: { type: "integer", minimum: 3, maximum: 40 }, minItems: 2, maxItems: 2 },
          prefixes: { type: "array", items: { type: "string", pattern: "^\\d+$" }, minItems: 1 },
          roles,
        },
        required: ["digits"],
      },
      { type: "object", properties: { literals: { type: "array", items: text, minItems: 1 }, roles }, required: ["literals"] },
      { type: "object", properties: { column: text, roles }, required: ["column"] },
      { type: "object", properties: { line: { enum: ["top", "tail"] }, roles }, required: ["line"] },
    ],
    description: "one of digits, literals, column, line",
  },
};

interface Written {
  readonly digits?: readonly [number, number];
  readonly prefixes?: readonly string[];
  readonly literals?: readonly string[];
  readonly column?: string;
  readonly line?: "top" | "tail";
  readonly roles?: readonly Role[];
}

/** Triggers as the engine takes them; `value` has passed the schema. */
export function readTriggers(value: Json): readonly Trigger[] {
  return (value as unknown as readonly Written[]).flatMap((written): readonly Trigger[] => {
    const where = written.roles === undefined ? {} : { roles: written.roles };
    if (written.digits !== undefined) {
      const prefixes = written.prefixes === undefined ? {} : { prefixes: written.prefixes };
      return [{ kind: "digits", min: written.digits[0], max: written.digits[1], ...prefixes, ...where }];
    }
    if (written.column !== undefined) return [{ kind: "column", infoType: written.column, ...where }];
    if (written.line !== undefined) return [{ kind: "line", position: written.line, ...where }];
    return (written.literals ?? []).map((literal) => ({ kind: "literal", text: literal, ...where }));
  });
}
