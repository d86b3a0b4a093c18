import { expect, test } from "vitest";
import { ole2 } from "../../src/format/ole2.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { cfbOf, propertySetOf } from "./cfbWriter.ts";
import { checkChunks, run } from "./support.ts";

const summary = "e0859ff2f94f6810ab9108002b27b3d9";
const custom = "05d5cdd59c2e1b10939708002b2cf9ae";
/** 机密 in GBK. */
const jimi = Buffer.from([0xbb, 0xfa, 0xc3, 0xdc]);
const time = Buffer.alloc(8);
time.writeBigUInt64LE(133_479_360_000_000_000n);

test.each([
  [936, jimi],
  [65001, Buffer.from("机密")],
  [1200, Buffer.from("机密", "utf16le")],
  [1252, jimi],
])("properties in code page %d, by the names of Office Open XML", async (codepage, text) => {
  const file = cfbOf([
    {
      path: "\x05SummaryInformation",
      data: propertySetOf(summary, codepage, [
        [2, 30, text],
        [13, 64, time],
        [14, 3, 12],
      ]),
    },
    {
      path: "\x05DocumentSummaryInformation",
      data: propertySetOf(custom, codepage, [[2, 31, Buffer.from("十年", "utf16le")]], [[2, text]]),
    },
  ]);
  const result = await run(ole2, memorySource(file));
  checkChunks(result);
  expect(result.texts).toEqual(["properties-core [property]: 机密\t2023-12-25T00:00:00Z\t12\n", "properties-custom [property]: 十年\n"]);
  expect(result.chunks.map((chunk) => chunk.table?.head)).toEqual([[["title", "modified", "Pages"]], [["机密"]]]);
  expect(result.failures).toEqual(["unsupported-format file partial"]);
});

test("an encrypted Office package says so", async () => {
  const result = await run(
    ole2,
    memorySource(
      cfbOf([
        { path: "EncryptedPackage", data: "x" },
        { path: "EncryptionInfo", data: "y" },
      ]),
    ),
  );
  expect(result.failures).toEqual(["encrypted file whole"]);
});

test("a property set that points outside itself is told and never thrown", async () => {
  const whole = propertySetOf(summary, 936, [
    [2, 30, jimi],
    [3, 30, jimi],
  ]);
  for (let at = 28; at < whole.length; at += 4) {
    const broken = Buffer.from(whole);
    broken.writeUInt32LE(0xfffffff7, at);
    const result = await run(ole2, memorySource(cfbOf([{ path: "\x05SummaryInformation", data: broken }])));
    checkChunks(result);
  }
  const cut = await run(ole2, memorySource(cfbOf([{ path: "\x05SummaryInformation", data: whole.subarray(0, whole.length - 10) }])));
  expect(cut.failures).toContain("corrupt file partial");
});

test("a magic number and no directory behind it: runs of text are told", async () => {
  const result = await run(ole2, memorySource(Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(3000, 0x41)])));
  expect(result.failures).toEqual(["corrupt file partial"]);
  expect(result.texts.join("")).toContain("AAAA");
});
