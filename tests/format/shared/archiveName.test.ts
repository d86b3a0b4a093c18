import { expect, test } from "vitest";
import { decodeName } from "../../../src/format/shared/archiveName.ts";
import { encode } from "../../../src/util/encode.ts";

test.each(["通知", "通知.docx", "资料/通知2024.docx", "路.txt", "员工名单.csv", "联通.txt"])("%s in GBK", (name) => {
  expect(decodeName(encode(name, "gb18030") ?? Buffer.alloc(0))).toBe(name);
});

test.each([
  "通知.docx",
  "café.txt",
  "Übersicht é.docx",
  "25°C.txt",
  "10·11.txt",
  "план.txt",
  "ελ.txt",
  "שלום.txt",
  "e\u0301te\u0301.txt",
  "报表–终稿.xlsx",
  "plain.txt",
])("%s in UTF-8", (name) => {
  expect(decodeName(Buffer.from(name))).toBe(name);
});

test("what is neither stands byte by byte; a declaration decides where bytes are both", () => {
  expect(decodeName(Buffer.from([0x61, 0xff, 0xb5]))).toBe("a\\xFF\\xB5");
  const both = encode("通知", "gb18030") ?? Buffer.alloc(0);
  expect(decodeName(both, true)).toBe(Buffer.from(both).toString("utf8"));
});
