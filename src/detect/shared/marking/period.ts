import type { Window } from "../../../model/rule.ts";
import { compactDate } from "../calendar.ts";
import type { Mark } from "./grammar.ts";

/** A document's number near the mark says the year of its issue: 某银发〔2014〕17号. */
const ISSUED = /[〔[(【﹝]((?:19|20)\d{2})[〕\])】﹞]第?\d{1,5}号/;
const DATE_LINE =
  /^[^\S\n]*((?:19|20)\d{2}|[一二][〇零○一九][〇零○一二三四五六七八九]{2})年(\d{1,2}|[一二三四五六七八九十]{1,2})月(\d{1,2}|[一二三四五六七八九十]{1,3})日[^\S\n]*$/gm;
const NUMERALS = "零一二三四五六七八九";

/**
 * What a mark's period says against it: `over-limit` where it is longer than its level allows (保密法 2024 第二十条), `expired` where it has run
 * out by the entry's date: a day that has passed, or so many years after the year of its number, else after the date on a line of its own. None for a condition or a period in order.
 */
export function readPeriod(mark: Mark, limits: Readonly<Record<string, number>>, window: Window): readonly Mark[] {
  if (!mark.evidence.includes("period")) return [];
  const evidence: string[] = [];
  const years = yearsOf(mark.value);
  const limit = limits[mark.level];
  if (years !== undefined && limit !== undefined && years > limit) evidence.push("over-limit");
  const until = /((?:19|20)\d{2})年(?:(\d{1,2})月)?(?:(\d{1,2})日)?/.exec(mark.value);
  const today = String(compactDate(window.asOf));
  if (until !== null) {
    const [, year = "", month = "12", day = "31"] = until;
    if (`${year}${month.padStart(2, "0")}${day.padStart(2, "0")}` < today) evidence.push("expired");
  } else if (years !== undefined) {
    const issued = ISSUED.exec(window.text)?.[1];
    const dated = issued === undefined ? datedOn(window.text) : undefined;
    if (issued !== undefined && Number(issued) + years < Number(today.slice(0, 4))) evidence.push("expired");
    if (dated !== undefined && later(dated, years) < today) evidence.push("expired");
  }
  return evidence.length === 0 ? [] : [{ ...mark, evidence: [...mark.evidence, ...evidence] }];
}

/** The last date near the mark that fills a line, as a document ends with its own: 2015年3月1日, 二〇一五年三月一日; as `20150301`. */
function datedOn(text: string): string | undefined {
  const found = [...text.matchAll(DATE_LINE)].at(-1);
  if (found === undefined) return undefined;
  const [, year = "", month = "", day = ""] = found;
  const [yyyy, mm, dd] = [digits(year), numberOf(month), numberOf(day)];
  return mm >= 1 && mm <= 12 && dd >= 1 && dd <= 31 ? `${yyyy}${String(mm).padStart(2, "0")}${String(dd).padStart(2, "0")}` : undefined;
}

function digits(year: string): string {
  return [...year].map((digit) => (/\d/.test(digit) ? digit : String(Math.max(0, "〇一二三四五六七八九".indexOf(digit))))).join("");
}

function numberOf(text: string): number {
  return /^\d/.test(text) ? Number(text) : chinese(text);
}

/** The day so many years later; parts of a year as months. */
function later(date: string, years: number): string {
  const months = Number(date.slice(0, 4)) * 12 + Number(date.slice(4, 6)) - 1 + Math.round(years * 12);
  return `${Math.floor(months / 12)}${String((months % 12) + 1).padStart(2, "0")}${date.slice(6)}`;
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
