import type { Evidence, Matcher, Tier } from "../model/rule.ts";
import type { Pending } from "./flow.ts";

/** What a match has before its line is complete. */
export const noEvidence: ReadonlySet<string> = new Set();

const asking = new WeakMap<Matcher, boolean>();

/** Whether a rule's tiers ask for what else stands in the row. */
export function asksForPeers(matcher: Matcher): boolean {
  let asks = asking.get(matcher);
  if (asks === undefined) {
    asks = matcher.tiers.some(({ all, none = [] }) => [...all, ...none].some((name) => name.startsWith("row:")));
    asking.set(matcher, asks);
  }
  return asks;
}

const waiting = new WeakMap<Matcher, boolean>();

/** Whether a rule's tiers can be decided only when the entry has been read. */
export function waitsForTag(matcher: Matcher): boolean {
  let waits = waiting.get(matcher);
  if (waits === undefined) {
    waits = matcher.tiers.some(({ all, none = [] }) => [...all, ...none].some((name) => name.startsWith("tag:")));
    waiting.set(matcher, waits);
  }
  return waits;
}

/** The first tier that the match's evidence and `more` meet. */
export function tierOf(pending: Pending, more: ReadonlySet<string>): Tier | undefined {
  const { evidence } = pending.match;
  for (const tier of pending.matcher.tiers) if (meets(tier, evidence, more)) return tier;
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

const peerNamesOf = new Map<string, readonly string[]>();

/** What a type is as evidence; a type of one country is also told without the country: `row:CN_RESIDENT_ID`, `row:RESIDENT_ID`. */
export function peerNames(infoType: string): readonly string[] {
  let names = peerNamesOf.get(infoType);
  if (names === undefined) {
    names = infoType.startsWith("CN_") ? [`row:${infoType}`, `row:${infoType.slice(3)}`] : [`row:${infoType}`];
    peerNamesOf.set(infoType, names);
  }
  return names;
}

/** What a person is counted by, best first. */
export function subjectRank(infoType: string): number | undefined {
  switch (infoType) {
    case "CN_RESIDENT_ID":
    case "RESIDENT_ID":
      return 0;
    case "BANK_CARD":
    case "CN_BANK_CARD":
      return 1;
    case "CN_MOBILE":
    case "MOBILE":
      return 2;
    default:
      return undefined;
  }
}
