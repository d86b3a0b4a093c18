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
    [
      "csv",
      "姓名,欧阳静,黄晓红,周建国\n性别,女,女,男\n证件号码,440308199001152170,320106198512034023,330106199208172284\n联系电话,13682645189,15921877043,18975521036\n",
    ],
    [
      "a title and blanks",
      "项目\t客户一\t客户二\t客户三\n\n姓名\t欧阳静\t黄晓红\t周建国\n身份证号\t440308199001152170\t320106198512034023\t330106199208172284\n手机号\t13682645189\t15921877043\t18975521036\n",
    ],
  ])("is known where each person has a column of their own: %s", async (_what, content) => {
    const { matches, subjects } = await examine("a.txt", content);
    const [table] = matches;
    expect([table?.ruleId, table?.group?.matches, subjects.length]).toEqual(["cn-bank/three-elements", 9, 3]);
    const lines = content.split("\n");
    for (const { location, infoType } of matches.filter(({ group }) => group === undefined)) {
      if (location.kind !== "line") throw new Error("text has lines");
      const cell = lines[location.line - 1]?.slice(location.column - 1).split(/[,\t]/)[0];
      expect(people.flat()).toContain(cell);
      expect(cell?.length).toBe(infoType === "PERSON_NAME" ? 3 : infoType === "CN_MOBILE" ? 11 : 18);
    }
  });

  it.each([
    [
      "a column that says who is who",
      "类型,姓名,身份证号\n借款人,欧阳静,440308199001152170\n担保人,黄晓红,320106198512034023\n共同借款人,周建国,330106199208172284\n",
      "cn-bank/customer-list",
    ],
    [
      "two labels on a row",
      "姓名|欧阳静|性别|女\n身份证号|440308199001152170|联系电话|13682645189\n银行卡号|6217000010001234569|受理编号|2024063000012\n",
      "cn-bank/person-four-elements",
    ],
    ["names of fields, with their kinds", "字段,类型,说明\n姓名,文本,必填\n身份证号,文本,必填\n手机号,文本,选填\n", undefined],
    ["what is no list of people", "指标,一季度,二季度\n存款余额,100,200\n贷款余额,80,90\n客户号,1,2\n", undefined],
  ])("is as it stands with %s", async (_what, content, ruleId) => {
    expect(groupsOf(await examine("a.csv", content)).map(([id]) => id)).toEqual(ruleId === undefined ? [] : [ruleId]);
  });

  const printed = (page: number): string =>
    `\f          某某银行 逾期清单   第 ${page} 页\n${"-".repeat(80)}\n 客户名称      证件号码              贷款账号               逾期本金\n${"-".repeat(80)}\n${people
      .map(([name, id]) => ` ${name}        ${id}    3301040160001234${page}67   ${" ".repeat(6)}88.00\n`)
      .join("")}${"-".repeat(80)}\n 本页小计: 3 笔\n`;

  it("is known where a host printed it, with the pages' repeated headings as one", async () => {
    const { matches, subjects } = await examine("rpt.txt", `${printed(1)}${printed(2)}`);
    const [table] = matches;
    expect([table?.ruleId, table?.group?.rows, table?.group?.parts.map(({ header }) => header), subjects.length]).toEqual([
      "cn-bank/credit-list",
      { count: 6, first: 5, last: 16 },
      ["", "逾期本金"],
      3,
    ]);
    const [name] = matches.filter(({ infoType }) => infoType === "PERSON_NAME");
    expect(name?.location).toEqual({ kind: "line", line: 5, column: 2 });
  });

  it.each([
    [
      "a card and a telephone right behind it",
      (id: string, card: string, mobile: string, at: number) => `D0000000${at}${id}${card.padEnd(19)}${mobile}00000000066106820240630`,
    ],
    [
      "a name before it, a code of the kind of document between",
      (id: string, card: string, mobile: string, at: number) =>
        `0101${"欧阳静".padEnd(10)}01${id}${card.padEnd(19)}${mobile}   CNY00000000${at}000`,
    ],
  ])("is known where its records have a fixed width: %s", async (_what, record) => {
    const rows = Array.from({ length: 12 }, (_, at) =>
      record(residentId(at), people[at % 3]?.[2] ?? "", `1${[3, 5, 8][at % 3]}${at % 2 === 0 ? 6 : 8}8264${5100 + at}`, at % 10),
    );
    const { matches, subjects } = await examine("d.dat", `H2024063000000012\n${rows.join("\n")}\nT00000012\n`);
    const found = (type: string): number => matches.filter(({ infoType, group }) => infoType === type && group === undefined).length;
    expect([found("CN_RESIDENT_ID"), found("BANK_CARD"), found("CN_MOBILE"), subjects.length]).toEqual([12, 12, 12, 12]);
    const first = matches.find(({ infoType, group }) => infoType === "CN_RESIDENT_ID" && group === undefined);
    expect(first?.location).toEqual({ kind: "line", line: 2, column: (rows[0]?.indexOf(residentId(0)) ?? 0) + 1 });
  });

  it("is none where a number of nineteen digits, or the same line again and again, holds what has a check digit", async () => {
    // The first eighteen digits are right for a card by chance.
    const line = "客户 13800138000 于 2024 年存入账号 6222021234567890123 元";
    for (const rows of [Array.from({ length: 30 }, () => line), Array.from({ length: 30 }, () => line.replace("0123", "012399"))]) {
      const { matches } = await examine("d.txt", `${rows.join("\n")}\n`);
      expect(matches.filter(({ location, masked }) => location.kind !== "line" || masked === "622202********9012")).toEqual([]);
    }
    const accounts = Array.from({ length: 30 }, (_, at) => `存入账号 62220212345678${String(1000 + 37 * at).padStart(5, "0")} 元`);
    const { matches } = await examine("d.txt", `${accounts.join("\n")}\n`);
    expect(matches.filter(({ infoType }) => infoType === "BANK_ACCOUNT").length).toBeGreaterThan(20);
  });

  it("is none where digits of one width only look like records", async () => {
    const rows = Array.from(
      { length: 30 },
      (_, at) => `20240630${String(10_000_000_000_000 + at * 7_919_000_017)}8800${String(900_000 - at)}${"0".repeat(12)}`,
    );
    expect((await examine("d.dat", `${rows.join("\n")}\n`)).matches).toEqual([]);
  });

  it.each([
    ["two columns a character", "姓 名      身份证号码          手机号\n"],
    ["one column a character", "姓 名            身份证号码               手机号\n"],
    ["tabs", "姓 名\t身份证号码\t手机号\n"],
  ])("is known where its cells are aligned by %s, with names in single characters", async (what, head) => {
    const rows = people.map(([name, id, , mobile]) =>
      what === "tabs"
        ? `${[...name].join(" ")}\t${id}\t${mobile}`
        : `${[...name].join(" ")}   ${what.startsWith("one") ? "         " : ""}${id}  ${mobile}`,
    );
    const { matches } = await examine("a.txt", `${head}${rows.join("\n")}\n`);
    expect(matches[0]?.ruleId).toBe("cn-bank/three-elements");
    expect(matches.filter(({ infoType }) => infoType === "PERSON_NAME").length).toBe(3);
  });

  it("reads a cell that goes on over lines as what it is, and no row of its own", async () => {
    const rows = people.map(([name, id, , mobile]) => `${name},${mobile},"客户表示\n近期购房，\n证件${id}已登记"`).join("\n");
    const { matches } = await examine("a.csv", `客户姓名,联系电话,回访记录\n${rows}\n`);
    expect(matches[0]?.ruleId).toBe("cn-bank/customer-list");
    expect(matches.filter(({ infoType }) => infoType === "CN_RESIDENT_ID").map(({ confidence }) => confidence)).toEqual([
      "high",
      "high",
      "high",
    ]);
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
