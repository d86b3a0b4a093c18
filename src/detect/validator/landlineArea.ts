import type { Validator } from "../../model/rule.ts";

/** The number begins with an area code (table `area-codes`) and is as long as numbers of that area are: 0 + 2 digits take 8, 0 + 3 take 7 or 8. */
export const landlineArea: Validator = {
  id: "landline-area",
  reference: "电信网编号计划",
  check(value, tables) {
    const areas = tables.set("area-codes");
    if (areas.size === 0) return "unknown";
    const short = value.slice(0, 3);
    if (areas.has(short)) return value.length === 11 ? "valid" : "invalid";
    if (!areas.has(value.slice(0, 4))) return "invalid";
    return value.length === 11 || value.length === 12 ? "valid" : "invalid";
  },
};
