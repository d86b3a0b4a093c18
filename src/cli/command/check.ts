import { join, resolve } from "node:path";

import { reporters } from "../../report/registry.ts";
import { volumesOf } from "../../scan/volumes.ts";
import { neutralise } from "../../util/width.ts";
import type { ExitCode } from "../exitCode.ts";
import type { DeliverySettings } from "../delivery.ts";
import type { Values } from "../options.ts";
import { scopeOf } from "../profiles.ts";
import type { Profile, ProfileScope } from "../profiles.ts";
import { run } from "../run.ts";
import type { WantedReport } from "../reports.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** Files of the report directory, by reporter: name in Chinese and in English. */
const reportFiles: readonly (readonly [reporter: string, zh: string, en: string])[] = [
  ["html", "自查报告.html", "self-check.html"],
  ["written", "书面自查报告.html", "written-report.html"],
  ["xlsx", "自查登记与整改清单.xlsx", "self-check.xlsx"],
  ["json", "结果.json", "result.json"],
];

/** `zicha check PROFILE [PATH…]`: the self-check, with its report in a directory. */
export async function checkCommand(
  terminal: Terminal,
  profile: Profile,
  paths: readonly string[],
  values: Values,
  delivery: DeliverySettings,
): Promise<ExitCode> {
  const named = paths.length > 0 || values["filesFrom"] !== undefined;
  const scope: ProfileScope = named ? { targets: paths, withoutRemovable: false, places: undefined } : await scopeOf(profile.targets);
  if (!named && scope.targets.length === 0)
    throw new UsageError(say(terminal, "没有已挂载的移动存储介质，请给出路径", "no removable medium is mounted: name a path"));
  if (profile.targets === "removable" && values["quiet"] !== true) await announce(terminal, scope.targets);
  const { directory, reports } = reportDirectory(terminal, values["out"] as string | undefined);
  const zone = (values["zone"] as string | undefined) ?? profile.zone;
  const inlineAllow = profile.targets === "here" && profile.zone === "repository";
  return run(terminal, { ...scope, values, delivery, zone, inlineAllow, profile: profile.id, reports, directory });
}

/** The directory of a self-check and the reports in it, with the console before them. */
export function reportDirectory(
  terminal: Terminal,
  out: string | undefined,
): { readonly directory: string; readonly reports: readonly WantedReport[] } {
  const directory = resolve(terminal.directory, out ?? `zicha-report-${stamp(new Date())}`);
  const reports: WantedReport[] = reporters.filter(({ id }) => id === "console").map((reporter) => ({ reporter, path: undefined }));
  for (const [id, zh, en] of reportFiles) {
    const reporter = reporters.find((one) => one.id === id);
    if (reporter !== undefined) reports.push({ reporter, path: join(directory, terminal.locale === "zh" ? zh : en) });
  }
  return { directory, reports };
}

/** Says which media are about to be read. */
async function announce(terminal: Terminal, roots: readonly string[]): Promise<void> {
  for (const [at, volume] of (await volumesOf(roots)).entries()) {
    const parts = [volume?.label, volume?.volumeId, volume?.vendor, volume?.product, volume?.serial, volume?.fileSystem];
    const identity = parts.filter((part) => part !== undefined && part !== "").join(" ");
    // Of a directory no program can keep the access time.
    const mounted =
      volume === undefined || volume.readOnly
        ? ""
        : say(
            terminal,
            "（可写挂载：目录的访问时间会变；以只读方式挂载可不留痕迹）",
            " (mounted for writing: access times of directories change; mounted read-only, nothing does)",
          );
    terminal.stderr.write(`${say(terminal, "介质", "medium")}  ${neutralise(`${roots[at] ?? ""}  ${identity}`)}${mounted}\n`);
  }
}

/** Local time as `20261123-0952`. */
function stamp(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}`;
}
