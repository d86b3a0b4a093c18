import type { Overview } from "./overview.ts";
import { count, type Locale } from "./words.ts";

/** How files were read: how many were not, since they are unchanged, and on how many reading may have left a trace. Empty where neither is so. */
export function readingInWords(overview: Overview, locale: Locale): readonly string[] {
  const { carried = 0, touched = 0 } = overview.summary ?? {};
  const zh = locale === "zh";
  const said: string[] = [];
  if (carried > 0) said.push(zh ? `未变化、沿用上次结果 ${count(carried)}` : `unchanged, taken from the last run ${count(carried)}`);
  if (touched > 0)
    said.push(
      zh
        ? `访问时间可能被读取改变（非本用户的文件）${count(touched)}`
        : `access times may have changed (files of others) ${count(touched)}`,
    );
  return said;
}
