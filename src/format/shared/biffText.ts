/** Text without what is no character: NUL, which fills fields up, becomes nothing, other controls a space. */
export function cleanText(text: string): string {
  return /[\0-\x1f]/.test(text)
    ? text
        .replace(/\0/g, "")
        .replace(/[\x01-\x1f]+/g, " ")
        .trim()
    : text.trim();
}

/** Text of a cell: on one line. */
export function lineText(text: string): string {
  return /[\0-\x1f]/.test(text) ? text.replace(/[\0-\x1f]+/g, " ") : text;
}
