import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { defaultStateDirectory } from "../../scan/key.ts";
import { packaged } from "../../util/home.ts";
import type { ExitCode } from "../exitCode.ts";
import type { Values } from "../options.ts";
import { crontab, systemdUnits, windowsTask } from "../schedule.ts";
import type { Job } from "../schedule.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** `zicha schedule print PROFILE [PATH…]`: what a scheduler needs to run a check; nothing is installed. */
export function scheduleCommand(terminal: Terminal, profile: string, paths: readonly string[], values: Values): ExitCode {
  const forms = ["systemd", "cron", "windowsTask"].filter((form) => values[form] === true);
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    throw new UsageError(say(terminal, "请给出 --systemd、--cron、--windows-task 之一", "give one of --systemd, --cron, --windows-task"));
  }
  const [, hour = "", minute = ""] = /^(\d{1,2}):(\d{2})$/.exec((values["at"] as string | undefined) ?? "02:30") ?? [];
  if (hour === "" || Number(hour) > 23 || Number(minute) > 59) {
    throw new UsageError(say(terminal, "--at 应为 时:分，如 02:30", "--at: expected hours and minutes, as 02:30"));
  }
  const out = resolve(terminal.directory, (values["out"] as string | undefined) ?? "zicha-reports");
  const state = defaultStateDirectory(terminal.environment);
  const config = values["config"] as string | undefined;
  const job: Job = {
    node: process.execPath,
    program: fileURLToPath(packaged("bin/zicha.mjs")),
    arguments: [
      "check",
      profile,
      ...paths.map((path) => resolve(terminal.directory, path)),
      "--incremental",
      ...(config === undefined ? [] : ["--config", config]),
    ],
    // Each check makes a directory of its own in it, named by date and time.
    directory: out,
    every: (values["every"] as Job["every"] | undefined) ?? "week",
    hour: Number(hour),
    minute: Number(minute),
    spread: 30,
    writes: [out, state],
  };
  if (form === "windowsTask") {
    // Task Scheduler wants UTF-16 with a byte order mark.
    terminal.stdout.write(Buffer.from(`\ufeff${windowsTask(job).replaceAll("\n", "\r\n")}`, "utf16le"));
  } else terminal.stdout.write(form === "cron" ? crontab(job) : systemdUnits(job));
  return 0;
}
