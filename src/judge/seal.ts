import type { SealedMatch } from "../model/finding.ts";
import type { PlacedMatch } from "../model/placed.ts";
import type { MaskSpec } from "../model/rule.ts";
import { keyedHashes, subjectKeys } from "../util/hash.ts";

/** Shows of a value only what its rule allows. Never the whole of it, however short it is. */
export function maskValue(value: string, mask: MaskSpec): string {
  if (mask === "none") return value;
  if (mask === "full") return "********";
  if (mask === "email") {
    const at = value.lastIndexOf("@");
    if (at <= 0) return "********";
    return `${charactersOf(value).slice(0, 1).join("")}***${value.slice(at)}`;
  }
  const characters = isBasic(value) ? value : charactersOf(value);
  const { length } = characters;
  if (mask === "name") {
    const dot = characters.indexOf("·");
    const shown = length > 3 && dot < 0 ? 2 : 1;
    return textOf(characters, 0, shown) + "*".repeat(Math.max(1, length - shown));
  }
  const [start, end] = mask.keep;
  // At least a third stays hidden, and never fewer than three characters.
  const hidden = length - start - end;
  if (hidden < 3 || hidden * 3 < length) return `${textOf(characters, 0, Math.min(start, 1))}***`;
  return textOf(characters, 0, start) + "*".repeat(hidden) + textOf(characters, length - end, length);
}

const SURROGATE = /[\ud800-\udfff]/;

/** Whether each character is one unit of UTF-16: nearly every value is, and needs no list of its characters. */
function isBasic(value: string): boolean {
  return !SURROGATE.test(value);
}

function charactersOf(value: string): readonly string[] {
  return [...value];
}

function textOf(characters: string | readonly string[], from: number, to: number): string {
  return typeof characters === "string" ? characters.slice(from, to) : characters.slice(from, to).join("");
}

/**
 * Turns a match into plain data: masked and keyed. The raw value ends here. The excerpt holds the rule's own word or the column's name and
 * the masked value and nothing else of the text, since a neighbour that no rule knows would leak.
 */
export function createSeal(key: Uint8Array, showValues: boolean): (placed: PlacedMatch) => SealedMatch {
  const hash = keyedHashes(key);
  const subjects = subjectKeys(key);
  return (placed) => {
    const { rule, match, severity, confidence, evidence, flow, start, end, location, roles, cell, subject } = placed;
    const { id: ruleId, infoType } = rule;
    const isMark = rule.dataClass === "state-secret";
    const masked = maskValue(match.value, rule.mask);
    const label = match.label ?? cell?.header ?? "";
    // Member by member: there are a million of them, and objects made of pieces cost many times as much.
    const sealed: { -readonly [Name in keyof SealedMatch]?: SealedMatch[Name] } =
      match.level === undefined
        ? { ruleId, infoType, severity, confidence, evidence, flow, start, end, location, roles }
        : { ruleId, infoType, level: match.level, severity, confidence, evidence, flow, start, end, location, roles };
    if (cell !== undefined) sealed.cell = { table: cell.table, row: cell.row, column: cell.column };
    sealed.valueKey = hash("value", infoType, match.value);
    if (subject !== undefined) sealed.subjectKey = subjects.of(subject.infoType, subject.value);
    if (placed.beaten !== undefined && placed.beaten.length > 0) sealed.beaten = placed.beaten;
    sealed.masked = masked;
    sealed.excerpt = label === "" || isMark ? masked : `${label} ${masked}`;
    sealed.sample = evidence.some(({ by }) => by === "allowlist");
    if (showValues && !isMark) sealed.shown = match.value;
    return sealed as SealedMatch;
  };
}
