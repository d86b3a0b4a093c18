import type { Validator } from "../../model/rule.ts";

/** Prefixes and lengths of the card schemes: UnionPay, Visa, Mastercard, American Express, JCB, Diners Club. */
const SCHEMES =
  /^(?:62\d{14,17}|4\d{15}|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|35\d{14}|3[068]\d{12})$/;

/** Prefix and length are those of a card scheme: far weaker than an issuer's own prefix. */
export const cardScheme: Validator = {
  id: "card-scheme",
  reference: "ISO/IEC 7812-1",
  check(value) {
    return SCHEMES.test(value) ? "valid" : "invalid";
  },
};
