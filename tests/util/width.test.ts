import { expect, test } from "vitest";
import { displayWidth, neutralise, padToWidth, wrapToWidth } from "../../src/util/width.ts";

test.each([
  ["", 0],
  ["abc", 3],
  ["信贷规划", 8],
  ["机密★10年", 9],
  ["“卡号”", 6],
  ["ＩＤ：", 6],
  ["e\u0301", 1],
  ["𠮷", 2],
  ["한글", 4],
  ["🔑", 2],
])("%j takes %d columns", (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

test.each([
  ["桌面/客户名单.xlsx", "桌面/客户名单.xlsx"],
  ["a\u001b[31mred", "a\\x1B[31mred"],
  ["two\nlines\ttab\r", "two\\x0Alines\\x09tab\\x0D"],
  ["gpj\u202Etxt.exe", "gpj\\u202Etxt.exe"],
  ["zero\u200Bwidth\uFEFF", "zero\\u200Bwidth\\uFEFF"],
  ["line\u2028sep", "line\\u2028sep"],
  ["lone\ud800", "lone\\uD800"],
  ["C1\u0085\u009b", "C1\\x85\\x9B"],
  ["tag\u{e0041}", "tag\\u{E0041}"],
  ["\uffff", "\\uFFFF"],
  ["\\xB5 stays", "\\xB5 stays"],
  ["naïve 𠮷 ★", "naïve 𠮷 ★"],
])("%j is shown as %j", (text, shown) => {
  expect(neutralise(text)).toBe(shown);
});

test.each([
  ["short", 10, ["short"]],
  ["one two three", 8, ["one two", "three"]],
  ["校验位、列名相符", 8, ["校验位、", "列名相符"]],
  ["此类文件，请勿打开", 8, ["此类文", "件，请勿", "打开"]],
  ["abcdefghij", 4, ["abcd", "efgh", "ij"]],
  ["中文", 0, ["中", "文"]],
])("%j in %d columns", (text, columns, lines) => {
  expect(wrapToWidth(text, columns)).toEqual(lines);
});

test("no line is wider than asked", () => {
  const text = "违规 下载/客户名单.xlsx 身份证号 110101********8670 高 工作表 Sheet1 B2 校验位、列名，依据 保密法 第31条(三)。";
  for (let columns = 2; columns < 80; columns += 1) {
    for (const line of wrapToWidth(text, columns)) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    expect(wrapToWidth(text, columns).join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  }
});

test("padding counts columns", () => {
  expect(padToWidth("违规", 6)).toBe("违规  ");
  expect(padToWidth("longer", 3)).toBe("longer");
});
