import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { removableRoots } from "../scan/volumes.ts";
import type { Values } from "./options.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** What a command line asks to be examined. */
export interface Gathered {
  /** Paths and patterns. */
  readonly targets: readonly string[];
  /** Roots of other sources than the file system. */
  readonly sources: readonly string[];
  /** Names below the only target. */
  readonly listed: readonly string[] | undefined;
}

/** Puts together paths, `--removable`, `-`, `--git-staged`, `--git-diff` and `--files-from`. */
export async function gatherTargets(
  terminal: Terminal,
  { targets, values }: { readonly targets: readonly string[]; readonly values: Values },
): Promise<Gathered> {
  const staged = values["gitStaged"] === true;
  const range = values["gitDiff"] as string | undefined;
  const filesFrom = values["filesFrom"] as string | undefined;
  if (staged || range !== undefined) {
    if (filesFrom !== undefined || (staged && range !== undefined) || targets.length > 1 || values["removable"] === true) {
      throw new UsageError(
        say(
          terminal,
          "--git-staged、--git-diff 只能单独使用，并至多给出仓库内的一个目录",
          "--git-staged and --git-diff stand alone, with at most one directory of the repository",
        ),
      );
    }
    const directory = resolve(terminal.directory, targets[0] ?? ".");
    const shown = directory === terminal.directory ? "." : directory;
    return { targets: [], sources: [staged ? `git-staged:${shown}` : `git-diff:${range ?? ""}:${shown}`], listed: undefined };
  }
  if (filesFrom !== undefined) {
    if (targets.length > 0 || values["removable"] === true) {
      throw new UsageError(say(terminal, "--files-from 不与路径同用", "--files-from takes the place of paths"));
    }
    return { targets: ["."], sources: [], listed: readNames(terminal, filesFrom) };
  }
  const input = targets.includes("-");
  return {
    targets: [...targets.filter((target) => target !== "-"), ...(values["removable"] === true ? await removableRoots() : [])],
    sources: input ? [`stdin:${(values["stdinFilename"] as string | undefined) ?? ""}`] : [],
    listed: undefined,
  };
}

/** Names by NUL where there is one, else by line. */
function readNames(terminal: Terminal, file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : resolve(terminal.directory, file), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "EIO";
    throw new UsageError(say(terminal, `文件列表无法读取（${code}）：${file}`, `list of files cannot be read (${code}): ${file}`));
  }
  return [...new Set(text.split(text.includes("\0") ? "\0" : /\r?\n/).filter((name) => name !== ""))];
}
