import { describe, expect, test } from "vitest";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { text } from "../../src/format/text.ts";
import { run } from "./support.ts";

async function tableOf(content: string): Promise<{ separator: string; head: readonly (readonly string[])[] } | undefined> {
  const [chunk] = (await run(text, memorySource(Buffer.from(content)))).chunks;
  return chunk?.table === undefined ? undefined : { separator: chunk.table.separator, head: chunk.table.head };
}

describe("csv", () => {
  test("a separator named in a line of its own, cells over several lines", async () => {
    expect(await tableOf('sep=;\r\n姓名;证件号;备注\r\n张三;1;"两行\r\n备注"\r\n李四;2;x\r\n')).toEqual({
      separator: ";",
      head: [["sep=", ""], ["姓名", "证件号", "备注"], ["张三", "1", "两行"], ['备注"'], ["李四", "2", "x"]],
    });
    expect((await tableOf("\ufeffsep=|\n姓名|号\n张三|1\n"))?.separator).toBe("|");
  });
  test("a program's commas are none", async () => {
    const calls = Array.from({ length: 9 }, (_, at) => `register("a${at}", ${at}, "b");`).join("\n");
    expect(await tableOf(`FIELDS = ["username", "password", "mobile"]\n${calls}\n`)).toBeUndefined();
  });
  test.each(["utf8", "utf16le"] as const)("rows within a text are a table, and lines go on being counted: %s", async (encoding) => {
    const content = "记录\n\n| 姓名 | 卡号 |\n|---|---|\n| 甲 | 1 |\n| 乙 | 2 |\n\n以上\n姓名\t号\n丙\t3\n丁\t4\n";
    const bytes = Buffer.from(encoding === "utf8" ? content : `\ufeff${content}`, encoding);
    const { chunks } = await run(text, memorySource(bytes));
    expect(chunks.map(({ table, start }) => [table?.head[0], start])).toEqual([
      [undefined, 0],
      [["", "姓名", "卡号", ""], Buffer.byteLength("记录\n\n")],
      [undefined, Buffer.byteLength(content.slice(0, content.indexOf("\n\n以上") + 1))],
      [["姓名", "号"], Buffer.byteLength(content.slice(0, content.indexOf("姓名\t号")))],
    ]);
  });
  test("cells over many lines do not hide the columns", async () => {
    const rows = Array.from({ length: 9 }, (_, row) => `张三,${row},"一\n二\n三\n四"`).join("\n");
    expect((await tableOf(`姓名,号,地址\n${rows}\n`))?.head[0]).toEqual(["姓名", "号", "地址"]);
  });
  test("a quote that never closes is no cell", async () => {
    expect((await tableOf('姓名,号\n张三,5"\n李四,2\n王五,3\n赵六,4\n钱七,5\n'))?.separator).toBe(",");
  });
});
