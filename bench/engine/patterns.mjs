import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { parse } = createRequire(import.meta.url)("yaml");

/** Patterns whose counts must equal the rule's: where they do not, the comparison is void. */
export const samePatterns = {
  "cn-pii/resident-id": String.raw`\b[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]\b`,
  "cn-bank/bank-card": String.raw`\b62[0-9]{14}(?:[0-9]{3})?\b`,
};

/**
 * What ripgrep is given: for each shipped rule that a regular expression can say, the leanest one, and the common ones beside them. ASCII
 * classes and boundaries only: ripgrep's Unicode ones take it off its automaton on Chinese text.
 */
const patterns = [
  ...Object.values(samePatterns),
  String.raw`\b[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}\b`,
  String.raw`\b[1-9][0-9]{5}[ -][0-9]{8}[ -][0-9]{3}[0-9Xx]\b`,
  String.raw`\b(?:4[0-9]{15}|5[1-5][0-9]{14}|3[47][0-9]{13}|35[0-9]{14})\b`,
  String.raw`\b[2-68-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}(?:[ -][0-9]{1,3})?\b`,
  String.raw`\b1[3-9][0-9]{9}\b`,
  String.raw`\b1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}\b`,
  String.raw`(?:\+86|0086)[ -]?1[3-9][0-9]{9}\b`,
  String.raw`\b0[1-9][0-9]{1,2}[- ][2-8][0-9]{6,7}\b`,
  String.raw`\b9[0-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}[0-9A-HJ-NPQRTUWXY]\b`,
  String.raw`\b[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b`,
  String.raw`\bE[A-HJ-NP-Z0-9][0-9]{7}\b`,
  String.raw`\b[GDSPH][0-9]{8}\b`,
  String.raw`\b[HMC][0-9]{8,10}\b`,
  String.raw`\b8[123]0000(?:19|20)[0-9]{9}[0-9Xx]\b`,
  String.raw`\b9[0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]\b`,
  String.raw`\b[A-Z][12][0-9]{8}\b`,
  String.raw`\b[A-Z]{1,2}[0-9]{6}\([0-9A]\)`,
  String.raw`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-HJ-NP-Z0-9]{5,6}\b`,
  String.raw`\b[A-HJ-NPR-Z0-9]{3}[A-HJ-NPR-Z0-9]{5}[0-9X][A-HJ-NPR-Z0-9]{2}[0-9]{6}\b`,
  String.raw`\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}\b`,
  String.raw`\b(?:SWIFT|BIC)[:= ]+[A-Z]{6}[A-Z0-9]{2,5}\b`,
  String.raw`(?:联行号|行号|CNAPS)[^0-9A-Za-z]{0,24}[1-9][0-9]{11}\b`,
  String.raw`%B[0-9]{12,19}\^`,
  String.raw`;?[0-9]{12,19}=[0-9]{7,20}\?`,
  String.raw`(?:CVV|CVC|CVN2?|安全码)[:= ]{1,3}[0-9]{3}\b`,
  String.raw`有效期[:： ]{1,6}[0-9]{2}/[0-9]{2}\b`,
  String.raw`(?:账号|帐号|存折号)[^0-9A-Za-z]{0,24}[0-9]{9,25}\b`,
  String.raw`(?:组织机构代码|机构代码)[^0-9A-Za-z]{0,24}[0-9A-Z]{8}-?[0-9X]\b`,
  String.raw`(?:税号|纳税人识别号)[^0-9A-Za-z]{0,24}[0-9A-Z]{15,20}\b`,
  String.raw`(?:护照|passport)[^0-9A-Za-z]{0,24}[A-Z0-9]{9}\b`,
  String.raw`(?:军官证|士兵证)[^0-9A-Za-z]{0,24}第?[0-9A-Z]{4,8}`,
  String.raw`(?:车架号|车辆识别代号)[^0-9A-Za-z]{0,24}[A-HJ-NPR-Z0-9]{17}\b`,
  String.raw`(?:imei|IMEI)[^0-9A-Za-z]{0,24}[0-9]{15}\b`,
  String.raw`微信号?[:： ]{1,6}[A-Za-z][A-Za-z0-9_-]{5,19}\b`,
  String.raw`\bwxid_[a-z0-9]{12,20}\b`,
  String.raw`QQ号?[:： ]{1,6}[1-9][0-9]{4,10}\b`,
  String.raw`openid["': =]{1,6}o[A-Za-z0-9_-]{27}\b`,
  String.raw`(?:姓名|户名|持卡人|收款人)[:： ]{1,6}[^ -~]{6,12}`,
  String.raw`(?:住址|地址)[:： ]{1,6}[^ -~]{6,60}[0-9]{1,5}(?:号|室|栋)`,
  String.raw`[0-9]{1,5}号[0-9]{1,3}(?:栋|幢|号楼)[0-9]{1,2}单元[0-9]{1,4}室`,
  String.raw`(?:密码|口令)[:：=为是 ]{1,9}[!-~]{4,64}`,
  String.raw`(?:password|passwd|pwd|passphrase)["']? ?[:=] ?["']?[!-~]{4,64}`,
  String.raw`(?:金库|库房|保险柜|尾箱|门禁)密码[:： ]{1,6}[0-9]{4,12}\b`,
  String.raw`(?:密押|编押|核押)[:： ]{1,6}[0-9]{4,12}\b`,
  String.raw`\bAKIA[0-9A-Z]{16}\b`,
  String.raw`\bLTAI[0-9A-Za-z]{12,20}\b`,
  String.raw`\bAKID[0-9A-Za-z]{32}\b`,
  String.raw`\bgh[po]_[A-Za-z0-9]{36}\b`,
  String.raw`\bgithub_pat_[A-Za-z0-9_]{60,90}\b`,
  String.raw`\bglpat-[A-Za-z0-9_-]{20}\b`,
  String.raw`\bxox[bp]-[0-9]{10,14}-[0-9A-Za-z-]{20,80}\b`,
  String.raw`\bsk_live_[0-9A-Za-z]{24,40}\b`,
  String.raw`\bsk-[A-Za-z0-9]{48}\b`,
  String.raw`-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----`,
  String.raw`(?:绝密|机密|秘密)[★☆⭐✩✪※＊*](?:[0-9]{1,2}年|长期|启封)?`,
  String.raw`密级[:： ]{1,6}(?:绝密|机密|秘密|内部)`,
  String.raw`(?:核心|普通)商密[▲★]?[0-9]{0,2}年?`,
  String.raw`(?:TOP SECRET|SECRET|CONFIDENTIAL)//[A-Z]+`,
  String.raw`\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b`,
  String.raw`\b(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}\b`,
  String.raw`(?:运钞|押运)(?:路线|时间|车次|排班)`,
];

/** The same expressions with ASCII boundaries. */
export const expressions = patterns.map((one) => one.replaceAll(String.raw`\b`, String.raw`(?-u:\b)`));

/** Terms: all literals that shipped rules look for, and classification compounds to make 281. */
export function terms() {
  const found = new Set();
  const root = new URL("../../rules/", import.meta.url);
  for (const name of readdirSync(root, { recursive: true })) {
    if (!name.endsWith(".yaml") || name.endsWith("pack.yaml") || name.endsWith("policy.yaml")) continue;
    const rule = parse(readFileSync(new URL(name, root), "utf8"));
    for (const { literals = [] } of rule.triggers ?? []) literals.forEach((one) => found.add(one));
    for (const one of [...(rule.terms ?? []), ...(rule.keys ?? [])]) found.add(one);
  }
  found.delete("@");
  for (const level of ["绝密", "机密", "秘密", "内部", "商密", "核心商密", "普通商密"])
    for (const word of [
      "文件",
      "资料",
      "事项",
      "级别",
      "等级",
      "载体",
      "档案",
      "数据",
      "信息",
      "材料",
      "图纸",
      "计划",
      "方案",
      "会议",
      "电报",
    ])
      if (found.size < 281) found.add(level + word);
  return [...found];
}
