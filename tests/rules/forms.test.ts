import { describe, expect, it } from "vitest";
import type { Examination } from "../../src/model/finding.ts";
import { openEntryBench } from "./support/entry.ts";

const examine = await openEntryBench();

const people = [
  ["欧阳静", "440308199001152170", "6217000010001234569", "13682645189"],
  ["黄晓红", "320106198512034023", "6225881234567898", "15921877043"],
  ["周建国", "330106199208172284", "6222021001116245702", "18975521036"],
  ["林志明", "510107197805301137", "6226600987654326", "13510276684"],
  ["陈雅文", "610104196209276908", "6212260200033445566", "18650123947"],
] as const;

type Person = (typeof people)[number];

const forms = (one: (person: Person, index: number) => string): string => people.map(one).join("\n\n");

function groups({ matches }: Examination): readonly (readonly [string, string, number | undefined, number])[] {
  return matches.flatMap(({ ruleId, masked, group }) =>
    group === undefined || group.kind === "entry" ? [] : [[ruleId, masked, group.rows?.count, group.subjects] as const],
  );
}

describe("labels and values under each other", () => {
  it.each([
    ["names and identity numbers", ([name, id]: Person) => `姓名：${name}\n身份证号：${id}`, "cn-bank/customer-list", "姓名、身份证号"],
    ["names and accounts", ([name], index) => `户名：${name}\n账号：44050158003600${1000 + index}`, "cn-bank/customer-list", "户名、账号"],
    ["keys of a program", ([name, , , mobile]) => `custName=${name}\nmobile=${mobile}`, "cn-bank/customer-list", "custName、mobile"],
    [
      "balances, which no rule reads",
      ([name, , card], index) => `姓名：${name}\n卡号：${card}\n余额：${1000 + 7 * index}.50`,
      "cn-bank/financial-list",
      "姓名、卡号、余额",
    ],
    [
      "grades of loans",
      ([name, id], index) => `借款人姓名：${name}\n身份证号：${id}\n五级分类：${index % 2 === 0 ? "正常" : "关注"}\n逾期天数：${index}`,
      "cn-bank/credit-list",
      "身份证号、五级分类",
    ],
    [
      "what is suspicious",
      ([name], index) => `客户姓名：${name}\n账号：44050158003600${1000 + index}\n可疑特征：分散转入${index}次`,
      "cn-bank/suspicious-transactions",
      "客户姓名、可疑特征",
    ],
    [
      "transactions",
      ([name], index) =>
        `交易时间：2024-03-0${index + 1}\n付款账号：44050158003600${1000 + index}\n收款人：${name}\n交易金额：${index + 1}00.00`,
      "cn-bank/transaction-ledger",
      "付款账号、交易金额、交易时间",
    ],
  ] as const satisfies readonly (readonly [string, (person: Person, index: number) => string, string, string])[])(
    "are a table: %s",
    async (_, one, ruleId, columns) => {
      const [first, ...more] = groups(await examine("note.txt", forms(one)));
      expect([first?.[0], first?.[1], first?.[2]]).toEqual([ruleId, columns, 5]);
      expect(more).toEqual([]);
    },
  );

  it("say how many people they are about, and on which lines", async () => {
    const { matches } = await examine(
      "note.txt",
      forms(([name, id]) => `姓名：${name}\n身份证号：${id}`),
    );
    const found = matches.find(({ group }) => group !== undefined);
    expect(found?.group).toMatchObject({ rows: { count: 5, first: 1, last: 14 }, subjects: 5, kind: "table" });
    expect(matches.filter(({ within }) => within === found?.group?.id)).toHaveLength(10);
  });

  it("are a sheet with its names at the left", async () => {
    const sheet = people
      .map(([name, , , mobile], at) => `户名,${name}\n账号,44050158003600${1000 + at}\n联系手机,${mobile}\n余额,12000.50`)
      .join("\n");
    expect(groups(await examine("form.csv", sheet)).map(([ruleId]) => ruleId)).toEqual(["cn-bank/financial-list"]);
    const form = `客户信息登记表,,,\n姓名,欧阳静,性别,男\n身份证号,440308199001152170,手机号,13682645189\n银行卡号,6217000010001234569,余额,12000.50\n`;
    expect(groups(await examine("form.csv", form)).map(([ruleId]) => ruleId)).toEqual(["cn-bank/person-four-elements"]);
  });

  it("stay what they are where all elements of a person stand together", async () => {
    const text = forms(([name, id, card, mobile]) => `姓名：${name}\n身份证号：${id}\n卡号：${card}\n手机：${mobile}`);
    expect(groups(await examine("note.txt", text)).map(([ruleId, , count]) => [ruleId, count])).toEqual([
      ["cn-bank/person-four-elements", 5],
    ]);
  });

  it("are none in prose, in blank forms, in descriptions of fields, and where there are two", async () => {
    const prose = people
      .map(([name, id]) => `${name}于当日到庭应诉，其公民身份号码为${id}，住址不详，经合法传唤。`)
      .join("\n本院另查明如下事实，双方均无异议。\n");
    const blank = forms(() => "姓名：\n身份证号：\n余额：");
    const fields = "名称：姓名\n类型：字符\n说明：必填\n\n名称：身份证号\n类型：字符\n说明：必填\n\n名称：余额\n类型：数值\n说明：选填";
    const two = people
      .slice(0, 2)
      .map(([name, id]) => `姓名：${name}\n身份证号：${id}`)
      .join("\n\n");
    for (const text of [prose, blank, fields, two]) expect(groups(await examine("note.txt", text))).toEqual([]);
  });
});
