import { createContext, Script } from "node:vm";
import { piecesOf, readRegex } from "./regexTree.ts";
import type { Choice, RegexNode, Repeat } from "./regexTree.ts";

/** What is wrong with an expression. */
export interface RegexProblem {
  readonly code: "dead-quantifier" | "unreachable-alternative" | "backtracking";
  /** The piece of the source it is about. */
  readonly piece: string;
}

/** Characters that stand for all: what a set takes is told by trying them. */
const ALPHABET: readonly string[] = [
  ...Array.from({ length: 95 }, (_, index) => String.fromCodePoint(32 + index)),
  ..."\n\t\u00a0\u3000中密号一：，。（年★Ａ０éЖ",
];
/** Code units of a window: what an expression may have to look at for one candidate. */
const WINDOW = 6 * 1024;
/** Milliseconds of CPU one look at a window may take; an ordinary one takes some microseconds. */
const MOST_MILLISECONDS = 20;
/** After which a look is broken off. */
const DEADLINE = 400;

/** What can be said of an expression: pieces that do nothing, and inputs on which it runs wild. */
export function lintRegex(source: string, flags: string): readonly RegexProblem[] {
  const tree = readRegex(source);
  const takes = acceptance(source, flags);
  const problems: RegexProblem[] = [];
  for (const node of piecesOf(tree)) {
    if (node.kind === "repeat" && isDead(node)) problems.push({ code: "dead-quantifier", piece: source.slice(node.start, node.end) });
    if (node.kind === "choice") {
      for (const piece of unreachable(node, source, takes)) problems.push({ code: "unreachable-alternative", piece });
    }
  }
  const wild = runsWild(tree, source, flags, takes);
  if (wild !== undefined) problems.push({ code: "backtracking", piece: wild });
  return problems;
}

/** A quantifier that changes nothing: `a{1}`, `a{0}`, `(?:a*)?`, `(?:a?)*`, one on what is always empty. */
function isDead({ of: [inner], min, max }: Repeat): boolean {
  if (max === 0 || (min === 1 && max === 1)) return true;
  if (isEmpty(inner)) return true;
  const within = lone(inner);
  return within?.kind === "repeat" && within.min === 0 && min === 0;
}

/** The one piece a group holds, however many groups lie round it. */
function lone(node: RegexNode): RegexNode | undefined {
  if (node.kind === "group" && !node.look) return lone(node.of[0]);
  if (node.kind !== "sequence") return node;
  const [only, ...more] = node.of;
  return only === undefined || more.length > 0 ? undefined : lone(only);
}

function isEmpty(node: RegexNode): boolean {
  if (node.kind === "assertion") return true;
  if (node.kind === "group") return node.look || isEmpty(node.of[0]);
  if (node.kind === "sequence" || node.kind === "choice") return node.of.every(isEmpty);
  return node.kind === "repeat" && (node.max === 0 || isEmpty(node.of[0]));
}

type Takes = (node: RegexNode) => ReadonlySet<string>;

/** Which characters of the alphabet a set takes, tried once each. */
function acceptance(source: string, flags: string): Takes {
  const known = new Map<string, ReadonlySet<string>>();
  return (node) => {
    const piece = source.slice(node.start, node.end);
    const before = known.get(piece);
    if (before !== undefined) return before;
    const regex = new RegExp(`^${piece}$`, flags.replace(/[gyd]/g, ""));
    const own = [...piece.replace(/[\\[\]^-]/g, "")];
    const taken = new Set([...ALPHABET, ...own].filter((character) => regex.test(character)));
    known.set(piece, taken);
    return taken;
  };
}

/**
 * Alternatives that an earlier one always forestalls: written twice, or one character within a set before. `ab` after `a` is no such case
 * while something follows that may fail.
 */
function unreachable(node: Choice, source: string, takes: Takes): readonly string[] {
  const found: string[] = [];
  node.of.forEach((alternative, index) => {
    const piece = source.slice(alternative.start, alternative.end);
    const set = lone(alternative);
    const forestalled = node.of.slice(0, index).some((earlier) => {
      if (source.slice(earlier.start, earlier.end) === piece) return true;
      const before = lone(earlier);
      if (set?.kind !== "set" || before?.kind !== "set") return false;
      const taken = takes(set);
      return taken.size > 0 && [...taken].every((character) => takes(before).has(character));
    });
    if (forestalled) found.push(piece);
  });
  return found;
}

/** A repeated piece on which the expression takes longer than a window may: found by trying it on inputs made from its own pieces. */
function runsWild(tree: RegexNode, source: string, flags: string, takes: Takes): string | undefined {
  const context = createContext({ look: { regex: new RegExp(source, `${flags.replace(/[gy]/g, "")}y`), text: "" } });
  const script = new Script("look.regex.lastIndex = 0; look.regex.exec(look.text)");
  for (const node of piecesOf(tree)) {
    if (node.kind !== "repeat" || node.max < 64 || isDead(node)) continue;
    const before = leadTo(tree, node, takes);
    for (const unit of new Set([sample(node.of[0], takes, 0), sample(node.of[0], takes, 1)])) {
      if (unit === "") continue;
      const text = before + unit.repeat(Math.ceil(WINDOW / unit.length)).slice(0, WINDOW);
      for (const end of ["\u0001", ""]) if (tooLong(script, context, text + end)) return source.slice(node.start, node.end);
    }
  }
  return undefined;
}

function tooLong(script: Script, context: ReturnType<typeof createContext>, text: string): boolean {
  (context as { look: { text: string } }).look.text = text;
  let least = Number.POSITIVE_INFINITY;
  // The first run compiles; the fastest of three is what it takes when the machine is busy elsewhere.
  for (let run = 0; run < 3; run++) {
    const begun = process.cpuUsage();
    try {
      script.runInContext(context, { timeout: DEADLINE });
    } catch (error) {
      // The time is the clock's: a machine that is busy elsewhere runs out of it too, so that it has to happen each time.
      if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    }
    const { user, system } = process.cpuUsage(begun);
    least = Math.min(least, (user + system) / 1000);
    if (least < MOST_MILLISECONDS) return false;
  }
  return true;
}

/** A text that the pieces before `goal` take. */
function leadTo(node: RegexNode, goal: RegexNode, takes: Takes): string {
  if (node === goal || !("of" in node)) return "";
  const at = node.of.findIndex((inner) => inner.start <= goal.start && goal.end <= inner.end);
  const inner = node.of[at];
  if (inner === undefined) return "";
  const before = node.kind === "sequence" ? node.of.slice(0, at).map((piece) => sample(piece, takes, 0)) : [];
  return before.join("") + leadTo(inner, goal, takes);
}

/** A short text that a piece takes; `turn` chooses among alternatives and characters. */
function sample(node: RegexNode, takes: Takes, turn: number): string {
  if (!("of" in node)) {
    const taken = node.kind === "set" ? [...takes(node)] : [];
    return taken[turn % Math.max(1, taken.length)] ?? "";
  }
  if (node.kind === "group") return node.look ? "" : sample(node.of[0], takes, turn);
  if (node.kind === "sequence") return node.of.map((piece) => sample(piece, takes, turn)).join("");
  if (node.kind === "choice") {
    const chosen = node.of[turn % node.of.length];
    return chosen === undefined ? "" : sample(chosen, takes, turn);
  }
  return sample(node.of[0], takes, turn).repeat(Math.max(node.min, node.max > 0 ? 1 : 0));
}
