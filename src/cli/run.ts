import { readFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { resolve } from "node:path";

import type { Place, ScanEvent, ScanSummary } from "../model/event.ts";
import type { ScanRequest } from "../model/request.ts";
import { defaultKeyFile } from "../scan/key.ts";
import { compared, keyIdOf } from "../scan/compare.ts";
import type { Snapshot } from "../scan/compare.ts";
import { scan, scanInBatches } from "../scan/main.ts";
import type { Ahead } from "../scan/main.ts";
import type { ScanState } from "../scan/state/state.ts";
import { resolveRequest } from "../scan/request.ts";
import { volumesOf } from "../scan/volumes.ts";
import type { RequestProblem } from "../scan/request.ts";
import { exitCode, explainExit, gates, isIncomplete, noteEvent, openGate } from "./exitCode.ts";
import type { ExitCode, Gate } from "./exitCode.ts";
import type { Values } from "./options.ts";
import { loadPrevious, otherKey } from "./results.ts";
import { readFields } from "./fields.ts";
import { asideOf } from "./output.ts";
import { checkOutside } from "./outside.ts";
import { createProgress } from "./progress.ts";
import { abandonReports, closeReports, openReports, tell } from "./reports.ts";
import type { WantedReport } from "./reports.ts";
import { gatherTargets } from "./targets.ts";
import { keepResult, openDelivery } from "./delivery.ts";
import type { DeliverySettings } from "./delivery.ts";
import { limitsOf } from "./limits.ts";
import { listFiles } from "./listFiles.ts";
import { startBudget } from "./timeBudget.ts";
import { describeTrouble, overdueBy, stateDirectoryOf, stateOf } from "./state.ts";
import { Places } from "../util/gating.ts";
import type { Gating } from "../util/gating.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** A run, as `scan` and `check` ask for it. */
export interface Run {
  readonly targets: readonly string[];
  readonly values: Values;
  readonly zone: string | undefined;
  readonly profile?: string;
  /** Of a profile without paths: removable media below the targets are left out, and which places lie in the scope. */
  readonly withoutRemovable?: boolean;
  readonly places?: readonly Place[] | undefined;
  /** Lines of text may allow their own findings, where the configuration says so: not in a check of a host or a medium. */
  readonly inlineAllow?: boolean;
  readonly delivery?: DeliverySettings;
  readonly reports: readonly WantedReport[];
  /** Directory made for the reports, mode 0700. */
  readonly directory?: string;
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
  const stateDirectory = stateDirectoryOf(terminal, values);
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
    verifyContent: values["verifyContent"] === true,
    ...optional("olderThan", values["olderThan"] as number | undefined),
    ...optional("readRate", values["maxReadRate"] as number | undefined),
    follow: values["follow"] === true,
    oneFileSystem: values["oneFileSystem"] === true,
    own: [
      ...files,
      ...files.map(asideOf),
      ...(wanted.directory === undefined ? [] : [wanted.directory]),
      ...(stateDirectory === undefined ? [] : [stateDirectory]),
    ],
    ...optional("packs", values["rules"] as readonly string[] | undefined),
    ...optional("policyFile", values["policy"] as string | undefined),
    ...optional("disabledRules", values["disableRule"] as readonly string[] | undefined),
    ...optional("enabledRules", values["enableRule"] as readonly string[] | undefined),
    ...optional("minConfidence", values["minConfidence"] as ScanRequest["minConfidence"] | undefined),
    limits: limitsOf(values),
    ...optional("jobs", values["jobs"] as number | undefined),
    ...optional("isolation", values["isolation"] as ScanRequest["isolation"] | undefined),
    passwords: readPasswords(terminal, values["passwordsFile"] as string | undefined),
    keyFile: (values["keyFile"] as string | undefined) ?? defaultKeyFile(terminal.environment),
    createKey: values["keyFile"] === undefined,
    showValues: values["showValues"] === true,
    inlineAllow: allowsInline(terminal, wanted),
    firstMatch: endsAtFirst(terminal, wanted),
    kernel: terminal.environment["ZICHA_KERNEL"] === "ts" ? "ts" : "wasm",
    ownProcess: true,
    ...optional("baselineFile", fileOf(terminal, values["baseline"] as string | undefined)),
    ...optional("fields", readFields(terminal, values["field"] as readonly string[] | undefined)),
    ...optional("failOn", values["failOn"] as ScanRequest["failOn"] | undefined),
    allowIncomplete: values["allowIncomplete"] === true,
    options: saidOptions(values),
  });
  if ("problems" in resolved) throw new UsageError(resolved.problems.map((problem) => describe(terminal, problem)).join("\n"));
  const { request } = resolved;
  if (values["nice"] === true) setPriority(constants.priority.PRIORITY_LOW);
  if (values["listFiles"] === true) return listFiles(terminal, request);
  if (values["failOnNew"] === true && stateDirectory === undefined) {
    throw new UsageError(say(terminal, "--fail-on-new 须有 --state 或 --incremental", "--fail-on-new needs --state or --incremental"));
  }
  if (values["forceOut"] !== true) checkOutside(terminal, { ...wanted, zone: request.zone, roots: request.roots });
  if (request.zone === "personal") tellPersonal(terminal, request);
  const previous = await loadPrevious(terminal, values["previous"] as string | undefined, keyIdOf(request));
  if (!resolved.keyStored) {
    terminal.stderr.write(
      `${say(terminal, "密钥无法保存，本次结果的指纹不能与其他次比较", "the key could not be stored: this run's fingerprints cannot be compared with others'")}\n`,
    );
  }
  const state = stateDirectory === undefined ? undefined : await stateOf(terminal, stateDirectory, request, wanted);
  const overdue = overdueBy(state?.lastComplete, values["every"] as string | undefined);
  return scanTo(terminal, overdue === undefined ? request : { ...request, overdue }, wanted, previous, state);
}

/** On a personal machine its owner is told what is read, and who agreed is recorded with `--field agreed=NAME`. */
function tellPersonal(terminal: Terminal, request: ScanRequest): void {
  const agreed = request.fields?.["agreed"];
  terminal.stderr.write(
    `${say(
      terminal,
      `个人设备检查：读取 ${request.roots.join("、")} 下文件的内容与名称，只报告标志、客户信息与凭据的脱敏线索和未能读取的文件，不列出其他文件；${agreed === undefined ? "未记录同意人（--field agreed=姓名）" : `同意人 ${agreed}`}`,
      `personal device: the content and names of files below ${request.roots.join(", ")} are read; only masked leads to marks, customer data and credentials and files that could not be read are reported, no other file is named; ${agreed === undefined ? "nobody is recorded as having agreed (--field agreed=NAME)" : `agreed by ${agreed}`}`,
    )}\n`,
  );
}

/** Whether a file ends at its first finding that gates. What a person decided on gates no more, and which that is comes after the reading. */
function endsAtFirst(terminal: Terminal, { values }: Run): boolean {
  if (values["firstMatch"] !== true) return false;
  for (const [key, option] of [
    ["baseline", "--baseline"],
    ["inlineAllow", "--inline-allow"],
    ["failOnNew", "--fail-on-new"],
    ["previous", "--previous"],
  ] as const) {
    if (values[key] === undefined || values[key] === false) continue;
    throw new UsageError(say(terminal, `--first-match 不能与 ${option} 同用`, `--first-match does not go with ${option}`));
  }
  if (values["failOn"] === "never")
    throw new UsageError(say(terminal, "--first-match 须有使退出码为 1 的条件", "--first-match needs something that --fail-on gates"));
  return true;
}

/** Whether lines may allow their own findings. Where the configuration says so and the kind of check does not let it, that is said. */
function allowsInline(terminal: Terminal, { values, zone, inlineAllow }: Run): boolean {
  if (values["inlineAllow"] !== true) return false;
  if (inlineAllow === true && values["removable"] !== true && (zone ?? "repository") === "repository") return true;
  terminal.stderr.write(
    `${say(terminal, "inlineAllow 只对文档库有效，本次检查不采用文件中的 zicha:allow", "inlineAllow holds in repositories only: zicha:allow in files counts for nothing in this check")}
`,
  );
  return false;
}

function fileOf(terminal: Terminal, file: string | undefined): string | undefined {
  return file === undefined ? undefined : resolve(terminal.directory, file);
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
    if (value !== undefined && key !== "passwordsFile" && key !== "keyFile" && key !== "field") said[key] = value;
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

function describe(terminal: Terminal, problem: RequestProblem): string {
  const place = problem.file === undefined ? "" : `${problem.file}:${problem.line ?? 1}: `;
  switch (problem.code) {
    case "no-such-path":
      return say(terminal, `没有这个路径：${problem.detail}`, `no such path: ${problem.detail}`);
    case "git":
      return say(
        terminal,
        `git：${problem.detail.replace(/^no commit /, "没有提交 ").replace(/^expected a range such as /, "应为提交范围，如 ")}`,
        `git: ${problem.detail}`,
      );
    case "pack":
      return place + say(terminal, `规则包有误，应为 ${problem.detail}`, `rule pack: expected ${problem.detail}`);
    case "policy":
      return place + say(terminal, `判定策略有误，应为 ${problem.detail}`, `policy: expected ${problem.detail}`);
    case "zone":
      return say(terminal, `区域有误：${problem.detail}`, `zone: ${problem.detail}`);
    case "key":
      return say(terminal, `密钥有误：${problem.detail}`, `key: ${problem.detail}`);
    case "baseline":
      return say(
        terminal,
        `基线文件有误：${problem.file ?? ""}：应为 ${problem.detail}`,
        `baseline ${problem.file ?? ""}: expected ${problem.detail}`,
      );
    case "other-key":
      return otherKey(terminal, problem.file ?? "", problem.detail.split(" "));
  }
}

async function scanTo(
  terminal: Terminal,
  request: ScanRequest,
  wanted: Run,
  previous: Snapshot | undefined,
  state: ScanState | undefined,
): Promise<ExitCode> {
  let reports: ReturnType<typeof openReports>;
  try {
    reports = openReports(terminal, wanted);
  } catch (error) {
    state?.end(undefined, new Map(), new Places([]));
    throw error;
  }
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  const ahead: Ahead = { met: 0, told: 0, whole: false };
  const progress = createProgress(terminal, wanted.values["quiet"] === true, ahead);
  const gate = openGate();
  const delivery = wanted.delivery === undefined ? undefined : await openDelivery(wanted.delivery);
  const known = wanted.values["failOnNew"] === true ? state?.lastGating : undefined;
  let findings = 0;
  const budget = startBudget(
    wanted.values["timeBudget"] as number | undefined,
    () => findings * reports.length,
    (grace) => abort.abort(grace),
  );
  let summary: ScanSummary | undefined;
  let send: Awaited<ReturnType<typeof keepResult>> | undefined;
  try {
    const volumes = await volumesOf(request.roots);
    const batches =
      previous === undefined
        ? scanInBatches(request, abort.signal, volumes, state, ahead)
        : singly(compared(scan(request, abort.signal, volumes, state, ahead), previous));
    for await (const events of batches) {
      findings += noteEvents(events, gate, known, progress, delivery);
      await tell(terminal, reports, events, progress);
      const last = events.at(-1);
      if (last?.type === "scan-end") ({ summary } = last);
      if (last?.type === "scan-end" && wanted.delivery !== undefined && delivery !== undefined) {
        const { code } = decided(request, gate, summary);
        send = await keepResult(terminal, wanted.delivery, delivery.report(code, state?.lastGating));
      }
    }
    progress.clear();
    await closeReports(terminal, reports);
  } catch (error) {
    progress.clear();
    abandonReports(reports);
    throw error;
  } finally {
    budget.clear();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, stop);
  }
  if (state?.trouble !== undefined) terminal.stderr.write(`${describeTrouble(terminal, state.trouble)}\n`);
  await send?.(budget.until);
  // A report that was asked for is not there.
  if (reports.length < wanted.reports.length) return 2;
  const { code, gated, incomplete } = decided(request, gate, summary);
  if (wanted.values["quiet"] !== true) terminal.stderr.write(`${explainExit(code, gated, incomplete, terminal.locale === "zh")}\n`);
  return code;
}

/** Gives how many findings there were. A loop of its own: in the function that waits between batches it would take twice as long. */
function noteEvents(
  events: readonly ScanEvent[],
  gate: Gate,
  known: Gating | undefined,
  progress: { note(event: ScanEvent): void },
  delivery: { on(event: ScanEvent): void } | undefined,
): number {
  let findings = 0;
  for (const event of events) {
    if (event.type === "finding") findings++;
    noteEvent(gate, event, known);
    progress.note(event);
    delivery?.on(event);
  }
  return findings;
}

function decided(
  request: ScanRequest,
  gate: Gate,
  summary: ScanSummary | undefined,
): { readonly code: ExitCode; readonly gated: boolean; readonly incomplete: boolean } {
  const gated = gates(gate, request.failOn);
  const incomplete = isIncomplete(summary);
  return { code: exitCode(gated, incomplete, request.allowIncomplete), gated, incomplete };
}

async function* singly(events: AsyncIterable<ScanEvent>): AsyncGenerator<readonly ScanEvent[]> {
  for await (const event of events) yield [event];
}
