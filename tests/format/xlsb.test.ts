import { describe, expect, test } from "vitest";
import { CFB } from "xlsx";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { xlsb } from "../../src/format/xlsb.ts";
import { xlsx } from "../../src/format/xlsx.ts";
import { u16, u32 } from "./biffWriter.ts";
import { bookAs } from "./sheetJsBook.ts";
import { checkChunks, run } from "./support.ts";

describe("xlsb", () => {
  test("needs the library: nothing else here reads its sheets", async () => {
    const bytes = bookAs("xlsb");
    const probe = await createProbe("x", memorySource(bytes));
    expect([await xlsb.accepts(probe), await xlsx.accepts(probe)]).toEqual([true, false]);
    const result = await run(xlsb, memorySource(bytes));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual(
      expect.arrayContaining([
        "names [bookmark]: 客户\n藏表\n密级: 客户!$A$1\n",
        "sheet1 [body]: 姓名\t证件号\t卡号\n张三\t110101199003078670\t622848040212345600\n李四\tTRUE\t0.1\n",
        "sheet2 [body hidden]: 藏\t1\n",
        "sheet1-comment [body comment]: 批注★机密10年\n",
        expect.stringMatching(/^sheet1-link \[body link\]: http.*\n提示\n/),
        "properties-core [property]: 作者\t标题\n",
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
  });
  test("headers, footers and validation, which the library leaves out", async () => {
    const file = CFB.read(Buffer.from(bookAs("xlsb")), { type: "buffer" });
    const sheet = CFB.find(file, "/xl/worksheets/sheet1.bin");
    const wide = (text: string): Buffer => Buffer.concat([u32(text.length), Buffer.from(text, "utf16le")]);
    const none = u32(0xffffffff);
    const header = Buffer.concat([u16(0), wide("&C机密★&P"), wide("&L脚"), none, none, wide("首页"), none]);
    const list = Buffer.concat([Buffer.from([0x17]), u16(3), Buffer.from("甲\0乙", "utf16le")]);
    const validation = Buffer.concat([
      u32(0),
      u32(1),
      u32(4),
      u32(9),
      u32(2),
      u32(2),
      ...["错题", "错", "题", "提示"].map(wide),
      u32(list.length),
      list,
      u32(0),
      u32(0),
      u32(0),
    ]);
    const told = (type: number, data: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from(type < 128 ? [type] : [(type & 127) | 128, type >> 7]),
        Buffer.from([(data.length & 127) | 128, data.length >> 7]),
        data,
      ]);
    if (sheet !== null) sheet.content = Buffer.concat([Buffer.from(sheet.content), told(64, validation), told(479, header)]);
    const bytes = CFB.write(file, { type: "buffer", fileType: "zip" }) as Uint8Array;
    const result = await run(xlsb, memorySource(bytes));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual(
      expect.arrayContaining([
        "beside1-header [header]: 机密★\n首页\n",
        "beside1-footer [footer]: 脚\n",
        "beside1-form [body form]: 错题\n错\n题\n提示\n甲,乙\n",
      ]),
    );
    const form = result.chunks.find(({ flow }) => flow === "beside1-form");
    expect(form?.content.kind === "utf8" && form.content.locate(0)).toEqual({ kind: "cell", sheet: "客户", row: 5, column: 3 });
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
