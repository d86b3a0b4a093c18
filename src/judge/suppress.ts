import type { Allowance, Baseline, Sighting } from "../model/baseline.ts";
import type { Failure } from "../model/failure.ts";
import type { Finding } from "../model/finding.ts";

/** Looks findings and failures up among the decisions of people. */
export interface Suppressor {
  /** `paths`: the names the entry may go by in a baseline. */
  finding(ruleId: string, paths: readonly string[], valueKey: string): Finding["suppression"];
  failure(failure: Failure, paths: readonly string[], contentKey: string | undefined): Failure["seen"];
  readonly expired: number;
}

/** `today` as `2026-11-26`: an entry holds through its last day. */
export function createSuppressor(baseline: Baseline | undefined, today: string): Suppressor {
  const allowances = new Map<string, Allowance>();
  const sightings = new Map<string, Sighting>();
  let expired = 0;
  for (const one of baseline?.findings ?? []) {
    if (one.until < today) expired++;
    else allowances.set(`${one.rule}\0${one.value}\0${one.path}`, one);
  }
  for (const one of baseline?.notExamined ?? []) {
    if (one.until < today) expired++;
    else sightings.set(`${one.code}\0${one.content}\0${one.path}`, one);
  }
  return {
    expired,
    finding(ruleId, paths, valueKey) {
      if (allowances.size === 0) return undefined;
      for (const path of paths) {
        const allowance = allowances.get(`${ruleId}\0${valueKey}\0${path}`);
        if (allowance !== undefined) return { reason: allowance.reason, by: allowance.owner, until: allowance.until };
      }
      return undefined;
    },
    failure(failure, paths, contentKey) {
      if (contentKey === undefined) return undefined;
      for (const path of paths) {
        const sighting = sightings.get(`${failure.code}\0${contentKey}\0${path}`);
        if (sighting !== undefined) {
          const { by, on, until, note } = sighting;
          return { by, on, until, ...(note === "" ? {} : { note }) };
        }
      }
      return undefined;
    },
  };
}
