/**
 * The form in which texts are compared: NFKC (full width and half width are one, ligatures are letters), no soft hyphens and other characters
 * without width, dashes as `-` (all this the product does too), every run of blanks and line ends one space, none beside a Chinese character or a tab. Tabs stay: they part cells.
 */
export function normalise(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\u00AD\u200B-\u200F\u2060\uFEFF]/gu, "")
    .replace(/[\u2010-\u2013\u2015\u2212]/gu, "-")
    .replace(/[^\S\t]+/gu, " ")
    .replace(/ *\t */g, "\t")
    .replace(/ ?(\p{Script=Han}) ?/gu, "$1")
    .trim();
}

/** The same where a program that shows no tabs said what the text is: a tab is a blank too. Takes and gives normalised text. */
export function withoutTabs(text: string): string {
  return normalise(text.replaceAll("\t", " "));
}

/** For other programs: without any blanks, so that how they set cells and lines apart does not count against them. */
export function withoutBlanks(text: string): string {
  return normalise(text).replace(/\s+/gu, "");
}
