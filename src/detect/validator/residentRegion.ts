import type { Tables, Validator } from "../../model/rule.ts";

/** Last two digits that identity numbers used for a prefecture as such: its municipal district and counties before they had codes. */
const PREFECTURE_OWN: ReadonlySet<number> = new Set([1, 2, 11, 20]);

/**
 * The first six digits are a county that ever had a code (table `regions`, GB/T 2260 in all its editions), or a district of a known
 * prefecture as such. A bare province is none.
 */
export const residentRegion: Validator = {
  id: "resident-region",
  reference: "GB/T 2260",
  check(value, tables) {
    const regions = tables.derive("region-codes", () => codesOf(tables));
    if (regions === undefined) return "unknown";
    let code = 0;
    for (let at = 0; at < 6; at++) {
      const digit = value.charCodeAt(at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return "invalid";
      code = 10 * code + digit;
    }
    if (code % 10_000 === 0) return "invalid";
    if (regions[code] === 1) return "valid";
    return PREFECTURE_OWN.has(code % 100) && regions[code - (code % 100)] === 1 ? "valid" : "invalid";
  },
};

/** By code, 1 for those that ever were one. */
function codesOf(tables: Tables): Uint8Array | undefined {
  const regions = tables.set("regions");
  if (regions.size === 0) return undefined;
  const codes = new Uint8Array(1_000_000);
  for (const code of regions) if (/^\d{6}$/.test(code)) codes[Number(code)] = 1;
  return codes;
}
