import type { Unit } from "../units.ts";
import type { Mark, MarkGrammar } from "./grammar.ts";

const URGENCY = "(?:特急|加急|特提|平急|急件|火急)";
const COPY = "(?:(?:份号[::]?|编号[::]?|No\\.?|№)?第?\\d{3,8}号?)";
/** How long, where no sign says that it is a period: `秘密，保存期三年`, `【机密 10年】`. */
const TERM = "(?:\\d{1,2}|[一二三四五六七八九十]{1,3})(?:年|个月)|长期";
/** What documents of offices are called, and what is no such title. */
const TITLE =
  /^关于.{3,}|(?:通知|通报|公报|报告|请示|批复|函|方案|预案|意见|纪要|决定|决议|计划|规划|办法|细则|清单|名单|台账|总结|汇报|情况|材料|资料|报表|图纸?|登记表|部署|安排|要点|合同|协议)(?:\(.{1,12}\)|[一二三四\d]稿|终稿)?$/;
const NO_TITLE =
  /[?？!！]|试[卷题]|押题|真题|高考|考研|模拟|小说|电影|影评|剧情|游戏|攻略|揭秘|曝光|解密|培训|宣传|范本|模板|样式|填写|标注|什么/;
/** Lines looked at on either side for a list of words. */
const AROUND = 3;
/** Characters: shorter lines all round a word are a list of words. */
const LIST_WORD = 4;

/**
 * A line that is nothing but a level, in brackets or not, perhaps with urgency, copy number and, in brackets or called so, a period: `机密`,
 * `〔秘密〕`, `机密 特急`, `（秘密，保存期3年）`.
 *
 * None in a row with other filled cells, beside a line with another level, or, unless the line before has `named` it, in a list of short words. Evidence: `word`, and `bracketed`.
 */
export function readWord(unit: Unit, around: readonly string[], grammar: MarkGrammar, named = false): readonly Mark[] {
  const expression = grammar.expression(
    "word",
    () =>
      `^(?:${COPY})?(?<open>[〔【\\[(<]?)(?<level>${grammar.level})级?[〕】\\])>]?(?:[,、;]?(?<called>保[密存]期?限?)?[:为]?(?<period>${TERM})[〕】\\])>]?)?(?:${URGENCY})?(?:${COPY})?$`,
  );
  const found = expression.exec(unit.text);
  if (found === null || unit.filled > 1) return [];
  const { level: word = "", open = "", called, period } = found.groups ?? {};
  if (period !== undefined && called === undefined && open === "") return [];
  const level = grammar.levels.get(word) ?? "";
  if (around.some((line) => line.length <= 12 && [...grammar.levels].some(([other, id]) => id !== level && line.includes(other))))
    return [];
  if (!named && around.length >= AROUND && around.every((line) => line.length <= LIST_WORD && !/^\d+$/.test(line))) return [];
  const start = unit.text.indexOf(word);
  const evidence = open === "" ? ["word"] : ["word", "bracketed"];
  return [{ start, end: start + word.length, level, value: word, evidence }];
}

/**
 * A level in brackets before a document's title on the same line, as in the subject of a mail: `【机密】关于金库值守安排的报告`, `[秘密] 会议纪要`.
 *
 * Evidence: `titled`.
 */
export function readTitled(unit: Unit, grammar: MarkGrammar): readonly Mark[] {
  const expression = grammar.expression(
    "titled",
    () =>
      `^(?:(?:[Ss]ubject|主题|标题|题目|转发|回复|答复|[Ff][Ww]d?|[Rr][Ee])[::])*[〔【\\[(](?<level>${grammar.level})级?[〕】\\])](?<title>.{3,60})$`,
  );
  const { level: word = "", title = "" } = expression.exec(unit.text)?.groups ?? {};
  if (word === "" || !TITLE.test(title) || NO_TITLE.test(title)) return [];
  const start = unit.text.indexOf(word);
  return [{ start, end: start + word.length, level: grammar.levels.get(word) ?? "", value: word, evidence: ["titled"] }];
}
