/** Letters in a row that make a run worth reading. */
const shortest = 6;

/** What reads as text among bytes: runs of at least six printable characters of UTF-8, one a line. */
export function printableRuns(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder("utf-8").decode(bytes);
  return text.match(runs) ?? [];
}

const runs = new RegExp(`[\\x20-\\x7e\\u00a1-\\u024f\\u2010-\\u206f\\u3000-\\u30ff\\u3400-\\u9fff\\uff00-\\uffef]{${shortest},}`, "g");
