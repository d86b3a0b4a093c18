import type { Validator } from "../../model/rule.ts";

/** Letters 5 and 6 of a business identifier code are a country of ISO 3166. */
export const bicCountry: Validator = {
  id: "bic-country",
  reference: "ISO 9362",
  check(value, tables) {
    const countries = tables.derive("countries", () => new Set((tables.rows("countries") ?? []).map((row) => row["alpha2"])));
    if (countries.size === 0) return "unknown";
    return countries.has(value.slice(4, 6)) || value.slice(4, 6) === "XK" ? "valid" : "invalid";
  },
};
