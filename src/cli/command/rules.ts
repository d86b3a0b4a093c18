import { resolve } from "node:path";

import { loadedRules } from "../../scan/request.ts";
import type { ExitCode } from "../exitCode.ts";
import type { Values } from "../options.ts";
import { standardOutput } from "../output.ts";
import { UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";
import { displayWidth } from "../../util/width.ts";

/** `zicha rules list`: every rule with its class, severity and title. */
export async function rulesList(terminal: Terminal, values: Values): Promise<ExitCode> {
  const directories = ((values["rules"] as readonly string[] | undefined) ?? []).map((one) => resolve(terminal.directory, one));
  const { rules, problems } = await loadedRules(directories, (values["disableRule"] as readonly string[] | undefined) ?? []);
  if (problems.length > 0)
    throw new UsageError(problems.map(({ file, line, detail }) => `${file ?? ""}:${line ?? 1}: ${detail}`).join("\n"));
  const out = standardOutput(terminal.stdout);
  if (values["json"] === true) {
    await out.write(`${JSON.stringify(rules, null, 2)}\n`);
    return 0;
  }
  const rows = rules.map((rule) => [rule.id, rule.infoType, rule.dataClass, rule.severity, rule.title[terminal.locale]]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ""))));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell))));
    await out.write(`${cells.join("  ").trimEnd()}\n`);
  }
  return 0;
}
