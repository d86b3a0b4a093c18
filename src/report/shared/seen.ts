import type { Failure } from "../../model/failure.ts";
import { detailWords } from "./detailWords.ts";
import type { Locale } from "./words.ts";

/** `已由 李工 于 2026-11-26 查看（有效至 2027-05-25）`; empty where no person has looked at it. */
export function seenInWords(failure: Failure, locale: Locale): string {
  const { seen } = failure;
  if (seen === undefined) return "";
  const until = seen.until === undefined ? "" : locale === "zh" ? `，有效至 ${seen.until}` : `, holds until ${seen.until}`;
  const note = seen.note === undefined ? "" : `: ${seen.note}`;
  return locale === "zh" ? `${seen.by} 于 ${seen.on} 已查看${until}${note}` : `seen by ${seen.by} on ${seen.on}${until}${note}`;
}

/** A failure's detail, with what was examined all the same and who has looked at it. */
export function detailInWords(failure: Failure, locale: Locale): string {
  const parts = [detailWords(failure, locale)];
  if (failure.partial) parts.push(locale === "zh" ? "其余部分已检" : "the rest was examined");
  parts.push(seenInWords(failure, locale));
  return parts.filter((part) => part !== "").join(locale === "zh" ? "；" : "; ");
}
