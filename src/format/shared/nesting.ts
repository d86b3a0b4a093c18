/**
 * Whether the tags of an XML document nest deeper than `limit`, or more than `limit` end that never began, or as many comments and the like begin
 * that never end, or as many tags are broken off by the next or never end, told from its bytes alone (UTF-8 or UTF-16). For libraries that build a
 * tree, which such a document costs a square.
 */
export function nestsDeeperThan(bytes: Uint8Array, limit: number): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1").replaceAll("\0", "");
  const open: string[] = [];
  const lastEnds = new Map(["-->", "]]>", "?>"].map((end) => [end, text.lastIndexOf(end)]));
  const lastClose = text.lastIndexOf(">");
  let strays = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) {
    const first = text.charCodeAt(at + 1);
    if (first === 33 /* ! */ || first === 63 /* ? */) {
      const end = first === 63 ? "?>" : text.startsWith("--", at + 2) ? "-->" : "]]>";
      if ((lastEnds.get(end) ?? -1) < at && ++strays > limit) return true;
      continue;
    }
    const from = first === 47 /* / */ ? at + 2 : at + 1;
    let to = from;
    while (to < text.length && to - from < 256 && !isEnd(text.charCodeAt(to))) to++;
    const name = text.slice(from, to);
    if (first === 47) {
      if (open.at(-1) === name) open.pop();
      else if (++strays > limit) return true;
      continue;
    }
    const close = at > lastClose ? -1 : text.indexOf(">", to);
    const next = text.indexOf("<", to);
    if (close < 0 || (next >= 0 && next < close)) {
      if (++strays > limit) return true;
      continue;
    }
    if (text.charCodeAt(close - 1) !== 47 && open.push(name) > limit) return true;
    at = Math.max(at, close - 1);
  }
  return false;
}

/** White space, `/`, `<` or `>`. */
function isEnd(code: number): boolean {
  return code <= 32 || code === 47 || code === 60 || code === 62;
}
