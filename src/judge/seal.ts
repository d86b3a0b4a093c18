import type { SealedMatch } from "../model/finding.ts";
import type { PlacedMatch } from "../model/placed.ts";
import type { MaskSpec } from "../model/rule.ts";
import { keyedHash, subjectKeys } from "../util/hash.ts";

/** Shows of a value only what its rule allows. Never the whole of it, however short it is. */
export function maskValue(value: string, mask: MaskSpec): string {
  if (mask === "none") return value;
  if (mask === "full") return "********";
  const characters = [...value];
  if (mask === "name") {
    const dot = characters.indexOf("·");
    const shown = characters.length > 3 && dot < 0 ? 2 : 1;
    return characters.slice(0, shown).join("") + "*".repeat(Math.max(1, characters.length - shown));
  }
  if (mask === "email") {
    const at = value.lastIndexOf("@");
    if (at <= 0) return "********";
    return `${characters[0] ?? ""}***${value.slice(at)}`;
  }
  const [start, end] = mask.keep;
  // At least a third stays hidden, and never fewer than three characters.
  const hidden = characters.length - start - end;
  if (hidden < 3 || hidden * 3 < characters.length) return `${characters.slice(0, Math.min(start, 1)).join("")}***`;
  return characters.slice(0, start).join("") + "*".repeat(hidden) + characters.slice(characters.length - end).join("");
}

/**
 * Turns a match into plain data: masked and keyed. The raw value ends here. The excerpt holds the rule's own word or the column's name and
 * the masked value and nothing else of the text, since a neighbour that no rule knows would leak.
 */
export function createSeal(key: Uint8Array, showValues: boolean): (placed: PlacedMatch) => SealedMatch {
  const subjects = subjectKeys(key);
  return (placed) => {
    const { rule, match, cell, subject } = placed;
    const isMark = rule.dataClass === "state-secret";
    const masked = maskValue(match.value, rule.mask);
    const label = match.label ?? cell?.header ?? "";
    return {
      ruleId: rule.id,
      infoType: rule.infoType,
      ...(match.level === undefined ? {} : { level: match.level }),
      severity: placed.severity,
      confidence: placed.confidence,
      evidence: placed.evidence,
      flow: placed.flow,
      start: placed.start,
      end: placed.end,
      location: placed.location,
      roles: placed.roles,
      ...(cell === undefined ? {} : { cell: { table: cell.table, row: cell.row, column: cell.column } }),
      valueKey: keyedHash(key, "value", rule.infoType, match.value),
      ...(subject === undefined ? {} : { subjectKey: subjects.of(subject.infoType, subject.value) }),
      ...(placed.beaten === undefined || placed.beaten.length === 0 ? {} : { beaten: placed.beaten }),
      masked,
      excerpt: label === "" || isMark ? masked : `${label} ${masked}`,
      sample: placed.evidence.some(({ by }) => by === "allowlist"),
      ...(showValues && !isMark ? { shown: match.value } : {}),
    };
  };
}
