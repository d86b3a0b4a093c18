import type { Validator } from "../../model/rule.ts";

/** Digits of the longest prefix of a segment; the shortest has three. */
const LONGEST = 5;

/** The number stands in a segment that a mobile operator has (table `mobile-segments`); `value` is the 11 digits without +86. */
export const mobileSegment: Validator = {
  id: "mobile-segment",
  reference: "电信网编号计划",
  check(value, tables) {
    const segments = tables.derive("mobile-segments", () => {
      const rows = tables.rows("mobile-segments") ?? [];
      return segmentsOf(rows.flatMap((row) => (row["kind"] === "iot" ? [] : (row["prefix"] ?? []))));
    });
    if (segments === undefined) return "unknown";
    let segment = 0;
    for (let at = 0; at < LONGEST; at++) {
      const digit = value.charCodeAt(at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return "invalid";
      segment = 10 * segment + digit;
    }
    return segments[segment] === 1 ? "valid" : "invalid";
  },
};

/** By the first five digits, 1 where one of the prefixes stands before them; undefined without any. */
function segmentsOf(prefixes: readonly string[]): Uint8Array | undefined {
  if (prefixes.length === 0) return undefined;
  const segments = new Uint8Array(10 ** LONGEST);
  for (const prefix of prefixes) {
    if (!/^\d{3,5}$/.test(prefix)) continue;
    const rest = 10 ** (LONGEST - prefix.length);
    segments.fill(1, Number(prefix) * rest, (Number(prefix) + 1) * rest);
  }
  return segments;
}
