import { describe, expect, test } from "vitest";
import type { Location } from "../../src/model/chunk.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { xlsx } from "../../src/format/xlsx.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import type { Result } from "./support.ts";
import { zipOf } from "./zipWriter.ts";
import type { Written } from "./zipWriter.ts";

const workbook: readonly Written[] = [
  { name: "[Content_Types].xml", data: "<Types/>" },
  {
    name: "xl/workbook.xml",
    data: `<workbook><sheets><sheet name="客户" sheetId="1" r:id="r1"/><sheet name="藏" sheetId="2" state="veryHidden" r:id="r2"/></sheets><definedNames><definedName name="密级">"机密★10年"</definedName></definedNames></workbook>`,
  },
  {
    name: "xl/_rels/workbook.xml.rels",
    data: `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/worksheet" Target="/xl/worksheets/sheet2.xml"/></Relationships>`,
  },
];

function bookOf(sheet: string, more: readonly Written[] = []): Buffer {
  return zipOf([...workbook, { name: "xl/worksheets/sheet1.xml", data: `<worksheet>${sheet}</worksheet>` }, ...more]);
}

async function read(sheet: string, more: readonly Written[] = []): Promise<Result> {
  const result = await run(xlsx, memorySource(bookOf(sheet, more)));
  checkChunks(result);
  return result;
}

const names = 'names [bookmark]: 客户\n藏\n密级: "机密★10年"\n';

function placeOf(result: Result, flow: string, text: string): Location | undefined {
  for (const chunk of result.chunks) {
    if (chunk.flow !== flow || chunk.content.kind !== "utf8") continue;
    const at = Buffer.from(chunk.content.bytes).indexOf(text);
    if (at >= 0) return chunk.content.locate(at);
  }
  return undefined;
}

const strings: Written = {
  name: "xl/sharedStrings.xml",
  data: "<sst><si><t>姓名</t></si><si><r><t>张</t></r><r><t>三</t></r><rPh><t>ZHANG</t></rPh></si><si><t>废\n弃_x000D_</t></si></sst>",
};

const sheets: readonly { title: string; sheet: string; texts: readonly string[] }[] = [
  {
    title: "numbers stay the characters they are",
    sheet: `<row r="1"><c r="A1"><v>6.2284804021234567E+18</v></c><c r="B1"><v>0110101199003077</v></c></row>`,
    texts: ["sheet1 [body]: 6.2284804021234567E+18\t0110101199003077\n"],
  },
  {
    title: "shared, inline, formula and logical values",
    sheet: `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><r><t>内</t></r><r><t>联</t></r></is></c><c r="C1" t="str"><f>A1&amp;B1</f><v>式</v></c><c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#N/A</v></c></row>`,
    texts: ["sheet1 [body]: 姓名\t内联\t式\tTRUE\t#N/A\n"],
  },
  {
    title: "columns keep their places",
    sheet: `<row r="1"><c r="A1"><v>1</v></c><c r="D1"><v>4</v></c></row><row r="5"><c r="B5"><v>2</v></c></row>`,
    texts: ["sheet1 [body]: 1\t\t\t4\n\t2\n"],
  },
  {
    title: "cells without references",
    sheet: "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>",
    texts: ["sheet1 [body]: 1\t2\n3\n"],
  },
  {
    title: "an exact integer with an exponent is its digits",
    sheet: `<row r="1"><c r="A1"><v>6.222021234567894E15</v></c><c r="B1"><v>1.20E-7</v></c><c r="C1" t="n"><v>1e400</v></c></row>`,
    texts: ["sheet1 [body]: 6222021234567894\t1.20E-7\t1e400\n"],
  },
  {
    title: "tabs and line ends become spaces",
    sheet: `<row r="1"><c r="A1" t="inlineStr"><is><t>一\t二&#10;三_x4E2D_</t></is></c></row>`,
    texts: ["sheet1 [body]: 一 二 三中\n"],
  },
  {
    title: "hidden rows are a table of their own",
    sheet: `<row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="A2"><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>`,
    texts: ["sheet1 [body]: 1\n3\n", "sheet1-hidden [body hidden]: 2\n"],
  },
  {
    title: "formulas that hold strings",
    sheet: `<row r="1"><c r="B1" t="str"><f>IF(A1>0,"机密","")</f><v>x</v></c><c r="C1"><f>A1+1</f><v>2</v></c></row>`,
    texts: ["sheet1 [body]: \tx\t2\n", `sheet1-field [body field]: =IF(A1>0,"机密","")\n`],
  },
  {
    title: "headers and footers",
    sheet: `<headerFooter><oddHeader>&amp;L机密★10年&amp;C&amp;"宋体,加粗"&amp;12内部 &amp;P/&amp;N&amp;R&amp;KFF0000红</oddHeader><firstFooter>A&amp;&amp;B</firstFooter></headerFooter>`,
    texts: ["sheet1-oddHeader [header]: 机密★10年\n内部 /\n红\n", "sheet1-firstFooter [footer]: A&B\n"],
  },
  {
    title: "validation and links",
    sheet: `<dataValidations><dataValidation sqref="C3" prompt="填证件号" error="错"><formula1>"男,女"</formula1></dataValidation></dataValidations><hyperlinks><hyperlink ref="B2" display="显" tooltip="提示"/></hyperlinks>`,
    texts: ['sheet1-form [body form]: 填证件号\n错\n"男,女"\n', "sheet1-link [body link]: 显\n提示\n"],
  },
  {
    title: "what an unknown tag says in Chinese",
    sheet: `<autoFilter><filter val="李四"/></autoFilter><protectedRange name="工资" sqref="A1"/>`,
    texts: ["sheet1-form [body form]: 李四\n工资\n"],
  },
];

describe("sheets", () => {
  test.each(sheets)("$title", async ({ sheet, texts }) => {
    const result = await read(sheet.startsWith("<row") ? `<sheetData>${sheet}</sheetData>` : sheet, [
      { name: "xl/sharedStrings.xml", data: "<sst><si><t>姓名</t></si></sst>" },
    ]);
    expect(result.texts.filter((text) => !text.startsWith("unusedStrings"))).toEqual([names, ...texts]);
    expect(result.failures).toEqual([]);
  });

  test("shared strings: rich text joined, guides aside, what no cell names is told", async () => {
    const result = await read(
      `<sheetData><row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>9</v></c></row></sheetData>`,
      [strings],
    );
    expect(result.texts).toEqual([
      names,
      "phonetic [body caption]: ZHANG\n",
      "sheet1 [body]: 张三\t姓名\n",
      "unusedStrings [body hidden]: 废 弃 \n",
    ]);
  });

  test("a place is sheet, row and column", async () => {
    const rows = Array.from(
      { length: 5000 },
      (_, index) =>
        `<row r="${index * 2 + 1}"><c r="B${index * 2 + 1}"><v>${index}x</v></c><c r="AA${index * 2 + 1}" t="str"><v>值${index}。</v></c></row>`,
    );
    const result = await read(`<sheetData>${rows.join("")}</sheetData>`);
    const sheetChunks = result.chunks.filter((chunk) => chunk.flow === "sheet1");
    expect(sheetChunks.length).toBeGreaterThan(5);
    expect(sheetChunks.map((chunk) => chunk.table?.title)).toEqual(sheetChunks.map(() => "客户"));
    for (const index of [0, 1, 777, 4999]) {
      expect(placeOf(result, "sheet1", `值${index}。`)).toEqual({ kind: "cell", sheet: "客户", row: index * 2 + 1, column: 27 });
    }
  });

  test("far cells cost no memory and keep their column", async () => {
    const rows = Array.from(
      { length: 200 },
      (_, index) => `<row r="${index + 1}"><c r="A${index + 1}"><v>a${index}</v></c><c r="XFD${index + 1}"><v>z${index}</v></c></row>`,
    );
    const result = await read(`<sheetData>${rows.join("")}</sheetData>`);
    expect(result.texts.join("").length).toBeLessThan(300_000);
    expect(placeOf(result, "sheet1", "z199")).toEqual({ kind: "cell", sheet: "客户", row: 200, column: 16_384 });
    expect(placeOf(result, "sheet1", "z0")).toEqual({ kind: "cell", sheet: "客户", row: 1, column: 16_384 });
    expect(placeOf(result, "sheet1", "a199")).toEqual({ kind: "cell", sheet: "客户", row: 200, column: 1 });
  });

  test("the budget of cells stops the sheet partially", async () => {
    const bytes = bookOf(`<sheetData>${`<row><c><v>1</v></c><c><v>2</v></c></row>`.repeat(100)}</sheetData>`);
    const result = await run(xlsx, memorySource(bytes), { budget: limitedBudget({ cells: 50 }) });
    expect(result.failures).toEqual(["too-large file partial"]);
    expect(result.texts.at(-1)).toBe(`sheet1 [body]: ${"1\t2\n".repeat(25)}`);
  });
});

describe("other parts", () => {
  test("hidden sheets, comments, threads, drawings, pivot caches, connections, members", async () => {
    const result = await read(`<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>`, [
      { name: "xl/worksheets/sheet2.xml", data: `<worksheet><sheetData><row r="1"><c r="A1"><v>2</v></c></row></sheetData></worksheet>` },
      {
        name: "xl/worksheets/_rels/sheet1.xml.rels",
        data: `<Relationships><Relationship Id="a" Type="x/comments" Target="../comments1.xml"/><Relationship Id="b" Type="x/drawing" Target="../drawings/drawing1.xml"/><Relationship Id="c" Type="x/hyperlink" TargetMode="External" Target="mailto:a@b.cn"/></Relationships>`,
      },
      {
        name: "xl/comments1.xml",
        data: `<comments><authors><author>李四</author></authors><commentList><comment ref="B7" authorId="0"><text><r><t>批</t></r><r><t>注</t></r></text></comment></commentList></comments>`,
      },
      {
        name: "xl/threadedComments/threadedComment1.xml",
        data: `<ThreadedComments><threadedComment ref="C2"><text>线程</text></threadedComment></ThreadedComments>`,
      },
      {
        name: "xl/drawings/drawing1.xml",
        data: `<xdr:wsDr><xdr:twoCellAnchor><xdr:from><xdr:col>3</xdr:col><xdr:row>8</xdr:row></xdr:from><xdr:sp><xdr:cNvPr id="1" name="TextBox 1" descr="替代"/><xdr:txBody><a:p><a:r><a:t>框</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>`,
      },
      {
        name: "xl/drawings/vmlDrawing1.vml",
        data: `<xml><v:shape alt="按钮图"><v:textbox><div><font>按<br>钮</font></div></v:textbox></v:shape></xml>`,
      },
      { name: "xl/pivotCache/pivotCacheRecords1.xml", data: `<r><s v="王五"/><n v="13800138000"/></r>` },
      {
        name: "xl/connections.xml",
        data: `<connections><connection name="db"><dbPr connection="Provider=X;Password=y"/></connection></connections>`,
      },
      { name: "xl/styles.xml", data: `<styleSheet><font><name val="宋体"/></font></styleSheet>` },
      { name: "xl/embeddings/Book1.xlsx", data: "PK" },
      { name: "xl/printerSettings/printerSettings1.bin", data: "\u0001" },
    ]);
    expect(result.texts).toEqual([
      names,
      "sheet1 [body]: 1\n",
      "sheet2 [body hidden]: 2\n",
      "comments1 [comment]: 批注\n",
      "comments2 [comment]: 线程\n",
      "drawing1 [textbox]: 框\n",
      "drawing1-caption [textbox caption]: 替代\n",
      "drawing1 [textbox]: 按\n钮\n".replace("drawing1", "drawing2"),
      "drawing2-caption [textbox caption]: 按钮图\n",
      "properties-authors [property]: 李四\n",
      "links [link]: mailto:a@b.cn\n",
      "part1 [hidden]: 王五\n13800138000\n",
      "part2 [property]: db\nconnection: Provider=X;Password=y\n",
    ]);
    expect(placeOf(result, "comments1", "批注")).toEqual({ kind: "cell", sheet: "客户", row: 7, column: 2 });
    expect(placeOf(result, "drawing1", "框")).toEqual({ kind: "cell", sheet: "客户", row: 9, column: 4 });
    expect(result.members).toEqual({ "xl/embeddings/Book1.xlsx": "PK" });
    expect(result.failures).toEqual([]);
  });
});

describe("accepts", () => {
  test.each([
    { title: "a workbook, whatever its name", members: ["[Content_Types].xml", "xl/workbook.xml"], accepted: true },
    { title: "members with the other slash", members: ["[Content_Types].xml", "xl\\workbook.xml"], accepted: true },
    { title: "not the binary kind", members: ["[Content_Types].xml", "xl/workbook.bin"], accepted: false },
    { title: "not a folder of that name", members: ["xl/名单.txt"], accepted: false },
  ])("$title", async ({ members, accepted }) => {
    const bytes = zipOf(members.map((name) => ({ name, data: "<x/>" })));
    expect(await xlsx.accepts(await createProbe("a.dat", memorySource(bytes)))).toBe(accepted);
  });
});

describe("damage", () => {
  const whole = bookOf(
    `<sheetData>${Array.from({ length: 2000 }, (_, index) => `<row r="${index + 1}"><c r="A${index + 1}"><v>${index * 7919}</v></c></row>`).join("")}</sheetData>`,
  );
  test.each([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])("cut at %d: a failure, and the rows before the cut", async (part) => {
    const result = await run(xlsx, memorySource(whole.subarray(0, Math.floor(whole.length * part))));
    expect(result.failures.length).toBeGreaterThan(0);
    if (part >= 0.3) expect(result.texts.join("")).toContain("7919\n15838\n");
  });
  test("200 flipped bits never throw", async () => {
    let seed = 42;
    for (let round = 0; round < 200; round++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      const bytes = Buffer.from(whole);
      const at = seed % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (round & 7));
      const result = await run(xlsx, memorySource(bytes));
      expect(result.chunks.length + result.failures.length).toBeGreaterThan(0);
    }
  });
});

test("what people write into attributes, of whatever script", async () => {
  const table = `<table id="1" name="Clients" displayName="Clients" ref="A1:B2" comment="made by hand"><tableColumns><tableColumn id="1" name="Full name" totalsRowLabel="Sum of all"/></tableColumns></table>`;
  const result = await read(
    `<sheetData/><autoFilter><filterColumn><filters><filter val="Wang Wu"/></filters></filterColumn><filterColumn><customFilters><customFilter val="*branch*"/></customFilters></filterColumn></autoFilter><scenarios><scenario name="Worst case" user="Li Si" comment="by Li Si on Monday"><inputCells r="A1" val="at risk"/></scenario></scenarios><conditionalFormatting><cfRule type="containsText" text="secret"/></conditionalFormatting>`,
    [
      { name: "xl/tables/table1.xml", data: table },
      { name: "xl/slicers/slicer1.xml", data: `<slicers><slicer name="s" caption="By branch"/></slicers>` },
      { name: "xl/ctrlProps/ctrlProp1.xml", data: `<formControlPr><itemLst><item val="Choice one"/></itemLst></formControlPr>` },
    ],
  );
  expect(result.texts).toEqual(
    expect.arrayContaining([
      "sheet1-form [body form]: Wang Wu\n*branch*\nWorst case\nLi Si\nby Li Si on Monday\nat risk\nsecret\n",
      "part1 [property]: Clients\ndisplayName: Clients\ncomment: made by hand\nFull name\ntotalsRowLabel: Sum of all\n",
      "part2 [property]: caption: By branch\n",
      "part3 [property]: Choice one\n",
    ]),
  );
});
