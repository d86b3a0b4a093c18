import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Schema = Readonly<Record<string, unknown>>;

function load(name: string): Schema {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`../../docs/schema/${name}`, import.meta.url)), "utf8")) as Schema;
}

/** Keywords this check knows; a schema that uses another is refused, so that nothing in it is silently not checked. */
const known = new Set([
  "$schema",
  "$ref",
  "$defs",
  "title",
  "type",
  "const",
  "enum",
  "required",
  "properties",
  "additionalProperties",
  "items",
  "minItems",
  "maxItems",
  "minimum",
  "minLength",
  "pattern",
  "anyOf",
  "oneOf",
]);

const typeOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

/** Problems of a value against a schema of docs/schema, each with its place: the part of JSON Schema 2020-12 that those schemas use. */
export function problemsOf(value: unknown, name: string): readonly string[] {
  const problems: string[] = [];
  const files = new Map<string, Schema>();
  const file = (path: string): Schema => {
    const loaded = files.get(path) ?? load(path);
    files.set(path, loaded);
    return loaded;
  };
  check(value, file(name), name, "$", problems);
  return problems;

  function check(at: unknown, schema: Schema, home: string, where: string, into: string[]): void {
    for (const keyword of Object.keys(schema)) if (!known.has(keyword)) throw new Error(`schema keyword ${keyword} at ${where}`);
    const reference = schema["$ref"];
    if (typeof reference === "string") {
      const [path = "", pointer = ""] = reference.split("#");
      const target = path === "" ? home : path;
      let found: unknown = file(target);
      for (const part of pointer.split("/").slice(1)) found = (found as Schema)[part];
      if (found === undefined) throw new Error(`no schema at ${reference}`);
      check(at, found as Schema, target, where, into);
    }
    if ("const" in schema && at !== schema["const"]) into.push(`${where}: not ${JSON.stringify(schema["const"])}`);
    if (Array.isArray(schema["enum"]) && !schema["enum"].includes(at)) into.push(`${where}: ${JSON.stringify(at)} is none of the values`);
    for (const keyword of ["anyOf", "oneOf"] as const) {
      const choices = schema[keyword] as readonly Schema[] | undefined;
      if (choices === undefined) continue;
      const fitting = choices.filter((choice) => {
        const own: string[] = [];
        check(at, choice, home, where, own);
        return own.length === 0;
      });
      if (keyword === "oneOf" ? fitting.length !== 1 : fitting.length === 0) into.push(`${where}: fits ${fitting.length} of ${keyword}`);
    }
    const type = schema["type"];
    const own = typeOf(at);
    if (typeof type === "string" && type !== own && !(type === "integer" && Number.isInteger(at))) {
      into.push(`${where}: ${own}, not ${type}`);
      return;
    }
    if (typeof at === "number" && typeof schema["minimum"] === "number" && at < schema["minimum"])
      into.push(`${where}: ${at} is too small`);
    if (typeof at === "string") {
      if (typeof schema["minLength"] === "number" && at.length < schema["minLength"]) into.push(`${where}: too short`);
      if (typeof schema["pattern"] === "string" && !new RegExp(schema["pattern"], "u").test(at))
        into.push(`${where}: ${at} does not match`);
    }
    if (Array.isArray(at)) {
      if (typeof schema["minItems"] === "number" && at.length < schema["minItems"]) into.push(`${where}: too few`);
      if (typeof schema["maxItems"] === "number" && at.length > schema["maxItems"]) into.push(`${where}: too many`);
      const items = schema["items"] as Schema | undefined;
      if (items !== undefined) for (const [index, item] of at.entries()) check(item, items, home, `${where}[${index}]`, into);
    } else if (own === "object") {
      const members = at as Readonly<Record<string, unknown>>;
      for (const key of (schema["required"] as readonly string[] | undefined) ?? [])
        if (!(key in members)) into.push(`${where}: no ${key}`);
      const properties = (schema["properties"] as Readonly<Record<string, Schema>> | undefined) ?? {};
      for (const [key, item] of Object.entries(members)) {
        const property = properties[key];
        const others = schema["additionalProperties"];
        if (property !== undefined) check(item, property, home, `${where}.${key}`, into);
        else if (others === false) into.push(`${where}: ${key} is not known`);
        else if (typeof others === "object" && others !== null) check(item, others as Schema, home, `${where}.${key}`, into);
      }
    }
  }
}
