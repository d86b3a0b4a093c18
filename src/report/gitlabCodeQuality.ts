import { createHash } from "node:crypto";
import type { ScanEvent } from "../model/event.ts";
import type { Finding } from "../model/finding.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import type { Severity } from "../model/rule.ts";
import { detailWords } from "./shared/detailWords.ts";
import { Buffered } from "./shared/buffered.ts";
import { conclusionInWords } from "./shared/conclusion.ts";
import { Overview } from "./shared/overview.ts";
import { relativePaths } from "../util/relative.ts";
import { seenInWords } from "./shared/seen.ts";
import { adviceWords, confidenceWords, excerptInWords, failureWords, placeInWords, reasonInWords } from "./shared/words.ts";

const severities: Readonly<Record<Severity, string>> = {
  critical: "blocker",
  high: "critical",
  medium: "major",
  low: "minor",
  info: "info",
};

/**
 * GitLab Code Quality: a JSON array of issues. Holds what counts (violation, suspect) and every failure; recorded findings are no issue of
 * quality and are left to other formats. Coverage is an issue of its own when something was not examined, or the scan was cut short.
 */
export const gitlabCodeQuality: Reporter = {
  id: "gitlab-codequality",
  title: { zh: "GitLab 代码质量", en: "GitLab Code Quality" },
  extension: "json",
  open(out: Writer, options: ReportOptions): OpenReport {
    const { locale } = options;
    const overview = new Overview();
    const buffered = new Buffered(out);
    let relative = relativePaths(undefined);
    let written = 0;
    /** How often a failure of the same code and path came: GitLab shows one issue for each fingerprint. */
    const repeats = new Map<string, number>();

    const issue = (
      description: string,
      check: string,
      fingerprint: string,
      severity: string,
      path: string,
      line: number,
    ): void | Promise<void> => {
      const value = { description, check_name: check, fingerprint, severity, location: { path, lines: { begin: line } } };
      written += 1;
      return buffered.add(`${written === 1 ? "[\n" : ",\n"}${JSON.stringify(value)}`);
    };

    return {
      on(event: ScanEvent): void | Promise<void> {
        overview.on(event);
        if (event.type === "scan-start") relative = relativePaths(event.header);
        if (event.type === "finding" && event.finding.effect !== "recorded") {
          const { finding } = event;
          const title = overview.rule(finding.ruleId)?.title[locale] ?? finding.ruleId;
          const parts = [
            placeInWords(finding, locale),
            `${locale === "zh" ? "把握" : "confidence "}${confidenceWords[finding.confidence][locale]}`,
          ];
          parts.push(reasonInWords(finding.evidence, locale));
          const description = `${title}: ${excerptInWords(finding)} (${parts.filter((part) => part !== "").join("; ")})`;
          return issue(
            description,
            finding.ruleId,
            finding.fingerprint,
            severities[finding.severity],
            relative(finding.path).path,
            lineOf(finding),
          );
        }
        if (event.type === "failure") {
          const { failure } = event;
          const path = relative(failure.path).path;
          const key = `${failure.code}\n${path}`;
          const number = repeats.get(key) ?? 0;
          if (repeats.size > 10_000) repeats.clear();
          repeats.set(key, number + 1);
          const next = failure.seen === undefined ? adviceWords[failure.code][locale] : seenInWords(failure, locale);
          const description = `${failureWords[failure.code][locale]}: ${detailWords(failure, locale)}. ${next}`;
          const fingerprint = digest(`${key}\n${failure.detail}\n${number}`);
          return issue(
            description,
            `zicha/not-examined/${failure.code}`,
            fingerprint,
            failure.seen === undefined ? "minor" : "info",
            path,
            1,
          );
        }
        return undefined;
      },
      async close(): Promise<void> {
        if (overview.unseen > 0 || !overview.complete) {
          const check = overview.complete ? "zicha/coverage" : "zicha/incomplete";
          await issue(conclusionInWords(overview, locale), check, digest(check), overview.complete ? "minor" : "critical", ".", 1);
        }
        await buffered.add(written === 0 ? "[]\n" : "\n]\n");
        await buffered.flush();
      },
    };
  },
};

function lineOf(finding: Finding): number {
  const { location } = finding;
  return location.kind === "line" ? location.line : 1;
}

/** Only of codes, paths and details: none of them holds a value. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
