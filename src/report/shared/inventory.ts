import type { ScanEvent } from "../../model/event.ts";

/**
 * Whether a report names an entry: only with a finding or where something was not read, since a self-check is no inventory of a person's files.
 * `found` holds the paths of findings not yet ended; the entry's is taken out.
 */
export function isTold(event: Extract<ScanEvent, { type: "entry-end" }>, found: Set<string>): boolean {
  return found.delete(event.path) || event.coverage === "none" || event.coverage === "partial";
}
