/** How a span stands among its neighbours. */
export type Boundary = "strict" | "loose" | "broken";

/** Characters that join a number to a longer word, path, address or sum; beside a label they may stand all the same. */
const JOINERS = "-/+=%#$\\.@&~";

/** The tag of a field in a payment message (`:50K:/`), behind which an account stands (SWIFT MT, ISO 15022). */
const FIELD = /(?:^|[\n{]):\d{2}[A-Z]?:\/$/;

/**
 * `broken`: a letter, a digit or `_` goes on, or a decimal does: the span is part of something longer. `loose`: a joiner stands there, so
 * that only context may take it, but for the `=` behind a key and the `/` of a message's field. Chinese characters and their punctuation are no neighbours: `号138…` is strict. Text is NFKC.
 */
export function boundaryOf(text: string, start: number, end: number): Boundary {
  const before = text.charCodeAt(start - 1);
  const after = text.charCodeAt(end);
  if (goesOn(text, before, start - 1, -1) || goesOn(text, after, end, 1)) return "broken";
  const left = start > 0 ? text.charAt(start - 1) : "";
  const right = end < text.length ? text.charAt(end) : "";
  if (left === "." && isDigit(text.charCodeAt(start - 2))) return "broken";
  if (right === "." && isDigit(text.charCodeAt(end + 1))) return "broken";
  const opens = (left === "=" && isKey(text, start - 2)) || (left === "/" && FIELD.test(text.slice(Math.max(0, start - 8), start)));
  if (left !== "" && JOINERS.includes(left) && !opens) return "loose";
  if (right !== "" && JOINERS.includes(right) && (isWord(text.charCodeAt(end + 1)) || right === "%" || right === "=")) return "loose";
  return "strict";
}

/** Characters of the longest numbered key: `F002=`, `acct_no_12=`. */
const KEY = 24;

/** What a key ends with before its `=`: a letter, `_`, a closing bracket or quote, a Chinese character, or digits behind a letter. */
function isKey(text: string, at: number): boolean {
  let from = at;
  while (from > at - KEY && isDigit(text.charCodeAt(from))) from -= 1;
  const code = text.charCodeAt(from);
  if (isWord(code)) return !isDigit(code);
  return from === at && (code === 0x5d || code === 0x22 || code === 0x27 || (code >= 0x4e00 && code <= 0x9fff));
}

/** Whether a letter, a digit or `_` goes on; a line of `_` is a blank to fill. */
function goesOn(text: string, code: number, at: number, step: 1 | -1): boolean {
  return code === 0x5f ? text.charCodeAt(at + step) !== 0x5f : isWord(code);
}

/** True when the same separator goes on to more digits: one of many groups of a longer chain. */
export function chainGoesOn(text: string, start: number, end: number): boolean {
  const left = text.charCodeAt(start - 1);
  const right = text.charCodeAt(end);
  return (isSeparator(left) && isDigit(text.charCodeAt(start - 2))) || (isSeparator(right) && isDigit(text.charCodeAt(end + 1)));
}

let schemeText = "";
let schemes = false;

/** Whether any address may stand in the text; of one text it is asked for each of its cells. */
export function hasScheme(text: string): boolean {
  if (text !== schemeText) {
    schemeText = text;
    schemes = text.includes("://");
  }
  return schemes;
}

/** True inside an address: `://` stands before the span with no blank between. */
export function inAddress(text: string, start: number): boolean {
  const from = Math.max(0, start - 200);
  const before = text.slice(from, start);
  const scheme = before.lastIndexOf("://");
  return scheme >= 0 && !/[\s"'<>，。；]/.test(before.slice(scheme));
}

function isSeparator(code: number): boolean {
  return code === 0x20 || code === 0x2d || code === 0x2e || code === 0xa0;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isWord(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;
}
