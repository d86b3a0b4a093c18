import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import { isGbkRatherThanUtf8 } from "../../util/gbkOrUtf8.ts";

/** Labels of `TextDecoder` by Windows code page; 125x and those not here are derived or taken for 1252. */
const labels: Readonly<Record<number, string>> = {
  437: "windows-1252",
  850: "windows-1252",
  866: "ibm866",
  874: "windows-874",
  932: "shift_jis",
  936: "gb18030",
  949: "euc-kr",
  950: "big5",
  1200: "utf-16le",
  1201: "utf-16be",
  10000: "macintosh",
  10001: "shift_jis",
  10002: "big5",
  10003: "euc-kr",
  10007: "x-mac-cyrillic",
  10008: "gb18030",
  20866: "koi8-r",
  20936: "gb18030",
  21866: "koi8-u",
  50220: "iso-2022-jp",
  51932: "euc-jp",
  51936: "gb18030",
  51949: "euc-kr",
  52936: "gb18030",
  54936: "gb18030",
  65001: "utf-8",
};

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

function decoder(label: string): InstanceType<typeof TextDecoder> {
  let known = decoders.get(label);
  if (known === undefined) {
    known = new TextDecoder(label);
    decoders.set(label, known);
  }
  return known;
}

const upper =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

/** Text in code page 1252: Node's decoder of that name leaves 80–9F as control characters in some versions (measured on 20.20). */
export function decodeLatin(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  return /[\x80-\x9f]/.test(text) ? text.replace(/[\x80-\x9f]/g, (byte) => upper[byte.charCodeAt(0) - 0x80] ?? byte) : text;
}

/** Label of `TextDecoder` for a Windows code page; `windows-1252` for one that is not known. */
export function codepageLabel(codepage: number): string {
  if (codepage >= 1250 && codepage <= 1258) return `windows-${codepage}`;
  if (codepage >= 28591 && codepage <= 28606)
    return `iso-8859-${codepage - 28590}`.replace("iso-8859-1", codepage === 28591 ? "windows-1252" : "iso-8859-1");
  return labels[codepage] ?? "windows-1252";
}

/**
 * Text in a Windows code page. Where the page is a Latin one or 0 (unknown) and the bytes over 0x7f are whole UTF-8 or pairs of Chinese
 * characters (old WPS writes GBK under 1252), they are taken for that. Never fails: what cannot be decoded becomes U+FFFD.
 */
export function decodeCodepage(bytes: Uint8Array, codepage: number): string {
  if (codepage === 1200) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length & ~1).toString("utf16le");
  }
  const label = codepageLabel(codepage);
  if (label === "windows-1252" || label === "utf-8" || codepage === 0) {
    let high = false;
    for (const byte of bytes) {
      if (byte >= 0x80) {
        high = true;
        break;
      }
    }
    if (!high) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    if (isUtf8(bytes) && (label === "utf-8" || !isGbkRatherThanUtf8(bytes)))
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
    if (looksChinese(bytes)) return decoder("gb18030").decode(bytes);
    return label === "utf-8" ? decoder("gb18030").decode(bytes) : decodeLatin(bytes);
  }
  return decoder(label).decode(bytes);
}

/** All bytes over 0x7f stand in pairs of GB 2312 characters or punctuation, and at least two of them in a row do. */
function looksChinese(bytes: Uint8Array): boolean {
  let longest = 0;
  let run = 0;
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      run = 0;
      at++;
      continue;
    }
    const trail = bytes[at + 1] ?? 0;
    const character = lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1 && trail <= 0xfe;
    if (!character) return false;
    run++;
    longest = Math.max(longest, run);
    at += 2;
  }
  return longest >= 2;
}

/** Windows code page of a language (LCID); 0 where it is not known. */
export function codepageOfLanguage(language: number): number {
  switch (language & 0x3ff) {
    case 0x04:
      return [0x0404, 0x0c04, 0x1404].includes(language) ? 950 : 936;
    case 0x11:
      return 932;
    case 0x12:
      return 949;
    case 0x19:
    case 0x22:
    case 0x23:
    case 0x02:
      return 1251;
    case 0x08:
      return 1253;
    case 0x1f:
      return 1254;
    case 0x0d:
      return 1255;
    case 0x01:
      return 1256;
    case 0x05:
    case 0x0e:
    case 0x15:
    case 0x18:
    case 0x1a:
    case 0x1b:
    case 0x24:
      return 1250;
    default:
      return 0;
  }
}
