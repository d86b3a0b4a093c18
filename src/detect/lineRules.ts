import type { Role } from "../model/chunk.ts";
import type { Sight, Trigger } from "../model/rule.ts";
import type { Plan } from "./plan.ts";
import { lineBits, pairPlace } from "./shared/glance.ts";
import type { LineTable } from "./shared/glance.ts";

export type LineTrigger = Extract<Trigger, { kind: "line" }>;

/** A rule that asks for lines. */
export interface LineRule {
  readonly plan: Plan;
  readonly roles: readonly Role[] | undefined;
  /** Of a line's bits the one without which it finds nothing there. */
  readonly bit: number;
}

/** Rules with a bit of their own; the others share one that every line has. */
const BITS = 31;
const EVERY = 1 << BITS;
/** Lines that all rules are asked about: of a few it would cost more to read off the expressions what these need. */
const FIRST = 64;

/** Rules that ask for lines, and what of a line says which of them may find anything there. */
export class LineRules {
  /** Those that look at the line alone come first: their window shows no more. */
  readonly top: readonly LineRule[];
  readonly tail: readonly LineRule[];
  #asked = 0;
  #table: LineTable | undefined;

  constructor(rules: readonly { readonly plan: Plan; readonly trigger: LineTrigger }[]) {
    const own = [...new Set(rules.map(({ plan }) => plan))].filter(({ matcher }) => matcher.essential !== undefined).slice(0, BITS);
    const at = (position: LineTrigger["position"]): readonly LineRule[] =>
      rules
        .filter(({ trigger }) => trigger.position === position)
        .map(({ plan, trigger }) => ({ plan, roles: trigger.roles, bit: own.includes(plan) ? 1 << own.indexOf(plan) : EVERY }))
        .toSorted((one, other) => Number(other.plan.matcher.reach === "line") - Number(one.plan.matcher.reach === "line"));
    this.top = at("top");
    this.tail = at("tail");
  }

  /** Bits of the rules that may find anything in the line `[from, to)`, one or more to be seen in `sight`. */
  bits(sight: Sight, from: number, to: number): number {
    if (this.#asked < FIRST) {
      this.#asked++;
      return -1;
    }
    this.#table ??= tableOf([...this.top, ...this.tail]);
    return EVERY | lineBits(sight, from, to, this.#table);
  }
}

function tableOf(rules: readonly LineRule[]): LineTable {
  const table: LineTable = { units: new Uint32Array(0x10000), pairs: new Uint32Array(0x10000), short: 0, every: 0 };
  for (const [plan, bit] of new Map(rules.map((rule) => [rule.plan, rule.bit]))) {
    const essential = plan.matcher.essential?.();
    if (essential === undefined) {
      table.every |= bit;
      continue;
    }
    for (const code of essential.units) table.units[code] = (table.units[code] ?? 0) | bit;
    for (const pair of essential.pairs) table.pairs[pairPlace(...pair)] = (table.pairs[pairPlace(...pair)] ?? 0) | bit;
    if (essential.short) table.short |= bit;
  }
  return table;
}
