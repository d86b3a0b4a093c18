import type { Validator } from "../../model/rule.ts";

/** Check character of a Hong Kong identity card: one or two letters, six digits, weights 9 to 2, modulo 11; brackets are gone by then. */
export const hongKongId: Validator = {
  id: "hong-kong-id",
  reference: "香港身份證校驗碼",
  check(value) {
    const parts = /^([A-Z]{1,2})(\d{6})([0-9A])$/.exec(value);
    if (parts === null) return "invalid";
    const [, letters = "", digits = "", check = ""] = parts;
    // One letter alone stands after a blank, which counts as 36.
    let sum = letters.length === 1 ? 36 * 9 : (letters.charCodeAt(0) - 55) * 9;
    sum += (letters.charCodeAt(letters.length - 1) - 55) * 8;
    for (let index = 0; index < 6; index += 1) sum += (digits.charCodeAt(index) - 48) * (7 - index);
    sum += check === "A" ? 10 : Number(check);
    return sum % 11 === 0 ? "valid" : "invalid";
  },
};
