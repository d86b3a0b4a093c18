import type { Trigger } from "../model/rule.ts";
import type { DigitRuleShape, DigitTable } from "./kernel/contract.ts";

type DigitTrigger = Extract<Trigger, { kind: "digits" }>;

/** Groups of rules told apart by what may stand before a candidate; what is over has no condition. */
const GROUPS = 8;
/** Rules that are asked one by one about a chain. */
const MOST_RULES = 64;

/** What the kernel looks for of all digit triggers: by the first three digits, the totals that any of them takes. */
export function digitTable(triggers: readonly DigitTrigger[]): DigitTable | undefined {
  if (triggers.length === 0) return undefined;
  const groups: { readonly key: string; readonly before: readonly number[] | undefined; readonly triggers: DigitTrigger[] }[] = [];
  for (const trigger of triggers) {
    const key = trigger.before === undefined ? "any" : trigger.before.join();
    let group = groups.find((one) => one.key === key);
    if (group === undefined && key !== "any" && groups.length >= GROUPS - 1) group = groups.find((one) => one.key === "any");
    if (group === undefined) groups.push((group = { key, before: key === "any" ? undefined : trigger.before, triggers: [] }));
    group.triggers.push(trigger);
  }
  const before = new Uint8Array(256).fill(0xff, 0x80).fill(0xff, 0x30, 0x3a);
  const totals = new Uint32Array(2 * 1000 * groups.length);
  let least = Number.MAX_SAFE_INTEGER;
  const rules: DigitRuleShape[] = [];
  for (const [group, one] of groups.entries()) {
    for (let byte = 0; byte < 0x80; byte++) {
      if (one.before === undefined || one.before.includes(byte)) before[byte] = (before[byte] ?? 0) | (1 << group);
    }
    for (const trigger of one.triggers) {
      least = Math.min(least, trigger.min);
      let low = 0;
      let high = 0;
      for (let total = Math.max(3, trigger.min); total <= trigger.max; total++) {
        if (total <= 32) low |= 1 << (total - 1);
        else high |= 1 << (total - 33);
      }
      const heads = headsOf(trigger.prefixes);
      rules.push({ group, low, high, heads, shape: trigger.shape });
      for (const head of heads) {
        const place = 2 * (1000 * group + head);
        totals[place] = (totals[place] ?? 0) | low;
        totals[place + 1] = (totals[place + 1] ?? 0) | high;
      }
    }
  }
  return { before, totals, groups: groups.length, least, rules: rules.length > MOST_RULES ? [] : rules };
}

const ALL_HEADS: readonly number[] = Array.from({ length: 1000 }, (_, head) => head);

/** Values of the first three digits that begin with one of the prefixes, or begin one of them. */
export function headsOf(prefixes: readonly string[] | undefined): readonly number[] {
  if (prefixes === undefined) return ALL_HEADS;
  const heads = new Set<number>();
  for (const prefix of prefixes) {
    const known = prefix.slice(0, 3);
    const step = 10 ** (3 - known.length);
    const first = Number(known) * step;
    for (let head = first; head < first + step; head++) heads.add(head);
  }
  return [...heads];
}
