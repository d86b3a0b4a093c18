import type { Role } from "../model/chunk.ts";
import type { Matcher, Trigger } from "../model/rule.ts";
import { CandidateList } from "./kernel/contract.ts";
import type { Kernel, TriggerSet } from "./kernel/contract.ts";
import { EvidenceLists } from "./evidenceLists.ts";
import { digitTable, headsOf } from "./digitTable.ts";
import { createKernel } from "./kernel/create.ts";
import type { KernelChoice } from "./kernel/create.ts";
import type { PreparedTables } from "./kernel/wasm.ts";
import { LineRules } from "./lineRules.ts";
import type { LineTrigger } from "./lineRules.ts";
import { planOf } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { ColumnLexicon } from "./table.ts";

/** A rule that asks for digits. */
export interface DigitRule {
  readonly plan: Plan;
  readonly trigger: Extract<Trigger, { kind: "digits" }>;
  /** Totals it takes, `total - 1` as bit: 1 to 32, and 33 to 40. */
  readonly low: number;
  readonly high: number;
  /** Prefixes of more than the three digits it is found by, digit by digit; undefined when there are none. */
  readonly prefixes: readonly Uint8Array[] | undefined;
  /** By the ASCII byte before a candidate, 1 where it may stand there. */
  readonly before: Uint8Array | undefined;
}
interface LiteralRule {
  readonly plan: Plan;
  readonly roles: readonly Role[] | undefined;
}

/** All rules by what the kernel finds for them. */
export interface Compiled {
  readonly kernel: Kernel;
  readonly triggers: TriggerSet;
  readonly literals: readonly string[];
  /** By the first three digits. */
  readonly digitRules: readonly (readonly DigitRule[])[];
  /** The same: 1 where some rule asks for more digits than these. */
  readonly asksForMore: Uint8Array;
  /** By index of the literal. */
  readonly literalRules: readonly (readonly LiteralRule[])[];
  /** The same where they are the same in all roles. */
  readonly literalPlans: readonly (readonly Plan[] | undefined)[];
  readonly lineRules: LineRules;
  readonly columnRules: readonly { readonly plan: Plan; readonly trigger: Extract<Trigger, { kind: "column" }> }[];
  readonly plans: readonly Plan[];
  /** One for all sessions: what is found in a block is dealt with before another is looked at. */
  readonly candidates: CandidateList;
  readonly lexicon: ColumnLexicon;
  /** One for all sessions: texts of a folder rest on the same evidence. */
  readonly evidence: EvidenceLists;
}

/** Sorts rules by their triggers and builds the kernel that looks for these. */
export function compileRules(
  matchers: readonly Matcher[],
  lexicon: ColumnLexicon,
  choice: KernelChoice,
  prepared?: PreparedTables,
): Compiled {
  const digitRules: DigitRule[] = [];
  const byLiteral = new Map<string, LiteralRule[]>();
  const lineRules: { plan: Plan; trigger: LineTrigger }[] = [];
  const columnRules: { plan: Plan; trigger: Extract<Trigger, { kind: "column" }> }[] = [];
  const plans = matchers.map(planOf);
  for (const plan of plans) {
    for (const trigger of plan.matcher.triggers) {
      if (trigger.kind === "digits") {
        digitRules.push(digitRule(plan, trigger));
      } else if (trigger.kind === "literal") {
        // Kernels fold the letters of ASCII alone: a full-width one stays as it is written.
        const text = trigger.text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
        const list = byLiteral.get(text) ?? [];
        // A rule may write a word in two lists.
        if (!list.some((one) => one.plan === plan && String(one.roles) === String(trigger.roles)))
          list.push({ plan, roles: trigger.roles });
        byLiteral.set(text, list);
      } else if (trigger.kind === "line") lineRules.push({ plan, trigger });
      else columnRules.push({ plan, trigger });
    }
  }
  const literals = [...byLiteral.keys()];
  const triggers = { literals, digits: digitTable(digitRules.map(({ trigger }) => trigger)) };
  const byDigits = byHead(digitRules);
  const literalRules = literals.map((text) => byLiteral.get(text) ?? []);
  return {
    kernel: createKernel(choice, triggers, prepared),
    triggers,
    literals,
    digitRules: byDigits,
    asksForMore: Uint8Array.from(byDigits, (rules) => Number(rules.some(({ prefixes }) => prefixes !== undefined))),
    literalRules,
    literalPlans: literalRules.map((rules) =>
      rules.some(({ roles }) => roles !== undefined) ? undefined : [...new Set(rules.map(({ plan }) => plan))],
    ),
    lineRules: new LineRules(lineRules),
    columnRules,
    plans,
    candidates: new CandidateList(),
    lexicon,
    evidence: new EvidenceLists(),
  };
}

function digitRule(plan: Plan, trigger: DigitRule["trigger"]): DigitRule {
  let low = 0;
  let high = 0;
  for (let total = trigger.min; total <= trigger.max; total++) {
    if (total <= 32) low |= 1 << (total - 1);
    else high |= 1 << (total - 33);
  }
  const long = trigger.prefixes?.some((prefix) => prefix.length > 3) === true;
  return {
    plan,
    trigger,
    low,
    high,
    prefixes: long ? trigger.prefixes?.map((prefix) => Uint8Array.from(prefix, Number)) : undefined,
    before: trigger.before && Uint8Array.from({ length: 128 }, (_, byte) => (trigger.before?.includes(byte) === true ? 1 : 0)),
  };
}

function byHead(rules: readonly DigitRule[]): readonly (readonly DigitRule[])[] {
  const lists: DigitRule[][] = Array.from({ length: 1000 }, () => []);
  for (const rule of rules) for (const head of headsOf(rule.trigger.prefixes)) lists[head]?.push(rule);
  return lists;
}
