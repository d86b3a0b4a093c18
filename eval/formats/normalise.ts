/**
 * The form in which texts are compared: NFKC (full width and half width are one, ligatures are letters), no soft hyphens and other characters
 * without width, every run of blanks and line ends one space, none beside a Chinese character or a tab. Tabs stay: they part cells.
 */
export function normalise(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\u00AD\u200B-\u200F\u2060\uFEFF]/gu, "")
    .replace(/[^\S\t]+/gu, " ")
    .replace(/ *\t */g, "\t")
    .replace(/ ?(\p{Script=Han}) ?/gu, "$1")
    .trim();
}

/** For other programs: without any blanks, so that how they set cells and lines apart does not count against them. */
export function withoutBlanks(text: string): string {
  return normalise(text).replace(/\s+/gu, "");
}
