import type { Compared } from "../model/comparison.ts";
import type { ScanEvent } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { Finding } from "../model/finding.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import { excludedWords } from "./shared/excludedWords.ts";
import { absencesInWords, changeWords, comparedEvidence, comparedInWords, comparisonInWords } from "./shared/comparison.ts";
import { clock } from "./shared/clock.ts";
import { conclusionInWords, zonesInWords } from "./shared/conclusion.ts";
import { findingInWords } from "./shared/group.ts";
import { measureFor } from "./shared/measure.ts";
import { EXACT } from "../util/distinct.ts";
import { Overview } from "./shared/overview.ts";
import { detailInWords } from "./shared/seen.ts";
import { answerWords, SelfCheck } from "./shared/selfCheck.ts";
import { Spool } from "./shared/spool.ts";
import { cellOf, rowOf, sheetRows, writeWorkbook, type Sheet } from "./shared/workbook.ts";
import {
  adviceWords,
  confidenceWords,
  count,
  dataClassInWords,
  durationInWords,
  dutyWords,
  failureWords,
  handlingWords,
  reasonInWords,
  severityWords,
  sizeInWords,
  statementLongWords,
  verdictWords,
  type Locale,
} from "./shared/words.ts";
import { classes, classOf } from "./shared/worst.ts";

/** Title, handling line and head of each list. */
const headRows = 3;

/** Rows held back by class, so that they come out worst first though they come in walk order. Compressed; made for one class only when it is met. */
class ByClass {
  readonly #spools: (Spool | undefined)[] = Array.from({ length: classes });
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(at: number, cells: string): void {
    const spool = this.#spools[at] ?? new Spool();
    this.#spools[at] = spool;
    spool.add(`${cells}\n`);
    this.#count += 1;
  }

  /** Rows with their number before them, worst first, at most `ceiling`. */
  *rows(ceiling: number): Generator<string> {
    let number = 0;
    for (const spool of this.#spools) {
      for (const block of spool?.blocks() ?? []) {
        const rows: string[] = [];
        for (const cells of block.split("\n")) {
          if (cells === "") continue;
          if (number >= ceiling) break;
          number += 1;
          rows.push(`<row>${cellOf(number)}${cells}</row>\n`);
        }
        yield rows.join("");
        if (number >= ceiling) return;
      }
    }
  }
}

interface WorstOfFile {
  finding: Finding;
  at: number;
  total: number;
}

/**
 * The tables of a secrecy check as an office files them: 保密检查登记表, 移动存储介质检查表 (where media were checked), 问题清单, 整改清单, 未检清单.
 * Lists are worst first; over a sheet's rows the mildest are left out and the head of the list says how many. `maximumRows` is for tests.
 */
export function xlsxReporter(maximumRows: number): Reporter {
  return {
    id: "xlsx",
    title: { zh: "登记表与清单（Excel）", en: "registration form and lists (Excel)" },
    extension: "xlsx",
    open(out: Writer, options: ReportOptions): OpenReport {
      const { locale } = options;
      const overview = new Overview();
      const selfCheck = new SelfCheck();
      const problems = new ByClass();
      const measures = new ByClass();
      const unread = new ByClass();
      const compared = new ByClass();
      const open = new Map<string, WorstOfFile>();
      const groups = new Map<string, number>();
      const end = (path: string, file: WorstOfFile): void => measures.add(file.at, measureCells(path, file, overview, locale));
      return {
        on(event: ScanEvent): void {
          overview.on(event);
          selfCheck.on(event);
          if (event.type === "finding") {
            const { finding } = event;
            if (finding.confidence === "low") return;
            const at = classOf(finding);
            if (finding.group !== undefined) groups.set(finding.group.id, at);
            // A member that is no worse than its group is told with it.
            if (at < (groups.get(finding.within ?? "") ?? Number.POSITIVE_INFINITY))
              problems.add(at, problemCells(finding, overview, locale));
            if (finding.effect === "recorded") return;
            const file = open.get(finding.path);
            if (file === undefined) open.set(finding.path, { finding, at, total: 1 });
            else {
              file.total += 1;
              if (at < file.at) {
                file.at = at;
                file.finding = finding;
              }
            }
          } else if (event.type === "failure") {
            unread.add(0, unreadCells(event.failure, locale));
          } else if (event.type === "comparison") {
            for (const item of event.comparison.items) compared.add(0, comparedCells(item, overview, locale));
          } else if (event.type === "entry-end") {
            groups.clear();
            const file = open.get(event.path);
            if (file === undefined) return;
            open.delete(event.path);
            for (const one of event.counts) if (one.confidence !== "low") file.total += Math.max(0, one.total - one.stored);
            end(event.path, file);
          }
        },
        async close(): Promise<void> {
          for (const [path, file] of open) end(path, file);
          await writeWorkbook(out, sheetsOf(overview, selfCheck, { problems, measures, unread, compared }, maximumRows, locale));
        },
      };
    },
  };
}

/** The reporter with Excel's own ceiling. */
export const xlsx: Reporter = xlsxReporter(sheetRows - headRows);

function problemCells(finding: Finding, overview: Overview, locale: Locale): string {
  const flags: string[] = [];
  if (finding.sample) flags.push(locale === "zh" ? "样例" : "sample");
  if (finding.suppression !== undefined)
    flags.push(`${locale === "zh" ? "已豁免" : "suppressed"}: ${finding.suppression.reason} (${finding.suppression.by})`);
  const words = findingInWords(finding, locale);
  return [
    verdictWords[finding.effect][locale],
    finding.path,
    words.place,
    overview.rule(finding.ruleId)?.title[locale] ?? finding.ruleId,
    dataClassInWords(finding.dataClass, locale),
    finding.ruleId,
    words.evidence,
    [reasonInWords(finding.evidence, locale), ...flags].filter((part) => part !== "").join("; "),
    severityWords[finding.severity][locale],
    confidenceWords[finding.confidence][locale],
    finding.judgement.references.join(locale === "zh" ? "、" : "; "),
    "",
    finding.fingerprint.slice(0, 16),
  ]
    .map((text) => cellOf(text))
    .join("");
}

function measureCells(path: string, file: WorstOfFile, overview: Overview, locale: Locale): string {
  const { finding } = file;
  const cells = [
    verdictWords[finding.effect][locale],
    path,
    `${overview.rule(finding.ruleId)?.title[locale] ?? finding.ruleId}${file.total > 1 ? (locale === "zh" ? ` 等 ${count(file.total)} 处` : ` and others, ${count(file.total)} in all`) : ""}`,
    measureFor(finding.dataClass)[locale],
    "",
    "",
    "",
    "",
    "",
  ];
  return cells.map((text) => cellOf(text)).join("");
}

function unreadCells(failure: Failure, locale: Locale): string {
  const { seen } = failure;
  const detail = detailInWords(failure, locale);
  return [
    failure.path,
    failureWords[failure.code][locale],
    detail,
    adviceWords[failure.code][locale],
    seen === undefined ? "☐" : "☑",
    seen?.by ?? "",
    seen?.on ?? "",
  ]
    .map((text) => cellOf(text))
    .join("");
}

function comparedCells(item: Compared, overview: Overview, locale: Locale): string {
  return [
    changeWords[item.change][locale],
    item.path,
    overview.rule(item.ruleId)?.title[locale] ?? item.ruleId,
    count(item.number),
    comparedEvidence(item),
    severityWords[item.severity][locale],
    comparedInWords(item, locale),
    "",
    "",
  ]
    .map((text) => cellOf(text))
    .join("");
}

interface Lists {
  readonly problems: ByClass;
  readonly measures: ByClass;
  readonly unread: ByClass;
  readonly compared: ByClass;
}

function sheetsOf(overview: Overview, selfCheck: SelfCheck, lists: Lists, ceiling: number, locale: Locale): readonly Sheet[] {
  const say = (zh: string, en: string): string => (locale === "zh" ? zh : en);
  const list = (name: string, columns: readonly (readonly [string, number])[], rows: ByClass, total: number): Sheet => {
    const left = total - Math.min(rows.count, ceiling);
    const note =
      left > 0
        ? say(
            `共 ${count(total)} 条，列出最严重的 ${count(total - left)} 条，未列 ${count(left)} 条见 -f json 或 -f csv 报告。`,
            `${count(total - left)} of ${count(total)} are listed, the worst first; the other ${count(left)} are in a -f json or -f csv report.`,
          )
        : say(`共 ${count(total)} 条。`, `${count(total)} in all.`);
    return {
      name,
      widths: columns.map(([, width]) => width),
      frozen: headRows,
      last: headRows + Math.min(rows.count, ceiling),
      rows: chain(
        [
          `<row>${cellOf(name, "title")}</row>\n`,
          `<row>${cellOf(`${note}${handlingWords[locale]}`, "warning")}</row>\n`,
          rowOf(
            columns.map(([title]) => title),
            "head",
          ),
        ],
        rows.rows(ceiling),
      ),
    };
  };
  const failures = Object.values(overview.failures).reduce((total, number) => total + number, 0);
  const sheets: Sheet[] = [form(say("保密检查登记表", "Registration"), registration(overview, selfCheck, locale, say))];
  const media = mediaRows(overview, say);
  if (media.length > 0) sheets.push(form(say("移动存储介质检查表", "Media"), media));
  sheets.push(
    list(
      say("问题清单", "Problems"),
      [
        [say("序号", "No."), 7],
        [say("判定", "Verdict"), 9],
        [say("位置（路径）", "Path"), 36],
        [say("位置（页、表、单元格）", "Place"), 18],
        [say("问题类型", "Problem"), 14],
        [say("类别", "Class"), 14],
        [say("规则编号", "Rule"), 18],
        [say("证据（脱敏）", "Evidence (masked)"), 26],
        [say("理由", "Why"), 24],
        [say("风险等级", "Severity"), 9],
        [say("把握", "Confidence"), 9],
        [say("依据条款", "Basis"), 18],
        [say("责任部门/人", "Responsible"), 11],
        [say("指纹", "Fingerprint"), 20],
      ],
      lists.problems,
      lists.problems.count + overview.unstored,
    ),
    list(
      say("整改清单", "Rectification"),
      [
        [say("问题编号", "No."), 9],
        [say("判定", "Verdict"), 9],
        [say("文件", "File"), 48],
        [say("问题", "Problem"), 28],
        [say("整改措施（建议）", "Measure (proposed)"), 44],
        [say("责任人", "Responsible"), 12],
        [say("整改期限", "Due"), 13],
        [say("完成情况", "Done"), 16],
        [say("复查人/日期", "Re-checked by/on"), 16],
        [say("是否销号", "Closed"), 10],
      ],
      lists.measures,
      lists.measures.count,
    ),
    list(
      say("未检清单", "Not examined"),
      [
        [say("序号", "No."), 7],
        [say("文件", "File"), 52],
        [say("原因", "Reason"), 20],
        [say("说明", "Detail"), 30],
        [say("处理", "What to do"), 44],
        [say("已人工查看", "Seen by a person"), 12],
        [say("查看人", "By"), 12],
        [say("日期", "On"), 13],
      ],
      lists.unread,
      failures,
    ),
  );
  const { comparison } = overview;
  if (comparison !== undefined) {
    const groups = list(
      say("整改对比", "Since last time"),
      [
        [say("序号", "No."), 7],
        [say("变化", "Change"), 14],
        [say("文件", "File"), 48],
        [say("问题", "Problem"), 22],
        [say("处数", "Places"), 9],
        [say("证据（脱敏）", "Evidence (masked)"), 26],
        [say("风险等级", "Severity"), 9],
        [say("说明", "Detail"), 40],
        [say("复查人", "Re-checked by"), 12],
        [say("日期", "On"), 13],
      ],
      lists.compared,
      lists.compared.count,
    );
    sheets.push(groups);
  }
  return sheets;
}

function* chain(before: readonly string[], rows: Iterable<string>): Generator<string> {
  yield before.join("");
  yield* rows;
}

type Line = readonly [label: string, value: string];

function form(name: string, lines: readonly Line[]): Sheet {
  return {
    name,
    widths: [26, 100],
    frozen: 0,
    last: lines.length + 1,
    rows: [
      `<row>${cellOf(name, "title")}</row>\n`,
      ...lines.map(([label, value]) =>
        label === "" ? `<row>${cellOf(value, "warning")}</row>\n` : `<row>${cellOf(label, "label")}${cellOf(value)}</row>\n`,
      ),
    ],
  };
}

function registration(overview: Overview, selfCheck: SelfCheck, locale: Locale, say: (zh: string, en: string) => string): readonly Line[] {
  const { header, summary, ledger, verdicts } = overview;
  const given = (key: string): string => header?.fields?.[key] ?? "";
  const lines: Line[] = [["", handlingWords[locale]]];
  if (overview.stateSecret) lines.push(["", dutyWords[locale]]);
  lines.push(
    [say("单位/部门", "Unit"), [given("unit"), given("department")].filter((part) => part !== "").join(" ")],
    [
      say("检查时间", "Period"),
      header === undefined
        ? ""
        : `${clock(header.started, header.utcOffset)} – ${summary === undefined ? say("中断", "cut short") : clock(summary.ended, header.utcOffset)}`,
    ],
    [say("检查方式（定期/专项/抽查）", "Kind of check"), given("kind")],
    [say("检查依据", "Basis of the check"), given("basis")],
    [say("检查人", "Inspector"), given("inspector")],
    [say("陪同人", "Accompanied by"), given("accompanied")],
    [say("被检查人", "Person checked"), given("holder")],
    [say("设备编号", "Asset number"), given("asset")],
    [say("计算机名称", "Computer"), header?.host ?? ""],
    [say("型号、序列号", "Model, serial number"), given("model")],
    [
      say("责任人、使用人", "Responsible, user"),
      [given("responsible"), given("holder")].filter((part) => part !== "").join(say("、", ", ")),
    ],
    [say("连接网络（互联网/内网/涉密网/单机）", "Network"), given("network")],
    [
      say("区域", "Zone"),
      header === undefined
        ? ""
        : `${zonesInWords(overview, locale)}${header.zoneGiven ? "" : say("（未指定，按文档库判定）", " (not given, judged as a document repository)")}`,
    ],
    [say("操作系统", "Platform"), header?.tool.platform ?? ""],
    [say("工具", "Tool"), header === undefined ? "" : `zicha ${header.tool.version}, Node ${header.tool.node}`],
    ...(header?.packs ?? []).map((pack): Line => [
      say("规则包", "Pack"),
      `${pack.title[locale]} ${pack.id} ${pack.version}, SHA-256 ${pack.digest}`,
    ]),
    [say("判定策略", "Policy"), header === undefined ? "" : `SHA-256 ${header.policyDigest}`],
    [say("指纹密钥标识", "Fingerprint key id"), header?.keyId ?? ""],
    [say("检查范围", "Scope"), (header?.roots ?? []).map((root) => root.path).join(say("、", ", "))],
    [
      say("排除规则", "Excluded"),
      [...overview.excludedBy].map(([by, number]) => `${excludedWords(by, locale)} (${count(number)})`).join(say("、", ", ")),
    ],
    [say("用时", "Took"), summary === undefined ? "" : durationInWords(summary.elapsedMs, locale)],
    [say("文件总数", "Files"), count(ledger.entries)],
    [say("已检（全部读到）", "Wholly examined"), count(ledger.full)],
    [say("未检全", "Examined in part"), count(ledger.partial)],
    [say("未检（加密、损坏、超限等）", "Not examined"), count(ledger.none)],
    [say("无文本可检", "No text to examine"), count(ledger.textless)],
    [say("未能进入的目录等", "Places not entered"), count(ledger.unwalked)],
    [say("按规则排除", "Excluded"), count(ledger.excluded)],
    [say("读取量", "Read"), sizeInWords(ledger.bytes)],
    [say("违规文件", "Files in violation"), count(verdicts.violation)],
    [say("疑似文件", "Suspect files"), count(verdicts.suspect)],
    [
      say("发现问题数（按风险）", "Findings by severity"),
      Object.entries(overview.summarise().severities)
        .map(([severity, number]) => `${severityWords[severity as Finding["severity"]][locale]} ${count(number)}`)
        .join(say("，", ", ")),
    ],
    [
      say("涉及人数（去重）", "People concerned"),
      `${(summary?.subjects ?? 0) > EXACT ? say("约 ", "about ") : ""}${count(summary?.subjects ?? 0)}`,
    ],
    [say("其中已由人查看", "Of these seen by a person"), count(ledger.seen)],
    [say("工具结论", "Result of the tool"), conclusionInWords(overview, locale)],
    ...(overview.comparison === undefined
      ? []
      : [
          [
            say("与上次相比", "Since last time"),
            `${comparisonInWords(overview.comparison, locale)} ${absencesInWords(overview.comparison, locale)}`,
          ] as const,
        ]),
  );
  for (const one of selfCheck.answers(overview, locale))
    lines.push([
      one.question,
      `${answerWords[one.answer][locale]}${say("。", ". ")}${one.evidence.join(say("", " "))}${say("", " ")}${one.limits}`,
    ]);
  lines.push(
    [say("检查结论（检查人填写）", "Conclusion (by the inspector)"), ""],
    [say("处理意见", "Decision"), ""],
    [say("检查人签字/日期", "Inspector, signed"), ""],
    [say("被检查人签字/日期", "Person checked, signed"), ""],
    [say("说明", "Note"), statementLongWords[locale]],
  );
  return lines;
}

function mediaRows(overview: Overview, say: (zh: string, en: string) => string): readonly Line[] {
  const lines: Line[] = [];
  for (const root of overview.header?.roots ?? []) {
    const { volume } = root;
    if (volume === undefined || !volume.removable) continue;
    lines.push(
      [say("介质编号", "Medium number"), ""],
      [say("类型", "Type"), [volume.vendor, volume.product, volume.bus].filter((part) => part !== undefined && part !== "").join(" ")],
      [say("容量", "Size"), volume.size === undefined ? "" : sizeInWords(volume.size)],
      [
        say("卷标、卷标识", "Label, volume id"),
        [volume.label, volume.volumeId].filter((part) => part !== undefined && part !== "").join(say("，", ", ")),
      ],
      [
        say("序列号、USB 标识", "Serial number, USB id"),
        [volume.serial, volume.vendorId === undefined ? undefined : `${volume.vendorId}:${volume.productId ?? ""}`]
          .filter((part) => part !== undefined && part !== "")
          .join(say("，", ", ")),
      ],
      [
        say("文件系统、挂载点、只读", "File system, mount, read-only"),
        `${volume.fileSystem}, ${volume.mount}, ${volume.readOnly ? say("只读", "read-only") : say("可写", "writable")}`,
      ],
      [say("使用区域", "Zone of use"), root.zone],
      [say("编号标识", "Marked as"), ""],
      [say("领用人、领用日期", "Holder, issued on"), ""],
      [say("保密承诺书", "Commitment signed"), ""],
      [say("交叉使用记录", "Cross-use"), say("未检查：须与其他区域的检查结果比对", "not examined: compare with results of other zones")],
    );
  }
  return lines;
}
