/** Days of the months of a common year. */
const DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True for a day of the Gregorian calendar; `month` and `day` count from 1. */
export function isDate(year: number, month: number, day: number): boolean {
  const leap = month === 2 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0);
  return day >= 1 && day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

let isoTime = "";
let isoDate = 0;

/** `yyyyMMdd` of an ISO 8601 time as a number, which dates in values can be compared with; of one time it is asked for millions of values. */
export function compactDate(iso: string): number {
  if (iso !== isoTime) {
    isoTime = iso;
    isoDate = Number(iso.slice(0, 10).replaceAll("-", ""));
  }
  return isoDate;
}

/** Birth date of an 18- or 15-digit resident identity number as the number `yyyyMMdd`; undefined for any other length, and where it is none. */
export function birthOf(value: string): number | undefined {
  const old = value.length === 15;
  if (!old && value.length !== 18) return undefined;
  let birth = old ? 19 : 0;
  for (let at = 6; at < (old ? 12 : 14); at++) {
    const digit = value.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    birth = 10 * birth + digit;
  }
  return birth;
}
