import type { Validator } from "../../model/rule.ts";

/** Last two digits that identity numbers used for a prefecture as such: its municipal district and counties before they had codes. */
const PREFECTURE_OWN: ReadonlySet<string> = new Set(["01", "02", "11", "20"]);

/**
 * The first six digits are a county that ever had a code (table `regions`, GB/T 2260 in all its editions), or a district of a known
 * prefecture as such. A bare province is none.
 */
export const residentRegion: Validator = {
  id: "resident-region",
  reference: "GB/T 2260",
  check(value, tables) {
    const regions = tables.set("regions");
    if (regions.size === 0) return "unknown";
    const code = value.slice(0, 6);
    if (code.endsWith("0000")) return "invalid";
    if (regions.has(code)) return "valid";
    return PREFECTURE_OWN.has(code.slice(4)) && regions.has(`${code.slice(0, 4)}00`) ? "valid" : "invalid";
  },
};
