import type { Validator } from "../../model/rule.ts";

/** Values of the first letter, in the order of the alphabet. */
const LETTERS: readonly number[] = [10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33];

/** Check digit of a Taiwan identity number: the letter as two digits, weights 1, 9 to 1, 1, modulo 10. */
export const taiwanId: Validator = {
  id: "taiwan-id",
  reference: "國民身分證統一編號",
  check(value) {
    if (!/^[A-Z][1289]\d{8}$/.test(value)) return "invalid";
    const letter = LETTERS[value.charCodeAt(0) - 65] ?? 0;
    let sum = Math.floor(letter / 10) + (letter % 10) * 9;
    for (let index = 1; index < 9; index += 1) sum += (value.charCodeAt(index) - 48) * (9 - index);
    sum += Number(value.charAt(9));
    return sum % 10 === 0 ? "valid" : "invalid";
  },
};
