import { join, resolve } from "node:path";

import { reporters } from "../../report/registry.ts";
import { removableRoots } from "../../scan/request.ts";
import type { ExitCode } from "../exitCode.ts";
import type { Values } from "../options.ts";
import { run } from "../run.ts";
import type { WantedReport } from "../run.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** A self-check in one word: zone, targets and reports. */
interface Profile {
  readonly id: string;
  readonly zone: string;
  readonly zh: string;
  readonly en: string;
  /** Where no path is given. */
  targets(): Promise<readonly string[]>;
}

/** The profiles there are. */
export const profiles: readonly Profile[] = [
  {
    id: "internet-pc",
    zone: "internet",
    zh: "互联网计算机：是否存有涉密信息与客户信息",
    en: "internet PC: is classified or customer data on it",
    targets: () => Promise.resolve([process.platform === "win32" ? "C:\\" : "/"]),
  },
  {
    id: "usb",
    zone: "removable-internet",
    zh: "移动存储介质（默认为所有已挂载的）",
    en: "removable media (all that are mounted unless one is named)",
    targets: removableRoots,
  },
];

/** Files of the report directory, by reporter: name in Chinese and in English. */
const reportFiles: readonly (readonly [reporter: string, zh: string, en: string])[] = [
  ["html", "自查报告.html", "self-check.html"],
  ["xlsx", "自查登记与整改清单.xlsx", "self-check.xlsx"],
  ["json", "结果.json", "result.json"],
];

/** `zicha check PROFILE [PATH…]`: the self-check, with its report in a directory. */
export async function checkCommand(terminal: Terminal, name: string, paths: readonly string[], values: Values): Promise<ExitCode> {
  const profile = profiles.find(({ id }) => id === name);
  if (profile === undefined) {
    const known = profiles.map(({ id }) => id).join(", ");
    throw new UsageError(say(terminal, `没有检查项“${name}”，可用：${known}`, `no profile "${name}"; there are ${known}`));
  }
  const targets = paths.length > 0 ? paths : await profile.targets();
  if (targets.length === 0)
    throw new UsageError(say(terminal, "没有已挂载的移动存储介质，请给出路径", "no removable medium is mounted: name a path"));
  const directory = resolve(terminal.directory, (values["out"] as string | undefined) ?? `zicha-report-${stamp(new Date())}`);
  const reports: WantedReport[] = reporters.filter(({ id }) => id === "console").map((reporter) => ({ reporter, path: undefined }));
  for (const [id, zh, en] of reportFiles) {
    const reporter = reporters.find((one) => one.id === id);
    if (reporter !== undefined) reports.push({ reporter, path: join(directory, terminal.locale === "zh" ? zh : en) });
  }
  const zone = (values["zone"] as string | undefined) ?? profile.zone;
  return run(terminal, { targets, values, zone, profile: profile.id, reports, directory });
}

/** Local time as `20261123-0952`. */
function stamp(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}`;
}
