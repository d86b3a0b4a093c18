import type { Unit } from "../units.ts";
import { levelsIn, type Mark, type MarkGrammar, PERIOD, restOf } from "./grammar.ts";

const LABEL = "(?:密[级級]|秘密等级|保密等级|涉密等级|定密级别|classification|security[._-]?classification|secre(?:t|cy)[._-]?level)";
/** Names of settings and fields of mails, which an equals sign may follow: `doc.secretLevel=机密`, `X-Classification: 机密`. */
const SETTING = "(?:[a-z][a-z0-9]{0,15}[._-]){0,3}(?:密级|classification|security[._-]?(?:level|classification)|secre(?:t|cy)[._-]?level)";
/** Before a label on its line: whose level it is, or the copy number. */
const PREFIX =
  "(?:保密期限[::]?(?:\\d{1,2}|[一二三五十]{1,3})(?:年|个月)[,,、;;]?)?(?:本|该|此)?(?:文件|资料|信息|材料|项目|文档|涉密|公文|载体|档案|会议|数据)?";
const NAME = new RegExp(`^${PREFIX}${LABEL}[::]?$`, "i");
/** Boxes of a form, and those of them that are ticked. */
const EMPTY = "□☐○〇◇";
const TICKED = "☑☒✓✔√■●◆";
const TERM = new RegExp(`保密期限[::]?(?:${PERIOD})`);
/** What a document says of itself without the word 密级. */
const ITSELF = "[(〔【]?(?:本|此)(?:份)?(?:文件|资料|材料|文档|公文|报告|方案|纪要|件|文)(?:属于?|系|为|是|定为)(?:国家)?";
/** Behind it: only spoken of, or asked. */
const SPOKEN = /^(?:的|时|者|范围|还是|或|[?？]|[、/])|[?？]$/;
/** Characters that may be left over on a label's own line. */
const OWN_LINE = 2;

/** Whether a line is nothing but such a label, its value on the next. */
export function isLabel(line: string): boolean {
  return NAME.test(line);
}

/**
 * A label with its level: `密级：机密`, `密级：☑机密 □秘密`, `本文件密级为机密`, `此件属机密级`, `秘密等级：秘密 保密期限：5年`, or a cell that says 密级 before one that says the level. None when
 * the value is blank, an empty box, a choice of levels or no level.
 *
 * Evidence: `label`; `own-line` when little else stands on the line, else `short-line` when the line begins with the label.
 */
export function readLabels(units: readonly Unit[], grammar: MarkGrammar): readonly { readonly unit: Unit; readonly mark: Mark }[] {
  const value = `(?<value>(?<level>${grammar.level})级?(?:[${grammar.sign}]?(?:${PERIOD}))?)`;
  const line = grammar.expression(
    "label",
    () =>
      `^(?:第?\\d{3,8}号?)?${PREFIX}${LABEL}(?:(?:(?:和|及|与)?保密期限)?[::]|(?=[〔【\\[(<](?:${grammar.level})级?[〕】\\])>](?:$|保密期限))|(?<=^[本此].{2,3}密[级級])(?:[为是]|属于?|定为))[〔【\\[(<“"]?${value}(?<rest>.*)$`,
    "i",
  );
  const setting = grammar.expression("label-setting", () => `^${SETTING}[:=]["']?${value}["']?(?<rest>)$`, "i");
  // Among other labels of a document: 定密责任人：王某 密级：机密 保密期限：10年.
  const among = grammar.expression("label-among", () => `[::].{1,30}?密[级級][::]${value}(?<rest>(?:保密期限|知悉范围|解密).*)$`);
  const itself = grammar.expression("label-itself", () => `^${ITSELF}${value}(?:国家秘密)?(?:文件|资料|材料|件|事项)?[)〕】]?(?<rest>.*)$`);
  const boxes = grammar.expression(
    "label-boxes",
    () => `^${PREFIX}${LABEL}[::](?<boxes>(?:[${EMPTY}${TICKED}](?:${grammar.level}|内部|公开|非密|普通|一般|无)级?)+)$`,
  );
  const ticked = grammar.expression("label-ticked", () => `[${TICKED}](?<value>(?<level>${grammar.level})级?)`, "g");
  const alone = grammar.expression("label-value", () => `^[〔【\\[(]?${value}[〕】\\])]?$`);
  return units.flatMap((unit, index) => {
    const stated = itself.exec(unit.text);
    const found =
      stated !== null && !SPOKEN.test(stated.groups?.["rest"] ?? "")
        ? stated
        : (line.exec(unit.text) ?? setting.exec(unit.text) ?? among.exec(unit.text));
    if (found !== null && levelsIn(unit.text.replace(/^.*?等级/, ""), grammar).size === 1) {
      const { value: said = "", level: word = "", rest = "" } = found.groups ?? {};
      // `密级：机密性…`, `密级：秘密□`
      if (/^(?:性|[□☐○〇]|[、/或])/.test(rest)) return [];
      const start = found.index + found[0].lastIndexOf(said, found[0].length - rest.length - said.length);
      const left = restOf(rest.replace(TERM, "").replace(/[”"]/g, ""));
      const place = left.length <= OWN_LINE ? "own-line" : "short-line";
      return [
        { unit, mark: { start, end: start + said.length, level: grammar.levels.get(word) ?? "", value: said, evidence: ["label", place] } },
      ];
    }
    const form = boxes.exec(unit.text)?.groups?.["boxes"] ?? "";
    const [box, ...others] = form.replaceAll(new RegExp(`[^${TICKED}]`, "g"), "").length === 1 ? [...form.matchAll(ticked)] : [];
    if (box !== undefined && others.length === 0) {
      const { value: said = "", level: word = "" } = box.groups ?? {};
      const start = unit.text.length - form.length + box.index + 1;
      const evidence = ["label", "own-line"];
      return [{ unit, mark: { start, end: start + said.length, level: grammar.levels.get(word) ?? "", value: said, evidence } }];
    }
    const next = units[index + 1];
    if (!NAME.test(unit.text) || next === undefined) return [];
    const cell = alone.exec(next.text);
    if (cell === null) return [];
    const { value: said = "", level: word = "" } = cell.groups ?? {};
    const start = next.text.indexOf(said);
    const mark = { start, end: start + said.length, level: grammar.levels.get(word) ?? "", value: said, evidence: ["label", "own-line"] };
    return [{ unit: next, mark }];
  });
}
