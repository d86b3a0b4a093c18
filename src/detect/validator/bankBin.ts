import type { Tables, Validator } from "../../model/rule.ts";

/** Shortest and longest prefix looked up: shorter ones in the sources are schemes, not issuers. */
const SHORTEST = 5;
const LONGEST = 12;

/** Issuers' prefixes as a trie: ten numbers of next nodes a node, and the lengths that a number may have as bits. */
interface Bins {
  readonly next: Int32Array;
  readonly lengths: Int32Array;
}

/** A prefix of the table `bins` stands before the value, and the value has the length that the table gives for it. */
export const bankBin: Validator = {
  id: "bank-bin",
  reference: "ISO/IEC 7812-2",
  check(value, tables) {
    const bins = tables.derive("bins", () => readBins(tables));
    if (bins === undefined) return "unknown";
    if (value.length > 31) return "invalid";
    const length = 1 << value.length;
    let node = 0;
    for (let at = 0; at < LONGEST && at < value.length; at++) {
      const digit = value.charCodeAt(at) - 0x30;
      if (digit < 0 || digit > 9) return "invalid";
      node = bins.next[10 * node + digit] ?? 0;
      if (node === 0) return "invalid";
      if (((bins.lengths[node] ?? 0) & length) !== 0) return "valid";
    }
    return "invalid";
  },
};

function readBins(tables: Tables): Bins | undefined {
  const rows = tables.rows("bins");
  if (rows === undefined) return undefined;
  const next: number[] = Array.from({ length: 10 }, () => 0);
  const lengths = [0];
  for (const row of rows) {
    const prefix = row["prefix"] ?? "";
    if (prefix.length < SHORTEST || prefix.length > LONGEST || !/^\d+$/.test(prefix)) continue;
    let node = 0;
    for (const digit of prefix) {
      const at = 10 * node + Number(digit);
      let child = next[at] ?? 0;
      if (child === 0) {
        child = lengths.length;
        next[at] = child;
        for (let index = 0; index < 10; index++) next.push(0);
        lengths.push(0);
      }
      node = child;
    }
    lengths[node] = (lengths[node] ?? 0) | (1 << Number(row["length"]));
  }
  return { next: Int32Array.from(next), lengths: Int32Array.from(lengths) };
}
