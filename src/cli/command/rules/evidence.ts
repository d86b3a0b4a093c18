import type { Locale } from "../../locale.ts";

/** What evidence means, in a few words. Names that are not here are a pattern's or a kind's own and stand as they are. */
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
  "as-example": ["前一行称其为样例", "the line before calls it an example"],
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
  comment: ["批注", "a comment"],
};

/** A piece of evidence in words, with its name where the words do not say it. */
export function evidenceWords(name: string, locale: Locale): string {
  const at = locale === "zh" ? 0 : 1;
  const known = meanings[name];
  if (known !== undefined) return known[at];
  if (name.startsWith("role:")) {
    const role = roles[name.slice(5)]?.[at] ?? name.slice(5);
    return locale === "zh" ? `位于${role}` : `in ${role}`;
  }
  if (name.startsWith("near:")) return locale === "zh" ? `附近有 ${name.slice(5)}` : `${name.slice(5)} stands near`;
  if (name.startsWith("row:")) return locale === "zh" ? `同一行有 ${name.slice(4)}` : `${name.slice(4)} stands in its row`;
  if (name.startsWith("has:")) return locale === "zh" ? `含 ${name.slice(4)}` : `${name.slice(4)} is among them`;
  return name;
}
