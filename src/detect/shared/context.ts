/** Finds words near a candidate. */
export interface ContextFinder {
  /**
   * The word that stands last before `start` or first after `end`; whether nothing but punctuation stands between, and whether it stands on
   * another line.
   */
  find(
    text: string,
    start: number,
    end: number,
  ): { readonly word: string; readonly direct: boolean; readonly elsewhere: boolean } | undefined;
  /** The word in a name of a column or key. */
  inName(name: string): string | undefined;
}

/** Between a label and its value: blanks, colons, brackets, quotes, arrows, table lines; `是` and `为` as in 账号为. */
const BETWEEN = /^(?:[\s:=|"'`()[\]{}<>*_,;，、。“”‘’「」【】〔〕\-–—#/\\]|是|为|号|号码|No\.?|分别)*$/i;
/** Characters between label and value beyond which a label is no longer beside it. */
const DIRECT = 12;

/**
 * A finder for words `before` characters before a candidate and `after` behind it; undefined without words. Latin words are sought without
 * blanks and joiners (`id_card`, `Id Card`), and those of up to four letters only as whole words. Case does not count.
 */
export function contextFinder(words: readonly string[], before: number, after: number): ContextFinder | undefined {
  if (words.length === 0) return undefined;
  // Made when the first candidate comes: most rules never see one.
  let made: WordTrie | undefined;
  const trie = (): WordTrie => (made ??= new WordTrie(words));
  return {
    find(text, start, end) {
      const from = Math.max(0, start - before);
      let last: Found | undefined;
      for (let at = from; at < start;) {
        const found = trie().at(text, at, from, start);
        if (found === undefined) at++;
        else {
          last = found;
          at = found.end;
        }
      }
      if (last !== undefined) {
        const between = text.slice(last.end, start);
        return {
          word: text.slice(last.start, last.end),
          direct: between.length <= DIRECT && BETWEEN.test(between),
          elsewhere: between.includes("\n"),
        };
      }
      const to = Math.min(text.length, end + after);
      const behind = trie().first(text, end, to);
      if (behind === undefined) return undefined;
      return { word: text.slice(behind.start, behind.end), direct: false, elsewhere: text.slice(end, behind.start).includes("\n") };
    },
    inName(name) {
      const found = trie().first(name, 0, name.length);
      return found && name.slice(found.start, found.end);
    },
  };
}

interface Found {
  readonly start: number;
  readonly end: number;
}

/** How the characters of a word may be parted: not at all and by no letter beside it, by one blank or joiner, by blanks. */
type Parting = "whole" | "joined" | "spaced";

interface Node {
  readonly next: Map<number, Node>;
  /** Where a word ends: how closely it binds; of words that begin in one place the closest wins. */
  rank: number;
}

/** Words by their characters. One walk from a place tries them all, where an alternation of hundreds tries one after the other. */
class WordTrie {
  readonly #roots: readonly { readonly parting: Parting; readonly root: Node }[];
  /** By the lower eight bits of a character, whether any word begins so: most places are told by it. */
  readonly #begins = new Uint8Array(256);

  constructor(words: readonly string[]) {
    const roots: Record<Parting, Node> = { spaced: nodeOf(), joined: nodeOf(), whole: nodeOf() };
    for (const word of words) {
      if (!/^[\w\s.-]+$/.test(word)) add(roots.spaced, word, 4 * word.length);
      else if (word.length > 4) {
        const bare = word.replace(/[\s_.-]/g, "");
        add(roots.joined, bare, 10 * bare.length);
      } else add(roots.whole, word, 30 + word.length);
    }
    this.#roots = (["spaced", "joined", "whole"] as const).flatMap((parting) => {
      const root = roots[parting];
      for (const code of root.next.keys()) this.#begins[code & 0xff] = 1;
      return root.next.size === 0 ? [] : [{ parting, root }];
    });
  }

  /** The first word in `[from, to)`, as if there were nothing round it. */
  first(text: string, from: number, to: number): Found | undefined {
    for (let at = from; at < to; at++) {
      const found = this.at(text, at, from, to);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The word that begins at `at`; nothing before `from` and behind `to` is seen. */
  at(text: string, at: number, from: number, to: number): Found | undefined {
    const begin = folded(text.charCodeAt(at));
    if (this.#begins[begin & 0xff] === 0) return undefined;
    let best: Found | undefined;
    let rank = 0;
    for (const { parting, root } of this.#roots) {
      let node = root.next.get(begin);
      if (node === undefined || (parting === "whole" && at > from && isLetter(text.charCodeAt(at - 1)))) continue;
      let parted = 0;
      for (let next = at + 1; node !== undefined; next++) {
        if (node.rank > rank && parted === 0 && !(parting === "whole" && next < to && isLetter(text.charCodeAt(next)))) {
          rank = node.rank;
          best = { start: at, end: next };
        }
        if (next >= to) break;
        const code = text.charCodeAt(next);
        const child: Node | undefined = node.next.get(folded(code));
        if (child !== undefined) {
          node = child;
          parted = 0;
        } else if (parting !== "whole" && (isBlank(code) || (parting === "joined" && (code === 0x5f || code === 0x2d)))) {
          parted++;
          if (parting === "joined" && parted > 1) break;
        } else break;
      }
    }
    return best;
  }
}

function nodeOf(): Node {
  return { next: new Map(), rank: 0 };
}

function add(root: Node, word: string, rank: number): void {
  let node = root;
  for (let at = 0; at < word.length; at++) {
    const code = folded(word.charCodeAt(at));
    let child = node.next.get(code);
    if (child === undefined) node.next.set(code, (child = nodeOf()));
    node = child;
  }
  if (node !== root) node.rank = Math.max(node.rank, rank);
}

function folded(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 32 : code;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029;
}
