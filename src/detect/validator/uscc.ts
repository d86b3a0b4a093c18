import type { Validator } from "../../model/rule.ts";

const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/** 3^i mod 31 for the 17 places. */
const WEIGHTS: readonly number[] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** Check character of a unified social credit code (GB 32100-2015). One random code in 31 passes. */
export const uscc: Validator = {
  id: "uscc",
  reference: "GB 32100-2015",
  check(value) {
    if (value.length !== 18) return "invalid";
    let sum = 0;
    for (let index = 0; index < 17; index += 1) {
      const digit = ALPHABET.indexOf(value.charAt(index));
      if (digit < 0) return "invalid";
      sum += digit * (WEIGHTS[index] ?? 0);
    }
    return ALPHABET.charAt((31 - (sum % 31)) % 31) === value.charAt(17) ? "valid" : "invalid";
  },
};
