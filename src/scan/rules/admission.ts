import { setFlagsFromString } from "node:v8";
import type { Json } from "../../model/json.ts";
import type { Matcher, Trigger } from "../../model/rule.ts";

/** What starts a rule: how often it is looked at hangs on it. */
export type Start = Trigger["kind"] | "findings" | "none";

/** Into which class a rule's expressions fall. */
export interface Admission {
  readonly starts: readonly Start[];
  /** Expressions, and how many of them V8 can run in linear time; the rest is held by the window's 4 KiB. */
  readonly expressions: number;
  readonly linear: number;
}

let asked = false;

/** The class of a rule by what starts it and by whether its expressions can be run in time linear to the text. */
export function admissionOf(matcher: Matcher, expressions: readonly { readonly source: string; readonly flags: string }[]): Admission {
  if (!asked) setFlagsFromString("--enable-experimental-regexp-engine");
  asked = true;
  const kinds = [...new Set<Start>(matcher.triggers.map(({ kind }) => kind))];
  return {
    starts: kinds.length > 0 ? kinds : matcher.over === undefined ? ["none"] : ["findings"],
    expressions: expressions.length,
    linear: expressions.filter(({ source, flags }) => isLinear(source, flags)).length,
  };
}

/** Whether V8's linear engine takes the expression: no look-around, no references back, no large counts, no flags i and u. */
function isLinear(source: string, flags: string): boolean {
  try {
    return new RegExp(source, `${flags.replace(/[gy]/g, "")}l`).source === source;
  } catch {
    return false;
  }
}

/** Keys under which kinds write regular expressions. */
const EXPRESSIONS = new Set(["regex", "values", "samplePatterns", "publicPatterns", "between"]);

/** The regular expressions in a rule's own fields, with their flags. */
export function expressionsOf(value: Json): readonly { readonly source: string; readonly flags: string }[] {
  if (Array.isArray(value)) return value.flatMap((item) => expressionsOf(item as Json));
  if (value === null || typeof value !== "object") return [];
  const fields = value as Readonly<Record<string, Json>>;
  const flags = typeof fields["flags"] === "string" ? fields["flags"] : "";
  return Object.entries(fields).flatMap(([key, item]) => {
    const sources = EXPRESSIONS.has(key) ? [item].flat().filter((source) => typeof source === "string") : [];
    return [...sources.map((source) => ({ source, flags })), ...expressionsOf(item)];
  });
}
