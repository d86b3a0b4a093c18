import type { Json } from "../model/json.ts";

/** What does not fit a schema: the way to the value and what was expected there. */
export interface SchemaProblem {
  readonly at: readonly (string | number)[];
  readonly expected: string;
}

/** The part of JSON Schema 2020-12 that rule packs use; anything else in a schema is a bug and throws. */
export interface Schema {
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly description?: string;
}

/**
 * Everything in which `value` differs from `schema`, all at once, in the order of the value's keys.
 *
 * Objects refuse keys that are not in `properties` unless `additionalProperties` is a schema: a misspelt key must never pass in silence. A
 * schema that says nothing of keys takes any.
 */
export function checkSchema(schema: Schema, value: Json): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  check(schema, value, [], problems);
  return problems;
}

function check(schema: Schema, value: Json, at: readonly (string | number)[], problems: SchemaProblem[]): void {
  if (schema.anyOf !== undefined) {
    checkAny(schema, schema.anyOf, value, at, problems);
    return;
  }
  if (schema.const !== undefined && value !== schema.const) {
    problems.push({ at, expected: JSON.stringify(schema.const) });
    return;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    problems.push({ at, expected: `one of ${schema.enum.join(", ")}` });
    return;
  }
  if (schema.type !== undefined && !hasType(schema.type, value)) {
    problems.push({ at, expected: describe(schema) });
    return;
  }
  if (typeof value === "string") checkString(schema, value, at, problems);
  else if (typeof value === "number") checkNumber(schema, value, at, problems);
  else if (Array.isArray(value)) checkArray(schema, value as readonly Json[], at, problems);
  else if (value !== null && typeof value === "object") checkObject(schema, value as { readonly [key: string]: Json }, at, problems);
}

/** A list or an object is judged by the branch that it fits best; anything else by all of them together. */
function checkAny(
  schema: Schema,
  branches: readonly Schema[],
  value: Json,
  at: readonly (string | number)[],
  problems: SchemaProblem[],
): void {
  let best: SchemaProblem[] | undefined;
  for (const branch of branches) {
    const found: SchemaProblem[] = [];
    check(branch, value, at, found);
    if (found.length === 0) return;
    const meant = value !== null && typeof value === "object" && branch.type !== undefined && hasType(branch.type, value);
    if (meant && (best === undefined || found.length < best.length)) best = found;
  }
  problems.push(...(best ?? [{ at, expected: describe(schema) }]));
}

function checkString(schema: Schema, value: string, at: readonly (string | number)[], problems: SchemaProblem[]): void {
  if (schema.minLength !== undefined && value.length < schema.minLength) problems.push({ at, expected: describe(schema) });
  else if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) problems.push({ at, expected: describe(schema) });
}

function checkNumber(schema: Schema, value: number, at: readonly (string | number)[], problems: SchemaProblem[]): void {
  const low = schema.minimum !== undefined && value < schema.minimum;
  const high = schema.maximum !== undefined && value > schema.maximum;
  if (low || high) problems.push({ at, expected: describe(schema) });
}

function checkArray(schema: Schema, value: readonly Json[], at: readonly (string | number)[], problems: SchemaProblem[]): void {
  const few = schema.minItems !== undefined && value.length < schema.minItems;
  const many = schema.maxItems !== undefined && value.length > schema.maxItems;
  if (few || many) problems.push({ at, expected: describe(schema) });
  const items = schema.items;
  if (items !== undefined) value.forEach((item, index) => check(items, item, [...at, index], problems));
}

function checkObject(
  schema: Schema,
  value: { readonly [key: string]: Json },
  at: readonly (string | number)[],
  problems: SchemaProblem[],
): void {
  const known = schema.properties;
  if (known === undefined && schema.additionalProperties === undefined) return;
  for (const [key, item] of Object.entries(value)) {
    const own = known !== undefined && Object.hasOwn(known, key) ? known[key] : undefined;
    if (own !== undefined) check(own, item, [...at, key], problems);
    else if (schema.additionalProperties) check(schema.additionalProperties, item, [...at, key], problems);
    else problems.push({ at: [...at, key], expected: `a known key: ${Object.keys(known ?? {}).join(", ")}` });
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) problems.push({ at, expected: `the key "${key}"` });
  }
}

function hasType(type: NonNullable<Schema["type"]>, value: Json): boolean {
  if (type === "object") return value !== null && typeof value === "object" && !Array.isArray(value);
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

/** In words: a schema's own description, else its type and limits. */
function describe(schema: Schema): string {
  if (schema.description !== undefined) return schema.description;
  if (schema.anyOf !== undefined) return schema.anyOf.map(describe).join(" or ");
  if (schema.type === "array") {
    const least = schema.minItems === undefined ? "" : ` of at least ${schema.minItems}`;
    const most = schema.maxItems === undefined ? "" : ` of at most ${schema.maxItems}`;
    return `a list${least}${most}`;
  }
  if (schema.pattern !== undefined) return `a string that matches ${schema.pattern}`;
  if (schema.minimum !== undefined || schema.maximum !== undefined) {
    return `${schema.type === "integer" ? "an integer" : "a number"} from ${schema.minimum ?? "any"} to ${schema.maximum ?? "any"}`;
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return `one of ${schema.enum.join(", ")}`;
  return schema.type === "object" || schema.type === "integer" ? `an ${schema.type}` : `a ${schema.type ?? "value"}`;
}
