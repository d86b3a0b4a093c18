import type { Evidence, Matcher, Tier } from "../model/rule.ts";
import type { Pending } from "./flow.ts";

/** What a match has before its line is complete. */
export const noEvidence: ReadonlySet<string> = new Set();

/** The first tier that the match's evidence and `more` meet. */
export function tierOf({ plan, match }: Pending, more: ReadonlySet<string>): Tier | undefined {
  return tierBy(plan.matcher, match.evidence, more);
}

export function tierBy({ tiers }: Pick<Matcher, "tiers">, evidence: readonly Evidence[], more: ReadonlySet<string>): Tier | undefined {
  for (const tier of tiers) if (meets(tier, evidence, more)) return tier;
  return undefined;
}

/** The first tier of a rule that evidence of these names meets. */
export function tierByNames(matcher: Matcher, names: ReadonlySet<string>): Tier | undefined {
  return matcher.tiers.find((tier) => meets(tier, [], names));
}

function meets({ all, none }: Tier, evidence: readonly Evidence[], more: ReadonlySet<string>): boolean {
  for (const name of all) if (!stands(name, evidence, more)) return false;
  if (none !== undefined) for (const name of none) if (stands(name, evidence, more)) return false;
  return true;
}

function stands(name: string, evidence: readonly Evidence[], more: ReadonlySet<string>): boolean {
  for (const one of evidence) if (one.name === name) return true;
  return more.has(name);
}
