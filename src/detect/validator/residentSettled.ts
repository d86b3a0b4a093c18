import type { Validator } from "../../model/rule.ts";
import { birthOf, compactDate } from "../shared/calendar.ts";

/** Years. Serial numbers of the shape region, date, four digits carry dates of these years; 9 % of them pass everything else. */
const RECENT = 3;

/** The birth date lies more than three years before `asOf`: what is younger looks like a serial number and needs other evidence. */
export const residentSettled: Validator = {
  id: "resident-settled",
  reference: "GB 11643-1999",
  // Of a day of February that other years lack the number compares well enough.
  check(value, _tables, asOf) {
    const birth = birthOf(value);
    if (birth === undefined) return "unknown";
    return birth <= compactDate(asOf) - RECENT * 10_000 ? "valid" : "invalid";
  },
};
