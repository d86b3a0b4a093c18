import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { admissionOf, expressionsOf } from "../../../scan/rules/admission.ts";
import type { RuleBench } from "../../../scan/rules/bench.ts";
import { holdsCases, LABELS, runCases } from "../../../scan/rules/cases.ts";
import type { CaseCount, CaseRun } from "../../../scan/rules/cases.ts";
import { measureCosts } from "../../../scan/rules/cost.ts";
import { runExamples } from "../../../scan/rules/examples.ts";
import type { BrokenExample } from "../../../scan/rules/examples.ts";
import type { ExitCode } from "../../exitCode.ts";
import type { Values } from "../../options.ts";
import { standardOutput } from "../../output.ts";
import { say, UsageError } from "../../terminal.ts";
import type { Terminal } from "../../terminal.ts";
import { asUsage, benchOf, disabledOf, enabledOf, packAbove, packsOf } from "./shared.ts";
import { tableLines } from "./table.ts";

/** What was named: which rules' examples to run, and with which packs; or a directory of labelled cases. */
type Target =
  | {
      readonly kind: "examples";
      readonly packs: readonly string[];
      wanted(ruleId: string, file: string): boolean;
      readonly measured: boolean;
    }
  | { readonly kind: "cases"; readonly directory: string };

/**
 * `zicha rules test [PACK|FILE|DIR]`: runs the examples of all rules, of a pack or rule by its id, of a user's rule file or pack; for a
 * directory with a `labels.tsv` scans it and prints precision and recall. Exit code 1 where an example or a label does not hold.
 */
export async function rulesTest(terminal: Terminal, target: string | undefined, values: Values): Promise<ExitCode> {
  const chosen = await targetOf(terminal, target, values);
  return chosen.kind === "cases" ? testCases(terminal, chosen.directory, values) : testExamples(terminal, chosen, values);
}

async function targetOf(terminal: Terminal, target: string | undefined, values: Values): Promise<Target> {
  if (target === undefined) return { kind: "examples", packs: [], wanted: () => true, measured: false };
  const path = resolve(terminal.directory, target);
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) {
      if (holdsCases(path)) return { kind: "cases", directory: path };
      return { kind: "examples", packs: [path], wanted: (_id, file) => !relative(path, file).startsWith(".."), measured: true };
    }
    const pack = packAbove(path);
    if (pack === undefined) {
      throw new UsageError(
        say(terminal, `${target}：规则文件须放在有 pack.yaml 的目录中`, `${target}: a rule file lies in a directory with a pack.yaml`),
      );
    }
    return { kind: "examples", packs: [pack], wanted: (_id, file) => file === path, measured: true };
  }
  const bench = await benchOf(terminal, values);
  const wanted = (id: string): boolean => id === target || id.startsWith(`${target}/`);
  if (bench.rules.some(({ base }) => wanted(base.id))) return { kind: "examples", packs: [], wanted, measured: false };
  throw new UsageError(say(terminal, `${target}：不是规则包、规则、文件或目录`, `${target}: no pack, rule, file or directory`));
}

async function testExamples(terminal: Terminal, target: Extract<Target, { kind: "examples" }>, values: Values): Promise<ExitCode> {
  const shipped = new Set((await benchOf(terminal, values)).rules.map(({ file }) => file));
  const own = target.packs.filter((pack) => ![...shipped].some((file) => !relative(pack, file).startsWith("..")));
  const bench = await benchOf(terminal, values, own);
  const chosen = new Set(bench.rules.filter(({ base, file }) => target.wanted(base.id, file)).map(({ base }) => base.id));
  if (chosen.size === 0) throw new UsageError(say(terminal, "其中没有规则", "there is no rule in it"));
  const run = runExamples(bench, (id) => chosen.has(id));
  const out = standardOutput(terminal.stdout);
  const classes = target.measured ? classLines(terminal, bench, chosen) : [];
  if (values["json"] === true) await out.write(`${JSON.stringify(run, null, 2)}\n`);
  else {
    for (const one of run.broken) await out.write(`${brokenLine(terminal, one)}\n`);
    for (const line of classes) await out.write(`${line}\n`);
  }
  terminal.stderr.write(
    `${say(
      terminal,
      `${run.rules} 条规则，${run.examples} 个示例，${run.broken.length} 个不成立`,
      `${run.rules} rules, ${run.examples} examples, ${run.broken.length} do not hold`,
    )}\n`,
  );
  return run.broken.length > 0 ? 1 : 0;
}

function brokenLine(terminal: Terminal, { ruleId, file, expects, example, got, others }: BrokenExample): string {
  const shown = example.text.replaceAll("\n", "⏎").slice(0, 80);
  const asked =
    expects === "match"
      ? say(terminal, `应发现（${example.confidence ?? "medium"} 以上）`, `must be found (${example.confidence ?? "medium"} or above)`)
      : say(terminal, "不应发现", "must not be found");
  const was = got === undefined ? say(terminal, "未发现", "not found") : say(terminal, `可信度 ${got}`, `found at ${got}`);
  const instead = others.length === 0 ? "" : say(terminal, `；命中的是 ${others.join("、")}`, `; taken by ${others.join(", ")}`);
  return `${relative(terminal.directory, file)}: ${ruleId}: ${asked}, ${was}${instead}: ${shown}`;
}

/** What starts a user's rule, whether its expressions run in linear time, and what it was measured to cost. */
function classLines(terminal: Terminal, bench: RuleBench, chosen: ReadonlySet<string>): readonly string[] {
  const costs = new Map(measureCosts(bench, (id) => chosen.has(id)).map((cost) => [cost.ruleId, cost]));
  const rows = bench.rules
    .filter(({ base }) => chosen.has(base.id))
    .flatMap(({ base, fields }) => {
      const matcher = bench.matchers.find(({ rule }) => rule.id === base.id);
      if (matcher === undefined) return [];
      const { starts, expressions, linear } = admissionOf(matcher, expressionsOf(fields));
      const cost = costs.get(base.id);
      return [
        [
          base.id,
          starts.map((start) => say(terminal, ...startWords[start])).join(say(terminal, "、", ", ")),
          say(terminal, `表达式 ${expressions}，其中线性 ${linear}`, `${expressions} expressions, ${linear} linear`),
          `${(cost?.perMegabyte ?? 0).toFixed(1)} ms/MiB`,
          say(
            terminal,
            `普通文本命中 ${(cost?.firing ?? 0).toFixed(0)} %`,
            `fires on ${(cost?.firing ?? 0).toFixed(0)} % of ordinary lines`,
          ),
        ],
      ];
    });
  return tableLines(rows);
}

const startWords: Readonly<Record<ReturnType<typeof admissionOf>["starts"][number], readonly [zh: string, en: string]>> = {
  digits: ["由数字串触发", "started by digits"],
  literal: ["由固定文字触发", "started by literals"],
  column: ["由列名触发", "started by columns"],
  line: ["由首尾行触发", "started by first and last lines"],
  findings: ["由其他规则的发现触发", "started by other rules' findings"],
  none: ["没有触发条件", "started by nothing"],
};

async function testCases(terminal: Terminal, directory: string, values: Values): Promise<ExitCode> {
  const scratch = mkdtempSync(join(tmpdir(), "zicha-cases-"));
  try {
    const result = await runCases(directory, {
      packs: packsOf(terminal, values),
      disabled: disabledOf(values),
      enabled: enabledOf(values),
      keyFile: join(scratch, "key"),
    });
    if ("problems" in result) throw asUsage(result.problems);
    return await report(terminal, result.run, values["json"] === true);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function report(terminal: Terminal, run: CaseRun, json: boolean): Promise<ExitCode> {
  const out = standardOutput(terminal.stdout);
  if (json) {
    await out.write(
      `${JSON.stringify({ ...run, rules: Object.fromEntries(run.rules), labels: Object.fromEntries(run.labels) }, null, 2)}\n`,
    );
  } else {
    for (const { file, place, what, line } of run.missed) {
      await out.write(`${LABELS}:${line}: ${say(terminal, "未发现", "not found")}: ${file} ${place} ${what}\n`);
    }
    for (const { ruleId, confidence, path, location, masked } of run.false) {
      await out.write(
        `${path}: ${say(terminal, "未标注", "not labelled")}: ${ruleId} ${confidence} ${masked} ${JSON.stringify(location)}\n`,
      );
    }
    for (const failure of run.failures) await out.write(`${say(terminal, "未检全", "not wholly examined")}: ${failure}\n`);
    const head = (...cells: string[]): readonly string[] => cells;
    const labelled = [...run.labels]
      .toSorted(byKey)
      .map(([what, count]) => head(what, String(count.wanted), share(count.met, count.wanted)));
    const found = [...run.rules]
      .toSorted(byKey)
      .map(([id, count]) => head(id, String(count.right + count.wrong), share(count.right, count.right + count.wrong)));
    for (const line of tableLines([
      head(say(terminal, "标注", "label"), say(terminal, "个数", "count"), say(terminal, "召回率", "recall")),
      ...labelled,
    ]))
      await out.write(`${line}\n`);
    await out.write("\n");
    for (const line of tableLines([
      head(say(terminal, "规则", "rule"), say(terminal, "发现", "found"), say(terminal, "准确率", "precision")),
      ...found,
    ]))
      await out.write(`${line}\n`);
  }
  return run.missed.length + run.false.length + run.failures.length > 0 ? 1 : 0;
}

function byKey([one]: readonly [string, CaseCount], [other]: readonly [string, CaseCount]): number {
  return one < other ? -1 : 1;
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((part * 100) / whole).toFixed(1)} %`;
}
