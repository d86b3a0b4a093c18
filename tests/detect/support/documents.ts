import type { Matcher } from "../../../src/model/rule.ts";

/** A generator that gives the same numbers for a seed. */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** ASCII as full-width forms. */
export function widen(text: string): string {
  return text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
}

const filler =
  "本行积极贯彻落实监管部门关于风险防控的各项要求，客户经理须向客户充分揭示产品风险。|the quick brown fox = 12.5% of 2024-10-31 |　　|\t|, |；| |\r\n|\n|\n|密码的管理|地址栏|1 2 3 |13|@|a@b|★|０１２|192.168.1.1 |0.12345678 -0.87654321 |0x7f3e |(|)|x|_|-".split(
    "|",
  );

/** A text made of the examples of all rules, whole, cut, widened unless said otherwise, or with a character changed, among other things. */
export function randomDocument(matchers: readonly Matcher[], next: (below: number) => number, length: number, wide = true): string {
  const texts = matchers.flatMap(({ rule }) => [...rule.examples.match, ...rule.examples.noMatch].map(({ text }) => text));
  let document = "";
  while (document.length < length) {
    let piece = texts[next(texts.length)] ?? "";
    const kind = next(10);
    if (kind === 0) piece = piece.slice(next(piece.length));
    else if (kind === 1) piece = piece.slice(0, next(piece.length));
    else if (kind === 2 && wide) piece = widen(piece);
    else if (kind === 3) {
      const at = next(piece.length);
      piece = piece.slice(0, at) + (filler[next(filler.length)] ?? "") + piece.slice(at + 1);
    }
    document += piece;
    for (let count = next(4); count > 0; count--) document += filler[next(filler.length)] ?? "";
    if (next(3) > 0) document += "\n";
  }
  return document;
}
