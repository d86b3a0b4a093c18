import { describe, expect, it } from "vitest";
import type { PlacedLabel, Written } from "../../eval/corpus.ts";
import { Measure, shows } from "../../eval/measure.ts";
import { precision, recall } from "../../eval/result.ts";
import type { Finding } from "../../src/index.ts";

function label(text: string, infoTypes: readonly string[], more: Partial<PlacedLabel> = {}): PlacedLabel {
  return {
    kind: "positive",
    name: "id",
    infoTypes,
    layout: "colon",
    text,
    start: 5,
    end: 5 + text.length,
    place: "body",
    line: 1,
    column: 6,
    cell: 1,
    ...more,
  };
}

function document(labels: readonly PlacedLabel[]): Written {
  return { id: "d1", template: "t", carrier: "txt", encoding: "utf8", labels, expected: [] };
}

function finding(infoType: string, column: number, more: Partial<Finding> = {}): Finding {
  return {
    ruleId: "pack/rule",
    infoType,
    severity: "medium",
    confidence: "high",
    evidence: [],
    flow: "body",
    start: 0,
    end: 0,
    location: { kind: "line", line: 1, column },
    roles: ["body"],
    valueKey: "",
    masked: "110101********8670",
    excerpt: "",
    sample: false,
    fingerprint: "",
    path: "d1/document.txt",
    dataClass: "C2",
    judgement: { is: "violation", references: [] },
    effect: "violation",
    counts: true,
    ...more,
  };
}

const id = label("110101199003078670", ["CN_RESIDENT_ID"]);

describe("a document's findings", () => {
  it("are right where type and place agree", () => {
    const measure = new Measure();
    measure.add(document([id]), [finding("CN_RESIDENT_ID", 6)]);
    expect(measure.types.get("CN_RESIDENT_ID")).toEqual({ right: 1, wrong: 0, wanted: 1, met: 1 });
    expect(measure.tiers.get("high")).toEqual({ right: 1, wrong: 0, wanted: 0, met: 0 });
    expect(measure.layouts.get("CN_RESIDENT_ID colon")?.met).toBe(1);
  });

  it("are a miss and a confusion where the type is another", () => {
    const measure = new Measure();
    measure.add(document([id]), [finding("BANK_CARD", 6)]);
    expect(measure.types.get("CN_RESIDENT_ID")).toEqual({ right: 0, wrong: 0, wanted: 1, met: 0 });
    expect(measure.types.get("BANK_CARD")).toEqual({ right: 0, wrong: 1, wanted: 0, met: 0 });
    expect([...measure.confusion]).toEqual([["CN_RESIDENT_ID BANK_CARD", 1]]);
    expect(measure.examples.map(({ what }) => what)).toEqual(["confused", "missed"]);
  });

  it("count once for a value, and not where they lie elsewhere", () => {
    const measure = new Measure();
    measure.add(document([id]), [finding("CN_RESIDENT_ID", 6), finding("CN_RESIDENT_ID", 6), finding("CN_RESIDENT_ID", 90)]);
    expect(measure.types.get("CN_RESIDENT_ID")).toEqual({ right: 1, wrong: 1, wanted: 1, met: 1 });
  });

  it("at low confidence are no finding, and samples and advisories neither right nor wrong", () => {
    const measure = new Measure();
    measure.add(document([id]), [
      finding("CN_RESIDENT_ID", 6, { confidence: "low" }),
      finding("CN_MOBILE", 90, { sample: true }),
      finding("CN_MOBILE", 90, { severity: "info" }),
    ]);
    expect(measure.types.get("CN_RESIDENT_ID")).toEqual({ right: 0, wrong: 0, wanted: 1, met: 0 });
    expect(measure.types.has("CN_MOBILE")).toBe(false);
  });

  it("are false on what must not be found", () => {
    const measure = new Measure();
    measure.add(document([label("20240101123456", [], { kind: "negative", name: "order" })]), [finding("BANK_CARD", 6)]);
    expect(measure.types.get("BANK_CARD")?.wrong).toBe(1);
    expect(measure.lures.get("order")).toEqual({ labels: 1, hits: 1, low: 0 });
  });

  it("of a damaged value are asked for at low confidence only", () => {
    const measure = new Measure();
    measure.add(document([label("110101199003078671", ["CN_RESIDENT_ID"], { kind: "dirty" })]), [
      finding("CN_RESIDENT_ID", 6, { confidence: "low" }),
    ]);
    measure.add(document([label("110101199003078671", ["CN_RESIDENT_ID"], { kind: "dirty" })]), [finding("CN_RESIDENT_ID", 6)]);
    expect(measure.dirty).toEqual({ wanted: 2, low: 1, above: 1 });
    expect(measure.types.get("CN_RESIDENT_ID")?.wrong).toBe(1);
  });
});

describe("a masked value", () => {
  it.each([
    ["110101********8670", "110101199003078670", true],
    ["110101********8670", "１１０１０１１９９００３０７８６７０", true],
    ["622202*********5702", "6222 0210 0111 6245 702", true],
    ["张*", "张伟", true],
    ["李*", "张伟", false],
    ["********", "Abc@2345", true],
    ["110101********8670", "110101199003078671", false],
  ])("%s stands for %s: %s", (masked, text, expected) => {
    expect(shows(masked, text)).toBe(expected);
  });
});

describe("shares", () => {
  it("are undefined where nothing was", () => {
    expect(precision({ right: 0, wrong: 0, wanted: 4, met: 0 })).toBeUndefined();
    expect(recall({ wanted: 0, met: 0 })).toBeUndefined();
    expect(precision({ right: 3, wrong: 1, wanted: 0, met: 0 })).toBe(0.75);
    expect(recall({ wanted: 4, met: 1 })).toBe(0.25);
  });
});
