/**
 * A cell's number as digits: up to 21 of them never with an exponent, since an 18-digit number in a cell is an identifier and 2.3E+17 hides
 * it. A double holds 15 to 17 digits; the others are what the shortest decimal that gives the same double says. Empty for what is no number.
 */
export function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : "";
}

const errors: Readonly<Record<number, string>> = {
  0: "#NULL!",
  7: "#DIV/0!",
  15: "#VALUE!",
  23: "#REF!",
  29: "#NAME?",
  36: "#NUM!",
  42: "#N/A",
  43: "#GETTING_DATA",
};

/** An error value as Excel shows it ([MS-XLS] 2.5.10). */
export function errorText(code: number): string {
  return errors[code] ?? "#ERR";
}

/** A truth value or an error as Excel shows it. */
export function truthText(value: number, isError: boolean): string {
  return isError ? errorText(value) : value === 0 ? "FALSE" : "TRUE";
}

const half = new DataView(new ArrayBuffer(8));

/** 30 bits of a whole number or of a double's upper half, as it is or a hundredth ([MS-XLS] 2.5.217, [MS-XLSB] 2.5.123). */
export function rkNumber(raw: number): number {
  let value: number;
  if ((raw & 2) !== 0) value = raw >> 2;
  else {
    half.setInt32(0, raw & ~3);
    value = half.getFloat64(0);
  }
  return (raw & 1) === 0 ? value : value / 100;
}
