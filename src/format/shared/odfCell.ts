import { numberText } from "./cellValue.ts";
import { attribute } from "./xml.ts";

/** The number that a cell holds, from the attributes of its tag: what is shown may be rounded. Empty where it holds text, a date or nothing. */
export function odfNumber(attributes: string): string {
  const type = attribute(attributes, "value-type");
  if (type === "float" || type === "currency" || type === "percentage") {
    const value = attribute(attributes, "value") ?? "";
    return /e/i.test(value) ? numberText(Number(value)) : value;
  }
  return "";
}

/** Letters and ideographs in UTF-8, but no exponent and no sign of a currency. */
const worded = /[A-DF-Za-df-z]|[\xc3-\xd4\xe3-\xe9][\x80-\xbf]/;

/**
 * A cell that holds a number. What is shown may be rounded, so the number is told; where words stand with it (a unit, or what someone wrote over it
 * in a table of text, which leaves 0), what is shown is told, behind the number if that does not stand in it.
 */
export function shownNumber(value: string, shown: string): string {
  if (!worded.test(shown)) return value;
  const told = value === "0" || shown.replace(/\D/g, "").includes(value.replace(/\D/g, ""));
  return told ? shown : `${value} ${shown}`;
}

/** A cell with content that is repeated is told so often at most; rows once. */
export const mostRepeated = 64;

/** Columns that a cell stands for. */
export function repeatedColumns(attributes: string): number {
  const count = Number(attribute(attributes, "number-columns-repeated") ?? 1);
  return count >= 1 ? Math.min(Math.floor(count), 1_000_000) : 1;
}
