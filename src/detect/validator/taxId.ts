import type { Validator } from "../../model/rule.ts";
import { organisationCheck } from "../shared/checksum.ts";

/** A taxpayer number of the old form: six digits of region (table `regions`) and an organisation code with its check character. */
export const taxId: Validator = {
  id: "tax-id",
  reference: "国税函〔2006〕1245号",
  check(value, tables) {
    if (!/^\d{6}[0-9A-Z]{8}[0-9X]$/.test(value)) return "invalid";
    if (organisationCheck(value.slice(6, 14)) !== value.charAt(14)) return "invalid";
    const regions = tables.set("regions");
    return regions.size === 0 || regions.has(value.slice(0, 6)) ? "valid" : "invalid";
  },
};
