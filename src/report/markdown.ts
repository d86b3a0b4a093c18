import type { ScanEvent } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import { neutralise } from "../util/width.ts";
import { amountInWords, conclusionInWords, failuresInWords, zonesInWords } from "./shared/conclusion.ts";
import { findingInWords } from "./shared/group.ts";
import { comparisonInWords } from "./shared/comparison.ts";
import { Gather } from "./shared/gather.ts";
import { Overview } from "./shared/overview.ts";
import { seenInWords } from "./shared/seen.ts";
import {
  adviceWords,
  confidenceWords,
  count,
  dutyWords,
  failureWords,
  reasonInWords,
  statementWords,
  verdictWords,
} from "./shared/words.ts";

/** GitHub takes comments of 65,536 characters; the rest is for what stands around the lists. */
const maximumLength = 50_000;
const maximumFindings = 1000;
const maximumFailures = 200;

/**
 * Text that Markdown shows as it is, on one line: what CommonMark or HTML could take for markup is escaped, and what GitHub and GitLab turn into
 * links, mentions and formulas (`://`, `www.`, `@name`, `#1`, `$…$`) stands as an entity.
 */
function escapeMarkdown(text: string): string {
  return neutralise(text).replaceAll(/[\\`*_[\]<>&|~#@$!]|:(?=\/\/)|(?<=www)\./g, (character) =>
    /[\\`*_[\]|~!]/.test(character) ? `\\${character}` : `&#${character.charCodeAt(0)};`,
  );
}

/** For a merge request or a ticket: the result, problems by file worst first, what was not examined. Short enough for a comment. */
export const markdown: Reporter = {
  id: "markdown",
  title: { zh: "Markdown", en: "Markdown" },
  extension: "md",
  open(out: Writer, options: ReportOptions): OpenReport {
    const overview = new Overview();
    const gather = new Gather(maximumFindings, (finding) => finding.effect !== "recorded");
    const failures: Failure[] = [];
    return {
      on(event: ScanEvent): void {
        overview.on(event);
        gather.on(event);
        if (event.type === "failure" && failures.length < maximumFailures) failures.push(event.failure);
      },
      async close(): Promise<void> {
        await out.write(pageOf(overview, gather, failures, options));
      },
    };
  },
};

function pageOf(overview: Overview, gather: Gather, failures: readonly Failure[], options: ReportOptions): string {
  const { locale } = options;
  const zh = locale === "zh";
  const lines = [`## ${zh ? "保密自查" : "Secrecy self-check"}`, "", `**${escapeMarkdown(conclusionInWords(overview, locale))}**`, ""];
  if (overview.header !== undefined) {
    const scope = [
      overview.header.roots.map((root) => root.path).join(" "),
      zonesInWords(overview, locale),
      ...amountInWords(overview, locale),
    ];
    lines.push(scope.map(escapeMarkdown).join(" · "), "");
  }
  if (overview.stateSecret) lines.push(`> **${zh ? "须立即处理" : "Act at once"}** ${escapeMarkdown(dutyWords[locale])}`, "");
  if (overview.comparison !== undefined) {
    lines.push(`${zh ? "与上次相比" : "Since last time"}: ${escapeMarkdown(comparisonInWords(overview.comparison, locale))}`, "");
  }
  let room = maximumLength;
  let shown = 0;
  for (const file of gather.files()) {
    const heading = `- **${verdictWords[file.verdict][locale]}** ${escapeMarkdown(file.path)}${file.total > 1 ? ` (${count(file.total)})` : ""}`;
    const block = [heading];
    let here = 0;
    for (const group of file.rules) {
      for (const finding of group.findings.slice(0, 5)) {
        const title = overview.rule(group.ruleId)?.title[locale] ?? group.ruleId;
        const confidence = `${zh ? "把握" : "confidence "}${confidenceWords[finding.confidence][locale]}`;
        const words = findingInWords(finding, locale);
        const parts = [title, words.evidence, words.place, confidence, reasonInWords(finding.evidence, locale)];
        parts.push(finding.judgement.references.join(zh ? "、" : ", "));
        block.push(
          `  - ${parts
            .filter((part) => part !== "")
            .map(escapeMarkdown)
            .join(" · ")}`,
        );
        here += 1;
      }
    }
    room -= block.reduce((total, line) => total + line.length + 1, 0);
    if (room < 0) break;
    shown += here;
    lines.push(...block);
  }
  const left = gather.seen + overview.unstored - shown;
  if (left > 0)
    lines.push(
      "",
      zh
        ? `以上列出 ${count(shown)} 处，其余 ${count(left)} 处见其他报告。`
        : `${count(shown)} places are listed; ${count(left)} more are in the other reports.`,
    );
  if (overview.unread > 0 || failures.length > 0) {
    lines.push(
      "",
      `### ${zh ? "未检" : "Not examined"} ${count(overview.unread)}`,
      "",
      escapeMarkdown(failuresInWords(overview, locale)),
      "",
    );
    let listed = 0;
    for (const failure of failures) {
      const next = failure.seen === undefined ? adviceWords[failure.code][locale] : seenInWords(failure, locale);
      const line = `- [${failure.seen === undefined ? " " : "x"}] ${escapeMarkdown(failure.path)} · ${escapeMarkdown(failureWords[failure.code][locale])} · ${escapeMarkdown(next)}`;
      room -= line.length + 1;
      if (room < -10_000) break;
      lines.push(line);
      listed += 1;
    }
    const all = Object.values(overview.failures).reduce((total, number) => total + number, 0);
    if (all > listed)
      lines.push("", zh ? `其余 ${count(all - listed)} 个见其他报告。` : `${count(all - listed)} more are in the other reports.`);
  }
  lines.push("", escapeMarkdown(statementWords[locale]), "");
  return lines.join("\n");
}
