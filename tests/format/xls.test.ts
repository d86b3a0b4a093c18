import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { xls } from "../../src/format/xls.ts";
import type { Location } from "../../src/model/chunk.ts";
import { encryption, rc4Blocks } from "./binaryEncrypt.ts";
import { bof, bytesOf, double, eof, long, record, short, sst, u16, u32, workbook } from "./biffWriter.ts";
import type { Written, WrittenSheet } from "./biffWriter.ts";
import { cfbOf, propertySetOf } from "./cfbWriter.ts";
import { bookAs } from "./sheetJsBook.ts";
import { encode } from "../../src/util/encode.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import type { Result } from "./support.ts";

async function read(stream: Buffer, more: readonly { path: string; data: Uint8Array }[] = []): Promise<Result> {
  const result = await run(xls, memorySource(cfbOf([{ path: "Workbook", data: stream }, ...more])));
  checkChunks(result);
  return result;
}

function oneSheet(records: readonly Written[], globals: readonly Written[] = []): Buffer {
  return workbook(globals, [{ title: "客户", records }]);
}

const label = (row: number, column: number, index: number): Written => record(0xfd, u16(row, column, 0), u32(index));
const number = (row: number, column: number, value: number): Written => record(0x203, u16(row, column, 0), double(value));
const rk = (value: number): Buffer => u32(value >>> 0);

function placeOf(result: Result, flow: string, text: string): Location | undefined {
  for (const chunk of result.chunks) {
    if (chunk.flow !== flow || chunk.content.kind !== "utf8") continue;
    const at = Buffer.from(chunk.content.bytes).indexOf(text);
    if (at >= 0) return chunk.content.locate(at);
  }
  return undefined;
}

const title = "names [bookmark]: 客户\n";

describe("cells", () => {
  const cases: readonly { title: string; records: readonly Written[]; globals?: readonly Written[]; texts: readonly string[] }[] = [
    {
      title: "shared strings, numbers, small numbers in their four ways",
      globals: sst(["姓名", "Zoë"]),
      records: [
        label(0, 0, 0),
        label(0, 1, 1),
        number(0, 2, 622_848_040_212_345_600),
        record(0x27e, u16(1, 0, 0), rk((-7 << 2) | 2)),
        record(0xbd, u16(1, 1), u16(0), rk((1234 << 2) | 3), u16(0), rk(0x3ff00000), u16(0), rk(0x3ff00001), u16(3)),
      ],
      texts: [title, "sheet1 [body]: 姓名\tZoë\t622848040212345600\n-7\t12.34\t1\t0.01\n"],
    },
    {
      title: "strings in place, formulas and what they show",
      records: [
        record(0x204, u16(0, 0, 0), long("旧式\n两行")),
        record(0xd6, u16(0, 1, 0), long("rich")),
        record(0x06, u16(1, 0, 0), double(0.5), u16(0), u32(0), u16(0)),
        record(
          0x06,
          u16(1, 1, 0),
          Buffer.from([0, 0, 0, 0, 0, 0, 255, 255]),
          u16(0),
          u32(0),
          u16(7),
          Buffer.from([0x17, 2, 1]),
          Buffer.from("机密", "utf16le"),
        ),
        record(0x207, long("结果")),
        record(0x06, u16(1, 2, 0), Buffer.from([1, 0, 1, 0, 0, 0, 255, 255]), u16(0), u32(0), u16(0)),
        record(0x06, u16(1, 3, 0), Buffer.from([2, 0, 42, 0, 0, 0, 255, 255]), u16(0), u32(0), u16(0)),
        record(0x205, u16(1, 4, 0), Buffer.from([0, 0])),
      ],
      texts: [title, "sheet1 [body]: 旧式 两行\trich\n0.5\t结果\tTRUE\t#N/A\tFALSE\n", "sheet1-field [body field]: 机密\n"],
    },
    {
      title: "cells written column by column stand in rows",
      records: [number(0, 0, 1), number(1, 0, 2), number(0, 1, 3), number(1, 2, 4)],
      texts: [title, "sheet1 [body]: 1\t3\n2\t\t4\n"],
    },
    {
      title: "hidden rows, also those named behind their cells",
      records: [number(0, 0, 1), number(1, 0, 2), record(0x208, u16(1, 0, 1, 0, 0, 0, 0x20, 0))],
      texts: [title, "sheet1 [body]: 1\n", "sheet1-hidden [body hidden]: 2\n"],
    },
    {
      title: "strings no cell names",
      globals: sst(["用", "弃"]),
      records: [label(0, 0, 0)],
      texts: [title, "sheet1 [body]: 用\n", "unusedStrings [body hidden]: 弃\n"],
    },
  ];
  test.each(cases)("$title", async ({ records, globals = [], texts }) => {
    const result = await read(oneSheet(records, globals));
    expect(result.failures).toEqual([]);
    expect(result.texts.toSorted()).toEqual([...texts].toSorted());
  });
  test("strings cut by a record's end, narrow and wide, in records of any size", async () => {
    const strings = ["机密★10年".repeat(9), "plain".repeat(17), "", "é中".repeat(30), "x"];
    for (let room = 16; room < 60; room++) {
      const result = await read(
        oneSheet(
          strings.map((_, index) => label(0, index, index)),
          sst(strings, room),
        ),
      );
      expect([room, result.texts[1]]).toEqual([room, `sheet1 [body]: ${strings[0]}\t${strings[1]}\t\t${strings[3]}\tx\n`]);
    }
  });
  test("a string of formats and phonetics", async () => {
    const rich = Buffer.concat([
      u16(2),
      Buffer.from([0x0d]),
      u16(1),
      u32(6),
      Buffer.from("机密", "utf16le"),
      u16(0, 5),
      Buffer.alloc(6, 65),
    ]);
    const table = record(0xfc, u32(2), u32(2), rich, long("后"));
    expect((await read(oneSheet([label(0, 0, 0), label(0, 1, 1)], [table]))).texts).toContain("sheet1 [body]: 机密\t后\n");
  });
  test("cells are where a person finds them", async () => {
    const result = await read(oneSheet([number(4, 2, 12_345), number(9, 200, 67_890)]));
    expect(placeOf(result, "sheet1", "12345")).toEqual({ kind: "cell", sheet: "客户", row: 5, column: 3 });
    expect(placeOf(result, "sheet1", "67890")).toEqual({ kind: "cell", sheet: "客户", row: 10, column: 201 });
  });
});

describe("beside the cells", () => {
  const object = (kind: number, id: number): Written => record(0x5d, u16(0x15, 0x12, kind, id), Buffer.alloc(14));
  const text = (shown: string): readonly Written[] => [
    record(0x1b6, u16(0, 0, 0, 0, 0, shown.length, 16), u32(0)),
    record(0x3c, Buffer.from([1]), Buffer.from(shown, "utf16le")),
    record(0x3c, Buffer.alloc(16)),
  ];
  const anchor = (row: number, column: number): Written =>
    record(0xec, u16(0, 0xf010), u32(18), u16(0, column, 0, row, 0, column + 1, 0, row + 1, 0));
  const cases: readonly { title: string; records: readonly Written[]; texts: readonly string[]; at?: [string, string, number, number] }[] =
    [
      {
        title: "header and footer without their codes",
        records: [record(0x14, long('&C&"宋体,Bold"&14机密★&P页&R右')), record(0x15, long("&L左"))],
        texts: ["sheet1-header [header]: 机密★页\n右\n", "sheet1-footer [footer]: 左\n"],
      },
      {
        title: "headers of first and even pages",
        records: [record(0x89c, Buffer.alloc(28), u16(3), u16(3, 0, 4, 0), long("&C偶"), long("&C首页"))],
        texts: ["sheet1-evenHeader [header]: 偶\n", "sheet1-firstHeader [header]: 首页\n"],
      },
      {
        title: "a comment at its cell, its author, and a text box at its anchor",
        records: [
          anchor(7, 3),
          object(0x06, 9),
          ...text("框内★"),
          anchor(1, 1),
          object(0x19, 5),
          ...text("批注★"),
          record(0x1c, u16(2, 1, 0, 5), long("审阅人"), Buffer.from([0])),
        ],
        texts: [
          "sheet1-textbox [body textbox]: 框内★\n",
          "sheet1-comment [body comment]: 批注★\n",
          "sheet1-commentAuthors [body comment]: 审阅人\n",
        ],
        at: ["sheet1-comment", "批注", 3, 2],
      },
      {
        title: "validation with its list",
        records: [
          record(
            0x1be,
            u32(3),
            ...["提示题", "\0", "提示", "错误"].map(long),
            u16(9, 0),
            Buffer.from([0x17, 3, 1]),
            Buffer.from("甲\0乙", "utf16le"),
            u16(0, 0),
            u16(1, 5, 9, 2, 2),
          ),
        ],
        texts: ["sheet1-form [body form]: 提示题\n提示\n错误\n甲,乙\n"],
        at: ["sheet1-form", "提示题", 6, 3],
      },
      {
        title: "a link with text, address and place; its tip",
        records: [
          record(
            0x1b8,
            u16(3, 3, 1, 1),
            Buffer.from("d0c9ea79f9bace118c8200aa004ba90b", "hex"),
            u32(2),
            u32(0x1b),
            u32(3),
            Buffer.from("显示\0", "utf16le"),
            Buffer.from("e0c9ea79f9bace118c8200aa004ba90b", "hex"),
            u32(30),
            Buffer.from("http://x.cn/a\0\0", "utf16le"),
            u32(3),
            Buffer.from("处一\0", "utf16le"),
          ),
          record(0x800, u16(0x800, 3, 3, 1, 1), Buffer.from("提示语\0", "utf16le")),
        ],
        texts: ["sheet1-link [body link]: 显示\nhttp://x.cn/a\n处一\n提示语\n"],
        at: ["sheet1-link", "显示", 4, 2],
      },
      {
        title: "a chart inside the sheet",
        records: [bof(0x20), record(0x100d, u16(0), short("系列名")), record(0x204, u16(0, 0, 0), long("类别")), eof, number(0, 0, 1)],
        texts: ["sheet1 [body]: 1\n", "sheet1-chart [body chart]: 系列名\n类别\n"],
      },
      {
        title: "word art",
        records: [record(0xec, u16(0x13, 0xf00b), u32(6 + 10), u16(0x80c0), u32(10), Buffer.from("水印★\0\0", "utf16le"))],
        texts: ["sheet1-textbox [body textbox]: 水印★\n"],
      },
    ];
  test.each(cases)("$title", async ({ records, texts, at }) => {
    const result = await read(oneSheet(records));
    expect(result.failures).toEqual([]);
    expect(result.texts.toSorted()).toEqual([title, ...texts].toSorted());
    if (at !== undefined) expect(placeOf(result, at[0], at[1])).toEqual({ kind: "cell", sheet: "客户", row: at[2], column: at[3] });
  });
});

describe("the workbook", () => {
  test("hidden sheets, names, links to other workbooks, who wrote it, properties, a pivot cache", async () => {
    const formula = Buffer.concat([Buffer.from([0x17, 2, 1]), Buffer.from("机密", "utf16le")]);
    const globals: readonly Written[] = [
      record(
        0x18,
        u16(0),
        Buffer.from([0, 2]),
        u16(formula.length, 0, 0),
        Buffer.alloc(4),
        Buffer.from([1]),
        Buffer.from("密级", "utf16le"),
        formula,
      ),
      record(0x18, u16(0x20), Buffer.from([0, 1]), u16(0, 0, 0), Buffer.alloc(4), Buffer.from([0, 6])),
      record(0x1ae, u16(1), long("\x01\x01C\x03他\x03b.xls"), long("外表")),
      record(0x5a, Buffer.from([1, 0]), u16(0), Buffer.from([2]), long("外值"), Buffer.from([1]), double(13_800_138_000)),
      record(0x5c, long("作者".padEnd(20))),
    ];
    const sheets: readonly WrittenSheet[] = [
      { title: "显", records: [number(0, 0, 1)] },
      { title: "藏", hidden: 2, records: [number(0, 0, 2)] },
    ];
    const cache = bytesOf([record(0xcd, long("缓存值")), record(0xc9, double(13_900_139_000))]);
    const summary = propertySetOf("e0859ff2f94f6810ab9108002b27b3d9", 936, [[2, 30, Buffer.from([0xbb, 0xfa, 0xc3, 0xdc])]]);
    const result = await read(workbook(globals, sheets), [
      { path: "_SX_DB_CUR/0001", data: cache },
      { path: "\x05SummaryInformation", data: summary },
    ]);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual([
      "names [bookmark]: 显\n藏\n密级: 机密\n",
      "externals [link]: C\\他\\b.xls\n外表\n外值\n13800138000\n",
      "properties-workbook [property]: 作者\n",
      "sheet1 [body]: 1\n",
      "sheet2 [body hidden]: 2\n",
      "properties-core [property]: 机密\n",
      "pivotCache1 [hidden]: 缓存值\n13900139000\n",
    ]);
  });
});

test("an object in the workbook is an entry of its own", async () => {
  const inner = oneSheet([number(0, 0, 42)]);
  const result = await read(oneSheet([number(0, 0, 1)]), [{ path: "MBD0018D4CE/Workbook", data: inner }]);
  expect(result.failures).toEqual([]);
  const bytes = result.memberBytes["MBD0018D4CE"];
  expect((await run(xls, memorySource(bytes ?? Buffer.alloc(0)))).texts).toEqual([title, "sheet1 [body]: 42\n"]);
});

test("macros, and streams of no known kind, which are told as not read whole", async () => {
  const result = await read(oneSheet([number(0, 0, 1)]), [
    { path: "Revision Log", data: Buffer.concat([Buffer.alloc(9), Buffer.from("身份证号110105194912310038", "utf16le"), Buffer.alloc(9)]) },
    { path: "\x01CompObj", data: Buffer.alloc(20) },
  ]);
  expect(result.failures).toEqual(["unsupported-format file partial"]);
  expect(result.texts.at(-1)).toContain("身份证号110105194912310038");
});

describe("older versions", () => {
  const gbk = (text: "姓名" | "张三"): Buffer => Buffer.from(text === "姓名" ? [0xd0, 0xd5, 0xc3, 0xfb] : [0xd5, 0xc5, 0xc8, 0xfd]);
  test("BIFF5 in GBK, told by its code page", async () => {
    const begin = (kind: number): Written => record(0x809, u16(0x0500, kind, 0, 0));
    const sheet = bytesOf([
      begin(0x10),
      record(0x14, Buffer.from([4]), gbk("姓名")),
      record(0x204, u16(0, 0, 0), u16(4), gbk("张三")),
      record(0x1c, u16(0, 0, 4), gbk("姓名")),
      eof,
    ]);
    const globals = (at: number): Buffer =>
      bytesOf([begin(0x05), record(0x42, u16(936)), record(0x85, u32(at), Buffer.from([0, 0, 4]), gbk("姓名")), eof]);
    const stream = Buffer.concat([globals(globals(0).length), sheet]);
    const result = await run(xls, memorySource(cfbOf([{ path: "Book", data: stream }])));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual([
      "names [bookmark]: 姓名\n",
      "sheet1 [body]: 张三\n",
      "sheet1-header [header]: 姓名\n",
      "sheet1-comment [body comment]: 姓名\n",
    ]);
  });
  test("BIFF5 whose dimensions bear their number of version 2", async () => {
    const begin = record(0x809, u16(0x0500, 0x10, 0, 0));
    const dimensions = record(0, u16(0, 1, 0, 1, 0));
    const result = await run(
      xls,
      memorySource(bytesOf([begin, dimensions, record(0x204, u16(0, 0, 0), u16(4), Buffer.from("text")), eof])),
    );
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual(["sheet1 [body]: text\n"]);
  });
  test.each(["biff4", "biff3", "biff2"] as const)("a bare stream of %s is known by its first record", async (kind) => {
    const bytes = bookAs(kind);
    expect(await xls.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(xls, memorySource(bytes));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts.join("")).toContain("\t110101199003078670\t622848040212345600\n");
  });
  test("a bare sheet whose first record says no version, as SheetJS wrote them", async () => {
    const label = Buffer.concat([Buffer.from("000000001000", "hex"), u16(8), encode("机密文件", "gb18030") ?? Buffer.alloc(0)]);
    const codepage = record(0x42, u16(936));
    const bytes = bytesOf([record(0x809, Buffer.from("0000001037323632", "hex")), codepage, record(0x204, label), eof]);
    expect(await xls.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(xls, memorySource(bytes));
    expect(result.texts).toEqual(["sheet1 [body]: 机密文件\n"]);
    expect(result.failures).toEqual([]);
  });
  test.each([
    ["empty", ""],
    ["text that begins with a tab", "\t\b\x10\0abcd"],
    ["a BOF of an unknown kind", "\t\x08\x10\0\0\x06\x07\0"],
  ])("is not %s", async (_, bytes) => {
    expect(await xls.accepts(await createProbe("x.xls", memorySource(Buffer.from(bytes, "latin1"))))).toBe(false);
  });
});

test("scenarios, pivot tables and queries", async () => {
  const plain = (text: string): Buffer => Buffer.concat([Buffer.from([0]), Buffer.from(text, "latin1")]);
  const wide = (text: string): Buffer => Buffer.concat([u16(text.length), Buffer.from([1]), Buffer.from(text, "utf16le")]);
  const scenario = record(
    0xaf,
    u16(1),
    Buffer.from([0, 0, 10, 3, 2]),
    plain("Worst case"),
    wide("李四"),
    wide("压力测试"),
    u16(0, 0),
    wide("违约"),
    u16(0),
  );
  const result = await read(
    oneSheet([
      number(0, 0, 1),
      scenario,
      record(0xb0, Buffer.alloc(40), u16(6, 5), plain("PivotA"), plain("Total")),
      record(0xb2, u16(0, 0, 3), wide("张三")),
      record(0x1ad, Buffer.alloc(8), wide("查询")),
    ]),
  );
  expect(result.failures).toEqual([]);
  expect(result.texts).toEqual(
    expect.arrayContaining([
      "sheet1-form [body form]: Worst case\n李四\n压力测试\n违约\n",
      "sheet1-pivotTable [body form]: PivotA\nTotal\n张三\n查询\n",
    ]),
  );
});

describe("passwords", () => {
  const sheets: readonly WrittenSheet[] = [
    { title: "密", records: [label(0, 0, 0), ...Array.from({ length: 200 }, (_, row) => number(row + 1, 0, row * 7919))] },
  ];
  /** A workbook under a password as Excel 97 (RC4) or Excel 2003 (RC4 of CryptoAPI, 128 bits) writes it. */
  function encrypted(password: string, kind: "rc4" | "cryptoApi"): Buffer {
    const { info, keyOf } = encryption(password, kind);
    const pass = record(0x2f, u16(1), info);
    const plain = workbook(sst(["机密★10年"]), sheets, [pass]);
    const out = rc4Blocks(keyOf, plain, 1024);
    for (let at = 0; at + 4 <= plain.length;) {
      const type = plain.readUInt16LE(at);
      const size = plain.readUInt16LE(at + 2);
      const open = type === 0x809 || type === 0x2f ? size : type === 0x85 ? 4 : 0;
      plain.copy(out, at, at, at + 4 + open);
      at += 4 + size;
    }
    return cfbOf([{ path: "Workbook", data: out }]);
  }
  test.each(["rc4", "cryptoApi"] as const)("%s: the password everybody has needs not be told, another is tried", async (kind) => {
    const known = await run(xls, memorySource(encrypted("VelvetSweatshop", kind)));
    expect(known.failures).toEqual([]);
    expect(known.texts[0]).toBe("names [bookmark]: 密\n");
    expect(known.texts[1]).toMatch(/^sheet1 \[body\]: 机密★10年\n0\n7919\n15838\n/);
    const secret = encrypted("口令1", kind);
    expect((await run(xls, memorySource(secret))).failures).toEqual(["encrypted file whole"]);
    expect((await run(xls, memorySource(secret), { passwords: ["x", "口令1"] })).texts[1]).toMatch(/1575881\n$/);
  });
});

describe("damage", () => {
  const rows = Array.from({ length: 400 }, (_, row) => [label(row, 0, row), number(row, 1, row * 7919)]).flat();
  const whole = cfbOf([{ path: "Workbook", data: oneSheet(rows, sst(Array.from({ length: 400 }, (_, row) => `客户${row}号`))) }]);
  test("cut at every tenth: a failure, and what is before the cut", async () => {
    for (let tenth = 1; tenth < 10; tenth++) {
      const result = await run(xls, memorySource(whole.subarray(0, Math.floor((whole.length * tenth) / 10))));
      checkChunks(result);
      expect([tenth, result.failures.length > 0]).toEqual([tenth, true]);
    }
  });
  test("200 flipped bits never throw", async () => {
    let seed = 11;
    for (let round = 0; round < 200; round++) {
      const flipped = Buffer.from(whole);
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const at = seed % flipped.length;
      flipped[at] = (flipped[at] ?? 0) ^ (1 << ((seed >>> 20) % 8));
      checkChunks(await run(xls, memorySource(flipped)));
    }
  });
  test.each([
    ["nothing in the stream", Buffer.alloc(0)],
    ["garbage", Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251))],
    [
      "garbage behind a BOF",
      Buffer.concat([bytesOf([bof(5)]), Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251))]),
    ],
    ["a sheet that is not there", bytesOf([bof(5), record(0x85, u32(999_999), Buffer.from([0, 0]), short("无")), eof])],
    ["a table that claims four billion strings", oneSheet([], [record(0xfc, u32(0xffffffff), u32(0xffffffff), long("一"))])],
  ])("%s: told as damaged, nothing thrown", async (_, stream) => {
    const result = await read(stream);
    if (!_.startsWith("a table")) expect(result.failures.some((failure) => failure.startsWith("corrupt"))).toBe(true);
  });
  test("absurd places cost nothing", async () => {
    const result = await read(oneSheet([number(65_535, 65_535, 1), number(65_535, 65_000, 2)]));
    expect(result.texts[1]?.trim().endsWith("2\t\t\t\t\t") || result.texts[1]?.includes("2")).toBe(true);
  });
  test("a damaged length, end or begin of a sheet costs little", async () => {
    const sheets: readonly WrittenSheet[] = [1, 2].map((sheet) => ({
      title: `S${sheet}`,
      records: Array.from({ length: 40 }, (_, row) => number(row, 0, sheet * 1_000_000 + row)),
    }));
    const stream = workbook([], sheets);
    const lengths: number[] = [];
    for (let at = 0; at + 4 <= stream.length; at += 4 + stream.readUInt16LE(at + 2)) lengths.push(at);
    for (const at of lengths) {
      for (const [byte, bit] of [
        [0, 0x40],
        [1, 0x08],
        [2, 0x10],
        [3, 0x04],
      ] as const) {
        const damaged = Buffer.from(stream);
        damaged[at + byte] = (damaged[at + byte] ?? 0) ^ bit;
        const numbers = (await read(damaged)).texts.join("\n").match(/[12]0000\d\d/g) ?? [];
        expect([at, byte, new Set(numbers).size >= 76, numbers.length === new Set(numbers).size]).toEqual([at, byte, true, true]);
      }
    }
  });
  test("the stream SheetJS marks its files with is nothing unread", async () => {
    const result = await run(xls, memorySource(bookAs("biff8")));
    expect([result.failures, result.texts.some((part) => part.includes("张三"))]).toEqual([[], true]);
  });
  test("a chain of sectors in a circle does not reach the second reader, whose own goes round it for ever", async () => {
    const bytes = Buffer.from(
      cfbOf([{ path: "Workbook", data: oneSheet(Array.from({ length: 2000 }, (_, index) => number(index, 0, index))) }]),
    );
    // Sectors of 512 bytes; the table of sectors begins where the header says: every entry of the workbook leads back to its first.
    const table = 512 * (bytes.readUInt32LE(76) + 1);
    const first = bytes.readUInt32LE(table);
    for (let entry = 8; entry < 60; entry++)
      if (bytes.readUInt32LE(table + 4 * entry) === entry + 1) bytes.writeUInt32LE(first, table + 4 * entry);
    const begun = process.cpuUsage();
    const result = await run(xls, memorySource(bytes));
    expect(result.failures).toContain("corrupt file partial");
    expect(process.cpuUsage(begun).user).toBeLessThan(2_000_000);
  });
  test("what begins as a sheet in the last bytes is none", async () => {
    const cut = Buffer.concat([oneSheet([number(0, 0, 1)]), Buffer.from([0x09, 0x08, 0x10])]);
    expect((await read(cut)).texts).toContain("sheet1 [body]: 1\n");
    expect((await read(cut.subarray(0, -1))).texts).toContain("sheet1 [body]: 1\n");
  });
  test("the second reader tells nothing twice", async () => {
    const stream = oneSheet([number(0, 0, 1), number(0, 1, 2), number(1, 0, 3)]);
    const result = await read(stream.subarray(0, stream.length - 4));
    expect(result.failures).toEqual(["corrupt file partial"]);
    expect(result.texts).toEqual([title, "sheet1 [body]: 1\t2\n3\n"]);
  });
  test("budgets stop it partially", async () => {
    const result = await run(xls, memorySource(whole), { budget: limitedBudget({ cells: 100 }) });
    expect(result.failures).toEqual(["too-large file partial"]);
    expect(result.texts.join("")).toContain("客户40号");
  });
});
