import { describe, expect, it } from "vitest";

import { defaultLimits } from "../../src/scan/limits.ts";
import { eventsOf, tree } from "./support.ts";

const pack = (regex: string): Readonly<Record<string, string>> => ({
  "pack.yaml": 'id: own\nversion: "1.0.0"\ntitle: { zh: 自用, en: Own }\nlicense: Apache-2.0\n',
  "slow.yaml": `id: own/slow
kind: pattern
infoType: SLOW
title: { zh: 慢, en: Slow }
description: { zh: 慢, en: Slow }
severity: low
dataClass: C1
rank: 99
mask: full
references: [none]
triggers: [{ literals: [zzkey] }]
patterns:
  - { name: one, regex: '${regex}' }
boundary: none
tiers:
  - { low: [one] }
examples:
  match: [a, b, c]
  noMatch: [d, e, f]
`,
});

describe("a rule that does not end", () => {
  const content = `客户张建国，身份证号440308199001152170。\nzzkey${"a".repeat(60)}b\n`;

  it("goes to the linear engine where that knows the expression", async () => {
    const events = await eventsOf(tree({ "x.txt": content }), { packs: [tree(pack("zzkey(a+)+[bc]"))], jobs: 1 });
    expect(events.flatMap((event) => (event.type === "failure" ? [event.failure.detail] : []))).toEqual([]);
    expect(events.flatMap((event) => (event.type === "finding" ? [event.finding.ruleId] : []))).toContain("own/slow");
  });

  it("is left out of the entry, which is examined by all others", async () => {
    const limits = { ...defaultLimits, ruleTime: 500 };
    const events = await eventsOf(tree({ "x.txt": content, "y.txt": "手机：13682645189" }), {
      packs: [tree(pack("zzkey(?:a|a)+(?<!a)b"))],
      jobs: 1,
      limits,
    });
    expect(
      events.flatMap((event) => (event.type === "failure" ? [[event.failure.code, event.failure.partial, event.failure.detail]] : [])),
    ).toEqual([["timeout", true, "rule own/slow did not end on one passage and was left out"]]);
    const ids = events.flatMap((event) => (event.type === "finding" ? [event.finding.ruleId] : []));
    expect(ids).toContain("cn-pii/resident-id");
    expect(ids).toContain("cn-pii/mobile");
    expect(ids).not.toContain("own/slow");
  });
});
