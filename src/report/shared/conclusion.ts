import type { FailureCode } from "../../model/failure.ts";
import type { Overview } from "./overview.ts";
import { count, durationInWords, failureWords, zoneInWords, type Locale } from "./words.ts";

/** How the result is to be taken: for colour and for the answer a reader looks for first. */
export type Outcome = "violation" | "suspect" | "unread" | "clean";

/** `unread` covers what was not read as well as a scan that was cut short or met nothing at all: none of them is a clean result. */
export function outcomeOf(overview: Overview): Outcome {
  if (overview.verdicts.violation > 0) return "violation";
  if (overview.verdicts.suspect > 0) return "suspect";
  return overview.unseen > 0 || !overview.complete || overview.ledger.entries === 0 ? "unread" : "clean";
}

const plural = (number: number, one: string, many: string): string => `${count(number)} ${number === 1 ? one : many}`;

/** The result in one sentence, as every report says it. */
export function conclusionInWords(overview: Overview, locale: Locale): string {
  const { verdicts, ledger } = overview;
  const unread = overview.unseen;
  const zh = locale === "zh";
  const parts: string[] = [];
  if (!overview.complete) parts.push(zh ? "检查中断，结果不完整" : "the scan was cut short, the result is incomplete");
  if (verdicts.violation + verdicts.suspect > 0) {
    const found: string[] = [];
    if (verdicts.violation > 0) {
      found.push(zh ? `违规 ${count(verdicts.violation)} 个文件` : `${plural(verdicts.violation, "file", "files")} in violation`);
    }
    if (verdicts.suspect > 0) {
      if (zh) found.push(`疑似 ${count(verdicts.suspect)} 个文件`);
      else
        found.push(verdicts.violation > 0 ? `${count(verdicts.suspect)} suspect` : `${plural(verdicts.suspect, "file", "files")} suspect`);
    }
    parts.push(zh ? `发现问题：${found.join("，")}` : `problems found: ${found.join(", ")}`);
    if (unread > 0) {
      parts.push(zh ? `另有 ${count(unread)} 个文件未检，须人工查看` : `${count(unread)} more could not be examined and need a person`);
    }
  } else if (ledger.entries === 0 && unread === 0) {
    parts.push(zh ? "没有检查到任何文件，不能视为无问题" : "no file was examined, so this is no clean result");
  } else if (unread > 0) {
    if (overview.examined === 0) {
      parts.push(
        zh
          ? `没有文件被检查；${count(unread)} 个文件未检，不能视为无问题`
          : `nothing could be examined; ${plural(unread, "file", "files")} not examined, so this is no clean result`,
      );
    } else {
      parts.push(
        zh
          ? `已检部分未发现问题；${count(unread)} 个文件未检，不能视为无问题`
          : `nothing found in what was examined; ${plural(unread, "file was", "files were")} not examined, so this is no clean result`,
      );
    }
  } else {
    const examined = count(overview.examined);
    const textless = count(ledger.textless);
    if (zh) parts.push(`未发现问题（已检 ${examined}${ledger.textless > 0 ? `，无文本可检 ${textless}` : ""}，未检 0）`);
    else parts.push(`nothing found (examined ${examined}${ledger.textless > 0 ? `, no text to examine ${textless}` : ""}, not examined 0)`);
  }
  if (ledger.seen > 0) {
    parts.push(
      zh
        ? `${count(ledger.seen)} 个未检文件已由人查看`
        : `${plural(ledger.seen, "unread file was", "unread files were")} looked at by a person`,
    );
  }
  return parts.join(zh ? "；" : "; ");
}

/**
 * `加密 2 · 损坏 1`, most frequent first; empty when there is none. Failures are counted, and a file may have several: where there are more of
 * them than files it says so, `共 5 项原因：损坏 2 · …`.
 */
export function failuresInWords(overview: Overview, locale: Locale): string {
  const counts = failureCounts(overview);
  const said = counts
    .map(([code, number]) => {
      const word = failureWords[code][locale];
      return `${word}${word.endsWith("）") ? "" : " "}${count(number)}`;
    })
    .join(" · ");
  const all = counts.reduce((sum, [, number]) => sum + number, 0);
  if (all === overview.unread || said === "") return said;
  return locale === "zh" ? `共 ${count(all)} 项原因：${said}` : `${plural(all, "reason", "reasons")}: ${said}`;
}

/** Failures by code, most frequent first, then by code. */
export function failureCounts(overview: Overview): readonly (readonly [FailureCode, number])[] {
  const counts: [FailureCode, number][] = [];
  for (const code of Object.keys(failureWords) as FailureCode[]) {
    const number = overview.failures[code] ?? 0;
    if (number > 0) counts.push([code, number]);
  }
  return counts.toSorted((left, right) => right[1] - left[1]);
}

/** `internet（互联网计算机）`; for several zones each once. */
export function zonesInWords(overview: Overview, locale: Locale): string {
  const header = overview.header;
  if (header === undefined) return "";
  const zones = new Set(header.roots.length === 0 ? [header.zone] : header.roots.map((root) => root.zone));
  return [...zones]
    .map((zone) => {
      const words = zoneInWords(zone, locale);
      if (words === zone) return words;
      return locale === "zh" ? `${zone}（${words}）` : `${zone} (${words})`;
    })
    .join(locale === "zh" ? "、" : ", ");
}

/** `41 个文件`, with time when the scan came to its end. */
export function amountInWords(overview: Overview, locale: Locale): readonly string[] {
  const entries = overview.ledger.entries;
  const amount = locale === "zh" ? `${count(entries)} 个文件` : plural(entries, "file", "files");
  return overview.summary === undefined ? [amount] : [amount, durationInWords(overview.summary.elapsedMs, locale)];
}
