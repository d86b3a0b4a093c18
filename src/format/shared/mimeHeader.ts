import { decodeCharset } from "./charset.ts";

/** One field of a header: unfolded, undecoded, a byte a character. */
export interface MimeField {
  readonly name: string;
  readonly raw: string;
}

/** The fields in order; what stands between them and is none is kept under an empty name. */
export function parseFields(lines: readonly string[]): readonly MimeField[] {
  const fields: { name: string; raw: string }[] = [];
  for (const line of lines) {
    const text = line.replace(/\r?\n$/, "");
    const last = fields.at(-1);
    if (/^[ \t]/.test(text) && last !== undefined) {
      // Long runs of folded lines: the string is a rope, adding is cheap.
      last.raw += text;
      continue;
    }
    const match = /^([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:(.*)$/s.exec(text);
    if (match === null) fields.push({ name: "", raw: text });
    else fields.push({ name: match[1] ?? "", raw: (match[2] ?? "").trim() });
  }
  return fields;
}

/** Raw value of the first field of that name, in lower case; "" when there is none. */
export function fieldOf(fields: readonly MimeField[], name: string): string {
  return fields.find((field) => field.name.toLowerCase() === name)?.raw ?? "";
}

const encodedWord = /=\?([^?\s]{1,75})\?([BbQq])\?([^?]*)\?=/g;

/**
 * A value as a person reads it: encoded words (RFC 2047) decoded, neighbours of one charset joined before they are, since mailers cut
 * characters in two; raw bytes in whatever they are.
 */
export function decodeField(raw: string): string {
  const parts: string[] = [];
  let held: { charset: string; bytes: Buffer[] } | undefined;
  let end = 0;
  const flush = (): void => {
    if (held !== undefined) parts.push(decodeCharset(Buffer.concat(held.bytes), held.charset));
    held = undefined;
  };
  for (const match of raw.matchAll(encodedWord)) {
    const between = raw.slice(end, match.index);
    if (between.trim() !== "" || (held === undefined && between !== "")) {
      flush();
      parts.push(rawText(between));
    }
    const charset = (match[1] ?? "").replace(/\*.*$/, "").toLowerCase();
    if (held !== undefined && held.charset !== charset) flush();
    held ??= { charset, bytes: [] };
    held.bytes.push(wordBytes(match[2] ?? "", match[3] ?? ""));
    end = match.index + match[0].length;
  }
  flush();
  parts.push(rawText(raw.slice(end)));
  return parts.join("");
}

function wordBytes(encoding: string, text: string): Buffer {
  if (encoding.toLowerCase() === "b") return Buffer.from(text, "base64");
  const plain = text
    .replaceAll("_", " ")
    .replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(plain, "latin1");
}

function rawText(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : decodeCharset(Buffer.from(text, "latin1"), "");
}

/** A value such as `text/plain; charset=gbk; name*0*=utf-8''%e5`: what stands first, in lower case, and the parameters (RFC 2231). */
export function parseParameters(raw: string): { readonly value: string; readonly parameters: ReadonlyMap<string, string> } {
  const [, value = ""] = /^\s*([^;]*)/.exec(raw) ?? [];
  const found = new Map<string, { readonly index: number; readonly extended: boolean; readonly text: string }[]>();
  const pattern = /;\s*([^\s=;*]{1,60})(?:\*(\d{1,3}))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"?|([^;]*))/g;
  for (const match of raw.matchAll(pattern)) {
    const name = (match[1] ?? "").toLowerCase();
    const list = found.get(name) ?? [];
    const text = match[4] === undefined ? (match[5] ?? "").trim() : match[4].replace(/\\(["\\])/g, "$1");
    list.push({ index: Number(match[2] ?? 0), extended: match[3] !== undefined, text });
    found.set(name, list);
  }
  const parameters = new Map<string, string>();
  for (const [name, list] of found) {
    list.sort((one, other) => one.index - other.index);
    if (!list.some(({ extended }) => extended)) {
      parameters.set(name, decodeField(list.map(({ text }) => text).join("")));
      continue;
    }
    let charset = "";
    const pieces = list.map(({ extended, text }, index) => {
      if (!extended) return Buffer.from(text, "latin1");
      let rest = text;
      const told = index === 0 ? /^([^']*)'[^']*'/.exec(text) : null;
      if (told !== null) {
        charset = told[1] ?? "";
        rest = text.slice(told[0].length);
      }
      return Buffer.from(
        rest.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
        "latin1",
      );
    });
    parameters.set(name, decodeCharset(Buffer.concat(pieces), charset));
  }
  return { value: value.trim().toLowerCase(), parameters };
}
