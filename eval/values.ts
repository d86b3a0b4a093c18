import { creditCheck, hongKongOf, ibanOf, luhnCheck, organisationCheck, residentCheck, spoiled, taiwanOf, vinOf } from "./identifiers.ts";
import { type Person, personOf, two } from "./person.ts";
import type { Random } from "./random.ts";

/** What a placeholder of a template stands for. */
export interface ValueKind {
  /** Types by which a finding is right; the first is the one it is counted under. None: nothing may be found. */
  readonly infoTypes: readonly string[];
  make(random: Random, person: Person): string;
}

/** Issuers' prefixes with the length of the card, from cards people hold; not taken from the product's table. */
const issuers: readonly (readonly [prefix: string, length: number])[] = [
  ["622202", 19], ["621226", 19], ["622208", 19], ["622848", 19], ["622845", 19], ["621700", 19], ["622700", 19],
  ["621660", 19], ["621661", 19], ["621663", 19], ["621785", 19], ["456351", 19], ["622260", 19], ["622262", 19],
  ["622588", 16], ["621483", 16], ["621485", 16], ["622609", 16], ["622690", 16], ["621771", 16], ["622660", 16],
  ["621492", 16], ["622622", 16], ["622518", 16], ["622521", 16], ["622568", 19], ["621462", 19], ["621626", 19],
  ["622630", 16], ["622908", 18], ["622909", 18], ["622188", 19], ["621098", 19], ["622150", 19], ["622151", 19],
  ["622163", 16], ["622892", 16], ["621081", 19],
]; // prettier-ignore

const segments =
  "130 131 132 133 134 135 136 137 138 139 145 147 149 150 151 152 153 155 156 157 158 159 166 173 175 176 177 178 180 181 182 183 184 185 186 187 188 189 191 193 195 198 199".split(
    " ",
  );
const areas: readonly (readonly [code: string, length: number])[] = [
  ["010", 8], ["020", 8], ["021", 8], ["022", 8], ["023", 8], ["024", 8], ["025", 8], ["027", 8], ["028", 8], ["029", 8],
  ["0755", 8], ["0571", 8], ["0531", 8], ["0532", 8], ["0591", 8], ["0371", 8], ["0731", 8], ["0551", 8], ["0917", 7], ["0719", 7], ["0874", 7],
]; // prettier-ignore
const domains = ["163.com", "126.com", "qq.com", "sina.com.cn", "foxmail.com", "139.com", "outlook.com", "hotmail.com", "sohu.com"];
const provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

function dated(random: Random, from: number, to: number): string {
  return `${random.int(from, to)}${two(random.int(1, 12))}${two(random.int(1, 28))}`;
}

function clock(random: Random): string {
  return `${two(random.int(0, 23))}${two(random.int(0, 59))}${two(random.int(0, 59))}`;
}

function cardOf(random: Random, prefix: string, length: number): string {
  const body = prefix + random.of(length - prefix.length - 1);
  return body + luhnCheck(body);
}

function unionPay(random: Random): string {
  return cardOf(random, ...random.pick(issuers));
}

function scheme(random: Random): string {
  const [prefix, length] = random.pick([
    ["4", 16],
    [String(random.int(51, 55)), 16],
    ["3528", 16],
    ["37", 15],
  ] as const);
  return cardOf(random, prefix, length);
}

function mobile(random: Random): string {
  return random.pick(segments) + random.of(8);
}

function landline(random: Random): string {
  const [code, length] = random.pick(areas);
  return `${code}${random.pick(["-", "-", ""])}${random.int(2, 8)}${random.of(length - 1)}`;
}

function credit(random: Random, person: Person): string {
  const organisation = random.of(8, "0123456789") + "";
  const body = `91${person.region.code}${organisation}${organisationCheck(organisation)}`.replace(/[IOZSV]/g, "A");
  return body + creditCheck(body);
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** What a person would want found. */
export const positives: Readonly<Record<string, ValueKind>> = {
  name: { infoTypes: ["PERSON_NAME"], make: (_random, person) => person.name },
  id: { infoTypes: ["CN_RESIDENT_ID"], make: (_random, person) => person.residentId },
  idx: { infoTypes: ["CN_RESIDENT_ID"], make: (_random, person) => person.residentId.replace("X", "x") },
  id15: {
    infoTypes: ["CN_RESIDENT_ID"],
    make: (random, { region }) => `${region.code}${dated(random, 1945, 1985).slice(2)}${random.of(3)}`,
  },
  card: { infoTypes: ["BANK_CARD"], make: unionPay },
  creditcard: { infoTypes: ["BANK_CARD"], make: scheme },
  mobile: { infoTypes: ["CN_MOBILE"], make: mobile },
  mobile86: { infoTypes: ["CN_MOBILE"], make: (random) => random.pick(["+86 ", "+86", "+86-", "0086"]) + mobile(random) },
  landline: { infoTypes: ["CN_LANDLINE"], make: landline },
  email: { infoTypes: ["EMAIL"], make: (random, { pinyin }) => `${pinyin}@${random.pick(domains)}` },
  address: { infoTypes: ["ADDRESS"], make: (_random, person) => person.address },
  uscc: { infoTypes: ["CN_USCC"], make: credit },
  account: {
    infoTypes: ["BANK_ACCOUNT", "BANK_CARD"],
    make: (random) => random.pick(["1", "2", "4", "7", "8"]) + random.of(random.pick([14, 16, 20])),
  },
  passport: {
    infoTypes: ["PASSPORT"],
    make: (random) => random.pick([`E${random.of(8)}`, `G${random.of(8)}`, `E${random.of(1, "ABCDEFGHJKLM")}${random.of(7)}`]),
  },
  hmpermit: { infoTypes: ["HM_PERMIT"], make: (random) => random.pick(["H", "M"]) + random.of(8) },
  twpermit: { infoTypes: ["TW_PERMIT"], make: (random) => random.int(1, 9) + random.of(7) },
  exitpermit: { infoTypes: ["EXIT_PERMIT"], make: (random) => `C${random.of(1, "ABCDEFGH")}${random.of(7)}` },
  army: { infoTypes: ["MILITARY_ID"], make: (random) => `${random.pick([..."南北沈兰成济广海空"])}字第${random.of(7)}号` },
  hkid: { infoTypes: ["HK_ID"], make: hongKongOf },
  twid: { infoTypes: ["TW_ID"], make: taiwanOf },
  hmt: {
    infoTypes: ["HMT_RESIDENCE_PERMIT", "CN_RESIDENT_ID"],
    make(random) {
      const body = `${random.pick(["810000", "820000", "830000"])}${dated(random, 1950, 2004)}${random.of(3)}`;
      return body + residentCheck(body);
    },
  },
  foreign: {
    infoTypes: ["FOREIGN_RESIDENT_ID", "CN_RESIDENT_ID"],
    make(random, { region }) {
      const body = `9${region.code.slice(0, 2)}${random.pick(["840", "392", "410", "826", "276", "250", "036"])}${dated(random, 1950, 2004)}${random.of(3)}`;
      return body + residentCheck(body);
    },
  },
  plate: {
    infoTypes: ["VEHICLE"],
    make: (random) => `${random.pick([...provinces])}${random.of(1, "ABCDEFGH")}${random.of(1, "ABCDEFGHJKLMNPQRSTUVWXYZ")}${random.of(4)}`,
  },
  vin: { infoTypes: ["VEHICLE"], make: vinOf },
  imei: {
    infoTypes: ["DEVICE"],
    make(random) {
      const body = `86${random.of(12)}`;
      return body + luhnCheck(body);
    },
  },
  cnaps: {
    infoTypes: ["BANK_ROUTING"],
    make: (random) =>
      `${random.pick(["102", "103", "104", "105", "301", "308"])}${random.pick(["100", "290", "584", "331"])}${random.of(6)}`,
  },
  iban: {
    infoTypes: ["IBAN"],
    make: (random) =>
      random.pick([
        ibanOf("DE", random.of(18)),
        ibanOf("GB", `BARC${random.of(14)}`),
        ibanOf("FR", random.of(23)),
        ibanOf("NL", `INGB${random.of(10)}`),
      ]),
  },
  org: {
    infoTypes: ["ORG_CODE"],
    make(random) {
      const body = random.of(8);
      return `${body}-${organisationCheck(body)}`;
    },
  },
  cvv: { infoTypes: ["CARD_SECURITY"], make: (random) => random.of(3, "1234567890") },
  expiry: { infoTypes: ["CARD_SECURITY"], make: (random) => `${two(random.int(1, 12))}/${random.int(26, 33)}` },
  track: {
    infoTypes: ["CARD_TRACK"],
    make: (random) => `;${unionPay(random)}=${two(random.int(25, 32))}${two(random.int(1, 12))}${random.of(3)}${random.of(10)}?`,
  },
  password: {
    infoTypes: ["PASSWORD"],
    make: (random) =>
      `${random.of(1, "ABCDEFGHJKLMNPQRSTUVWXYZ")}${random.of(3, "abcdefghijkmnpqrstuvwxyz")}${random.pick(["!", "@", "#", "_"])}${random.of(4, "23456789")}${random.of(1, "xyzw")}`,
  },
  pin: { infoTypes: ["PASSWORD"], make: (random) => random.of(6) },
  macaoid: { infoTypes: ["MO_ID"], make: (random) => `${random.pick(["1", "5", "7"])}${random.of(6)}(${random.of(1)})` },
  bic: {
    infoTypes: ["BANK_ROUTING"],
    make: (random) => `${random.pick(["ICBKCNBJ", "BKCHCNBJ", "ABOCCNBJ", "PCBCCNBJ", "COMMCNSH"])}${random.pick(["", "110", "300"])}`,
  },
  english: {
    infoTypes: ["PERSON_NAME"],
    make: (random) =>
      `${random.pick(["Wei", "Jing", "Min", "Yang", "Hao", "Lei"])} ${random.pick(["Zhang", "Wang", "Chen", "Liu", "Zhao", "Sun"])}`,
  },
  vault: { infoTypes: ["BANK_SECURITY_CODE", "PASSWORD"], make: (random) => random.of(6) },
};

const hex = "0123456789abcdef";

/** Looks like something and is nothing (or is known to be harmless). */
export const negatives: Readonly<Record<string, (random: Random, person: Person) => string>> = {
  order: (random) => dated(random, 2019, 2026) + clock(random) + random.of(random.pick([4, 4, 6])),
  snowflake: (random) => `1${random.of(random.pick([17, 18]))}`,
  epochms: (random) => `1${random.int(4, 7)}${random.of(11)}`,
  epoch: (random) => `1${random.int(4, 7)}${random.of(8)}`,
  uuid: (random) => [8, 4, 4, 4, 12].map((length) => random.of(length, hex)).join("-"),
  hex32: (random) => random.of(32, hex),
  hex40: (random) => random.of(40, hex),
  base64: (random) => `${random.of(42, `${alphanumeric}+/`)}==`,
  isbn: (random) => isbn(random),
  isbn13: (random) => isbn(random).replaceAll("-", ""),
  ean: (random) => `69${random.int(0, 5)}${random.of(10)}`,
  version: (random) => `${random.int(0, 20)}.${random.int(0, 30)}.${random.int(0, 99)}`,
  ip: (random) => `10.${random.int(0, 255)}.${random.int(0, 255)}.${random.int(1, 254)}`,
  gps: (random) => `${random.int(73, 134)}.${random.of(14)},${random.int(18, 53)}.${random.of(14)}`,
  decimal: (random) => `${random.int(0, 9)}.${random.of(16)}`,
  bigdecimal: (random) => `0.${random.of(18)}`,
  serial: (random, { region }) => `${region.code}${dated(random, 2025, 2026)}${random.of(4)}`,
  badid: (random, { residentId }) => spoiled(residentId, random),
  badcard: (random) => spoiled(unionPay(random), random),
  badmobile: (random) => `1${random.pick(["0", "1", "2"])}${random.of(9)}`,
  shortmobile: (random) => random.pick(segments) + random.of(7),
  maskedid: (_random, { residentId }) => `${residentId.slice(0, 6)}********${residentId.slice(-4)}`,
  maskedcard: (random) => unionPay(random).replace(/^(.{6}).*(.{4})$/, "$1******$2"),
  maskedmobile: (random) => mobile(random).replace(/^(...)....(....)$/, "$1****$2"),
  hotline: (random) => random.pick(["95588", "95599", "95533", "95566", "400-811-9999", "12378", "12363"]),
  sampleid: (random) => random.pick(["110101199003070000", "123456789012345678", "111111111111111111"]),
  samplecard: (random) => random.pick(["4111111111111111", "5555555555554444", "4242424242424242", "6222020000000000000"]),
  samplemobile: (random) => random.pick(["13800138000", "13888888888", "13800000000", "13900000000"]),
  invoice: (random) => random.of(random.pick([8, 12, 20])),
  tracking: (random) => random.pick([`SF1${random.of(12)}`, `JD00${random.of(11)}`, `YT${random.of(13)}`]),
  contract: (random) => `HT-${random.int(2019, 2026)}-${random.of(6)}`,
  ticket: (random) => `INC${random.of(10)}`,
  sku: (random) => `SKU${random.of(12)}A`,
  product: (random) => `${random.of(2, "ABCDEFGH")}${random.of(18)}`,
  amount: (random) => `${random.int(1, 99)},${random.of(3)},${random.of(3)}.${random.of(2)}`,
  bytes: (random) => `${random.int(10_000_000, 999_999_999)}`,
  scientific: (random) => `${random.int(1, 9)}.${random.of(5)}e+${random.int(10, 30)}`,
  version4: (random) => `${random.int(1, 20)}.${random.int(0, 9)}.${random.int(1000, 9999)}.${random.int(0, 99)}`,
  batch: (random) => `${dated(random, 2020, 2026)}${random.of(5)}`,
  timestamp: (random) => `${dated(random, 2019, 2026)}${clock(random)}${random.of(3)}`,
  hash64: (random) => random.of(64, hex),
  mac: (random) => Array.from({ length: 6 }, () => random.of(2, hex)).join(":"),
  student: (random) => `20${random.int(18, 25)}${random.of(8)}`,
  postcode: (random) => `${random.int(1, 8)}${random.of(5)}`,
  qqgroup: (random) => `${random.int(1, 9)}${random.of(8)}`,
  amountplain: (random) => `${random.int(1, 9)}${random.of(random.int(8, 11))}.${random.of(2)}`,
  patent: (random) => `ZL20${random.int(15, 24)}1${random.of(7)}.${random.of(1)}`,
  lawcase: (random) => `（20${random.int(18, 25)}）京0${random.int(101, 119)}民初${random.of(5)}号`,
  stock: (random) => random.pick(["600036", "601398", "000001", "300750"]),
  electronic: (random) => `${random.of(1, "12")}${random.of(19)}`,
  repeated: (random) => random.of(1, "123456789").repeat(random.pick([11, 16, 18, 19])),
  ascending: (random) => "1234567890123456789".slice(0, random.pick([11, 16, 18, 19])),
};

function isbn(random: Random): string {
  const body = `9787${random.of(8)}`;
  const sum = [...body].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  const all = body + String((10 - (sum % 10)) % 10);
  return `${all.slice(0, 3)}-${all.slice(3, 4)}-${all.slice(4, 7)}-${all.slice(7, 12)}-${all.slice(12)}`;
}

/** Plain words and numbers around the values; nothing is expected of them, and a finding on them is false. */
export const fillers: Readonly<Record<string, (random: Random, person: Person) => string>> = {
  date: (random) => `${random.int(2019, 2026)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}`,
  day: (random) => `${random.int(2019, 2026)}年${random.int(1, 12)}月${random.int(1, 28)}日`,
  time: (random) => `${two(random.int(0, 23))}:${two(random.int(0, 59))}:${two(random.int(0, 59))}`,
  money: (random) => `${random.int(1, 99_999)}.${random.of(2)}`,
  n: (random) => String(random.int(1, 99)),
  nnnn: (random) => String(random.int(1000, 9999)),
  sex: (_random, { male }) => (male ? "男" : "女"),
  copy: (random) => random.of(6),
  city: (_random, { region }) => region.city || region.province,
  county: (_random, { region }) => region.county,
  branch: (_random, { region }) => `${region.county}支行`,
  company: (random, { region }) =>
    `${region.county}${random.pick(["恒达", "鑫源", "华泰", "永兴", "瑞丰", "盛世", "宏图"])}${random.pick(["商贸", "科技", "建材", "物流", "食品"])}有限公司`,
  product: (random) => random.pick(["稳健理财一号", "小微快贷", "住房按揭贷款", "信用卡分期", "大额存单", "代发工资"]),
  word: (random) => random.pick(["业务", "流程", "材料", "系统", "客户", "网点", "风险", "服务", "流水", "台账"]),
  surname: (_random, { name }) => name.charAt(0),
};

/** A person for a seed. */
export function newPerson(random: Random): Person {
  return personOf(random);
}
