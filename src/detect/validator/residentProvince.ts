import type { Validator } from "../../model/rule.ts";

/** The first two digits are a province (table `regions`). */
export const residentProvince: Validator = {
  id: "resident-province",
  reference: "GB/T 2260",
  check(value, tables) {
    const provinces = tables.derive("provinces", () => {
      return new Set([...tables.set("regions")].filter((code) => code.endsWith("0000")).map((code) => code.slice(0, 2)));
    });
    if (provinces.size === 0) return "unknown";
    return provinces.has(value.slice(0, 2)) ? "valid" : "invalid";
  },
};
