import { readFileSync } from "node:fs";
import { residentCheck } from "./identifiers.ts";
import type { Random } from "./random.ts";

/** Someone who does not exist. */
export interface Person {
  readonly name: string;
  readonly pinyin: string;
  readonly male: boolean;
  /** `19870412`. */
  readonly birth: string;
  readonly residentId: string;
  readonly region: Region;
  readonly address: string;
}

interface Region {
  readonly code: string;
  readonly province: string;
  readonly city: string;
  readonly county: string;
}

const regions: readonly Region[] = readFileSync(new URL("../eval/data/regions.tsv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [code = "", province = "", city = "", county = ""] = line.split("\t");
    return { code, province, city, county };
  });

const surnames = [
  "王李张刘陈杨黄赵吴周王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤",
];
const compounds = ["欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "慕容", "令狐"];
const given =
  "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国红梅鹏飞宇晨浩轩子涵雨欣怡佳琪思远志远文博雪松海燕云龙春晓冬梅立新永康德胜淑珍晓东振华嘉豪俊熙若曦诗涵梓睿一诺奕辰沐宸语桐可馨昊天瑞霖";
const pinyins = [
  "wangwei",
  "lijing",
  "zhangmin",
  "liuyang",
  "chenhao",
  "zhaolei",
  "sunfei",
  "zhoujie",
  "wuxia",
  "xuping",
  "linbo",
  "hetao",
];
const streets =
  "建设路人民路解放路中山路新华路和平路朝阳路文化路北京路长江路光明路振兴路幸福路迎宾路学府路滨河路科技路花园路工业路青年路体育路湖滨路".match(
    /..路|...路/g,
  ) ?? [];
const estates = [
  "阳光花园",
  "金色家园",
  "翠湖小区",
  "锦绣城",
  "万科城市花园",
  "龙湖小区",
  "绿地世纪城",
  "碧水湾小区",
  "银河公寓",
  "东方花园",
];

/** The same seed gives the same person. */
export function personOf(random: Random): Person {
  const surname = random.chance(0.02) ? random.pick(compounds) : random.pick([...(surnames[0] ?? "")]);
  const name = surname + random.of(random.chance(0.78) ? 2 : 1, given);
  const region = random.pick(regions);
  const male = random.chance(0.5);
  const year = random.int(1945, 2007);
  const birth = `${year}${two(random.int(1, 12))}${two(random.int(1, 28))}`;
  const body = `${region.code}${birth}${random.of(2)}${random.int(0, 4) * 2 + (male ? 1 : 0)}`;
  return {
    name,
    pinyin: random.pick(pinyins) + (random.chance(0.7) ? random.int(1, 9999) : ""),
    male,
    birth,
    residentId: body + residentCheck(body),
    region,
    address: addressOf(region, random),
  };
}

function addressOf(region: Region, random: Random): string {
  const head = random.chance(0.75) ? `${region.province}${region.city}${region.county}` : `${region.city}${region.county}`;
  const street = `${random.pick(streets)}${random.int(1, 980)}号`;
  const house = `${random.int(1, 38)}${random.pick(["栋", "号楼", "幢"])}${random.chance(0.6) ? `${random.int(1, 6)}单元` : ""}${random.int(1, 33)}0${random.int(1, 8)}室`;
  return random.pick([`${head}${street}`, `${head}${street}${house}`, `${head}${street}${random.pick(estates)}${house}`]);
}

/** Two digits. */
export function two(value: number): string {
  return String(value).padStart(2, "0");
}
