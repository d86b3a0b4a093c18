/** Not what a person wrote: controls, halves of characters, places without one. */
const noText = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}]/u;

/**
 * Strings of Unicode in the data of a record of version 8 whose fields are not followed ([MS-XLS] 2.5.294): a count of two bytes, flags of
 * one, and as many characters that all read as text. Those of one character are left out: too many numbers look like one.
 */
export function looseBiffStrings(data: Buffer): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at + 5 <= data.length; at++) {
    const count = data.readUInt16LE(at);
    const flags = data[at + 2] ?? 0;
    const end = at + 3 + count * (flags === 1 ? 2 : 1);
    if (count < 2 || flags > 1 || end > data.length) continue;
    const text = data.toString(flags === 1 ? "utf16le" : "latin1", at + 3, end);
    if (noText.test(text)) continue;
    found.push(text);
    at = end - 1;
  }
  return found;
}
