import { resolve } from "node:path";

import type { ScanEvent } from "../model/event.ts";
import type { OpenReport, Reporter } from "../model/report.ts";
import { reporters } from "../report/registry.ts";
import type { Values } from "./options.ts";
import { makeDirectory } from "../scan/makeDirectory.ts";
import { openOutput, OutputError, standardOutput } from "./output.ts";
import type { Output } from "./output.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** A report that was asked for; `path` undefined means standard output. */
export interface WantedReport {
  readonly reporter: Reporter;
  readonly path: string | undefined;
}

/** Reads `-f format[=file]`. */
export function wantedReport(terminal: Terminal, text: string): WantedReport {
  const equals = text.indexOf("=");
  const id = equals < 0 ? text : text.slice(0, equals);
  const reporter = reporters.find((one) => one.id === id);
  if (reporter === undefined) {
    const known = reporters.map((one) => one.id).join(", ");
    throw new UsageError(say(terminal, `没有报告格式“${id}”，可用：${known}`, `no report format "${id}"; there are ${known}`));
  }
  const path = equals < 0 ? undefined : text.slice(equals + 1);
  if (path === "") throw new UsageError(say(terminal, `“${text}”缺少文件名`, `"${text}" names no file`));
  return { reporter, path: path === undefined ? undefined : resolve(terminal.directory, path) };
}

/** A report that is being written; `output` undefined means standard output. */
export interface OpenOutput {
  readonly report: OpenReport;
  readonly output: Output | undefined;
  /** Of standard output: waits until all is written. */
  readonly settle?: () => Promise<void>;
  /** Where it goes; undefined for standard output. */
  readonly path: string | undefined;
}

/** Opens all reports of a run, or none: what cannot be written is known before the first byte is examined. */
export function openReports(
  terminal: Terminal,
  wanted: { readonly reports: readonly WantedReport[]; readonly directory?: string; readonly values: Values },
): OpenOutput[] {
  const opened: { reporter: Reporter; output: Output | undefined; path: string | undefined }[] = [];
  try {
    if (wanted.directory !== undefined) makeDirectory(wanted.directory);
    for (const { reporter, path } of wanted.reports)
      opened.push({ reporter, output: path === undefined ? undefined : openOutput(path), path });
  } catch (error) {
    for (const { output } of opened) output?.abandon();
    const code = error instanceof OutputError ? error.message : ((error as NodeJS.ErrnoException).code ?? "EIO");
    const path = wanted.reports[opened.length]?.path ?? wanted.directory ?? "";
    throw new UsageError(say(terminal, `报告无法写入（${code}）：${path}`, `report cannot be written (${code}): ${path}`));
  }
  const others = wanted.reports.flatMap(({ reporter, path }) => (path === undefined ? [] : [{ format: reporter.id, path }]));
  const verbosity = wanted.values["quiet"] === true ? "quiet" : wanted.values["verbose"] === true ? "verbose" : "normal";
  return opened.map(({ reporter, output, path }) => {
    const options = {
      locale: terminal.locale,
      color: output === undefined && terminal.color,
      // A terminal that does not know its width says 0.
      width: output === undefined && terminal.stdout.isTTY && terminal.stdout.columns > 0 ? terminal.stdout.columns : undefined,
      verbosity,
      explain: wanted.values["explain"] === true,
      listExamined: wanted.values["listExamined"] === true,
      others,
    } as const;
    if (output !== undefined) return { output, path, report: reporter.open(output.writer, options) };
    const standard = standardOutput(terminal.stdout);
    return { output, path, report: reporter.open(standard, options), settle: () => standard.settle() };
  });
}

/**
 * Tells every report of events, one after the other. A report that can no longer be written is dropped with a word, its target left as it was,
 * and the others go on; throws where none is left.
 */
export async function tell(
  terminal: Terminal,
  reports: OpenOutput[],
  events: readonly ScanEvent[],
  progress: { clear(): void },
): Promise<void> {
  for (const one of reports.slice()) {
    // What goes to the terminal would tear the progress line.
    if (one.output === undefined) progress.clear();
    await attempt(terminal, reports, one, async () => {
      for (let from = 0; from < events.length;) {
        const [next, written] = tellUntil(one.report, events, from);
        await written;
        from = next;
      }
    });
  }
}

/** Most reports wait for nothing, and most events write nothing: tells up to the first that is to be waited for, and where to go on. */
function tellUntil(
  report: OpenReport,
  events: readonly ScanEvent[],
  from: number,
): readonly [next: number, written: Promise<void> | undefined] {
  for (let at = from; at < events.length; at++) {
    const event = events[at];
    const written = event === undefined ? undefined : report.on(event);
    if (written !== undefined) return [at + 1, written];
  }
  return [events.length, undefined];
}

/** Puts the reports in their places. Throws where none could be. */
export async function closeReports(terminal: Terminal, reports: OpenOutput[]): Promise<void> {
  for (const one of reports.slice()) {
    await attempt(terminal, reports, one, async () => {
      await one.report.close();
      await one.settle?.();
      one.output?.commit();
    });
  }
}

async function attempt(terminal: Terminal, reports: OpenOutput[], one: OpenOutput, write: () => void | Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    reports.splice(reports.indexOf(one), 1);
    abandonReports([one]);
    const path = one.path ?? say(terminal, "标准输出", "standard output");
    const said = say(
      terminal,
      `报告没有写完（${error.message}），不可采用：${path}`,
      `a report could not be written to its end (${error.message}), do not use it: ${path}`,
    );
    if (reports.length === 0) throw new UsageError(said);
    terminal.stderr.write(`zicha: ${said}\n`);
  }
}

/** Leaves every target as it was. */
export function abandonReports(reports: readonly OpenOutput[]): void {
  for (const { output } of reports) {
    try {
      output?.abandon();
    } catch {
      // What could not be written cannot be taken back either, as with a full device.
    }
  }
}
