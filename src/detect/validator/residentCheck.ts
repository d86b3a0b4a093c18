import type { Validator } from "../../model/rule.ts";
import { areDigits, mod11Radix2 } from "../shared/checksum.ts";

/**
 * Check character of an 18-character resident identity number (GB 11643-1999, ISO 7064 MOD 11-2), also of the residence permits for Hong
 * Kong, Macau and Taiwan residents and of the foreign permanent resident card of 2023.
 *
 * `value` is ASCII; "unknown" for the 15 digits of the first generation, which carry none. Says nothing about whether it was issued.
 */
export const residentCheck: Validator = {
  id: "resident-check",
  reference: "GB 11643-1999",
  check(value) {
    if (value.length === 15) return "unknown";
    if (value.length !== 18 || !areDigits(value, 0, 17)) return "invalid";
    return mod11Radix2(value) === (value[17] === "x" ? "X" : value[17]) ? "valid" : "invalid";
  },
};
