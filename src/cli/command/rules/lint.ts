import { relative } from "node:path";
import { openBench } from "../../../scan/rules/bench.ts";
import { lintRules } from "../../../scan/rules/lint.ts";
import type { RuleFlaw } from "../../../scan/rules/lint.ts";
import type { ExitCode } from "../../exitCode.ts";
import type { Values } from "../../options.ts";
import { standardOutput } from "../../output.ts";
import { say } from "../../terminal.ts";
import type { Terminal } from "../../terminal.ts";
import { disabledOf, packsOf } from "./shared.ts";
import { tableLines } from "./table.ts";

/** Dearest rules that are told. */
const TOLD = 5;

/** `zicha rules lint`: what is wrong with the rules, and what they cost. Exit code 1 where anything is wrong. */
export async function rulesLint(terminal: Terminal, values: Values): Promise<ExitCode> {
  const out = standardOutput(terminal.stdout);
  const opened = await openBench(packsOf(terminal, values), disabledOf(values));
  if ("problems" in opened) {
    // Here a broken pack is what was looked for, not a wrong call.
    for (const { file, line, detail } of opened.problems) await out.write(`${file ?? ""}:${line ?? 1}: ${detail}\n`);
    terminal.stderr.write(`${say(terminal, `${opened.problems.length} 个问题`, `${opened.problems.length} problems`)}\n`);
    return 1;
  }
  const run = lintRules(opened.bench, () => true, true);
  if (values["json"] === true) await out.write(`${JSON.stringify(run, null, 2)}\n`);
  else {
    for (const { ruleId, file, code, piece } of run.flaws) {
      await out.write(`${relative(terminal.directory, file)}: ${ruleId}: ${say(terminal, ...words[code])}: ${piece}\n`);
    }
    const dearest = run.costs
      .slice(0, TOLD)
      .map(({ ruleId, perMegabyte, share, firing }) => [
        `  ${ruleId}`,
        `${perMegabyte.toFixed(1)} ms/MiB`,
        `${(share * 100).toFixed(0)} %`,
        say(terminal, `普通文本命中 ${firing.toFixed(0)} %`, `fires on ${firing.toFixed(0)} % of ordinary lines`),
      ]);
    await out.write(`${say(terminal, "用时最多的规则（单独运行）", "dearest rules, each run alone")}\n`);
    for (const line of tableLines(dearest)) await out.write(`${line}\n`);
  }
  terminal.stderr.write(
    `${say(terminal, `${run.rules} 条规则，${run.flaws.length} 个问题`, `${run.rules} rules, ${run.flaws.length} problems`)}\n`,
  );
  return run.flaws.length > 0 ? 1 : 0;
}

const words: Readonly<Record<RuleFlaw["code"], readonly [zh: string, en: string]>> = {
  "dead-quantifier": ["量词不起作用", "a quantifier that does nothing"],
  "unreachable-alternative": ["永远轮不到的分支", "an alternative that is never reached"],
  backtracking: ["可被拖慢的表达式", "an expression that some inputs slow down"],
  "no-trigger": ["没有触发条件，永不运行", "no trigger: it never runs"],
  "weak-trigger": ["触发条件过短，处处命中", "a trigger that stands everywhere"],
  "unproved-pattern": ["没有一个示例能证明的表达式", "a pattern that no example reaches"],
  "unstated-evidence": ["可信度要求了本规则不会给出的证据", "a tier asks for evidence that the rule never states"],
  "no-reference": ["没有依据", "no reference"],
  "claimed-example": ["示例被其他规则认走", "an example that another rule claims"],
  "broken-example": ["示例不成立", "an example that does not hold"],
  "always-fires": ["在普通文本上也命中", "it fires on ordinary text"],
  costly: ["用时超过应占份额", "it costs more than its share"],
};
