import { resolve } from "node:path";

import { defaultKeyFile, makeKey, readKeyId } from "../../scan/key.ts";
import type { ExitCode } from "../exitCode.ts";
import type { Values } from "../options.ts";
import { standardOutput } from "../output.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

function keyFile(terminal: Terminal, values: Values): string {
  const said = values["keyFile"] as string | undefined;
  return said === undefined ? defaultKeyFile(terminal.environment) : resolve(terminal.directory, said);
}

/** `zicha key create`: makes the fingerprint key, mode 0600; one that is there is never replaced. Tells its id, never the key. */
export async function keyCreate(terminal: Terminal, values: Values): Promise<ExitCode> {
  const file = keyFile(terminal, values);
  const made = makeKey(file);
  if ("problem" in made) {
    throw new UsageError(
      made.problem === "EEXIST"
        ? say(terminal, `密钥已存在，不会替换：${file}`, `there is a key already, and it is not replaced: ${file}`)
        : say(terminal, `密钥无法写入（${made.problem}）：${file}`, `key cannot be written (${made.problem}): ${file}`),
    );
  }
  await standardOutput(terminal.stdout).write(`${say(terminal, "密钥标识", "key id")} ${made.id}  ${file}\n`);
  return 0;
}

/** `zicha key show`: the key's id and where it lies. */
export async function keyShow(terminal: Terminal, values: Values): Promise<ExitCode> {
  const file = keyFile(terminal, values);
  const read = readKeyId(file);
  if ("problem" in read) throw new UsageError(say(terminal, `密钥有误：${read.problem}`, `key: ${read.problem}`));
  await standardOutput(terminal.stdout).write(`${say(terminal, "密钥标识", "key id")} ${read.id}  ${file}\n`);
  return 0;
}
