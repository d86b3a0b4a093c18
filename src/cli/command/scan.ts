import { resolve } from "node:path";

import type { DeliverySettings } from "../delivery.ts";
import type { Values } from "../options.ts";
import { wantedReport } from "../reports.ts";
import type { WantedReport } from "../reports.ts";
import { run } from "../run.ts";
import type { ExitCode } from "../exitCode.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** `zicha scan [PATH…]`: the plain tool. */
export function scanCommand(terminal: Terminal, targets: readonly string[], values: Values, delivery: DeliverySettings): Promise<ExitCode> {
  const zone = values["zone"] as string | undefined;
  return run(terminal, { targets, values, delivery, zone, inlineAllow: true, reports: reportsOf(terminal, values) });
}

/** Reads `-f` and `-o`; the console where none is said. */
export function reportsOf(terminal: Terminal, values: Values): readonly WantedReport[] {
  const said = (values["format"] as readonly string[] | undefined) ?? ["console"];
  const reports = said.map((text) => wantedReport(terminal, text));
  const output = values["output"] as string | undefined;
  if (output !== undefined) {
    const [only, ...more] = reports;
    if (only === undefined || more.length > 0 || only.path !== undefined) {
      throw new UsageError(say(terminal, "-o 只用于唯一一个未写文件名的 -f", "-o goes with a single -f that names no file"));
    }
    return [{ ...only, path: resolve(terminal.directory, output) }];
  }
  if (reports.filter(({ path }) => path === undefined).length > 1) {
    throw new UsageError(say(terminal, "只能有一个报告写到标准输出", "only one report can go to standard output"));
  }
  return reports;
}
