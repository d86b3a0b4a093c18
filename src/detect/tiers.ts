import type { Tier } from "../model/rule.ts";
import type { Pending } from "./flow.ts";

/** What a match has before its line is complete. */
export const noEvidence: ReadonlySet<string> = new Set();

/** Whether a tier can be decided only when the entry has been read. */
export function asksForTag(tier: Tier): boolean {
  return tier.all.some((name) => name.startsWith("tag:")) || (tier.none ?? []).some((name) => name.startsWith("tag:"));
}

/** The first tier that the match's evidence and `more` meet. */
export function tierOf(pending: Pending, more: ReadonlySet<string>): Tier | undefined {
  const names = new Set(pending.match.evidence.map(({ name }) => name));
  const stands = (name: string): boolean => names.has(name) || more.has(name);
  return pending.matcher.tiers.find((tier) => tier.all.every(stands) && !(tier.none ?? []).some(stands));
}

/** A type's name and, for a type of one country, its name without the country: `CN_RESIDENT_ID` is also `RESIDENT_ID`. */
export function peerNames(infoType: string): readonly string[] {
  return infoType.startsWith("CN_") ? [infoType, infoType.slice(3)] : [infoType];
}

/** What a person is counted by, best first. */
export function subjectRank(infoType: string): number | undefined {
  const name = infoType.replace(/^CN_/, "");
  if (name === "RESIDENT_ID") return 0;
  if (name === "BANK_CARD") return 1;
  if (name === "MOBILE") return 2;
  return undefined;
}
