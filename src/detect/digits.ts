import type { Window } from "../model/rule.ts";
import type { Flow } from "./flow.ts";

/** Digits of the first group, of the first two, and so on. */
export function prefixTotals(flow: Flow, start: number, end: number): readonly number[] {
  const totals: number[] = [];
  let digits = 0;
  let inGroup = false;
  const { bytes, base } = flow;
  for (let at = start - base; at < end - base; at++) {
    const byte = bytes[at] ?? 0;
    const plain = byte >= 0x30 && byte <= 0x39;
    const before = bytes[at - 1] ?? 0;
    const wide =
      !plain &&
      (flow.encoding === "utf8"
        ? byte >= 0x90 && byte <= 0x99 && before === 0xbc && bytes[at - 2] === 0xef
        : flow.encoding === "gb18030"
          ? byte >= 0xb0 && byte <= 0xb9 && before === 0xa3
          : byte >= 0xaf && byte <= 0xb8 && before === 0xa2);
    if (plain || wide) {
      digits++;
      inGroup = true;
    } else if (inGroup && !(byte === 0xef || byte === 0xbc || byte === 0xa3 || byte === 0xa2)) {
      totals.push(digits);
      inGroup = false;
    }
  }
  totals.push(digits);
  return totals;
}

/** Whether the digits of the candidate begin with one of the prefixes. */
export function hasPrefix(window: Window, prefixes: readonly string[]): boolean {
  const digits = window.text.slice(window.start, Math.min(window.end, window.start + 16)).replace(/\D/g, "");
  return prefixes.some((prefix) => digits.startsWith(prefix));
}
