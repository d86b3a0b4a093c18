import { describe, expect, it } from "vitest";

import { compareSnapshots } from "../../src/judge/compare.ts";
import { Snapshot } from "../../src/judge/snapshot.ts";
import type { Comparison } from "../../src/model/comparison.ts";
import type { ScanEvent, ScanHeader, ScanSummary } from "../../src/model/event.ts";
import type { Finding } from "../../src/model/finding.ts";
import { cleanEvents, header as recorded } from "../report/events.ts";

const header: ScanHeader = {
  ...recorded,
  roots: [{ path: "/data", zone: "internet" }],
  packs: [
    { id: "cn-bank", version: "1.0.0", digest: "a", title: { zh: "", en: "" } },
    { id: "cn-secret", version: "1.0.0", digest: "b", title: { zh: "", en: "" } },
  ],
};
const end = cleanEvents.at(-1);
const summary: ScanSummary | undefined = end?.type === "scan-end" ? end.summary : undefined;

function finding(path: string, print: string, more: Partial<Finding> = {}): ScanEvent {
  return {
    type: "finding",
    finding: {
      ruleId: "cn-bank/resident-id",
      infoType: "CN_RESIDENT_ID",
      severity: "medium",
      confidence: "high",
      evidence: [],
      flow: "body",
      start: 0,
      end: 18,
      location: { kind: "line", line: 1, column: 1 },
      roles: ["body"],
      valueKey: `value-${print}`,
      masked: "110101********8670",
      excerpt: "110101********8670",
      sample: false,
      fingerprint: print,
      path,
      dataClass: "C2",
      judgement: { is: "violation", references: [] },
      effect: "violation",
      counts: true,
      ...more,
    },
  };
}

function ended(path: string, more: Partial<Extract<ScanEvent, { type: "entry-end" }>> = {}): ScanEvent {
  return {
    type: "entry-end",
    path,
    verdict: "violation",
    coverage: "full",
    format: "text",
    counts: [],
    subjects: 1,
    bytes: 1,
    elapsedMs: 1,
    contentKey: `content-${path}`,
    ...more,
  };
}

const failed = (path: string, code: "encrypted" | "corrupt" | "permission-denied"): ScanEvent => ({
  type: "failure",
  failure: { stage: code === "permission-denied" ? "walk" : "extract", code, path, detail: "", partial: code === "corrupt" },
});

function snapshot(events: readonly ScanEvent[], change: Partial<ScanHeader> = {}, complete = true): Snapshot {
  const made = new Snapshot();
  made.note({ type: "scan-start", header: { ...header, ...change } });
  for (const event of events) made.note(event);
  if (summary !== undefined) made.note({ type: "scan-end", summary: { ...summary, complete } });
  return made;
}

const changes = ({ items }: Comparison): readonly string[] =>
  items.map((item) => [item.change, item.fingerprint, item.absence, item.code].filter((part) => part !== undefined).join(" "));

const before = snapshot([
  finding("/data/a/x.txt", "x"),
  ended("/data/a/x.txt"),
  finding("/data/y.zip!/y.txt", "y"),
  ended("/data/y.zip!/y.txt"),
]);

describe("what is gone is put right only where it was looked for", () => {
  it.each<[string, readonly ScanEvent[], Partial<ScanHeader>, boolean, readonly string[]]>([
    ["all was read", [], {}, true, ["put-right x", "put-right y"]],
    [
      "the file has other findings now",
      [finding("/data/a/x.txt", "z"), ended("/data/a/x.txt", { contentKey: "other" })],
      {},
      true,
      ["new z", "put-right x", "put-right y"],
    ],
    ["the archive wants a password", [failed("/data/y.zip", "encrypted")], {}, true, ["not-examined y unread encrypted", "put-right x"]],
    ["a member does", [failed("/data/y.zip!/y.txt", "encrypted")], {}, true, ["not-examined y unread encrypted", "put-right x"]],
    ["another member does", [failed("/data/y.zip!/other.txt", "encrypted")], {}, true, ["put-right x", "put-right y"]],
    ["part of the file was lost", [failed("/data/a/x.txt", "corrupt")], {}, true, ["not-examined x unread corrupt", "put-right y"]],
    [
      "its directory cannot be entered",
      [failed("/data/a", "permission-denied")],
      {},
      true,
      ["not-examined x unread permission-denied", "put-right y"],
    ],
    [
      "the root cannot be entered",
      [failed("/data", "permission-denied")],
      {},
      true,
      ["not-examined x unread permission-denied", "not-examined y unread permission-denied"],
    ],
    ["its directory is excluded", [{ type: "excluded", path: "/data/a", by: "a" }], {}, true, ["not-examined x excluded", "put-right y"]],
    [
      "a personal device names nothing it leaves out, and leaves out something else now",
      [],
      { zone: "personal", options: { exclude: ["a"] } },
      true,
      ["not-examined x excluded", "not-examined y excluded"],
    ],
    ["a personal device leaves out what it did before", [], { zone: "personal" }, true, ["put-right x", "put-right y"]],
    [
      "only other files were asked for",
      [],
      { options: { include: ["*.docx"] } },
      true,
      ["not-examined x out-of-scope", "not-examined y out-of-scope"],
    ],
    ["only high confidence was asked for", [], { options: { minConfidence: "high" } }, true, ["put-right x", "put-right y"]],
    [
      "another place was examined",
      [],
      { roots: [{ path: "/other", zone: "internet" }] },
      true,
      ["not-examined x out-of-scope", "not-examined y out-of-scope"],
    ],
    ["the rule is off", [], { disabledRules: ["cn-bank/resident-id"] }, true, ["not-examined x rule-off", "not-examined y rule-off"]],
    ["the rule is no more", [], { rules: [] }, true, ["not-examined x rule-off", "not-examined y rule-off"]],
    [
      "the pack is another",
      [],
      { packs: [{ id: "cn-bank", version: "1.0.1", digest: "c", title: { zh: "", en: "" } }] },
      true,
      ["not-examined x pack-changed", "not-examined y pack-changed"],
    ],
    ["the scan was cut short", [], {}, false, ["not-examined x interrupted", "not-examined y interrupted"]],
    [
      "its file holds more than is told",
      [
        ended("/data/a/x.txt", {
          contentKey: "other",
          counts: [{ ruleId: "cn-bank/resident-id", confidence: "high", total: 9, stored: 2 }],
        }),
      ],
      {},
      true,
      ["not-examined x counted-only", "put-right y"],
    ],
  ])("%s", (_name, events, change, complete, expected) => {
    const comparison = compareSnapshots(before, snapshot(events, change, complete));
    expect(changes(comparison).toSorted()).toEqual([...expected].toSorted());
    expect(Object.values(comparison.counts).reduce((sum, number) => sum + number, 0)).toBe(expected.length);
  });
});

it("knows what was renamed by its content, and tells a changed copy from it", () => {
  const moved = compareSnapshots(
    before,
    snapshot([
      finding("/data/b/new.txt", "x2", { valueKey: "value-x" }),
      ended("/data/b/new.txt", { contentKey: "content-/data/a/x.txt" }),
    ]),
  );
  expect(moved.items.map(({ change, path, from }) => [change, path, from])).toEqual([
    ["moved", "/data/b/new.txt", "/data/a/x.txt"],
    ["put-right", "/data/y.zip!/y.txt", undefined],
  ]);
  const changed = compareSnapshots(before, snapshot([finding("/data/b/new.txt", "x2", { valueKey: "value-x" }), ended("/data/b/new.txt")]));
  expect(changes(changed)).toEqual(["new x2", "put-right x", "put-right y"]);
});

it("says remaining of what is there and judged otherwise", () => {
  const now = snapshot([
    finding("/data/a/x.txt", "x", { effect: "recorded", counts: false }),
    ended("/data/a/x.txt"),
    failed("/data/y.zip", "encrypted"),
  ]);
  expect(changes(compareSnapshots(before, now))).toEqual(["remaining x", "not-examined y unread encrypted"]);
});

it("tells what reappears from what is new, from an older result or from what the last one carries", () => {
  const clean = snapshot([]);
  const again = snapshot([finding("/data/a/x.txt", "x"), ended("/data/a/x.txt"), finding("/data/n.txt", "n"), ended("/data/n.txt")]);
  expect(changes(compareSnapshots(clean, again, [before]))).toEqual(["new n", "reappeared x"]);
  const comparison = compareSnapshots(before, clean);
  expect(comparison.putRight).toEqual(["x", "y"]);
  clean.note({ type: "comparison", comparison });
  const later = compareSnapshots(clean, again);
  expect(changes(later)).toEqual(["new n", "reappeared x"]);
  expect(later.putRight).toEqual(["y"]);
});

it("takes a medium mounted elsewhere, and another system's separators, for the same place", () => {
  const volume = { device: "", fileSystem: "vfat", readOnly: true, removable: true, volumeId: "1A2B-3C4D" };
  const there = (mount: string): Partial<ScanHeader> => ({
    roots: [{ path: mount, zone: "removable-internet", volume: { ...volume, mount } }],
  });
  const stick = snapshot([finding("/media/u1/a/x.txt", "x"), ended("/media/u1/a/x.txt")], there("/media/u1"));
  const windows = { ...there("E:\\"), tool: { ...header.tool, platform: "win32-x64" } };
  expect(changes(compareSnapshots(stick, snapshot([], windows)))).toEqual(["put-right x"]);
  expect(changes(compareSnapshots(stick, snapshot([failed("E:\\a\\x.txt", "encrypted")], windows)))).toEqual([
    "not-examined x unread encrypted",
  ]);
  expect(changes(compareSnapshots(stick, snapshot([], there("/media/u2"))))).toEqual(["put-right x"]);
});
