import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { msg } from "../../src/format/msg.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { writeCfb } from "../../src/format/shared/cfbWrite.ts";
import type { CfbStreamToWrite } from "../../src/format/shared/cfbWrite.ts";
import { unpackRtf } from "../../src/format/shared/lzfu.ts";
import { encode } from "../../src/util/encode.ts";
import { endure } from "./hostile.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";

const keywords = readFileSync(new URL("../../fixtures/mail/keywords.msg", import.meta.url));

interface CfbNode {
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly children?: readonly CfbNode[];
}

function streamsOf(nodes: readonly CfbNode[], before: readonly string[] = []): readonly CfbStreamToWrite[] {
  return nodes.flatMap(({ name, bytes, children }) => [
    ...(bytes === undefined ? [] : [{ path: [...before, name], bytes }]),
    ...streamsOf(children ?? [], [...before, name]),
  ]);
}

function wide(tag: string, text: string): CfbNode {
  return { name: `__substg1.0_${tag}001F`, bytes: Buffer.from(text, "utf16le") };
}

function narrow(tag: string, text: string): CfbNode {
  return { name: `__substg1.0_${tag}001E`, bytes: encode(text, "gb18030") ?? Buffer.alloc(0) };
}

function numbers(header: number, values: Readonly<Record<number, number>>): CfbNode {
  const records = Object.entries(values).map(([id, value]) => {
    const record = Buffer.alloc(16);
    record.writeUInt16LE(3, 0);
    record.writeUInt16LE(Number(id), 2);
    record.writeUInt32LE(value, 8);
    return record;
  });
  return { name: "__properties_version1.0", bytes: Buffer.concat([Buffer.alloc(header), ...records]) };
}

function attachment(number: number, ...children: readonly CfbNode[]): CfbNode {
  return { name: `__attach_version1.0_#0000000${number}`, children: [numbers(8, {}), ...children] };
}

const inner: readonly CfbNode[] = [numbers(24, {}), wide("0037", "内层主题"), wide("1000", "内层正文 13800138001")];
const whole = writeCfb(
  streamsOf([
    numbers(32, { 0x3ffd: 936, 0x3fde: 936 }),
    narrow("0037", "客户资金账户"),
    narrow("1000", "正文 13800138000\r\n第二行"),
    { name: "__substg1.0_10130102", bytes: Buffer.from("<p>网页</p>") },
    narrow("0E04", "测试乙"),
    narrow("3FFA", "改稿人"),
    { name: "__substg1.0_8001101F", bytes: Buffer.alloc(8) },
    { name: "__substg1.0_8001101F-00000000", bytes: Buffer.from("重要客户", "utf16le") },
    { name: "__recip_version1.0_#00000000", children: [numbers(8, {}), wide("3001", "测试乙"), wide("39FE", "yi@bank.example")] },
    attachment(0, wide("3707", "名单.csv"), { name: "__substg1.0_37010102", bytes: Buffer.alloc(9000, "13800138002,") }),
    attachment(1, wide("3001", "内层主题"), { name: "__substg1.0_3701000D", children: inner }),
    attachment(2, wide("370D", "\\\\server\\客户\\名单.xlsx")),
  ]),
  "0".repeat(32),
);

describe("reads", () => {
  test("an item in GBK with attachments and an embedded message", async () => {
    expect(await msg.accepts(await createProbe("x", memorySource(whole)))).toBe(true);
    const result = await run(msg, memorySource(whole));
    checkChunks(result);
    expect(result.texts).toEqual([
      "properties [property]: Subject: 客户资金账户\nTo: 测试乙\nChanged by: 改稿人\n0x8001: 重要客户\n",
      "body [body]: 正文 13800138000\n第二行\n",
      "recipient [property]: Name: 测试乙\nAddress: yi@bank.example\n",
      "link [link]: \\\\server\\客户\\名单.xlsx\n",
    ]);
    expect(Object.keys(result.members)).toEqual(["body.html", "名单.csv", "内层主题.msg"]);
    expect(result.members["名单.csv"]?.length).toBe(9000);
    expect(result.failures).toEqual([]);
    const nested = await run(msg, memorySource(result.memberBytes["内层主题.msg"] ?? new Uint8Array(0)));
    expect(nested.texts).toEqual(["properties [property]: Subject: 内层主题\n", "body [body]: 内层正文 13800138001\n"]);
  });

  test("what Outlook wrote: categories, and a body packed as RTF", async () => {
    const result = await run(msg, memorySource(keywords));
    expect(result.texts[0]).toContain("Subject: Test Keywords\n");
    expect(result.texts[0]).toContain("0x8003: Currently Important\n");
    expect(result.members["body.rtf"]).toMatch(/^\{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 [\s\S]*\}\s*$/);
    expect(result.failures).toEqual([]);
  });

  test("limits end it", async () => {
    const result = await run(msg, memorySource(whole), { budget: limitedBudget({ members: 1 }) });
    expect(Object.keys(result.members)).toEqual(["body.html"]);
    expect(result.failures).toEqual(["too-large file partial"]);
  });
});

test("packed RTF: the example of the specification, what is not packed, and noise", () => {
  // MS-OXRTFCP 3.1.1.
  const example = Buffer.from(
    "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af32068656c0900206277 05b06c647d0a800fa0".replaceAll(" ", ""),
    "hex",
  );
  expect(unpackRtf(example)?.toString()).toBe("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
  expect(unpackRtf(Buffer.from("00000000000000004d454c4100000000414243", "hex"))?.toString()).toBe("ABC");
  expect(unpackRtf(Buffer.alloc(40))).toBe(undefined);
  expect(unpackRtf(Buffer.from("short"))).toBe(undefined);
});

test("cut, bent and garbled items", async () => {
  await endure(msg, whole, 8);
  await endure(msg, keywords, 8);
});
