import { describe, expect, it } from "vitest";
import type { Finding, MatchGroup } from "../../src/model/finding.ts";
import { findingInWords, groupPlaceInWords, partInWords } from "../../src/report/shared/group.ts";
import { Gather } from "../../src/report/shared/gather.ts";

const cell = (row: number, column: number) => ({ kind: "cell", sheet: "Sheet1", row, column }) as const;

const group: MatchGroup = {
  id: "sheet1",
  kind: "table",
  matches: 3840,
  rows: { count: 1280, first: 2, last: 1281 },
  subjects: 1212,
  parts: [
    { infoType: "PERSON_NAME", header: "姓名", column: 1, matches: 1280 },
    {
      infoType: "CN_RESIDENT_ID",
      header: "证件号码",
      column: 2,
      matches: 1280,
      first: { masked: "110101********8670", confidence: "high", location: cell(2, 2), evidence: [] },
    },
  ],
};

const finding: Finding = {
  ruleId: "cn-bank/three-elements",
  infoType: "THREE_ELEMENTS_LIST",
  severity: "high",
  confidence: "high",
  evidence: [],
  flow: "sheet1",
  start: 0,
  end: 10,
  location: cell(2, 1),
  roles: ["body"],
  valueKey: "k",
  masked: "姓名、证件号码",
  excerpt: "姓名、证件号码",
  sample: false,
  group,
  fingerprint: "f",
  path: "下载/客户名单.xlsx",
  dataClass: "C2-bulk",
  judgement: { is: "critical", references: [] },
  effect: "violation",
  counts: true,
};

describe("a finding that stands for a table", () => {
  it("says columns, rows, people, range and first values", () => {
    expect(findingInWords(finding, "zh")).toEqual({
      evidence: "2 列 × 1,280 行，1,212 人：身份证号(证件号码) 110101********8670",
      place: "工作表 Sheet1，A2:B1281",
    });
    expect(findingInWords(finding, "en").evidence).toBe("2 columns × 1,280 rows, 1,212 people: resident ID(证件号码) 110101********8670");
    expect(group.parts.map((part) => partInWords(part, "zh")?.place)).toEqual([undefined, "B2"]);
  });

  it("says the lines of a text, and its first place where there is but one", () => {
    const lines: Finding = { ...finding, location: { kind: "line", line: 2, column: 1 } };
    expect(groupPlaceInWords(lines, group, "zh")).toBe("第 2–1281 行");
    const { rows: _rows, ...passage } = group;
    expect(groupPlaceInWords(lines, { ...passage, kind: "passage" }, "en")).toBe("line 2, column 1");
  });

  it("is listed once: members that are no worse are counted with it", () => {
    const gather = new Gather(100, () => true);
    const { group: _group, ...single } = finding;
    const member = { ...single, ruleId: "cn-pii/resident-id", severity: "medium", within: "sheet1" } as const;
    const worse = { ...member, ruleId: "secrets/password", severity: "critical" } as const;
    for (const one of [finding, member, member, worse]) gather.on({ type: "finding", finding: one });
    expect(gather.files().map(({ total, rules }) => [total, rules.map(({ ruleId }) => ruleId)])).toEqual([
      [4, ["secrets/password", "cn-bank/three-elements"]],
    ]);
    expect([gather.seen, gather.left]).toEqual([4, 0]);
  });
});
