/**
 * The public API: `resolveRequest` checks what is asked for, all problems at once, and `scan` gives events in walk order, the last of which says
 * whether the scan was whole. Nothing else of the package is promised. Events hold no raw value (see `Finding`), so they may be stored and sent.
 *
 * ```ts
 * const resolved = await resolveRequest({ targets: ["docs"], directory: process.cwd(), zone: "internet", keyFile: "zicha.key", createKey: true });
 * if ("problems" in resolved) throw new Error(resolved.problems.map(({ detail }) => detail).join("; "));
 * for await (const event of scan(resolved.request, AbortSignal.timeout(60_000))) {
 *   if (event.type === "finding" && event.finding.effect === "violation") console.log(event.finding.path, event.finding.masked);
 *   if (event.type === "scan-end" && !event.summary.complete) console.log("cut short");
 * }
 * ```
 *
 * @module
 */
export type { Baseline } from "./model/baseline.ts";
export type { Location } from "./model/chunk.ts";
export type { Change, Compared, Comparison } from "./model/comparison.ts";
export type { Entry } from "./model/entry.ts";
export type { Ledger, ResultPart, RootInfo, ScanEvent, ScanHeader, ScanSummary } from "./model/event.ts";
export type { Failure, FailureCode } from "./model/failure.ts";
export type { Finding, Judgement, SealedMatch, Verdict } from "./model/finding.ts";
export type { Limits, ScanRequest } from "./model/request.ts";
export type { Confidence, Evidence, Severity } from "./model/rule.ts";
export { scan } from "./scan/main.ts";
export { resolveRequest } from "./scan/request.ts";
export type { RequestInput, RequestProblem } from "./scan/request.ts";
