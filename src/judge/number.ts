import type { SealedMatch } from "../model/finding.ts";
import type { KeyedHash } from "../util/hash.ts";

/**
 * Identities of an entry's matches: HMAC of rule, path below the root, value and the match's number among equals, in order of appearance.
 * The same on every run under one key; a line that moves changes none, and neither do Windows separators.
 */
export function fingerprints(hash: KeyedHash, pathBelowRoot: string, matches: readonly SealedMatch[]): readonly string[] {
  /** By rule and value. */
  const numbers = new Map<string, Map<string, number>>();
  const path = pathBelowRoot.replaceAll("\\", "/");
  return matches.map(({ ruleId, valueKey }) => {
    let ofRule = numbers.get(ruleId);
    if (ofRule === undefined) numbers.set(ruleId, (ofRule = new Map()));
    const number = (ofRule.get(valueKey) ?? 0) + 1;
    ofRule.set(valueKey, number);
    return hash("fingerprint", ruleId, path, valueKey, String(number));
  });
}
