import { describe, expect, it } from "vitest";
import type { Examination, MatchGroup } from "../../src/model/finding.ts";
import { shareOf } from "../../src/detect/shared/quantity.ts";
import { loadPacks } from "../../src/rulepack/load.ts";
import { openEntryBench } from "./support/entry.ts";
import { RULES } from "./support/examine.ts";

const examine = await openEntryBench();

const people = [
  ["欧阳静", "440308199001152170", "6217000010001234569", "13682645189"],
  ["黄晓红", "320106198512034023", "6225881234567898", "15921877043"],
  ["周建国", "330106199208172284", "6222021001116245702", "18975521036"],
] as const;

/** GB 11643: weights and check characters. */
function residentId(serial: number): string {
  const digits = `44030819850101${String(100 + serial)}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return digits + "10X98765432".charAt(weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0) % 11);
}

const csv = (head: string): string => `${head}\n${people.map((row) => row.join(",")).join("\n")}\n`;

function groupsOf({ matches }: Examination): readonly [string, string, MatchGroup | undefined][] {
  return matches
    .filter(({ group }) => group !== undefined && group.kind !== "entry")
    .map(({ ruleId, confidence, group }) => [ruleId, confidence, group]);
}

describe("a table", () => {
  it("is one finding with columns, rows, people and first cells, before the matches it takes in", async () => {
    const result = await examine("客户.csv", csv("姓名,身份证号,卡号,手机号"));
    const [first, ...rest] = result.matches.filter(({ group }) => group?.kind !== "entry");
    expect([first?.ruleId, first?.confidence, first?.severity, first?.masked]).toEqual([
      "cn-bank/four-elements",
      "high",
      "critical",
      "姓名、身份证号、卡号、手机号",
    ]);
    expect(first?.group).toMatchObject({
      id: "text",
      kind: "table",
      matches: 12,
      rows: { count: 3, first: 2, last: 4 },
      subjects: 3,
      parts: [
        { infoType: "PERSON_NAME", header: "姓名", column: 1, matches: 3, first: { masked: "欧**" } },
        { infoType: "CN_RESIDENT_ID", header: "身份证号", column: 2, matches: 3, first: { masked: "440308********2170" } },
        { infoType: "BANK_CARD", header: "卡号", column: 3, matches: 3, first: { masked: "621700*********4569" } },
        { infoType: "CN_MOBILE", header: "手机号", column: 4, matches: 3, first: { masked: "136****5189" } },
      ],
    });
    expect(rest.map(({ within }) => within)).toEqual(Array.from({ length: 12 }, () => "text"));
    expect(first?.evidence.filter(({ by }) => by === "arbitration").map(({ name }) => name)).toContain("cn-bank/three-elements");
  });

  it("counts rows and people exactly over the storing cap", async () => {
    const capped = await openEntryBench(5);
    const rows = Array.from(
      { length: 300 },
      (_, index) => `${people[index % 3]?.[0]},${people[index % 3]?.[1]},1368264${String(5000 + index)}`,
    );
    const { matches, counts, subjects } = await capped("a.csv", `姓名,身份证号,手机号\n${rows.join("\n")}\n`);
    expect(matches[0]?.group).toMatchObject({ matches: 900, rows: { count: 300, first: 2, last: 301 }, subjects: 3 });
    expect(matches.filter(({ group }) => group?.kind !== "entry").length).toBe(16);
    expect(counts.find(({ ruleId }) => ruleId === "cn-pii/resident-id")).toMatchObject({ total: 300, stored: 5 });
    expect(subjects.length).toBe(3);
  });

  it.each([
    ["names in two rows, the first of merged cells", csv("客户,,账户,联系方式\n姓名,身份证号,卡号,手机")],
    ["a title above the names", csv("某支行客户信息表,,,\n姓名,身份证号,卡号,手机号")],
    ["names in English and pinyin", csv("cust_name,sfzh,bank_card_no,mobile_phone")],
    ["longer names than the lexicon has", csv("主借款人姓名,借款人身份证号码,1.还款卡号,手机号码（必填）")],
    ["no names at all", people.map((row) => row.join(",")).join("\n")],
  ])("is known with %s", async (_what, content) => {
    expect(groupsOf(await examine("a.csv", content)).map(([ruleId]) => ruleId)).toEqual(["cn-bank/four-elements"]);
  });

  it.each([
    ["two rows", `姓名,身份证号\n${people[0].slice(0, 2).join(",")}\n${people[1].slice(0, 2).join(",")}\n`],
    ["samples", "姓名,手机号\n张三,13800138000\n李四,13800138000\n王五,13800138000\n"],
    ["masked values", "姓名,身份证号\n欧阳静,4403**********2170\n黄晓红,3201**********4023\n周建国,3301**********2284\n"],
    ["an empty form", "姓名,身份证号,卡号,手机号\n,,,\n,,,\n,,,\n"],
  ])("is none with %s", async (_what, content) => {
    expect(groupsOf(await examine("a.csv", content))).toEqual([]);
  });

  it("is none where few of many numbers are right by chance, and one where they stand close", async () => {
    const numbers = Array.from({ length: 400 }, (_, index) => String(2_000_000_000_000_000n + BigInt(index) * 7_919n).slice(0, 15));
    const listed = numbers.map((number, index) => (index % 40 === 5 ? residentId(index) : number)).join("\n");
    const lists = async (content: string): Promise<readonly string[]> =>
      groupsOf(await examine("n.txt", content)).map(([ruleId]) => ruleId);
    expect(await lists(listed)).toEqual([]);
    expect(await lists(Array.from({ length: 10 }, (_, index) => residentId(index)).join("\n"))).toEqual(["cn-bank/identifier-list"]);
  });

  it("has a column of names under one weak name, beside long numbers", async () => {
    const names = async (name: string, content: string): Promise<readonly string[]> =>
      (await examine(name, content)).matches.filter(({ infoType }) => infoType === "PERSON_NAME").map(({ confidence }) => confidence);
    expect(await names("a.csv", "name,no\n欧阳静,6217000010001234569\n黄晓红,6225881234567898\n")).toEqual(["medium", "medium"]);
    expect(await names("a.json", '{"name":"欧阳静","id":"440308199001152170"}')).toEqual(["medium"]);
    expect(await names("a.csv", "name,no\n黄瓜,6901028075763\n白菜,6921168509256\n")).toEqual([]);
  });

  it.each([
    ["爱好,读书", "high", 0.024],
    // What people earn is property (法释〔2017〕10号 第五条, 银发〔2011〕17号 一).
    ["年收入,1200.50", "critical", 2.4],
  ])("is weighed with all of its entry: people by what of them lies open, against the limits: %s", async (more, severity, share) => {
    const [head, cell] = more.split(",");
    const many = Array.from({ length: 60 }, (_, index) => `${people[0][0]},${residentId(index)},${cell}`).join("\n");
    const { matches } = await examine("a.csv", `客户姓名,身份证号,${head}\n${many}\n`);
    const bulk = matches.find(({ ruleId }) => ruleId === "cn-bank/bulk-subjects");
    expect([bulk?.severity, bulk?.location, bulk?.group]).toEqual([
      severity,
      { kind: "whole" },
      { id: "cn-bank/bulk-subjects", kind: "entry", matches: 0, subjects: 60, share, parts: [] },
    ]);
    expect(matches.some(({ ruleId }) => ruleId === "cn-secret/unmarked")).toBe(true);
  });

  it("says whose property or transactions lie open", async () => {
    const rows = people.map(([name, , card]) => `${name},${card},1200.50`).join("\n");
    const { subjectsBy, subjects } = await examine("a.csv", `客户姓名,卡号,账户余额\n${rows}\n`);
    expect(subjectsBy["property"]?.length).toBe(3);
    expect(subjects.length).toBe(3);
  });

  it.each([
    ["手机号,经度,纬度,定位时间", (at: number) => `1368264${5000 + at},120.15${at},30.28${at},2024-03-01 10:22:01`, "location", 0.4],
    ["姓名,手机号,通话时间,通话时长", (at: number) => `欧阳静,1368264${5000 + at},2024-03-01 10:22,${at}`, "call", 0.04],
    ["姓名,手机号,聊天内容", (at: number) => `欧阳静,1368264${5000 + at},第${at}次`, "content", 0.4],
    ["姓名,手机号,入住日期,房间号", (at: number) => `欧阳静,1368264${5000 + at},2024-03-01,8${at}`, "lodging", 0.04],
    ["姓名,手机号,诊断结果", (at: number) => `欧阳静,1368264${5000 + at},二型糖尿病`, "health", 0.04],
    ["姓名,手机号,爱好", (at: number) => `欧阳静,1368264${5000 + at},读书`, undefined, 0.004],
  ])("counts its people against the limit of their kind: %s", async (head, row, subjectClass, share) => {
    const { subjectsBy, subjects } = await examine("a.csv", `${head}\n${Array.from({ length: 10 }, (_, at) => row(at)).join("\n")}\n`);
    expect(Object.keys(subjectsBy)).toEqual(subjectClass === undefined ? [] : [subjectClass]);
    const packs = await loadPacks([RULES], { disabled: [] });
    const fields = packs.rules.find(({ base }) => base.id === "cn-bank/bulk-subjects")?.fields;
    const limits = { limits: fields?.["limits"] as Record<string, number>, factor: Number(fields?.["factor"]) };
    const counts = Object.fromEntries(Object.entries(subjectsBy).map(([name, keys]) => [name, keys.length]));
    expect(shareOf(subjects.length, counts, limits)).toBeCloseTo(share, 9);
  });

  it("tells no name of a column that the lexicon does not know, nor what stands in its brackets", async () => {
    const result = await examine("a.csv", csv("李建华负责的客户姓名,身份证号（李建华）,卡号,手机号"));
    expect(JSON.stringify(groupsOf(result))).not.toContain("李建华");
    expect(groupsOf(result)[0]?.[0]).toBe("cn-bank/four-elements");
  });
});
