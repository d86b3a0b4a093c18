import { describe, expect, test } from "vitest";
import { memorySource } from "../../../src/format/shared/bytes.ts";
import { unescapeUnicode } from "../../../src/format/shared/unescape.ts";
import { text } from "../../../src/format/text.ts";
import { checkChunks, limitedBudget, run } from "../support.ts";

const cases: readonly (readonly [string, string])[] = [
  [String.raw`\u673a\u5BC6`, "机密"],
  [String.raw`\u{2605}\xa9`, "★©"],
  [String.raw`\ud83d\ude00`, "😀"],
  [String.raw`\u000a\x09`, String.raw`\u000a\x09`],
  [String.raw`\u67 \x4 \u{110000}`, String.raw`\u67 \x4 \u{110000}`],
  ["plain", "plain"],
];
test.each(cases)("%s", (from, to) => {
  expect(unescapeUnicode(from)).toBe(to);
});

describe("text that writes Chinese in escapes", () => {
  test("is told line by line as what it says", async () => {
    const result = await run(text, memorySource(Buffer.from("# id\r\ntitle=\\u673a\\u5bc6\r\nid=11010519491231002X\r\n")));
    checkChunks(result);
    expect(result.texts).toEqual(["body [body]: # id\ntitle=机密\nid=11010519491231002X\n"]);
    const content = result.chunks[0]?.content;
    expect(content?.kind === "utf8" ? content.locate(Buffer.byteLength("# id\ntitle=机密\nid=")) : undefined).toEqual({
      kind: "line",
      line: 3,
      column: 1,
    });
  });
  test("other text stays as it lies", async () => {
    const result = await run(text, memorySource(Buffer.from("C:\\users\\new \\u0041\n")));
    expect(result.chunks[0]?.content.kind).toBe("range");
  });
  test("a line of 2 MiB", async () => {
    const result = await run(text, memorySource(Buffer.from(`x="${"\\u673a\\u5bc6 ".repeat(170_000)}"`)));
    const told = result.texts.map((one) => one.slice(one.indexOf(": ") + 2)).join("");
    expect(told.replace(/[机密 \n"x=]/g, "")).toBe("");
  });
  test("a budget stops it partially", async () => {
    const result = await run(text, memorySource(Buffer.from(`\\u673a${"y".repeat(100_000)}`)), {
      budget: limitedBudget({ characters: 10 }),
    });
    expect(result.failures).toEqual(["too-large file partial"]);
  });
});
