import type { RuleKind } from "../../model/rule.ts";
import { combination } from "./combination.ts";
import { keyword } from "./keyword.ts";
import { marking } from "./marking.ts";
import { path } from "./path.ts";
import { pattern } from "./pattern.ts";
import { phrase } from "./phrase.ts";
import { property } from "./property.ts";
import { secret } from "./secret.ts";
import { structure } from "./structure.ts";
import { table } from "./table.ts";
import { threshold } from "./threshold.ts";

/** The ways of writing a rule. */
export const ruleKinds: readonly RuleKind[] = [
  pattern,
  keyword,
  marking,
  phrase,
  property,
  secret,
  path,
  structure,
  table,
  combination,
  threshold,
];
