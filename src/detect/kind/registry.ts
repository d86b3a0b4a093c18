import type { RuleKind } from "../../model/rule.ts";
import { marking } from "./marking.ts";
import { pattern } from "./pattern.ts";
import { structure } from "./structure.ts";

/** The ways of writing a rule. */
export const ruleKinds: readonly RuleKind[] = [pattern, marking, structure];
