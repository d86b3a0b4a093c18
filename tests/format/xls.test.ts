import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { xls } from "../../src/format/xls.ts";
import { bookAs } from "./sheetJsBook.ts";
import { checkChunks, run } from "./support.ts";

describe("xls", () => {
  test.each(["biff8", "biff4", "biff3", "biff2"] as const)("%s", async (kind) => {
    const result = await run(xls, memorySource(bookAs(kind)));
    checkChunks(result);
    expect(result.failures).toEqual([]);
    const text = result.texts.join("");
    expect(text).toContain("622848040212345600");
    expect(text).toContain("110101199003078670");
  });
  test("hidden sheets, comments, links, names, properties", async () => {
    const result = await run(xls, memorySource(bookAs("biff8")));
    expect(result.texts).toEqual(
      expect.arrayContaining([
        "sheet1 [body]: 姓名\t证件号\t卡号\n张三\t110101199003078670\t622848040212345600\n李四\tTRUE\t0.1\n",
        "sheet2 [body hidden]: 藏\t1\n",
        expect.stringContaining("sheet1-link [body link]: http://example.cn/"),
        expect.stringMatching(/^properties-document \[property\]: .*标题/),
      ]),
    );
  });
  test.each(["biff4", "biff3", "biff2"] as const)("a bare stream of %s is known by its first record", async (kind) => {
    expect(await xls.accepts(await createProbe("x", memorySource(bookAs(kind))))).toBe(true);
  });
  test.each([
    ["empty", ""],
    ["text that begins with a tab", "\t\b\x10\0abcd"],
    ["a BOF of an unknown kind", "\t\x08\x10\0\0\x06\x07\0"],
  ])("is not %s", async (_, bytes) => {
    expect(await xls.accepts(await createProbe("x.xls", memorySource(Buffer.from(bytes, "latin1"))))).toBe(false);
  });
});
