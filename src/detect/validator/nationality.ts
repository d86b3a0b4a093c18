import type { Validator } from "../../model/rule.ts";

/** Digits 4 to 6 of a foreign permanent resident number of 2023 are a country's number in ISO 3166-1. */
export const nationality: Validator = {
  id: "nationality",
  reference: "ISO 3166-1",
  check(value, tables) {
    const countries = tables.set("countries");
    if (countries.size === 0) return "unknown";
    return countries.has(value.slice(3, 6)) ? "valid" : "invalid";
  },
};
