import { writeFileSync } from "node:fs";
import { resolve } from "node:path";

import type { ExitCode } from "../exitCode.ts";
import { configName, describeProblem, parseConfig } from "../config.ts";
import type { Config } from "../config.ts";
import { configSchema } from "../configSchema.ts";
import { optionTable } from "../options.ts";
import type { Origin, Values } from "../options.ts";
import { standardOutput } from "../output.ts";
import type { Profile } from "../profiles.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** What a command line, the environment, the configuration and a profile come to. */
export interface Settled {
  readonly values: Values;
  readonly origins: Readonly<Record<string, Origin>>;
  readonly config: Config;
  readonly profile: Profile | undefined;
}

/** `zicha config init|show|check|schema`. */
export async function configCommand(
  terminal: Terminal,
  action: string,
  file: string | undefined,
  settle: () => Promise<Settled>,
): Promise<ExitCode> {
  const out = standardOutput(terminal.stdout);
  if (action === "schema") {
    await out.write(`${JSON.stringify(configSchema(), null, 2)}\n`);
    return 0;
  }
  if (action === "init") return init(terminal, file ?? configName);
  if (action === "check") {
    const name = file ?? terminal.environment["ZICHA_CONFIG"] ?? configName;
    const { problems } = await parseConfig(terminal, name);
    for (const problem of problems) terminal.stderr.write(`${describeProblem(terminal, name, problem)}\n`);
    if (problems.length === 0) await out.write(`${say(terminal, "配置无误", "nothing wrong")}  ${name}\n`);
    return problems.length === 0 ? 0 : 2;
  }
  const { values, origins, config } = await settle();
  await out.write(`${say(terminal, "配置文件", "file")}  ${config.file ?? say(terminal, "无", "none")}\n`);
  for (const row of optionTable) {
    const value = values[row.key];
    if (value === undefined) continue;
    const where = say(terminal, zhOrigins[origins[row.key] ?? "default"], origins[row.key] ?? "default");
    await out.write(`${row.key}: ${JSON.stringify(value)}  # ${where}\n`);
  }
  return 0;
}

const zhOrigins: Readonly<Record<Origin, string>> = {
  "command line": "命令行",
  environment: "环境变量",
  config: "配置文件",
  profile: "检查项",
  default: "默认",
};

/** Never over a file that is there. */
function init(terminal: Terminal, file: string): ExitCode {
  const path = resolve(terminal.directory, file);
  try {
    writeFileSync(path, template(terminal), { flag: "wx", mode: 0o644 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "EIO";
    throw new UsageError(
      code === "EEXIST"
        ? say(terminal, `文件已存在：${file}`, `the file is there already: ${file}`)
        : say(terminal, `文件无法写入（${code}）：${file}`, `the file cannot be written (${code}): ${file}`),
    );
  }
  terminal.stderr.write(`${say(terminal, "已写出", "written")}  ${file}\n`);
  return 0;
}

/** Every option that a file may hold, commented out, with its help. */
function template(terminal: Terminal): string {
  const lines = [
    say(
      terminal,
      "# zicha 配置。命令行 > 环境变量 > 本文件 > 默认值。",
      "# zicha's configuration. Command line > environment > this file > defaults.",
    ),
    "",
  ];
  for (const row of optionTable) {
    if (row.onlyTyped === true) continue;
    const example = row.type === "list" ? "[]" : row.type === "flag" ? "true" : (row.choices?.[0] ?? row.value ?? "");
    lines.push(`# ${row[terminal.locale]}`, `# ${row.key}: ${example}`, "");
  }
  lines.push(
    say(terminal, "# 自定义检查项：zicha check 柜面机", "# Profiles of one's own: zicha check counter-pc"),
    "# profiles:",
    `#   ${say(terminal, "柜面机", "counter-pc")}:`,
    "#     extends: intranet-pc",
    "#     targets: [/home, /srv/share]",
    "#     exclude: ['*.iso']",
    "",
  );
  return lines.join("\n");
}
