import { type MarkGrammar, PERIOD } from "./grammar.ts";
import type { VerticalMark } from "./vertical.ts";

/** What parts a level from the other words of a name, in a character class. */
const APART = "_\\-\\s—+&·、,:;~";

/**
 * A level that stands apart in the name of an entry: `[机密]规划.docx`, `秘密★5年-纪要.pdf`, `纪要_机密.docx`; with sign and period it may touch
 * other words, but stand in no quotes: `安防方案机密★5年.doc`. Never a part of a longer word.
 *
 * Evidence: `name`, `period`, `sign`.
 */
export function readName(name: string, grammar: MarkGrammar): VerticalMark | undefined {
  const apart = grammar.expression(
    "name",
    () =>
      `(?:^|[\\[【〔(${APART}])(?<mark>(?<level>${grammar.level})级?(?<period>[${grammar.sign}#_-]?(?:\\d{1,2}(?:年|个月)|长期))?(?<sign>[${grammar.sign}](?:${PERIOD})?)?)(?=[\\]】〕)${APART}]|\\.[A-Za-z0-9]{1,5}(?:\\.[A-Za-z0-9]{1,4})?$|$)`,
    "d",
  );
  const whole = grammar.expression(
    "name-whole",
    () =>
      `(?<!["'“‘「『《])(?<mark>(?<level>${grammar.level})级?(?<sign>[${grammar.sign}])(?<period>\\d{1,2}(?:年|个月)|长期))(?!["'”’」』》])`,
    "d",
  );
  const found = apart.exec(name) ?? whole.exec(name);
  if (found === null) return undefined;
  const { mark = "", level: word = "", period, sign } = found.groups ?? {};
  if ([...grammar.levels.keys()].filter((other) => name.includes(other)).length > 1) return undefined;
  const behind = name.slice(found.indices?.groups?.["mark"]?.[1] ?? 0).replace(new RegExp(`^[\\]】〕)${APART}]+`), "");
  if (period === undefined && /^(?:工作|教育|培训|协议|法|制度|规定|性|花园|案|宣传|知识|意识|基地|档案馆)/.test(behind)) return undefined;
  const [start = 0, end = 0] = found.indices?.groups?.["mark"] ?? [];
  const evidence = ["name", ...(period === undefined ? [] : ["period"]), ...(sign === undefined ? [] : ["sign"])];
  return { start, end, level: grammar.levels.get(word) ?? "", value: mark, evidence };
}
