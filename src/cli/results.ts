import { resolve } from "node:path";

import { ResultError, snapshotOf } from "../scan/result.ts";
import type { Snapshot } from "../scan/compare.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Says which key is wanted: a fresh CI runner, which made itself a new one, fails clearly instead of passing or flooding. */
export function otherKey(terminal: Terminal, file: string, [wanted = "", present = ""]: readonly string[]): string {
  return say(
    terminal,
    `${file} 是用密钥 ${wanted} 生成的，当前密钥为 ${present}；请用 --key-file 或 ZICHA_KEY_FILE 给出密钥 ${wanted}`,
    `${file} was made under the key ${wanted}, this run has the key ${present}: give the key ${wanted} with --key-file or ZICHA_KEY_FILE`,
  );
}

/** Why a result cannot be read, as a sentence. */
export function resultProblem(terminal: Terminal, file: string, error: ResultError): UsageError {
  switch (error.code) {
    case "io":
      return new UsageError(
        say(terminal, `结果文件无法读取（${error.detail}）：${file}`, `result cannot be read (${error.detail}): ${file}`),
      );
    case "not-a-result":
      return new UsageError(say(terminal, `不是 zicha 的 json 或 ndjson 结果：${file}`, `not a json or ndjson result of zicha: ${file}`));
    case "version":
      return new UsageError(
        say(
          terminal,
          `结果文件的版本为 ${error.detail}，本版本读取 1：${file}`,
          `result of version ${error.detail}, this version reads 1: ${file}`,
        ),
      );
    case "damaged":
      return new UsageError(
        say(
          terminal,
          `结果文件第 ${error.detail} 行损坏或不完整：${file}`,
          `result is damaged or incomplete at line ${error.detail}: ${file}`,
        ),
      );
  }
}

/** Reads a result for comparison or for a baseline. */
export async function readSnapshot(terminal: Terminal, file: string): Promise<Snapshot> {
  try {
    return await snapshotOf(resolve(terminal.directory, file));
  } catch (error) {
    if (error instanceof ResultError) throw resultProblem(terminal, file, error);
    throw error;
  }
}

/** Reads the result given with `--previous`; one made under another key is refused, since none of its fingerprints could be met again. */
export async function loadPrevious(terminal: Terminal, file: string | undefined, keyId: string): Promise<Snapshot | undefined> {
  if (file === undefined) return undefined;
  const snapshot = await readSnapshot(terminal, file);
  if (snapshot.header?.keyId !== keyId) throw new UsageError(otherKey(terminal, file, [snapshot.header?.keyId ?? "", keyId]));
  return snapshot;
}
