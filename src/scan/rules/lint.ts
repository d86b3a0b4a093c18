import { validators } from "../../detect/validator/registry.ts";
import type { Json } from "../../model/json.ts";
import type { Matcher } from "../../model/rule.ts";
import { expressionsOf } from "./admission.ts";
import type { RuleBench } from "./bench.ts";
import { measureCosts } from "./cost.ts";
import type { RuleCost } from "./cost.ts";
import { runExamples } from "./examples.ts";
import { lintRegex } from "./regexLint.ts";
import type { RegexProblem } from "./regexLint.ts";

/** What is wrong with a rule. */
export interface RuleFlaw {
  readonly ruleId: string;
  readonly file: string;
  readonly code:
    | RegexProblem["code"]
    | "no-trigger"
    | "weak-trigger"
    | "unproved-pattern"
    | "unstated-evidence"
    | "no-reference"
    | "claimed-example"
    | "broken-example"
    | "always-fires"
    | "costly";
  /** The piece of the rule it is about, or the number that was measured. */
  readonly piece: string;
}

/** What a look at the rules gave. */
export interface LintRun {
  readonly rules: number;
  readonly flaws: readonly RuleFlaw[];
  /** Dearest first; empty when nothing was measured. */
  readonly costs: readonly RuleCost[];
}

/** Shortest literal, in bytes of UTF-8, that is looked for by itself without the kernel stopping all the time. */
const SHORTEST_LITERAL = 2;
/** Fewest digits that make a trigger without prefixes: shorter runs stand in every line. */
const FEWEST_DIGITS = 6;
/** Milliseconds of CPU a MiB of ordinary lines, half of which are numbers, that one rule may take. The dearest shipped one takes 235. */
const MOST_MILLISECONDS = 350;
/** Share of all rules' costs that no rule may exceed. */
const MOST_SHARE = 0.4;
/** Rules fewer than which have no shares to speak of. */
const FEW_RULES = 10;
/** Ordinary lines of a hundred on which a rule may fire at medium confidence or above. */
const MOST_FIRING = 10;

/** Looks at every rule that `wanted` says yes to. `measure`: also run each over ordinary text and tell what it costs. */
export function lintRules(bench: RuleBench, wanted: (ruleId: string) => boolean, measure: boolean): LintRun {
  const flaws: RuleFlaw[] = [];
  const { broken } = runExamples(bench, wanted);
  let rules = 0;
  for (const { base, fields, file } of bench.rules) {
    if (!wanted(base.id)) continue;
    rules += 1;
    const say = (code: RuleFlaw["code"], piece: string): void => void flaws.push({ ruleId: base.id, file, code, piece });
    for (const { source, flags } of expressionsOf(fields))
      for (const { code, piece } of lintRegex(source, flags)) say(code, `${piece} in ${source}`);
    const matcher = bench.matchers.find(({ rule }) => rule.id === base.id);
    if (matcher !== undefined) for (const [code, piece] of triggerFlaws(matcher)) say(code, piece);
    if (base.references.length === 0) say("no-reference", "references");
    if (base.kind === "pattern") {
      for (const name of unprovedPatterns(bench, base.id, fields)) say("unproved-pattern", name);
      for (const name of unstated(fields)) say("unstated-evidence", name);
    }
    for (const one of broken.filter(({ ruleId }) => ruleId === base.id)) {
      const shown = one.example.text.replaceAll("\n", "⏎").slice(0, 60);
      if (one.expects === "match" && one.others.length > 0) say("claimed-example", `${shown} → ${one.others.join(", ")}`);
      else say("broken-example", `${one.expects}: ${shown}`);
    }
  }
  const costs = measure ? measureCosts(bench, () => true).toSorted((one, other) => other.perMegabyte - one.perMegabyte) : [];
  for (const { ruleId, perMegabyte, share, firing } of costs) {
    const file = bench.rules.find(({ base }) => base.id === ruleId)?.file ?? "";
    if (!wanted(ruleId)) continue;
    if (firing > MOST_FIRING) flaws.push({ ruleId, file, code: "always-fires", piece: `${firing.toFixed(0)} %` });
    if (perMegabyte > MOST_MILLISECONDS || (costs.length >= FEW_RULES && share > MOST_SHARE)) {
      flaws.push({ ruleId, file, code: "costly", piece: `${perMegabyte.toFixed(1)} ms/MiB, ${(share * 100).toFixed(0)} %` });
    }
  }
  return { rules, flaws, costs };
}

function triggerFlaws({ triggers, over, tag }: Matcher): readonly (readonly [RuleFlaw["code"], string])[] {
  // What takes in other rules' findings needs no trigger of its own.
  if (triggers.length === 0) return over === undefined && tag === undefined ? [["no-trigger", "triggers"]] : [];
  return triggers.flatMap((trigger): readonly (readonly [RuleFlaw["code"], string])[] => {
    if (trigger.kind === "literal" && trigger.text !== "@" && Buffer.byteLength(trigger.text) < SHORTEST_LITERAL)
      return [["weak-trigger", trigger.text]];
    const everywhere =
      trigger.kind === "digits" && trigger.min < FEWEST_DIGITS && trigger.prefixes === undefined && trigger.roles === undefined;
    return everywhere ? [["weak-trigger", `${trigger.min}–${trigger.max}`]] : [];
  });
}

/** Patterns by which none of the rule's own examples is found: nothing proves that they work. */
function unprovedPatterns(bench: RuleBench, ruleId: string, fields: Readonly<Record<string, Json>>): readonly string[] {
  const names = new Set(((fields["patterns"] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name));
  const rule = bench.rules.find(({ base }) => base.id === ruleId);
  for (const example of rule?.base.examples.match ?? []) {
    for (const match of bench.examine(example)) {
      if (match.ruleId === ruleId) for (const { by, name } of match.evidence) if (by === "pattern") names.delete(name);
    }
  }
  return [...names];
}

/** What the kind pattern itself may state, beside a rule's patterns and validators. */
const STATED = new Set(["context", "label", "column", "column-weak", "other-column", "counter-context", "beside-han", "loose", "in-address", "sample", "public", "typed"]); // prettier-ignore

/** Evidence that tiers ask for and nothing of the rule can state: such a tier is never met, or never forbids. */
function unstated(fields: Readonly<Record<string, Json>>): readonly string[] {
  const patterns = ((fields["patterns"] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);
  const checks = (fields["validators"] ?? []) as readonly string[];
  const asked = ((fields["tiers"] ?? []) as readonly Readonly<Record<string, readonly string[]>>[]).flatMap((tier) =>
    Object.values(tier).flat(),
  );
  const known = new Set([...STATED, ...patterns, ...checks]);
  const ids = new Set(validators.map(({ id }) => id));
  return [...new Set(asked)].filter((name) => !known.has(name) && (ids.has(name) || !name.includes(":")));
}
