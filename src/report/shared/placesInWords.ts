import type { Place } from "../../model/event.ts";
import type { ReportOptions } from "../../model/report.ts";

const kinds: readonly (readonly [kind: Place["kind"], zh: string, en: string])[] = [
  ["home", "用户目录", "homes"],
  ["mail", "邮件", "mail"],
  ["chat", "即时通信", "chat"],
  ["cloud", "云盘同步", "cloud sync"],
];

/** The folders that a check of a whole host covers, a text for each kind that is there. */
export function placesInWords(places: readonly Place[], locale: ReportOptions["locale"]): readonly string[] {
  return kinds.flatMap(([kind, zh, en]) => {
    const paths = places.filter((place) => place.kind === kind).map(({ path }) => path);
    if (paths.length === 0) return [];
    return [`${locale === "zh" ? zh : en} ${paths.join(locale === "zh" ? "、" : ", ")}`];
  });
}
