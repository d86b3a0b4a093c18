import type { Comparison } from "../model/comparison.ts";
import type { ScanEvent } from "../model/event.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import { Buffered } from "./shared/buffered.ts";
import { FindingWriter } from "./shared/findingJson.ts";
import { Overview } from "./shared/overview.ts";
import { isTold, namesAll } from "./shared/inventory.ts";
import { Spool } from "./shared/spool.ts";

/** Raised when a member is renamed, removed or changes its meaning; a new member does not raise it. */
const schemaVersion = 1;

const hold = (spool: Spool, value: object): void => spool.add(`${spool.count === 0 ? "\n" : ",\n"}${JSON.stringify(value)}`);

/**
 * One JSON object: `schema, tool, scan, findings[], counts[], failures[], excluded[], entries[], comparison?, summary`, each list item on a line
 * of its own. Findings are written as they come; `summary` comes last, since only then is it known. `entries` holds those with a finding or a
 * failure, or all where that was asked for. A scan that was cut short closes with `summary.complete: false`.
 */
export const json: Reporter = {
  id: "json",
  title: { zh: "JSON", en: "JSON" },
  extension: "json",
  open(out: Writer, options: ReportOptions): OpenReport {
    const overview = new Overview();
    const buffered = new Buffered(out);
    const firstFinding = new FindingWriter(buffered, "\n", "");
    const nextFindings = new FindingWriter(buffered, ",\n", "");
    const counts = new Spool();
    const failures = new Spool();
    const excluded = new Spool();
    const entries = new Spool();
    /** Entries not yet ended that had a finding. */
    const told = new Set<string>();
    let comparison: Comparison | undefined;
    let opened = false;
    let all = false;
    let findings = 0;

    const head = (): string => {
      opened = true;
      const header = overview.header;
      const { tool = null, ...scan } = header ?? {};
      return `{"schema":${schemaVersion},\n"tool":${JSON.stringify(tool)},\n"scan":${JSON.stringify(header === undefined ? null : scan)},\n"findings":[`;
    };
    const list = async (name: string, spool: Spool): Promise<void> => {
      await buffered.add(`],\n"${name}":[`);
      for (const block of spool.blocks()) await buffered.add(block);
    };

    return {
      on(event: ScanEvent): void | Promise<void> {
        overview.on(event);
        switch (event.type) {
          case "scan-start":
            all = namesAll(event, options);
            return buffered.add(head());
          case "finding": {
            told.add(event.finding.path);
            if (opened) return (findings++ === 0 ? firstFinding : nextFindings).write(event.finding);
            findings += 1;
            const begun = buffered.add(head());
            const written = firstFinding.write(event.finding);
            return begun === undefined ? written : begun.then(() => written);
          }
          case "failure":
            hold(failures, event.failure);
            return undefined;
          case "excluded":
            hold(excluded, { path: event.path, by: event.by });
            return undefined;
          case "entry-end":
            if (isTold(event, told) || all) {
              const { type: _type, ...entry } = event;
              hold(entries, entry);
            }
            for (const one of event.counts) if (one.total > one.stored) hold(counts, { path: event.path, ...one });
            return undefined;
          case "comparison":
            ({ comparison } = event);
            return undefined;
          case "scan-end":
            return undefined;
        }
      },
      async close(): Promise<void> {
        if (!opened) await buffered.add(head());
        await list("counts", counts);
        await list("failures", failures);
        await list("excluded", excluded);
        await list("entries", entries);
        const compared = comparison === undefined ? "" : `"comparison":${JSON.stringify(comparison)},\n`;
        await buffered.add(`],\n${compared}"summary":${JSON.stringify(overview.summarise())}}\n`);
        await buffered.flush();
      },
    };
  },
};
