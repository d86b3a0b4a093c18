import { expect, test } from "vitest";
import { pathBelow, readShown, showBytes, toByteString, toSystemPath } from "../../src/util/path.ts";

test.each([
  ["ASCII", [0x61, 0x2e, 0x74], "a.t"],
  ["UTF-8", [...Buffer.from("客户名单𠮷.xlsx")], "客户名单𠮷.xlsx"],
  ["GBK name 客户, whose middle two bytes happen to be UTF-8", [0xbf, 0xcd, 0xbb, 0xa7], "\\xBF\u037b\\xA7"],
  ["UTF-8 with one broken byte in it", [...Buffer.from("密"), 0xb5, 0x41], "密\\xB5A"],
  ["cut short sequence", [0xe5, 0xae], "\\xE5\\xAE"],
  ["surrogate written as UTF-8", [0xed, 0xa0, 0x80], "\\xED\\xA0\\x80"],
  ["overlong slash", [0xc0, 0xaf], "\\xC0\\xAF"],
  ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80], "\\xF4\\x90\\x80\\x80"],
])("shows and reads back %s", (_, bytes, shown) => {
  const held = Buffer.from(bytes).toString("latin1");
  expect(showBytes(held)).toBe(shown);
  expect(readShown(shown)).toBe(held);
  expect(Buffer.from(toSystemPath(held))).toEqual(Buffer.from(bytes));
});

test("bytes of a text are its UTF-8", () => {
  expect(toByteString("密")).toBe("\u00e5\u00af\u0086");
});

test.each([
  ["docs", "docs/a/b.txt", "a/b.txt"],
  ["docs/", "docs/a.txt", "a.txt"],
  ["/", "/etc/passwd", "etc/passwd"],
  [".", "./a.txt", "a.txt"],
  ["名单.txt", "名单.txt", "名单.txt"],
  ["资料/名单.zip", "资料/名单.zip!/a.txt", "名单.zip!/a.txt"],
])("below %s, %s is %s", (root, path, below) => {
  expect(pathBelow(root, path)).toBe(below);
});
