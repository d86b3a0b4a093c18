import { readFileSync } from "node:fs";

const data = (path) =>
  readFileSync(new URL(`../../rules/${path}`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"));

const regions = data("cn-pii/data/cn-region-codes.tsv")
  .filter(([code, , , last]) => !code.endsWith("00") && last === "" && code < "700000")
  .map(([code]) => code);
const bins = data("cn-bank/data/cn-bank-bins.tsv").filter(
  ([prefix, length, , , , scheme]) =>
    prefix.length === 6 && prefix.startsWith("62") && (length === "16" || length === "19") && scheme !== "JCB",
);
const segments = data("cn-pii/data/cn-mobile-segments.tsv")
  .filter(([prefix, , kind]) => kind === "mobile" && prefix.length === 3)
  .map(([prefix]) => prefix);
const surnames = data("cn-pii/data/cn-surnames.tsv")
  .slice(0, 100)
  .map(([surname]) => surname);
const given = [..."伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文辉鹏飞宇欣怡子涵浩然梓轩雨桐思远"];
const streets = ["中山路", "人民路", "解放路", "建设路", "文三路", "长江路", "和平街", "朝阳街", "青年路", "新华路"];
const cities = [
  "浙江省杭州市西湖区",
  "江苏省南京市鼓楼区",
  "广东省深圳市南山区",
  "四川省成都市武侯区",
  "湖北省武汉市洪山区",
  "山东省济南市历下区",
];
const hosts = ["163.com", "qq.com", "126.com", "sina.com", "sohu.com", "139.com", "outlook.com", "gmail.com"];
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Made-up people whose numbers pass every check. */
export function people(random) {
  return {
    name: () => random.pick(surnames) + random.pick(given) + (random.below(3) > 0 ? random.pick(given) : ""),
    residentId() {
      const birth = `${1950 + random.below(55)}${pad(1 + random.below(12))}${pad(1 + random.below(28))}`;
      const body = random.pick(regions) + birth + random.digits(3);
      let sum = 0;
      for (let at = 0; at < 17; at++) sum += WEIGHTS[at] * (body.charCodeAt(at) - 48);
      return body + "10X98765432"[sum % 11];
    },
    mobile: () => random.pick(segments) + random.digits(8),
    card() {
      const [prefix, length] = random.pick(bins);
      const body = prefix + random.digits(Number(length) - 7);
      let sum = 0;
      for (let at = 0; at < body.length; at++) {
        let digit = body.charCodeAt(body.length - 1 - at) - 48;
        if (at % 2 === 0) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
      }
      return body + String((10 - (sum % 10)) % 10);
    },
    address: () =>
      `${random.pick(cities)}${random.pick(streets)}${1 + random.below(900)}号${1 + random.below(30)}幢${1 + random.below(4)}单元${1 + random.below(20)}0${1 + random.below(4)}室`,
    email: () => `${random.hex(4).replace(/\d/g, "k")}${random.digits(3)}@${random.pick(hosts)}`,
    creditCode() {
      const set = "0123456789ABCDEFGHJKLMNPQRTUWXY";
      let body = `91${random.pick(regions)}`;
      for (let at = 0; at < 9; at++) body += set[random.below(31)];
      let sum = 0;
      let weight = 1;
      for (const character of body) {
        sum += set.indexOf(character) * weight;
        weight = (weight * 3) % 31;
      }
      return body + set[(31 - (sum % 31)) % 31];
    },
  };
}

function pad(number) {
  return String(number).padStart(2, "0");
}
