/** Finds words near a candidate. */
export interface ContextFinder {
  /** The word that stands last before `start` or first after `end`, and whether nothing but punctuation stands between. */
  find(text: string, start: number, end: number): { readonly word: string; readonly direct: boolean } | undefined;
  /** The word in a name of a column or key. */
  inName(name: string): string | undefined;
}

/** Between a label and its value: blanks, colons, brackets, quotes, arrows, table lines; `是` and `为` as in 账号为. */
const BETWEEN = /^(?:[\s:=|"'`()[\]{}<>*_,;，、。“”‘’「」【】〔〕\-–—#/\\]|是|为|号|号码|No\.?|分别)*$/i;
/** Characters between label and value beyond which a label is no longer beside it. */
const DIRECT = 12;

/**
 * A finder for words `before` characters before a candidate and `after` behind it; undefined without words. Latin words are sought without
 * blanks and joiners (`id_card`, `Id Card`), and those of up to four letters only as whole words.
 */
export function contextFinder(words: readonly string[], before: number, after: number): ContextFinder | undefined {
  const latin = words.filter((word) => /^[\w\s.-]+$/.test(word));
  const long = latin.filter((word) => word.length > 4).map((word) => word.toLowerCase().replace(/[\s_.-]/g, ""));
  const short = latin.filter((word) => word.length <= 4);
  const other = words.filter((word) => !latin.includes(word));
  if (words.length === 0) return undefined;
  const alternatives = [
    ...other.map((word) => [...word].map(escape).join("\\s*")),
    ...long.map((word) => [...word].map(escape).join("[\\s_-]?")),
    ...short.map((word) => `(?<![A-Za-z])${escape(word)}(?![A-Za-z])`),
  ].toSorted((one, two) => two.length - one.length);
  const pattern = new RegExp(alternatives.join("|"), "gi");

  return {
    find(text, start, end) {
      const near = text.slice(Math.max(0, start - before), start);
      let last: { word: string; end: number } | undefined;
      pattern.lastIndex = 0;
      for (let found = pattern.exec(near); found !== null; found = pattern.exec(near)) {
        last = { word: found[0], end: found.index + found[0].length };
      }
      if (last !== undefined) {
        const between = near.slice(last.end);
        return { word: last.word, direct: between.length <= DIRECT && BETWEEN.test(between) };
      }
      if (after === 0) return undefined;
      pattern.lastIndex = 0;
      const behind = pattern.exec(text.slice(end, end + after));
      return behind === null ? undefined : { word: behind[0], direct: false };
    },
    inName(name) {
      if (name === "") return undefined;
      pattern.lastIndex = 0;
      return pattern.exec(name)?.[0];
    },
  };
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
