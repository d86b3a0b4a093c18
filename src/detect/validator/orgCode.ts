import type { Validator } from "../../model/rule.ts";
import { organisationCheck } from "../shared/checksum.ts";

/** Check character of a nine-character organisation code (GB 11714-1997); the hyphen before it is gone by then. */
export const orgCode: Validator = {
  id: "org-code",
  reference: "GB 11714-1997",
  check(value) {
    if (!/^[0-9A-Z]{8}[0-9X]$/.test(value)) return "invalid";
    return organisationCheck(value) === value.charAt(8) ? "valid" : "invalid";
  },
};
