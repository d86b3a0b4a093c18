import type { Window } from "../../../model/rule.ts";
import type { MarkGrammar } from "./grammar.ts";

/** A mark set vertically: window indices, half-open. */
export interface VerticalMark {
  readonly start: number;
  readonly end: number;
  readonly level: string;
  readonly value: string;
  readonly evidence: readonly string[];
}

/** Lines a vertical mark may take: two for the level, one for the sign, six for a period. */
const MOST_LINES = 10;

/**
 * A mark with one character a line: 机, 密, ★, 一, 年. None when the lines go on to another word. Evidence: `vertical`, `sign`, `period`.
 */
export function readVertical(window: Window, grammar: MarkGrammar): VerticalMark | undefined {
  const lines = singleCharacters(window);
  if (lines.length < 2) return undefined;
  const joined = lines.map((line) => line.character).join("");
  const expression = grammar.expression(
    "vertical",
    () =>
      `^(?<level>${grammar.level})(?<grade>级)?(?<sign>[${grammar.sign}])?(?<period>(?:[\\d一二三四五六七八九十]{1,3}(?:年|月|个月)|长期))?`,
  );
  const found = expression.exec(joined);
  if (found === null) return undefined;
  const { level: word = "", sign, period } = found.groups ?? {};
  if (joined.length > found[0].length) return undefined;
  const first = lines[0];
  const last = lines[found[0].length - 1];
  if (first === undefined || last === undefined) return undefined;
  const evidence = ["vertical", ...(sign === undefined ? [] : ["sign"]), ...(period === undefined ? [] : ["period"])];
  return { start: first.at, end: last.at + 1, level: grammar.levels.get(word) ?? "", value: found[0], evidence };
}

/** From the candidate's line on: the lines that hold one character each. */
function singleCharacters(window: Window): readonly { readonly character: string; readonly at: number }[] {
  const { text } = window;
  const found: { character: string; at: number }[] = [];
  let start = text.lastIndexOf("\n", Math.max(0, window.start - 1)) + 1;
  while (found.length < MOST_LINES && start < text.length) {
    const next = text.indexOf("\n", start);
    const end = next < 0 ? text.length : next;
    const line = text.slice(start, end);
    const character = line.trim();
    if (character.length !== 1) break;
    found.push({ character, at: start + line.indexOf(character) });
    start = end + 1;
  }
  return found;
}
