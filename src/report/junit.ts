import type { ScanEvent } from "../model/event.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import { detailWords } from "./shared/detailWords.ts";
import { Buffered } from "./shared/buffered.ts";
import { comparisonInWords } from "./shared/comparison.ts";
import { conclusionInWords } from "./shared/conclusion.ts";
import { escapeMarkup } from "./shared/escape.ts";
import { Overview } from "./shared/overview.ts";
import { seenInWords } from "./shared/seen.ts";
import { Spool } from "./shared/spool.ts";
import {
  adviceWords,
  confidenceWords,
  count,
  excerptInWords,
  failureWords,
  placeInWords,
  reasonInWords,
  verdictWords,
} from "./shared/words.ts";

/** Findings told in full for each file; the rest by number: a test's message is read by a person. */
const maximumLines = 100;

interface OpenFile {
  /** Worst effect met so far. */
  violation: boolean;
  suspect: boolean;
  total: number;
  readonly lines: string[];
}

/**
 * JUnit XML for Jenkins and others: one test case for each file with a problem and for each thing not examined. A file in violation fails, a
 * suspect one is skipped with its reason (it does not fail the default gate), what was not examined is an error. Counts stand in the head.
 */
export const junit: Reporter = {
  id: "junit",
  title: { zh: "JUnit XML", en: "JUnit XML" },
  extension: "xml",
  open(out: Writer, options: ReportOptions): OpenReport {
    const { locale } = options;
    const zh = locale === "zh";
    const overview = new Overview();
    const problems = new Spool();
    const unread = new Spool();
    const open = new Map<string, OpenFile>();
    let failed = 0;
    let skipped = 0;
    /** Not examined, and looked at by a person. */
    let passedOver = 0;

    const end = (path: string, file: OpenFile, elapsedMs: number): void => {
      if (!file.violation && !file.suspect) return;
      const kind = file.violation ? "violation" : "suspect";
      const rest = file.total - file.lines.length;
      if (rest > 0) file.lines.push(zh ? `… 其余 ${count(rest)} 处` : `… ${count(rest)} more`);
      const name = escapeMarkup(path);
      const message = escapeMarkup(`${verdictWords[kind][locale]} ${file.lines[0] ?? ""}`);
      // `skipped` has no content in most readers, so its places go to system-out.
      const body = escapeLines(file.lines);
      const told =
        kind === "violation"
          ? `<failure type="${kind}" message="${message}">${body}</failure>`
          : `<skipped message="${message}"/><system-out>${body}</system-out>`;
      problems.add(
        `<testcase classname="zicha.${kind}" name="${name}" file="${name}" time="${(elapsedMs / 1000).toFixed(3)}">${told}</testcase>\n`,
      );
      if (file.violation) failed += 1;
      else skipped += 1;
    };

    return {
      on(event: ScanEvent): void {
        overview.on(event);
        if (event.type === "finding") {
          const { finding } = event;
          if (finding.effect === "recorded") return;
          let file = open.get(finding.path);
          if (file === undefined) {
            file = { violation: false, suspect: false, total: 0, lines: [] };
            open.set(finding.path, file);
          }
          file[finding.effect] = true;
          file.total += 1;
          if (file.lines.length >= maximumLines) return;
          const title = overview.rule(finding.ruleId)?.title[locale] ?? finding.ruleId;
          const parts = [
            title,
            excerptInWords(finding),
            placeInWords(finding, locale),
            `${zh ? "把握" : "confidence "}${confidenceWords[finding.confidence][locale]}`,
            reasonInWords(finding.evidence, locale),
            finding.judgement.references.join(zh ? "、" : ", "),
          ];
          file.lines.push(parts.filter((part) => part !== "").join(" | "));
        } else if (event.type === "entry-end") {
          const file = open.get(event.path);
          if (file === undefined) return;
          open.delete(event.path);
          for (const one of event.counts) if (one.confidence !== "low") file.total += Math.max(0, one.total - one.stored);
          end(event.path, file, event.elapsedMs);
        } else if (event.type === "failure") {
          const { failure } = event;
          const name = escapeMarkup(failure.path);
          const message = escapeMarkup(`${failureWords[failure.code][locale]}: ${detailWords(failure, locale)}`);
          const seen = escapeMarkup(seenInWords(failure, locale));
          if (seen !== "") passedOver += 1;
          const told =
            seen === ""
              ? `<error type="${failure.code}" message="${message}">${escapeMarkup(adviceWords[failure.code][locale])}</error>`
              : `<skipped message="${message}; ${seen}"/>`;
          unread.add(
            `<testcase classname="zicha.not-examined" name="${escapeMarkup(`${failure.code} ${failure.path}`)}" file="${name}" time="0">${told}</testcase>\n`,
          );
        }
      },
      async close(): Promise<void> {
        // Not ended, or told after the end: both are problems all the same.
        for (const [path, file] of open) end(path, file, 0);
        const buffered = new Buffered(out);
        const cut = overview.complete ? 0 : 1;
        const passed = overview.verdicts.clean;
        const all = problems.count + unread.count + 2;
        const time = ((overview.summary?.elapsedMs ?? 0) / 1000).toFixed(3);
        const started = overview.header === undefined ? "" : ` timestamp="${escapeMarkup(overview.header.started.slice(0, 19))}"`;
        const host = overview.header === undefined ? "" : ` hostname="${escapeMarkup(overview.header.host)}"`;
        await buffered.add(
          `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="zicha" tests="${all}" failures="${failed}" errors="${unread.count - passedOver + cut}" skipped="${skipped + passedOver}" time="${time}">\n`,
        );
        await buffered.add(
          `<testsuite name="problems" tests="${problems.count}" failures="${failed}" errors="0" skipped="${skipped}" time="${time}"${started}${host}>\n`,
        );
        for (const block of problems.blocks()) await buffered.add(block);
        await buffered.add(
          `</testsuite>\n<testsuite name="not-examined" tests="${unread.count}" failures="0" errors="${unread.count - passedOver}" skipped="${passedOver}" time="0"${started}${host}>\n`,
        );
        for (const block of unread.blocks()) await buffered.add(block);
        const { ledger } = overview;
        const properties = Object.entries(ledger).map(([name, number]) => `<property name="${name}" value="${number}"/>`);
        const compared = overview.comparison === undefined ? "" : `\n${comparisonInWords(overview.comparison, locale)}`;
        const conclusion = `${escapeMarkup(conclusionInWords(overview, locale))}${compared}`;
        const whole = overview.complete ? "" : `<error type="interrupted" message="${conclusion}"/>`;
        await buffered.add(
          `</testsuite>\n<testsuite name="coverage" tests="2" failures="0" errors="${cut}" skipped="0" time="0"${started}${host}>\n<properties>${properties.join("")}</properties>\n<testcase classname="zicha.coverage" name="${zh ? "检查完成" : "the scan came to its end"}" time="0">${whole}</testcase>\n<testcase classname="zicha.coverage" name="${zh ? `未发现问题的文件 ${count(passed)} 个` : `files without a problem: ${count(passed)}`}" time="0"/>\n<system-out>${conclusion}</system-out>\n</testsuite>\n</testsuites>\n`,
        );
        await buffered.flush();
      },
    };
  },
};

function escapeLines(lines: readonly string[]): string {
  return lines.map(escapeMarkup).join("\n");
}
