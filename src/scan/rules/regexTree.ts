/** A regular expression as written, with where each piece stands in its source: for what can be said of it without running it. */
export type RegexNode = Leaf | Sequence | Choice | Group | Repeat;
interface Piece {
  readonly start: number;
  readonly end: number;
}
/** A character of a set, an anchor or boundary, a reference back. */
interface Leaf extends Piece {
  readonly kind: "set" | "assertion" | "reference";
}
interface Sequence extends Piece {
  readonly kind: "sequence";
  readonly of: readonly RegexNode[];
}
export interface Choice extends Piece {
  readonly kind: "choice";
  readonly of: readonly RegexNode[];
}
interface Group extends Piece {
  readonly kind: "group";
  /** It looks ahead or behind and takes nothing. */
  readonly look: boolean;
  readonly of: readonly [RegexNode];
}
export interface Repeat extends Piece {
  readonly kind: "repeat";
  readonly of: readonly [RegexNode];
  readonly min: number;
  readonly max: number;
}

/** Reads an expression that `new RegExp` has taken. */
export function readRegex(source: string): RegexNode {
  let at = 0;
  return choice();

  function choice(): RegexNode {
    const start = at;
    const of = [sequence()];
    while (source[at] === "|") {
      at += 1;
      of.push(sequence());
    }
    const [only] = of;
    return of.length === 1 && only !== undefined ? only : { kind: "choice", of, start, end: at };
  }

  function sequence(): RegexNode {
    const start = at;
    const of: RegexNode[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") of.push(quantified(atom()));
    return { kind: "sequence", of, start, end: at };
  }

  function quantified(node: RegexNode): RegexNode {
    const found = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(source.slice(at, at + 24));
    if (found === null) return node;
    const [quantifier] = found;
    at += quantifier.length;
    return { kind: "repeat", of: [node], ...bounds(quantifier), start: node.start, end: at };
  }

  function atom(): RegexNode {
    const start = at;
    const character = source[at];
    if (character === "(") return group(start);
    if (character === "[") {
      at += 1;
      while (at < source.length && source[at] !== "]") at += source[at] === "\\" ? 2 : 1;
      at += 1;
      return { kind: "set", start, end: at };
    }
    if (character === "^" || character === "$") {
      at += 1;
      return { kind: "assertion", start, end: at };
    }
    if (character !== "\\") {
      at += (source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
      return { kind: "set", start, end: at };
    }
    const escape = /^\\(?:[bB]|k<[^>]+>|[1-9]\d?|u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[pP]\{[^}]+\}|[^])/.exec(
      source.slice(at, at + 64),
    );
    const written = escape?.[0] ?? "\\";
    at += written.length;
    const kind = /^\\[bB]$/.test(written) ? "assertion" : /^\\(?:k|[1-9])/.test(written) ? "reference" : "set";
    return { kind, start, end: at };
  }

  function group(start: number): RegexNode {
    const opening = /^\((?:\?(?::|<?[=!]|<[^>=!][^>]*>))?/.exec(source.slice(at, at + 64))?.[0] ?? "(";
    at += opening.length;
    const inner = choice();
    at += 1;
    return { kind: "group", look: /^\(\?<?[=!]/.test(opening), of: [inner], start, end: at };
  }
}

function bounds(quantifier: string): { readonly min: number; readonly max: number } {
  const [, low, comma, high] = /^\{(\d+)(,?)(\d*)/.exec(quantifier) ?? [];
  if (low === undefined) return { min: quantifier.startsWith("+") ? 1 : 0, max: quantifier.startsWith("?") ? 1 : Number.POSITIVE_INFINITY };
  const most = high === "" || high === undefined ? Number.POSITIVE_INFINITY : Number(high);
  return { min: Number(low), max: comma === "" ? Number(low) : most };
}

/** Every piece of an expression, outer before inner. */
export function* piecesOf(node: RegexNode): Generator<RegexNode> {
  yield node;
  if ("of" in node) for (const inner of node.of) yield* piecesOf(inner);
}
