import type { Unit } from "../units.ts";
import { levelsIn, type Mark, type MarkGrammar, PERIOD, restOf } from "./grammar.ts";
import { isMention } from "./mention.ts";

/** Characters that may be left over on a mark's own line. */
const OWN_LINE = 2;
/** Characters that may follow a mark which begins its line, or go before one that ends it. */
const SHORT_LINE = 25;

/** Marks of one line that are looked at for each candidate in it; where there are more, the candidate's own is. */
const MANY = 16;
/** Till when a paper of an examination is secret; old and practice papers keep the line. */
const EXAM = /(?:启用|开考|考试|使用)前$/;
/** What makes a secret one of another kind: 工作秘密★3年 is no state secret. */
const OTHER_SECRET = /(?:工作|商业|公司|企业|行内|单位|内部|个人|技术|经营|贸易|的)$/;

/**
 * Level, sign and perhaps period: `机密★10年`, `秘密☆`, `★绝密★长期`. Spaced out or full-width is the same by then.
 *
 * Evidence: `mark`; `sign-first` when nothing but a sign before it says that it is one; `period`; `own-line` when little else stands on
 * the line; `short-line` when it begins or ends a short one; `ocr-sign` when one of `ocrSigns` stands for the sign;
 * `exam-paper` when it holds until a paper is used. None when the line names several levels, rates with stars, multiplies with an
 * asterisk or only speaks of the mark. `near`: where the candidate stands in the window.
 */
export function readMarks(unit: Unit, grammar: MarkGrammar, near: number, ocrSigns = ""): readonly Mark[] {
  const { text } = unit;
  const { level } = grammar;
  const sign = grammar.sign + ocrSigns;
  const firsts = grammar.sign.replace("*", "");
  const expression = grammar.expression(
    `mark${ocrSigns}`,
    () => `(?<first>[${firsts}])?(?<level>${level})级?(?:(?<sign>[${sign}])(?<period>${PERIOD})?)?`,
    "g",
  );
  const marks: Mark[] = [];
  if (levelsIn(text, grammar).size !== 1) return marks;
  const all = [...text.matchAll(expression)];
  for (const found of all) {
    const { first, level: word = "", sign: after, period } = found.groups ?? {};
    if (first === undefined && after === undefined) continue;
    const start = found.index;
    const end = start + found[0].length;
    if (all.length > MANY && (near < (unit.at[start] ?? 0) || near >= (unit.at[end] ?? 0))) continue;
    const before = text.slice(0, start);
    const behind = text.slice(end);
    if (
      OTHER_SECRET.test(before) ||
      isRating(before, behind, grammar.sign) ||
      isAsterisk(after, period, before, behind) ||
      isMention(before, behind)
    )
      continue;
    // `★秘密基地`: without a sign after it the word may go on to another.
    if (after === undefined && behind !== "" && !/^[\s()〔〕【】[\]<>|_-]/.test(behind)) continue;
    const confused = after !== undefined && ocrSigns.includes(after);
    // A star that was read as a character stands in a mark at the line's begin, before its period or nothing.
    if (confused && (restOf(before) !== "" || (period === undefined && behind !== ""))) continue;
    const evidence = confused ? ["mark", "ocr-sign"] : ["mark"];
    if (after === undefined) evidence.push("sign-first");
    if (period !== undefined) evidence.push("period");
    if (period !== undefined && EXAM.test(period)) evidence.push("exam-paper");
    if (restOf(before + behind).length <= OWN_LINE) evidence.push("own-line");
    else if ((restOf(before) === "" && behind.length <= SHORT_LINE) || (behind === "" && before.length <= SHORT_LINE))
      evidence.push("short-line");
    marks.push({ start, end, level: grammar.levels.get(word) ?? "", value: found[0], evidence });
  }
  return marks;
}

function isRating(before: string, behind: string, sign: string): boolean {
  const stars = sign.replace("*", "");
  return stars.includes(before.slice(-1) || "\0") || stars.includes(behind.slice(0, 1) || "\0");
}

/** An asterisk is a sign only before a period or at the line's end; elsewhere it multiplies, lists or emphasises. */
function isAsterisk(sign: string | undefined, period: string | undefined, before: string, behind: string): boolean {
  if (sign !== "*") return false;
  if (before.endsWith("*") || behind.startsWith("*")) return true;
  return period === undefined && behind !== "";
}
