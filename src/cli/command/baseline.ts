import { existsSync } from "node:fs";
import { resolve } from "node:path";

import type { Baseline } from "../../model/baseline.ts";
import { addTo, loadBaseline, prune, selectionOf, takeFrom, writeBaseline } from "../../scan/baseline.ts";
import type { Decision, Taken } from "../../scan/baseline.ts";
import type { Snapshot } from "../../scan/compare.ts";
import type { ExitCode } from "../exitCode.ts";
import type { Values } from "../options.ts";
import { openOutput, OutputError, standardOutput } from "../output.ts";
import { otherKey, readSnapshot } from "../results.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** Days a decision holds unless said. */
const holds = 180;
const dayMs = 86_400_000;

/** `zicha baseline create RESULT`: a new file of decisions on what a result holds. */
export async function baselineCreate(terminal: Terminal, result: string, values: Values): Promise<ExitCode> {
  const file = baselineFile(terminal, values);
  if (existsSync(file)) {
    throw new UsageError(say(terminal, `基线已存在，请用 update：${file}`, `there is a baseline already, use update: ${file}`));
  }
  const decision = decisionOf(terminal, values);
  if (decision === undefined) {
    throw new UsageError(say(terminal, "请用 --reason 说明理由", "say why with --reason"));
  }
  const snapshot = await readSnapshot(terminal, result);
  const taken = takeFrom(snapshot, selection(values));
  const { baseline, added } = addTo({ keyId: snapshot.header?.keyId ?? "", findings: [], notExamined: [] }, taken, decision);
  write(terminal, file, baseline);
  await tell(terminal, file, baseline, say(terminal, `新增 ${added}`, `${added} added`), taken);
  return 0;
}

/** `zicha baseline update RESULT`: adds what is new, with a reason; without one it adds nothing and says what it would. */
export async function baselineUpdate(terminal: Terminal, result: string, values: Values): Promise<ExitCode> {
  const { file, before, snapshot } = await opened(terminal, result, values);
  const taken = takeFrom(snapshot, selection(values));
  const decision = decisionOf(terminal, values);
  if (decision === undefined) {
    const { added } = addTo(before, taken, { reason: "", owner: "", until: "", on: today() });
    write(terminal, file, before);
    await tell(
      terminal,
      file,
      before,
      say(terminal, `未新增；有 ${added} 项可纳入，须用 --reason 说明理由`, `nothing added; ${added} could be, with --reason to say why`),
      taken,
    );
    return 0;
  }
  const { baseline, added } = addTo(before, taken, decision);
  write(terminal, file, baseline);
  await tell(terminal, file, baseline, say(terminal, `新增 ${added}`, `${added} added`), taken);
  return 0;
}

/** `zicha baseline prune RESULT`: leaves out what has expired and what the result shows to be gone. */
export async function baselinePrune(terminal: Terminal, result: string, values: Values): Promise<ExitCode> {
  const { file, before, snapshot } = await opened(terminal, result, values);
  const { baseline, removed } = prune(before, snapshot, today());
  write(terminal, file, baseline);
  await tell(terminal, file, baseline, say(terminal, `移除 ${removed}`, `${removed} removed`), undefined);
  return 0;
}

async function opened(
  terminal: Terminal,
  result: string,
  values: Values,
): Promise<{ readonly file: string; readonly before: Baseline; readonly snapshot: Snapshot }> {
  const file = baselineFile(terminal, values);
  const loaded = loadBaseline(file);
  if ("problems" in loaded) {
    throw new UsageError(
      loaded.problems
        .map(({ detail }) => say(terminal, `基线文件有误：${file}：应为 ${detail}`, `baseline ${file}: expected ${detail}`))
        .join("\n"),
    );
  }
  const snapshot = await readSnapshot(terminal, result);
  const { keyId } = loaded.baseline;
  if (snapshot.header?.keyId !== keyId) throw new UsageError(otherKey(terminal, file, [keyId, snapshot.header?.keyId ?? ""]));
  return { file, before: loaded.baseline, snapshot };
}

function baselineFile(terminal: Terminal, values: Values): string {
  return resolve(terminal.directory, (values["baseline"] as string | undefined) ?? "zicha-baseline.json");
}

function selection(values: Values): ReturnType<typeof selectionOf> {
  const list = (key: string): readonly string[] => (values[key] as readonly string[] | undefined) ?? [];
  return selectionOf(list("rule"), list("path"), values["notExamined"] === true);
}

/** Undefined where no reason was given. */
function decisionOf(terminal: Terminal, values: Values): Decision | undefined {
  const reason = (values["reason"] as string | undefined)?.trim() ?? "";
  if (reason === "") return undefined;
  const { environment } = terminal;
  const owner = ((values["owner"] as string | undefined) ?? environment["USER"] ?? environment["USERNAME"] ?? "").trim();
  if (owner === "") throw new UsageError(say(terminal, "请用 --owner 说明由谁决定", "say with --owner who decides"));
  const until = (values["until"] as string | undefined) ?? new Date(Date.now() + holds * dayMs).toISOString().slice(0, 10);
  if (!/^\d{4}-\d\d-\d\d$/.test(until) || Number.isNaN(Date.parse(until))) {
    throw new UsageError(say(terminal, "--until：应为日期，如 2027-05-25", "--until: expected a day such as 2027-05-25"));
  }
  if (until < today()) throw new UsageError(say(terminal, `--until：${until} 已过`, `--until: ${until} has passed`));
  return { reason, owner, until, on: today() };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function write(terminal: Terminal, file: string, baseline: Baseline): void {
  try {
    const output = openOutput(file);
    void output.writer.write(writeBaseline(baseline));
    output.commit();
  } catch (error) {
    const code = error instanceof OutputError ? error.message : ((error as NodeJS.ErrnoException).code ?? "EIO");
    throw new UsageError(say(terminal, `基线无法写入（${code}）：${file}`, `baseline cannot be written (${code}): ${file}`));
  }
}

async function tell(terminal: Terminal, file: string, baseline: Baseline, done: string, taken: Taken | undefined): Promise<void> {
  const out = standardOutput(terminal.stdout);
  const { findings, notExamined } = baseline;
  await out.write(
    `${say(terminal, `${done}；共 发现 ${findings.length}、未检 ${notExamined.length}`, `${done}; ${findings.length} on findings, ${notExamined.length} on unread files in all`)}  ${file}\n`,
  );
  const left: readonly (readonly [number, string, string])[] = [
    [taken?.marks ?? 0, "处国家秘密标志未纳入：须用 --rule 指明规则", "state-secret marks left out: name their rule with --rule"],
    [
      taken?.counted ?? 0,
      "处未纳入：所在文件同类过多，只计数（可调高 --max-findings-per-file 后重新检查）",
      "left out: their file holds more of the kind than is kept (scan again with a higher --max-findings-per-file)",
    ],
    [
      taken?.unknown ?? 0,
      "个未检文件未纳入：内容无法读取，改动无从得知",
      "unread files left out: their bytes cannot be read, so a change would not show",
    ],
  ];
  for (const [number, zh, en] of left) {
    if (number > 0) terminal.stderr.write(`${say(terminal, `${number} ${zh}`, `${number} ${en}`)}\n`);
  }
}
