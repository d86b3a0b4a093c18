import { resolve } from "node:path";

import { defaultStateDirectory } from "../../scan/key.ts";
import { readHistory } from "../../scan/state/state.ts";
import type { PastRun } from "../../scan/state/state.ts";
import { neutralise } from "../../util/width.ts";
import type { ExitCode } from "../exitCode.ts";
import type { Values } from "../options.ts";
import { standardOutput } from "../output.ts";
import { describeState } from "../state.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** `zicha history` and `zicha history show N`: past runs of the state, newest last. */
export async function historyCommand(terminal: Terminal, number: string | undefined, values: Values): Promise<ExitCode> {
  const named = values["state"] as string | undefined;
  const directory = named === undefined ? defaultStateDirectory(terminal.environment) : resolve(terminal.directory, named);
  const runs = await readHistory(directory);
  if ("code" in runs) throw new UsageError(describeState(terminal, directory, runs));
  const out = standardOutput(terminal.stdout);
  if (number === undefined) {
    if (values["json"] === true) await out.write(`${JSON.stringify(runs, null, 2)}\n`);
    else if (runs.length === 0) await out.write(`${say(terminal, "没有记录", "nothing yet")}  ${directory}\n`);
    else for (const run of runs) await out.write(`${line(terminal, run)}\n`);
    return 0;
  }
  const run = runs.find(({ id }) => String(id) === number);
  if (run === undefined) throw new UsageError(say(terminal, `没有第 ${number} 次运行`, `there is no run ${number}`));
  await out.write(`${values["json"] === true ? JSON.stringify(run, null, 2) : details(terminal, run)}\n`);
  return 0;
}

function line(terminal: Terminal, { id, started, header, summary }: PastRun): string {
  const state =
    summary === undefined
      ? say(terminal, "中断", "broke off")
      : say(
          terminal,
          `违规 ${summary.verdicts.violation} 疑似 ${summary.verdicts.suspect} 未检 ${summary.verdicts["not-examined"]} 共 ${summary.ledger.entries}${summary.complete ? "" : "（未完成）"}`,
          `violation ${summary.verdicts.violation} suspect ${summary.verdicts.suspect} not examined ${summary.verdicts["not-examined"]} of ${summary.ledger.entries}${summary.complete ? "" : " (cut short)"}`,
        );
  const roots = header.roots.map(({ path }) => path);
  const shown = roots.length > 3 ? `${roots.slice(0, 3).join(" ")} …` : roots.join(" ");
  return neutralise(
    `${String(id).padStart(4)}  ${started.slice(0, 19).replace("T", " ")}Z  ${header.profile ?? "scan"} ${header.zone}  ${state}  ${shown}`,
  );
}

function details(terminal: Terminal, run: PastRun): string {
  const lines = [line(terminal, run)];
  for (const { path, volume } of run.header.roots) {
    const identity = [volume?.label, volume?.volumeId, volume?.vendor, volume?.product, volume?.serial].filter(
      (part) => part !== undefined && part !== "",
    );
    lines.push(neutralise(`      ${path}  ${identity.join(" ")}`));
  }
  const { summary } = run;
  if (summary !== undefined) {
    lines.push(`      ${summary.elapsedMs} ms  ${JSON.stringify(summary.ledger)}`);
    for (const [code, count] of Object.entries(summary.failures)) lines.push(`      ${code} ${count}`);
  }
  return lines.join("\n");
}
