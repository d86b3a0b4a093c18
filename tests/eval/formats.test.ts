import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readExpectations } from "../../eval/formats/expectation.ts";
import { Extraction, type Piece } from "../../eval/formats/find.ts";
import { normalise, withoutBlanks } from "../../eval/formats/normalise.ts";
import { percent } from "../../eval/formats/result.ts";

function piece(text: string, more: Partial<Piece> = {}): Piece {
  return { path: "/x/a.xls", flow: "body", roles: ["body"], page: undefined, text, locate: () => undefined, ...more };
}

describe("the form in which texts are compared", () => {
  it("takes full width, blanks and line ends for one, and keeps what parts cells", () => {
    expect(normalise("　机 密★\r\n１０ 年  x ﬁn  e ")).toBe("机密★ 10年x fin e");
    expect(normalise("甲 \t 11010519491231002X")).toBe("甲\t11010519491231002X");
    expect(normalise("甲\t乙")).not.toBe(normalise("甲乙"));
    expect(withoutBlanks("甲\t乙 c\nd")).toBe("甲乙cd");
  });
});

describe("finding an expected text", () => {
  it("asks for the role at any level", () => {
    const extraction = new Extraction([piece("机密", { roles: ["header", "textbox"] })], []);
    expect(extraction.has({ text: "机密", role: "header" })).toBe(true);
    expect(extraction.has({ text: "机密", role: "textbox" })).toBe(true);
    expect(extraction.has({ text: "机密", role: "body" })).toBe(false);
    expect(extraction.has({ text: "绝密" })).toBe(false);
  });

  it("joins pieces of one flow, never of two", () => {
    expect(new Extraction([piece("机"), piece("密")], []).has({ text: "机密" })).toBe(true);
    expect(new Extraction([piece("机"), piece("密", { flow: "header1" })], []).has({ text: "机密" })).toBe(false);
    expect(new Extraction([piece("机"), piece("密", { roles: ["deleted"] })], []).has({ text: "机密" })).toBe(false);
  });

  it("asks where the cell stands in which the text begins", () => {
    const text = "张\t1\n李\t2\n2\t2\n";
    const starts = [0, 4, 6, 10, 12, 14];
    const locate: Piece["locate"] = (offset) => {
      const index = starts.indexOf(offset);
      return { kind: "cell", sheet: "客户", row: 1 + Math.floor(index / 2), column: 1 + (index % 2) };
    };
    const extraction = new Extraction([piece(text, { locate })], []);
    expect(extraction.has({ text: "2", place: "客户!R2C2" })).toBe(true);
    expect(extraction.has({ text: "李\t2", place: "客户!R2C1" })).toBe(true);
    expect(extraction.has({ text: "李", place: "客户!2" })).toBe(true);
    expect(extraction.has({ text: "2", place: "客户!R3C1" })).toBe(true);
    expect(extraction.has({ text: "2", place: "客户!R3C2" })).toBe(true);
    expect(extraction.has({ text: "2\t2", place: "客户!R3C1" })).toBe(true);
    expect(extraction.has({ text: "2", place: "客户!R1C2" })).toBe(false);
    expect(extraction.elsewhere({ text: "李" })).toBe("body 客户!R2C1, 客户!2, 客户");
  });

  it("lets a tab stand for a blank, and not the other way round", () => {
    expect(new Extraction([piece("3.1\tRule")], []).has({ text: "3.1 Rule" })).toBe(true);
    expect(new Extraction([piece("3.1 Rule")], []).has({ text: "3.1\tRule" })).toBe(false);
  });

  it("asks for page and member", () => {
    const extraction = new Extraction([piece("机密", { page: 2, path: "/x/a.zip!/b/c.txt" })], ["/x/a.zip", "/x/a.zip!/b/c.txt"]);
    expect(extraction.has({ text: "机密", place: "page 2" })).toBe(true);
    expect(extraction.has({ text: "机密", place: "page 1" })).toBe(false);
    expect(extraction.has({ text: "机密", place: "!/b/c.txt" })).toBe(true);
    expect(extraction.has({ text: "机密", place: "!/c.txt.gz" })).toBe(false);
    expect(extraction.has({ text: "c.txt", role: "name" })).toBe(true);
    expect(extraction.has({ text: "d.txt", role: "name" })).toBe(false);
  });
});

describe("expectations", () => {
  function directory(files: Readonly<Record<string, string>>): string {
    const scratch = mkdtempSync(join(tmpdir(), "zicha-expected-"));
    onTestFinished(() => rmSync(scratch, { recursive: true }));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(scratch, name), content);
    return scratch;
  }
  const one = (file: string): string => JSON.stringify([{ file, source: "by hand", strings: [{ text: "x" }] }]);

  it("are one format up to the first dot of their name", () => {
    const formats = readExpectations(directory({ "doc.json": one("a.doc"), "doc.more.json": one("b.doc"), "xls.json": one("c.xls") }));
    expect([...formats].map(([format, { length }]) => [format, length])).toEqual([
      ["doc", 2],
      ["xls", 1],
    ]);
  });

  it("are refused where a set would look smaller than it is", () => {
    expect(() => readExpectations(directory({ "doc.json": one("a.doc"), "doc.more.json": one("a.doc") }))).toThrow("twice");
    expect(() => readExpectations(directory({ "doc.json": '[{"file":"a.doc","source":"by hand","strings":[]}]' }))).toThrow("doc.json");
    expect(() => readExpectations(directory({ "doc.json": "{}" }))).toThrow("doc.json");
  });
});

describe("a share", () => {
  it("is cut: all is said of all only", () => {
    expect(percent(9999, 10_000)).toBe("99.9 %");
    expect(percent(10, 10)).toBe("100.0 %");
  });
});
