import type { Validator } from "../../model/rule.ts";

const VALUES: Readonly<Record<string, number>> = {
  A: 1,
  B: 2,
  C: 3,
  D: 4,
  E: 5,
  F: 6,
  G: 7,
  H: 8,
  J: 1,
  K: 2,
  L: 3,
  M: 4,
  N: 5,
  P: 7,
  R: 9,
  S: 2,
  T: 3,
  U: 4,
  V: 5,
  W: 6,
  X: 7,
  Y: 8,
  Z: 9,
};
const WEIGHTS: readonly number[] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** Check character at place 9 of a vehicle identification number (GB 16735-2019, ISO 3779). */
export const vin: Validator = {
  id: "vin",
  reference: "GB 16735-2019",
  check(value) {
    if (!/^[0-9A-HJ-NPR-Z]{17}$/.test(value)) return "invalid";
    let sum = 0;
    for (let index = 0; index < 17; index += 1) {
      const character = value.charAt(index);
      sum += (VALUES[character] ?? Number(character)) * (WEIGHTS[index] ?? 0);
    }
    return "0123456789X".charAt(sum % 11) === value.charAt(8) ? "valid" : "invalid";
  },
};
