import type { Compared } from "../model/comparison.ts";
import type { ScanEvent } from "../model/event.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import { neutralise } from "../util/width.ts";
import { Buffered } from "./shared/buffered.ts";
import { changeWords, comparedEvidence, comparedInWords } from "./shared/comparison.ts";
import { conclusionInWords } from "./shared/conclusion.ts";
import { Overview } from "./shared/overview.ts";
import { detailInWords, seenInWords } from "./shared/seen.ts";
import { recycledWords } from "./shared/recycledWords.ts";
import {
  confidenceWords,
  dataClassInWords,
  excerptInWords,
  failureWords,
  placeInWords,
  reasonInWords,
  severityWords,
  verdictWords,
  type Locale,
} from "./shared/words.ts";

/** Names of the columns, the same in every language: scripts read them. */
const columns = [
  "record",
  "verdict",
  "path",
  "place",
  "rule",
  "title",
  "class",
  "severity",
  "confidence",
  "evidence",
  "why",
  "basis",
  "detail",
  "fingerprint",
  "suppressed",
] as const;
type Row = Partial<Record<(typeof columns)[number], string>>;

/**
 * A cell no spreadsheet takes for a formula: what begins with `= + - @` (full-width too), a tab or a line end gets an apostrophe before it.
 * Always quoted (RFC 4180), on one line.
 */
export function csvCell(text: string): string {
  const safe = /^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${neutralise(safe).replaceAll('"', '""')}"`;
}

/**
 * One row for each finding, failure and excluded path, in walk order, then the counts of the scan: `record` says which. UTF-8 with byte order
 * mark and CRLF, as spreadsheets want it. The last row says whether the scan was whole.
 */
export const csv: Reporter = {
  id: "csv",
  title: { zh: "CSV 表格", en: "CSV" },
  extension: "csv",
  open(out: Writer, options: ReportOptions): OpenReport {
    const { locale } = options;
    const overview = new Overview();
    const buffered = new Buffered(out);
    let opened = false;
    const write = (row: Row): void | Promise<void> => {
      const head = opened ? "" : `\uFEFF${columns.join(",")}\r\n`;
      opened = true;
      return buffered.add(`${head}${columns.map((column) => (row[column] === undefined ? "" : csvCell(row[column]))).join(",")}\r\n`);
    };
    return {
      on(event: ScanEvent): void | Promise<void> {
        overview.on(event);
        switch (event.type) {
          case "finding": {
            const { finding } = event;
            return write({
              record: "finding",
              verdict: verdictWords[finding.effect][locale],
              path: finding.path,
              place: placeInWords(finding, locale),
              rule: finding.ruleId,
              title: overview.rule(finding.ruleId)?.title[locale] ?? finding.ruleId,
              class: dataClassInWords(finding.dataClass, locale),
              severity: severityWords[finding.severity][locale],
              confidence: confidenceWords[finding.confidence][locale],
              evidence: excerptInWords(finding),
              why: reasonInWords(finding.evidence, locale),
              basis: finding.judgement.references.join(locale === "zh" ? "、" : "; "),
              detail: finding.sample ? (locale === "zh" ? "样例" : "sample") : recycledWords(finding.recycled, locale),
              fingerprint: finding.fingerprint,
              suppressed: finding.suppression === undefined ? "" : `${finding.suppression.reason} (${finding.suppression.by})`,
            });
          }
          case "failure":
            return write({
              record: "failure",
              verdict: verdictWords["not-examined"][locale],
              path: event.failure.path,
              rule: event.failure.code,
              title: failureWords[event.failure.code][locale],
              detail: detailInWords(event.failure, locale),
              suppressed: seenInWords(event.failure, locale),
            });
          case "excluded":
            return write({ record: "excluded", path: event.path, detail: event.by });
          case "entry-end": {
            const { path } = event;
            const rows = event.counts.filter((one) => one.total > one.stored);
            const texts = rows.map((one) => ({ record: "counted", path, rule: one.ruleId, detail: String(one.total - one.stored) }));
            return texts.reduce<void | Promise<void>>(
              (before, row) => (before === undefined ? write(row) : before.then(() => write(row))),
              undefined,
            );
          }
          case "comparison": {
            const { items } = event.comparison;
            return items
              .map((item): Row => comparedRow(item, overview, locale))
              .reduce<void | Promise<void>>(
                (before, row) => (before === undefined ? write(row) : before.then(() => write(row))),
                undefined,
              );
          }
          case "scan-start":
          case "scan-end":
            return undefined;
        }
      },
      async close(): Promise<void> {
        const { ledger } = overview;
        for (const [name, number] of Object.entries(ledger)) await write({ record: "summary", title: name, detail: String(number) });
        const { comparison } = overview;
        if (comparison !== undefined) {
          for (const [name, number] of Object.entries(comparison.counts)) {
            await write({ record: "summary", title: `compared: ${name}`, detail: String(number) });
          }
        }
        await write({ record: "summary", title: "findings", detail: String(overview.findings) });
        await write({
          record: "summary",
          title: "complete",
          detail: String(overview.complete),
          evidence: conclusionInWords(overview, locale),
        });
        await buffered.flush();
      },
    };
  },
};

function comparedRow(item: Compared, overview: Overview, locale: Locale): Row {
  return {
    record: "compared",
    verdict: changeWords[item.change][locale],
    path: item.path,
    rule: item.ruleId,
    title: overview.rule(item.ruleId)?.title[locale] ?? item.ruleId,
    severity: severityWords[item.severity][locale],
    evidence: comparedEvidence(item),
    detail: [String(item.number), comparedInWords(item, locale)].filter((part) => part !== "").join("; "),
    fingerprint: item.fingerprint,
  };
}
