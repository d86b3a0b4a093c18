/** Weights of the 17 digits of a resident identity number (GB 11643-1999): 2^(18-i) mod 11. */
const WEIGHTS: readonly number[] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Whether nothing but ASCII digits stands in `[from, to)`. */
export function areDigits(text: string, from: number, to: number): boolean {
  if (text.length < to) return false;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}

/** Check character of 17 digits by ISO 7064 MOD 11-2, as GB 11643-1999 uses it; `X` stands for ten. */
export function mod11Radix2(digits: string): string {
  let sum = 0;
  for (let index = 0; index < 17; index += 1) sum += (digits.charCodeAt(index) - 48) * (WEIGHTS[index] ?? 0);
  return "10X98765432".charAt(sum % 11);
}

/** True when the digits pass ISO/IEC 7812-1 annex B (Luhn). Anything but digits fails. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    let digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    if (digit < 0 || digit > 9) return false;
    if (index % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return digits !== "" && sum % 10 === 0;
}

/** Check character of an organisation code (GB 11714-1997): eight characters, weights 3 7 9 10 5 8 4 2, modulo 11. */
export function organisationCheck(code: string): string {
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const sum = weights.reduce((total, weight, index) => total + weight * alphabet.indexOf(code.charAt(index)), 0);
  const check = 11 - (sum % 11);
  return check === 10 ? "X" : check === 11 ? "0" : String(check);
}
