import { expect, it } from "vitest";

import { changeSince, fingerprintOf, gatingKey } from "../../src/util/gating.ts";

it("tells what is new, worse and known since the last run", () => {
  const known = new Set([gatingKey({ fingerprint: "a", effect: "suspect" }), gatingKey({ fingerprint: "b", effect: "violation" })]);
  expect([...known].map(fingerprintOf)).toEqual(["a", "b"]);
  const since = (fingerprint: string, effect: "violation" | "suspect"): string => changeSince({ fingerprint, effect }, known);
  expect([since("a", "suspect"), since("a", "violation")]).toEqual(["known", "worse"]);
  expect([since("b", "suspect"), since("b", "violation")]).toEqual(["known", "known"]);
  expect(since("c", "suspect")).toBe("new");
});
