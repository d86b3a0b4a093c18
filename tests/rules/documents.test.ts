import { describe, expect, it } from "vitest";
import { openEntryBench } from "./support/entry.ts";

const examine = await openEntryBench();

interface Person {
  readonly name: string;
  readonly id: string;
  readonly card: string;
  readonly mobile: string;
}

/** Nobody: the numbers were made by the standards' text. */
const people: readonly [Person, Person, Person, Person, Person, Person] = [
  { name: "黄志强", id: "440304198802173158", card: "6217003240011223347", mobile: "13823456718" },
  { name: "欧阳静怡", id: "31010419910506724X", card: "6228480031123456787", mobile: "15900817263" },
  { name: "林晓燕", id: "350203197911131266", card: "6222021402017788123", mobile: "18650123947" },
  { name: "王建军", id: "110105196608294538", card: "6212260200033445566", mobile: "13701128834" },
  { name: "赵雅琴", id: "510107199301302485", card: "6216612010009876546", mobile: "18980456721" },
  { name: "刘振华", id: "420106198507198377", card: "6230520090011225561", mobile: "13971054482" },
];
const [a, b, c, d, e] = people;

function rows(count: number, row: (person: Person, index: number) => string): string {
  return people.slice(0, count).map(row).join("\n");
}

/** What a bank's offices hold, written with what must be found in it before it was run: infoTypes at medium confidence or above, or nothing. */
const documents: readonly { readonly id: string; readonly name?: string; readonly text: string; readonly holds: readonly string[] }[] = [
  // core-banking exports
  {
    id: "core1",
    name: "CUSTINFO_20240301.txt",
    text: rows(6, (p, i) => `0000${i + 1}|${p.name}|01|${p.id}|${p.mobile}|20240301`) + "\n",
    holds: ["CN_RESIDENT_ID", "CN_MOBILE", "PERSON_NAME"],
  },
  {
    id: "core2",
    name: "ACCT.del",
    text: rows(6, (p, i) => `"${p.card}","${p.name}","01","${p.id}",+0000012${i}45.60,"CNY"`) + "\n",
    holds: ["BANK_CARD", "CN_RESIDENT_ID", "PERSON_NAME"],
  },
  {
    id: "core3",
    name: "list.txt",
    text:
      `CUST_NO    CUST_NM      CERT_NO             MOBILE_NO\n---------- ------------ ------------------- -----------\n` +
      rows(5, (p, i) => `100000000${i} ${p.name}       ${p.id}  ${p.mobile}`) +
      "\n\n5 rows selected.\n",
    holds: ["CN_RESIDENT_ID", "CN_MOBILE", "PERSON_NAME"],
  },
  {
    id: "core4",
    name: "unl.txt",
    text: rows(5, (p, i) => `100${i}|${p.name}|${p.card}|${i}200.00|A|`) + "\n",
    holds: ["BANK_CARD", "PERSON_NAME"],
  },
  {
    id: "core5",
    name: "trace.log",
    text: `20240301102201 [TX2301] REQ {CUSTNM=${a.name};CERTNO=${a.id};ACCTNO=${a.card};AMT=100.00}\n20240301102202 [TX2301] RSP {RETCODE=0000;SEQ=2024030110220100012345}\n`,
    holds: ["CN_RESIDENT_ID", "BANK_CARD", "PERSON_NAME"],
  },
  {
    id: "core6",
    name: "resp.xml",
    text: `<?xml version="1.0" encoding="UTF-8"?><Service><Body><CLIENT_NAME>${a.name}</CLIENT_NAME><GLOBAL_ID>${a.id}</GLOBAL_ID><BASE_ACCT_NO>${a.card}</BASE_ACCT_NO><MOBILE_NO>${a.mobile}</MOBILE_NO></Body></Service>`,
    holds: ["CN_RESIDENT_ID", "BANK_CARD", "CN_MOBILE", "PERSON_NAME"],
  },
  {
    id: "core7",
    name: "8583.txt",
    text: `F002: ${a.card}\nF004: 000000010000\nF014: 2908\nF035: ${a.card}=29082010000000\nF037: 240301102201\nF041: 12345678\n`,
    holds: ["BANK_CARD", "CARD_TRACK"],
  },
  {
    id: "core8",
    name: "eod.txt",
    text: `日终批处理报告\n交易总笔数:120345  总金额:98,765,432.10\n机构号 0101 柜员号 010123 流水号 20240301000123456789\n对账不平笔数:0\n`,
    holds: [],
  },
  // credit
  {
    id: "cr1",
    text: `个人贷款调查报告\n一、借款人基本情况\n借款人${a.name}，男，身份证号码${a.id}，现住深圳市福田区红荔路1001号银盛大厦7栋1203室，联系电话${a.mobile}。\n配偶${b.name}，身份证号码${b.id}。\n二、还款来源\n月收入25000元。\n`,
    holds: ["CN_RESIDENT_ID", "CN_MOBILE", "ADDRESS", "PERSON_NAME"],
  },
  {
    id: "cr2",
    name: "tz.csv",
    text:
      `合同编号,借款人,证件号码,贷款余额,五级分类,逾期天数\n` +
      rows(4, (p, i) => `HT2024${i}001,${p.name},${p.id},${i + 1}00000.00,关注,${i * 30}`) +
      "\n",
    holds: ["CREDIT_LIST", "CN_RESIDENT_ID"],
  },
  {
    id: "cr3",
    text: `授信审批意见书\n申请人：深圳市某某商贸有限公司（统一社会信用代码 91440300MA5DA1B2CC）\n授信额度：2000万元，担保方式：保证，保证人${a.name}（身份证${a.id}）\n`,
    holds: ["CN_RESIDENT_ID", "CN_USCC"],
  },
  {
    id: "cr4",
    text: `贷后检查表\n客户名称\t${a.name}\n证件号码\t${a.id}\n贷款账号\t44050158003600001234\n五级分类\t次级\n检查结论\t逾期91天，建议催收\n`,
    holds: ["CN_RESIDENT_ID", "BANK_ACCOUNT"],
  },
  {
    id: "cr5",
    text: `催收记录\n2024-03-01 拨打${a.mobile}，借款人${a.name}本人接听，承诺3月5日前还款。\n2024-03-06 未还，拨打紧急联系人${b.name} ${b.mobile}。\n`,
    holds: ["CN_MOBILE", "PERSON_NAME"],
  },
  {
    id: "cr6",
    text: `信贷管理办法\n第一条 借款人应当提供身份证、收入证明。\n第二条 五级分类为正常、关注、次级、可疑、损失。\n第三条 本办法自2024年3月1日起施行。\n`,
    holds: [],
  },
  {
    id: "cr7",
    name: "cal.csv",
    text: `期数,应还本金,应还利息,剩余本金\n1,1000.00,45.20,119000.00\n2,1000.00,44.80,118000.00\n3,1000.00,44.40,117000.00\n`,
    holds: [],
  },
  {
    id: "cr8",
    text: `抵押物清单\n房产证号：粤（2019）深圳市不动产权第0012345号\n坐落：深圳市南山区科技园路18号2栋1501\n权利人：${c.name}\n共有情况：单独所有\n`,
    holds: ["PERSON_NAME", "ADDRESS"],
  },
  // AML
  {
    id: "aml1",
    text: `重点可疑交易报告\n报告编号：KY2024030001\n可疑主体：${a.name}\n证件号码：${a.id}\n可疑特征：短期内资金分散转入、集中转出\n`,
    holds: ["INSPECTION_MATERIAL", "CN_RESIDENT_ID"],
  },
  {
    id: "aml2",
    name: "dae.csv",
    text:
      `客户名称,证件号码,账号,交易日期,交易金额,大额交易\n` +
      rows(4, (p, i) => `${p.name},${p.id},${p.card},2024-03-0${i + 1},${i + 5}00000.00,是`) +
      "\n",
    holds: ["AML_LIST|FOUR_ELEMENTS_LIST|TRANSACTION_LEDGER"],
  },
  {
    id: "aml3",
    text: `关于客户${a.name}涉嫌洗钱的情况说明\n该客户身份证号${a.id}，名下卡号${a.card}，2024年3月共发生交易128笔。\n`,
    holds: ["AML_LIST", "CN_RESIDENT_ID", "BANK_CARD"],
  },
  {
    id: "aml4",
    text: `反洗钱培训材料\n什么是可疑交易？短期内资金分散转入、集中转出的，应当报告。\n思考题：哪些情形应上报可疑交易？\n`,
    holds: [],
  },
  { id: "aml5", text: `反洗钱工作年度总结\n全年上报可疑交易报告36份，大额交易12345笔，组织培训4次。\n`, holds: [] },
  {
    id: "aml6",
    text: `协查函\n某某银行：\n请协助查询${a.name}（身份证号：${a.id}）在你行开立的账户（账号${a.card}）自2023年1月1日起的交易明细。\n经办人：${b.name} 联系电话：0755-83172946\n`,
    holds: ["CN_RESIDENT_ID", "BANK_CARD|BANK_ACCOUNT", "PERSON_NAME"],
  },
  // 客户经理 notes
  {
    id: "cm1",
    text: `3.1 拜访笔记\n- ${a.name} ${a.mobile} 有200万到期，意向私募\n- ${b.name} ${b.mobile} 想办大额存单\n- ${c.name} ${c.mobile} 下周来行\n`,
    holds: ["CN_MOBILE"],
  },
  {
    id: "cm2",
    name: "客户.csv",
    text: `客户姓名,电话,AUM(万),等级,跟进情况\n` + rows(4, (p, i) => `${p.name},${p.mobile},${i * 100 + 50},钻石,已约`) + "\n",
    holds: ["CUSTOMER_LIST|MARKETING_LIST|FINANCIAL_LIST", "CN_MOBILE", "PERSON_NAME"],
  },
  { id: "cm3", text: `张总您好，您的理财经理小李为您服务，本月新发产品年化3.2%，详询95588。\n`, holds: [] },
  { id: "cm4", text: `今天业绩：存款新增500万，保险20万，信用卡12张。明天继续加油！\n`, holds: [] },
  {
    id: "cm5",
    text: `王姐 身份证 ${d.id} 卡 ${d.card} 帮她把手机号改成${e.mobile}\n`,
    holds: ["CN_RESIDENT_ID", "BANK_CARD", "CN_MOBILE"],
  },
  { id: "cm6", text: `待办：\n1）给${a.name}（尾号${a.card.slice(-4)}）送礼品\n2）行里开会\n`, holds: [] },
  // wechat export
  {
    id: "wx1",
    text: `2024-03-01 10:22:01 柜面-小陈\n身份证拍好了，号码${a.id}，卡号是${a.card.replace(/(\d{4})(?=\d)/g, "$1 ")}\n\n2024-03-01 10:23:15 主管\n收到\n`,
    holds: ["CN_RESIDENT_ID", "BANK_CARD"],
  },
  {
    id: "wx2",
    text: `[2024/3/1 10:22] 李主任: 名单发一下\n[2024/3/1 10:23] 小王: ${a.name}，${a.mobile}；${b.name}，${b.mobile}；${c.name}，${c.mobile}\n`,
    holds: ["CN_MOBILE"],
  },
  { id: "wx3", text: `A: 在吗\nB: 在的\nA: 密码发我\nB: 柜员号010123 密码Hx#72kq9\n`, holds: ["PASSWORD"] },
  { id: "wx4", text: `群公告：明早8:30晨会，地点三楼会议室。收到请回复。腾讯会议号：123-456-789\n`, holds: [] },
  {
    id: "wx5",
    text: `客户发来：我叫${e.name}，手机${e.mobile}，住成都市武侯区人民南路四段12号3单元502\n`,
    holds: ["CN_MOBILE", "ADDRESS", "PERSON_NAME"],
  },
  // sheet pasted to mail
  {
    id: "ml1",
    name: "m.eml",
    text: `From: li@bank.example.com.cn\nTo: wang@bank.example.com.cn\nSubject: =?utf-8?B?5ZCN5Y2V?=\nContent-Type: text/plain; charset=utf-8\n\n王经理：\n名单如下，请查收。\n姓名\t身份证号\t手机号\n${rows(4, (p) => `${p.name}\t${p.id}\t${p.mobile}`)}\n谢谢！\n`,
    holds: ["PERSON_ELEMENTS", "CN_RESIDENT_ID"],
  },
  {
    id: "ml2",
    name: "m.eml",
    text: `From: li@a.cn\nTo: w@a.cn\nSubject: list\nContent-Type: text/plain; charset=utf-8\n\n序号 姓名 卡号 金额\n${rows(4, (p, i) => `${i + 1} ${p.name} ${p.card} ${i + 1}000.00`)}\n`,
    holds: ["BANK_CARD", "PERSON_NAME"],
  },
  {
    id: "ml3",
    name: "m.html",
    text: `<html><body><table><tr><td>客户名称</td><td>账号</td><td>余额</td></tr>${people
      .slice(0, 4)
      .map((p, i) => `<tr><td>${p.name}</td><td>44050158003600${1000 + i}</td><td>${i + 1}2000.50</td></tr>`)
      .join("")}</table></body></html>`,
    holds: ["FINANCIAL_LIST", "BANK_ACCOUNT", "PERSON_NAME"],
  },
  {
    id: "ml4",
    name: "m.eml",
    text: `From: a@a.cn\nTo: b@a.cn\nSubject: notice\nContent-Type: text/plain; charset=utf-8\n\nThe system will be down for maintenance at 22:00 on 2024-03-01. Ticket INC0012345678901.\n`,
    holds: [],
  },
  // 会议纪要
  {
    id: "mt1",
    text: `内部资料 注意保管\n\n某某银行行长办公会会议纪要\n〔2024〕3号\n时间：2024年3月1日\n出席：${a.name}、${b.name}\n`,
    holds: ["INTERNAL_MARK"],
  },
  { id: "mt2", text: `工作秘密★3年\n\n专题会议纪要\n时间：2024年3月1日\n`, holds: ["INTERNAL_MARK"] },
  {
    id: "mt3",
    text: `保密工作领导小组会议纪要\n会议强调，要严格执行保密制度，涉及国家秘密的文件按绝密、机密、秘密三级管理。\n`,
    holds: [],
  },
  { id: "mt4", text: `秘密\n某某分行党委会纪要\n第5期\n议题一：人事事项\n`, holds: ["STATE_SECRET_MARK"] },
  { id: "mt5", text: `会议纪要（讨论稿）\n核心商密▲3年\n一、关于并购事项\n`, holds: ["COMMERCIAL_SECRET_MARK"] },
  // 红头文件
  {
    id: "rd1",
    text: `000012\n机密★5年\n特急\n\n中国某某银行文件\n某银发〔2024〕21号\n\n关于做好守库押运工作的通知\n\n各分行：\n现通知如下。\n`,
    holds: ["STATE_SECRET_MARK"],
  },
  { id: "rd2", text: `                              秘密★1年\n\n某某银行办公室\n关于报送风险排查情况的函\n`, holds: ["STATE_SECRET_MARK"] },
  {
    id: "rd3",
    text: `中国某某银行文件\n某银发〔2024〕22号\n关于印发《保密管理办法》的通知\n各分行：\n第三条 国家秘密载体应当标明密级，如“机密★10年”。\n`,
    holds: [],
  },
  { id: "rd4", text: `（此件公开发布）\n国办发〔2024〕1号\n关于优化服务的意见\n`, holds: [] },
  { id: "rd5", text: `绝密\n\n金库守卫方案\n一、岗位设置\n`, holds: ["STATE_SECRET_MARK"] },
  { id: "rd6", text: `密级：秘密\n期限：3年\n份号：0008\n某分行反恐预案\n`, holds: ["STATE_SECRET_MARK"] },
  { id: "rd7", text: `密级：公开\n某分行服务公约\n`, holds: [] },
  { id: "rd8", text: `文件传阅单\n文号：某银发〔2024〕21号\n密级：机密\n传阅人签字：\n`, holds: ["STATE_SECRET_MARK"] },
  // English
  {
    id: "en1",
    text: `Dear Mr. Huang,\nPlease remit USD 12,000.00 to:\nBeneficiary: Shenzhen XX Trading Co., Ltd.\nA/C No.: 44050158003600001234\nBank: China Construction Bank, Shenzhen Branch\nSWIFT: PCBCCNBJSZX\n`,
    holds: ["BANK_ACCOUNT", "BANK_ROUTING"],
  },
  {
    id: "en2",
    text: `Customer: Zhang Wei\nPassport No: E12345671\nMobile: +86 138 2345 6719\nDOB: 1988-02-17\n`,
    holds: ["PASSPORT", "CN_MOBILE"],
  },
  { id: "en3", text: `STRICTLY CONFIDENTIAL\n\nProject Falcon - Valuation Memo\n`, holds: ["CORPORATE_MARK"] },
  {
    id: "en4",
    text: `This e-mail and any attachments are confidential and may be legally privileged. If you are not the intended recipient, please delete it.\n`,
    holds: [],
  },
  {
    id: "en5",
    text: `KYC form\nFull name: Li Xiaoming\nID card no.: ${b.id}\nAccount number: ${b.card}\n`,
    holds: ["CN_RESIDENT_ID", "BANK_CARD|BANK_ACCOUNT"],
  },
  { id: "en6", text: `IBAN: DE75512108001245126199\nBIC: SOGEDEFFXXX\n`, holds: ["IBAN"] },
  { id: "en7", text: `Invoice No. 20240301000123456789\nOrder 6222021001116245703\nTracking SF1234567890123\n`, holds: [] },
  // IT
  {
    id: "it1",
    name: "application.yml",
    text: `spring:\n  datasource:\n    url: jdbc:oracle:thin:@10.1.2.3:1521/ORCL\n    username: core_app\n    password: Zx!93kd2Lq\n`,
    holds: ["PASSWORD"],
  },
  { id: "it2", text: `系统账号交接单\n系统：信贷管理系统\n管理员账号：loan_admin\n初始密码：Qw!2890zK\n`, holds: ["PASSWORD"] },
  {
    id: "it3",
    name: "deploy.sh",
    text: `#!/bin/bash\nexport DB_PASS=$(vault read -field=pass secret/db)\nmysql -u root -p"$DB_PASS" < init.sql\n`,
    holds: [],
  },
  {
    id: "it4",
    name: "schema.sql",
    text: `CREATE TABLE cust (cust_name varchar(60), cert_no char(18), mobile_no char(11));\nCOMMENT ON COLUMN cust.cert_no IS '身份证号';\n`,
    holds: [],
  },
  {
    id: "it5",
    name: "data.sql",
    text: `INSERT INTO cust (cust_name, cert_no, mobile_no) VALUES\n${people
      .slice(0, 4)
      .map((p) => `('${p.name}','${p.id}','${p.mobile}')`)
      .join(",\n")};\n`,
    holds: ["THREE_ELEMENTS_LIST", "CN_RESIDENT_ID", "PERSON_NAME"],
  },
  {
    id: "it6",
    name: "test.py",
    text: `def test_id():\n    assert check("11010519491231002X")\n    assert not check("110105194912310021")\n`,
    holds: [],
  },
  { id: "it7", text: `ATM 装机信息\nATM编号：A0001234\n保险柜密码：36-72-15\n`, holds: ["BANK_SECURITY_CODE"] },
  // branch office
  {
    id: "br1",
    text: `重要空白凭证交接登记簿\n日期 凭证种类 起号 止号 交出人 接收人\n3.1 借记卡 00012001 00012100 ${a.name} ${b.name}\n`,
    holds: [],
  },
  { id: "br2", text: `员工通讯录\n${rows(5, (p) => `${p.name}  零售部  ${p.mobile}`)}\n`, holds: ["CN_MOBILE"] },
  {
    id: "br3",
    text: `预约取款登记\n姓名：${a.name}　证件号：${a.id}　金额：20万　电话：${a.mobile}\n`,
    holds: ["CN_RESIDENT_ID", "CN_MOBILE", "PERSON_NAME"],
  },
  { id: "br4", text: `值班表\n3月1日 带班领导：${a.name}　值班员：${b.name}\n3月2日 带班领导：${c.name}　值班员：${d.name}\n`, holds: [] },
  {
    id: "br5",
    text: `代发工资清单\n单位：某某厂\n${rows(5, (p, i) => `${String(i + 1).padStart(3, "0")} ${p.card} ${p.name} ${5000 + i * 100}.00`)}\n合计 27,500.00\n`,
    holds: ["BANK_CARD"],
  },
  {
    id: "br6",
    text: `银行本票申请书\n申请人：某某贸易有限公司\n账号：44050158003600001234\n收款人：${b.name}\n金额：人民币壹万元整\n`,
    holds: ["BANK_ACCOUNT", "PERSON_NAME"],
  },
  { id: "br7", text: `温馨提示：请勿向他人泄露银行卡密码、验证码。客服热线95533。\n`, holds: [] },
  {
    id: "br8",
    text: `房屋租赁合同\n出租人：${c.name}，身份证：${c.id}\n承租人：${d.name}，身份证：${d.id}\n房屋坐落：厦门市思明区湖滨南路88号5单元601室\n`,
    holds: ["CN_RESIDENT_ID", "PERSON_NAME", "ADDRESS"],
  },
  // auditor
  {
    id: "au1",
    text: `审计抽样底稿（未公开）\n样本1：${a.name}，${a.id}，贷款50万元，资料缺失。\n`,
    holds: ["INSPECTION_MATERIAL", "CN_RESIDENT_ID"],
  },
  {
    id: "au2",
    name: "s.csv",
    text:
      `样本号,户名,账号,发生额,对方户名,交易日期\n` +
      rows(4, (p, i) => `S${i},${p.name},44050158003600${1000 + i},${i + 1}0000.00,${(people[(i + 1) % 6] ?? a).name},2024-03-0${i + 1}`) +
      "\n",
    holds: ["TRANSACTION_LEDGER|FINANCIAL_LIST", "BANK_ACCOUNT"],
  },
  { id: "au3", text: `内部审计章程\n第一条 审计人员应当保守商业秘密和个人隐私。\n第二条 审计底稿保存十年。\n`, holds: [] },
];

describe("documents of a bank", () => {
  it.each(documents)("$id holds $holds", async ({ name = "note.txt", text, holds }) => {
    const { matches } = await examine(name, text);
    const found = matches.filter(({ confidence }) => confidence !== "low");
    const serious = found.filter(({ severity }) => severity !== "info" && severity !== "low").map(({ ruleId }) => ruleId);
    if (holds.length === 0) expect(serious).toEqual([]);
    for (const types of holds)
      expect(found.map(({ infoType }) => infoType).filter((infoType) => types.split("|").includes(infoType))).not.toEqual([]);
  });
});
