import type { Recycled } from "../../model/entry.ts";
import type { ReportOptions } from "../../model/report.ts";

/** Where something in a recycle bin lay and when it was deleted, in words; "" for anything else. */
export function recycledWords(recycled: Recycled | undefined, locale: ReportOptions["locale"]): string {
  if (recycled === undefined) return "";
  const when = recycled.deleted?.slice(0, 16).replace("T", " ");
  if (locale === "zh") return `回收站，原为 ${recycled.path}${when === undefined ? "" : `，删除于 ${when}`}`;
  return `recycle bin, was ${recycled.path}${when === undefined ? "" : `, deleted ${when}`}`;
}
