import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { defaultStateDirectory } from "../../scan/key.ts";
import { packaged } from "../../util/home.ts";
import { deliverySettings } from "../delivery.ts";
import type { ExitCode } from "../exitCode.ts";
import { checkOutside } from "../outside.ts";
import { scopeOf } from "../profiles.ts";
import type { Profile } from "../profiles.ts";
import type { Settled } from "./config.ts";
import { crontab, systemdUnits, windowsTask } from "../schedule.ts";
import type { Job } from "../schedule.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/**
 * `zicha schedule print PROFILE [PATH…]`: what a scheduler needs to run a check; nothing is installed. A check that would be refused every time,
 * since its reports would lie in what it examines, is refused here.
 */
export async function scheduleCommand(
  terminal: Terminal,
  profile: Profile,
  paths: readonly string[],
  { values, config }: Settled,
): Promise<ExitCode> {
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
  const roots = paths.map((path) => resolve(terminal.directory, path));
  const scope = roots.length > 0 ? { targets: roots, places: undefined } : await scopeOf(profile.targets);
  checkOutside(terminal, { zone: profile.zone, roots: scope.targets, reports: [{ path: out }], directory: out, places: scope.places });
  const { destinations } = deliverySettings(config.values, values);
  const stateHome = stateHomeOf(terminal);
  const state = config.values["state"] ?? profile.options["state"];
  const job: Job = {
    node: process.execPath,
    program: fileURLToPath(packaged("bin/zicha.mjs")),
    arguments: [
      "check",
      profile.id,
      ...roots,
      "--incremental",
      // Nobody watches: a reader that falls may cost its own process only. A configuration may say otherwise.
      ...(config.values["isolation"] === undefined && profile.options["isolation"] === undefined ? ["--isolation", "process"] : []),
      ...(config.file === undefined ? [] : ["--config", config.file]),
      // A job has no locale of its own: it speaks as it was asked for.
      ...(terminal.locale === "zh" ? ["--lang", "zh"] : []),
    ],
    // Each check makes a directory of its own in it, named by date and time.
    directory: out,
    every: (values["every"] as Job["every"] | undefined) ?? "week",
    hour: Number(hour),
    minute: Number(minute),
    spread: 30,
    writes: [
      out,
      stateHome === undefined ? defaultStateDirectory(terminal.environment) : join(stateHome, "zicha"),
      // It runs in the directory of its reports.
      ...(typeof state === "string" ? [resolve(out, state)] : []),
      ...destinations.flatMap((one) => (one.kind === "prometheus" ? [dirname(one.file)] : [])),
    ],
    ...(stateHome === undefined ? {} : { stateHome }),
    sends: destinations.some(({ kind }) => kind === "syslog" || kind === "webhook"),
  };
  if (form === "windowsTask") {
    // Task Scheduler wants UTF-16 with a byte order mark.
    terminal.stdout.write(Buffer.from(`\ufeff${windowsTask(job).replaceAll("\n", "\r\n")}`, "utf16le"));
  } else terminal.stdout.write(form === "cron" ? crontab(job) : systemdUnits(job));
  return 0;
}

/** Where the state of a job that root runs lies: root's own, as its other runs have it, else the system's. Of Windows the account has its own. */
function stateHomeOf(terminal: Terminal): string | undefined {
  if (process.platform === "win32") return undefined;
  return process.getuid?.() === 0 ? dirname(defaultStateDirectory(terminal.environment)) : "/var/lib";
}
