/** Scripts whose letters have two bytes in UTF-8, with signs of Latin 1 that may stand among them. */
const scripts = ["Greek", "Cyrillic", "Hebrew", "Arabic"].map(
  (name) => new RegExp(`^(?:(?=\\p{L})\\p{Script=${name}}|[\\u00a1-\\u00bf\\u00d7\\u00f7])$`, "u"),
);
const western = /^(?:(?=\p{L})[\p{Script=Latin}\p{Script=Greek}]|[\u00a1-\u00bf\u00d7\u00f7])$/u;

/**
 * Whether bytes that are valid UTF-8 are a word or two of Chinese in GBK all the same, as those of 通知 are: all of them ideographs of GB 2312, and
 * in UTF-8 no letters of one script, or Western ones without any of ASCII.
 */
export function isGbkRatherThanUtf8(bytes: Uint8Array): boolean {
  let found = false;
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) continue;
    // Leads of two bytes in UTF-8 that are leads of ideographs, and second bytes of both.
    if (lead < 0xc2 || lead > 0xdf || (bytes[at + 1] ?? 0) < 0xa1 || (bytes[at + 1] ?? 0) > 0xbf) return false;
    found = true;
    at++;
  }
  if (!found) return false;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const letters = new Set([...text].filter((letter) => letter > "\x7f"));
  const all = (expression: RegExp): boolean => [...letters].every((letter) => expression.test(letter));
  if (all(western) && !all(/[\u0370-\u03ff]/u)) return !/[a-z\d]/iu.test(text);
  return !scripts.some(all);
}
