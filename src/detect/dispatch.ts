import type { Matcher, Sight } from "../model/rule.ts";
import { characterStart } from "../util/decode.ts";
import type { Compiled } from "./compiled.ts";
import type { Flow, Segment } from "./flow.ts";
import { DIGITS } from "./kernel/contract.ts";
import { DigitChain } from "./kernel/digitChain.ts";
import { isLiteral } from "./kernel/literalBytes.ts";
import type { LineRules } from "./lineRules.ts";
import type { Plan } from "./plan.ts";

/** The chain of the candidate at hand, and what it was read in. */
const chain = new DigitChain();
const readIn: { flow: Flow | undefined; base: number; length: number } = { flow: undefined, base: 0, length: 0 };

const NONE: readonly Plan[] = [];

/** Gives `into` the rules whose triggers take the candidate that the kernel found at `start`: `kind` is `DIGITS` or a literal's index. */
export function plansAt(compiled: Compiled, flow: Flow, segment: Segment, kind: number, start: number, into: Plan[]): void {
  const plans = plansOf(compiled, flow, segment, kind, start, into);
  if (plans === into) return;
  clear(into);
  for (const plan of plans) into.push(plan);
}

/** The same rules in a list that holds until it is asked for the next: in `room`, or one of its own where all places give the same. */
export function plansOf(compiled: Compiled, flow: Flow, segment: Segment, kind: number, start: number, room: Plan[]): readonly Plan[] {
  const { bytes, length, encoding } = flow;
  const at = start - flow.base;
  if (kind !== DIGITS) {
    // In GB18030 and Big5 the bytes of a literal may straddle two characters, and halves of characters look like letters.
    if (encoding !== "utf8") {
      if (!isLiteral(bytes, at, compiled.literals[kind] ?? "", encoding)) return NONE;
      if (characterStart(bytes.subarray(0, length), at, Math.max(0, at - 1024), encoding) !== at) return NONE;
    }
    const everywhere = compiled.literalPlans[kind];
    if (everywhere !== undefined) return everywhere;
    clear(room);
    for (const { plan, roles } of compiled.literalRules[kind] ?? []) if (stands(segment, roles) && !room.includes(plan)) room.push(plan);
    return room;
  }
  clear(room);
  if (!(isReadIn(flow) ? chain.readNext(bytes, at, length, encoding) : chain.read(bytes, at, length, encoding))) return room;
  const before = at > 0 && (encoding === "utf8" || (bytes[at - 1] ?? 0) < 0x40) ? (bytes[at - 1] ?? 0) : 0xff;
  for (const rule of compiled.digitRules[chain.head] ?? []) {
    if ((rule.low & chain.low) === 0 && (rule.high & chain.high) === 0) continue;
    if (rule.before !== undefined && before < 0x80 && !(before >= 0x30 && before <= 0x39) && rule.before[before] === 0) continue;
    if (rule.prefixes !== undefined && !beginsWith(chain, rule.prefixes)) continue;
    if (rule.trigger.luhn === true && segment.table === undefined && !chain.hasCheckDigit(rule.low)) continue;
    if (stands(segment, rule.trigger.roles) && !room.includes(rule.plan)) room.push(rule.plan);
  }
  return room;
}

/** Setting the length would drop its memory too: candidates are millions. */
function clear(plans: Plan[]): void {
  while (plans.length > 0) plans.pop();
}

/** Whether the last chain was read in these bytes; from now on it is. */
function isReadIn(flow: Flow): boolean {
  if (readIn.flow === flow && readIn.base === flow.base && readIn.length === flow.length) return true;
  readIn.flow = flow;
  readIn.base = flow.base;
  readIn.length = flow.length;
  return false;
}

function beginsWith({ digits }: DigitChain, prefixes: readonly Uint8Array[]): boolean {
  for (const prefix of prefixes) {
    let at = 0;
    while (at < prefix.length && digits[at] === prefix[at]) at++;
    if (at === prefix.length) return true;
  }
  return false;
}

/** One for all glances. */
const sight: { -readonly [Key in keyof Sight]: Sight[Key] } = {
  bytes: new Uint8Array(0),
  length: 0,
  start: 0,
  end: 0,
  encoding: "utf8",
  inTable: false,
};

/** Whether the rule may take what stands at `[start, end)`, as far as a look at the bytes tells. */
export function glanceAt(flow: Flow, segment: Segment, { glance }: Matcher, start: number, end: number): boolean {
  return glance === undefined || glance(seen(flow, segment, start, end));
}

/** Bits of the rules that may find anything in the line `[start, end)`. */
export function lineAt(rules: LineRules, flow: Flow, segment: Segment, start: number, end: number): number {
  return rules.bits(seen(flow, segment, start, end), start - flow.base, end - flow.base);
}

function seen(flow: Flow, segment: Segment, start: number, end: number): Sight {
  sight.bytes = flow.bytes;
  sight.length = flow.length;
  sight.start = start - flow.base;
  sight.end = end - flow.base;
  sight.encoding = flow.encoding;
  sight.inTable = segment.table !== undefined && !segment.list;
  return sight;
}

function stands(segment: Segment, roles: Segment["roles"] | undefined): boolean {
  return roles === undefined || segment.roles.some((role) => roles.includes(role));
}
