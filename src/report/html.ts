import { createHash } from "node:crypto";
import type { ScanEvent, Volume } from "../model/event.ts";
import type { Failure, FailureCode } from "../model/failure.ts";
import type { Coverage } from "../model/finding.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import { excludedWords } from "./shared/excludedWords.ts";
import { absencesInWords, changeOrder, changeWords, comparedEvidence, comparedInWords } from "./shared/comparison.ts";
import { conclusionInWords, failureCounts, outcomeOf, zonesInWords } from "./shared/conclusion.ts";
import { escapeMarkup } from "./shared/escape.ts";
import { findingInWords } from "./shared/group.ts";
import { Gather, type FileGroup } from "./shared/gather.ts";
import { measureFor } from "./shared/measure.ts";
import { placesInWords } from "./shared/placesInWords.ts";
import { recycledWords } from "./shared/recycledWords.ts";
import { clock } from "./shared/clock.ts";
import { Overview } from "./shared/overview.ts";
import { pageScript, pageStyle } from "./shared/page.ts";
import { readingInWords } from "./shared/reading.ts";
import { detailInWords } from "./shared/seen.ts";
import { answerWords, SelfCheck } from "./shared/selfCheck.ts";
import {
  adviceWords,
  confidenceWords,
  count,
  dataClassInWords,
  durationInWords,
  dutyWords,
  failureWords,
  handlingWords,
  judgementWords,
  reasonInWords,
  severityWords,
  sizeInWords,
  statementLongWords,
  verdictWords,
  zoneInWords,
  type Locale,
  people,
} from "./shared/words.ts";

/** A browser still filters this many rows within a second. */
const maximumFindings = 50_000;
/** Bytes of the whole page: what mail systems and older office machines still open. */
const maximumBytes = 15_000_000;
/** Rows of one chunk of the list: a browser lays out only the chunks that are on the screen. */
const chunkRows = 100;
/** Places of a rule in a file that are printed. */
const printedPlaces = 20;
/** Failures listed for each code. */
const maximumFailures = 1000;
/** Rows of the rectification list and of excluded paths: a page nobody fills in by hand is longer than that. */
const maximumRows = 500;
/** Directories counted apart. */
const maximumDirectories = 200;

interface DirectoryCount {
  readonly path: string;
  examined: number;
  unread: number;
  found: number;
}

/** What the page needs beside the shared counts. */
interface Collected {
  readonly overview: Overview;
  readonly selfCheck: SelfCheck;
  readonly gather: Gather;
  readonly failures: Map<FailureCode, Failure[]>;
  readonly excluded: { readonly path: string; readonly by: string }[];
  readonly directories: Map<string, DirectoryCount>;
}

/**
 * The self-check report as one page: no file beside it, no script from elsewhere, printable on A4. All text of the scan is escaped; the content
 * security policy lets only the page's own script run, named by its hash. Findings beyond the ceiling are left out, the mildest first, and counted.
 */
export const html: Reporter = {
  id: "html",
  title: { zh: "自查报告（网页）", en: "self-check report (HTML)" },
  extension: "html",
  open(out: Writer, options: ReportOptions): OpenReport {
    const collected: Collected = {
      overview: new Overview(),
      selfCheck: new SelfCheck(),
      gather: new Gather(maximumFindings, (finding) => finding.confidence !== "low"),
      failures: new Map(),
      excluded: [],
      directories: new Map(),
    };
    return {
      on(event: ScanEvent): void {
        collect(collected, event);
      },
      async close(): Promise<void> {
        for (const block of pageOf(collected, options)) await out.write(block);
      },
    };
  },
};

function collect(collected: Collected, event: ScanEvent): void {
  collected.overview.on(event);
  collected.selfCheck.on(event);
  collected.gather.on(event);
  if (event.type === "failure") {
    const same = collected.failures.get(event.failure.code);
    if (same === undefined) collected.failures.set(event.failure.code, [event.failure]);
    else if (same.length < maximumFailures) same.push(event.failure);
  }
  if (event.type === "excluded" && collected.excluded.length < maximumRows) collected.excluded.push(event);
  if (event.type === "entry-end") {
    const path = directoryOf(event.path, collected.overview);
    let directory = collected.directories.get(path);
    if (directory === undefined) {
      const known = collected.directories.size < maximumDirectories ? path : "…";
      directory = collected.directories.get(known) ?? { path: known, examined: 0, unread: 0, found: 0 };
      collected.directories.set(known, directory);
    }
    if (event.coverage === "full" || event.coverage === "partial") directory.examined += 1;
    if (event.coverage === "none" || event.coverage === "partial") directory.unread += 1;
    if (event.verdict === "violation" || event.verdict === "suspect") directory.found += 1;
  }
}

/** The first directory below the root the path lies in. */
function directoryOf(path: string, overview: Overview): string {
  for (const root of overview.header?.roots ?? []) {
    if (!path.startsWith(root.path)) continue;
    const rest = path.slice(root.path.length).replace(/^[/\\]+/, "");
    const end = rest.search(/[/\\]|!\//);
    const lead = path.slice(0, path.length - rest.length);
    return end < 0 ? lead || root.path : lead + rest.slice(0, end);
  }
  const end = path.search(/[/\\]|!\//);
  return end <= 0 ? "." : path.slice(0, end);
}

type Say = (zh: string, en: string) => string;
const cell = (text: string): string => `<td>${escapeMarkup(text)}`;
const option = (value: string | number, name: string): string => `<option value="${value}">${escapeMarkup(name)}`;
const area = (name: string): string => `<tr><th scope=row>${name}<td class=area>\n`;
const row = (...cells: readonly string[]): string => `<tr>${cells.map(cell).join("")}\n`;
const head = (...names: readonly string[]): string =>
  `<thead><tr>${names.map((name) => `<th scope=col>${escapeMarkup(name)}`).join("")}</thead>\n`;

/** The page in blocks. What stands after the findings is made first, since its size is taken off what findings may use. */
function* pageOf(collected: Collected, options: ReportOptions): Generator<string> {
  const { overview } = collected;
  const { locale } = options;
  const say: Say = (zh, en) => (locale === "zh" ? zh : en);
  const files = collected.gather.files();
  const before = `${opening(locale, say)}${firstPage(collected, locale, say)}${questions(collected, locale, say)}`;
  const rules = [...new Set(files.flatMap((file) => file.rules.map((group) => group.ruleId)))];
  const filter = filterForm(overview, files, rules, locale, say);
  const after = [
    unreadList(collected, locale, say),
    rectification(files, overview, locale, say),
    coverage(collected, locale, say),
    written(overview, say),
    appendix(overview, locale, say),
    `<script>${pageScript}</script>\n</main></body></html>\n`,
  ].join("");
  yield before;
  yield filter;
  let room = maximumBytes - 4000 - [before, filter, after].reduce((total, block) => total + Buffer.byteLength(block), 0);
  const columns = files.length === 0 ? "" : problemColumns(say);
  let shown = 0;
  let shownFiles = 0;
  let rows: string[] = [];
  const chunk = (): string => {
    const block = `<div class=chunk style="contain-intrinsic-height:auto ${rows.length * 30}px"><table class=problems>${columns}${rows.join("")}</table></div>\n`;
    room -= Buffer.byteLength(columns) + 100;
    rows = [];
    return block;
  };
  for (const file of files) {
    if (room < 0) break;
    shownFiles += 1;
    const heading = fileHeading(file, locale, say);
    rows.push(heading);
    room -= Buffer.byteLength(heading);
    for (const one of fileRows(file, shown, rules, overview, locale, say)) {
      room -= Buffer.byteLength(one);
      if (room < 0) break;
      if (rows.length >= chunkRows) {
        yield chunk();
        rows.push(heading);
        room -= Buffer.byteLength(heading);
      }
      rows.push(one);
      shown += 1;
    }
    if (rows.length >= chunkRows) yield chunk();
  }
  if (rows.length > 0) yield chunk();
  yield "</div>\n";
  const left = collected.gather.seen - shown;
  const total = collected.gather.seen + overview.unstored;
  if (files.length === 0) yield `<p>${say("没有需要列出的问题。", "There is no problem to list.")}</p>\n`;
  if (left > 0 || overview.unstored > 0) {
    const parts = [
      say(
        `共 ${count(total)} 处，这里列出最严重的 ${count(shown)} 处（${count(shownFiles)} 个文件）。`,
        `Of ${count(total)} places the worst ${count(shown)} are listed here (${count(shownFiles)} files).`,
      ),
    ];
    if (left > 0)
      parts.push(
        say(
          `因篇幅未列 ${count(left)} 处，全部见 -f json 或 -f csv 报告。`,
          `${count(left)} are left out for length; all are in a -f json or -f csv report.`,
        ),
      );
    if (overview.unstored > 0) {
      parts.push(
        say(
          `${count(overview.unstored)} 处与同一文件中已列的同类，只计数，不逐条记录。`,
          `${count(overview.unstored)} are of the same kind as others listed in their file and were only counted.`,
        ),
      );
    }
    yield `<p class=note id=left>${parts.join("")}</p>\n`;
  }
  const low = overview.low;
  if (low > 0) {
    yield `<p class=note>${say(`另有低置信线索 ${count(low)} 处，不作判断，未列入；见 -f json 报告。`, `${count(low)} leads of low confidence are not judged and not listed; see a -f json report.`)}</p>\n`;
  }
  yield "</section>\n";
  yield after;
}

function opening(locale: Locale, say: Say): string {
  const hash = createHash("sha256").update(pageScript).digest("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="${locale === "zh" ? "zh-CN" : "en"}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>${say("保密自查报告", "Secrecy self-check report")}</title><style>${pageStyle}</style></head><body><main>
`;
}

/** Fields a person gave for the report's head; empty ones are blanks to fill in by hand. */
function given(overview: Overview, key: string): string {
  return overview.header?.fields?.[key] ?? "";
}

function volumeInWords(volume: Volume, say: Say): string {
  const parts = [
    [volume.vendor, volume.product].filter((part) => part !== undefined && part !== "").join(" "),
    volume.label === undefined ? "" : say(`卷标 ${volume.label}`, `label ${volume.label}`),
    volume.serial === undefined ? "" : say(`序列号 ${volume.serial}`, `serial ${volume.serial}`),
    volume.volumeId === undefined ? "" : say(`卷标识 ${volume.volumeId}`, `volume id ${volume.volumeId}`),
    volume.vendorId === undefined ? "" : `USB ${volume.vendorId}:${volume.productId ?? ""}`,
    volume.fileSystem,
    volume.size === undefined ? "" : sizeInWords(volume.size),
    volume.readOnly ? say("只读", "read-only") : "",
  ];
  return parts.filter((part) => part !== "").join(say("，", ", "));
}

const blank = "<span class=blank></span>";
const field = (name: string, value: string): string => `<tr><th scope=row>${name}<td>${value === "" ? blank : escapeMarkup(value)}\n`;
const figure = (name: string, value: number, kind: string): string =>
  `<div class="number ${kind}"><b>${count(value)}</b><span>${name}</span></div>`;

function firstPage(collected: Collected, locale: Locale, say: Say): string {
  const { overview } = collected;
  const { header, summary, verdicts } = overview;
  const roots = header?.roots ?? [];
  const volumes = roots.flatMap((root) =>
    root.volume === undefined ? [] : [say(`${root.path}：`, `${root.path}: `) + volumeInWords(root.volume, say)],
  );
  const period =
    header === undefined
      ? ""
      : `${clock(header.started, overview.header?.utcOffset)} – ${summary === undefined ? say("中断", "cut short") : clock(summary.ended, overview.header?.utcOffset)}`;
  const configured =
    header?.zoneGiven === false
      ? say("未指定，按文档库判定", "not given, judged as a document repository")
      : say("由检查人在运行时指定", "given by the inspector when the tool was run");
  const places = placesInWords(header?.places ?? [], locale).join(say("；", "; "));
  const reading = readingInWords(overview, locale).join(say("；", "; "));
  const outcome = outcomeOf(overview);
  return `<header><h1>${say("保密自查报告", "Secrecy self-check report")}</h1><p class=handling>${escapeMarkup(handlingWords[locale])}</p></header>
<table class=facts><tbody>
${field(say("单位（部门）", "Unit"), [given(overview, "unit"), given(overview, "department")].filter((part) => part !== "").join(" "))}${field(
    say("被检计算机", "Computer"),
    header?.host ?? "",
  )}${volumes.length === 0 ? "" : field(say("介质（卷）", "Medium"), volumes.join(say("；", "; ")))}${field(say("检查范围", "Scope"), roots.map((root) => root.path).join(say("、", ", ")))}${
    places === "" ? "" : field(say("其中", "Including"), places)
  }${field(
    say("区域", "Zone"),
    header === undefined ? "" : `${zonesInWords(overview, locale)}${say("，", ", ")}${configured}`,
  )}${field(say("检查时间", "Period"), summary === undefined ? period : `${period}${say("，用时 ", ", took ")}${durationInWords(summary.elapsedMs, locale)}`)}${field(
    say("检查人", "Inspector"),
    given(overview, "inspector"),
  )}${reading === "" ? "" : field(say("读取", "Reading"), reading)}${overview.header?.zone === "personal" ? field(say("同意检查的人", "Agreed by"), given(overview, "agreed")) : ""}${field(say("工具", "Tool"), header === undefined ? "" : say(`zicha ${header.tool.version}（Node ${header.tool.node}，${header.tool.platform}）`, `zicha ${header.tool.version} (Node ${header.tool.node}, ${header.tool.platform})`))}${field(
    say("规则包", "Packs"),
    (header?.packs ?? [])
      .map((pack) =>
        say(
          `${pack.title.zh} ${pack.version}（SHA-256 ${pack.digest.slice(0, 8)}…）`,
          `${pack.title.en} ${pack.version} (SHA-256 ${pack.digest.slice(0, 8)}…)`,
        ),
      )
      .join(say("、", ", ")),
  )}${field(say("判定策略", "Policy"), header === undefined ? "" : `SHA-256 ${header.policyDigest.slice(0, 16)}…`)}</table>
<section><h2>${say("一、结论", "1. Result")}</h2>
<p class="result ${outcome}">${escapeMarkup(conclusionInWords(overview, locale))}</p>
<div class=numbers>${figure(say("违规文件", "files in violation"), verdicts.violation, "violation")}${figure(
    say("疑似文件", "suspect files"),
    verdicts.suspect,
    "suspect",
  )}${figure(say("未检或未检全", "not or not wholly examined"), overview.unread, "unread")}${figure(say("全部读到的文件", "files wholly examined"), overview.ledger.full, "examined")}</div>
${parts(overview, locale, say)}${overview.stateSecret ? `<p class=duty><b>${say("须立即处理", "Act at once")}</b>${escapeMarkup(dutyWords[locale])}</p>\n` : ""}<p class=note>${say(
    "“违规”“疑似”是工具按所用策略提出的意见；检查结论由检查人在签字栏填写。",
    "“Violation” and “suspect” are what the tool proposes under the policy used; the inspector writes the conclusion beside the signature.",
  )}</p></section>
`;
}

/** Of a report made from several results: what each of them was. */
function parts(overview: Overview, locale: Locale, say: Say): string {
  const rows = (overview.summary?.parts ?? []).map((part, index) =>
    row(
      String(index + 1),
      part.host,
      [...new Set(part.roots.map((root) => zoneInWords(root.zone, locale)))].join(say("、", ", ")),
      part.roots
        .map((root) => (root.volume?.removable === true ? `${root.path} (${volumeInWords(root.volume, say)})` : root.path))
        .join(say("；", "; ")),
      clock(part.started, overview.header?.utcOffset) + (part.complete ? "" : say("（中断）", " (cut short)")),
      count(part.verdicts.violation),
      count(part.verdicts.suspect),
      count(part.ledger.none + part.ledger.partial + part.ledger.unwalked),
      count(part.ledger.full),
    ),
  );
  if (rows.length === 0) return "";
  return `<table class=parts>${head(
    say("序号", "No."),
    say("计算机", "Computer"),
    say("区域", "Zone"),
    say("范围", "Scope"),
    say("检查时间", "Time"),
    say("违规", "Violation"),
    say("疑似", "Suspect"),
    say("未检", "Not examined"),
    say("已检", "Examined"),
  )}<tbody>${rows.join("")}</table>
`;
}

function questions(collected: Collected, locale: Locale, say: Say): string {
  const rows = collected.selfCheck
    .answers(collected.overview, locale)
    .map(
      (one, index) =>
        `<tr><td>${index + 1}<td>${escapeMarkup(one.question)}<td class="answer ${one.answer}">${escapeMarkup(answerWords[one.answer][locale])}<td>${escapeMarkup(one.evidence.join(say("", " ")))}<td>${escapeMarkup(one.limits)}\n`,
    );
  return `<section><h2>${say("二、三项自查", "2. Three questions")}</h2><table class=questions>${head(
    "",
    say("自查事项", "Question"),
    say("结果", "Answer"),
    say("依据的检查", "Evidence"),
    say("不包括什么、还需什么", "What it does not cover, what it would take"),
  )}<tbody>${rows.join("")}</table></section>
`;
}

function filterForm(overview: Overview, files: readonly FileGroup[], rules: readonly string[], locale: Locale, say: Say): string {
  const classOfRule = (id: string): string => overview.rule(id)?.dataClass ?? "";
  const classes = [...new Set(rules.map(classOfRule))];
  const all = `<option value="">${say("全部", "all")}`;
  const select = (name: string, id: string, values: string): string => `<label>${name} <select id=${id}>${all}${values}</select></label>`;
  const verdicts = (["violation", "suspect", "recorded"] as const)
    .filter((verdict) => files.some((file) => file.verdict === verdict))
    .map((verdict) => option(verdict.charAt(0), verdictWords[verdict][locale]));
  const form =
    files.length === 0
      ? ""
      : `<form class=filter id=filter data-classes="${rules.map((id) => classes.indexOf(classOfRule(id))).join(" ")}">${select(say("判定", "Verdict"), "fv", verdicts.join(""))}${select(
          say("类别", "Class"),
          "fc",
          classes.map((name, index) => option(index, dataClassInWords(name, locale))).join(""),
        )}${select(say("规则", "Rule"), "fr", rules.map((id, index) => option(index, overview.rule(id)?.title[locale] ?? id)).join(""))}<label>${say("目录或文件名", "Directory or name")} <input id=fp type=search size=24></label><output id=fo data-words="${say("显示 # 个文件、# 处", "# files, # places shown")}"></output></form>`;
  return `<section class=long><h2>${say("三、问题清单", "3. Problems")}</h2>
<p class=note>${say("按严重程度排列，先文件后位置；证据已脱敏。“登记”只作记录，不算问题。空白栏与上一行相同；打印时每个文件每类列前 20 处。", "Worst first, by file, then by place; evidence is masked. What is “recorded” is no problem. Blank cells say the same as the row above; on paper the first 20 places of each kind in a file are listed.")}</p>${form}
<div id=problems>`;
}

/** What each chunk of the list begins with: its columns are as wide as those of all others. */
function problemColumns(say: Say): string {
  return `<colgroup><col class=n><col class=place><col class=title><col class=evidence><col class=grade><col class=why><col class=basis></colgroup>${head(
    say("序号", "No."),
    say("位置", "Place"),
    say("问题类型", "Problem"),
    say("证据（脱敏）", "Evidence (masked)"),
    say("风险 / 把握", "Severity / confidence"),
    say("理由", "Why"),
    say("依据", "Basis"),
  )}`;
}

function fileHeading(file: FileGroup, locale: Locale, say: Say): string {
  const amount: string[] = [];
  if (file.total > 1) amount.push(say(`${count(file.total)} 处`, `${count(file.total)} places`));
  if (file.subjects > 0) {
    amount.push(people(file.subjects, locale));
  }
  if (!file.whole) amount.push(say("只读到一部分", "read in part only"));
  const recycled = recycledWords(file.rules[0]?.findings[0].recycled, locale);
  if (recycled !== "") amount.push(escapeMarkup(recycled));
  const more = amount.length === 0 ? "" : `<i>${amount.join(say("，", ", "))}</i>`;
  return `<tbody class=${file.verdict.charAt(0)}><tr><th colspan=7><b>${verdictWords[file.verdict][locale]}</b>${escapeMarkup(file.path)}${more}\n`;
}

/** The rows of one file; end tags are left out where HTML allows it. */
function* fileRows(
  file: FileGroup,
  from: number,
  rules: readonly string[],
  overview: Overview,
  locale: Locale,
  say: Say,
): Generator<string> {
  let number = from;
  for (const group of file.rules) {
    let before = "";
    let place = 0;
    const title = escapeMarkup(overview.rule(group.ruleId)?.title[locale] ?? group.ruleId);
    const index = rules.indexOf(group.ruleId);
    for (const finding of group.findings) {
      number += 1;
      const flags: string[] = [];
      if (finding.sample) flags.push(say("样例", "sample"));
      if (finding.suppression !== undefined) {
        flags.push(
          say(
            `已豁免：${finding.suppression.reason}（${finding.suppression.by}）`,
            `suppressed: ${finding.suppression.reason} (${finding.suppression.by})`,
          ),
        );
      }
      const why = escapeMarkup([reasonInWords(finding.evidence, locale), ...flags].filter((part) => part !== "").join(say("；", "; ")));
      const words = findingInWords(finding, locale);
      const grade = `${severityWords[finding.severity][locale]} / ${confidenceWords[finding.confidence][locale]}`;
      const rest = `${grade}<td>${why}<td>${escapeMarkup(finding.judgement.references.join(say("、", ", ")))}`;
      place += 1;
      // On paper the first places of a rule in a file say what there is to say; all of them stand on the screen and in the workbook.
      const lead = `<tr data-r=${index}${place > printedPlaces ? " class=m" : ""}><td>${number}<td>${escapeMarkup(words.place)}`;
      const excerpt = escapeMarkup(words.evidence);
      yield rest === before ? `${lead}<td><td>${excerpt}<td colspan=3>\n` : `${lead}<td>${title}<td>${excerpt}<td>${rest}\n`;
      before = rest;
    }
  }
}

function unreadList(collected: Collected, locale: Locale, say: Say): string {
  const { overview } = collected;
  const counts = failureCounts(overview);
  const title = `<section><h2>${say("四、未检清单", "4. Not examined")}</h2>`;
  if (counts.length === 0)
    return `${title}<p>${say("全部读到，没有未检的文件。", "Everything was read; nothing is left unexamined.")}</p></section>\n`;
  const bodies: string[] = [];
  for (const [code, number] of counts) {
    const listed = collected.failures.get(code) ?? [];
    bodies.push(
      `<tbody><tr><th colspan=3>${escapeMarkup(failureWords[code][locale])}<i>${count(number)}</i><span class=advice>${say("处理：", "What to do: ")}${escapeMarkup(adviceWords[code][locale])}</span>\n`,
    );
    for (const failure of listed) {
      const tick = failure.seen === undefined ? "☐" : "☑";
      bodies.push(`<tr><td>${escapeMarkup(failure.path)}<td>${escapeMarkup(detailInWords(failure, locale))}<td class=tick>${tick}\n`);
    }
    if (number > listed.length) {
      bodies.push(
        `<tr><td colspan=3>${say(`其余 ${count(number - listed.length)} 个见 -f json 或 -f csv 报告`, `${count(number - listed.length)} more are in a -f json or -f csv report`)}\n`,
      );
    }
  }
  return `${title}<p class=note>${say(
    "未检的文件不能视为无问题，每个都须有人看过或重新检查。",
    "What was not examined is not clean: a person must look at each, or it must be examined again.",
  )}</p><table class=unread><colgroup><col><col class=detail><col class=ticks></colgroup>${head(say("文件", "File"), say("说明", "Detail"), say("已人工查看", "Seen by a person"))}${bodies.join("")}</table></section>
`;
}

function rectification(files: readonly FileGroup[], overview: Overview, locale: Locale, say: Say): string {
  const due = files.filter((file) => file.verdict === "violation" || file.verdict === "suspect");
  const rows = due.slice(0, maximumRows).map((file, index) => {
    const worst = file.rules[0]?.findings[0];
    return `<tr><td>${index + 1}${cell(file.path)}${cell(worst === undefined ? "" : measureFor(worst.dataClass)[locale])}<td><td><td><td>\n`;
  });
  const rest = due.length - rows.length;
  const left =
    rest > 0
      ? `<p class=note>${say(`其余 ${count(rest)} 个文件的整改事项见 -f xlsx 报告。`, `The other ${count(rest)} files are in a -f xlsx report.`)}</p>`
      : "";
  const table =
    rows.length === 0
      ? `<p>${say("没有需要整改的文件。", "There is nothing to put right.")}</p>`
      : `<table class=rectify><colgroup><col class=n><col class=file><col class=measure><col><col><col><col></colgroup>${head(
          say("序号", "No."),
          say("文件", "File"),
          say("建议措施", "Proposed measure"),
          say("责任人", "Responsible"),
          say("期限", "Due"),
          say("完成情况", "Done"),
          say("复查人/日期", "Re-checked by/ on"),
        )}<tbody>${rows.join("")}</table>${left}`;
  return `<section class=long><h2>${say("五、整改清单", "5. Rectification")}</h2>${sinceLastTime(overview, locale, say)}<h3>${say("本次须整改", "To be put right")}</h3>${table}</section>
`;
}

/** What became of the problems of last time: the numbers, why some could not be checked, and the list by file. */
function sinceLastTime(overview: Overview, locale: Locale, say: Say): string {
  const { comparison } = overview;
  if (comparison === undefined) {
    return `<p class=note>${say(
      "与上次相比：本报告由一次检查生成，未与上次结果比对（--previous 可给出上次结果）。",
      "Compared with last time: this report is made from one check and was not compared (--previous names the result of last time).",
    )}</p>`;
  }
  const figures = changeOrder.map((change) => figure(changeWords[change][locale], comparison.counts[change], change)).join("");
  const why = absencesInWords(comparison, locale);
  const rows = comparison.items
    .slice(0, maximumRows)
    .map((item) =>
      row(
        changeWords[item.change][locale],
        item.path,
        overview.rule(item.ruleId)?.title[locale] ?? item.ruleId,
        count(item.number),
        comparedEvidence(item),
        comparedInWords(item, locale),
      ),
    );
  const rest = comparison.items.length - rows.length;
  const note =
    why === ""
      ? ""
      : `<p>${escapeMarkup(say(`本次未检的不算已整改：${why}。`, `What was not examined this time does not count as put right: ${why}.`))}</p>`;
  const list =
    rows.length === 0
      ? ""
      : `<table class=compared><colgroup><col class=grade><col class=file><col class=title><col class=n><col class=evidence><col></colgroup>${head(
          say("变化", "Change"),
          say("文件", "File"),
          say("问题", "Problem"),
          say("处数", "Places"),
          say("证据（脱敏）", "Evidence (masked)"),
          say("说明", "Detail"),
        )}<tbody>${rows.join("")}</table>`;
  const more =
    rest > 0 ? `<p class=note>${say(`其余 ${count(rest)} 项见 -f xlsx 报告。`, `${count(rest)} more are in a -f xlsx report.`)}</p>` : "";
  return `<h3>${say(`与上次（${clock(comparison.previous, overview.header?.utcOffset)}）相比`, `Compared with last time (${clock(comparison.previous, overview.header?.utcOffset)})`)}</h3><div class="numbers six">${figures}</div>${note}${list}${more}`;
}

const coverages: readonly Coverage[] = ["full", "partial", "none", "textless"];

function coverage(collected: Collected, locale: Locale, say: Say): string {
  const { overview } = collected;
  const { ledger } = overview;
  const names: Readonly<Record<Coverage, string>> = {
    full: say("已检", "examined"),
    partial: say("未检全", "examined in part"),
    none: say("未检", "not examined"),
    textless: say("无文本可检", "no text to examine"),
  };
  const bar = (counts: Readonly<Record<Coverage, number>>): string => {
    const all = sum(counts);
    if (all === 0) return "";
    const parts = coverages
      .filter((name) => counts[name] > 0)
      .map((name) => `<span class=${name} style="width:${((counts[name] / all) * 100).toFixed(2)}%"></span>`);
    return `<div class=bar>${parts.join("")}</div>`;
  };
  const known = overview.summary?.byFormat;
  const formats = (
    known === undefined
      ? [...overview.byFormat]
      : Object.entries(known).map(([name, counts]) => [name === "unknown" ? "?" : name, counts] as const)
  )
    .toSorted((left, right) => sum(right[1]) - sum(left[1]))
    .map(
      ([format, counts]) =>
        `<tr>${cell(format === "?" ? say("未识别", "not recognised") : format)}<td>${count(sum(counts))}${coverages.map((name) => `<td>${count(counts[name])}`).join("")}<td>${bar(counts)}\n`,
    );
  const directories = [...collected.directories.values()]
    // Directories of which there is nothing to say are not listed: a self-check is no inventory.
    .filter((directory) => directory.found > 0 || directory.unread > 0)
    .toSorted((left, right) => right.found - left.found || right.unread - left.unread)
    .map((directory) => row(directory.path, count(directory.found), count(directory.unread), count(directory.examined)));
  const patterns = [...overview.excludedBy].map(([by, number]) => row(excludedWords(by, locale), count(number)));
  const paths = collected.excluded.map((one) => row(one.path, excludedWords(one.by, locale)));
  const more = ledger.excluded - collected.excluded.length;
  const severities = (["critical", "high", "medium", "low", "info"] as const).map(
    (severity) => [severity, overview.summarise().severities[severity]] as const,
  );
  const most = Math.max(1, ...severities.map(([, number]) => number));
  return `<section><h2>${say("六、检查覆盖情况", "6. Coverage")}</h2>
<p>${say(
    `共 ${count(ledger.entries)} 个文件（含压缩包内）：已检 ${count(ledger.full)}，未检全 ${count(ledger.partial)}，未检 ${count(ledger.none)}，无文本可检 ${count(ledger.textless)}；另有未能进入的目录等 ${count(ledger.unwalked)}，按规则排除 ${count(ledger.excluded)}。读取 ${sizeInWords(ledger.bytes)}。`,
    `${count(ledger.entries)} files, those in archives included: ${count(ledger.full)} examined, ${count(ledger.partial)} in part, ${count(ledger.none)} not examined, ${count(ledger.textless)} without text; besides, ${count(ledger.unwalked)} places not entered and ${count(ledger.excluded)} excluded. ${sizeInWords(ledger.bytes)} read.`,
  )}</p>
<div class=chart>${bar(ledger)}<p class=legend>${coverages.map((name) => `<span class=${name}></span>${names[name]} ${count(ledger[name])}`).join(" ")}</p></div>
<h3>${say("发现按风险", "Findings by severity")}</h3><table class=severities><colgroup><col class=grade><col class=grade><col></colgroup><tbody>${severities
    .map(
      ([severity, number]) =>
        `<tr><th scope=row>${severityWords[severity][locale]}<td>${count(number)}<td><div class=bar><span class="${severity}" style="width:${((number / most) * 100).toFixed(2)}%"></span></div>\n`,
    )
    .join("")}</table>
<h3>${say("按格式", "By format")}</h3><table class=formats><colgroup><col class=name><col><col><col><col><col><col class=evidence></colgroup>${head(say("格式", "Format"), say("合计", "All"), ...coverages.map((name) => names[name]), "")}<tbody>${formats.join("")}</table>
${directories.length === 0 ? "" : `<h3>${say("按目录（有问题或未检的）", "By directory (with problems or unread files)")}</h3><table>${head(say("目录", "Directory"), say("有问题", "With problems"), say("未检", "Not examined"), say("已检", "Examined"))}<tbody>${directories.join("")}</table>`}
<h3>${say("按规则排除", "Excluded")}</h3>${
    patterns.length === 0
      ? `<p>${say("没有排除。", "Nothing was excluded.")}</p>`
      : `<table>${head(say("规则", "By"), say("数目", "Number"))}<tbody>${patterns.join("")}</table><details><summary>${say("排除的路径", "Excluded paths")}</summary><table>${head(say("路径", "Path"), say("规则", "By"))}<tbody>${paths.join("")}</table>${more > 0 ? `<p class=note>${say(`其余 ${count(more)} 个见 -f json 报告。`, `${count(more)} more are in a -f json report.`)}</p>` : ""}</details>`
  }</section>
`;
}

function sum(counts: Readonly<Record<Coverage, number>>): number {
  return coverages.reduce((total, name) => total + counts[name], 0);
}

/** Sections of the written self-check report that a person fills in, and the signatures. */
function written(overview: Overview, say: Say): string {
  const sign = (name: string, value = ""): string =>
    `<td>${name}<br>${value === "" ? "" : escapeMarkup(value)}<span class=line></span><br>${say("日期", "Date")}<span class=line></span>`;
  return `<section class=written><h2>${say("七、书面自查情况（由单位填写）", "7. Written part, for the unit to fill in")}</h2><table class=areas><tbody>${[
    say("组织领导", "Organisation"),
    say("自查范围与方法", "Scope and method"),
    say("总体情况", "Overall"),
    say("原因分析", "Causes"),
    say("整改措施与时限", "Measures and time limits"),
    say("下一步打算", "Next"),
  ]
    .map(area)
    .join("")}</table></section>
<section class=signatures><h2>${say("八、检查结论与签字", "8. Conclusion and signatures")}</h2><table class=sign><tbody><tr><th scope=row>${say("检查结论", "Conclusion")}<td colspan=3 class=area>
<tr><th scope=row>${say("处理意见", "Decision")}<td colspan=3 class=area>
<tr><th scope=row>${say("签字", "Signed")}${sign(say("检查人", "Inspector"), given(overview, "inspector"))}${sign(say("被检查人（使用人）", "Person checked"), given(overview, "holder"))}${sign(say("保密员（部门负责人）", "Security officer"))}
</table></section>
`;
}

function appendix(overview: Overview, locale: Locale, say: Say): string {
  const { header } = overview;
  if (header === undefined) return "";
  const rules = header.rules.map((rule) =>
    row(
      rule.title[locale],
      rule.id,
      dataClassInWords(rule.dataClass, locale),
      severityWords[rule.severity][locale],
      rule.description[locale],
      rule.references.join(say("；", "; ")),
    ),
  );
  const limits = Object.entries(header.limits ?? {}).map(([name, value]) => row(name, count(value)));
  const options = Object.entries(header.options).map(([name, value]) => row(name, Array.isArray(value) ? value.join(" ") : String(value)));
  const versions = [
    row(say("工具", "Tool"), `zicha ${header.tool.version}, Node ${header.tool.node}, ${header.tool.platform}`),
    ...header.packs.map((pack) => row(`${say("规则包", "Pack")} ${pack.id} ${pack.version}`, `SHA-256 ${pack.digest}`)),
    row(say("判定策略", "Policy"), `SHA-256 ${header.policyDigest}`),
    row(say("指纹密钥标识", "Fingerprint key id"), header.keyId),
    ...(header.baseline === undefined
      ? []
      : [
          row(
            say("基线", "Baseline"),
            say(
              `发现 ${count(header.baseline.findings)}、未检 ${count(header.baseline.notExamined)}，其中过期 ${count(header.baseline.expired)}（SHA-256 ${header.baseline.digest}）`,
              `${count(header.baseline.findings)} on findings, ${count(header.baseline.notExamined)} on unread files, ${count(header.baseline.expired)} of them expired (SHA-256 ${header.baseline.digest})`,
            ),
          ),
        ]),
    ...(header.changedRules ?? []).map(({ ruleId, pack, keys }) =>
      row(say("改动的规则", "Rules changed"), `${ruleId} ← ${pack}（${keys.join(" ")}）`),
    ),
    row(say("停用的规则", "Rules switched off"), header.disabledRules.length === 0 ? say("无", "none") : header.disabledRules.join(" ")),
    row(say("显示原值", "Values shown"), header.showValues ? say("是", "yes") : say("否，全部脱敏", "no, all masked")),
    row(say("读取器版本", "Readers"), header.formats.map((format) => `${format.id} ${format.version}`).join(say("、", ", "))),
  ];
  const glossary: readonly (readonly [string, string])[] = [
    [
      say("违规", "violation"),
      say("按策略，这一区域不得有这类内容，且证据充分", "the policy forbids this class in this zone, and the evidence is strong"),
    ],
    [
      say("疑似", "suspect"),
      say("证据一般，或策略要求整改、说明，须人核实", "fair evidence, or the policy asks to put right or justify: a person must check"),
    ],
    [say("登记", "recorded"), say("策略允许或只作记录，不算问题", "allowed or noted by the policy: no problem")],
    [say("未检", "not examined"), say("没有读到，不能视为无问题", "not read: not clean")],
    [
      say("无文本可检", "no text to examine"),
      say("程序、字体、小图标等，内容里不会有文字", "programs, fonts, small icons: their content can hold no text"),
    ],
    [say("把握", "confidence"), say("所见证据的多少，不是概率", "which evidence was met, not a probability")],
    [say("人数", "people"), say("按证件号、卡号、手机号去重后的人数", "distinct people by identifier, card or mobile number")],
  ];
  return `<section class=appendix><h2>${say("附录", "Appendix")}</h2>
<h3>${say("工具不作的判断", "What the tool does not decide")}</h3><p>${escapeMarkup(statementLongWords[locale])}</p>
<h3>${say("所用规则", "Rules")}</h3><table class=rules><colgroup><col class=title><col class=id><col class=class><col class=grade><col><col class=basis></colgroup>${head(say("名称", "Name"), say("编号", "Id"), say("类别", "Class"), say("风险", "Severity"), say("说明", "What it finds"), say("依据", "References"))}<tbody>${rules.join("")}</table>
${policyTable(overview, locale, say)}<h3>${say("版本与摘要", "Versions and digests")}</h3><table class=versions><colgroup><col class=name><col></colgroup><tbody>${versions.join("")}</table>
<h3>${say("选项与上限", "Options and limits")}</h3>${options.length === 0 ? `<p>${say("全部为默认值。", "All as by default.")}</p>` : `<table class=versions><colgroup><col class=name><col></colgroup><tbody>${options.join("")}</table>`}${limits.length === 0 ? "" : `<table class=versions><colgroup><col class=name><col></colgroup><tbody>${limits.join("")}</table>`}
<h3>${say("用语", "Words")}</h3><table class=versions><colgroup><col class=name><col></colgroup><tbody>${glossary.map(([name, meaning]) => row(name, meaning)).join("")}</table></section>
`;
}

/** What the policy says in this zone, class by class. */
function policyTable(overview: Overview, locale: Locale, say: Say): string {
  const policy = overview.header?.policy;
  if (policy === undefined) return "";
  const levelled = policy.rows.some(({ above }) => above !== undefined);
  const rows = policy.rows.map((one) =>
    row(
      dataClassInWords(one.dataClass, locale),
      judgementWords[one.is][locale],
      ...(levelled ? [one.above === undefined ? "" : judgementWords[one.above][locale]] : []),
      one.references.join(say("；", "; ")),
    ),
  );
  return `<h3>${say(`判定策略 ${policy.version}：${zonesInWords(overview, locale)}`, `Policy ${policy.version}: ${zonesInWords(overview, locale)}`)}</h3><table class=versions><colgroup><col class=name><col class=title>${levelled ? "<col class=title>" : ""}<col></colgroup>${head(
    say("类别", "Class"),
    say("判定", "Judgement"),
    ...(levelled ? [say("高于本机密级", "Above the level here")] : []),
    say("依据", "Basis"),
  )}<tbody>${rows.join("")}</table>
`;
}
