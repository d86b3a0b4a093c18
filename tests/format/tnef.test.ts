import { expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { tnef } from "../../src/format/tnef.ts";
import { encode } from "../../src/util/encode.ts";
import { endure } from "./hostile.ts";
import { run } from "./support.ts";

function attribute(level: number, id: number, data: Uint8Array): Buffer {
  const header = Buffer.alloc(9);
  header[0] = level;
  header.writeUInt16LE(id, 1);
  header.writeUInt32LE(data.length, 5);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(data.reduce((all, byte) => all + byte, 0) & 0xffff);
  return Buffer.concat([header, data, sum]);
}

function gbk(text: string): Buffer {
  return Buffer.from(encode(`${text}\0`, "gb18030") ?? []);
}

/** One property of text in 16 bits. */
function property(id: number, text: string): Buffer {
  const value = Buffer.from(`${text}\0`, "utf16le");
  const head = Buffer.alloc(12);
  head.writeUInt16LE(0x1f, 0);
  head.writeUInt16LE(id, 2);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(value.length, 8);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function properties(...list: readonly Buffer[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(list.length);
  return Buffer.concat([count, ...list]);
}

const codepage = Buffer.alloc(8);
codepage.writeUInt32LE(936);
const whole = Buffer.concat([
  Buffer.from("789f3e220100", "hex"),
  attribute(1, 0x9007, codepage),
  attribute(1, 0x8004, gbk("客户主题")),
  attribute(1, 0x9003, properties(property(0x1000, "正文 13800138000"), property(0x0070, "话题"))),
  attribute(2, 0x9002, Buffer.alloc(14)),
  attribute(2, 0x8010, gbk("名单.csv")),
  attribute(2, 0x800f, Buffer.from("测试甲,13800138001")),
  attribute(2, 0x9002, Buffer.alloc(14)),
  attribute(2, 0x8010, gbk("LONGNA~1.TXT")),
  attribute(2, 0x800f, Buffer.from("x")),
  attribute(2, 0x9005, properties(property(0x3707, "很长的名字.txt"))),
]);

test("texts and attachments", async () => {
  expect(await tnef.accepts(await createProbe("winmail.dat", memorySource(whole)))).toBe(true);
  const result = await run(tnef, memorySource(whole));
  expect(result.texts).toEqual([
    "property [property]: Subject: 客户主题\n",
    "body [body]: 正文 13800138000\n",
    "property-2 [property]: Topic: 话题\n",
  ]);
  expect(result.members).toEqual({ "名单.csv": "测试甲,13800138001", "很长的名字.txt": "x" });
  expect(result.failures).toEqual([]);
});

test("cut, bent and garbled bundles", async () => {
  // Nothing marks the end: a bundle cut between two attributes is whole.
  expect((await endure(tnef, whole, 6)).filter((failures) => failures.length > 0).length).toBeGreaterThan(6);
});
