import { createHash } from "node:crypto";

import type { RunReport, ReportedFinding } from "../model/delivery.ts";
import type { ScanEvent, ScanHeader, ScanSummary } from "../model/event.ts";
import { absentOf, changeSince, fingerprintOf, gatingKey, Places } from "../util/gating.ts";
import type { Gating } from "../util/gating.ts";

/** Findings of a run that are sent; more are counted. */
const MOST = 1_000;

/** Gathers from events what may be sent. */
export interface Collected {
  on(event: ScanEvent): void;
  /** `known`: what gated in the last complete run. Undefined before the scan began. */
  report(exitCode: number, known: Gating | undefined): RunReport | undefined;
}

/** `stateSecrets`: whether the network is cleared for them. */
export function collect(stateSecrets: boolean): Collected {
  let header: ScanHeader | undefined;
  let summary: ScanSummary | undefined;
  const findings: ReportedFinding[] = [];
  const gating = new Set<string>();
  let places = new Places([]);
  let left = 0;
  let secrets = 0;
  return {
    on(event) {
      if (event.type === "scan-start") {
        ({ header } = event);
        places = new Places(header.roots.map(({ path }) => path));
      } else if (event.type === "failure") places.miss(event.failure.path);
      else if (event.type === "excluded") places.miss(event.path);
      else if (event.type === "scan-end") ({ summary } = event);
      else if (event.type === "finding") {
        const { finding } = event;
        if (!finding.counts || finding.effect === "recorded") return;
        gating.add(gatingKey(finding));
        const secret = finding.dataClass === "state-secret";
        if (secret) secrets++;
        if (secret && !stateSecrets) return;
        if (findings.length >= MOST) left++;
        else {
          const { fingerprint, ruleId, path, severity, effect, masked } = finding;
          findings.push({ fingerprint, rule: ruleId, path, severity, effect, masked });
        }
      }
    },
    report(exitCode, known) {
      if (header === undefined) return undefined;
      const { started, host, tool, profile, zone, overdue } = header;
      const ledger = summary?.ledger;
      const notExamined = (ledger?.partial ?? 0) + (ledger?.none ?? 0) + (ledger?.unwalked ?? 0);
      return {
        schema: 1,
        key: createHash("sha256")
          .update([host, started, String(process.pid), zone].join("\0"))
          .digest("hex")
          .slice(0, 32),
        started,
        ended: summary?.ended ?? "",
        host,
        version: tool.version,
        profile,
        zone,
        complete: summary?.complete === true,
        exitCode,
        entries: ledger?.entries ?? 0,
        examined: ledger?.full ?? 0,
        notExamined,
        violations: summary?.verdicts.violation ?? 0,
        suspects: summary?.verdicts.suspect ?? 0,
        elapsedMs: summary?.elapsedMs ?? 0,
        ...(known === undefined ? {} : { change: changeOf(gating, known, summary?.complete === true ? places : undefined) }),
        stateSecrets: { count: secrets, note: secrets === 0 ? "" : "按国家秘密标志处置，请到现场处理 (handle on site)" },
        findings,
        left,
        ...(overdue === undefined ? {} : { overdueDays: overdue.days }),
      };
    },
  };
}

/** What is gone is known only of a run that came to its end, and there only where it looked. */
function changeOf(gating: ReadonlySet<string>, known: Gating, places: Places | undefined): NonNullable<RunReport["change"]> {
  const change = { new: 0, worse: 0, gone: 0 };
  for (const key of gating) {
    const fingerprint = fingerprintOf(key);
    const since = changeSince({ fingerprint, effect: key === fingerprint ? "suspect" : "violation" }, known);
    if (since !== "known") change[since]++;
  }
  if (places !== undefined) change.gone = absentOf(known, gating).filter(([, place]) => !places.missed(place)).length;
  return change;
}
