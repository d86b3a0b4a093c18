import type { ScanEvent, ScanSummary } from "../model/event.ts";
import type { ScanRequest } from "../model/request.ts";
import { changeSince } from "../util/gating.ts";
import type { Gating } from "../util/gating.ts";
import type { Severity } from "../model/rule.ts";

/** 0 nothing that gates and all read; 1 a gating finding; 2 could not run; 3 something was not, or not wholly, examined. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What decides the exit code, gathered from events. */
export interface Gate {
  violations: number;
  suspects: number;
  /** Findings of medium confidence and above that are no samples, by severity. */
  severities: Record<Severity, number>;
}

const severities: readonly Severity[] = ["info", "low", "medium", "high", "critical"];

/** An empty gate. */
export function openGate(): Gate {
  return { violations: 0, suspects: 0, severities: { info: 0, low: 0, medium: 0, high: 0, critical: 0 } };
}

/** Adds an event to the gate; with `known`, what gated before, only what is new or worse. */
export function noteEvent(gate: Gate, event: ScanEvent, known?: Gating): void {
  if (event.type !== "finding") return;
  const { finding } = event;
  if (known !== undefined && changeSince(finding, known) === "known") return;
  if (finding.suppression !== undefined) return;
  if (finding.counts && finding.effect === "violation") gate.violations++;
  if (finding.counts && finding.effect === "suspect") gate.suspects++;
  if (!finding.sample && finding.confidence !== "low") gate.severities[finding.severity]++;
}

/** Whether the gate is closed under `failOn`: `suspect` takes violations too, a severity takes itself and what is worse. */
export function gates(gate: Gate, failOn: ScanRequest["failOn"]): boolean {
  if (failOn === "never") return false;
  if (failOn === "violation") return gate.violations > 0;
  if (failOn === "suspect") return gate.violations + gate.suspects > 0;
  return severities.slice(severities.indexOf(failOn)).some((severity) => gate.severities[severity] > 0);
}

/** Whether everything that was met was read whole or looked at by a person; no summary means that the scan broke off. */
export function isIncomplete(summary: ScanSummary | undefined): boolean {
  if (summary === undefined || !summary.complete) return true;
  const { partial, none, unwalked, seen } = summary.ledger;
  return partial + none + unwalked - seen > 0;
}

/** A gating finding beats incompleteness; both are said. */
export function exitCode(gated: boolean, incomplete: boolean, allowIncomplete: boolean): ExitCode {
  if (gated) return 1;
  return incomplete && !allowIncomplete ? 3 : 0;
}

/** The exit code in words, for the last line on the terminal. */
export function explainExit(code: ExitCode, gated: boolean, incomplete: boolean, zh: boolean): string {
  const reasons: string[] = [];
  if (gated) reasons.push(zh ? "有须处置的问题" : "findings that gate");
  if (incomplete) reasons.push(zh ? "有未检或未检全的内容" : "something was not, or not wholly, examined");
  const why = reasons.length === 0 ? "" : zh ? `（${reasons.join("；")}）` : ` (${reasons.join("; ")})`;
  return zh ? `退出码 ${code}${why}` : `exit code ${code}${why}`;
}
