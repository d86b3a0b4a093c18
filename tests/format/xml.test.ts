import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { xml } from "../../src/format/xml.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import type { Result } from "./support.ts";

async function read(document: string | Uint8Array): Promise<Result> {
  const result = await run(xml, memorySource(typeof document === "string" ? Buffer.from(document) : document));
  checkChunks(result);
  return result;
}
const fixture = (name: string): Buffer => readFileSync(`fixtures/xml/${name}.xml`);

describe("places", () => {
  test("records are rows, running text is joined, attributes and comments are told", async () => {
    const result = await read(fixture("records"));
    expect(result.texts.toSorted()).toEqual(
      [
        "comment [comment]: 植入注释\n",
        "records1 [body]: 省\t市\n京\t京\n粤\t深\n",
        "records2 [body]: 姓名\t证件号\n甲\t11010519491231002X\n乙\t440308199901101512\n",
        "records3 [body]: name\tphone\n丙\t13800138000\n丁\t13900139000\n",
        "records4 [body]: lang\nzh\n",
        "records5 [body]: note\ttag\n机密★10年 <x>\t植入甲, 植入乙\n",
        "link [body link]: http://intra.example/植入\n",
      ].toSorted(),
    );
    const content = result.chunks.find(({ flow }) => flow === "records2")?.content;
    expect(content?.kind === "utf8" ? content.locate(Buffer.byteLength("姓名\t证件号\n甲\t")) : undefined).toEqual({
      kind: "line",
      line: 4,
      column: 1,
    });
  });
  test("values by names of their own, each on its line", async () => {
    const result = await read(
      '<?xml version="1.0"?>\n<r>\n<c>\n<field name="姓名">甲</field>\n<field name="证件号">乙</field>\n</c>\n<c>\n<field name="姓名">丙</field>\n\n<field name="证件号">丁</field>\n</c>\n<add key="pwd" value="x1"/></r>',
    );
    expect(result.texts).toEqual(expect.arrayContaining(["records1 [body]: 姓名\t证件号\n甲\t乙\n丙\t丁\n", "body [body]: x1\n"]));
    const content = result.chunks.find(({ flow }) => flow === "records1")?.content;
    const line = (of: string): unknown => (content?.kind === "utf8" ? content.locate(Buffer.from(content.bytes).indexOf(of)) : undefined);
    expect(["甲", "乙", "丙", "丁"].map(line)).toEqual([4, 5, 8, 10].map((at) => ({ kind: "line", line: at, column: 1 })));
  });
  test("Word 2003", async () => {
    const result = await read(fixture("word2003"));
    expect(result.texts.toSorted()).toEqual(
      [
        "comments1 [comment]: 植入批注\n",
        "footnotes2 [footnote]: 植入脚注\n",
        "body [body]: 机密★10年\n见\n链\n",
        "body [body]: 姓名\t证件号\n",
        "header3 [header]: 植入页眉\n",
        "footer4 [footer]: 植入页脚\n",
        "body-deleted [body deleted]: 植入删除\n",
        "body-hidden [body hidden]: 植入隐藏见\n",
        "body-watermark [body watermark]: 植入水印\n",
        "links [link]: http://intra.example/\n",
        "properties-document [property]: 植入标题\t植入作者\n",
        "properties-authors [property]: 植入审阅人\ty\n",
      ].toSorted(),
    );
    expect(result.members).toEqual({ object1: "植入附件" });
    expect(result.failures).toEqual([]);
  });
  test("Excel 2003", async () => {
    const result = await read(fixture("excel2003"));
    expect(result.texts.toSorted()).toEqual(
      [
        "sheet1 [body]: 姓名\t卡号\n甲\t6222021234567894\n",
        "sheet1-bookmark [body bookmark]: 植入表名\n植入名称: =a!R1C1\n",
        "sheet1-comment [body comment]: 植入批注\n",
        "sheet1-link [body link]: http://intra.example/\n",
        'sheet1-field [body field]: ="植入公式"\n',
        "sheet1-hidden [body hidden]: \t植入隐行\n",
        "sheet1-header [header]: 植入页眉\n",
        "properties-document [property]: 植入作者\n",
      ].toSorted(),
    );
  });
  test("a flat package is put together", async () => {
    const result = await read(fixture("flat-opc"));
    expect(Object.keys(result.members)).toEqual(["package"]);
    expect(
      Buffer.from(result.memberBytes["package"] ?? [])
        .subarray(0, 2)
        .toString(),
    ).toBe("PK");
    expect(result.members["package"]).toContain("植入正文");
    expect(result.failures).toEqual([]);
  });
});

const documents: readonly { title: string; document: string; texts: readonly string[] }[] = [
  { title: "a list of values", document: "<?xml version='1.0'?><r><i>甲</i><i>乙</i></r>", texts: ["records1 [body]: i\n甲\n乙\n"] },
  { title: "one value", document: "<?xml version='1.0'?><r><a><b>甲</b></a></r>", texts: ["body [body]: 甲\n"] },
  {
    title: "CDATA and references",
    document: "<?xml version='1.0'?><r><![CDATA[机<x>]]>&#23494;&amp;</r>",
    texts: ["body [body]: 机<x>密&\n"],
  },
  {
    title: "a tag that never ends hides nothing",
    document: "<?xml version='1.0'?><r>甲<b c='机密",
    texts: ["body [body]: 甲<b c='机密\n"],
  },
  {
    title: "entities of a DTD are not expanded",
    document: `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "机密">]><x>&a;底</x>`,
    texts: ["&a;底"],
  },
];
describe("documents", () => {
  test.each(documents)("$title", async ({ document, texts }) => {
    const result = await read(document);
    for (const text of texts) expect(result.texts.join("")).toContain(text);
  });
  test("GBK by its declaration", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`<?xml version="1.0" encoding="GBK"?><r>`),
      Buffer.from("bbfac3dc", "hex"),
      Buffer.from("</r>"),
    ]);
    expect((await read(bytes)).texts).toEqual(["body [body]: 机密\n"]);
  });
  test("a long list is told as it goes", async () => {
    const result = await read(
      `<?xml version="1.0"?><r>${Array.from({ length: 20_000 }, (_, index) => `<c><n>甲${index}</n><p>${index}</p></c>`).join("")}</r>`,
    );
    const rows = result.texts.map((text) => text.split("\n").length - 1).reduce((sum, count) => sum + count, 0);
    expect(rows).toBe(20_001);
    expect(new Set(result.chunks.map(({ table }) => table?.head[0]?.join()))).toEqual(new Set(["n,p"]));
  });
});

test("is told by its content; without a declaration by its name too", async () => {
  const accepts = async (name: string, text: string): Promise<boolean> =>
    xml.accepts(await createProbe(name, memorySource(Buffer.from(text))));
  expect(await accepts("a.dat", "<?xml version='1.0'?><r/>")).toBe(true);
  expect(await accepts("a.xml", "<r><a/></r>")).toBe(true);
  expect(await accepts("a.txt", "<r><a/></r>")).toBe(false);
  expect(await accepts("a.xml", "no markup")).toBe(false);
});

describe("damage and limits", () => {
  test.each(["records", "word2003", "excel2003", "flat-opc"])(
    "%s: cut, bits turned, noise",
    (name) => checkDamage(xml, fixture(name), 5, "reads"),
    30_000,
  );
  test("an early end of an Office document is told", async () => {
    const whole = fixture("word2003");
    expect((await read(whole.subarray(0, whole.length - 50))).failures).toEqual(["corrupt file partial"]);
    const flat = fixture("flat-opc");
    expect((await read(flat.subarray(0, flat.length - 50))).failures).toEqual(["corrupt file partial"]);
  });
  test("100,000 elements deep", async () => {
    const result = await read(`<?xml version="1.0"?>${"<a>".repeat(100_000)}底${"</a>".repeat(100_000)}`);
    expect(result.texts).toEqual(["body [body]: 底\n"]);
  });
  test("more kinds of records than tables", async () => {
    const result = await read(
      `<?xml version="1.0"?><r>${Array.from({ length: 200 }, (_, index) => `<c><n${index}>甲</n${index}><p>乙</p></c>`).join("")}</r>`,
    );
    expect(result.texts.join("")).toContain("n199: 甲\np: 乙\n");
  });
  test("a budget stops it partially", async () => {
    const result = await run(xml, memorySource(Buffer.from(`<?xml version="1.0"?><r>${"x".repeat(100_000)}</r>`)), {
      budget: limitedBudget({ characters: 10 }),
    });
    expect(result.failures).toEqual(["too-large file partial"]);
  });
});

test.each([
  ["cut behind an element", `<?xml version="1.0"?><名单><人>张三</人><人>李四</人>`, true],
  ["cut within a comment", `<?xml version="1.0"?><a>甲<!-- 乙`, true],
  ["cut within a tag", `\ufeff<?xml version="1.0"?>\n<a>甲<b c="乙`, true],
  ["elements that do not nest", `<?xml version="1.0"?><a><b>甲</a>`, false],
  ["a root without content", `<?xml version="1.0"?><a/>`, false],
  ["lines of a log behind a document", `<?xml version="1.0"?><a>甲</a><e>乙</e><e>丙`, false],
])("%s", async (_, source, early) => {
  const { failures, texts } = await run(xml, memorySource(Buffer.from(source)));
  expect(failures).toEqual(early ? ["corrupt file partial"] : []);
  for (const character of ["张三", "甲", "乙"].filter((one) => source.includes(one))) expect(texts.join("")).toContain(character);
});

test("a fragment that never closes is no document that was cut", async () => {
  const fragment = memorySource(Buffer.from("<log><e>甲</e><e>乙"));
  expect((await run(xml, fragment, { path: "a.xml" })).failures).toEqual([]);
});
