import { createHash } from "node:crypto";
import { applyRc4 } from "./binaryCrypto.ts";

/** Opens a stream of one document, by the numbers of its object. */
export type OpenStream = (object: number, generation: number, bytes: Uint8Array) => Buffer;

/** What a password is filled up with (ISO 32000-1, algorithm 2). */
const padding = Buffer.from("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a", "hex");

/**
 * The standard security of PDF 1.1 to 1.4 (ISO 32000-1, 7.6: versions 1 and 2, RC4), opened by the empty password or the first that fits, as a
 * user's or an owner's. Undefined where it is another, no password fits, or what it needs is not where it should be.
 */
export function openOldPdf(data: Buffer, passwords: readonly string[]): OpenStream | undefined {
  const dictionary = encryptDictionary(data);
  if (dictionary === undefined) return undefined;
  const version = numberOf(dictionary, "V");
  const revision = numberOf(dictionary, "R") ?? 0;
  if ((version !== 1 && version !== 2) || (revision !== 2 && revision !== 3)) return undefined;
  const owner = stringAt(dictionary, /\/O\s*(?=[(<])/u);
  const user = stringAt(dictionary, /\/U\s*(?=[(<])/u);
  const permissions = numberOf(dictionary, "P");
  if (owner === undefined || user === undefined || permissions === undefined || owner.length < 32 || user.length < 32) return undefined;
  const idAt = data.lastIndexOf("/ID");
  const id = (idAt === -1 ? undefined : stringAt(data.toString("latin1", idAt, idAt + 1024), /\/ID\s*\[\s*(?=[(<])/u)) ?? Buffer.alloc(0);
  const length = version === 1 ? 5 : Math.min(16, Math.max(5, (numberOf(dictionary, "Length") ?? 40) >>> 3));
  const rounds = revision === 2 ? 0 : 50;
  const allowed = Buffer.alloc(4);
  allowed.writeInt32LE(permissions | 0);

  const keyOf = (padded: Buffer): Buffer | undefined => {
    const key = repeated(Buffer.concat([padded, owner.subarray(0, 32), allowed, id]), rounds, length);
    const proof = Buffer.from(revision === 2 ? padding : md5(Buffer.concat([padding, id])));
    for (let round = 0; round <= (revision === 2 ? 0 : 19); round++) applyRc4(bent(key, round), proof);
    return proof.equals(user.subarray(0, proof.length)) ? key : undefined;
  };
  const userOf = (password: Buffer): Buffer => {
    const key = repeated(password, rounds, length);
    const padded = Buffer.from(owner.subarray(0, 32));
    for (let round = revision === 2 ? 0 : 19; round >= 0; round--) applyRc4(bent(key, round), padded);
    return padded;
  };
  for (const password of ["", ...passwords]) {
    const padded = Buffer.concat([Buffer.from(password, "latin1"), padding]).subarray(0, 32);
    const key = keyOf(padded) ?? keyOf(userOf(padded));
    if (key === undefined) continue;
    return (object, generation, bytes) => {
      const numbers = Buffer.from([object, object >>> 8, object >>> 16, generation, generation >>> 8]);
      const plain = Buffer.from(bytes);
      applyRc4(md5(Buffer.concat([key, numbers])).subarray(0, Math.min(16, length + 5)), plain);
      return plain;
    };
  }
  return undefined;
}

function md5(bytes: Uint8Array): Buffer {
  return createHash("md5").update(bytes).digest();
}

/** A digest, and of its first bytes again and again. */
function repeated(bytes: Uint8Array, rounds: number, length: number): Buffer {
  let digest = md5(bytes);
  for (let round = 0; round < rounds; round++) digest = md5(digest.subarray(0, length));
  return digest.subarray(0, length);
}

/** The key of one of the rounds. */
function bent(key: Buffer, round: number): Buffer {
  return round === 0 ? key : Buffer.from(key.map((byte) => byte ^ round));
}

/** 4 KiB: numbers and a few short strings. */
const longestDictionary = 4096;

/** The dictionary that says how the document is encrypted, from its first key on. */
function encryptDictionary(data: Buffer): string | undefined {
  const at = data.lastIndexOf("/Encrypt");
  if (at === -1) return undefined;
  const said = data.toString("latin1", at + 8, at + 8 + longestDictionary);
  const reference = /^\s*(\d{1,10})\s+(\d{1,5})\s+R/u.exec(said);
  if (reference === null) return /^\s*<</u.test(said) ? said : undefined;
  const mark = `${reference[1]} ${reference[2]} obj`;
  for (let found = data.indexOf(mark); found !== -1; found = data.indexOf(mark, found + mark.length)) {
    const before = data[found - 1] ?? 0x0a;
    if (before < 0x30 || before > 0x39) return data.toString("latin1", found + mark.length, found + mark.length + longestDictionary);
  }
  return undefined;
}

function numberOf(dictionary: string, key: string): number | undefined {
  const value = new RegExp(`/${key}\\s+(-?\\d{1,12})(?![\\d.])`, "u").exec(dictionary)?.[1];
  return value === undefined ? undefined : Number(value);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

/** The string (literal or hexadecimal) that begins where the expression ends. */
function stringAt(text: string, before: RegExp): Buffer | undefined {
  const found = before.exec(text);
  if (found === null) return undefined;
  const from = found.index + found[0].length;
  if (text[from] === "<") {
    const digits = text.slice(from + 1, text.indexOf(">", from)).replaceAll(/\s+/gu, "");
    return /^[\da-f]+$/iu.test(digits) ? Buffer.from(digits, "hex") : undefined;
  }
  let value = "";
  let open = 0;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") {
      const octal = /^[0-7]{1,3}/u.exec(text.slice(at + 1, at + 4))?.[0];
      const next = text.charAt(at + 1);
      if (octal !== undefined) value += String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      else if (next !== "\n" && next !== "\r") value += escapes[next] ?? next;
      at += octal?.length ?? 1;
      if (next === "\r" && text[at + 1] === "\n") at++;
      continue;
    }
    if (character === "(" && open++ === 0) continue;
    if (character === ")" && --open === 0) return Buffer.from(value, "latin1");
    value += character === "\r" ? "\n" : character;
    if (character === "\r" && text[at + 1] === "\n") at++;
  }
  return undefined;
}
