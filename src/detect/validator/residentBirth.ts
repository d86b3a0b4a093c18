import type { Validator } from "../../model/rule.ts";
import { birthOf, compactDate, isDate } from "../shared/calendar.ts";

/** Oldest year of birth that is taken for one: nobody older has an identity number. */
const FIRST_YEAR = 1900;
/** Years: the oldest person on record was 122. */
const MAX_AGE = 120;

/** The birth date in a resident identity number is a day of the calendar, not after `asOf`, and at most 120 years before it. */
export const residentBirth: Validator = {
  id: "resident-birth",
  reference: "GB 11643-1999",
  check(value, _tables, asOf) {
    const birth = birthOf(value);
    if (birth === undefined) return "invalid";
    const today = compactDate(asOf);
    const [year, month, day] = [Math.floor(birth / 10_000), Math.floor(birth / 100) % 100, birth % 100];
    if (year < FIRST_YEAR || !isDate(year, month, day)) return "invalid";
    return birth <= today && Math.floor(today / 10_000) - year <= MAX_AGE ? "valid" : "invalid";
  },
};
