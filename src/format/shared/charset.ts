import { isUtf8 } from "node:buffer";
import { decoderLabel } from "../../util/decoder.ts";
import { detectEncodings } from "../../util/encoding.ts";
import { isGbkRatherThanUtf8 } from "../../util/gbkOrUtf8.ts";

/** Turns the bytes of one text into characters, piece by piece; without an argument it gives what is held back. */
export type CharsetDecoder = (bytes?: Uint8Array) => string;

const aliases: Readonly<Record<string, string>> = {
  gb2312: "gb18030",
  gbk: "gb18030",
  cp936: "gb18030",
  ms936: "gb18030",
  "x-gbk": "gb18030",
  "gb_2312-80": "gb18030",
  "chinese gb2312": "gb18030",
  gb18030: "gb18030",
  "big5-hkscs": "big5",
  cp950: "big5",
  utf8: "utf-8",
  "unicode-1-1-utf-8": "utf-8",
  utf16: "utf-16le",
  ansi_x3: "latin1",
};

/** Labels that say nothing: mailers put them on any text. */
const vague = /^(|us-ascii|ascii|iso-?8859-1|latin1|windows-1252|cp1252|ansi_x3.*|unknown.*|x-unknown|default(_charset)?|8bit|binary)$/;

/** Those among them that mean something in mail of the West. */
const western = /^(iso-?8859-1|latin1|windows-1252|cp1252)$/;

function labelOf(name: string): string {
  const label = name
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, "");
  return aliases[label] ?? label;
}

/**
 * How text of a mail is to be read: valid UTF-8 with Chinese in it is UTF-8 whatever is declared, then what is declared counts, unless it is a
 * label that any mailer puts on any text; then the bytes decide. `sample`: the first bytes.
 */
export function charsetDecoder(declared: string, sample: Uint8Array): CharsetDecoder {
  const label = labelOf(declared);
  if (label === "hz-gb-2312") return wholeText(decodeHz);
  if (label === "utf-7" || label === "unicode-1-1-utf-7") return wholeText(decodeUtf7);
  const ascii = sample.every((byte) => byte < 0x80);
  if (!ascii && isUtf8(sample.subarray(0, wholeUtf8(sample))) && !isGbkRatherThanUtf8(sample)) return streaming("utf-8");
  if (!vague.test(label)) {
    try {
      return streaming(label);
    } catch {
      // Not a label that anyone knows: the bytes decide.
    }
  }
  const found = ascii ? undefined : detectEncodings(sample, false)?.encodings[0];
  if (!ascii && western.test(label) && !isWhole(sample, found)) return streaming("windows-1252");
  if (found === undefined) return streaming(ascii ? "gb18030" : "utf-8");
  // A word or two of Chinese are mostly, and never wholly, UTF-8 by chance.
  if (found === "utf8" && sample.length < shortSample && isWhole(sample, "gb18030")) return streaming("gb18030");
  return streaming(decoderLabel(found));
}

/** A shorter sample is the whole text. */
const shortSample = 1024;

/** Whether bytes over 0x7f stand together and all of them are characters of the encoding; a long sample may end within one. */
function isWhole(sample: Uint8Array, label: string | undefined): boolean {
  if (label === undefined || !sample.some((byte, index) => byte >= 0x80 && (sample[index + 1] ?? 0) >= 0x80)) return false;
  return !new TextDecoder(label).decode(sample, { stream: sample.length >= shortSample }).includes("\ufffd");
}

/** A short text at once. */
export function decodeCharset(bytes: Uint8Array, declared: string): string {
  const decoder = charsetDecoder(declared, bytes);
  return decoder(bytes) + decoder();
}

function streaming(label: string): CharsetDecoder {
  const decoder = new TextDecoder(label);
  return (bytes) => (bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }));
}

/** Escapes of these old encodings may be cut anywhere; the texts are short, so they are decoded at the end. 16 MiB of them are held. */
function wholeText(decode: (text: string) => string): CharsetDecoder {
  let held = "";
  return (bytes) => {
    if (bytes !== undefined && held.length < 16 * 1024 * 1024) {
      held += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
      return "";
    }
    const text = decode(held);
    held = "";
    return text;
  };
}

/** RFC 1843: GB 2312 between `~{` and `~}` with the high bits taken off. */
function decodeHz(text: string): string {
  const decoder = new TextDecoder("gb18030");
  return text.replace(/~\{([\s\S]*?)(?:~\}|$)|~~|~\r?\n/g, (all, run: string | undefined) => {
    if (run === undefined) return all === "~~" ? "~" : "";
    return decoder.decode(Uint8Array.from(run, (character) => character.charCodeAt(0) | 0x80));
  });
}

/** RFC 2152: UTF-16 in base64 between `+` and `-`. */
function decodeUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, run: string) => {
    if (run === "") return "+";
    const wide = Buffer.from(run, "base64");
    const even = Buffer.from(wide.subarray(0, wide.length & ~1));
    return even.swap16().toString("utf16le");
  });
}

/** Length without a character cut at the end. */
function wholeUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
