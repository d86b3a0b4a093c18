import type { Role } from "../model/chunk.ts";
import type { Matcher, Trigger } from "../model/rule.ts";
import type { Kernel } from "./kernel/contract.ts";
import { createFallbackKernel } from "./kernel/fallback.ts";
import type { ColumnLexicon } from "./table.ts";

interface DigitRule {
  readonly matcher: Matcher;
  readonly trigger: Extract<Trigger, { kind: "digits" }>;
}
interface LiteralRule {
  readonly matcher: Matcher;
  readonly roles: readonly Role[] | undefined;
}

/** All rules by what the kernel finds for them. */
export interface Compiled {
  readonly kernel: Kernel;
  readonly literals: readonly string[];
  readonly digitRules: readonly DigitRule[];
  /** By index of the literal. */
  readonly literalRules: readonly (readonly LiteralRule[])[];
  readonly lineRules: readonly { readonly matcher: Matcher; readonly trigger: Extract<Trigger, { kind: "line" }> }[];
  readonly columnRules: readonly { readonly matcher: Matcher; readonly trigger: Extract<Trigger, { kind: "column" }> }[];
  readonly matchers: readonly Matcher[];
  readonly lexicon: ColumnLexicon;
}

/** Sorts rules by their triggers and builds the kernel that looks for these. */
export function compileRules(matchers: readonly Matcher[], lexicon: ColumnLexicon): Compiled {
  const digitRules: DigitRule[] = [];
  const byLiteral = new Map<string, LiteralRule[]>();
  const lineRules: { matcher: Matcher; trigger: Extract<Trigger, { kind: "line" }> }[] = [];
  const columnRules: { matcher: Matcher; trigger: Extract<Trigger, { kind: "column" }> }[] = [];
  let min = Number.MAX_SAFE_INTEGER;
  let max = 0;
  for (const matcher of matchers) {
    for (const trigger of matcher.triggers) {
      if (trigger.kind === "digits") {
        digitRules.push({ matcher, trigger });
        min = Math.min(min, trigger.min);
        max = Math.max(max, trigger.max);
      } else if (trigger.kind === "literal") {
        const text = trigger.text.toLowerCase();
        const list = byLiteral.get(text) ?? [];
        list.push({ matcher, roles: trigger.roles });
        byLiteral.set(text, list);
      } else if (trigger.kind === "line") lineRules.push({ matcher, trigger });
      else columnRules.push({ matcher, trigger });
    }
  }
  const literals = [...byLiteral.keys()];
  return {
    kernel: createFallbackKernel({ literals, digits: digitRules.length > 0 ? { min, max } : undefined }),
    literals,
    digitRules,
    literalRules: literals.map((text) => byLiteral.get(text) ?? []),
    lineRules,
    columnRules,
    matchers,
    lexicon,
  };
}
