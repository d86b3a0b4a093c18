import type { Validator } from "../../model/rule.ts";

/** Check digits of an international bank account number (ISO 13616, ISO 7064 MOD 97-10), and a country of ISO 3166 before them. */
export const iban: Validator = {
  id: "iban",
  reference: "ISO 13616-1",
  check(value, tables) {
    if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(value)) return "invalid";
    const countries = tables.derive("countries", () => new Set((tables.rows("countries") ?? []).map((row) => row["alpha2"])));
    if (countries.size > 0 && !countries.has(value.slice(0, 2)) && !value.startsWith("XK")) return "invalid";
    let rest = 0;
    for (const character of value.slice(4) + value.slice(0, 4)) {
      const digit = Number.parseInt(character, 36);
      rest = (rest * (digit > 9 ? 100 : 10) + digit) % 97;
    }
    return rest === 1 ? "valid" : "invalid";
  },
};
