import type { Validator } from "../../model/rule.ts";

/** Digits 3 to 8 of a unified social credit code: an administrative division, or 100000 for what the centre registers (GB 32100-2015). */
export const usccRegion: Validator = {
  id: "uscc-region",
  reference: "GB 32100-2015",
  check(value, tables) {
    const regions = tables.set("regions");
    if (regions.size === 0) return "unknown";
    const code = value.slice(2, 8);
    if (code === "100000" || regions.has(code)) return "valid";
    // Development zones register under codes that GB/T 2260 does not list; a letter says that it is no long number.
    return regions.has(`${code.slice(0, 4)}00`) && /[A-Z]/.test(value) ? "valid" : "invalid";
  },
};
