/** Characters of seen text that are told with hidden text they touch: longer than any number a rule looks for. */
const most = 20;
/** Bytes those may have. */
const mostBytes = 4 * most;
/** All but punctuation, of Chinese and full width too. */
const letters = "(?:[0-9A-Za-z]|(?!\\xe3\\x80|\\xef\\xbc[\\x81-\\x8f\\x9a-\\xa0])[\\xc2-\\xf4][\\x80-\\xbf]{1,3})";
const before = new RegExp(`${letters}{1,${most}}$`);
const behind = new RegExp(`^${letters}{1,${most}}`);

/**
 * Hidden text inside a line goes to a flow of its own, and with it goes what it touches of the seen text: a number or a mark of which only some
 * is hidden is then read as a whole there. One a paragraph; all strings are byte strings (see xml.ts).
 */
export interface Edges {
  /** Hidden text is added; gives what is to stand before it. */
  hides(): string;
  /** Seen text is added; gives what of it belongs behind the hidden text, if anything. */
  shows(piece: string): string;
  /** The paragraph has ended. */
  end(): void;
}

/** Edges of a paragraph in which nothing was said yet. */
export function createEdges(): Edges {
  /** The end of the seen text, where that came last. */
  let seen = "";
  /** Characters that may still be added to the hidden text. */
  let left = 0;
  /** Whether all seen text since the hidden one was added to it. */
  let given = false;
  return {
    hides() {
      const touched = seen === "" || given ? "" : (before.exec(seen.slice(-mostBytes))?.[0] ?? "");
      seen = "";
      left = most;
      return touched;
    },
    shows(piece) {
      if (piece === "") return "";
      given &&= left > 0;
      if (seen === "") given = left > 0;
      seen = piece.length >= mostBytes ? piece : seen.slice(-mostBytes) + piece;
      if (left === 0) return "";
      const touched = behind.exec(piece.slice(0, mostBytes))?.[0] ?? "";
      // A piece that ends within the word is perhaps only a run of it.
      given &&= touched.length === piece.length;
      left = touched.length === piece.length ? Math.max(0, left - Buffer.from(touched, "latin1").toString("utf8").length) : 0;
      return touched;
    },
    end() {
      seen = "";
      left = 0;
      given = false;
    },
  };
}

/** The hidden text of a paragraph with what it touches of the seen text; `parts` are all of its text, in order. */
export function joinHidden(parts: Iterable<{ readonly hidden: boolean; readonly text: string }>): string {
  const edges = createEdges();
  let joined = "";
  for (const { hidden, text } of parts) joined += hidden ? edges.hides() + text : edges.shows(text);
  return joined;
}
