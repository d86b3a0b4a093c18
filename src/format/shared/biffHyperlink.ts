import { decodeCodepage } from "./codepage.ts";

const urlMoniker = "e0c9ea79f9bace118c8200aa004ba90b";
const fileMoniker = "0303000000000000c000000000000046";

/** What a hyperlink object says ([MS-OSHARED] 2.3.7): its text, its target, the place in it. `data` begins with its class id. */
export function readHyperlink(data: Buffer, codepage: number): readonly string[] {
  const texts: string[] = [];
  if (data.length < 24) return texts;
  const flags = data.readUInt32LE(20);
  let at = 24;
  const u32 = (): number => {
    at += 4;
    return at <= data.length ? data.readUInt32LE(at - 4) : 0;
  };
  const wide = (bytes: number): string => {
    const from = at;
    at = Math.min(data.length, at + bytes);
    return data.toString("utf16le", from, at);
  };
  const string = (): string => wide(u32() * 2);
  if ((flags & 0x10) !== 0) texts.push(string());
  if ((flags & 0x80) !== 0) texts.push(string());
  if ((flags & 0x101) === 0x101) texts.push(string());
  else if ((flags & 0x01) !== 0) {
    const moniker = data.toString("hex", at, at + 16);
    at += 16;
    if (moniker === urlMoniker) {
      // Up to its NUL; an identifier and flags may follow inside the length.
      texts.push(wide(u32()).split("\0")[0] ?? "");
    } else if (moniker === fileMoniker) {
      at += 2;
      const length = u32();
      const path = decodeCodepage(data.subarray(at, Math.min(data.length, at + length)), codepage);
      at += length + 24;
      const size = u32();
      if (size > 6) {
        const bytes = u32();
        at += 2;
        texts.push(wide(bytes));
      } else texts.push(path);
    } else return texts;
  }
  if ((flags & 0x08) !== 0) texts.push(string());
  return texts;
}
