import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { RuleBench } from "../../../scan/rules/bench.ts";
import { openBench } from "../../../scan/rules/bench.ts";
import type { RequestProblem } from "../../../scan/request.ts";
import type { Values } from "../../options.ts";
import { UsageError } from "../../terminal.ts";
import type { Terminal } from "../../terminal.ts";

/** Directories of the user's packs, absolute. */
export function packsOf(terminal: Terminal, values: Values): readonly string[] {
  return ((values["rules"] as readonly string[] | undefined) ?? []).map((one) => resolve(terminal.directory, one));
}

/** Rules and packs that are switched off. */
export function disabledOf(values: Values): readonly string[] {
  return (values["disableRule"] as readonly string[] | undefined) ?? [];
}

/** Optional rules that are switched on. */
export function enabledOf(values: Values): readonly string[] {
  return (values["enableRule"] as readonly string[] | undefined) ?? [];
}

/** Problems of packs as what the user can mend, all at once. */
export function asUsage(problems: readonly RequestProblem[]): UsageError {
  return new UsageError(problems.map(({ file, line, detail }) => `${file ?? ""}:${line ?? 1}: ${detail}`).join("\n"));
}

/** The rules that were asked for, compiled, with the packs of `--rules` and one more. */
export async function benchOf(terminal: Terminal, values: Values, more: readonly string[] = []): Promise<RuleBench> {
  const packs = [...new Set([...packsOf(terminal, values), ...more])];
  const opened = await openBench(packs, disabledOf(values));
  if ("problems" in opened) throw asUsage(opened.problems);
  return opened.bench;
}

/** The pack a rule file belongs to: the nearest directory above it with a `pack.yaml`. */
export function packAbove(file: string): string | undefined {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    if (existsSync(join(directory, "pack.yaml"))) return directory;
    if (dirname(directory) === directory) return undefined;
  }
}
