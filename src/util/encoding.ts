import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

import type { Encoding } from "../model/chunk.ts";
import { isGbkRatherThanUtf8 } from "./gbkOrUtf8.ts";

/** Encodings in which bytes are plausible, best first, and the length of the byte order mark. */
export interface Detected {
  readonly encodings: readonly [Encoding, ...Encoding[]];
  readonly bom: number;
}

/** Control characters that stand in no text, among the first 32; the others are BS, HT, LF, FF, CR, SUB and ESC. */
const foreign: readonly boolean[] = Array.from({ length: 32 }, (_, code) => ![8, 9, 10, 12, 13, 26, 27].includes(code));

/** Share of the lines that have to be parted alike. */
const ALIKE = 0.8;

function controls(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte < 32 && foreign[byte] === true) count++;
  return count;
}

/** Those that databases part columns and records with: SOH, STX, ETX (Hive's), FS, GS, RS, US. */
const separators: ReadonlySet<number> = new Set([1, 2, 3, 28, 29, 30, 31]);

/** Whether the control characters among `bytes` part columns: nothing but such, as many in nearly every line. */
function isSeparated(bytes: Uint8Array): boolean {
  const lines = new Map<number, number>();
  let here = 0;
  let count = 0;
  for (const byte of bytes) {
    if (byte === 10) {
      lines.set(here, (lines.get(here) ?? 0) + 1);
      here = 0;
      count++;
    } else if (byte < 32 && foreign[byte] === true) {
      if (!separators.has(byte)) return false;
      here++;
    }
  }
  if (count === 0) return false;
  return Math.max(0, ...[...lines].map(([parted, times]) => (parted === 0 ? 0 : times))) >= count * ALIKE;
}

/** Share of a text's letters that everyday Chinese and European text is made of; broken or private characters weigh against it. */
function plausibility(text: string): number {
  let good = 0;
  let bad = 0;
  let all = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    all++;
    if (code >= 0x4e00 && code <= 0x9fff) good += common.has(character) ? 2 : 0.6;
    else if (code >= 0x3000 && code <= 0x303f) good += 1;
    else if (code >= 0xff01 && code <= 0xff5e) good += 1;
    else if (code >= 0x2010 && code <= 0x2642) good += 0.5;
    else if (code === 0xfffd || (code >= 0xe000 && code <= 0xf8ff) || (code >= 0x80 && code < 0xa0)) bad += 4;
    else if (code >= 0xac00 && code <= 0xd7af) bad += 0.5;
    else if (code >= 0xff61 && code <= 0xff9f) bad += 1;
  }
  return all === 0 ? 0 : (good - bad) / all;
}

/** The most frequent characters of simplified and traditional running text, and of names: a list of people has little else. */
const common: ReadonlySet<string> = new Set(
  "的一是了不在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔客户银号账卡姓证身份密码秘绝级机电话手址額這個們來為國說時會對經過發後開關長學樣現當進實軍機動點業問員與將兩間資產報數書務銀號證電話" +
    "李刘陈杨赵黄周吴徐孙胡朱林郭罗梁宋郑谢韩唐冯董萧曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪姜范石姚谭廖邹熊陆郝孔崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易乔贺赖龚伟芳娜敏静丽磊洋勇艳杰娟涛超秀霞刚桂英华玉兰红梅鹏飞宇晨浩轩涵雨欣怡佳琪志博雪松燕云晓冬永胜淑珍振嘉豪俊熙若诗梓睿桐昊瑞霖張劉陳楊趙黃吳孫羅鄭謝韓馮蕭鄧呂蘇盧蔣賈葉閻鐘譚鄒陸龍錢湯喬賀賴龔偉靜麗艷傑濤剛華蘭紅鵬飛軒雲曉勝詩",
);

function utf16(bytes: Uint8Array, bigEndian: boolean): string {
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  if (bigEndian) even.swap16();
  return even.toString("utf16le");
}

/** Share of UTF-16 units that are letters of one everyday script, punctuation or line ends; negative when something cannot be text. */
function wideShare(text: string): number {
  let good = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0 || code === 0xfffe || code === 0xffff || (code < 32 && code !== 9 && code !== 10 && code !== 13)) return -1;
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(index + 1);
      if (code >= 0xdc00 || !(next >= 0xdc00 && next <= 0xdfff)) return -1;
      index++;
      continue;
    }
    if ((code >= 0x20 && code < 0x7f) || code === 10 || code === 13 || code === 9) good += 1;
    else if (code >= 0x4e00 && code <= 0x9fff) good += common.has(text[index] ?? "") ? 1 : 0.45;
    else if ((code >= 0x3000 && code <= 0x303f) || (code >= 0xff01 && code <= 0xff5e) || (code >= 0xa0 && code < 0x250)) good += 0.8;
  }
  return text.length === 0 ? -1 : good / text.length;
}

/** UTF-16 without a mark: Latin text shows by its zero bytes, Chinese has none and shows by its characters. */
function wideWithoutMark(head: Uint8Array): "utf16le" | "utf16be" | undefined {
  if (head.length < 4) return undefined;
  const little = wideShare(utf16(head, false));
  const big = wideShare(utf16(head, true));
  const best = Math.max(little, big);
  if (best < 0.6 || Math.abs(little - big) < 0.15) return undefined;
  return little > big ? "utf16le" : "utf16be";
}

/** Cuts what a block's end may have cut: the last, unfinished character of UTF-8. */
function whole(head: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= head.length; back++) {
    const byte = head[head.length - back] ?? 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? head.subarray(0, head.length - back) : head;
    if (byte < 0x80) return head;
  }
  return head;
}

/** A decoder is dear to make, and of short texts there may be thousands. */
const decoders = { gb18030: new TextDecoder("gb18030"), big5: new TextDecoder("big5") };

/** Decodes leniently and gives the share of broken characters and how Chinese the rest reads. */
function tried(bytes: Uint8Array, label: "gb18030" | "big5"): { readonly broken: number; readonly score: number } {
  const text = decoders[label].decode(bytes);
  let broken = 0;
  let high = 0;
  for (const character of text) {
    if (character >= "\u0080") high++;
    if (character === "\ufffd") broken++;
  }
  return { broken: high === 0 ? 0 : broken / high, score: plausibility(text) };
}

/** Share of broken multi-byte characters up to which bytes still pass for an encoding: cut files, a stray byte. */
const BROKEN = 0.08;
/** Two readings as close as this are both examined. */
const CLOSE = 0.25;

/**
 * In which encodings `head`, the first bytes of an entry or a sample of them, may be text: a byte order mark wins, then UTF-8 that is valid,
 * then UTF-16 by its statistics, then GB18030 and Big5 by validity and by how everyday their characters are. Where two stay plausible both
 * are given. Undefined for bytes that are no text. `atEnd` says that `head` is all there is, so its last character cannot be cut.
 */
export function detectEncodings(head: Uint8Array, atEnd: boolean): Detected | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encodings: ["utf8"], bom: 3 };
  if (head[0] === 0xff && head[1] === 0xfe && !(head[2] === 0 && head[3] === 0)) return { encodings: ["utf16le"], bom: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encodings: ["utf16be"], bom: 2 };
  if (head[0] === 0x84 && head[1] === 0x31 && head[2] === 0x95 && head[3] === 0x33) return { encodings: ["gb18030"], bom: 4 };
  if (head.length === 0) return undefined;
  const noise = controls(head);
  if (noise === 0 && isUtf8(atEnd ? head : whole(head))) {
    return { encodings: isGbkRatherThanUtf8(head) ? ["gb18030", "utf8"] : ["utf8"], bom: 0 };
  }
  if (noise > 0 && isSeparated(head)) {
    if (isUtf8(atEnd ? head : whole(head))) return { encodings: ["utf8"], bom: 0 };
    const { broken, score } = tried(head, "gb18030");
    if (broken <= BROKEN && score > LIKELY) return { encodings: ["gb18030"], bom: 0 };
  }
  const wide = wideWithoutMark(head);
  if (head.includes(0) || noise * 50 > head.length) return wide === undefined ? amongControls(head) : { encodings: [wide], bom: 0 };
  if (isUtf8(atEnd ? head : whole(head))) return { encodings: ["utf8"], bom: 0 };
  const gb = tried(head, "gb18030");
  const big5 = tried(head, "big5");
  const readings: { encoding: Encoding; score: number }[] = [];
  if (gb.broken <= BROKEN) readings.push({ encoding: "gb18030", score: gb.score - gb.broken });
  if (big5.broken <= BROKEN) readings.push({ encoding: "big5", score: big5.score - big5.broken });
  if (wide !== undefined) readings.push({ encoding: wide, score: 2 * wideShare(utf16(head, wide === "utf16be")) });
  const utf8 = utf8Share(head);
  if (utf8 > 0.5) readings.push({ encoding: "utf8", score: 2 * utf8 });
  readings.sort((one, other) => other.score - one.score);
  const [best, second] = readings;
  // Text in no known encoding: its ASCII can still be examined.
  if (best === undefined) return { encodings: [utf8 > 0.2 ? "utf8" : "gb18030"], bom: 0 };
  if (second !== undefined && best.score - second.score < CLOSE) return { encodings: [best.encoding, second.encoding], bom: 0 };
  return { encodings: [best.encoding], bom: 0 };
}

/** Share of the bytes over 0x7f that belong to whole UTF-8 characters. */
function utf8Share(bytes: Uint8Array): number {
  let high = 0;
  let good = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      at++;
      continue;
    }
    const length = byte >= 0xc2 && byte < 0xe0 ? 2 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xf0 && byte < 0xf5 ? 4 : 1;
    let size = 1;
    while (size < length && ((bytes[at + size] ?? 0) & 0xc0) === 0x80) size++;
    high += size;
    if (length > 1 && size === length) good += size;
    at += size;
  }
  return high === 0 ? 1 : good / high;
}

/** Bytes in a row that make a run of text: what `strings` shows. */
const RUN = 4;
/**
 * Share of what is not zero that has to stand in runs for the whole to pass for text. Of 18,000 files of no known kind 240 do, nearly all of them
 * tables of messages; at 0.9 it were 680, with compiled code.
 */
const IN_RUNS = 0.95;
/** Bytes over 0x7f among runs that may belong to no character. */
const STRAY = 0.1;
/** Plausibility under which runs of GB18030 or Big5 may be any bytes; those read as rare or private characters. */
const LIKELY = 0.6;

/**
 * Text with control characters among it is still text when nearly all of the rest stands in runs: a log with a hole or a tail of zeros after a
 * crash, lists and fields that end in zeros, a script with tables of control characters. Undefined for anything else.
 */
function amongControls(head: Uint8Array): Detected | undefined {
  const runs = runsAmong(head, (byte) => byte < 32 && foreign[byte] === true);
  if (runs === undefined) return wideAmongControls(head);
  let high = 0;
  for (const byte of runs) if (byte >= 0x80) high++;
  if (utf8Share(runs) > 1 - STRAY || high < runs.length * STRAY) return { encodings: [utf8Share(runs) > 0.5 ? "utf8" : "gb18030"], bom: 0 };
  const likely = (["gb18030", "big5"] as const)
    .map((encoding) => ({ encoding, ...tried(runs, encoding) }))
    .filter(({ broken, score }) => broken <= BROKEN && score > LIKELY)
    .sort((one, other) => other.score - one.score)[0];
  return likely === undefined ? undefined : { encodings: [likely.encoding], bom: 0 };
}

/** The same of UTF-16 without a mark. */
function wideAmongControls(head: Uint8Array): Detected | undefined {
  for (const encoding of ["utf16le", "utf16be"] as const) {
    const text = utf16(head, encoding === "utf16be");
    const units = new Uint16Array(text.length);
    for (let index = 0; index < text.length; index++) units[index] = text.charCodeAt(index);
    const runs = runsAmong(units, (unit) => unit < 32 && unit !== 9 && unit !== 10 && unit !== 13);
    if (runs !== undefined && wideShare(Buffer.from(runs.buffer, 0, runs.byteLength).toString("utf16le")) > 0.7)
      return { encodings: [encoding], bom: 0 };
  }
  return undefined;
}

/** The runs of text in bytes or UTF-16 units, a line end behind each; undefined where they are not nearly all that is not zero. */
function runsAmong<T extends Uint8Array | Uint16Array>(units: T, isForeign: (unit: number) => boolean): T | undefined {
  const runs = units.slice() as T;
  let zeros = 0;
  let inRuns = 0;
  let length = 0;
  for (let at = 0, from = 0; at <= units.length; at++) {
    const unit = units[at] ?? 0;
    if (unit === 0 && at < units.length) zeros++;
    if (at < units.length && !isForeign(unit)) continue;
    if (at - from >= RUN) {
      runs.set(units.subarray(from, at), length);
      length += at - from;
      inRuns += at - from;
      if (at < units.length) runs[length++] = 10;
    }
    from = at + 1;
  }
  return inRuns >= RUN && inRuns >= (units.length - zeros) * IN_RUNS ? (runs.subarray(0, length) as T) : undefined;
}
