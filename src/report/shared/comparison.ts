import type { Absence, Change, Compared, Comparison } from "../../model/comparison.ts";
import type { FailureCode } from "../../model/failure.ts";
import { count, failureWords, type Both, type Locale } from "./words.ts";

/** Changes in the order reports tell them. */
export const changeOrder: readonly Change[] = ["new", "reappeared", "remaining", "moved", "not-examined", "put-right"];

export const changeWords: Readonly<Record<Change, Both>> = {
  new: { zh: "新增", en: "new" },
  reappeared: { zh: "重现", en: "reappeared" },
  remaining: { zh: "未整改", en: "remaining" },
  moved: { zh: "移动（未整改）", en: "moved (remaining)" },
  "not-examined": { zh: "本次未检", en: "not examined this time" },
  "put-right": { zh: "已整改", en: "put right" },
};

const absenceWords: Readonly<Record<Absence, Both>> = {
  "out-of-scope": { zh: "不在本次范围", en: "out of this scan's scope" },
  excluded: { zh: "本次排除", en: "excluded this time" },
  unread: { zh: "本次未读到", en: "could not be read this time" },
  interrupted: { zh: "本次检查中断", en: "this scan was cut short" },
  "rule-off": { zh: "规则已停用", en: "the rule is switched off" },
  "pack-changed": { zh: "规则包已变更", en: "the rule pack has changed" },
  confidence: { zh: "低于本次报告的置信度", en: "below the confidence reported" },
  "counted-only": { zh: "同类过多，只计数", en: "too many of its kind, only counted" },
};

/** `新增 3 · 重现 0 · …`: all six, since a zero is an answer too. */
export function comparisonInWords(comparison: Comparison, locale: Locale): string {
  return changeOrder.map((change) => `${changeWords[change][locale]} ${count(comparison.counts[change])}`).join(" · ");
}

/** `加密 2 · 本次排除 1`: why nothing can be said of what was not examined; empty where all was. */
export function absencesInWords(comparison: Comparison, locale: Locale): string {
  return (Object.keys(absenceWords) as Absence[])
    .flatMap((absence) => {
      const number = comparison.absences[absence] ?? 0;
      return number === 0 ? [] : [`${absenceWords[absence][locale]} ${count(number)}`];
    })
    .join(" · ");
}

/** What a row adds: where it was, or why it was not examined. */
export function comparedInWords(item: Compared, locale: Locale): string {
  if (item.from !== undefined) return locale === "zh" ? `原在 ${item.from}` : `was ${item.from}`;
  if (item.absence === undefined) return "";
  const code =
    item.code !== undefined && Object.hasOwn(failureWords, item.code) ? failureWords[item.code as FailureCode][locale] : undefined;
  const words = Object.hasOwn(absenceWords, item.absence) ? absenceWords[item.absence][locale] : item.absence;
  return code === undefined ? words : locale === "zh" ? `${words}：${code}` : `${words}: ${code}`;
}

/** The masked value, in quotes where it is a mark. */
export function comparedEvidence(item: Compared): string {
  return /[\p{Script=Han}]/u.test(item.masked) ? `“${item.masked.replaceAll(/[“”]/g, "")}”` : item.masked;
}
