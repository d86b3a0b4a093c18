import { resolve } from "node:path";

import type { ScanRequest } from "../model/request.ts";
import { defaultStateDirectory } from "../scan/key.ts";
import { volumesOf } from "../scan/volumes.ts";
import type { ScanState, StateProblem, StateTrouble } from "../scan/state/state.ts";
import type { Values } from "./options.ts";
import type { Run } from "./run.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** The state directory that was asked for; undefined where none was. */
export function stateDirectoryOf(terminal: Terminal, values: Values): string | undefined {
  const named = values["state"] as string | undefined;
  if (named !== undefined) return resolve(terminal.directory, named);
  return values["incremental"] === true || values["resume"] === true ? defaultStateDirectory(terminal.environment) : undefined;
}

/** File systems on other machines: several hosts cannot share a log of changes there. */
const network = /^(nfs|cifs|smb|9p|fuse\.(sshfs|ceph|gluster|rclone|s3fs)|ceph|afs|gluster|lustre|davfs)/;

/** Opens the state; throws a `UsageError` where it may not or cannot be used. */
export async function stateOf(terminal: Terminal, directory: string, request: ScanRequest, wanted: Run): Promise<ScanState> {
  if (request.showValues) {
    throw new UsageError(
      say(terminal, "--show-values 不与状态目录同用：状态中不存原值", "--show-values does not go with a state: it holds no values"),
    );
  }
  const { readHistory, openState } = await import("../scan/state/state.ts");
  const [volume] = await volumesOf([directory]);
  if (volume !== undefined && network.test(volume.fileSystem)) {
    throw new UsageError(
      say(terminal, `状态目录位于网络文件系统：${directory}`, `the state directory lies on a network file system: ${directory}`),
    );
  }
  const [first] = await volumesOf(request.roots);
  if (volume?.removable === true && first?.device === volume.device) {
    throw new UsageError(
      say(terminal, `状态目录位于被检介质：${directory}`, `the state directory lies on the examined medium: ${directory}`),
    );
  }
  if (wanted.values["resume"] === true) {
    const history = await readHistory(directory);
    if ("code" in history || history.at(-1) === undefined || history.at(-1)?.summary?.complete === true) {
      throw new UsageError(say(terminal, "没有可接续的中断检查", "there is no run that broke off"));
    }
  }
  const opened = await openState(directory, request, (wanted.values["lockWait"] as number | undefined) ?? 0);
  if ("problem" in opened) throw new UsageError(describeState(terminal, directory, opened.problem));
  if (opened.state.rebuilt) {
    terminal.stderr.write(
      `${say(terminal, "状态已损坏，已另存并重建；所有文件重新检查", "the state was damaged: it was put aside and begun anew, everything is read again")}\n`,
    );
  }
  return opened.state;
}

const days: Readonly<Record<string, number>> = { day: 1, week: 7, month: 31 };

/** How late a check is that should come every day, week or month; undefined where it is in time, or nothing is known of an earlier one. */
export function overdueBy(last: string | undefined, every: string | undefined): ScanRequest["overdue"] {
  const period = days[every ?? ""];
  if (last === undefined || period === undefined) return undefined;
  const late = Math.floor((Date.now() - Date.parse(last)) / 86_400_000 - period);
  return late > 0 ? { last, days: late } : undefined;
}

/** What came in the way of the state in the middle of a run, in a sentence. */
export function describeTrouble(terminal: Terminal, { damaged, detail }: StateTrouble): string {
  if (damaged)
    return say(
      terminal,
      `状态已损坏（${detail}），已另存；其余文件已重新检查，结果完整，下次从头检查`,
      `the state is damaged (${detail}) and was put aside: the rest was read again, the result is whole, and the next run begins anew`,
    );
  return say(
    terminal,
    `状态无法写入（${detail}）；结果不受影响，下次运行将多读一些文件`,
    `the state could not be written (${detail}): the result is whole, and the next run reads more again`,
  );
}

/** Why there is no state, in a sentence. */
export function describeState(terminal: Terminal, directory: string, problem: StateProblem): string {
  switch (problem.code) {
    case "locked": {
      const who = problem.holder === undefined ? "" : ` ${problem.holder.host} pid ${problem.holder.pid}, ${problem.holder.since}`;
      return say(terminal, `状态目录正被另一次运行使用：${directory}${who}`, `the state is held by another run: ${directory}${who}`);
    }
    case "no-database":
      return say(
        terminal,
        "没有可用的数据库：请用 Node 22.13 及以上，或安装可选依赖 @photostructure/sqlite",
        "there is no database: use Node 22.13 or later, or install the optional dependency @photostructure/sqlite",
      );
    case "unusable":
      return say(
        terminal,
        `状态目录不可用（${problem.detail}）：${directory}`,
        `the state cannot be used (${problem.detail}): ${directory}`,
      );
  }
}
