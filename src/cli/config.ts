import { existsSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve, sep } from "node:path";

import { configProblems } from "./configSchema.ts";
import type { ConfigProblem } from "./configSchema.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** The name it has in a directory. */
export const configName = "zicha.config.yaml";

/** A configuration file as it was read; without a file it is empty. */
export interface Config {
  readonly file: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Reads the configuration: the file named by `--config` or ZICHA_CONFIG, else `zicha.config.yaml` of the current directory, the user's and
 * the system's. The current directory is passed over where it lies in what is examined, and that is said: whoever is checked could have
 * written it.
 */
export async function readConfig(terminal: Terminal, named: string | undefined, examined: readonly string[]): Promise<Config> {
  const file = named ?? findConfig(terminal, examined);
  if (file === undefined) return { file, values: {} };
  const { value, problems } = await parseConfig(terminal, file);
  if (problems.length > 0) throw new UsageError(problems.map((problem) => describeProblem(terminal, file, problem)).join("\n"));
  return { file: resolve(terminal.directory, file), values: value };
}

/** One line for a problem, with file and line. */
export function describeProblem(terminal: Terminal, file: string, { line, key, expected }: ConfigProblem): string {
  const what = key === "" ? "" : `${key}: `;
  return `${file}:${line}: ${what}${say(terminal, `应为 ${expected}`, `expected ${expected}`)}`;
}

/** Reads and checks a file. Throws a `UsageError` where it cannot be read; what is wrong in it are problems, all of them. */
export async function parseConfig(
  terminal: Terminal,
  file: string,
): Promise<{ readonly value: Readonly<Record<string, unknown>>; readonly problems: readonly ConfigProblem[] }> {
  let text: string;
  try {
    text = readFileSync(resolve(terminal.directory, file), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "EIO";
    throw new UsageError(say(terminal, `配置文件无法读取（${code}）：${file}`, `config file cannot be read (${code}): ${file}`));
  }
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors.map((error) => ({
    line: error.linePos?.[0].line ?? 1,
    key: "",
    expected: error.message.split("\n")[0] ?? "YAML",
  }));
  if (broken.length > 0) return { value: {}, problems: broken };
  const value: unknown = document.toJS() ?? {};
  const lineOf = (path: readonly (string | number)[]): number => {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      const range = (node as { range?: readonly number[] | null } | undefined)?.range;
      if (range !== undefined && range !== null) return lines.linePos(range[0] ?? 0).line;
    }
    return 1;
  };
  return { value: value as Readonly<Record<string, unknown>>, problems: configProblems(value, lineOf) };
}

/** Where a file would be taken from, first one first. */
export function configPlaces(terminal: Terminal): readonly { readonly origin: "directory" | "user" | "system"; readonly file: string }[] {
  const { environment } = terminal;
  const windows = process.platform === "win32";
  const user =
    environment["XDG_CONFIG_HOME"] ?? (windows ? environment["APPDATA"] : undefined) ?? join(environment["HOME"] ?? homedir(), ".config");
  const system = windows ? (environment["ProgramData"] ?? "C:\\ProgramData") : "/etc";
  return [
    { origin: "directory", file: join(terminal.directory, configName) },
    { origin: "user", file: join(user, "zicha", "config.yaml") },
    { origin: "system", file: join(system, "zicha", "config.yaml") },
  ];
}

function findConfig(terminal: Terminal, examined: readonly string[]): string | undefined {
  for (const { origin, file } of configPlaces(terminal)) {
    if (!existsSync(file)) continue;
    if (origin !== "directory" || !examined.some((path) => holds(resolve(terminal.directory, path), terminal.directory))) return file;
    terminal.stderr.write(
      `${say(
        terminal,
        `${configName} 位于被检目录内，未采用（要采用请以 --config 指定）`,
        `${configName} lies in what is examined and is not used (name it with --config to use it)`,
      )}\n`,
    );
  }
  return undefined;
}

/** True where `directory` is `root` or lies below it, links resolved. */
function holds(root: string, directory: string): boolean {
  const real = (path: string): string => {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  };
  const way = relative(real(root), real(directory));
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && resolve(way) !== way);
}
