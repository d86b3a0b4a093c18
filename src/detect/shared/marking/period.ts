import type { Window } from "../../../model/rule.ts";
import { compactDate } from "../calendar.ts";
import type { Mark } from "./grammar.ts";

/** A document's number near the mark says the year of its issue: 某银发〔2014〕17号. */
const ISSUED = /[〔[(【﹝]((?:19|20)\d{2})[〕\])】﹞]第?\d{1,5}号/;
const NUMERALS = "零一二三四五六七八九";

/**
 * What a mark's period says against it: `over-limit` where it is longer than its level allows (保密法 2024 第二十条), `expired` where it has run
 * out by the entry's date: a day that has passed, or so many years after the year of issue. None for a condition or a period in order.
 */
export function readPeriod(mark: Mark, limits: Readonly<Record<string, number>>, window: Window): readonly Mark[] {
  if (!mark.evidence.includes("period")) return [];
  const evidence: string[] = [];
  const years = yearsOf(mark.value);
  const limit = limits[mark.level];
  if (years !== undefined && limit !== undefined && years > limit) evidence.push("over-limit");
  const until = /((?:19|20)\d{2})年(?:(\d{1,2})月)?(?:(\d{1,2})日)?/.exec(mark.value);
  const today = compactDate(window.asOf);
  if (until !== null) {
    const [, year = "", month = "12", day = "31"] = until;
    if (`${year}${month.padStart(2, "0")}${day.padStart(2, "0")}` < today) evidence.push("expired");
  } else if (years !== undefined) {
    const issued = ISSUED.exec(window.text)?.[1];
    if (issued !== undefined && Number(issued) + years < Number(today.slice(0, 4))) evidence.push("expired");
  }
  return evidence.length === 0 ? [] : [{ ...mark, evidence: [...mark.evidence, ...evidence] }];
}

/** `机密★10年` is 10, `秘密★6个月` 0.5; undefined for a day or a condition. */
function yearsOf(value: string): number | undefined {
  const found = /(\d{1,3}|[零一二三四五六七八九十百]{1,4})(年|个月|月)$/.exec(value);
  if (found === null || /(?:19|20)\d{2}年/.test(value)) return undefined;
  const [, amount = "", unit] = found;
  const number = /^\d/.test(amount) ? Number(amount) : chinese(amount);
  return unit === "年" ? number : number / 12;
}

/** Numerals up to 99: 三十, 十五, 二十五. */
function chinese(text: string): number {
  const [tens = "", units = ""] = text.includes("十") ? text.split("十") : ["零", text];
  return (tens === "" ? 1 : Math.max(0, NUMERALS.indexOf(tens))) * 10 + (units === "" ? 0 : Math.max(0, NUMERALS.indexOf(units)));
}
