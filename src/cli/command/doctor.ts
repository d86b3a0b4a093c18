import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";

import { defaultKeyFile, defaultStateDirectory } from "../../scan/key.ts";
import { examineHost } from "../../scan/doctor.ts";
import { configPlaces } from "../config.ts";
import type { Config } from "../config.ts";
import type { ExitCode } from "../exitCode.ts";
import { standardOutput } from "../output.ts";
import { say } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** `zicha doctor`: what this host has, and what will not be examined here and why. Exit 1 where something keeps a check from being whole. */
export async function doctorCommand(terminal: Terminal, config: Config): Promise<ExitCode> {
  const out = standardOutput(terminal.stdout);
  let wanting = 0;
  const tell = async (fine: boolean, zh: string, en: string): Promise<void> => {
    if (!fine) wanting++;
    await out.write(`${fine ? say(terminal, "正常", "ok  ") : say(terminal, "注意", "LOOK")}  ${say(terminal, zh, en)}\n`);
  };
  const host = await examineHost();
  await tell(
    host.node.supported,
    `Node ${host.node.version}`,
    `Node ${host.node.version}${host.node.supported ? "" : ": 20.19 or later is needed"}`,
  );
  await tell(
    host.kernel === "wasm",
    `检测内核 ${host.kernel}`,
    `kernel ${host.kernel}${host.kernel === "wasm" ? "" : ": no WebAssembly SIMD, the scan is slower and finds the same"}`,
  );
  for (const { name, reads, found } of host.packages) {
    await tell(
      found,
      `${name}${found ? "" : `：未安装，${reads} 将列为未检`}`,
      `${name}${found ? "" : `: not installed, ${reads} will be told as not examined`}`,
    );
  }
  await tell(
    host.database,
    host.database ? "状态数据库可用" : "没有状态数据库：--incremental 不可用",
    host.database ? "a database for the state" : "no database for the state: --incremental cannot be used",
  );
  await tell(
    host.privileged,
    host.privileged ? "以管理员身份运行" : "非管理员：其他用户的文件可能无权读取，将列为未检",
    host.privileged
      ? "runs as administrator"
      : "not administrator: files of other users may not be readable and will be told as not examined",
  );
  await tell(
    host.rules.problems === 0,
    `规则 ${host.rules.count} 条`,
    `${host.rules.count} rules${host.rules.problems === 0 ? "" : `, ${host.rules.problems} problems`}`,
  );
  const key = defaultKeyFile(terminal.environment);
  const keyMode = existsSync(key) ? statSync(key).mode & 0o077 : 0;
  await tell(
    keyMode === 0,
    `指纹密钥 ${existsSync(key) ? key : "尚未生成，首次检查时生成"}${keyMode === 0 ? "" : "（他人可读）"}`,
    `key ${existsSync(key) ? key : "not made yet, the first run makes it"}${keyMode === 0 ? "" : " (readable by others)"}`,
  );
  const state = defaultStateDirectory(terminal.environment);
  const nearest = nearestExisting(state);
  await tell(
    canWrite(nearest),
    `状态目录 ${state}${canWrite(nearest) ? "" : "（不可写）"}`,
    `state ${state}${canWrite(nearest) ? "" : ": cannot be written"}`,
  );
  const used = config.file ?? configPlaces(terminal).find(({ file }) => existsSync(file))?.file;
  await tell(true, `配置文件 ${used ?? "无"}`, `configuration ${used ?? "none"}`);
  for (const { path, type, why } of host.leftOut) {
    await tell(
      true,
      `不进入 ${path}（${type}，${why === "network" ? "网络文件系统，--network 可进入" : why}）`,
      `not entered ${path} (${type}, ${why === "network" ? "network file system, --network enters it" : why})`,
    );
  }
  return wanting === 0 ? 0 : 1;
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}

/** Asks the system, which knows of file systems mounted read-only too. */
function canWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
