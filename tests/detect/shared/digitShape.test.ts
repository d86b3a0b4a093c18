import { describe, expect, it } from "vitest";

import { DigitChain } from "../../../src/detect/kernel/digitChain.ts";
import { shapeOf } from "../../../src/detect/shared/digitShape.ts";

const pattern = (regex: RegExp, lookback = 0) => ({ name: "one", regex, lookback, lead: undefined, prose: false });
const [NOTHING_KNOWN, BLANK, DOT, WITHIN] = [128, 32, 46, 129];

/** Whether a shape takes the chain behind such a byte. */
function takes(text: string, regex: RegExp, { lookback = 0, bounded = true, before = NOTHING_KNOWN, anyDigits = false } = {}): boolean {
  const shape = shapeOf([pattern(regex, lookback)], bounded, anyDigits).make();
  if (shape === undefined) throw new Error("no shape");
  const chain = new DigitChain();
  const bytes = Buffer.from(text);
  expect(chain.read(bytes, 0, bytes.length, "utf8")).toBe(true);
  return chain.fits(shape, before, bytes[chain.end] ?? NOTHING_KNOWN);
}

describe("the shape of digits", () => {
  const grouped = /\d{6} ?\d{8} ?\d{3}[\dX]/y;

  it("takes groups as the expression has them, and no others", () => {
    expect(takes("110101199003078670", grouped)).toBe(true);
    expect(takes("110101 19900307 8670", grouped)).toBe(true);
    expect(takes("1101 0119 9003 0786 70", grouped)).toBe(false);
    expect(takes("110101-19900307-8670", grouped)).toBe(false);
    expect(takes("0.33314501 0.30441568", grouped)).toBe(false);
  });

  it("knows separators and digits of other widths by their normal form", () => {
    expect(takes("110101\u300019900307\u00a08670", grouped)).toBe(true);
    expect(takes("１１０１０１ １９９００３０７ ８６７０", grouped)).toBe(true);
    expect(takes("1234－5678", /\d{4}-\d{4}/y)).toBe(true);
    expect(takes("1234–5678", /\d{4}-\d{4}/y)).toBe(true);
    expect(takes("1234–5678", /\d{4} \d{4}/y)).toBe(false);
  });

  it("leaves what follows the chain to the expression, but for a digit", () => {
    expect(takes("11010119900307867X", grouped)).toBe(true);
    expect(takes("12345678", /\d{4}[A-Z]/y)).toBe(false);
    expect(takes("12345678", /\d{4}/y)).toBe(false);
    expect(takes("12345678", /\d{4}/y, { bounded: false })).toBe(true);
    expect(takes("1234 5678", /\d{4}/y)).toBe(true);
  });

  it("asks what follows the chain where the expression goes on behind it", () => {
    const code = /\d{8}[A-Z]{2}/y;
    const at = (text: string, regex = code): boolean => takes(text, regex);
    expect(at("12345678AB")).toBe(true);
    expect(at("12345678")).toBe(true);
    expect(at("12345678，")).toBe(true);
    expect(at("12345678Ａ")).toBe(true);
    expect(at("12345678ab")).toBe(false);
    expect(at("12345678, ")).toBe(false);
    expect(at("12345678.\n")).toBe(false);
    expect(at("12345678-A", /\d{8}-[A-Z]/y)).toBe(true);
    expect(at("12345678 A", /\d{8}-[A-Z]/y)).toBe(false);
    expect(at("12345678\r\nA", /\d{8}\n[A-Z]/y)).toBe(true);
  });

  it("lets begin before the candidate what may, behind what may stand there", () => {
    const prefixed = /[A-Z]\d{4}/y;
    expect(takes("1234", prefixed, { lookback: 1, before: 65 })).toBe(true);
    expect(takes("1234", prefixed, { lookback: 1, before: BLANK })).toBe(false);
    expect(takes("1234", prefixed, { lookback: 1 })).toBe(true);
    // The letter is further away than it looks back.
    const far = /[A-Z]{3}\.\d{4}/y;
    expect(takes("1234", far, { lookback: 4, before: DOT })).toBe(true);
    expect(takes("1234", far, { lookback: 3, before: DOT })).toBe(false);
  });

  it("leaves to the first of a chain what began before it, where every chain is asked for", () => {
    const code = /[A-Z]{2}\d{2} \d{4}/y;
    expect(takes("1234", code, { lookback: 8, before: WITHIN })).toBe(true);
    expect(takes("1234", code, { lookback: 8, before: WITHIN, anyDigits: true })).toBe(false);
    expect(takes("1234", / ?\d{4}/y, { lookback: 1, before: WITHIN, anyDigits: true })).toBe(true);
  });

  it("is none where it would be too large", () => {
    for (const regex of [/(?:\d{1,20}[ .-]?){1,60}X/y, /(?:\d?\d?[ -]?){0,64}(?:\d{0,64}){0,20}X/y]) {
      expect(shapeOf([pattern(regex, 200)], false, true).make()).toBeUndefined();
    }
  });

  it("takes nothing for a rule that takes no digits here", () => {
    expect(takes("1234", /[A-Z]\d{4}/y)).toBe(false);
  });
});
