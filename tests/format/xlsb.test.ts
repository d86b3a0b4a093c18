import { describe, expect, test } from "vitest";
import { CFB } from "xlsx";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { xlsb } from "../../src/format/xlsb.ts";
import { xlsx } from "../../src/format/xlsx.ts";
import { u16, u32 } from "./biffWriter.ts";
import { bookAs } from "./sheetJsBook.ts";
import { checkChunks, run } from "./support.ts";

const wide = (text: string): Buffer => Buffer.concat([u32(text.length), Buffer.from(text, "utf16le")]);
const none = u32(0xffffffff);
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};

/** A record ([MS-XLSB] 2.1.4). */
function told(type: number, ...data: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(data);
  return Buffer.concat([
    Buffer.from(type < 128 ? [type] : [(type & 127) | 128, type >> 7]),
    Buffer.from([(bytes.length & 127) | 128, bytes.length >> 7]),
    bytes,
  ]);
}

const row = (number: number, hidden = false): Buffer =>
  told(0, u32(number - 1), u32(0), u16(300), Buffer.from([0, hidden ? 0x10 : 0, 0]), u32(0));
const cell = (type: number, column: number, ...data: readonly Buffer[]): Buffer => told(type, u32(column), u32(0), ...data);
const formula = (tokens: Buffer, extra: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([u16(0), u32(tokens.length), tokens, u32(extra.length), extra]);
const text = (content: string): Buffer => Buffer.concat([Buffer.from([0x17]), u16(content.length), Buffer.from(content, "utf16le")]);

/** The made-up workbook with parts changed or added. */
function withParts(change: Readonly<Record<string, (old: Buffer) => Buffer>>): Uint8Array {
  const file = CFB.read(Buffer.from(bookAs("xlsb")), { type: "buffer" });
  for (const [path, make] of Object.entries(change)) {
    const found = CFB.find(file, path);
    if (found === null) CFB.utils.cfb_add(file, path, make(Buffer.alloc(0)));
    else found.content = make(Buffer.from(found.content));
  }
  return CFB.write(file, { type: "buffer", fileType: "zip" }) as Uint8Array;
}

describe("xlsb", () => {
  test("sheets, names, comments, links and properties", async () => {
    const bytes = bookAs("xlsb");
    const probe = await createProbe("x", memorySource(bytes));
    expect([await xlsb.accepts(probe), await xlsx.accepts(probe)]).toEqual([true, false]);
    const result = await run(xlsb, memorySource(bytes));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual(
      expect.arrayContaining([
        "names [bookmark]: 客户\n藏表\n密级:\n",
        "sheet1 [body]: 姓名\t证件号\t卡号\n张三\t110101199003078670\t622848040212345600\n李四\tTRUE\t0.1\n",
        "sheet2 [body hidden]: 藏\t1\n",
        "comments1 [comment]: 批注★机密10年\n",
        "properties-authors [property]: 审阅\n",
        "properties-core [property]: 作者\t标题\n",
        "sheet1-link [body link]: 提示\n",
        "links [link]: http://example.cn/链接\n",
      ]),
    );
    expect(result.chunks.find(({ flow }) => flow === "sheet1")?.table).toEqual({
      id: "sheet1",
      title: "客户",
      separator: "\t",
      row: 1,
      head: [
        ["姓名", "证件号", "卡号"],
        ["张三", "110101199003078670", "622848040212345600"],
        ["李四", "TRUE", "0.1"],
      ],
    });
    const comment = result.chunks.find(({ flow }) => flow === "comments1");
    expect(comment?.content.kind === "utf8" && comment.content.locate(0)).toEqual({ kind: "cell", sheet: "客户", row: 2, column: 1 });
  });
  test("cells of every kind, hidden rows, strings of formulas", async () => {
    const list = Buffer.concat([u32(1), u32(1), Buffer.from([1]), u16(3), Buffer.from("列表项", "utf16le")]);
    const bytes = withParts({
      "/xl/worksheets/sheet1.bin": () =>
        Buffer.concat([
          told(129),
          told(145),
          row(1),
          cell(1, 0),
          cell(2, 1, u32((1234 << 2) | 3)),
          cell(3, 2, Buffer.from([42])),
          cell(4, 3, Buffer.from([1])),
          cell(5, 4, double(6.228_480_402_123_456e17)),
          cell(6, 5, wide("行内\t文")),
          cell(7, 6, u32(0)),
          row(3, true),
          cell(62, 0, Buffer.from([3]), wide("富文本"), u32(1), u32(0), wide("fu"), u32(0)),
          cell(
            8,
            1,
            wide("算得"),
            formula(Buffer.concat([text("机密"), Buffer.from([0x24]), u32(0), u16(0), text("★"), Buffer.from([8])])),
          ),
          cell(9, 2, double(7), formula(Buffer.concat([Buffer.from([0x60]), Buffer.alloc(14)]), list)),
          cell(10, 3, Buffer.from([0]), formula(Buffer.from([0x1d, 0]))),
          cell(11, 4, Buffer.from([7]), formula(Buffer.from([0x1c, 7]))),
          row(4),
          told(14 + 2, u32(0), double(2.5)),
          told(12, u32(0)),
          told(17, u32(0), wide("短格")),
          told(18, u32(0), u32(3)),
          told(146),
          told(167, wide("筛选值")),
          told(130),
        ]),
    });
    const result = await run(xlsb, memorySource(bytes));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual(
      expect.arrayContaining([
        "sheet1 [body]: \t12.34\t#N/A\tTRUE\t622848040212345600\t行内 文\t姓名\n2.5\t\t短格\t张三\n",
        "sheet1-hidden [body hidden]: 富文本\t算得\t7\tFALSE\t#DIV/0!\n",
        "sheet1-field [body field]: 机密\n★\n列表项\n",
        "sheet1-caption [body caption]: fu\n",
        "sheet1-form [body form]: 筛选值\n",
      ]),
    );
  });
  test("parts without a reader of their own give their strings and numbers", async () => {
    const bytes = withParts({
      "/xl/tables/table1.bin": () => told(343, u32(1), u32(0), wide("客户表"), wide("table name")),
      "/xl/externalLinks/externalLink1.bin": () =>
        Buffer.concat([told(371, u32(0), wide("外部值")), told(368, u32(0), double(6.222_021_234_567_891e18))]),
      "/xl/pivotCache/pivotCacheRecords1.bin": () => Buffer.concat([told(31, wide("李四")), told(28, double(13_912_345_678))]),
    });
    const result = await run(xlsb, memorySource(bytes));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual(
      expect.arrayContaining([
        "records1 [link]: 外部值\n6222021234567891000\n",
        "records2 [hidden]: 李四\n13912345678\n",
        "records3 [property]: 客户表\ntable name\n",
      ]),
    );
  });
  test("headers, footers and validation", async () => {
    const header = [u16(0), wide("&C机密★&P"), wide("&L脚"), none, none, wide("首页"), none];
    const choice = text("甲\0乙");
    const validation = [
      u32(0),
      u32(1),
      u32(4),
      u32(9),
      u32(2),
      u32(2),
      ...["错题", "错", "题", "提示"].map(wide),
      u32(choice.length),
      choice,
      u32(0),
      u32(0),
      u32(0),
    ];
    const bytes = withParts({
      "/xl/worksheets/sheet1.bin": (old) => Buffer.concat([old, told(64, ...validation), told(479, ...header)]),
    });
    const result = await run(xlsb, memorySource(bytes));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual(
      expect.arrayContaining([
        "sheet1-oddHeader [header]: 机密★\n",
        "sheet1-firstHeader [header]: 首页\n",
        "sheet1-oddFooter [footer]: 脚\n",
        "sheet1-form [body form]: 错题\n错\n题\n提示\n甲,乙\n",
      ]),
    );
    const form = result.chunks.find(({ flow }) => flow === "sheet1-form");
    expect(form?.content.kind === "utf8" && form.content.locate(0)).toEqual({ kind: "cell", sheet: "客户", row: 5, column: 3 });
  });
  test("behind a damaged length the records are taken up again", async () => {
    const rows = Array.from({ length: 50 }, (_, index) =>
      Buffer.concat([row(index + 1), cell(6, 0, wide(`行${index + 1}`)), cell(5, 1, double(index))]),
    );
    const bytes = withParts({
      "/xl/worksheets/sheet1.bin": () =>
        Buffer.concat([...rows.slice(0, 20), Buffer.from([5, 0xff, 0xff, 0x7f]), Buffer.alloc(9), ...rows.slice(20), Buffer.from([6, 60])]),
    });
    const result = await run(xlsb, memorySource(bytes));
    expect(result.failures).toEqual(["corrupt file partial"]);
    expect(result.texts.find((part) => part.startsWith("sheet1 "))?.split("\n")).toHaveLength(51);
  });
  test("cut, flipped or emptied it fails and never throws", async () => {
    const bytes = bookAs("xlsb");
    for (let tenth = 0; tenth < 10; tenth++) {
      const result = await run(xlsb, memorySource(bytes.subarray(0, Math.floor((bytes.length * tenth) / 10))));
      expect(result.failures.length).toBeGreaterThan(0);
    }
    let seed = 7;
    for (let round = 0; round < 60; round++) {
      const flipped = Uint8Array.from(bytes);
      for (let bit = 0; bit < 4; bit++) {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        const at = seed % flipped.length;
        flipped[at] = (flipped[at] ?? 0) ^ (1 << ((seed >>> 20) % 8));
      }
      checkChunks(await run(xlsb, memorySource(flipped)));
    }
  });
});
