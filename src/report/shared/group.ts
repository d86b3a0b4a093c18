import type { Location } from "../../model/chunk.ts";
import type { Finding, GroupPart, MatchGroup } from "../../model/finding.ts";
import { neutralise } from "../../util/width.ts";
import {
  columnName,
  count,
  excerptInWords,
  infoTypeInWords,
  locationInWords,
  people as inPeople,
  placeInWords,
  type Locale,
} from "./words.ts";

/** The indicator to hundredths, rounded down: `1.00` is said only where the number in the article is reached. */
export function shareInFigures(share: number): string {
  return (Math.floor(Math.round(share * 1000) / 10) / 100).toFixed(2);
}

/** What a group amounts to: `4 列 × 1,280 行，1,212 人`, or the elements of a passage. */
export function groupInWords(group: MatchGroup, locale: Locale): string {
  const zh = locale === "zh";
  const people = group.subjects === 0 ? "" : inPeople(group.subjects, locale);
  if (group.kind === "entry") {
    const share = group.share === undefined ? "" : `${zh ? "数量指标" : "quantity indicator"} ${shareInFigures(group.share)}`;
    return [people, share].filter((part) => part !== "").join(zh ? "，" : ", ");
  }
  const size =
    group.rows === undefined || group.kind === "passage"
      ? group.parts.map(({ infoType }) => infoTypeInWords(infoType, locale)).join(zh ? "、" : ", ")
      : zh
        ? `${group.parts.length} 列 × ${count(group.rows.count)} 行`
        : `${group.parts.length} columns × ${count(group.rows.count)} rows`;
  return [size, people].filter((part) => part !== "").join(zh ? "，" : ", ");
}

/** Where a group lies: `工作表 Sheet1，A2:D1281`, `第 2–1281 行`; else the place of its first match. */
export function groupPlaceInWords(finding: Finding, group: MatchGroup, locale: Locale): string {
  const { location } = finding;
  const { rows } = group;
  const zh = locale === "zh";
  if (rows === undefined || rows.last <= rows.first) return placeInWords(finding, locale);
  const columns = group.parts.flatMap(({ column }) => (column === undefined ? [] : [column]));
  if (location.kind === "cell" && columns.length > 0) {
    const range = `${columnName(Math.min(...columns))}${rows.first}:${columnName(Math.max(...columns))}${rows.last}`;
    return `${zh ? "工作表" : "sheet"} ${neutralise(location.sheet)}${zh ? "，" : ", "}${range}`;
  }
  if (location.kind !== "line") return placeInWords(finding, locale);
  return zh ? `第 ${rows.first}–${rows.last} 行` : `lines ${rows.first}–${rows.last}`;
}

/** One column or element with its first value: what it holds, the value masked, where. Undefined where no value was kept. */
export function partInWords(part: GroupPart, locale: Locale): { readonly value: string; readonly place: string } | undefined {
  if (part.first === undefined) return undefined;
  const name = infoTypeInWords(part.infoType, locale);
  const label = part.header === "" || part.header === name ? name : `${name}(${neutralise(part.header)})`;
  return { value: `${label} ${neutralise(part.first.masked)}`, place: shortPlace(part.first.location, locale) };
}

/** A cell as `B2`, since the sheet is told with the table. */
function shortPlace(location: Location, locale: Locale): string {
  return location.kind === "cell" ? `${columnName(location.column)}${location.row}` : locationInWords(location, locale);
}

/** Evidence and place of a finding on one line each; a group says what it amounts to and the first value of each part. */
export function findingInWords(finding: Finding, locale: Locale): { readonly evidence: string; readonly place: string } {
  const { group } = finding;
  if (group === undefined) return { evidence: excerptInWords(finding), place: placeInWords(finding, locale) };
  const parts = group.parts.flatMap((part) => partInWords(part, locale)?.value ?? []);
  const zh = locale === "zh";
  const evidence = [groupInWords(group, locale), parts.join(zh ? "、" : ", ")].filter((part) => part !== "").join(zh ? "：" : ": ");
  return { evidence, place: groupPlaceInWords(finding, group, locale) };
}
