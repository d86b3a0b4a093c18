import type { Location } from "../../model/chunk.ts";
import type { FailureCode } from "../../model/failure.ts";
import type { Finding, Judgement, Verdict } from "../../model/finding.ts";
import type { Confidence, Evidence, Severity } from "../../model/rule.ts";
import { EXACT } from "../../util/distinct.ts";
import { neutralise } from "../../util/width.ts";

/** The languages reports are written in. */
export type Locale = "zh" | "en";

/** The same in both languages. */
export type Both = Readonly<Record<Locale, string>>;

const both = (zh: string, en: string): Both => ({ zh, en });

/** An entry's verdict; `recorded` is a file with findings none of which says anything against it. */
export const verdictWords: Readonly<Record<Verdict["kind"] | "recorded", Both>> = {
  violation: both("违规", "violation"),
  suspect: both("疑似", "suspect"),
  clean: both("未发现", "nothing found"),
  "not-examined": both("未检", "not examined"),
  textless: both("无文本可检", "no text to examine"),
  recorded: both("登记", "recorded"),
};

export const severityWords: Readonly<Record<Severity, Both>> = {
  critical: both("特别重大", "critical"),
  high: both("高", "high"),
  medium: both("中", "medium"),
  low: both("低", "low"),
  info: both("提示", "info"),
};

export const confidenceWords: Readonly<Record<Confidence, Both>> = {
  high: both("高", "high"),
  medium: both("中", "medium"),
  low: both("低", "low"),
};

export const judgementWords: Readonly<Record<Judgement["is"], Both>> = {
  critical: both("严重违规", "critical violation"),
  violation: both("违规", "violation"),
  rectify: both("须整改或说明", "put right or justify"),
  inventory: both("登记", "recorded"),
  allowed: both("允许", "allowed"),
};

/** What was not done, in a word or two; for counts. */
export const failureWords: Readonly<Record<FailureCode, Both>> = {
  "not-found": both("不存在", "not found"),
  "permission-denied": both("无权读取", "permission denied"),
  "io-error": both("读取出错", "read error"),
  encrypted: both("加密", "encrypted"),
  corrupt: both("损坏", "corrupt"),
  "unsupported-format": both("格式不支持", "format not supported"),
  "no-text": both("仅有图像（须文字识别）", "image only (needs OCR)"),
  "too-large": both("超过大小上限", "over a size limit"),
  "too-deep": both("嵌套过深", "nested too deep"),
  bomb: both("压缩炸弹", "decompression bomb"),
  timeout: both("超时", "timed out"),
  "out-of-memory": both("内存不足", "out of memory"),
  changed: both("检查中被改动", "changed while read"),
  interrupted: both("检查被中断", "interrupted"),
  "first-match": both("查到即止", "ended at its first finding"),
  "missing-tool": both("缺少所需工具", "a tool is missing"),
  internal: both("内部错误", "internal error"),
};

/** What a person should do about an entry that could not be examined. */
export const adviceWords: Readonly<Record<FailureCode, Both>> = {
  "not-found": both("核对路径后重新检查", "check the path and run again"),
  "permission-denied": both("由管理员授予读取权限，或以有权账户重新检查", "have an administrator grant read access and run again"),
  "io-error": both("检查介质或网络盘后重新检查；仍出错的由人工处理", "check the medium or share and run again; else look at it by hand"),
  encrypted: both(
    "请持有人提供口令后重新检查，或由持有人当面打开查看",
    "ask the holder for the password and run again, or have it opened in your presence",
  ),
  corrupt: both(
    "用原程序打开，另存为新文件后重新检查；打不开的人工记录",
    "open it in its own program, save a copy and run again; note by hand what will not open",
  ),
  "unsupported-format": both(
    "另存为 docx、xlsx、pdf 或 txt 后重新检查，或人工查看",
    "save it as docx, xlsx, pdf or txt and run again, or look at it by hand",
  ),
  "no-text": both("人工查看图像，或经文字识别（OCR）后重新检查", "look at the image, or run OCR on it and examine the result"),
  "too-large": both("调高上限后单独重新检查，或拆分后检查", "run again for it alone with a higher limit, or split it"),
  "too-deep": both("解开外层压缩包后重新检查", "unpack the outer archives and run again"),
  bomb: both("不要解压；由技术人员在隔离环境中查看", "do not unpack it; have a technician look at it in isolation"),
  timeout: both("延长时限后单独重新检查，或人工查看", "run again for it alone with more time, or look at it by hand"),
  "out-of-memory": both("调高内存上限后单独重新检查，或人工查看", "run again for it alone with more memory, or look at it by hand"),
  changed: both("关闭正在使用它的程序后重新检查", "close the program that uses it and run again"),
  interrupted: both("重新检查", "run again"),
  "first-match": both("如须知全部问题，去掉 --first-match 后重新检查", "run again without --first-match to know all of it"),
  "missing-tool": both("安装所缺工具后重新检查", "install the missing tool and run again"),
  internal: both("人工查看，并把错误报给工具维护者", "look at it by hand and report the error to the tool's maintainers"),
};

const zones: Readonly<Record<string, Both>> = {
  internet: both("互联网计算机", "internet computer"),
  intranet: both("内网办公计算机，非涉密", "intranet computer, not classified"),
  classified: both("涉密计算机", "classified computer"),
  personal: both("个人计算机", "personal computer"),
  "removable-internet": both("移动存储介质，互联网用", "removable medium, internet use"),
  "removable-intranet": both("移动存储介质，内网用", "removable medium, intranet use"),
  "removable-classified": both("涉密移动存储介质", "removable medium, classified"),
  repository: both("文档库", "document repository"),
};

/** 密级 by id; they stand in quotes wherever a report names one. */
const levels: Readonly<Record<string, Both>> = {
  juemi: both("“绝密”级", "“绝密” level"),
  jimi: both("“机密”级", "“机密” level"),
  mimi: both("“秘密”级", "“秘密” level"),
};

/** `internet` as 互联网计算机, `classified:jimi` with its level; an unknown zone stands for itself. */
export function zoneInWords(zone: string, locale: Locale): string {
  const [name = "", level] = zone.split(":", 2);
  const known = zones[name]?.[locale] ?? neutralise(name);
  if (level === undefined || level === "") return known;
  const said = levels[level]?.[locale] ?? `“${neutralise(level)}”`;
  return locale === "zh" ? `${known}，${said}` : `${known}, ${said}`;
}

const dataClasses: Readonly<Record<string, Both>> = {
  "state-secret": both("国家秘密标志", "state-secret mark"),
  "work-secret": both("工作秘密、内部标志", "work-secret or internal mark"),
  "core-commercial-secret": both("核心商密标志", "core commercial-secret mark"),
  "commercial-secret": both("普通商密标志", "commercial-secret mark"),
  C3: both("C3 鉴别信息", "C3 authentication data"),
  "C2-bulk": both("C2 客户信息（批量）", "C2 customer data in bulk"),
  C2: both("C2 客户信息", "C2 customer data"),
  C1: both("C1 机构信息", "C1 organisation data"),
  contact: both("联系方式", "contact data"),
  advisory: both("提示", "advisory"),
};

/** Row of the policy matrix as a person calls it; an unknown one stands for itself. */
export function dataClassInWords(dataClass: string, locale: Locale): string {
  return dataClasses[dataClass]?.[locale] ?? neutralise(dataClass);
}

const roles: Readonly<Record<string, Both>> = {
  body: both("正文", "body"),
  header: both("页眉", "header"),
  footer: both("页脚", "footer"),
  watermark: both("水印", "watermark"),
  textbox: both("文本框", "text box"),
  footnote: both("脚注", "footnote"),
  comment: both("批注", "comment"),
  deleted: both("已删除内容", "deleted text"),
  hidden: both("隐藏内容", "hidden text"),
  property: both("属性", "property"),
  name: both("文件名", "file name"),
  caption: both("题注", "caption"),
  field: both("域", "field"),
  link: both("链接", "link"),
  chart: both("图表", "chart"),
  form: both("表单", "form"),
  bookmark: both("书签", "bookmark"),
  code: both("代码", "code"),
  ocr: both("文字识别", "OCR"),
};

/** `28` as `AB`, the way spreadsheets name columns; columns count from 1. */
export function columnName(column: number): string {
  let name = "";
  for (let rest = Math.max(1, Math.floor(column)); rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return name;
}

/** Where it stands, without its role. */
export function locationInWords(location: Location, locale: Locale): string {
  const zh = locale === "zh";
  switch (location.kind) {
    case "line":
      return zh ? `第 ${location.line} 行 ${location.column} 列` : `line ${location.line}, column ${location.column}`;
    case "page":
      if (location.line === undefined) return zh ? `第 ${location.page} 页` : `page ${location.page}`;
      return zh ? `第 ${location.page} 页 ${location.line} 行` : `page ${location.page}, line ${location.line}`;
    case "slide":
      return zh ? `第 ${location.slide} 张幻灯片` : `slide ${location.slide}`;
    case "paragraph":
      return zh ? `第 ${location.paragraph} 段` : `paragraph ${location.paragraph}`;
    case "cell":
      return `${zh ? "工作表" : "sheet"} ${neutralise(location.sheet)} ${columnName(location.column)}${location.row}`;
    case "property":
      return `${zh ? "属性" : "property"} ${neutralise(location.name)}`;
    case "offset":
      return zh ? `第 ${location.bytes} 字节` : `byte ${location.bytes}`;
    case "name":
      return zh ? "文件名" : "file name";
    case "whole":
      return zh ? "整个文件" : "whole file";
  }
}

/** Where a person finds it again: roles from outer to inner, then the place. `页眉，第 1 页`. */
export function placeInWords(finding: Pick<Finding, "location" | "roles">, locale: Locale): string {
  const parts: string[] = [];
  for (const role of finding.roles) {
    if (role === "body" || role === finding.location.kind) continue;
    parts.push(roles[role]?.[locale] ?? neutralise(role));
  }
  parts.push(locationInWords(finding.location, locale));
  return parts.join(locale === "zh" ? "，" : ", ");
}

/** By name: what most rules state. What is not listed is told by who stated it. */
const evidenceNames: Readonly<Record<string, Both>> = {
  luhn: both("校验位相符", "check digit holds"),
  "resident-id": both("校验位相符", "check digit holds"),
  "recent-birth": both("出生日期过近，可能是编号", "birth date is recent: may be a serial"),
  bin: both("发卡行标识相符", "issuer number known"),
  "resident-check": both("校验位相符", "check digit holds"),
  "resident-birth": both("出生日期有效", "birth date is valid"),
  "resident-settled": both("出生日期不在近日", "birth date is not recent"),
  "resident-region": both("行政区划有效", "region code is valid"),
  "resident-province": both("省份代码有效", "province code is valid"),
  "hong-kong-id": both("校验位相符", "check digit holds"),
  "taiwan-id": both("校验位相符", "check digit holds"),
  "org-code": both("校验位相符", "check digit holds"),
  "business-registration": both("校验位相符", "check digit holds"),
  "tax-id": both("校验位相符", "check digit holds"),
  uscc: both("校验位相符", "check digit holds"),
  "uscc-region": both("登记区划有效", "registration region is valid"),
  iban: both("校验位相符", "check digits hold"),
  vin: both("校验位相符", "check digit holds"),
  mrz: both("校验位相符", "check digits hold"),
  "bic-country": both("国家代码有效", "country code is valid"),
  nationality: both("国籍代码有效", "nationality code is valid"),
  "bank-bin": both("发卡行标识相符", "issuer number known"),
  "card-scheme": both("卡组织号段相符", "card scheme known"),
  "mobile-segment": both("号段相符", "number segment known"),
  "landline-area": both("区号有效", "area code is valid"),
  "email-domain": both("域名有效", "domain is valid"),
  "track-pan": both("磁道格式相符", "laid out as a card track"),
  "person-name": both("姓氏与字形相符", "reads as a name"),
  "uscc-organisation": both("组织机构代码校验正确", "the organisation's check character is right"),
  "latin-name": both("形似拉丁字母书写的人名", "reads as a name in Latin letters"),
  "beside-han": both("紧邻汉字", "beside Chinese text"),
  "counter-context": both("旁有相反字样", "words beside it that speak against it"),
  "column-weak": both("列名相近", "the column is named alike"),
  "other-column": both("列名为其他内容", "the column is named otherwise"),
  "in-address": both("位于地址中", "stands in an address"),
  quoted: both("在引号中", "stands in quotes"),
  term: both("词语相符", "the term matches"),
  "page:1": both("位于首页", "on the first page"),
  context: both("旁有相关字样", "related words beside it"),
  label: both("前有标签", "a label before it"),
  column: both("列名相符", "the column is named so"),
  header: both("列名相符", "the column is named so"),
  key: both("键名相符", "the key is named so"),
  "own-line": both("独占一行", "alone on its line"),
  "as-example": both("前一行称其为样例", "the line before calls it an example"),
  sign: both("带标志符号", "carries the sign"),
  period: both("带保密期限", "carries a period"),
  top: both("位于文首", "at the top"),
  tail: both("位于文尾", "at the end"),
  dummy: both("公开的样例值", "a published sample value"),
  sample: both("公开的样例值", "a published sample value"),
  masked: both("原文已脱敏", "masked in the document"),
  columns: both("各列齐备", "all columns are there"),
  values: both("各列的值相符", "the values of the columns fit"),
  named: both("列名相符", "the columns are named so"),
  subjects: both("人数达到数量", "so many people"),
  class: both("含鉴别信息或批量客户信息", "authentication data or customer data in bulk"),
  "over-limit": both("超过或达到限额", "at or over the limit"),
  expired: both("期限已届满", "the period is past"),
  elements: both("同一人的多项信息", "several elements of one person"),
  "official-document": both("具备公文格式", "laid out as an official document"),
  RESIDENT_ID: both("身份证号", "resident ID"),
  CN_RESIDENT_ID: both("身份证号", "resident ID"),
  BANK_CARD: both("银行卡号", "bank card"),
  MOBILE: both("手机号", "mobile number"),
  LANDLINE: both("固定电话", "landline number"),
  USCC: both("统一社会信用代码", "unified social credit code"),
  ORGANISATION: both("单位名称", "organisation"),
  CN_MOBILE: both("手机号", "mobile number"),
  PERSON_NAME: both("姓名", "name"),
  EMAIL: both("邮箱", "e-mail"),
  ADDRESS: both("地址", "address"),
};

const infoTypes: Readonly<Record<string, Both>> = {
  BANK_ACCOUNT: both("账号", "account"),
  BALANCE: both("金额", "amount"),
  TRANSACTION: both("交易", "transaction"),
  CREDIT_REPORT: both("征信", "credit"),
  CUSTOMER_NUMBER: both("客户号", "customer number"),
  USER_NAME: both("用户名", "user name"),
  PASSWORD: both("口令", "password"),
  CARD_SECURITY: both("卡片验证信息", "card security data"),
  CN_LANDLINE: both("固定电话", "landline"),
  PASSPORT: both("护照", "passport"),
  VEHICLE: both("车辆", "vehicle"),
  AML: both("反洗钱", "money laundering"),
  HK_ID: both("香港身份证", "Hong Kong identity card"),
  MO_ID: both("澳门身份证", "Macao identity card"),
  TW_ID: both("台湾身份证", "Taiwan identity card"),
  TW_PERMIT: both("台胞证", "Taiwan travel permit"),
  FOREIGN_RESIDENT_ID: both("外国人永久居留证", "foreign resident card"),
  MILITARY_ID: both("军人证件", "military ID"),
  CN_USCC: both("统一社会信用代码", "unified social credit code"),
  BANK_ROUTING: both("行号", "bank routing code"),
  BIOMETRIC: both("生物特征", "biometric data"),
  DEVICE: both("设备标识", "device"),
  BANK_SECURITY_CODE: both("金库、门锁密码", "code of a vault or lock"),
  LOCATION: both("地点、轨迹", "whereabouts"),
  MOVEMENT_TIME: both("时间", "time"),
  CALL_RECORD: both("通话", "call"),
  MESSAGE_CONTENT: both("通信内容", "content of messages"),
  ORGANISATION: both("单位名称", "organisation"),
  VAULT: both("尾箱、金库", "vault"),
  SECRET_KEY: both("接口密钥", "secret key"),
  LODGING: both("住宿", "lodging"),
  HEALTH: both("健康状况", "health"),
  HEALTH_MEASURE: both("体检、就诊", "medical check"),
  HEALTH_NOTE: both("体检、就诊", "medical check"),
  SEAL: both("印鉴", "specimen seal"),
  ESCORT: both("押运安排", "cash transport"),
  MARKETING: both("营销情况", "marketing"),
  SECRECY_LEVEL: both("密级", "level of secrecy"),
  TRUNCATED_IDENTIFIER: both("被表格软件损坏的号码", "numbers destroyed by a spreadsheet"),
  STATE_SECRET_MARK: both("国家秘密标志", "state-secret mark"),
  INTERNAL_MARK: both("内部、工作秘密标志", "internal mark"),
  COMMERCIAL_SECRET_MARK: both("商业秘密标志", "commercial-secret mark"),
  CORPORATE_MARK: both("企业保密标志", "corporate mark"),
  FOREIGN_MARK: both("外国密级标志", "foreign classification mark"),
  SENSITIVITY_LABEL: both("敏感度标签", "sensitivity label"),
};

/** An infoType as a person calls it; an unknown one stands for itself. */
export function infoTypeInWords(infoType: string, locale: Locale): string {
  return (infoTypes[infoType] ?? evidenceNames[infoType])?.[locale] ?? neutralise(infoType);
}

/** What another reason says better. */
const saidOtherwise: ReadonlySet<string> = new Set(["role:body", "resident-settled", "resident-province"]);
/** Patterns of marks: of them a reader asks where they stand. */
const markPatterns: ReadonlySet<string> = new Set(["mark", "own-line", "period", "labelled", "term", "sign"]);

/** The reasons that say something to a reader: not where most text stands, nor that the rule's own pattern matched. */
function tellingOf(evidence: readonly Evidence[]): readonly Evidence[] {
  const isOfMark = evidence.some(({ name }) => markPatterns.has(name));
  const telling = evidence.filter((one) => {
    if (one.effect === "lowers" || one.effect === "rejects") return true;
    if (saidOtherwise.has(one.name) || (one.by === "position" && !isOfMark)) return false;
    return one.by !== "pattern" || one.effect !== "states" || evidenceNames[one.name] !== undefined;
  });
  return telling.length === 0 ? evidence : telling;
}

const evidenceBy: Readonly<Record<Evidence["by"], Both>> = {
  pattern: both("格式相符", "pattern"),
  validator: both("校验", "check"),
  context: both("旁有相关字样", "words beside it"),
  column: both("列名相符", "column name"),
  row: both("同行有", "same row has"),
  role: both("位于", "stands in the"),
  position: both("位置", "position"),
  tag: both("文件特征", "document"),
  dictionary: both("词表", "dictionary"),
  allowlist: both("已知无害值", "known harmless value"),
  arbitration: both("优先于其他规则", "preferred to another rule"),
};

/**
 * Every piece of evidence in a line of its own, with its name as rules know it: `+` speaks for, `-` against, `=` states what was met. Names of
 * evidence come from rules and hold no value.
 */
export function explainInWords(evidence: readonly Evidence[], locale: Locale): readonly string[] {
  const signs: Readonly<Record<Evidence["effect"], string>> = { states: "=", raises: "+", lowers: "-", rejects: "-" };
  return evidence.map((one) => `${signs[one.effect]} ${evidenceInWords(one, locale)} [${one.by} ${neutralise(one.name)}]`);
}

function evidenceInWords(evidence: Evidence, locale: Locale): string {
  const bare = evidence.name.slice(evidence.name.indexOf(":") + 1);
  const by = evidenceBy[evidence.by][locale];
  // These two say something of their own, not what stands beside.
  if (evidence.by === "row" && (bare === "subjects" || bare === "elements")) return evidenceNames[bare]?.[locale] ?? by;
  if (evidence.by === "row" || evidence.by === "role") {
    const what = (evidence.by === "role" ? roles : evidenceNames)[bare]?.[locale] ?? neutralise(bare);
    return locale === "zh" ? `${by}${what}` : `${by} ${what}`;
  }
  const said = evidenceNames[evidence.name]?.[locale] ?? evidenceNames[bare]?.[locale];
  if (said !== undefined) return said;
  if (evidence.by === "pattern" || evidence.by === "context" || evidence.by === "column") return by;
  return locale === "zh" ? `${by}（${neutralise(bare)}）` : `${by} (${neutralise(bare)})`;
}

/** Why it is taken for what it is: each reason once, those that speak against it marked 存疑. Empty when nothing was recorded. */
export function reasonInWords(evidence: readonly Evidence[], locale: Locale): string {
  const reasons = new Set<string>();
  for (const one of tellingOf(evidence)) {
    const against = one.effect === "lowers" || one.effect === "rejects";
    const said = evidenceInWords(one, locale);
    reasons.add(against ? (locale === "zh" ? `存疑：${said}` : `against: ${said}`) : said);
  }
  return [...reasons].join(locale === "zh" ? "、" : ", ");
}

/**
 * Masked evidence as a report shows it, on one line. Marks stand in quotes, so that scanning a report does not find the mark again; so does
 * whatever stands in an excerpt of a class that is about marks. A raw value (`--show-values`) is shown when the finding carries one.
 */
export function excerptInWords(finding: Finding): string {
  const text = neutralise(finding.shown ?? (finding.excerpt === "" ? finding.masked : finding.excerpt));
  if (!isMark(finding)) return text;
  return `“${text.replaceAll(/[“”]/g, "")}”`;
}

const markClasses: ReadonlySet<string> = new Set(["state-secret", "work-secret", "core-commercial-secret", "commercial-secret"]);

/** True where the finding is a mark (机密★10年), not a value: it has a level, or its class is one of marks. */
export function isMark(finding: Pick<Finding, "level" | "dataClass">): boolean {
  return finding.level !== undefined || markClasses.has(finding.dataClass);
}

/** What must be done on a state-secret mark: 保密法 (2024) 第47条, 实施条例 (2024) 第61条. */
export const dutyWords: Both = both(
  "发现国家秘密标志：请勿打开、复制、转发、删除或自行“清理”（须保留证据），隔离设备或介质，立即采取补救措施，并在 24 小时内向同级保密行政管理部门和上级主管部门报告（保密法 第47条，实施条例 第61条）。",
  "A state-secret mark was met: do not open, copy, forward, delete or “clean” the file (it is evidence), isolate the computer or medium, remedy at once, and report within 24 hours to the secrecy administration of the same level and to the superior department (Law on Guarding State Secrets art. 47, Implementing Regulations art. 61).",
);

/** The duty in one line, for a terminal. */
export const dutyShortWords: Both = both(
  "此类文件请勿打开、复制、转发、删除；24 小时内向保密行政管理部门和上级报告（保密法 第47条，实施条例 第61条）",
  "do not open, copy, forward or delete such files; report to the secrecy administration and your superior within 24 hours (Law on Guarding State Secrets art. 47, Implementing Regulations art. 61)",
);

/** What the tool does not decide; every report prints it. */
export const statementWords: Both = both(
  "本工具只提示标志与线索；是否属于国家秘密，由有权机关确定。",
  "This tool points out marks and leads only; whether something is a state secret is decided by the competent authority.",
);

/** The same at length, with its basis: 保密法 第16–18、53条, 实施条例 第63条. */
export const statementLongWords: Both = both(
  "本工具只提示标志与线索。某一事项是否属于国家秘密、属于何种密级，由有权机关依法确定或鉴定（保密法 第16条至第18条、第53条，实施条例 第63条）。“违规”“疑似”是工具按所用策略提出的意见，检查结论由检查人作出。未读到的内容、没有标志的内容、图像中的文字不在“未发现”之内。",
  "This tool points out marks and leads only. Whether a matter is a state secret, and of which level, is determined or appraised by the competent authority (Law on Guarding State Secrets art. 16–18 and 53, Implementing Regulations art. 63). “Violation” and “suspect” are what the tool proposes under the policy used; the conclusion is the inspector's. What could not be read, content without a mark and text in images are not covered by “nothing found”.",
);

/** Handling line of a report. In quotes and inside a sentence, so that it is not taken for a mark when the report itself is scanned. */
export const handlingWords: Both = both(
  "本报告含检查线索，请按“内部资料 妥善保管”的要求保存，只交给处理这次检查的人员。",
  "This report holds leads of an inspection: keep it safe as “内部资料 妥善保管”, for those who deal with this inspection only.",
);

/** So many people; `约` where there are too many to count each once. */
export function people(value: number, locale: Locale): string {
  const zh = locale === "zh";
  const about = value > EXACT ? (zh ? "约 " : "about ") : "";
  return zh ? `${about}${count(value)} 人` : `${about}${count(value)} ${value === 1 ? "person" : "people"}`;
}

/** `1234567` as `1,234,567`. */
export function count(value: number): string {
  return String(Math.trunc(value)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Milliseconds as `2.1 秒`, `3 分 20 秒`, `1 小时 5 分`. */
export function durationInWords(milliseconds: number, locale: Locale): string {
  const zh = locale === "zh";
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 60) return zh ? `${seconds.toFixed(1)} 秒` : `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return zh ? `${minutes} 分 ${whole % 60} 秒` : `${minutes} min ${whole % 60} s`;
  return zh ? `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Bytes as `512 B`, `1.5 MiB`. */
export function sizeInWords(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}
