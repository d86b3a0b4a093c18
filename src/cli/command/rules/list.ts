import { dataClassInWords, severityWords } from "../../../report/shared/words.ts";
import { loadedRules } from "../../../scan/request.ts";
import type { ExitCode } from "../../exitCode.ts";
import type { Values } from "../../options.ts";
import { standardOutput } from "../../output.ts";
import { say } from "../../terminal.ts";
import type { Terminal } from "../../terminal.ts";
import { asUsage, disabledOf, packsOf } from "./shared.ts";
import { tableLines } from "./table.ts";

/** `zicha rules list`: every rule with its title, infoType, severity, class and pack. */
export async function rulesList(terminal: Terminal, values: Values): Promise<ExitCode> {
  const { rules, problems } = await loadedRules(packsOf(terminal, values), disabledOf(values));
  if (problems.length > 0) throw asUsage(problems);
  const out = standardOutput(terminal.stdout);
  if (values["json"] === true) {
    await out.write(`${JSON.stringify(rules, null, 2)}\n`);
    return 0;
  }
  const head =
    terminal.locale === "zh"
      ? ["规则", "名称", "信息类型", "严重程度", "类别", "规则包"]
      : ["rule", "title", "infoType", "severity", "class", "pack"];
  const rows = rules.map((rule) => [
    rule.id,
    rule.title[terminal.locale],
    rule.infoType,
    severityWords[rule.severity][terminal.locale] + (rule.optional === true ? say(terminal, "（默认关闭）", " (off by default)") : ""),
    terminal.locale === "zh" ? dataClassInWords(rule.dataClass, "zh") : rule.dataClass,
    rule.id.slice(0, rule.id.indexOf("/")),
  ]);
  for (const line of tableLines([head, ...rows])) await out.write(`${line}\n`);
  const packs = new Set(rows.map((row) => row[5])).size;
  terminal.stderr.write(`${say(terminal, `${rules.length} 条规则，${packs} 个规则包`, `${rules.length} rules in ${packs} packs`)}\n`);
  return 0;
}
