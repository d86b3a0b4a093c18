import type { Validator } from "../../model/rule.ts";

/** All five check digits of the second line of a passport's machine-readable zone (ICAO 9303 part 4): 44 characters, weights 7, 3, 1. */
export const mrz: Validator = {
  id: "mrz",
  reference: "ICAO 9303-4",
  check(value) {
    const line = value.slice(-44);
    if (!/^[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{14}[\d<]\d$/.test(line)) return "invalid";
    const whole = line.slice(0, 10) + line.slice(13, 20) + line.slice(21, 43);
    const fields: readonly (readonly [string, string])[] = [
      [line.slice(0, 9), line.charAt(9)],
      [line.slice(13, 19), line.charAt(19)],
      [line.slice(21, 27), line.charAt(27)],
      [whole, line.charAt(43)],
    ];
    return fields.every(([field, check]) => digitOf(field) === Number(check)) ? "valid" : "invalid";
  },
};

function digitOf(field: string): number {
  let sum = 0;
  for (let index = 0; index < field.length; index += 1) {
    const character = field.charAt(index);
    sum += (character === "<" ? 0 : Number.parseInt(character, 36)) * ([7, 3, 1][index % 3] ?? 0);
  }
  return sum % 10;
}
