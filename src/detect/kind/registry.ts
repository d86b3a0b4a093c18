import type { RuleKind } from "../../model/rule.ts";
import { pattern } from "./pattern.ts";

/** The ways of writing a rule. */
export const ruleKinds: readonly RuleKind[] = [pattern];
