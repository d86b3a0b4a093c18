import { readFileSync } from "node:fs";

import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Reads the file named by `--config`; only a named file is ever read. */
export async function readConfig(terminal: Terminal, file: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  if (file === undefined) return {};
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "EIO";
    throw new UsageError(say(terminal, `配置文件无法读取（${code}）：${file}`, `config file cannot be read (${code}): ${file}`));
  }
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line ?? 1;
    throw new UsageError(`${file}:${line}: ${problem.message.split("\n")[0] ?? ""}`);
  }
  const value: unknown = document.toJS();
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new UsageError(say(terminal, `${file}: 应为“键: 值”`, `${file}: expected keys and values`));
  }
  return value as Record<string, unknown>;
}
