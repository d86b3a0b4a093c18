import type { RuleKind } from "../../model/rule.ts";

/** The ways of writing a rule. */
export const ruleKinds: readonly RuleKind[] = [];
