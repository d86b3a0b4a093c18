import type { Unit } from "../units.ts";
import type { Mark, MarkGrammar } from "./grammar.ts";

const URGENCY = "(?:特急|加急|特提|平急|急件|火急)";
const COPY = "(?:(?:份号[::]?|编号[::]?|No\\.?|№)?第?\\d{3,8}号?)";
/** How long, where no sign says that it is a period: `秘密，保存期三年`, `【机密 10年】`. */
const TERM = "(?:\\d{1,2}|[一二三四五六七八九十]{1,3})(?:年|个月)|长期";
/** Lines looked at on either side for a list of words. */
const AROUND = 3;
/** Characters: shorter lines all round a word are a list of words. */
const LIST_WORD = 4;

/**
 * A line that is nothing but a level, in brackets or not, perhaps with urgency, copy number and, in brackets or called so, a period: `机密`,
 * `〔秘密〕`, `机密 特急`, `（秘密，保存期3年）`.
 *
 * None in a row with other filled cells, beside a line with another level, or in a list of short words. Evidence: `word`, and `bracketed`.
 */
export function readWord(unit: Unit, around: readonly string[], grammar: MarkGrammar): readonly Mark[] {
  const expression = new RegExp(
    `^(?:${COPY})?(?<open>[〔【\\[(<]?)(?<level>${grammar.level})级?[〕】\\])>]?(?:[,、;]?(?<called>保[密存]期?限?)?[:为]?(?<period>${TERM})[〕】\\])>]?)?(?:${URGENCY})?(?:${COPY})?$`,
  );
  const found = expression.exec(unit.text);
  if (found === null || unit.filled > 1) return [];
  const { level: word = "", open = "", called, period } = found.groups ?? {};
  if (period !== undefined && called === undefined && open === "") return [];
  const level = grammar.levels.get(word) ?? "";
  if (around.some((line) => line.length <= 12 && [...grammar.levels].some(([other, id]) => id !== level && line.includes(other))))
    return [];
  if (around.length >= AROUND && around.every((line) => line.length <= LIST_WORD && !/^\d+$/.test(line))) return [];
  const start = unit.text.indexOf(word);
  const evidence = open === "" ? ["word"] : ["word", "bracketed"];
  return [{ start, end: start + word.length, level, value: word, evidence }];
}
