/** Days of the months of a common year. */
const DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True for a day of the Gregorian calendar; `month` and `day` count from 1. */
export function isDate(year: number, month: number, day: number): boolean {
  const leap = month === 2 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0);
  return day >= 1 && day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

let isoTime = "";
let isoDate = "";

/** `yyyyMMdd` of an ISO 8601 time, which digits of a value can be compared with; of one time it is asked for millions of values. */
export function compactDate(iso: string): string {
  if (iso !== isoTime) {
    isoTime = iso;
    isoDate = iso.slice(0, 10).replaceAll("-", "");
  }
  return isoDate;
}

/** The same day so many years earlier, as `yyyyMMdd`; 29 February stays as it is, which compares well enough. */
export function yearsBefore(compact: string, years: number): string {
  return String(Number(compact.slice(0, 4)) - years).padStart(4, "0") + compact.slice(4);
}

/** Birth date of an 18- or 15-digit resident identity number as `yyyyMMdd`; undefined for any other length. */
export function birthOf(value: string): string | undefined {
  if (value.length === 18) return value.slice(6, 14);
  return value.length === 15 ? `19${value.slice(6, 12)}` : undefined;
}
