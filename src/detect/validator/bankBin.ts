import type { Tables, Validator } from "../../model/rule.ts";

/** Shortest and longest prefix looked up: shorter ones in the sources are schemes, not issuers. */
const SHORTEST = 5;
const LONGEST = 12;

/** A prefix of the table `bins` stands before the value, and the value has the length that the table gives for it. */
export const bankBin: Validator = {
  id: "bank-bin",
  reference: "ISO/IEC 7812-2",
  check(value, tables) {
    const bins = tables.derive("bins", () => readBins(tables));
    if (bins === undefined) return "unknown";
    for (let length = SHORTEST; length <= LONGEST; length += 1) {
      if (bins.has(`${value.slice(0, length)}:${value.length}`)) return "valid";
    }
    return "invalid";
  },
};

function readBins(tables: Tables): ReadonlySet<string> | undefined {
  const rows = tables.rows("bins");
  return rows && new Set(rows.map((row) => `${row["prefix"]}:${row["length"]}`));
}
