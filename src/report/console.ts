import type { ChalkInstance } from "chalk";
import type { ScanEvent } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { Finding } from "../model/finding.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import { displayWidth, neutralise, wrapToWidth } from "../util/width.ts";
import { excludedWords } from "./shared/excludedWords.ts";
import { amountInWords, conclusionInWords, failuresInWords, outcomeOf, zonesInWords } from "./shared/conclusion.ts";
import { absencesInWords, changeWords, comparedInWords, comparisonInWords } from "./shared/comparison.ts";
import { Gather, type FileGroup } from "./shared/gather.ts";
import { placesInWords } from "./shared/placesInWords.ts";
import { recycledWords } from "./shared/recycledWords.ts";
import { groupInWords, groupPlaceInWords, partInWords, shareInFigures } from "./shared/group.ts";
import { Overview } from "./shared/overview.ts";
import { readingInWords } from "./shared/reading.ts";
import { detailInWords } from "./shared/seen.ts";
import {
  confidenceWords,
  count,
  dutyShortWords,
  excerptInWords,
  explainInWords,
  failureWords,
  placeInWords,
  reasonInWords,
  statementWords,
  verdictWords,
  type Locale,
  people,
} from "./shared/words.ts";

/** A screen is read by a person: more than this goes to a report that can be searched. */
const maximumFindings = 2000;
/** Failures and excluded paths a verbose run lists. */
const maximumListed = 2000;
/** Lines of the comparison with last time, unless verbose. */
const comparedShown = 20;
/** Places of one rule in one file, unless verbose. */
const placesPerRule = 3;

interface Labels {
  readonly result: string;
  readonly scope: string;
  readonly places: string;
  readonly overdue: string;
  readonly zone: string;
  readonly compared: string;
  readonly unread: string;
  readonly others: string;
  readonly next: string;
  readonly excluded: string;
}

const labels: Readonly<Record<Locale, Labels>> = {
  zh: {
    result: "结论",
    scope: "范围",
    places: "其中",
    overdue: "超期",
    zone: "区域",
    compared: "对比",
    unread: "未检",
    others: "其他",
    next: "下一步",
    excluded: "排除",
  },
  en: {
    result: "RESULT",
    scope: "SCOPE",
    places: "WITH",
    overdue: "OVERDUE",
    zone: "ZONE",
    compared: "SINCE",
    unread: "UNREAD",
    others: "OTHER",
    next: "NEXT",
    excluded: "EXCLUDED",
  },
};

type Paint = (text: string) => string;
const plain: Paint = (text) => text;

/** Lays out lines: a label, then what belongs to it, wrapped and indented when the terminal is narrow. */
class Page {
  readonly lines: string[] = [];
  readonly #width: number | undefined;
  readonly #indent: number;

  constructor(width: number | undefined, indent: number) {
    this.#width = width;
    // A label column that takes a third of the line would leave nothing for the text.
    this.#indent = width !== undefined && width < indent * 5 ? 2 : indent;
  }

  blank(): void {
    if (this.lines.length > 0 && this.lines.at(-1) !== "") this.lines.push("");
  }

  /** `segments` stay whole where they fit on a line. `deeper` is added to the indent; an empty label gives a line of its own without one. */
  add(label: string, segments: readonly string[], paintLabel: Paint = plain, paintText: Paint = plain, deeper = 0): void {
    // What stands outside of the column asks for less than it; on a narrow screen the column is narrow already.
    const gap = Math.max(0, this.#indent + deeper);
    const own = displayWidth(label);
    // A label wider than its column stands before the text on the first line all the same.
    const first = label === "" ? gap : Math.max(gap, own + 2);
    const lines = this.#fill(segments, first, gap);
    for (const [index, line] of lines.entries()) {
      const lead = index === 0 && label !== "" ? paintLabel(label) + " ".repeat(first - own) : " ".repeat(gap);
      this.lines.push(lead + paintText(line));
    }
  }

  #fill(segments: readonly string[], first: number, gap: number): readonly string[] {
    const kept = segments.filter((segment) => segment !== "");
    if (this.#width === undefined) return [kept.join("   ")];
    const lines: string[] = [];
    let line = "";
    for (const segment of kept) {
      const room = Math.max(10, this.#width - (lines.length === 0 ? first : gap));
      const joined = line === "" ? segment : `${line}   ${segment}`;
      if (displayWidth(joined) <= room) {
        line = joined;
        continue;
      }
      if (line !== "") lines.push(line);
      const wrapped = wrapToWidth(segment, Math.max(10, this.#width - (lines.length === 0 ? first : gap)));
      lines.push(...wrapped.slice(0, -1));
      line = wrapped.at(-1) ?? "";
    }
    if (line !== "" || lines.length === 0) lines.push(line);
    return lines;
  }
}

/** Text for a terminal: the result first, then files worst first, then what was not read and what to do. Written when the scan ends. */
export const console: Reporter = {
  id: "console",
  title: { zh: "终端文本", en: "text for a terminal" },
  extension: "txt",
  open(out: Writer, options: ReportOptions): OpenReport {
    const verbose = options.verbosity === "verbose";
    const explain = options.explain === true;
    const overview = new Overview();
    const gather = new Gather(maximumFindings, (finding) => verbose || explain || finding.effect !== "recorded");
    const failures: Failure[] = [];
    const excluded: { readonly path: string; readonly by: string }[] = [];
    return {
      on(event: ScanEvent): void {
        overview.on(event);
        if (options.verbosity === "quiet") return;
        gather.on(event);
        if (!verbose) return;
        if (event.type === "failure" && failures.length < maximumListed) failures.push(event.failure);
        if (event.type === "excluded" && excluded.length < maximumListed) excluded.push(event);
      },
      async close(): Promise<void> {
        const { Chalk } = await import("chalk");
        const chalk = new Chalk({ level: options.color ? 1 : 0 });
        const page = new Page(options.width, options.locale === "zh" ? 6 : 11);
        addResult(page, overview, chalk, options);
        if (options.verbosity !== "quiet") {
          addFiles(page, gather, overview, chalk, options);
          addComparison(page, overview, options);
          addUnread(page, overview, failures, chalk, options);
          addOthers(page, overview, excluded, options);
          addNext(page, overview, options);
          page.add("", [statementWords[options.locale]], plain, chalk.dim, -(options.locale === "zh" ? 6 : 11));
        }
        // In blocks: two thousand findings are a few hundred KiB.
        for (let at = 0; at < page.lines.length; at += 500) await out.write(`${page.lines.slice(at, at + 500).join("\n")}\n`);
      },
    };
  },
};

function addResult(page: Page, overview: Overview, chalk: ChalkInstance, options: ReportOptions): void {
  const { locale } = options;
  const paints = { violation: chalk.red.bold, suspect: chalk.yellow.bold, unread: chalk.yellow.bold, clean: chalk.green.bold };
  const paint = paints[outcomeOf(overview)];
  page.add(labels[locale].result, [conclusionInWords(overview, locale)], paint, paint);
  if (options.verbosity === "quiet" || overview.header === undefined) return;
  const roots = overview.header.roots.map((root) => neutralise(root.path));
  const shown = roots.length > 5 ? [...roots.slice(0, 5), `… ${count(roots.length)}`] : roots;
  const zone = locale === "zh" ? `区域 ${zonesInWords(overview, locale)}` : `zone ${zonesInWords(overview, locale)}`;
  page.add(labels[locale].scope, [...shown, zone, ...amountInWords(overview, locale)], chalk.bold);
  const { overdue } = overview.header;
  if (overdue !== undefined) {
    const day = overdue.last.slice(0, 10);
    const said =
      locale === "zh" ? `上次完整检查 ${day}，已超期 ${overdue.days} 天` : `last complete check ${day}, ${overdue.days} days overdue`;
    page.add(labels[locale].overdue, [said], chalk.yellow);
  }
  const places = placesInWords(overview.header.places ?? [], locale);
  if (places.length > 0) page.add(labels[locale].places, places.map(neutralise));
  if (!overview.header.zoneGiven) {
    const said =
      locale === "zh"
        ? `未指定，按 ${zonesInWords(overview, locale)}判定；--zone 可改`
        : `not given, judged as ${zonesInWords(overview, locale)}; --zone changes it`;
    page.add(labels[locale].zone, [said], chalk.yellow);
  }
}

function addFiles(page: Page, gather: Gather, overview: Overview, chalk: ChalkInstance, options: ReportOptions): void {
  const { locale } = options;
  const zh = locale === "zh";
  const verbose = options.verbosity === "verbose";
  const paints: Readonly<Record<FileGroup["verdict"], Paint>> = {
    violation: chalk.red.bold,
    suspect: chalk.yellow,
    recorded: chalk.dim,
    clean: chalk.dim,
    "not-examined": chalk.dim,
    textless: chalk.dim,
  };
  const files = gather.files();
  for (const file of files) {
    page.blank();
    const amount: string[] = [];
    if (file.total > 1) amount.push(zh ? `${count(file.total)} 处` : `${count(file.total)} places`);
    if (file.subjects > 0) amount.push(people(file.subjects, locale));
    if (!file.whole) amount.push(zh ? "只读到一部分" : "read in part only");
    const recycled = recycledWords(file.rules[0]?.findings[0].recycled, locale);
    if (recycled !== "") amount.push(neutralise(recycled));
    page.add(verdictWords[file.verdict][locale], [neutralise(file.path), amount.join(zh ? "，" : ", ")], paints[file.verdict], chalk.bold);
    let shown = 0;
    let duty = false;
    for (const group of file.rules) {
      for (const [index, finding] of group.findings.entries()) {
        if (index >= placesPerRule && !verbose) break;
        shown += 1;
        const taken = finding.group;
        const excerpt = taken === undefined ? excerptInWords(finding) : groupInWords(taken, locale);
        const place = taken === undefined ? placeInWords(finding, locale) : groupPlaceInWords(finding, taken, locale);
        if (index > 0) {
          page.add("", [excerpt, place], plain, plain, 2);
          if (options.explain === true) addEvidence(page, finding, overview, locale);
          shown += addParts(page, finding, overview, options);
          continue;
        }
        const title = neutralise(overview.rule(group.ruleId)?.title[locale] ?? group.ruleId);
        const confidence = zh ? `把握${confidenceWords[finding.confidence].zh}` : `${confidenceWords[finding.confidence].en} confidence`;
        const references = finding.judgement.references.map(neutralise).join(zh ? "、" : ", ");
        const basis = references === "" ? "" : zh ? `依据 ${references}` : `basis ${references}`;
        const flags: string[] = [];
        if (finding.sample) flags.push(zh ? "样例" : "sample");
        if (finding.suppression !== undefined) {
          const { reason, by } = finding.suppression;
          flags.push(zh ? `已豁免：${neutralise(reason)}（${neutralise(by)}）` : `suppressed: ${neutralise(reason)} (${neutralise(by)})`);
        }
        page.add("", [title, excerpt, confidence, place, reasonInWords(finding.evidence, locale), basis, ...flags]);
        if (options.explain === true) addEvidence(page, finding, overview, locale);
        shown += addParts(page, finding, overview, options);
        if (finding.dataClass === "state-secret" && finding.effect !== "recorded") duty = true;
      }
    }
    const rest = file.total - shown;
    if (rest > 0)
      page.add(
        "",
        [zh ? `… 其余 ${count(rest)} 处${elsewhere(options)}` : `… ${count(rest)} more ${elsewhere(options)}`],
        plain,
        chalk.dim,
        2,
      );
    if (duty) page.add("", [dutyShortWords[locale]], plain, chalk.red);
  }
  if (gather.left > 0) {
    page.blank();
    const kept = count(gather.seen - gather.left);
    const all = count(gather.seen);
    page.add(
      "",
      [
        zh
          ? `以上为最严重的 ${kept} 处，共 ${all} 处，其余${elsewhere(options)}`
          : `the worst ${kept} of ${all} are shown; the rest ${elsewhere(options)}`,
      ],
      plain,
      chalk.bold,
    );
  }
  if (files.length > 0) page.blank();
}

/** The columns or elements that a finding takes together, each with its first value; gives how many places that shows. */
function addParts(page: Page, { group }: Finding, overview: Overview, { locale, explain }: ReportOptions): number {
  let shown = 0;
  for (const part of group?.parts ?? []) {
    const words = partInWords(part, locale);
    if (words === undefined || part.first === undefined) continue;
    shown += 1;
    const confidence =
      locale === "zh" ? `把握${confidenceWords[part.first.confidence].zh}` : `${confidenceWords[part.first.confidence].en} confidence`;
    page.add("", [words.value, confidence, words.place, reasonInWords(part.first.evidence, locale)], plain, plain, 2);
    if (explain === true) addEvidence(page, part.first, overview, locale);
  }
  return shown;
}

/** Where what is not shown here can be read. */
function elsewhere(options: ReportOptions): string {
  const zh = options.locale === "zh";
  const other = reportOf(options, ["html", "xlsx", "json", "ndjson", "csv"]);
  if (other !== undefined) return zh ? `见 ${other}` : `in ${other}`;
  return options.verbosity === "verbose" ? (zh ? "见 -f json 报告" : "in a report (-f json)") : zh ? "用 -v 列出" : "with -v";
}

function reportOf(options: ReportOptions, formats: readonly string[]): string | undefined {
  for (const format of formats) {
    const found = options.others.find((other) => other.format === format);
    if (found !== undefined) return neutralise(found.path);
  }
  return undefined;
}

/** Under `--explain`: what speaks for and against a finding, and which rules it was preferred to, a line each. */
function addEvidence(page: Page, finding: Pick<Finding, "evidence" | "beaten">, overview: Overview, locale: Locale): void {
  for (const line of explainInWords(finding.evidence, locale)) page.add("", [line], plain, plain, 4);
  for (const { ruleId, confidence, evidence } of finding.beaten ?? []) {
    const title = neutralise(overview.rule(ruleId)?.title[locale] ?? ruleId);
    const said =
      locale === "zh"
        ? `落选：${title}，把握${confidenceWords[confidence].zh}`
        : `not taken: ${title}, ${confidenceWords[confidence].en} confidence`;
    page.add("", [`${said} [${neutralise(ruleId)}]`], plain, plain, 4);
    for (const line of explainInWords(evidence, locale)) page.add("", [line], plain, plain, 6);
  }
}

/** What became of the problems of last time. */
function addComparison(page: Page, overview: Overview, options: ReportOptions): void {
  const { comparison } = overview;
  if (comparison === undefined) return;
  const { locale } = options;
  const zh = locale === "zh";
  const why = absencesInWords(comparison, locale);
  page.add(labels[locale].compared, [comparisonInWords(comparison, locale), why === "" ? "" : zh ? `（${why}）` : `(${why})`]);
  const items = comparison.items.filter(({ change }) => options.verbosity === "verbose" || change !== "put-right");
  const shown = options.verbosity === "verbose" ? items : items.slice(0, comparedShown);
  for (const item of shown) {
    const title = neutralise(overview.rule(item.ruleId)?.title[locale] ?? item.ruleId);
    const number = item.number === 1 ? "" : zh ? `${count(item.number)} 处` : `${count(item.number)} places`;
    page.add(
      "",
      [changeWords[item.change][locale], neutralise(item.path), title, number, neutralise(comparedInWords(item, locale))],
      plain,
      plain,
      2,
    );
  }
  if (items.length > shown.length) {
    const rest = count(items.length - shown.length);
    page.add("", [zh ? `… 其余 ${rest} 项${elsewhere(options)}` : `… ${rest} more ${elsewhere(options)}`], plain, plain, 2);
  }
}

function addUnread(page: Page, overview: Overview, failures: readonly Failure[], chalk: ChalkInstance, options: ReportOptions): void {
  const { locale } = options;
  const zh = locale === "zh";
  const verbose = options.verbosity === "verbose";
  const { partial, unwalked } = overview.ledger;
  const number = count(overview.unread);
  const files = zh ? `${number} 个文件` : `${number} ${overview.unread === 1 ? "file" : "files"}`;
  const parts = [overview.unread === 0 ? number : files, failuresInWords(overview, locale)];
  const of: string[] = [];
  if (partial > 0) of.push(zh ? `${count(partial)} 个只读到一部分` : `${count(partial)} read in part`);
  if (overview.ledger.seen > 0)
    of.push(zh ? `${count(overview.ledger.seen)} 个已由人查看` : `${count(overview.ledger.seen)} seen by a person`);
  if (unwalked > 0) of.push(zh ? `${count(unwalked)} 处进不去或不存在` : `${count(unwalked)} not entered or not there`);
  if (of.length > 0) parts.push(zh ? `其中 ${of.join("，")}` : `of these ${of.join(", ")}`);
  if (overview.unread > 0 && !verbose) parts.push(elsewhere({ ...options, locale }));
  page.add(labels[locale].unread, parts, overview.unread > 0 ? chalk.yellow.bold : chalk.bold);
  for (const failure of failures) {
    page.add(
      "",
      [neutralise(failure.path), failureWords[failure.code][locale], neutralise(detailInWords(failure, locale))],
      plain,
      plain,
      2,
    );
  }
  const all = Object.values(overview.failures).reduce((sum, number) => sum + number, 0);
  if (verbose && all > failures.length) {
    page.add(
      "",
      [zh ? `… 列出 ${count(failures.length)}，共 ${count(all)}` : `… ${count(failures.length)} shown of ${count(all)}`],
      plain,
      chalk.dim,
      2,
    );
  }
}

function addOthers(page: Page, overview: Overview, excluded: readonly { path: string; by: string }[], options: ReportOptions): void {
  const { locale } = options;
  const zh = locale === "zh";
  const { textless, excluded: left } = overview.ledger;
  const parts = [
    zh ? `无文本可检 ${count(textless)}${textless > 0 ? "（图标、程序等）" : ""}` : `no text to examine ${count(textless)}`,
    zh ? `按规则排除 ${count(left)}` : `excluded ${count(left)}`,
    zh ? `登记 ${count(overview.recorded)}` : `recorded ${count(overview.recorded)}`,
    zh ? `低置信 ${count(overview.low)}` : `low confidence ${count(overview.low)}`,
  ];
  if (overview.suppressed > 0) parts.push(zh ? `已豁免 ${count(overview.suppressed)}` : `suppressed ${count(overview.suppressed)}`);
  const expired = overview.header?.baseline?.expired ?? 0;
  if (expired > 0) parts.push(zh ? `豁免已过期 ${count(expired)}` : `suppressions expired ${count(expired)}`);
  if (overview.samples > 0) parts.push(zh ? `样例 ${count(overview.samples)}` : `samples ${count(overview.samples)}`);
  if (overview.unstored > 0) parts.push(zh ? `只计数 ${count(overview.unstored)}` : `counted only ${count(overview.unstored)}`);
  const concerned = overview.summary?.subjects ?? 0;
  if (concerned > 0) parts.push(zh ? `涉及 ${people(concerned, locale)}` : `${people(concerned, locale)} concerned`);
  const share = overview.summary?.quantity?.share ?? 0;
  if (share >= 0.01)
    parts.push(
      zh
        ? `数量指标 ${shareInFigures(share)}（以法释〔2017〕10号 第五条减半限额为 1，非法律认定）`
        : `quantity indicator ${shareInFigures(share)}`,
    );
  parts.push(...readingInWords(overview, locale));
  page.add(labels[locale].others, [parts.join(" · ")]);
  for (const one of excluded) page.add("", [neutralise(one.path), neutralise(excludedWords(one.by, locale))], plain, plain, 2);
  if (excluded.length > 0 && left > excluded.length) {
    page.add(
      "",
      [zh ? `… 列出 ${count(excluded.length)}，共 ${count(left)}` : `… ${count(excluded.length)} shown of ${count(left)}`],
      plain,
      plain,
      2,
    );
  }
}

function addNext(page: Page, overview: Overview, options: ReportOptions): void {
  const { locale } = options;
  const zh = locale === "zh";
  const { violation, suspect } = overview.verdicts;
  const steps: string[] = [];
  if (overview.stateSecret)
    steps.push(zh ? "按上述要求处置带国家秘密标志的文件" : "deal with the files that carry a state-secret mark as said above");
  if (violation > 0) steps.push(zh ? `整改违规文件 ${count(violation)} 个` : `put ${count(violation)} in violation right`);
  if (suspect > 0) steps.push(zh ? `核实疑似文件 ${count(suspect)} 个` : `check ${count(suspect)} suspect`);
  if (overview.unseen > 0) steps.push(zh ? `人工查看未检 ${count(overview.unseen)} 个` : `look at ${count(overview.unseen)} not examined`);
  if (!overview.complete) steps.push(zh ? "重新运行至完成" : "run again to the end");
  const html = reportOf(options, ["html"]);
  const sheet = reportOf(options, ["xlsx"]);
  if (html !== undefined) steps.push(zh ? `自查报告见 ${html}` : `the self-check report is ${html}`);
  if (sheet !== undefined) steps.push(zh ? `整改清单见 ${sheet}` : `the rectification list is in ${sheet}`);
  if (steps.length === 0) return;
  page.add(
    labels[locale].next,
    steps.map((step, index) => `${index + 1} ${step}`),
  );
}
