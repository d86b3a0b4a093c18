import { existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";

import type { Place, ScanEvent, ScanSummary } from "../model/event.ts";
import type { OpenReport, Reporter } from "../model/report.ts";
import type { Limits, ScanRequest } from "../model/request.ts";
import { reporters } from "../report/registry.ts";
import { defaultKeyFile } from "../scan/key.ts";
import { scan } from "../scan/main.ts";
import { resolveRequest, volumesOf } from "../scan/request.ts";
import type { RequestProblem } from "../scan/request.ts";
import { exitCode, explainExit, gates, isIncomplete, noteEvent, openGate } from "./exitCode.ts";
import type { ExitCode } from "./exitCode.ts";
import type { Values } from "./options.ts";
import { asideOf, openOutput, OutputError, standardOutput } from "./output.ts";
import type { Output } from "./output.ts";
import { createProgress } from "./progress.ts";
import { gatherTargets } from "./targets.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** A report that was asked for; `path` undefined means standard output. */
export interface WantedReport {
  readonly reporter: Reporter;
  readonly path: string | undefined;
}

/** A run, as `scan` and `check` ask for it. */
export interface Run {
  readonly targets: readonly string[];
  readonly values: Values;
  readonly zone: string | undefined;
  readonly profile?: string;
  /** Of a profile without paths: removable media below the targets are left out, and which places lie in the scope. */
  readonly withoutRemovable?: boolean;
  readonly places?: readonly Place[] | undefined;
  readonly reports: readonly WantedReport[];
  /** Directory made for the reports, mode 0700. */
  readonly directory?: string;
}

/** Reads `-f format[=file]`. */
export function wantedReport(terminal: Terminal, text: string): WantedReport {
  const equals = text.indexOf("=");
  const id = equals < 0 ? text : text.slice(0, equals);
  const reporter = reporters.find((one) => one.id === id);
  if (reporter === undefined) {
    const known = reporters.map((one) => one.id).join(", ");
    throw new UsageError(say(terminal, `没有报告格式“${id}”，可用：${known}`, `no report format "${id}"; there are ${known}`));
  }
  const path = equals < 0 ? undefined : text.slice(equals + 1);
  if (path === "") throw new UsageError(say(terminal, `“${text}”缺少文件名`, `"${text}" names no file`));
  return { reporter, path: path === undefined ? undefined : resolve(terminal.directory, path) };
}

/** Resolves, scans, reports; gives the exit code. */
export async function run(terminal: Terminal, wanted: Run): Promise<ExitCode> {
  const { values } = wanted;
  const { targets, sources, listed } = await gatherTargets(terminal, wanted);
  if (targets.length + sources.length === 0) {
    throw new UsageError(
      values["removable"] === true
        ? say(terminal, "没有已挂载的移动存储介质", "no removable medium is mounted")
        : say(terminal, "请给出要检查的路径", "name a path to examine"),
    );
  }
  checkShownValues(terminal, wanted);
  const files = wanted.reports.flatMap(({ path }) => (path === undefined ? [] : [path]));
  const resolved = await resolveRequest({
    targets,
    sources,
    ...optional("listed", listed),
    directory: terminal.directory,
    ...optional("zone", wanted.zone),
    ...optional("profile", wanted.profile),
    ...optional("include", values["include"] as readonly string[] | undefined),
    exclude: excludesOf(values, wanted.zone, sources),
    network: values["network"] === true,
    respectIgnoreFiles: values["respectIgnoreFiles"] === true,
    withoutRemovable: wanted.withoutRemovable === true,
    ...optional("places", wanted.places),
    follow: values["follow"] === true,
    oneFileSystem: values["oneFileSystem"] === true,
    own: [...files, ...files.map(asideOf), ...(wanted.directory === undefined ? [] : [wanted.directory])],
    ...optional("packs", values["rules"] as readonly string[] | undefined),
    ...optional("policyFile", values["policy"] as string | undefined),
    ...optional("disabledRules", values["disableRule"] as readonly string[] | undefined),
    ...optional("minConfidence", values["minConfidence"] as ScanRequest["minConfidence"] | undefined),
    limits: limitsOf(values),
    ...optional("jobs", values["jobs"] as number | undefined),
    ...optional("isolation", values["isolation"] as ScanRequest["isolation"] | undefined),
    passwords: readPasswords(terminal, values["passwordsFile"] as string | undefined),
    keyFile: (values["keyFile"] as string | undefined) ?? defaultKeyFile(terminal.environment),
    createKey: values["keyFile"] === undefined,
    showValues: values["showValues"] === true,
    ...optional("failOn", values["failOn"] as ScanRequest["failOn"] | undefined),
    allowIncomplete: values["allowIncomplete"] === true,
    options: saidOptions(values),
  });
  if ("problems" in resolved) throw new UsageError(resolved.problems.map((problem) => describe(terminal, problem)).join("\n"));
  const { request } = resolved;
  checkOutside(terminal, request, wanted);
  if (!resolved.keyStored) {
    terminal.stderr.write(
      `${say(terminal, "密钥无法保存，本次结果的指纹不能与其他次比较", "the key could not be stored: this run's fingerprints cannot be compared with others'")}\n`,
    );
  }
  return scanTo(terminal, request, wanted);
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}

/** What a document repository keeps that nobody wrote into it: copies of packages, and old content under the names of its hashes. */
const repositoryExcludes: readonly string[] = ["node_modules/", ".git/objects/", ".git/lfs/", ".hg/store/", ".svn/pristine/"];

/** Only where someone said that this is a repository: on a checked PC a folder's name must not hide files. */
function excludesOf(values: Values, zone: string | undefined, sources: readonly string[]): readonly string[] {
  const said = (values["exclude"] as readonly string[] | undefined) ?? [];
  const repository = zone === "repository" || sources.some((source) => source.startsWith("git-"));
  return repository && values["everyFile"] !== true ? [...said, ...repositoryExcludes] : said;
}

function limitsOf(values: Values): Partial<Limits> {
  const names: readonly [option: string, limit: keyof Limits][] = [
    ["maxFindings", "findingsPerEntry"],
    ["maxFileSize", "fileSize"],
    ["maxInflated", "inflatedBytes"],
    ["maxDepth", "depth"],
    ["timeout", "entryTime"],
    ["maxMemory", "processMemory"],
  ];
  const limits: Partial<Record<keyof Limits, number>> = {};
  for (const [option, limit] of names) {
    const value = values[option];
    if (typeof value === "number") limits[limit] = value;
  }
  return limits;
}

/** Passwords to try, one a line. They are never told to anyone. */
export function readPasswords(terminal: Terminal, file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  try {
    return readFileSync(resolve(terminal.directory, file), "utf8")
      .split(/\r?\n/)
      .filter((line) => line !== "");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "EIO";
    throw new UsageError(say(terminal, `口令文件无法读取（${code}）：${file}`, `passwords file cannot be read (${code}): ${file}`));
  }
}

/** Options for the report's header, without what would be sensitive or says nothing. */
function saidOptions(values: Values): ScanRequest["options"] {
  const said: Record<string, string | number | boolean | readonly string[]> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && key !== "passwordsFile" && key !== "keyFile") said[key] = value;
  }
  return said;
}

function checkShownValues(terminal: Terminal, wanted: Run): void {
  if (wanted.values["showValues"] !== true || wanted.values["valuesInFiles"] === true) return;
  if (wanted.reports.every(({ path }) => path === undefined) && terminal.stdout.isTTY) return;
  throw new UsageError(
    say(
      terminal,
      "--show-values 只用于终端；要写入文件或管道，须同时给出 --values-in-files",
      "--show-values is for a terminal; for a file or a pipe give --values-in-files as well",
    ),
  );
}

/** Reports lie outside what is examined: they are sensitive, and a checked medium is not written to. */
function checkOutside(terminal: Terminal, request: ScanRequest, wanted: Run): void {
  if (wanted.values["forceOut"] === true || wanted.directory === undefined) return;
  const directory = nearestReal(wanted.directory);
  const root = request.roots.find((one) => inside(directory, realOf(one)));
  if (root === undefined) return;
  throw new UsageError(
    say(
      terminal,
      `报告目录位于被检范围之内：${wanted.directory}（用 --out 另指，或加 --force-out）`,
      `the report directory lies inside an examined root: ${wanted.directory} (name another with --out, or give --force-out)`,
    ),
  );
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The real path of a directory that may not exist yet. */
function nearestReal(path: string): string {
  if (existsSync(path)) return realOf(path);
  const parent = dirname(path);
  return parent === path ? path : resolve(nearestReal(parent), path.slice(parent.length).replace(/^[/\\]+/, ""));
}

function inside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function describe(terminal: Terminal, problem: RequestProblem): string {
  const place = problem.file === undefined ? "" : `${problem.file}:${problem.line ?? 1}: `;
  switch (problem.code) {
    case "no-such-path":
      return say(terminal, `没有这个路径：${problem.detail}`, `no such path: ${problem.detail}`);
    case "git":
      return say(terminal, `git：${problem.detail}`, `git: ${problem.detail}`);
    case "pack":
      return place + say(terminal, `规则包有误，应为 ${problem.detail}`, `rule pack: expected ${problem.detail}`);
    case "policy":
      return place + say(terminal, `判定策略有误，应为 ${problem.detail}`, `policy: expected ${problem.detail}`);
    case "zone":
      return say(terminal, `区域有误：${problem.detail}`, `zone: ${problem.detail}`);
    case "key":
      return say(terminal, `密钥有误：${problem.detail}`, `key: ${problem.detail}`);
  }
}

interface OpenOutput {
  readonly report: OpenReport;
  readonly output: Output | undefined;
}

function openReports(terminal: Terminal, wanted: Run): OpenOutput[] {
  const opened: { reporter: Reporter; output: Output | undefined }[] = [];
  try {
    if (wanted.directory !== undefined) mkdirSync(wanted.directory, { recursive: true, mode: 0o700 });
    for (const { reporter, path } of wanted.reports) opened.push({ reporter, output: path === undefined ? undefined : openOutput(path) });
  } catch (error) {
    for (const { output } of opened) output?.abandon();
    const code = error instanceof OutputError ? error.message : ((error as NodeJS.ErrnoException).code ?? "EIO");
    const path = wanted.reports[opened.length]?.path ?? wanted.directory ?? "";
    throw new UsageError(say(terminal, `报告无法写入（${code}）：${path}`, `report cannot be written (${code}): ${path}`));
  }
  const others = wanted.reports.flatMap(({ reporter, path }) => (path === undefined ? [] : [{ format: reporter.id, path }]));
  const verbosity = wanted.values["quiet"] === true ? "quiet" : wanted.values["verbose"] === true ? "verbose" : "normal";
  return opened.map(({ reporter, output }) => ({
    output,
    report: reporter.open(output?.writer ?? standardOutput(terminal.stdout), {
      locale: terminal.locale,
      color: output === undefined && terminal.color,
      width: output === undefined && terminal.stdout.isTTY ? terminal.stdout.columns : undefined,
      verbosity,
      others,
    }),
  }));
}

async function scanTo(terminal: Terminal, request: ScanRequest, wanted: Run): Promise<ExitCode> {
  const reports = openReports(terminal, wanted);
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  const progress = createProgress(terminal, wanted.values["quiet"] === true);
  const gate = openGate();
  let summary: ScanSummary | undefined;
  try {
    for await (const event of scan(request, abort.signal, await volumesOf(request.roots))) {
      noteEvent(gate, event);
      progress.note(event);
      if (event.type === "scan-end") ({ summary } = event);
      await tell(reports, event, progress);
    }
    progress.clear();
    for (const { report } of reports) await report.close();
    for (const { output } of reports) output?.commit();
  } catch (error) {
    progress.clear();
    for (const { output } of reports) output?.abandon();
    throw error;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, stop);
  }
  const gated = gates(gate, request.failOn);
  const incomplete = isIncomplete(summary);
  const code = exitCode(gated, incomplete, request.allowIncomplete);
  if (wanted.values["quiet"] !== true) terminal.stderr.write(`${explainExit(code, gated, incomplete, terminal.locale === "zh")}\n`);
  return code;
}

async function tell(reports: readonly OpenOutput[], event: ScanEvent, progress: { clear(): void }): Promise<void> {
  for (const { report, output } of reports) {
    // What goes to the terminal would tear the progress line.
    if (output === undefined) progress.clear();
    await report.on(event);
  }
}
