/** Where there is an escape at all. */
const escape = /\\(?:u\{[0-9a-f]{1,6}\}|u[0-9a-f]{4}|x[0-9a-f]{2})/i;
const escapes = /\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2}))/gi;

/** Text whose `\u673a`, `\u{673a}` and `\x41` are the characters they stand for; the same text where there are none. */
export function unescapeUnicode(text: string): string {
  if (!escape.test(text)) return text;
  return text.replace(escapes, (whole: string, braced?: string, four?: string, two?: string) => {
    const code = Number.parseInt(braced ?? four ?? two ?? "", 16);
    if (code > 0x10ffff) return whole;
    // Control characters stay as they are written: a line stays a line.
    return code < 32
      ? whole
      : String.fromCharCode(...(code > 0xffff ? [0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff)] : [code]));
  });
}
