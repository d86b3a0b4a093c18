import { renameSync, writeFileSync } from "node:fs";

import type { Destination, RunReport } from "../model/delivery.ts";

const gauges: readonly (readonly [name: string, help: string, value: (report: RunReport) => number])[] = [
  ["last_run_timestamp_seconds", "When the last run ended.", (report) => Math.floor(Date.parse(report.ended || report.started) / 1000)],
  ["last_run_duration_seconds", "How long it took.", (report) => report.elapsedMs / 1000],
  ["last_run_complete", "1 when it came to its end.", (report) => (report.complete ? 1 : 0)],
  ["last_exit_code", "Its exit code.", (report) => report.exitCode],
  ["entries", "Files and members met.", (report) => report.entries],
  ["not_examined", "Files and members not or not wholly examined.", (report) => report.notExamined],
  ["files_in_violation", "Files in violation.", (report) => report.violations],
  ["files_suspect", "Files suspected.", (report) => report.suspects],
  ["state_secret_findings", "State-secret findings: to be handled on site.", (report) => report.stateSecrets.count],
  ["overdue_days", "Days by which the regular check came late.", (report) => report.overdueDays ?? 0],
];

/** Writes a file for the textfile collector: aside and renamed, no timestamps, a line end at its end. */
export function writePrometheus(destination: Extract<Destination, { kind: "prometheus" }>, report: RunReport): void {
  const labels = `{zone="${label(report.zone)}",profile="${label(report.profile ?? "scan")}"}`;
  const text = gauges
    .map(([name, help, value]) => `# HELP zicha_${name} ${help}\n# TYPE zicha_${name} gauge\nzicha_${name}${labels} ${value(report)}\n`)
    .join("");
  // The collector takes every file that ends in .prom, so the one aside must not.
  const aside = `${destination.file}.${process.pid}.tmp`;
  writeFileSync(aside, text, { mode: 0o644 });
  renameSync(aside, destination.file);
}

function label(text: string): string {
  return text.replace(/["\\]/g, "\\$&").replaceAll("\n", " ");
}
