import type { Validator } from "../../model/rule.ts";
import { passesLuhn } from "../shared/checksum.ts";

/** Check digit of card numbers and IMEIs by ISO/IEC 7812-1 annex B. One random number in ten passes. */
export const luhn: Validator = {
  id: "luhn",
  reference: "ISO/IEC 7812-1",
  check(value) {
    return passesLuhn(value) ? "valid" : "invalid";
  },
};
