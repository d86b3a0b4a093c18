import type { ScanRequest } from "../model/request.ts";
import type { Confidence, Severity } from "../model/rule.ts";
import { effectOf, judge } from "./policy.ts";

const severities: readonly Severity[] = ["info", "low", "medium", "high", "critical"];

/** From what confidence on a match of a rule gates, and at which severities: plain data for workers. */
export interface FirstMatch {
  readonly least: Readonly<Record<string, Confidence>>;
  readonly severities: readonly Severity[];
}

/**
 * What is enough to end a file where one gating finding will do. What hangs on more than the match (how many people the file holds, the level
 * of a mark on a host that may hold some) ends none.
 */
export function firstMatchOf({ policy, zone, failOn, packs }: Pick<ScanRequest, "policy" | "zone" | "failOn" | "packs">): FirstMatch {
  const least: Record<string, Confidence> = {};
  for (const { base } of packs.rules) {
    for (const confidence of ["high", "medium"] as const) {
      const effect = effectOf(judge(policy, zone, base.dataClass, undefined), { confidence, sample: false, severity: "medium" });
      const gates = failOn === "violation" ? effect === "violation" : failOn === "suspect" ? effect !== "recorded" : failOn !== "never";
      if (gates) least[base.id] = confidence;
    }
  }
  const worst = severities.indexOf(failOn === "violation" || failOn === "suspect" || failOn === "never" ? "low" : failOn);
  return { least, severities: severities.slice(worst) };
}

/** Whether a match is enough. */
export function isEnough({ least, severities: those }: FirstMatch, ruleId: string, confidence: Confidence, severity: Severity): boolean {
  const from = least[ruleId];
  return from !== undefined && (confidence === "high" || confidence === from) && those.includes(severity);
}
