import type { Validator } from "../../model/rule.ts";

/** Check digit of a 15-digit business registration number (GS 15-2006, ISO 7064 MOD 11,10). */
export const businessRegistration: Validator = {
  id: "business-registration",
  reference: "GS 15-2006",
  check(value) {
    if (!/^\d{15}$/.test(value)) return "invalid";
    let product = 10;
    for (let index = 0; index < 14; index += 1) {
      const sum = (product + value.charCodeAt(index) - 48) % 10;
      product = ((sum === 0 ? 10 : sum) * 2) % 11;
    }
    return (product + Number(value.charAt(14))) % 10 === 1 ? "valid" : "invalid";
  },
};
