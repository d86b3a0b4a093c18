import { infoTypeInWords } from "../../../report/shared/words.ts";
import type { Locale } from "../../locale.ts";

/** What evidence means, in a few words. Names that are not here are those of a rule's own expressions. */
const meanings: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  column: ["所在列的列名明确是此类信息", "its column is named so"],
  "column-weak": ["所在列的列名可能是此类信息", "its column may be named so"],
  "other-column": ["所在列的列名是另一类信息", "its column is named as something else"],
  context: ["附近有上下文词", "a context word stands near"],
  label: ["紧邻之前有标签", "a label stands right before it"],
  "counter-context": ["附近有相反的词（订单、流水号等）", "a word that speaks against it stands near"],
  "beside-han": ["紧邻汉字", "it touches a Chinese character"],
  loose: ["边界处有连接符", "a joiner stands at its edge"],
  "in-address": ["在网址或路径之中", "it stands inside an address or path"],
  sample: ["是公开的示例值", "it is a published sample"],
  public: ["是公共服务号码", "it is a public service"],
  typed: ["像随手敲出的数字", "it looks typed at random"],
  spaced: ["数字之间有空格", "its digits are spaced out"],
  grouped: ["分组书写", "written in groups"],
  plain: ["连续书写", "written without separators"],
  mark: ["密级、标识、期限的组合", "level, sign and period together"],
  "own-line": ["独占一行", "it has a line to itself"],
  "short-line": ["所在行很短", "its line is short"],
  "as-example": ["附近的行称其为样例", "a line near it calls it an example"],
  features: ["各特征得分达到要求", "its features reach the points"],
  "sign-first": ["标识在密级之前", "the sign comes first"],
  key: ["有键和分隔符", "a key and a separator stand before it"],
  prose: ["只以“是、为”连接", "only 是 or 为 stands between"],
  chinese: ["键是中文", "the key is Chinese"],
  account: ["同一行有用户名", "a user's name stands on the line"],
  strong: ["三类字符混合", "three kinds of characters"],
  random: ["随机程度高", "it looks random"],
  "has-digit": ["含数字", "it holds a digit"],
  digits: ["全是数字", "digits only"],
  term: ["词典中的词", "a term of the dictionary"],
  value: ["其后有值", "a value follows"],
  luhn: ["校验位正确（Luhn）", "the check digit is right (Luhn)"],
  "bank-bin": ["发卡行前缀与长度相符", "issuer's prefix and length agree"],
  "card-scheme": ["卡组织前缀与长度相符", "scheme's prefix and length agree"],
  "resident-check": ["校验码正确", "the check character is right"],
  "resident-birth": ["出生日期存在且合理", "the birth date exists and is plausible"],
  "resident-region": ["行政区划代码曾经有效", "the county code was valid at some time"],
  "resident-province": ["省级代码有效", "the province is valid"],
  "resident-settled": ["出生日期在三年以前", "born more than three years ago"],
  "mobile-segment": ["号段存在", "the number segment exists"],
  "landline-area": ["区号存在", "the area code exists"],
  uscc: ["校验码正确（GB 32100）", "the check character is right (GB 32100)"],
  "uscc-region": ["登记机关区划有效", "the registering authority's region is valid"],
  "latin-name": ["形似拉丁字母书写的人名", "it has the shape of a name in Latin letters"],
  "uscc-organisation": ["其中组织机构代码的校验码正确", "the check character of the organisation's code in it is right"],
  iban: ["校验位正确（mod 97）", "the check digits are right (mod 97)"],
  "position:top": ["在开头 15 行内", "in the first 15 lines"],
  "position:tail": ["在最后 5 行内", "in the last 5 lines"],
  "page:1": ["在第一页", "on page 1"],
  "tag:official-document": ["文档具有公文格式要素", "the document has the elements of an official one"],
  columns: ["各列齐备", "all columns are there"],
  values: ["各列的值均经核对", "every column was found by its values"],
  named: ["属性名或列名即是", "its property or column is named so"],
  "value-only": ["属性的值只是密级", "the property holds nothing but a level"],
  record: ["单独一条含期限等字段的记录", "a single record of level, period and the like"],
  cell: ["占满单元格", "it fills its cell"],
  labelled: ["紧跟在标签之后", "it follows its label"],
  adjoined: ["与标签之间没有分隔，或在其后一格", "nothing stands between it and its label, or it is in the next cell"],
  stacked: ["在标签的下一行", "it stands below its label"],
  keyed: ["是记录中某键的值", "it is the value of a key"],
  "keyed-weak": ["是 name 一类的键的值", "it is the value of a key such as name"],
  glued: ["前后紧接其他数字", "other digits adjoin it"],
  dotted: ["以点分组", "grouped by dots"],
  country: ["前有国家代码", "the country code stands before it"],
  trunk: ["前有长途字冠 0", "a trunk prefix stands before it"],
  separated: ["区号与号码分开", "its area code stands apart"],
  special: ["含特殊字符", "it holds a special character"],
  "ocr-sign": ["识别出的字代替了标识", "a character that recognition made of the sign"],
  "exam-paper": ["期限到试卷启用为止", "it holds until a paper is used"],
  sign: ["带标识", "the sign stands there"],
  period: ["带期限", "a period stands there"],
  word: ["只有密级", "nothing but the level"],
  vertical: ["一行一字", "one character a line"],
  two: ["有两处以上", "two of them or more"],
  expired: ["期限已届满", "the period is past"],
  "over-limit": ["超过上限，或达到限额", "over the limit, or reaching it"],
  subjects: ["人数达到数量", "so many people"],
  class: ["含鉴别信息或批量客户信息", "authentication data or customer data in bulk"],
  path: ["文件名即是", "the name says so"],
  masked: ["文中已脱敏", "masked in the document"],
  "person-name": ["姓氏与字形相符", "it reads as a name"],
  "email-domain": ["域名有效", "the domain is valid"],
  "iot-segment": ["物联网号段存在", "the segment of machines exists"],
  nationality: ["国籍代码有效", "the code of nationality is valid"],
  "bic-country": ["国家代码有效", "the code of the country is valid"],
  "org-code": ["校验码正确（GB 11714）", "the check character is right (GB 11714)"],
  "business-registration": ["校验位正确（MOD 11,10）", "the check digit is right (MOD 11,10)"],
  "tax-id": ["构成与校验均正确", "its parts and check characters are right"],
  "hong-kong-id": ["校验码正确", "the check digit is right"],
  "taiwan-id": ["校验码正确", "the check digit is right"],
  "track-pan": ["其中卡号校验正确", "the card in it is valid"],
  mrz: ["机读区各校验位正确", "the check digits of the machine-readable zone are right"],
  vin: ["第 9 位校验正确", "the check digit in place 9 is right"],
  "tag:repeated": ["在两页以上重复出现", "it stands on two pages or more"],
  elements: ["各要素相距不远", "the elements stand near each other"],
};

const roles: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  body: ["正文", "the body"],
  header: ["页眉", "a header"],
  footer: ["页脚", "a footer"],
  watermark: ["水印", "a watermark"],
  textbox: ["文本框", "a text box"],
  property: ["文档属性", "a document property"],
  name: ["文件名", "the file's name"],
  ocr: ["图片文字", "text of a picture"],
  deleted: ["已删除内容", "deleted text"],
  hidden: ["隐藏内容", "hidden text"],
  comment: ["批注", "a comment"],
};

/** What a role is called: `a header`. */
export function roleWords(role: string, locale: Locale): string {
  return roles[role]?.[locale === "zh" ? 0 : 1] ?? role;
}

/** An infoType as evidence names it, `RESIDENT_ID` for CN_RESIDENT_ID, in words. */
function typeWords(infoType: string, locale: Locale): string {
  const words = infoTypeInWords(infoType, locale);
  return words === infoType ? infoTypeInWords(`CN_${infoType}`, locale).replace(`CN_${infoType}`, infoType) : words;
}

/** A piece of evidence in words; an expression of the rule by its name. */
export function evidenceWords(name: string, locale: Locale): string {
  const at = locale === "zh" ? 0 : 1;
  const known = meanings[name];
  if (known !== undefined) return known[at];
  const zh = locale === "zh";
  const [kind = "", of = ""] = name.split(":", 2);
  if (kind === "role") return zh ? `位于${roleWords(of, locale)}` : `in ${roleWords(of, locale)}`;
  if (kind === "near") return zh ? `附近有${typeWords(of, locale)}` : `a ${typeWords(of, locale)} stands near`;
  if (kind === "row") return zh ? `同一行有${typeWords(of, locale)}` : `a ${typeWords(of, locale)} stands in its row`;
  if (kind === "has") return zh ? `含${typeWords(of, locale)}` : `a ${typeWords(of, locale)} is among them`;
  return zh ? `表达式 ${name}` : `expression ${name}`;
}
