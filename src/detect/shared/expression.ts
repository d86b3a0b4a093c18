/** Code units in ranges, both ends included, sorted and apart. */
type Ranges = readonly (readonly [low: number, high: number])[];

/** An expression as a tree, as far as what it can consume goes; assertions consume nothing and are left out. */
export type Node =
  | { readonly kind: "empty" }
  | { readonly kind: "set"; readonly ranges: Ranges }
  /** What must follow; takes nothing of it. */
  | { readonly kind: "ahead"; readonly of: Node }
  | { readonly kind: "sequence"; readonly of: readonly Node[] }
  | { readonly kind: "choice"; readonly of: readonly Node[] }
  | { readonly kind: "repeat"; readonly of: Node; readonly min: number; readonly max: number };

const EMPTY: Node = { kind: "empty" };
const NEVER: Node = { kind: "set", ranges: [] };
const ANY: Ranges = [[0, 0xffff]];
const DIGITS: Ranges = [[0x30, 0x39]];
const WORD: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const SPACE: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, v: 11, f: 12, "0": 0 };

/**
 * Reads the source of a JavaScript regular expression. What the tree takes is at least what the expression takes: lookaround, anchors and
 * word boundaries hold everywhere, a reference back takes whatever its group may. Undefined for what it does not know.
 */
export function readExpression(source: string, flags: string): Node | undefined {
  // Under these flags classes mean more than one code unit.
  if (flags.includes("u") || flags.includes("v")) return undefined;
  const [ignoreCase, dotAll] = [flags.includes("i"), flags.includes("s")];
  const key = `${ignoreCase ? "i" : ""}${dotAll ? "s" : ""}/${source}`;
  const known = read.get(key);
  if (known !== undefined || read.has(key)) return known;
  const node = nodeOf(source, ignoreCase, dotAll);
  read.set(key, node);
  return node;
}

/** Several looks at a rule read the same expressions. */
const read = new Map<string, Node | undefined>();

function nodeOf(source: string, ignoreCase: boolean, dotAll: boolean): Node | undefined {
  try {
    return new Reader(source, ignoreCase, dotAll).all();
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

class Unknown extends Error {}

class Reader {
  readonly #source: string;
  readonly #ignoreCase: boolean;
  readonly #dotAll: boolean;
  readonly #groups: (Node | undefined)[] = [undefined];
  readonly #names = new Map<string, number>();
  #at = 0;
  #ahead = 0;

  constructor(source: string, ignoreCase: boolean, dotAll: boolean) {
    this.#source = source;
    this.#ignoreCase = ignoreCase;
    this.#dotAll = dotAll;
  }

  all(): Node {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw new Unknown();
    return node;
  }

  #peek(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #skip(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += text.length;
    return true;
  }

  #choice(): Node {
    const of = [this.#sequence()];
    while (this.#skip("|")) of.push(this.#sequence());
    return of.length === 1 ? (of[0] ?? EMPTY) : { kind: "choice", of };
  }

  #sequence(): Node {
    const of: Node[] = [];
    while (this.#at < this.#source.length && !this.#peek("|") && !this.#peek(")")) of.push(this.#term());
    return of.length === 1 ? (of[0] ?? EMPTY) : { kind: "sequence", of };
  }

  #term(): Node {
    if (this.#skip("^") || this.#skip("\\b") || this.#skip("\\B")) return EMPTY;
    // Ends are told by the bytes running out, never by a character.
    if (this.#skip("$")) return this.#ahead > 0 ? NEVER : EMPTY;
    if (this.#skip("(?=")) {
      this.#ahead++;
      const of = this.#choice();
      this.#ahead--;
      if (!this.#skip(")")) throw new Unknown();
      const node = this.#quantified(EMPTY);
      return node === EMPTY ? { kind: "ahead", of } : EMPTY;
    }
    for (const look of ["(?!", "(?<=", "(?<!"]) {
      if (!this.#skip(look)) continue;
      this.#choice();
      if (!this.#skip(")")) throw new Unknown();
      this.#quantified(EMPTY);
      return EMPTY;
    }
    return this.#quantified(this.#atom());
  }

  #quantified(node: Node): Node {
    let min = 1;
    let max = 1;
    if (this.#skip("*")) [min, max] = [0, Number.POSITIVE_INFINITY];
    else if (this.#skip("+")) max = Number.POSITIVE_INFINITY;
    else if (this.#skip("?")) min = 0;
    else {
      const counted = /^\{(\d+)(,?)(\d*)\}/.exec(this.#source.slice(this.#at, this.#at + 24));
      if (counted === null) return node;
      this.#at += counted[0].length;
      min = Number(counted[1]);
      max = counted[2] === "" ? min : counted[3] === "" ? Number.POSITIVE_INFINITY : Number(counted[3]);
    }
    this.#skip("?");
    return { kind: "repeat", of: node, min, max };
  }

  #atom(): Node {
    if (this.#skip("(")) return this.#group();
    if (this.#skip("[")) return set(this.#class(), this.#ignoreCase);
    if (this.#skip(".")) return { kind: "set", ranges: this.#dotAll ? ANY : inverse(LINE_ENDS) };
    if (this.#skip("\\")) return this.#escape();
    const code = this.#source.charCodeAt(this.#at++);
    return set([[code, code]], this.#ignoreCase);
  }

  #group(): Node {
    let index: number | undefined;
    if (!this.#skip("?:")) {
      index = this.#groups.length;
      this.#groups.push(undefined);
      if (this.#skip("?<")) {
        const end = this.#source.indexOf(">", this.#at);
        this.#names.set(this.#source.slice(this.#at, end), index);
        this.#at = end + 1;
      } else if (this.#peek("?")) throw new Unknown();
    }
    const node = this.#choice();
    if (!this.#skip(")")) throw new Unknown();
    if (index !== undefined) this.#groups[index] = node;
    return node;
  }

  #escape(): Node {
    const reference = /^(?:([1-9]\d?)|k<([^>]+)>)/.exec(this.#source.slice(this.#at, this.#at + 40));
    if (reference !== null) {
      this.#at += reference[0].length;
      const index = reference[1] === undefined ? this.#names.get(reference[2] ?? "") : Number(reference[1]);
      const group = index === undefined ? undefined : this.#groups[index];
      // A group that took part takes the same again; one that did not takes nothing.
      return { kind: "repeat", of: group ?? { kind: "set", ranges: ANY }, min: 0, max: group === undefined ? Number.POSITIVE_INFINITY : 1 };
    }
    return set(this.#escapedSet(), this.#ignoreCase);
  }

  /** After a backslash: a class or one character. */
  #escapedSet(): Ranges {
    const letter = this.#source.charAt(this.#at++);
    if (letter === "d") return DIGITS;
    if (letter === "D") return inverse(DIGITS);
    if (letter === "w") return WORD;
    if (letter === "W") return inverse(WORD);
    if (letter === "s") return SPACE;
    if (letter === "S") return inverse(SPACE);
    const digits = letter === "u" ? 4 : letter === "x" ? 2 : 0;
    if (digits > 0) {
      const hex = this.#source.slice(this.#at, this.#at + digits);
      if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length < digits) throw new Unknown();
      this.#at += digits;
      const code = Number.parseInt(hex, 16);
      return [[code, code]];
    }
    if (letter === "c" || letter === "p" || letter === "P" || letter === "") throw new Unknown();
    const code = CONTROLS[letter] ?? letter.charCodeAt(0);
    return [[code, code]];
  }

  #class(): Ranges {
    const negated = this.#skip("^");
    const ranges: [number, number][] = [];
    while (!this.#skip("]")) {
      if (this.#at >= this.#source.length) throw new Unknown();
      const low = this.#classAtom();
      if (!this.#peek("-") || this.#peek("-]")) {
        for (const [from, to] of low) ranges.push([from, to]);
        continue;
      }
      this.#skip("-");
      const high = this.#classAtom();
      const [from, to] = [low[0], high[0]];
      if (low.length > 1 || high.length > 1 || from === undefined || to === undefined || from[0] !== from[1] || to[0] !== to[1]) {
        throw new Unknown();
      }
      if (this.#ignoreCase && to[0] - from[0] > LONG && from[0] < CASELESS[0]) throw new Unknown();
      ranges.push([from[0], to[0]]);
    }
    const merged = normalised(this.#ignoreCase ? bothCases(ranges) : ranges);
    return negated ? inverse(merged) : merged;
  }

  #classAtom(): Ranges {
    if (this.#skip("\\")) {
      if (this.#skip("b")) return [[8, 8]];
      return this.#escapedSet();
    }
    const code = this.#source.charCodeAt(this.#at++);
    return [[code, code]];
  }
}

function set(ranges: Ranges, ignoreCase: boolean): Node {
  return { kind: "set", ranges: normalised(ignoreCase ? bothCases(ranges) : ranges) };
}

/** Chinese, Japanese and Korean characters have no case. */
const CASELESS = [0x2e80, 0xa63f] as const;

/** Ranges longer than this come from escapes (`\\D`, `\\S`). */
const LONG = 1024;

/** Adds the other case of each letter. */
function bothCases(ranges: Ranges): Ranges {
  const more: [number, number][] = ranges.map(([low, high]) => [low, high]);
  for (const [low, high] of ranges) {
    // Classes by escape hold both cases of all they hold.
    if ((low >= CASELESS[0] && high <= CASELESS[1]) || high - low > LONG) continue;
    for (let code = low; code <= high; code++) {
      const text = String.fromCharCode(code);
      for (const other of [text.toLowerCase(), text.toUpperCase()]) {
        if (other.length === 1 && other !== text) more.push([other.charCodeAt(0), other.charCodeAt(0)]);
      }
    }
  }
  return more;
}

function normalised(ranges: Ranges): Ranges {
  const sorted = ranges.toSorted((one, other) => one[0] - other[0]);
  const merged: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

function inverse(ranges: Ranges): Ranges {
  const out: [number, number][] = [];
  let from = 0;
  for (const [low, high] of ranges) {
    if (low > from) out.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= 0xffff) out.push([from, 0xffff]);
  return out;
}
