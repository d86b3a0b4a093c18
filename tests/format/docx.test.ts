import { describe, expect, test } from "vitest";
import { docx } from "../../src/format/docx.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import type { Result } from "./support.ts";
import { zipOf } from "./zipWriter.ts";
import type { Written } from "./zipWriter.ts";

const types = `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`;
const p = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;

function documentOf(body: string, more: readonly Written[] = [], contentTypes: string = types): Buffer {
  return zipOf([
    { name: "[Content_Types].xml", data: contentTypes },
    {
      name: "word/document.xml",
      data: `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w"><w:body>${body}</w:body></w:document>`,
    },
    ...more,
  ]);
}

async function read(body: string, more: readonly Written[] = []): Promise<Result> {
  const result = await run(docx, memorySource(documentOf(body, more)));
  checkChunks(result);
  return result;
}

const bodies: readonly { title: string; body: string; texts: readonly string[] }[] = [
  {
    title: "runs of a paragraph are joined",
    body: "<w:p><w:r><w:t>机</w:t></w:r><w:r><w:t>密</w:t></w:r><w:r><w:t>★10年</w:t></w:r></w:p>",
    texts: ["body [body]: 机密★10年\n"],
  },
  { title: "a prefix of one's own", body: "<x:p><x:r><x:t>一</x:t></x:r></x:p>", texts: ["body [body]: 一\n"] },
  { title: "references and CDATA", body: p("A&amp;B &#x673a;&#23494; <![CDATA[<x>]]>"), texts: ["body [body]: A&B 机密 <x>\n"] },
  { title: "entities of a DTD are not expanded", body: p("&lol;"), texts: ["body [body]: &lol;\n"] },
  {
    title: "tabs and breaks",
    body: "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>一</w:t><w:tab/><w:t>二</w:t><w:br/><w:t>三</w:t></w:r></w:p>",
    texts: ["body [body]: 一\t二\n三\n"],
  },
  {
    title: "a star of a symbol font",
    body: `<w:p><w:r><w:t>机密</w:t><w:sym w:font="Wingdings" w:char="F0AB"/><w:t>10年</w:t></w:r></w:p>`,
    texts: ["body [body]: 机密★10年\n"],
  },
  {
    title: "phonetic guides stand aside",
    body: "<w:p><w:r><w:ruby><w:rt><w:r><w:t>jī</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>机</w:t></w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>密</w:t></w:r></w:p>",
    texts: ["body [body]: 机密\n", "body-caption [body caption]: jī\n"],
  },
  {
    title: "deletions and moves stand aside",
    body: "<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>走</w:t></w:r></w:moveFrom></w:p>",
    texts: ["body [body]: 新\n", "body-deleted [body deleted]: 旧走\n"],
  },
  {
    title: "hidden text stands aside, with what it touches",
    body: `<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>见</w:t></w:r></w:p>`,
    texts: ["body [body]: 见\n", "body-hidden [body hidden]: 藏见\n"],
  },
  {
    title: "field codes",
    body: `<w:p><w:r><w:instrText> QUOTE "码" </w:instrText></w:r><w:fldSimple w:instr=" DATE "><w:r><w:t>果</w:t></w:r></w:fldSimple></w:p>`,
    texts: ["body [body]: 果\n", `body-field [body field]: DATE \nQUOTE "码"\n`.replace("DATE", " DATE")],
  },
  {
    title: "a text box once, not with its fallback",
    body: `<w:p><w:r><mc:AlternateContent><mc:Choice><wp:docPr name="x" descr="图"/><w:txbxContent>${p("框")}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>${p("框")}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>外</w:t></w:r></w:p>`,
    texts: ["textbox1 [body textbox]: 框\n", "body [body]: 外\n", "body-caption [body caption]: 图\n"],
  },
  {
    title: "a fallback without a choice",
    body: `<w:p><mc:AlternateContent><mc:Fallback><w:r><w:t>退</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>`,
    texts: ["body [body]: 退\n"],
  },
  {
    title: "bookmarks, content controls, form fields",
    body: `<w:bookmarkStart w:name="张三"/><w:bookmarkStart w:name="_Toc123"/><w:sdt><w:sdtPr><w:alias w:val="证件"/></w:sdtPr><w:sdtContent>${p("容")}</w:sdtContent></w:sdt><w:ffData><w:helpText w:val="帮"/></w:ffData>`,
    texts: ["body [body]: 容\n", "body-bookmark [body bookmark]: 张三\n", "body-form [body form]: 证件\n帮\n"],
  },
];

describe("body", () => {
  test.each(bodies)("$title", async ({ body, texts }) => {
    const result = await read(body);
    expect(result.texts).toEqual(texts);
    expect(result.failures).toEqual([]);
  });
});

test("a property that ends in a character whose last byte is a space in Latin-1", async () => {
  const result = await read(p("文"), [
    { name: "docProps/core.xml", data: "<cp:coreProperties><dc:title> 添加 </dc:title></cp:coreProperties>" },
  ]);
  expect(result.texts).toContain("properties-core [property]: 添加\n");
});

test("what people write into attributes", async () => {
  const result = await read(
    `<w:tbl><w:tblPr><w:tblCaption w:val="Table caption"/><w:tblDescription w:val="说明"/></w:tblPr><w:tr><w:tc>${p("格")}</w:tc></w:tr></w:tbl><w:sdt><w:sdtPr><w:tag w:val="ClientTag"/></w:sdtPr><w:sdtContent>${p("控")}</w:sdtContent></w:sdt><w:p><w:hyperlink w:anchor="第二章"><w:r><w:t>链</w:t></w:r></w:hyperlink><w:smartTag><w:smartTagPr><w:attr w:name="x" w:val="Beijing"/></w:smartTagPr><w:r><w:t>京</w:t></w:r></w:smartTag><w:r><w:pict><v:shape href="http://a.example/b"/></w:pict><w:object><o:OLEObject><o:FieldCodes>\\\\server\\share</o:FieldCodes></o:OLEObject></w:object></w:r></w:p>`,
    [
      {
        name: "word/numbering.xml",
        data: `<w:numbering><w:lvl><w:lvlText w:val="Chapter %1"/></w:lvl><w:lvl><w:lvlText w:val="%1."/></w:lvl></w:numbering>`,
      },
    ],
  );
  const texts = result.texts.join("\n");
  for (const text of ["Table caption", "说明", "ClientTag", "第二章", "Beijing", "http://a.example/b", "\\\\server\\share", "Chapter %1"])
    expect(texts).toContain(text);
  expect(texts).not.toContain("%1.");
});

const cell = (text: string, more = ""): string => `<w:tc><w:tcPr>${more}</w:tcPr>${p(text)}</w:tc>`;

describe("tables", () => {
  test("rows are lines, cells stand between tabs, the head is in each chunk", async () => {
    const rows = Array.from(
      { length: 3000 },
      (_, index) => `<w:tr>${cell(index === 0 ? "姓名" : `张${index}`)}${cell(index === 0 ? "证件号" : `1101011990${index}`)}</w:tr>`,
    );
    const result = await read(`${p("前")}<w:tbl>${rows.join("")}</w:tbl>${p("后")}`);
    const tables = result.chunks.filter((chunk) => chunk.table !== undefined);
    expect(tables.length).toBeGreaterThan(3);
    for (const chunk of tables)
      expect(chunk.table?.head.slice(0, 2)).toEqual([
        ["姓名", "证件号"],
        ["张1", "11010119901"],
      ]);
    expect(tables.map((chunk) => chunk.table?.head.length)).toEqual(tables.map(() => 15));
    const lines = tables.map((chunk) =>
      chunk.content.kind === "utf8" ? Buffer.from(chunk.content.bytes).toString().split("\n").length - 1 : 0,
    );
    expect(lines.reduce((sum, count) => sum + count)).toBe(3000);
    expect(tables[1]?.table?.row).toBe((lines[0] ?? 0) + 1);
    expect(result.texts[0]).toBe("body [body]: 前\n");
    expect(result.texts.at(-1)).toBe("body [body]: 后\n");
  });
  test("a merged cell takes its columns", async () => {
    const result = await read(`<w:tbl><w:tr>${cell("宽", `<w:gridSpan w:val="2"/>`)}${cell("三")}</w:tr></w:tbl>`);
    expect(result.texts).toEqual(["body [body]: 宽\t\t三\n"]);
  });
  test("a table in a cell is a table of its own", async () => {
    const result = await read(
      `<w:tbl><w:tr><w:tc>${p("外")}<w:tbl><w:tr>${cell("内")}${cell("二")}</w:tr></w:tbl>${p("尾")}</w:tc></w:tr></w:tbl>`,
    );
    expect(result.texts).toEqual(["table2 [body]: 内\t二\n", "body [body]: 外 尾\n"]);
  });
  test("a table that lays out a page gives paragraphs", async () => {
    const long = "长".repeat(1000);
    const result = await read(`<w:tbl><w:tr><w:tc>${p("机密★10年")}${p(long)}</w:tc></w:tr></w:tbl>`);
    expect(result.texts).toEqual([`body [body]: 机密★10年\n${long}\n`]);
  });
});

describe("other parts", () => {
  test("headers by section, notes, comments, watermark, links, properties, members", async () => {
    const result = await read(
      `${p("正文")}<w:sectPr><w:headerReference w:type="first" r:id="r1"/><w:headerReference w:type="default" r:id="r2"/></w:sectPr>`,
      [
        {
          name: "word/_rels/document.xml.rels",
          data: `<Relationships><Relationship Id="r1" Type="http://x/header" Target="header1.xml"/><Relationship Id="r2" Type="http://x/header" Target="/word/header2.xml"/><Relationship Id="r3" Type="http://x/hyperlink" TargetMode="External" Target="http://a/%E6%9C%BA&amp;x"/></Relationships>`,
        },
        { name: "word/header1.xml", data: `<w:hdr>${p("首页")}</w:hdr>` },
        {
          name: "word/header2.xml",
          data: `<w:hdr>${p("页眉")}<v:shape id="PowerPlusWaterMarkObject1"><v:textpath string="机密★10年"/></v:shape></w:hdr>`,
        },
        { name: "word/footer1.xml", data: `<w:ftr>${p("页脚")}</w:ftr>` },
        { name: "word/footnotes.xml", data: `<w:footnotes><w:footnote>${p("脚注")}</w:footnote></w:footnotes>` },
        { name: "word/endnotes.xml", data: `<w:endnotes><w:endnote>${p("尾注")}</w:endnote></w:endnotes>` },
        { name: "word/comments.xml", data: `<w:comments><w:comment w:author="李四">${p("批注")}</w:comment></w:comments>` },
        {
          name: "word/charts/chart1.xml",
          data: "<c:chart><c:title><a:p><a:r><a:t>图</a:t></a:r></a:p></c:title><c:cat><c:v>类</c:v></c:cat><c:trendline><c:name>趋势</c:name></c:trendline></c:chart>",
        },
        { name: "word/diagrams/data1.xml", data: "<dgm:t><a:p><a:r><a:t>智能</a:t></a:r></a:p></dgm:t>" },
        {
          name: "word/diagrams/drawing1.xml",
          data: "<dsp:t><a:p><a:r><a:t>智能</a:t></a:r></a:p><a:p><a:r><a:t>另</a:t></a:r></a:p></dsp:t>",
        },
        { name: "word/settings.xml", data: `<w:settings><w:docVar w:name="id" w:val="abc"/><w:zoom w:percent="100"/></w:settings>` },
        { name: "word/theme/theme1.xml", data: `<a:font typeface="宋体"/>` },
        { name: "customXml/item1.xml", data: "<r><v>自定</v></r>" },
        { name: "docProps/core.xml", data: "<c:p><dc:title>标题\t一</dc:title><dc:creator>王五</dc:creator></c:p>" },
        { name: "docProps/custom.xml", data: `<P><property name="密级"><vt:lpwstr>机密</vt:lpwstr></property></P>` },
        { name: "word/embeddings/oleObject1.bin", data: "\xd0\xcf" },
        { name: "word/afchunk.htm", data: "<p>块</p>" },
      ],
    );
    expect(result.texts).toEqual([
      "body [body]: 正文\n",
      "header1 [header]: 首页\n",
      "header2 [header]: 页眉\n",
      "header2-watermark [header watermark]: 机密★10年\n",
      "footer1 [footer]: 页脚\n",
      "footnotes1 [footnote]: 脚注\n",
      "endnotes1 [footnote]: 尾注\n",
      "comments1 [comment]: 批注\n",
      "chart1 [chart]: 图\n类\n趋势\n",
      "diagram2 [textbox]: 智能\n",
      "diagram3 [textbox]: 另\n",
      "properties-authors [property]: 李四\n",
      "properties-core [property]: 标题 一\t王五\n",
      "properties-custom [property]: 机密\n",
      "links [link]: http://a/机&x\n",
      "part1 [property]: id\nabc\n",
      "part2 [property]: 自定\n",
    ]);
    expect(result.members).toEqual({ "word/embeddings/oleObject1.bin": "Ð\u00cf", "word/afchunk.htm": "<p>块</p>" });
    expect(result.chunks.find((chunk) => chunk.flow === "header1")?.page).toBe(1);
    expect(result.chunks.find((chunk) => chunk.flow === "header2")?.page).toBeUndefined();
    const core = result.chunks.find((chunk) => chunk.flow === "properties-core");
    expect(core?.table).toEqual({ id: "properties-core", separator: "\t", row: 2, head: [["title", "creator"]] });
    expect(core?.content.kind === "utf8" && core.content.locate(Buffer.byteLength("标题 一\t"))).toEqual({
      kind: "property",
      name: "creator",
    });
  });
});

test("a place is the paragraph's number", async () => {
  const result = await read(Array.from({ length: 4000 }, (_, index) => p(`第${index + 1}段`)).join(""));
  for (const chunk of result.chunks) {
    if (chunk.content.kind !== "utf8") continue;
    const { bytes, locate } = chunk.content;
    for (const offset of [0, 17, bytes.length >> 1, bytes.length - 1]) {
      const line = Buffer.from(bytes.subarray(0, offset)).lastIndexOf("\n") + 1;
      const told = Number.parseInt(Buffer.from(bytes.subarray(line + 3, line + 12)).toString(), 10);
      expect(locate(offset)).toEqual({ kind: "paragraph", paragraph: told });
    }
  }
});

describe("damage", () => {
  test("a main part that only its relation names is read by the second reader", async () => {
    const bytes = zipOf([
      { name: "[Content_Types].xml", data: `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>` },
      {
        name: "_rels/.rels",
        data: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/content.bin"/></Relationships>`,
      },
      {
        name: "word/content.bin",
        data: `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>机</w:t></w:r><w:r><w:t>密★10年</w:t></w:r></w:p></w:body></w:document>`,
      },
    ]);
    const probe = await createProbe("x.docx", memorySource(bytes));
    expect(await docx.accepts(probe)).toBe(true);
    const result = await run(docx, memorySource(bytes));
    expect(result.texts).toEqual(["second [body]: 机密★10年\n"]);
    expect(result.failures).toEqual(["corrupt file partial"]);
  });
  test("the second reader tells nothing twice", async () => {
    const bytes = Buffer.from(documentOf(`${p("一")}<w:tbl><w:tr>${cell("甲")}${cell("乙")}</w:tr></w:tbl>`));
    const member = bytes.indexOf("word/document.xml", 200) - 46;
    bytes.writeUInt32LE(7, member + 16);
    const result = await run(docx, memorySource(bytes));
    expect(result.texts).toEqual(["body [body]: 一\n", "body [body]: 甲\t乙\n"]);
    expect(result.failures).toEqual(["corrupt file partial"]);
  });
  const whole = documentOf(Array.from({ length: 300 }, (_, index) => p(`${index * 7919}`)).join(""));
  test.each([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])("cut at %d: a failure, and what is before the cut", async (part) => {
    const result = await run(docx, memorySource(whole.subarray(0, Math.floor(whole.length * part))));
    expect(result.failures.length).toBeGreaterThan(0);
    if (part >= 0.5) expect(result.texts[0]).toContain("7919\n15838\n");
  });
  test("UTF-16 and GBK parts", async () => {
    const xml = `<w:document><w:body>${p("机密")}</w:body></w:document>`;
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(xml, "utf16le")]);
    const gbk = Buffer.concat([
      Buffer.from(`<?xml version="1.0" encoding="GBK"?><w:document><w:body><w:p><w:r><w:t>`),
      Buffer.from([0xbb, 0xfa, 0xc3, 0xdc]),
      Buffer.from("</w:t></w:r></w:p></w:body></w:document>"),
    ]);
    for (const data of [wide, gbk]) {
      const result = await run(
        docx,
        memorySource(
          zipOf([
            { name: "[Content_Types].xml", data: types },
            { name: "word/document.xml", data },
          ]),
        ),
      );
      expect(result.texts).toEqual(["body [body]: 机密\n"]);
    }
  });
  test("100,000 elements deep", async () => {
    const result = await read(`${"<w:tbl><w:tr><w:tc>".repeat(30_000)}${p("底")}${"</w:tc></w:tr></w:tbl>".repeat(30_000)}`);
    expect(result.texts.join("")).toContain("底");
  });
  test("budgets stop it partially", async () => {
    const bytes = documentOf(p("一二三四五六七八九十").repeat(5000));
    const characters = await run(docx, memorySource(bytes), { budget: limitedBudget({ characters: 40_000 }) });
    expect(characters.failures).toEqual(["too-large file partial"]);
    expect(characters.texts.length).toBe(2);
    const inflated = await run(docx, memorySource(bytes), { budget: limitedBudget({ inflated: 200_000 }) });
    expect(inflated.failures[0]).toBe("too-large file partial");
    expect(inflated.texts.length).toBeGreaterThan(0);
  });
});
