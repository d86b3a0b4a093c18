import type { Validator } from "../../model/rule.ts";

/** The number stands in a segment that a mobile operator has (table `mobile-segments`); `value` is the 11 digits without +86. */
export const mobileSegment: Validator = {
  id: "mobile-segment",
  reference: "电信网编号计划",
  check(value, tables) {
    const segments = tables.derive("mobile-segments", () => {
      const rows = tables.rows("mobile-segments") ?? [];
      return new Set(rows.filter((row) => row["kind"] !== "iot").map((row) => row["prefix"]));
    });
    if (segments.size === 0) return "unknown";
    for (let length = 3; length <= 5; length += 1) if (segments.has(value.slice(0, length))) return "valid";
    return "invalid";
  },
};
