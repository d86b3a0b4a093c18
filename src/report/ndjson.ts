import type { ScanEvent } from "../model/event.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import { Buffered } from "./shared/buffered.ts";
import { FindingWriter } from "./shared/findingJson.ts";
import { isTold, namesAll } from "./shared/inventory.ts";
import { Overview } from "./shared/overview.ts";

/**
 * One event a line, in walk order. The last line is `scan-end`, and its `summary.complete` says whether the scan was whole; without such a line
 * the file was torn. Files with nothing to say about them are counted in the summary only, unless all
 * were asked for: a self-check is no inventory of a person's files.
 */
export const ndjson: Reporter = {
  id: "ndjson",
  title: { zh: "逐行 JSON", en: "JSON lines" },
  extension: "ndjson",
  open(out: Writer, options: ReportOptions): OpenReport {
    const overview = new Overview();
    const buffered = new Buffered(out);
    const findings = new FindingWriter(buffered, `{"type":"finding","finding":`, "}\n");
    /** Entries not yet ended that had a finding. */
    const told = new Set<string>();
    let all = false;
    return {
      on(event: ScanEvent): void | Promise<void> {
        overview.on(event);
        if (event.type === "finding") {
          told.add(event.finding.path);
          return findings.write(event.finding);
        }
        if (event.type === "scan-start") all = namesAll(event, options);
        if (event.type === "entry-end" && !isTold(event, told) && !all) return undefined;
        return buffered.add(`${JSON.stringify(event)}\n`);
      },
      async close(): Promise<void> {
        if (overview.summary === undefined) {
          await buffered.add(`${JSON.stringify({ type: "scan-end", summary: overview.summarise() } satisfies ScanEvent)}\n`);
        }
        await buffered.flush();
      },
    };
  },
};
