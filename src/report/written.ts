import type { ScanEvent } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import { excludedWords } from "./shared/excludedWords.ts";
import { clock } from "./shared/clock.ts";
import { absencesInWords, comparisonInWords } from "./shared/comparison.ts";
import { conclusionInWords, failuresInWords, zonesInWords } from "./shared/conclusion.ts";
import { escapeMarkup } from "./shared/escape.ts";
import { Gather, type FileGroup } from "./shared/gather.ts";
import { measureFor } from "./shared/measure.ts";
import { Overview } from "./shared/overview.ts";
import { seenInWords } from "./shared/seen.ts";
import { answerWords, SelfCheck } from "./shared/selfCheck.ts";
import {
  adviceWords,
  count,
  dutyWords,
  failureWords,
  handlingWords,
  severityWords,
  sizeInWords,
  statementLongWords,
  verdictWords,
  zoneInWords,
  type Locale,
} from "./shared/words.ts";

/** Findings kept to describe files with; all of them are in the workbook. */
const maximumFindings = 5000;
/** Files a written report names; nobody reads a longer table in it. */
const maximumFiles = 100;

/** Plain enough for a word processor: tables and paragraphs, no script, no layout it would not know. */
const style =
  'body{font:12pt/1.7 FangSong,仿宋,SimSun,宋体,"Noto Serif CJK SC",serif;max-width:46em;margin:2em auto;color:#000}h1{text-align:center;font-size:18pt}h2{font-size:14pt;margin:14pt 0 4pt}p{margin:4pt 0;text-indent:2em}p.flat{text-indent:0}p.duty{border:1.5pt solid #b3261e;padding:6pt;text-indent:0}table{width:100%;border-collapse:collapse;font-size:10.5pt;line-height:1.4}th,td{border:.75pt solid #000;padding:3pt 5pt;vertical-align:top;text-align:left;word-break:break-all}thead{display:table-header-group}tr{page-break-inside:avoid}td.fill{height:5.5em}@page{size:A4;margin:25mm 22mm}';

type Say = (zh: string, en: string) => string;

/**
 * The written self-check report in its seven sections (组织领导, 自查范围与方法, 总体情况, 发现的问题, 原因分析, 整改措施与时限, 下一步打算), to be opened in a word
 * processor, completed and signed. What the scan knows is filled in; what only people know are blanks. It concludes nothing itself.
 */
export const written: Reporter = {
  id: "written",
  title: { zh: "书面自查报告（可用文字处理软件打开）", en: "written self-check report (opens in a word processor)" },
  extension: "html",
  open(out: Writer, options: ReportOptions): OpenReport {
    const overview = new Overview();
    const selfCheck = new SelfCheck();
    const gather = new Gather(maximumFindings, (finding) => finding.effect !== "recorded");
    const unread: Failure[] = [];
    return {
      on(event: ScanEvent): void {
        overview.on(event);
        selfCheck.on(event);
        gather.on(event);
        if (event.type === "failure" && unread.length < maximumFiles) unread.push(event.failure);
      },
      async close(): Promise<void> {
        await out.write(pageOf(overview, selfCheck, gather.files(), unread, options.locale));
      },
    };
  },
};

const blank = "________________";
const paragraph = (text: string): string => `<p>${escapeMarkup(text)}</p>\n`;
const fill = '<table><tbody><tr><td class="fill">&nbsp;</td></tr></tbody></table>\n';
const row = (...cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join("")}</tr>\n`;
const tableOf = (names: readonly string[], rows: readonly string[]): string =>
  `<table><thead><tr>${names.map((name) => `<th>${escapeMarkup(name)}</th>`).join("")}</tr></thead><tbody>\n${rows.join("")}</tbody></table>\n`;

function pageOf(overview: Overview, selfCheck: SelfCheck, files: readonly FileGroup[], unread: readonly Failure[], locale: Locale): string {
  const say: Say = (zh, en) => (locale === "zh" ? zh : en);
  const given = (name: string): string => overview.header?.fields?.[name] ?? "";
  const unit = [given("unit"), given("department")].filter((part) => part !== "").join(" ");
  const heading = say(`${unit === "" ? "" : `${unit} `}保密自查报告`, `Secrecy self-check report${unit === "" ? "" : `: ${unit}`}`);
  const sections: readonly (readonly [string, string])[] = [
    [say("一、组织领导", "1. Organisation"), organisation(given, say)],
    [say("二、自查范围与方法", "2. Scope and method"), scope(overview, given, locale, say)],
    [say("三、总体情况", "3. Overall"), overall(overview, selfCheck, locale, say)],
    [say("四、发现的问题", "4. Problems found"), problems(overview, files, unread, locale, say)],
    [say("五、原因分析", "5. Causes"), fill],
    [say("六、整改措施与时限", "6. Measures and time limits"), measures(overview, files, locale, say)],
    [say("七、下一步打算", "7. Next"), fill],
  ];
  const sign = (name: string, value: string): string =>
    `<td>${escapeMarkup(name)}<br><br>${value === "" ? blank : escapeMarkup(value)}<br>${say("日期", "Date")} ${blank}</td>`;
  return `<!doctype html>
<html lang="${locale === "zh" ? "zh-CN" : "en"}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escapeMarkup(heading)}</title><style>${style}</style></head><body>
<h1>${escapeMarkup(heading)}</h1>
<p class="flat">${escapeMarkup(handlingWords[locale])}</p>
${sections.map(([name, body]) => `<h2>${name}</h2>\n${body}`).join("")}<h2>${say("检查结论与签字", "Conclusion and signatures")}</h2>
${paragraph(say("检查结论（由检查人填写）：", "Conclusion (written by the inspector):"))}${fill}<table><tbody><tr>${sign(say("检查人", "Inspector"), given("inspector"))}${sign(say("被检查人（使用人）", "Person checked"), given("holder"))}${sign(say("负责人", "Head of the unit"), given("responsible"))}</tr></tbody></table>
<p class="flat">${escapeMarkup(statementLongWords[locale])}</p>
</body></html>
`;
}

function organisation(given: (name: string) => string, say: Say): string {
  const one = (name: string, key: string): string => `${name}${given(key) === "" ? blank : given(key)}`;
  return `${paragraph(
    [
      one(say("责任人：", "Responsible: "), "responsible"),
      one(say("检查人：", "Inspector: "), "inspector"),
      one(say("陪同人：", "Accompanied by: "), "accompanied"),
    ].join(say("；", "; ")),
  )}${fill}`;
}

function scope(overview: Overview, given: (name: string) => string, locale: Locale, say: Say): string {
  const { header, summary } = overview;
  if (header === undefined) return paragraph(say("检查没有开始。", "The check did not begin."));
  const ended = summary === undefined ? say("中断", "cut short") : clock(summary.ended, header.utcOffset);
  const roots = header.roots.map((root) => {
    const { volume } = root;
    const medium =
      volume?.removable === true
        ? [volume.label, volume.volumeId, volume.serial].filter((part) => part !== undefined && part !== "").join(" ")
        : "";
    return `${root.path}${medium === "" ? "" : say(`（介质 ${medium}）`, ` (medium ${medium})`)}`;
  });
  const kind = given("kind") === "" ? blank : given("kind");
  const basis = given("basis") === "" ? blank : given("basis");
  const packs = header.packs.map((pack) => `${pack.title[locale]} ${pack.version}`).join(say("、", ", "));
  const lines = [
    say(`检查方式：${kind}；检查依据：${basis}。`, `Kind of check: ${kind}; basis: ${basis}.`),
    say(
      `${clock(header.started, header.utcOffset)} 至 ${ended}，对计算机 ${header.host} 的 ${roots.join("、")} 进行检查，区域为 ${zonesInWords(overview, locale)}${header.zoneGiven ? "" : "（未指定，按文档库判定）"}。`,
      `From ${clock(header.started, header.utcOffset)} to ${ended}, ${roots.join(", ")} of the computer ${header.host} was examined; zone: ${zonesInWords(overview, locale)}${header.zoneGiven ? "" : " (not given, judged as a document repository)"}.`,
    ),
    say(
      `使用 zicha ${header.tool.version}，规则包：${packs}；判定策略 SHA-256 ${header.policyDigest.slice(0, 16)}…。工具逐个读取文件内容与文件名，按规则查找国家秘密标志、工作秘密与商业秘密标志、客户信息和凭据。`,
      `With zicha ${header.tool.version}, packs: ${packs}; policy SHA-256 ${header.policyDigest.slice(0, 16)}…. The tool reads each file and its name and looks for state-secret marks, marks of work and commercial secrets, customer data and credentials.`,
    ),
  ];
  if (overview.excludedBy.size > 0) {
    const patterns = [...overview.excludedBy]
      .map(([by, number]) => `${excludedWords(by, locale)} (${count(number)})`)
      .join(say("、", ", "));
    lines.push(say(`按规则排除：${patterns}。`, `Excluded: ${patterns}.`));
  } else if (overview.ledger.excluded > 0) {
    const number = count(overview.ledger.excluded);
    lines.push(say(`按规则排除 ${number} 处，个人设备不列出路径。`, `Excluded: ${number}; on a personal device they are not named.`));
  }
  if (header.disabledRules.length > 0) {
    lines.push(say(`停用的规则：${header.disabledRules.join("、")}。`, `Rules switched off: ${header.disabledRules.join(", ")}.`));
  }
  const parts = (summary?.parts ?? []).map((part, index) =>
    row(
      String(index + 1),
      part.host,
      [...new Set(part.roots.map((root) => zoneInWords(root.zone, locale)))].join(say("、", ", ")),
      part.roots.map((root) => root.path).join(say("、", ", ")),
      clock(part.started),
      `${count(part.ledger.full)} / ${count(part.ledger.none + part.ledger.partial + part.ledger.unwalked)}`,
    ),
  );
  const names = [
    say("序号", "No."),
    say("计算机", "Computer"),
    say("区域", "Zone"),
    say("范围", "Scope"),
    say("时间", "Time"),
    say("已检 / 未检", "Examined / not"),
  ];
  return lines.map(paragraph).join("") + (parts.length === 0 ? "" : tableOf(names, parts));
}

function overall(overview: Overview, selfCheck: SelfCheck, locale: Locale, say: Say): string {
  const { ledger } = overview;
  const duty = overview.stateSecret ? `<p class="duty">${escapeMarkup(dutyWords[locale])}</p>\n` : "";
  const answers = selfCheck
    .answers(overview, locale)
    .map((one) => row(one.question, answerWords[one.answer][locale], one.evidence.join(" "), one.limits));
  const names = [
    say("自查事项", "Question"),
    say("结果", "Answer"),
    say("依据", "Evidence"),
    say("不包括什么、还需什么", "What it does not cover"),
  ];
  return `${paragraph(`${conclusionInWords(overview, locale)}${say("。", ".")}`)}${duty}${paragraph(
    say(
      `共 ${count(ledger.entries)} 个文件（含压缩包内），全部读到 ${count(ledger.full)}，未检全 ${count(ledger.partial)}，未检 ${count(ledger.none)}，无文本可检 ${count(ledger.textless)}；未能进入的目录等 ${count(ledger.unwalked)}，按规则排除 ${count(ledger.excluded)}；读取 ${sizeInWords(ledger.bytes)}。`,
      `${count(ledger.entries)} files, those in archives included: ${count(ledger.full)} wholly examined, ${count(ledger.partial)} in part, ${count(ledger.none)} not, ${count(ledger.textless)} without text; ${count(ledger.unwalked)} places not entered, ${count(ledger.excluded)} excluded; ${sizeInWords(ledger.bytes)} read.`,
    ),
  )}${tableOf(names, answers)}`;
}

function problems(overview: Overview, files: readonly FileGroup[], failures: readonly Failure[], locale: Locale, say: Say): string {
  const shown = files.slice(0, maximumFiles).map((file, index) => {
    const titles = file.rules.map((group) => overview.rule(group.ruleId)?.title[locale] ?? group.ruleId);
    const worst = file.rules[0]?.findings[0];
    const people = file.subjects === 0 ? "" : say(`，${count(file.subjects)} 人`, `, ${count(file.subjects)} people`);
    return row(
      String(index + 1),
      verdictWords[file.verdict][locale],
      file.path,
      [...new Set(titles)].join(say("、", ", ")),
      `${count(file.total)}${people}`,
      worst === undefined ? "" : severityWords[worst.severity][locale],
      worst?.judgement.references.join(say("；", "; ")) ?? "",
    );
  });
  const names = [
    say("序号", "No."),
    say("判定", "Verdict"),
    say("文件", "File"),
    say("问题类型", "Problem"),
    say("数量", "Number"),
    say("风险", "Severity"),
    say("依据条款", "Basis"),
  ];
  const rest = files.length - shown.length;
  const body =
    shown.length === 0 ? paragraph(say("检查范围内未发现问题。", "No problem was found within what was examined.")) : tableOf(names, shown);
  const left =
    rest > 0 ? paragraph(say(`其余 ${count(rest)} 个文件见问题清单。`, `${count(rest)} more files are in the list of problems.`)) : "";
  if (failures.length === 0) return body + left;
  const unread = failures.map((failure, index) =>
    row(
      String(index + 1),
      failure.path,
      `${failureWords[failure.code][locale]}${seenInWords(failure, locale) === "" ? "" : `（${seenInWords(failure, locale)}）`}`,
      adviceWords[failure.code][locale],
    ),
  );
  const more = Object.values(overview.failures).reduce((sum, number) => sum + number, 0) - failures.length;
  return [
    body,
    left,
    paragraph(
      say(
        `以下未检，不能视为无问题（${failuresInWords(overview, locale)}）：`,
        `What follows was not examined and is not clean (${failuresInWords(overview, locale)}):`,
      ),
    ),
    tableOf([say("序号", "No."), say("文件", "File"), say("原因", "Reason"), say("处理", "What to do")], unread),
    more > 0 ? paragraph(say(`其余 ${count(more)} 项见未检清单。`, `${count(more)} more are in the list of what was not examined.`)) : "",
  ].join("");
}

function measures(overview: Overview, files: readonly FileGroup[], locale: Locale, say: Say): string {
  const { comparison } = overview;
  const why = comparison === undefined ? "" : absencesInWords(comparison, locale);
  const since =
    comparison === undefined
      ? ""
      : paragraph(
          say(
            `与上次（${clock(comparison.previous, overview.header?.utcOffset)}）相比：${comparisonInWords(comparison, locale)}。${why === "" ? "" : `本次未检的不算已整改：${why}。`}`,
            `Compared with last time (${clock(comparison.previous, overview.header?.utcOffset)}): ${comparisonInWords(comparison, locale)}. ${why === "" ? "" : `What was not examined this time does not count as put right: ${why}.`}`,
          ),
        );
  const rows = files.slice(0, maximumFiles).map((file, index) => {
    const worst = file.rules[0]?.findings[0];
    return row(String(index + 1), file.path, worst === undefined ? "" : measureFor(worst.dataClass)[locale], "", "", "");
  });
  const names = [
    say("序号", "No."),
    say("文件", "File"),
    say("整改措施（建议）", "Measure (proposed)"),
    say("责任人", "Responsible"),
    say("整改期限", "Due"),
    say("完成情况", "Done"),
  ];
  return since + (rows.length === 0 ? fill : tableOf(names, rows));
}
