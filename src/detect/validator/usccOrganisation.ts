import type { Validator } from "../../model/rule.ts";
import { organisationCheck } from "../shared/checksum.ts";

/** Check character of the organisation's code in the ninth to seventeenth place of a credit code (GB 32100-2015, GB 11714-1997). */
export const usccOrganisation: Validator = {
  id: "uscc-organisation",
  reference: "GB 11714-1997",
  check(value) {
    const code = value.slice(8, 17);
    if (!/^[0-9A-Z]{8}[0-9X]$/.test(code)) return "invalid";
    return organisationCheck(code) === code.charAt(8) ? "valid" : "invalid";
  },
};
