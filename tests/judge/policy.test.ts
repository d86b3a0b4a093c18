import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { conclude, effectOf, judge } from "../../src/judge/policy.ts";
import type { Failure } from "../../src/model/failure.ts";
import type { Finding, Judgement } from "../../src/model/finding.ts";
import { loadPolicy } from "../../src/rulepack/policy.ts";

const shipped = fileURLToPath(new URL("../../rules/policy.yaml", import.meta.url));

it("makes of every judgement at every confidence what the mapping says", () => {
  const kinds: readonly Judgement["is"][] = ["critical", "violation", "rectify", "inventory", "allowed"];
  const rows = kinds.map((is) => {
    const effects = (["high", "medium", "low"] as const).map((confidence) =>
      effectOf({ is, references: [] }, { confidence, sample: false, severity: "high" }),
    );
    return `${is}: ${effects.join(" ")}`;
  });
  expect(rows).toEqual([
    "critical: violation suspect recorded",
    "violation: violation suspect recorded",
    "rectify: suspect suspect recorded",
    "inventory: recorded recorded recorded",
    "allowed: recorded recorded recorded",
  ]);
});

it("records samples and what is only information, whatever the zone", () => {
  const critical = { is: "critical", references: [] } as const;
  expect(effectOf(critical, { confidence: "high", sample: true, severity: "critical" })).toBe("recorded");
  expect(effectOf(critical, { confidence: "high", sample: false, severity: "info" })).toBe("recorded");
});

it("judges a mark above the level of the host by the column below it, and one within it as recorded", async () => {
  const { policy } = await loadPolicy(shipped, []);
  if (policy === undefined) throw new Error("the shipped policy does not load");
  const cell = (zone: string, level: string | undefined): string => judge(policy, zone, "state-secret", level).is;
  expect(["mimi", "jimi", "juemi"].map((level) => cell("classified:jimi", level))).toEqual(["inventory", "inventory", "critical"]);
  expect(["mimi", "jimi", "juemi"].map((level) => cell("removable-classified:mimi", level))).toEqual(["inventory", "critical", "critical"]);
  expect([cell("classified", "juemi"), cell("classified:mimi", undefined)]).toEqual(["inventory", "inventory"]);
  expect(["mimi", "juemi"].map((level) => cell("intranet", level))).toEqual(["critical", "critical"]);
  expect(() => cell("moon", "mimi")).toThrow("does not judge");
});

it("never concludes clean where a failure is, and lets a violation stand over it", () => {
  const failure: Failure = { stage: "extract", code: "encrypted", path: "a", detail: "", partial: false };
  const finding = (effect: Finding["effect"]): Finding => ({ effect, counts: effect !== "recorded" }) as Finding;
  expect(conclude([], [], false).kind).toBe("clean");
  expect(conclude([finding("recorded")], [], false).kind).toBe("clean");
  expect(conclude([finding("recorded")], [failure], false).kind).toBe("not-examined");
  expect(conclude([finding("suspect")], [failure], false).kind).toBe("suspect");
  expect(conclude([finding("suspect"), finding("violation")], [failure], false).kind).toBe("violation");
  expect([conclude([], [], true).kind, conclude([finding("recorded")], [], true).kind]).toEqual(["textless", "clean"]);
  expect(conclude([], [failure], true).kind).toBe("not-examined");
});
