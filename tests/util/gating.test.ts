import { expect, it } from "vitest";

import { absentOf, changeSince, gatingKey, Places } from "../../src/util/gating.ts";

it("tells what is new, worse and known since the last run, and what is gone", () => {
  const known = new Map([
    [gatingKey({ fingerprint: "a", effect: "suspect" }), "0/a"],
    [gatingKey({ fingerprint: "b", effect: "violation" }), "0/b"],
  ]);
  const since = (fingerprint: string, effect: "violation" | "suspect"): string => changeSince({ fingerprint, effect }, known);
  expect([since("a", "suspect"), since("a", "violation")]).toEqual(["known", "worse"]);
  expect([since("b", "suspect"), since("b", "violation")]).toEqual(["known", "known"]);
  expect(since("c", "suspect")).toBe("new");
  expect(absentOf(known, ["a!"])).toEqual([["b!", "0/b"]]);
  expect(absentOf(known, ["a", "b"])).toEqual([]);
});

it("knows what was not looked at, however the roots were typed", () => {
  const places = new Places(["docs/", "/media/u1", "."]);
  expect(["docs/a/b.txt", "docs", "/media/u1/x.zip!/y", "./c", "e"].map((path) => places.of(path))).toEqual([
    "0/a/b.txt",
    "0",
    "1/x.zip!/y",
    "2/c",
    "0/e",
  ]);
  places.miss("docs/a");
  places.miss("/media/u1/x.zip");
  expect(["0/a/b.txt", "0/a", "0/ab", "0", "1/x.zip!/y!/z", "1/x.zip2", "1/y"].map((place) => places.missed(place))).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
    false,
  ]);
  places.miss("/media/u1");
  expect(places.missed("1/y")).toBe(true);
  const whole = new Places(["/"]);
  expect([whole.of("/etc/x"), whole.of("/")]).toEqual(["0/etc/x", "0"]);
});
