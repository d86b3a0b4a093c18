import { ruleKinds } from "../../detect/kind/registry.ts";
import type { Json } from "../../model/json.ts";
import { packSchema, ruleSchema } from "../../rulepack/schema.ts";

/**
 * JSON Schema (2020-12) of a rule file, made from what every rule says and what each kind adds, with that of `pack.yaml` under `$defs`. The
 * same that a scan checks by: keys that are not in it are errors.
 */
export function publishedSchema(): Json {
  const { properties: common = {}, required = [] } = ruleSchema;
  const kinds = ruleKinds.map(({ kind, schema }) => {
    const own = schema as { readonly properties?: Readonly<Record<string, Json>>; readonly required?: readonly string[] };
    return {
      title: kind,
      type: "object",
      properties: { ...closed(common as unknown as Json), kind: { const: kind }, ...closed((own.properties ?? {}) as Json) },
      required: [...new Set([...required, ...(own.required ?? [])])],
      additionalProperties: false,
    };
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "zicha rule",
    oneOf: kinds,
    $defs: { pack: closed(packSchema as unknown as Json) },
  } as unknown as Json;
}

/** Objects with named properties take no others, which our own checker holds without being told. */
function closed(schema: Json): { readonly [key: string]: Json } {
  return close(schema) as { readonly [key: string]: Json };
}

function close(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => close(item as Json));
  if (value === null || typeof value !== "object") return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, close(item)]));
  const isObject = inner["type"] === "object" && inner["properties"] !== undefined && inner["additionalProperties"] === undefined;
  return isObject ? { ...inner, additionalProperties: false } : inner;
}
