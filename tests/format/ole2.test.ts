import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { doc } from "../../src/format/doc.ts";
import { ole2 } from "../../src/format/ole2.ts";
import { ppt } from "../../src/format/ppt.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { xls } from "../../src/format/xls.ts";
import { cfbOf, propertySetOf } from "./cfbWriter.ts";
import { endure } from "./hostile.ts";
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
  expect(result.failures).toEqual([]);
});

test("what nobody knows is told as not read, with the text that shows", async () => {
  const result = await run(ole2, memorySource(cfbOf([{ path: "VisioDocument", data: Buffer.from("机密★10年", "utf16le") }])));
  expect(result.failures).toEqual(["unsupported-format file partial"]);
  expect(result.texts.join("")).toContain("机密★10年");
});

/** A drawing of Visio 2003 and later: a trailer, its pages, on each a stream of chunks, packed in literals and one repetition. */
function drawing(pages: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0x36;
  const put = (bytes: Buffer, type: number, format: number): Buffer => {
    const pointer = Buffer.alloc(18);
    pointer.writeUInt32LE(type, 0);
    pointer.writeUInt32LE(at, 8);
    pointer.writeUInt32LE(bytes.length, 12);
    pointer.writeUInt16LE(format, 16);
    parts.push(bytes);
    at += bytes.length;
    return pointer;
  };
  const list = (pointers: readonly Buffer[]): Buffer => {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(12, 0);
    head.writeUInt32LE(pointers.length, 12);
    return Buffer.concat([head, ...pointers]);
  };
  const chunk = (text: string): Buffer => {
    const data = Buffer.concat([Buffer.alloc(8), Buffer.from(`${text}\0`, "utf16le")]);
    const head = Buffer.alloc(19);
    head.writeUInt32LE(0x0e, 0);
    head.writeUInt32LE(data.length, 12);
    head.writeUInt16LE(2, 16);
    return Buffer.concat([head, data]);
  };
  const packed = (bytes: Buffer): Buffer => {
    const blocks: Buffer[] = [];
    for (let from = 0; from < bytes.length; from += 8) blocks.push(Buffer.from([0xff]), bytes.subarray(from, from + 8));
    return Buffer.concat(blocks);
  };
  const listed = pages.map((text) => put(list([put(packed(chunk(text)), 0x48, 0xd2)]), 0x15, 0x50));
  const trailer = put(list(listed), 0x14, 0x50);
  const head = Buffer.alloc(0x36);
  head.write("Visio (TM) Drawing\r\n\0", "latin1");
  head[0x1a] = 11;
  trailer.copy(head, 0x24);
  return Buffer.concat([head, ...parts]);
}

test("the text of shapes of a Visio drawing, page by page", async () => {
  const bytes = cfbOf([{ path: "VisioDocument", data: drawing(["核心交换机 10.1.2.3", "王五\n13800138000"]) }]);
  const result = await run(ole2, memorySource(bytes));
  expect(result.texts[0]).toBe("shapes [body]: 核心交换机 10.1.2.3\n王五\n13800138000\n");
  expect(result.failures).toEqual(["unsupported-format file partial"]);
  await endure(ole2, bytes, 2);
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

test.each([
  ["WordDocument", doc],
  ["Workbook", xls],
  ["PowerPoint Document", ppt],
] as const)("a %s beside an encrypted package is only a page for old programs", async (name, reader) => {
  const stub = { path: name, data: "x" };
  const packed = [
    { path: "EncryptedPackage", data: "x" },
    { path: "EncryptionInfo", data: "y" },
  ];
  expect(await reader.accepts(await createProbe("x", memorySource(cfbOf([stub]))))).toBe(true);
  const both = await createProbe("x", memorySource(cfbOf([stub, ...packed])));
  expect(await reader.accepts(both)).toBe(false);
  expect(await ole2.accepts(both)).toBe(true);
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

test("text of Works and Publisher by its index", async () => {
  const text = Buffer.from("机密★10年\r第二段", "utf16le");
  const bytes = Buffer.alloc(0x200);
  bytes.write("CHNKINK ");
  bytes.writeUInt16LE(0x01f8, 0x18);
  bytes.writeUInt16LE(24, 0x20);
  bytes.write("TEXT", 0x22);
  bytes.write("TEXT", 0x2c);
  bytes.writeUInt32LE(0x200, 0x30);
  bytes.writeUInt32LE(text.length, 0x34);
  const works = await run(ole2, memorySource(cfbOf([{ path: "CONTENTS", data: Buffer.concat([bytes, text]) }])));
  expect([works.texts, works.failures]).toEqual([["body [body]: 机密★10年\n第二段\n"], []]);
  bytes.writeUInt32LE(0x7fff_ffff, 0x34);
  const publisher = await run(
    ole2,
    memorySource(
      cfbOf([
        { path: "Quill/QuillSub/CONTENTS", data: Buffer.concat([bytes, text]) },
        { path: "Contents", data: "x" },
      ]),
    ),
  );
  expect(publisher.texts).toEqual(["body [body]: 机密★10年\n第二段\n"]);
});

test("a document of Works", async () => {
  const works = readFileSync(new URL("../../fixtures/ole2/works.wps", import.meta.url));
  const result = await run(ole2, memorySource(works));
  expect(result.texts).toEqual(["body [body]: This is an example document made with Microsoft Works Word Processor 7.0\n"]);
  expect(result.failures).toEqual([]);
});

test("names of files in a folder's thumbnails", async () => {
  const name = Buffer.from("机密.doc\0", "utf16le");
  const head = Buffer.alloc(16);
  head.writeUInt16LE(16, 0);
  const entry = Buffer.alloc(16);
  entry.writeUInt32LE(16 + name.length, 0);
  const result = await run(
    ole2,
    memorySource(
      cfbOf([
        { path: "Catalog", data: Buffer.concat([head, entry, name]) },
        { path: "1", data: "jpeg" },
      ]),
    ),
  );
  expect([result.texts, result.failures]).toEqual([["names [name]: 机密.doc\n"], []]);
});

test("macro source, packed as Office packs it", async () => {
  const source = 'Attribute VB_Name = "M"\r\n\' 机密★10年\r\n';
  const pack = (data: Buffer): Buffer => {
    // Literals only: a flag byte of zero before each eight bytes.
    const out: Buffer[] = [];
    for (let at = 0; at < data.length; at += 8) out.push(Buffer.of(0), data.subarray(at, at + 8));
    const chunk = Buffer.concat(out);
    const header = Buffer.of(1, 0, 0);
    header.writeUInt16LE(0xb000 | (chunk.length - 1), 1);
    return Buffer.concat([header, chunk]);
  };
  const entry = (id: number, data: Buffer): Buffer => {
    const head = Buffer.alloc(6);
    head.writeUInt16LE(id, 0);
    head.writeUInt32LE(data.length, 2);
    return Buffer.concat([head, data]);
  };
  const offset = Buffer.alloc(4);
  offset.writeUInt32LE(3);
  const directory = Buffer.concat([entry(3, Buffer.of(0xe9, 0xfd)), entry(0x1a, Buffer.from("M")), entry(0x31, offset)]);
  const module = Buffer.concat([Buffer.from("xyz"), pack(Buffer.from(source))]);
  const result = await run(
    ole2,
    memorySource(
      cfbOf([
        { path: "VBA/dir", data: pack(directory) },
        { path: "VBA/M", data: module },
        { path: "PROJECT", data: "p" },
      ]),
    ),
  );
  expect([result.texts, result.failures]).toEqual([['macro1 [code]: Attribute VB_Name = "M"\n\' 机密★10年\n'], []]);
});

describe("an encrypted package", { timeout: 60_000 }, () => {
  const read = (name: string): Buffer => readFileSync(new URL(`../../fixtures/ole2/${name}`, import.meta.url));

  test.each([
    ["agile.xlsx", ["密码123"]],
    ["standard.xlsx", ["wrong", "123456"]],
    ["velvet.xlsx", []],
  ])("%s opens with a password that fits", async (name, passwords) => {
    const result = await run(ole2, memorySource(read(name)), { passwords });
    expect(result.failures).toEqual([]);
    expect([
      ...(await (await createProbe("x", memorySource(result.memberBytes["EncryptedPackage"] ?? Buffer.alloc(0)))).members()),
    ]).toContain("xl/workbook.xml");
  });

  test.each(["agile.xlsx", "standard.xlsx"])("%s stays closed else", async (name) => {
    expect((await run(ole2, memorySource(read(name)), { passwords: ["wrong"] })).failures).toEqual(["encrypted file whole"]);
  });

  test("a description of keys that is damaged or asks for too many rounds opens with none", async () => {
    const xml = Buffer.from(read("agile.xlsx"));
    const at = xml.indexOf("spinCount");
    expect(at).toBeGreaterThan(0);
    for (const [from, to] of [
      [/spinCount="\d{6}"/, 'spinCount="9e99"  '],
      [/ saltValue="[^"]{4}/g, ' saltValue="!!!!'],
      [/keyBits="\d{3}"/g, 'keyBits="777"'],
      [/encryptedKeyValue="([^"]{20})[^"]/, 'encryptedKeyValue="$1"'],
    ] as const) {
      const changed = Buffer.from(xml.toString("latin1").replace(from, to), "latin1");
      expect((await run(ole2, memorySource(changed), { passwords: ["密码123"] })).failures).toEqual(["encrypted file whole"]);
    }
  });
});

test("properties that all point at one long string end", async () => {
  const text = Buffer.alloc(200_000, "a");
  const whole = propertySetOf(
    summary,
    936,
    Array.from({ length: 400 }, (_, index) => [index === 0 ? 2 : 100 + index, 30, index === 0 ? text : Buffer.from("x")] as const),
  );
  // The table of properties: code page first, then the long one; all later ones point at it.
  for (let index = 2; index <= 400; index++) whole.writeUInt32LE(whole.readUInt32LE(48 + 8 + 8 + 4), 48 + 8 + 8 * index + 4);
  const result = await run(ole2, memorySource(cfbOf([{ path: "\x05SummaryInformation", data: whole }])));
  expect(result.failures).toEqual(["corrupt file partial"]);
  expect(result.texts.join("").length).toBeLessThan(6 * whole.length);
});
