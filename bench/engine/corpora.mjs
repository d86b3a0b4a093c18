import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

import { random as seeded } from "../shared/random.mjs";
import { people } from "./people.mjs";

/** Raised when a generator changes, so that no stale corpus is measured. */
const VERSION = 1;

const clauses = (
  "本行积极贯彻落实监管部门关于风险防控的各项要求 各分支机构应当于季度末前完成自查并形成书面报告 客户经理须向客户充分揭示产品风险 " +
  "床前明月光疑是地上霜举头望明月低头思故乡 白日依山尽黄河入海流欲穷千里目更上一层楼 会议强调要坚持稳中求进的工作总基调 " +
  "信贷资产质量总体保持稳定不良贷款率较年初有所下降 请各部门结合实际认真组织学习并抓好落实 系统将于周六凌晨进行例行维护届时部分功能暂停服务 " +
  "为进一步提升服务水平网点增设了老年人专用窗口 本期共受理业务申请若干笔其中绝大部分已在规定时限内办结 春眠不觉晓处处闻啼鸟夜来风雨声花落知多少 " +
  "经研究决定对现行制度进行修订完善 相关责任人应按照职责分工协同推进 数据治理工作要做到源头可溯过程可控结果可查 " +
  "离离原上草一岁一枯荣野火烧不尽春风吹又生 理财产品过往业绩不代表其未来表现投资须谨慎 双方应本着平等互利的原则友好协商解决争议"
).split(" ");
const compounds = "内部资料 登录密码 工作秘密 商业秘密 保密工作 涉密人员 客户身份 查询原因 逾期 收款人 联系人 地址 账号 五级分类".split(
  " ",
);

/** Each gives a line (or a few) of its corpus. */
const generators = {
  prose(random, person) {
    const kind = random.below(250);
    if (kind === 0) return `客户${person.name()}，身份证号${person.residentId()}，联系电话${person.mobile()}。\n`;
    if (kind === 1) return "机密★10年\n";
    if (kind < 40) {
      const time = `2024-${pad(1 + random.below(12))}-${pad(1 + random.below(28))} ${pad(random.below(24))}:${pad(random.below(60))}:${pad(random.below(60))}`;
      return `${time} INFO 交易处理完成，流水 ${random.digits(8)}，耗时 ${random.below(900)} 毫秒\n`;
    }
    let text = "";
    for (let count = 2 + random.below(5); count > 0; count--) text += random.pick(clauses) + (count > 1 ? "，" : "。");
    if (random.below(3) === 0) text += `${random.pick(compounds)}的管理按有关规定执行。`;
    return `${text}\n`;
  },
  csv: (random, person) =>
    `${person.name()},${person.residentId()},${person.mobile()},${person.card()},${person.address()},${person.email()},${random.below(10) === 0 ? person.creditCode() : ""}\n`,
  logs(random) {
    const kind = random.below(6);
    const ip = () => `${1 + random.below(223)}.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`;
    if (kind === 0)
      return `${ip()} - - [${1 + random.below(28)}/Oct/2024:${pad(random.below(24))}:${pad(random.below(60))}:${pad(random.below(60))} +0800] "GET /api/v1/items/${random.digits(4)}?page=${random.below(90)} HTTP/1.1" 200 ${random.digits(5)} "-" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"\n`;
    if (kind === 1) {
      let text = random.hex(8);
      for (let at = 0; at < 16; at++) text += ` ${random.hex(2)}`;
      return `${text}  |................|\n`;
    }
    if (kind === 2) {
      let text = "";
      for (let at = 0; at < 8; at++) text += `${random.below(2) === 0 ? "-" : ""}0.${random.digits(8)} `;
      return `${text}\n`;
    }
    if (kind === 3)
      return `INSERT INTO ledger_entry (id, batch, amount, note) VALUES (${random.digits(7)}, ${random.digits(5)}, ${random.digits(4)}.${random.digits(2)}, 'item ${random.hex(12)}');\n`;
    if (kind === 4)
      return `export function parse${random.hex(6)}(input: string, offset = ${random.below(64)}): number {\n  const value = input.charCodeAt(offset);\n  if (value < 48 || value > 57) throw new RangeError("unexpected character");\n  return value - 48;\n}\n`;
    return `2024-10-${pad(1 + random.below(28))}T${pad(random.below(24))}:${pad(random.below(60))}:${pad(random.below(60))}.${random.digits(3)}Z [worker-${random.below(16)}] DEBUG c.e.s.cache.RegionCache - evicted ${random.below(900)} entries in ${random.below(90)} ms, trace=${random.hex(32)}\n`;
  },
  gbk: (random, person) => (random.below(50) === 0 ? generators.csv(random, person) : generators.prose(random, person)),
  /** One 4-4-4-4 group after another: each begins a candidate. */
  grouped: (random) => `${random.digits(4)} ${random.digits(4)} ${random.digits(4)} ${random.digits(4)} `,
  digits: (random) => random.digits(4096),
  pairs: (random) => `${random.digits(1)} `.repeat(64),
  addresses: () => "a@".repeat(2048),
  near: () => "机蜜内部姿料登录密玛".repeat(128),
};

const heads = { csv: "姓名,身份证号,手机号,银行卡号,地址,邮箱,统一社会信用代码\n" };

/** What the worst cases are for; none of them has a line end. */
export const hostile = ["grouped", "digits", "pairs", "addresses", "near"];

/** Path of a corpus of about `size` bytes, made when it is not there. */
export function corpus(dir, name, size) {
  const path = join(dir, `${name}-${size}-v${VERSION}.${name === "csv" ? "csv" : "txt"}`);
  if (existsSync(path)) return path;
  mkdirSync(dir, { recursive: true });
  const random = seeded(1 + Object.keys(generators).indexOf(name));
  const person = people(random);
  const file = openSync(`${path}.part`, "w");
  const write = (text) => writeSync(file, name === "gbk" ? gbk(text) : Buffer.from(text));
  let written = heads[name] === undefined ? 0 : write(heads[name]);
  while (written < size) {
    let text = "";
    while (text.length < 256 * 1024) text += generators[name](random, person);
    written += write(text);
  }
  closeSync(file);
  renameSync(`${path}.part`, path);
  return path;
}

/** Bytes of a small text of a corpus's kind, `seed` by seed. */
export function sample(name, seed, size) {
  const random = seeded(1000 + seed);
  const person = people(random);
  let text = heads[name] ?? "";
  while (text.length < size) text += generators[name](random, person);
  return name === "gbk" ? gbk(text) : Buffer.from(text);
}

/** Path of a text of `size` bytes: the first 32 MiB of prose again and again; `oneLine`: without any line end. */
export function longText(dir, size, oneLine) {
  const path = join(dir, `${oneLine ? "line" : "long"}-${size}-v${VERSION}.txt`);
  if (existsSync(path)) return path;
  const piece = readFileSync(corpus(dir, "prose", Math.min(size, 32 * 1024 * 1024)));
  if (oneLine) for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at)) piece[at] = 0x20;
  const file = openSync(`${path}.part`, "w");
  for (let written = 0; written < size; written += piece.length) writeSync(file, piece, 0, Math.min(piece.length, size - written));
  closeSync(file);
  renameSync(`${path}.part`, path);
  return path;
}

/** Path of a tree of `count` files of 1 to 20 KiB, ten a directory. */
export function smallFiles(dir, count) {
  const root = join(dir, `many-${count}-v${VERSION}`);
  if (existsSync(root)) return root;
  const random = seeded(99);
  const person = people(random);
  for (let at = 0; at < count; at++) {
    const folder = join(`${root}.part`, `d${Math.floor(at / 100)}`, `e${Math.floor(at / 10) % 10}`);
    if (at % 10 === 0) mkdirSync(folder, { recursive: true });
    const name = random.pick(["prose", "prose", "csv", "logs"]);
    const size = 1024 + random.below(19 * 1024);
    let text = heads[name] ?? "";
    while (Buffer.byteLength(text) < size) text += generators[name](random, person);
    writeFileSync(join(folder, `f${at}.${name === "csv" ? "csv" : "txt"}`), text);
  }
  renameSync(`${root}.part`, root);
  return root;
}

let pairs;

/** GBK bytes; the corpora hold nothing that has none. */
function gbk(text) {
  if (pairs === undefined) {
    pairs = new Map();
    const decoder = new TextDecoder("gb18030");
    for (let lead = 0x81; lead <= 0xfe; lead++)
      for (let trail = 0x40; trail <= 0xfe; trail++) {
        if (trail === 0x7f) continue;
        const character = decoder.decode(Uint8Array.of(lead, trail));
        if (character.length === 1 && character !== "\ufffd") pairs.set(character.charCodeAt(0), (lead << 8) | trail);
      }
  }
  const bytes = Buffer.allocUnsafe(2 * text.length);
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) bytes[at++] = code;
    else {
      const pair = pairs.get(code);
      if (pair === undefined) throw new Error(`no GBK for U+${code.toString(16)}`);
      bytes[at++] = pair >> 8;
      bytes[at++] = pair & 0xff;
    }
  }
  return bytes.subarray(0, at);
}

function pad(number) {
  return String(number).padStart(2, "0");
}
