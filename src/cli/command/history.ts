import { resolve } from "node:path";

import { defaultStateDirectory } from "../../scan/key.ts";
import { readHistory } from "../../scan/state/state.ts";
import type { PastRun } from "../../scan/state/state.ts";
import { neutralise } from "../../util/width.ts";
import type { ExitCode } from "../exitCode.ts";
import type { Values } from "../options.ts";
import { standardOutput } from "../output.ts";
import { describeState, overdueBy } from "../state.ts";
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
    else {
      for (const run of runs) await out.write(`${line(terminal, run)}\n`);
      for (const said of overdue(terminal, runs, values["every"] as string | undefined)) await out.write(`${said}\n`);
    }
    return 0;
  }
  const run = runs.find(({ id }) => String(id) === number);
  if (run === undefined) throw new UsageError(say(terminal, `没有第 ${number} 次运行`, `there is no run ${number}`));
  await out.write(`${values["json"] === true ? JSON.stringify(run, null, 2) : details(terminal, run)}\n`);
  return 0;
}

/** Checks whose last complete run is too long ago. What somebody scanned once is no regular check. */
function overdue(terminal: Terminal, runs: readonly PastRun[], every: string | undefined): readonly string[] {
  const last = new Map<string, PastRun>();
  for (const run of runs) {
    if (run.header.profile === undefined || run.summary?.complete !== true) continue;
    last.set(JSON.stringify([run.header.profile, run.header.zone, run.header.roots.map(({ path }) => path)]), run);
  }
  return [...last.values()].flatMap(({ started, header }) => {
    const late = overdueBy(started, every);
    if (late === undefined) return [];
    const { last: day, days } = { ...late, last: late.last.slice(0, 10) };
    const what = `${header.profile ?? ""} ${rootsOf(header)}`;
    return [
      neutralise(
        say(
          terminal,
          `超期  ${what}  上次完整检查 ${day}，已超期 ${days} 天`,
          `OVERDUE  ${what}  last complete check ${day}, ${days} days overdue`,
        ),
      ),
    ];
  });
}

function rootsOf({ roots }: PastRun["header"]): string {
  const paths = roots.map(({ path }) => path);
  return paths.length > 3 ? `${paths.slice(0, 3).join(" ")} …` : paths.join(" ");
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
  return neutralise(
    `${String(id).padStart(4)}  ${started.slice(0, 19).replace("T", " ")}Z  ${header.profile ?? "scan"} ${header.zone}  ${state}  ${rootsOf(header)}`,
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
    const { entries, full, partial, none, textless, excluded, unwalked, seen } = summary.ledger;
    const carried = summary.carried ?? 0;
    lines.push(
      say(
        terminal,
        `      用时 ${(summary.elapsedMs / 1000).toFixed(1)} 秒  文件 ${entries}：全部读到 ${full}，部分读到 ${partial}，未读 ${none}，无文本 ${textless}；排除 ${excluded}，进不去 ${unwalked}，已由人查看 ${seen}，沿用上次 ${carried}`,
        `      took ${(summary.elapsedMs / 1000).toFixed(1)} s  files ${entries}: whole ${full}, in part ${partial}, not ${none}, no text ${textless}; excluded ${excluded}, not entered ${unwalked}, seen by a person ${seen}, taken from the last run ${carried}`,
      ),
    );
    for (const [code, count] of Object.entries(summary.failures)) lines.push(`      ${code} ${count}`);
  }
  return lines.join("\n");
}
