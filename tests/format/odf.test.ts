import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { odf } from "../../src/format/odf.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import type { Result } from "./support.ts";
import { zipOf } from "./zipWriter.ts";
import type { Written } from "./zipWriter.ts";

const odt = readFileSync("fixtures/odf/places.odt");
const flat = readFileSync("fixtures/odf/places.fodt");

function packageOf(content: string, more: readonly Written[] = []): Buffer {
  return zipOf([{ name: "META-INF/manifest.xml", data: "<m:manifest/>" }, { name: "content.xml", data: content }, ...more]);
}

async function read(body: string, styles = ""): Promise<Result> {
  const result = await run(
    odf,
    memorySource(
      packageOf(`<o:document-content><o:automatic-styles>${styles}</o:automatic-styles><o:body>${body}</o:body></o:document-content>`),
    ),
  );
  checkChunks(result);
  return result;
}

const inText = [
  "watermark4 [header watermark]: 植入水印\n",
  "header2 [header]: 植入页眉\n",
  "header5 [header]: 植入首页页眉\n",
  "footer6 [footer]: 植入页脚\n",
  "deleted7 [body deleted]: 植入删除\n",
  "footnote8 [body footnote]: 植入脚注\n",
  "comment9 [body comment]: 植入批注\n",
  "textbox10 [body textbox]: 植入文本框\n",
  "hidden11 [body hidden]: 植入隐节\n",
  "body [body]: 植入正文\n机密★ 10年\n行\n见后\n注记\n批处\n链\n",
  "body [body]: 姓名\t证件号\n甲\t11010519491231002X\n",
  "body-hidden [body hidden]: 见植入隐藏后\n",
  "body-caption [body caption]: 植入替代标题\n植入替代文字\n",
  "body-link [body link]: http://intra.example/植入\n",
  "body-bookmark [body bookmark]: 植入书签\n",
  "properties-document [property]: 植入标题\t植入修改人\t植入关键词\t植入自定义\n",
  "properties-authors [property]: 植入审阅人\t植入批注人\n",
];

describe("places", () => {
  test("a text: body, styles, properties, an embedded chart", async () => {
    const result = await run(odf, memorySource(odt));
    checkChunks(result);
    expect(result.texts).toEqual([...inText, "chart100000 [chart]: 植入图表\n"]);
    expect(result.members).toEqual({ "Pictures/a.txt": "植入部件" });
    expect(result.failures).toEqual([]);
    expect(result.chunks.find(({ flow }) => flow === "header5")?.page).toBe(1);
    expect(result.chunks.find(({ table }) => table !== undefined)?.table?.head[0]).toEqual(["姓名", "证件号"]);
  });
  test("the same as flat XML", async () => {
    const result = await run(odf, memorySource(flat));
    checkChunks(result);
    expect(result.texts.toSorted()).toEqual(inText.toSorted());
    expect(result.members).toEqual({ object1: "植入部件" });
  });
  test("sheets: numbers as they were typed, hidden rows and sheets, comments, validation, names", async () => {
    const result = await run(odf, memorySource(readFileSync("fixtures/odf/places.ods")));
    checkChunks(result);
    expect(result.texts).toEqual([
      "validation1 [body form]: 植入提示\n",
      "comment2 [body comment]: 植入批注\n",
      "sheet1 [body]: 姓名\t卡号\t金额\n甲\t6222021234567894\t12.5\n同\t同\t同\n",
      'sheet1-field [body field]: ="植入公式"\n',
      "sheet1-hidden [body hidden]: 植入隐行\n",
      "sheet2 [body hidden]: 植入隐表\n",
      'validation1-form [body form]: in-list("植入有效性")\n植入提示题\n',
      "body-bookmark [body bookmark]: 植入表名\n二\n植入名称: a.A1\n",
    ]);
    const content = result.chunks.find(({ flow }) => flow === "sheet1")?.content;
    const offset = Buffer.byteLength("姓名\t卡号\t金额\n甲\t");
    expect(content?.kind === "utf8" ? content.locate(offset) : undefined).toEqual({ kind: "cell", sheet: "植入表名", row: 4, column: 2 });
    expect(result.chunks.find(({ flow }) => flow === "sheet1")?.table?.title).toBe("植入表名");
  });
  test("slides: boxes are their text, hidden ones, notes, masters, declared footers", async () => {
    const page = (name: string, style: string, inner: string): string =>
      `<d:page d:name="${name}" d:style-name="${style}">${inner}</d:page>`;
    const box = (text: string): string => `<d:frame><d:text-box><t:p>${text}</t:p></d:text-box></d:frame>`;
    const result = await read(
      `<o:presentation><p:footer-decl p:name="f">植入页脚</p:footer-decl>${page("page1", "a", `${box("植入题")}<d:custom-shape><t:p>植入形</t:p></d:custom-shape><p:notes>${box("植入备注")}</p:notes>`)}${page("二", "b", box("植入藏"))}</o:presentation>`,
      `<s:style s:name="b"><s:drawing-page-properties p:visibility="hidden"/></s:style>`,
    );
    expect(result.texts.toSorted()).toEqual(
      [
        "slide1 [body]: 植入题\n植入形\n",
        "notes1 [comment]: 植入备注\n",
        "slide2 [body hidden]: 植入藏\n",
        "slide2-bookmark [body hidden bookmark]: 二\n",
        "body-footer [body footer]: 植入页脚\n",
      ].toSorted(),
    );
    const content = result.chunks.find(({ flow }) => flow === "slide2")?.content;
    expect(content?.kind === "utf8" ? content.locate(0) : undefined).toEqual({ kind: "slide", slide: 2 });
  });
});

const bodies: readonly { title: string; body: string; texts: readonly string[] }[] = [
  { title: "spans and references", body: "<o:text><t:p>机<t:span>&#23494;</t:span></t:p></o:text>", texts: ["body [body]: 机密\n"] },
  {
    title: "phonetic guides stand aside",
    body: "<o:text><t:p><t:ruby><t:ruby-base>机</t:ruby-base><t:ruby-text>jī</t:ruby-text></t:ruby>密</t:p></o:text>",
    texts: ["body [body]: 机密\n", "body-caption [body caption]: jī\n"],
  },
  {
    title: "text with statements about it",
    body: '<o:text><t:p>姓名<t:meta xml:id="a">张三</t:meta>和<t:meta-field xml:id="b">李四</t:meta-field>在</t:p></o:text>',
    texts: ["body [body]: 姓名张三和李四在\n"],
  },
  {
    title: "fields and variables",
    body: `<o:text><t:user-field-decl t:name="x" o:string-value="值"/><t:p><t:hidden-text t:string-value="藏"/><t:conditional-text t:string-value-if-true="真" t:string-value-if-false="假"/></t:p></o:text>`,
    texts: ["body-field [body field]: 值\n真\n假\n", "body-hidden [body hidden]: 藏\n"],
  },
  {
    title: "columns of a database, frames of links, conditions",
    body: `<o:text><t:p><t:database-display t:table-name="客户" t:column-name="证件号">值</t:database-display><t:a x:href="http://a/b" o:target-frame-name="提示">链</t:a><t:a x:href="http://a/c" o:target-frame-name="_blank">接</t:a></t:p></o:text><calcext:condition calcext:value="contains-text(&quot;机密&quot;)"/>`,
    texts: [
      "body [body]: 值链接\n",
      "body-field [body field]: 客户\n证件号\n",
      "body-link [body link]: http://a/b\n提示\nhttp://a/c\n",
      "body-form [body form]: 机密\n",
    ],
  },
  {
    title: "forms",
    body: `<o:text><o:forms><f:form><f:text f:name="n" f:current-value="值" f:label="标"/></f:form></o:forms></o:text>`,
    texts: ["body-form [body form]: 标\n值\n"],
  },
  {
    title: "a table in a cell",
    body: "<o:text><tb:table><tb:table-row><tb:table-cell><t:p>外</t:p><tb:table><tb:table-row><tb:table-cell><t:p>内</t:p></tb:table-cell></tb:table-row></tb:table></tb:table-cell><tb:covered-table-cell/></tb:table-row></tb:table></o:text>",
    texts: ["table2 [body]: 内\n", "body [body]: 外\t\n"],
  },
  {
    title: "numbers in tables of text: words with them, words over a number, several lines under a number",
    body: `<o:text><tb:table><tb:table-row><tb:table-cell o:value-type="float" o:value="12.5"><t:p>12.50 元</t:p></tb:table-cell><tb:table-cell o:value-type="float" o:value="0"><t:p>机密</t:p></tb:table-cell><tb:table-cell o:value-type="float" o:value="7"><t:p>第 8 号</t:p></tb:table-cell><tb:table-cell o:value-type="float" o:value="3.14159"><t:p>3.1</t:p></tb:table-cell><tb:table-cell><t:p>2003</t:p><t:p>后文</t:p></tb:table-cell></tb:table-row></tb:table></o:text>`,
    texts: ["body [body]: 12.50 元\t机密\t7 第 8 号\t3.14159\t2003 后文\n"],
  },
  {
    title: "OpenOffice.org 1",
    body: `<tb:table tb:name="x"><tb:table-row><tb:table-cell tb:value-type="float" tb:value="6.222021234567894E15"><t:p>6E+15</t:p></tb:table-cell></tb:table-row></tb:table>`,
    texts: ["body [body]: 6222021234567894\n"],
  },
];

describe("bodies", () => {
  test.each(bodies)("$title", async ({ body, texts }) => {
    expect((await read(body)).texts.toSorted()).toEqual([...texts].toSorted());
  });
});

describe("what is told", () => {
  test("an encrypted document", async () => {
    const result = await run(odf, memorySource(readFileSync("fixtures/odf/encrypted.odt")));
    expect(result.failures).toEqual(["encrypted file whole"]);
    expect(result.texts).toEqual([]);
  });
  test("a package without content", async () => {
    const result = await run(
      odf,
      memorySource(
        zipOf([
          { name: "META-INF/manifest.xml", data: `<m><m:file-entry m:full-path="content.xml"/></m>` },
          { name: "mimetype", data: "x" },
          { name: "styles.xml", data: "<s/>" },
        ]),
      ),
    );
    expect(result.failures).toEqual(["corrupt file partial"]);
  });
  test("a template of styles alone lacks nothing", async () => {
    const members = [
      { name: "META-INF/manifest.xml", data: `<m><m:file-entry m:full-path="styles.xml"/></m>` },
      { name: "mimetype", data: "x" },
      { name: "styles.xml", data: "<s/>" },
    ];
    expect((await run(odf, memorySource(zipOf(members)))).failures).toEqual([]);
  });
  test("by its content, whatever its name", async () => {
    expect(await odf.accepts(await createProbe("a.jpg", memorySource(odt)))).toBe(true);
    expect(await odf.accepts(await createProbe("a.xml", memorySource(flat)))).toBe(true);
    expect(await odf.accepts(await createProbe("a.odt", memorySource(Buffer.from("text"))))).toBe(false);
    expect(await odf.accepts(await createProbe("a.jar", memorySource(zipOf([{ name: "META-INF/MANIFEST.MF", data: "x" }]))))).toBe(false);
  });
});

describe("damage and limits", () => {
  test("cut, bits turned, noise", () => checkDamage(odf, odt, 4, "tells"), 30_000);
  test("flat: cut, bits turned, noise", () => checkDamage(odf, flat, 16, "tells"), 30_000);
  test.each(["t:span", "d:custom-shape", "tb:table", "o:annotation", "t:p", "t:section"])("100,000 times <%s>", async (tag) => {
    const result = await read(`<o:text>${`<${tag}>`.repeat(100_000)}<t:p>底</t:p>${`</${tag}>`.repeat(100_000)}<t:p>末</t:p></o:text>`);
    expect(result.texts.join("")).toContain("底");
    expect(result.texts.join("")).toContain("末");
  });
  test("rows and cells that say they are repeated without end", async () => {
    const result = await read(
      `<o:spreadsheet><tb:table tb:name="a"><tb:table-row tb:number-rows-repeated="1048576"><tb:table-cell tb:number-columns-repeated="999999999"><t:p>重</t:p></tb:table-cell></tb:table-row></tb:table></o:spreadsheet>`,
    );
    expect(result.texts.find((text) => text.startsWith("sheet1"))?.match(/重/g)?.length).toBe(64);
  });
  test("entities of a DTD are not expanded", async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><o:document-content><o:body><o:text><t:p>&b;底</t:p></o:text></o:body></o:document-content>`;
    expect((await run(odf, memorySource(packageOf(bomb)))).texts).toEqual(["body [body]: &b;底\n"]);
  });
  test("a budget stops it partially", async () => {
    const result = await run(odf, memorySource(odt), { budget: limitedBudget({ characters: 60 }) });
    expect(result.failures).toContain("too-large file partial");
  });
});
