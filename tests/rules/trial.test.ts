import { describe, expect, it } from "vitest";
import type { Examination } from "../../src/model/finding.ts";
import { openEntryBench } from "./support/entry.ts";

const examine = await openEntryBench();

const people = [
  ["欧阳静", "440308199001152170", "6217000010001234569", "13682645189"],
  ["黄晓红", "320106198512034023", "6225881234567898", "15921877043"],
  ["周建国", "330106199208172284", "6222021001116245702", "18975521036"],
] as const;

/** Of a file the groups and how many single findings of each type at medium confidence or above, without samples and advisories. */
function told({ matches }: Examination): { readonly groups: readonly string[]; readonly found: Readonly<Record<string, number>> } {
  const sure = matches.filter(
    ({ confidence, sample, ruleId }) => confidence !== "low" && !sample && !/^(?:advisory|cn-secret\/unmarked)/.test(ruleId),
  );
  const found: Record<string, number> = {};
  for (const { infoType, group } of sure) if (group === undefined) found[infoType] = (found[infoType] ?? 0) + 1;
  return { groups: sure.filter(({ group }) => group !== undefined && group.kind !== "entry").map(({ ruleId }) => ruleId), found };
}

const three = { CN_RESIDENT_ID: 3, CN_MOBILE: 3, PERSON_NAME: 3 };

/** Documents as people of a bank write them, and what was expected of each before it was scanned. */
describe("what a trial of documents showed stays found", () => {
  it.each<[string, string, string, readonly string[], Readonly<Record<string, number>>]>([
    [
      "what SQL*Plus prints",
      "a.txt",
      `SQL> select * from t_cust;\n\nCUST_NM              CERT_NO            MOBILE     \n${"-".repeat(20)} ${"-".repeat(18)} ${"-".repeat(11)}\n${people.map(([name, id, , mobile]) => `${name}${" ".repeat(14)} ${id} ${mobile}`).join("\n")}\n\n3 rows selected.\n`,
      ["cn-bank/three-elements"],
      three,
    ],
    [
      "what mysql prints with \\G",
      "a.txt",
      people
        .map(
          ([name, id, , mobile], at) =>
            `*************************** ${at + 1}. row ***************************\n  cust_name: ${name}\n    cert_no: ${id}\n     mobile: ${mobile}\n`,
        )
        .join(""),
      ["cn-bank/person-elements"],
      three,
    ],
    [
      "two people in a chat, messages apart by empty lines",
      "chat.txt",
      people
        .slice(0, 2)
        .map(([name, id, , mobile]) => `2024-05-08 09:12 张经理\n姓名${name}，身份证${id}\n\n2024-05-08 09:13 张经理\n电话${mobile}\n`)
        .join("\n"),
      ["cn-bank/person-elements", "cn-bank/person-elements"],
      { CN_RESIDENT_ID: 2, CN_MOBILE: 2, PERSON_NAME: 2 },
    ],
    [
      "a form of two columns in Markdown",
      "complaint.md",
      "| 项目 | 内容 |\n|---|---|\n| 投诉人 | 欧阳静 |\n| 证件号 | 440308199001152170 |\n| 联系方式 | 13682645189 |\n| 邮箱 | jing1990@163.com |\n",
      ["cn-bank/person-elements"],
      { CN_RESIDENT_ID: 1, CN_MOBILE: 1, PERSON_NAME: 1, EMAIL: 1 },
    ],
    [
      "settings with passwords and keys",
      "app.properties",
      "spring.datasource.username=cust\nspring.datasource.password=Cust_8842$x\nsms.gateway.secret=7f3bA9zQ20pLmN\n",
      [],
      { PASSWORD: 1, SECRET_KEY: 1 },
    ],
    [
      "codes of vaults in a note",
      "handover.txt",
      "交接清单\n门禁密码：583920#\n保险柜密码 右4圈37-左3圈52-右2圈18\n",
      [],
      { BANK_SECURITY_CODE: 2 },
    ],
  ])("%s", async (_what, name, content, groups, found) => {
    expect(told(await examine(name, content))).toEqual({ groups, found });
  });

  it.each([
    [
      "a timetable",
      "车次      始发站      终到站      发车    到达\nG7311     杭州东      上海虹桥    08:12   09:20\nG7313     杭州东      上海虹桥    08:42   09:50\n",
    ],
    [
      "a list of files",
      "-rw-r--r--  1 root  root   293847561  May  8 09:12  backup-20240501.tar.gz\n-rw-r--r--  1 root  root   193847561  May  8 09:12  backup-20240502.tar.gz\n",
    ],
    [
      "goods with their codes",
      "商品名称            条码              单价      库存\n黄瓜                6901028075763     3.50      12\n白糖                6921168509256     3.50      12\n",
    ],
    [
      "a ledger of subjects",
      "科目号        科目名称            借方            贷方\n------------------------------------------------------------\n1293847561    存放同业            88.00           12.00\n1093847562    贷款                9.00            100.00\n",
    ],
    [
      "names of fields",
      "字段名,中文名,类型,长度\nCUST_NM,客户姓名,VARCHAR2,60\nCERT_NO,证件号码,VARCHAR2,20\nMOBILE,手机号码,VARCHAR2,11\n",
    ],
    [
      "shops with their managers",
      "门店名称,店长,地址\n文三路店,王芳,浙江省杭州市西湖区文三路199号\n庆春路店,李强,浙江省杭州市江干区庆春路88号\n莫干山路店,赵敏,浙江省杭州市拱墅区莫干山路12号\n",
    ],
    ["faults of machines", "设备名称,责任人,故障诊断\nATM01,王芳,读卡器卡卡\nATM02,李强,打印机缺纸\nATM03,赵敏,网络中断\n"],
    [
      "a figure by year",
      "指标,2021,2022\n存款余额,120000000000,130000000000\n贷款余额,90000000000,95000000000\n客户号,120001234567,130001234567\n",
    ],
  ])("%s gives nothing", async (_what, content) => {
    const { matches } = await examine("a.csv", content);
    expect(matches.filter(({ severity, confidence }) => confidence !== "low" && severity !== "low" && severity !== "info")).toEqual([]);
  });
});
