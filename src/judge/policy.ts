import type { Finding, Judgement, SealedMatch, Verdict } from "../model/finding.ts";
import type { Failure } from "../model/failure.ts";
import type { Policy } from "../model/policy.ts";

/**
 * What the policy says of a match in a zone, given as `internet` or with the level the host may hold, as `classified:jimi`. A mark above
 * that level is judged by the zone's `-below` column. Policies are whole (checked when loaded), so a class or zone unknown to it is a bug.
 */
export function judge(policy: Policy, zone: string, dataClass: string, level: string | undefined): Judgement {
  const [place = "", hostLevel] = zone.split(":");
  const columns = policy.matrix[dataClass];
  const above =
    policy.zones[place]?.levelled === true &&
    hostLevel !== undefined &&
    level !== undefined &&
    policy.levels.indexOf(level) > policy.levels.indexOf(hostLevel);
  const judgement = columns?.[above ? `${place}-below` : place];
  if (judgement === undefined) throw new Error(`the policy does not judge ${dataClass} in zone ${zone}`);
  return judgement;
}

/** What a judged match makes of its entry: a violation at high confidence, suspect at medium; low never judges. */
export function effectOf(judgement: Judgement, match: Pick<SealedMatch, "confidence" | "sample" | "severity">): Finding["effect"] {
  if (match.sample || match.confidence === "low" || match.severity === "info") return "recorded";
  if (judgement.is === "critical" || judgement.is === "violation") return match.confidence === "high" ? "violation" : "suspect";
  return judgement.is === "rectify" ? "suspect" : "recorded";
}

/** The conclusion on one entry. An entry with a failure is never clean. */
export function conclude(findings: readonly Finding[], failures: readonly Failure[], textless: boolean): Verdict {
  if (findings.some(({ counts, effect }) => counts && effect === "violation")) return { kind: "violation", findings, failures };
  if (findings.some(({ counts, effect }) => counts && effect === "suspect")) return { kind: "suspect", findings, failures };
  const [first, ...rest] = failures;
  if (first !== undefined) return { kind: "not-examined", findings, failures: [first, ...rest] };
  if (textless && findings.length === 0) return { kind: "textless" };
  return { kind: "clean", findings };
}
