import { resolve } from "node:path";

import type { ScanEvent } from "../../model/event.ts";
import { compared, compareResults } from "../../scan/compare.ts";
import { mergeResults } from "../../scan/merge.ts";
import { readResult, ResultError } from "../../scan/result.ts";
import type { ExitCode } from "../exitCode.ts";
import { readFields } from "../fields.ts";
import type { Values } from "../options.ts";
import { abandonReports, closeReports, openReports, tell } from "../reports.ts";
import type { WantedReport } from "../reports.ts";
import { otherKey, readSnapshot, resultProblem } from "../results.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";
import { reportDirectory } from "./check.ts";
import { reportsOf } from "./scan.ts";

/** `zicha report selfcheck RESULT…`: the self-check report from one or several results, in a directory or as `-f` says. */
export async function reportSelfCheck(terminal: Terminal, files: readonly string[], values: Values): Promise<ExitCode> {
  const fields = readFields(terminal, values["field"] as readonly string[] | undefined);
  const results = files.map((file) => withProblems(terminal, file, readResult(resolve(terminal.directory, file))));
  let events = withFields(mergeResults(results), fields);
  const previous = values["previous"] as string | undefined;
  if (previous !== undefined) {
    const [file, ...more] = files;
    if (file === undefined || more.length > 0) {
      throw new UsageError(say(terminal, "--previous 只用于一个结果", "--previous goes with a single result"));
    }
    const [before, now] = [await readSnapshot(terminal, previous), await readSnapshot(terminal, file)];
    sameKey(terminal, [previous, file], [before.header?.keyId, now.header?.keyId]);
    events = compared(events, before);
  }
  if (values["format"] === undefined) {
    const { directory, reports } = reportDirectory(terminal, values["out"] as string | undefined);
    return replay(terminal, { reports, directory, values }, events);
  }
  return replay(terminal, { reports: reportsOf(terminal, values), values }, events);
}

/**
 * `zicha report compare OLD… NEW`: what became of the problems. Exit code 1 for new or reappeared ones, 3 where something was not examined
 * this time, else 0.
 */
export async function reportCompare(terminal: Terminal, files: readonly string[], values: Values): Promise<ExitCode> {
  const last = files.at(-1);
  if (last === undefined || files.length < 2)
    throw new UsageError(say(terminal, "请给出两个结果：旧的和新的", "name two results, the old and the new"));
  const snapshots = [];
  for (const file of files) snapshots.push(await readSnapshot(terminal, file));
  sameKey(
    terminal,
    files,
    snapshots.map(({ header }) => header?.keyId),
  );
  const comparison = compareResults(snapshots);
  const events = withComparison(withProblems(terminal, last, readResult(resolve(terminal.directory, last))), {
    type: "comparison",
    comparison,
  });
  if ((await replay(terminal, { reports: reportsOf(terminal, values), values }, events)) === 2) return 2;
  const { counts } = comparison;
  if (counts.new + counts.reappeared > 0) return 1;
  return counts["not-examined"] > 0 ? 3 : 0;
}

/** Refuses results of different keys: none of their fingerprints could be equal. */
function sameKey(terminal: Terminal, files: readonly string[], keys: readonly (string | undefined)[]): void {
  const [first = ""] = keys;
  const other = keys.findIndex((key) => key !== first);
  if (other < 0) return;
  throw new UsageError(otherKey(terminal, files[0] ?? "", [first, keys[other] ?? ""]));
}

async function* withProblems(terminal: Terminal, file: string, events: AsyncIterable<ScanEvent>): AsyncGenerator<ScanEvent> {
  try {
    yield* events;
  } catch (error) {
    if (error instanceof ResultError) throw resultProblem(terminal, file, error);
    throw error;
  }
}

async function* withFields(
  events: AsyncIterable<ScanEvent>,
  fields: Readonly<Record<string, string>> | undefined,
): AsyncGenerator<ScanEvent> {
  for await (const event of events) {
    if (event.type !== "scan-start" || fields === undefined) yield event;
    else yield { ...event, header: { ...event.header, fields: { ...event.header.fields, ...fields } } };
  }
}

async function* withComparison(events: AsyncIterable<ScanEvent>, comparison: ScanEvent): AsyncGenerator<ScanEvent> {
  let told = false;
  for await (const event of events) {
    if (event.type === "comparison") continue;
    if (event.type === "scan-end") {
      told = true;
      yield comparison;
    }
    yield event;
  }
  if (!told) yield comparison;
}

async function replay(
  terminal: Terminal,
  wanted: { readonly reports: readonly WantedReport[]; readonly directory?: string; readonly values: Values },
  events: AsyncIterable<ScanEvent>,
): Promise<ExitCode> {
  const reports = openReports(terminal, wanted);
  try {
    for await (const event of events) await tell(terminal, reports, [event], { clear: () => undefined });
    await closeReports(terminal, reports);
  } catch (error) {
    abandonReports(reports);
    throw error;
  }
  return reports.length < wanted.reports.length ? 2 : 0;
}
