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
const [a, b, c, d, e, f] = people;

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
  // of other offices, and what only looks like it
  {
    id: "of1",
    text: `个人经营性贷款审批表\n编号：锦支贷审〔2026〕0117    单位：万元\n┌────────┬────────────┬────────┬──────────────┐\n│借款人  │${a.name}      │证件类型│身份证        │\n├────────┼────────────┼────────┼──────────────┤\n│证件号码│${a.id}      │手机    │${a.mobile}        │\n├────────┼────────────┼────────┼──────────────┤\n│配偶    │${b.name}      │配偶证件│${b.id}        │\n├────────┼────────────┼────────┼──────────────┤\n│还款账户│${a.card}      │申请金额│50.00         │\n└────────┴────────────┴────────┴──────────────┘\n调查人意见：同意。  审查人意见：同意上报。\n`,
    holds: ["PERSON_NAME", "CN_RESIDENT_ID", "CN_MOBILE", "BANK_CARD"],
  },
  {
    id: "of2",
    text: `            个人开户申请书（第二联 客户留存）\n日期 2026年03月12日    网点 0021    柜员 07731    流水 000918273\n户    名  ${c.name}\n证件种类  居民身份证        证件号码  ${c.id}\n账    号  ${c.card.replace(/(.{4})(?=.)/g, "$1 ")}\n移动电话  ${c.mobile}\n通讯地址  四川省成都市锦江区红星路三段88号7栋2单元1103室\n客户签名：__________\n`,
    holds: ["PERSON_NAME", "CN_RESIDENT_ID", "BANK_CARD", "CN_MOBILE", "ADDRESS"],
  },
  {
    id: "of3",
    name: "export.tsv",
    text: `序号\t债务人\t身份证件号\t联系方式\t逾期本金\t委外机构\n1\t${f.name}\t${f.id}\t${f.mobile}\t23,411.08\t某某资产\n2\t${a.name}\t${a.id}\t${a.mobile}\t5,020.00\t某某资产\n3\t${b.name}\t${b.id}\t${b.mobile}\t118,400.55\t某某律所\n`,
    holds: ["PERSON_NAME", "CN_RESIDENT_ID", "CN_MOBILE"],
  },
  {
    id: "of4",
    text: `【工单编号】TS202603110087\n【投诉渠道】95588\n【客户姓名】${c.name}\n【联系电话】${c.mobile}\n【证件号】${c.id}\n【问题描述】客户反映其尾号7211的借记卡（完整卡号${c.card}）于3月9日被扣年费10元，要求退还。\n【处理结果】已于3月11日退费，客户表示满意。\n`,
    holds: ["PERSON_NAME", "CN_MOBILE", "CN_RESIDENT_ID", "BANK_CARD"],
  },
  {
    id: "of5",
    text: `                     银 企 对 账 单\n单位名称：成都某某商贸有限公司\n账    号：5100 1478 6230 5150 0817\n开户行：某某银行成都高新支行\n对账日期：2026年02月28日          币种：人民币\n账户余额：1,208,331.47\n核对结果：□相符 □不符     单位公章（预留印鉴）\n`,
    holds: ["BANK_ACCOUNT"],
  },
  {
    id: "of6",
    text: `000047\n机密★5年\n特急\n\n某某市金融工作办公室文件\n\n某金办发〔2026〕12号                    签发人：某某\n\n关于做好重点时期金融安全保卫工作的通知\n\n各区（市）县金融工作部门，驻市各金融机构：\n　　为做好重点时期安全保卫，现就有关事项通知如下。\n　　一、压实责任。各单位主要负责人为第一责任人。\n某某市金融工作办公室\n2026年3月1日\n（此件发至县团级）\n抄送：市委办公室，市政府办公室。\n某某市金融工作办公室                2026年3月1日印发\n`,
    holds: ["STATE_SECRET_MARK"],
  },
  {
    id: "of7",
    text: `内部资料  会后收回\n某某分行党委会议纪要\n〔2026〕第4期\n时间：2026年3月4日  地点：三楼会议室\n主持：行长    记录：办公室\n会议研究了以下事项：\n一、关于尾箱管理。会议要求严格执行双人管理、双人交接。\n二、关于客户资料保密。会议强调机密性、完整性并重。\n`,
    holds: ["INTERNAL_MARK"],
  },
  {
    id: "of8",
    name: "export.log",
    text: `[20260305 10:22:31.118][TXN=4501][TLR=07731] REQ <ACCTNO>${b.card}</ACCTNO><IDTYP>0</IDTYP><IDNO>${b.id}</IDNO><CUSTNM>${b.name}</CUSTNM>\n[20260305 10:22:31.402][TXN=4501][TLR=07731] RSP <RETCODE>000000</RETCODE><SEQNO>202603051022310000451234</SEQNO>\n[20260305 10:22:33.000][TXN=4502] java.lang.NullPointerException at com.bank.core.Acct.find(Acct.java:118)\n`,
    holds: ["BANK_CARD", "CN_RESIDENT_ID", "PERSON_NAME"],
  },
  {
    id: "of9",
    name: "export.html",
    text: `<table><tr><td colspan=5>网点代发工资明细</td></tr>\n<tr><th>员工号</th><th>员工姓名</th><th>工资卡号</th><th>实发金额</th><th>摘要</th></tr>\n<tr><td>0012</td><td>${c.name}</td><td>${c.card}</td><td>8200.00</td><td>3月</td></tr>\n<tr><td>0013</td><td>${d.name}</td><td>${d.card}</td><td>7900.00</td><td>3月</td></tr>\n<tr><td>0015</td><td>${e.name}</td><td>${e.card}</td><td>9100.00</td><td>3月</td></tr></table>\n`,
    holds: ["PERSON_NAME", "BANK_CARD"],
  },
  {
    id: "of10",
    text: `密押员交接登记\n交出人：    接收人：    日期：2026-03-01\n编押机序号 00231\n本期密押：483920\n库房门密码：719-302-55\n2号尾箱开箱密码 860412\n`,
    holds: ["BANK_SECURITY_CODE"],
  },
  {
    id: "of11",
    text: `预 留 印 鉴 卡\n户名：成都某某商贸有限公司       账号：51001478623051500817\n启用日期：2024年5月6日     注销日期：\n印模：（财务专用章）（法定代表人名章）\n经办：   复核：   主管：\n`,
    holds: ["BANK_ACCOUNT"],
  },
  {
    id: "of12",
    text: `个人信用报告（本人版）\n报告编号：2026030411223344556677   查询时间：2026-03-04 11:22:33\n被查询者姓名：${a.name}  证件类型：身份证  证件号码：${a.id}\n查询机构：某某银行 查询原因：贷款审批\n信贷记录\n1. 2021年5月7日某某银行发放的个人住房贷款，当前逾期金额0。\n担保信息：无\n`,
    holds: ["PERSON_NAME", "CN_RESIDENT_ID"],
  },
  {
    id: "of13",
    name: "export.json",
    text: `{"reqId":"b1f2","data":{"payer":{"name":"${b.name}","certNo":"${b.id}","mobile":"${b.mobile}"},"card":{"no":"${b.card}","cvv2":"482","exp":"0928"}}}\n`,
    holds: ["PERSON_NAME", "CN_RESIDENT_ID", "CN_MOBILE", "BANK_CARD", "CARD_SECURITY"],
  },
  {
    id: "of14",
    name: "export.csv",
    text: `CUST_NM,CERT_ID,ACCT,BAL\n${c.name},${c.id},6735789945196342424,1200.50\n${d.name},${d.id},9396922298373145332,88.00\n${e.name},${e.id},1331823858684419126,33000.00\n`,
    holds: ["PERSON_NAME", "CN_RESIDENT_ID", "BANK_ACCOUNT"],
  },
  { id: "of15", text: `秘密★外宾离开前\n某代表团接待方案\n一、行程安排\n二、安保\n`, holds: ["STATE_SECRET_MARK"] },
  {
    id: "of16",
    name: "export.md",
    text: `# 网银运维手册\n## 堡垒机\n- 地址：10.8.0.12\n- 用户名：ops01\n- 密码：Bjump@2026#x\n## 数据库\n| 实例 | 账号 | 口令 |\n|---|---|---|\n| ebank1 | dbqry | Qry_88zhuo! |\n| ebank2 | dbadm | Adm$kk20Lz |\n`,
    holds: ["PASSWORD"],
  },
  {
    id: "of17",
    text: `高净值客户营销名单（请勿外传）\n姓名|年龄段|AUM(万)|手机|意向产品\n${b.name}|50+|820|${b.mobile}|保险\n${c.name}|40+|615|${c.mobile}|信托\n${d.name}|60+|1200|${d.mobile}|存款\n`,
    holds: ["PERSON_NAME", "CN_MOBILE"],
  },
  {
    id: "of18",
    text: `筛查命中清单 2026-03-05\n1) ${a.name}，证件 ${a.id}，账户 ${a.card}，命中：公安止付\n2) ${b.name}，证件 ${b.id}，账户 ${b.card}，命中：涉案账户\n`,
    holds: ["PERSON_NAME", "CN_RESIDENT_ID", "BANK_CARD"],
  },
  { id: "of19", text: `- ${f.name} ${f.mobile}\n- ${a.name} ${a.mobile}\n- ${b.name} ${b.mobile}\n`, holds: ["PERSON_NAME", "CN_MOBILE"] },
  { id: "of20", text: `1. ${c.name} ${c.card}\n2. ${d.name} ${d.card}\n3. ${e.name} ${e.card}\n`, holds: ["PERSON_NAME", "BANK_CARD"] },
  { id: "of21", text: `卡号：6222021001116245703\n钥匙管理：\n库房钥匙：A柜03号\n`, holds: ["BANK_SECURITY_CODE"] },
  { id: "of22", text: `对某某支行现场检查的初步意见（未公开，请勿外传）\n检查组于2026年3月进驻。\n`, holds: ["INSPECTION_MATERIAL"] },
  {
    id: "of23",
    name: "export.xml",
    text: `<?xml version="1.0"?><Document><Cdtr><Nm>${a.name}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>${a.card}</Id></Othr></Id></CdtrAcct><PstlAdr>x</PstlAdr></Document>\n`,
    holds: ["PERSON_NAME", "BANK_CARD"],
  },
  { id: "of24", text: `老人卡资料\n${c.name} 卡号${c.card} 取款密码：739218\n`, holds: ["PERSON_NAME", "BANK_CARD", "PASSWORD"] },
  {
    id: "of25",
    text: `银行从业资格考试真题\n一、单选题\n1. 下列属于机密级国家秘密标志的是（ ）。\nA. 机密★10年\nB. 机密10年★\nC. 秘密★20年\nD. 绝密\n2. 某客户身份证号为110101199003071234，关于该号码说法正确的是（ ）。\n答案：A`,
    holds: [],
  },
  {
    id: "of26",
    name: "export.md",
    text: `# 手册\n在“卡号”一栏输入16至19位数字，例如 6222 **** **** 1234。\n默认密码请在首次登录后修改。密码：由字母和数字组成，长度8-20位。\n联系电话：请填写11位手机号码。\n样例：\`{"idCard":"string","mobile":"string"}\`\n`,
    holds: [],
  },
  {
    id: "of27",
    name: "export.csv",
    text: `订单号,下单时间,快递单号,金额,sku\n2026030511223344551234,2026-03-05 11:22:33,SF1234567890123,12.00,6901234567892\n2026030511223344551235,2026-03-05 11:22:34,YT9876543210987,15.50,6901234567908\n`,
    holds: [],
  },
  {
    id: "of28",
    text: `某某银行客户信息保密管理办法\n第一条 为加强客户信息保密管理，制定本办法。\n第二条 本办法所称商业秘密，是指不为公众所知悉的信息。内部资料应当妥善保管，不得外传。\n第三条 金库密码由双人分管，尾箱钥匙不得单人保管。门禁密码每季度更换。\n第四条 文件应当标明密级，如“机密★10年”。\n`,
    holds: [],
  },
  {
    id: "of29",
    text: `客户信息登记表\n姓名：____________ 身份证号：□□□□□□□□□□□□□□□□□□\n卡号：____________ 手机：____________\n密级：□绝密 □机密 □秘密 □非密\n密码：__________\n`,
    holds: [],
  },
  {
    id: "of30",
    name: "export.log",
    text: `2026-03-05 00:00:01.123 INFO [http-nio-8080-exec-12] traceId=7f3a9c2e51b04d6a8e1f2a3b4c5d6e7f cost=13812345678ns seq=202603050000011234567890\n2026-03-05 00:00:02 gc pause 1583344455667 ts=1772668800123 offset=13900001111 partition=7 lag=18888888888\n`,
    holds: [],
  },
  {
    id: "of31",
    text: `保密知识培训提纲\n一、什么是国家秘密\n二、国家秘密的标志：密级★保密期限\n例如：机密★10年\n秘密★5年\n以上均为示例。\n三、泄密案例\n`,
    holds: [],
  },
  { id: "of32", text: `她在信封上写下“绝密”两个字，然后悄悄离开。\n秘密\n就这样被埋藏了二十年。\n`, holds: [] },
  {
    id: "of33",
    text: `合同编号：510104199001011234\n业务流水号：622848000000000001234\n凭证号 20260305 00012345 批次 3000012345678901\n`,
    holds: [],
  },
  {
    id: "of34",
    text: `柜员尾箱交接登记簿\n交接日期：2026-03-03   移交柜员：${a.name}   接交柜员：${b.name}   监交人：${c.name}\n现金合计：123,400.00   重要空白凭证：卡 12 张\n尾箱密码：4471#9   备用钥匙：已封存\n`,
    holds: ["PERSON_NAME", "BANK_SECURITY_CODE"],
  },
  {
    id: "of35",
    name: "export.xml",
    text: `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.02"><CdtTrfTxInf><Dbtr><Nm>${d.name}</Nm><Id><PrvtId><Othr><Id>${d.id}</Id></Othr></PrvtId></Id></Dbtr><DbtrAcct><Id><Othr><Id>${d.card}</Id></Othr></Id></DbtrAcct></CdtTrfTxInf></Document>\n`,
    holds: ["PERSON_NAME", "CN_RESIDENT_ID", "BANK_CARD"],
  },
  {
    id: "of36",
    text: `发电单位：某某  签批盖章\n等级 特急·明电  机密★1年  某发电〔2026〕5号\n关于做好值班工作的通知\n`,
    holds: ["STATE_SECRET_MARK"],
  },
  {
    id: "of37",
    name: "export.html",
    text: `<table><tr><td>文件名称</td><td>某方案</td><td>密级</td><td>机密</td></tr><tr><td>保密期限</td><td>10年</td><td>份数</td><td>3</td></tr></table>\n`,
    holds: ["STATE_SECRET_MARK"],
  },
  { id: "of38", name: "export.md", text: `---\ntitle: 某方案\n密级: 秘密\n保密期限: 5年\n---\n正文\n`, holds: ["STATE_SECRET_MARK"] },
  {
    id: "of39",
    name: "export.csv",
    text: `网点,门禁编号,开门密码,负责人\n红星支行,M01,482917,${b.name}\n高新支行,M02,730155,${a.name}\n双流支行,M03,918264,${b.name}\n`,
    holds: ["BANK_SECURITY_CODE", "PERSON_NAME"],
  },
  {
    id: "of41",
    name: "export.properties",
    text: `custName=${a.name}\ncertNo=${a.id}\nmobileNo=${a.mobile}\nacctNo=${a.card}\ntxnPwd=739482\n`,
    holds: ["PERSON_NAME", "CN_RESIDENT_ID", "CN_MOBILE", "BANK_CARD", "PASSWORD"],
  },
  { id: "of43", text: `兹证明复印件与原件一致。\n${e.name}（${e.id}）\n2026.3.5\n`, holds: ["PERSON_NAME", "CN_RESIDENT_ID"] },
  {
    id: "of44",
    name: "export.py",
    text: `CARD_RE = re.compile(r'^(62\\d{14,17}|4\\d{15})$')\nTEST_ID = '11010119900307867' + check('11010119900307867')\npassword = getpass.getpass('密码: ')\nSECRET = 'secret'\nLEVELS = ['绝密', '机密', '秘密']\n`,
    holds: [],
  },
  {
    id: "of45",
    name: "export.sql",
    text: `CREATE TABLE cust (id BIGINT, xm VARCHAR(50) COMMENT '姓名', sfzh CHAR(18) COMMENT '身份证号', pwd VARCHAR(64) COMMENT '密码');\nALTER TABLE cust ADD COLUMN secret_level VARCHAR(8) COMMENT '密级：绝密、机密、秘密';\n`,
    holds: [],
  },
  {
    id: "of46",
    text: `摘要：本文研究了保密工作中绝密、机密、秘密三级划分的历史沿革。密级：公开\n关键词：国家秘密；商业秘密；机密性\nDOI:10.13245/j.cnki.2026.03.0012345678901\n`,
    holds: [],
  },
  { id: "of47", name: "export.md", text: `# 绝密行动 攻略\n★★★★★ 难度：绝密\n任务一：机密文件★\n任务二：秘密通道\n`, holds: [] },
  {
    id: "of48",
    text: `保密承诺书\n本人承诺：不泄露国家秘密、工作秘密和商业秘密；不在互联网上处理涉密信息；\n涉密文件须标注密级（如机密★10年）。\n承诺人：________  身份证号：__________________\n`,
    holds: [],
  },
  {
    id: "of49",
    text: `目  录\n第一章 国家秘密 ........ 1\n第二章 工作秘密 ........ 5\n  一、内部资料 ......... 6\n  二、注意保管 ......... 7\n附录 密级标志样式 ...... 9\n`,
    holds: [],
  },
  {
    id: "of50",
    text: `某某银行2026年春季招聘公告\n一、招聘岗位：客户经理、柜员、保密办干事\n二、报名电话：028-86659999 联系人：人力资源部\n三、请勿轻信“内部名额”，谨防诈骗。\n`,
    holds: [],
  },
  {
    id: "of51",
    text: `问：忘记取款密码怎么办？\n答：请携带身份证到网点办理。\n问：CVV2是什么？\n答：卡片背面签名条上的后3位数字。\n问：账号和卡号有什么区别？\n答：账号一般为17至19位。\n`,
    holds: [],
  },
  {
    id: "of52",
    text: `保密自查表\n1. 是否存在涉密计算机连接互联网？ □是 □否\n2. 涉密文件是否标注密级？ □绝密 □机密 □秘密\n3. 移动存储介质编号：\n检查人：        日期：\n`,
    holds: [],
  },
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

it("gives a span to one rule, also where the rule waits for what the document is", async () => {
  const { matches } = await examine("note.txt", "库房门密码：719-302-55\n尾箱密码：4471#9\n");
  expect(matches.filter(({ group }) => group === undefined).map(({ ruleId }) => ruleId)).toEqual([
    "cn-bank/security-object",
    "cn-bank/security-object",
  ]);
});
