import type { ScanEvent } from "../../model/event.ts";
import type { ReportOptions } from "../../model/report.ts";

/**
 * Whether a report names an entry: only with a finding or where something was not read, since a self-check is no inventory of a person's files.
 * `found` holds the paths of findings not yet ended; the entry's is taken out.
 */
export function isTold(event: Extract<ScanEvent, { type: "entry-end" }>, found: Set<string>): boolean {
  return found.delete(event.path) || event.coverage === "none" || event.coverage === "partial";
}

/** Whether a report was asked to name every entry. The zone decides once more: no option makes an inventory of a person's own device. */
export function namesAll(event: ScanEvent, options: ReportOptions): boolean {
  if (event.type !== "scan-start" || options.listExamined !== true) return false;
  return event.header.zone !== "personal" && event.header.roots.every(({ zone }) => zone !== "personal");
}
