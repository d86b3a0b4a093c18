import type { Validator } from "../../model/rule.ts";

/** A number of 13 digits in a segment for devices (table `mobile-segments`); milliseconds since 1970 look the same. */
export const iotSegment: Validator = {
  id: "iot-segment",
  reference: "电信网编号计划",
  check(value, tables) {
    const segments = tables.derive("iot-segments", () => {
      const rows = tables.rows("mobile-segments") ?? [];
      return new Set(rows.filter((row) => row["kind"] === "iot").map((row) => row["prefix"]));
    });
    if (segments.size === 0) return "unknown";
    return value.length === 13 && (segments.has(value.slice(0, 4)) || segments.has(value.slice(0, 3))) ? "valid" : "invalid";
  },
};
