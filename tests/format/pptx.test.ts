import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { pptx } from "../../src/format/pptx.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import { zipOf } from "./zipWriter.ts";
import type { Written } from "./zipWriter.ts";

const p = (text: string): string => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
const sp = (text: string, more = ""): string =>
  `<p:sp><p:nvSpPr><p:cNvPr id="1" name="标题 1"/><p:nvPr>${more}</p:nvPr></p:nvSpPr><p:txBody>${p(text)}</p:txBody></p:sp>`;

const members: readonly Written[] = [
  { name: "[Content_Types].xml", data: "<Types/>" },
  {
    name: "ppt/presentation.xml",
    data: `<p:presentation><p:sldIdLst><p:sldId id="256" r:id="r2"/><p:sldId id="257" r:id="r1"/></p:sldIdLst><p14:section name="第一节"/></p:presentation>`,
  },
  {
    name: "ppt/_rels/presentation.xml.rels",
    data: `<Relationships><Relationship Id="r1" Type="x/slide" Target="slides/slide1.xml"/><Relationship Id="r2" Type="x/slide" Target="slides/slide2.xml"/></Relationships>`,
  },
  {
    name: "ppt/slides/slide1.xml",
    data: `<p:sld show="0">${sp("藏页")}</p:sld>`,
  },
  {
    name: "ppt/slides/slide2.xml",
    data: `<p:sld>${sp("题")}${sp("页脚", `<p:ph type="ftr"/>`)}<a:tbl><a:tr><a:tc><a:txBody>${p("姓名")}</a:txBody></a:tc><a:tc><a:txBody>${p("证件")}</a:txBody></a:tc></a:tr></a:tbl><p:pic><p:cNvPr id="2" name="图 2" descr="替代"/></p:pic></p:sld>`,
  },
  {
    name: "ppt/slides/_rels/slide2.xml.rels",
    data: `<Relationships><Relationship Id="n" Type="x/notesSlide" Target="../notesSlides/notesSlide1.xml"/><Relationship Id="c" Type="x/comments" Target="../comments/comment1.xml"/></Relationships>`,
  },
  { name: "ppt/notesSlides/notesSlide1.xml", data: `<p:notes>${sp("备注")}</p:notes>` },
  { name: "ppt/comments/comment1.xml", data: "<p:cmLst><p:cm><p:text>批注</p:text></p:cm></p:cmLst>" },
  { name: "ppt/comments/modernComment_1.xml", data: `<p188:cmLst><p188:cm><p188:txBody>${p("线程")}</p188:txBody></p188:cm></p188:cmLst>` },
  { name: "ppt/commentAuthors.xml", data: `<p:cmAuthorLst><p:cmAuthor name="李四"/></p:cmAuthorLst>` },
  { name: "ppt/slideMasters/slideMaster1.xml", data: `<p:sldMaster>${sp("母版")}</p:sldMaster>` },
  { name: "ppt/slideLayouts/slideLayout1.xml", data: `<p:sldLayout>${sp("版式")}</p:sldLayout>` },
  { name: "ppt/tags/tag1.xml", data: `<p:tagLst><p:tag name="LEVEL" val="jimi"/></p:tagLst>` },
  { name: "ppt/theme/theme1.xml", data: `<a:font typeface="宋体"/>` },
  { name: "ppt/media/image1.png", data: "png" },
];

test("slides in the show's order, hidden ones, notes, comments, masters", async () => {
  const result = await run(pptx, memorySource(zipOf(members)));
  checkChunks(result);
  expect(result.texts).toEqual([
    "names [bookmark]: 第一节\n",
    "slide1 [body]: 题\n",
    "slide1 [body]: 姓名\t证件\n",
    "slide1-footer [body footer]: 页脚\n",
    "slide1-caption [body caption]: 替代\n",
    "slide2 [body hidden]: 藏页\n",
    "notes1 [comment]: 备注\n",
    "comments1 [comment]: 批注\n",
    "comments2 [comment]: 线程\n",
    "master1 [header]: 母版\n",
    "layout1 [header]: 版式\n",
    "properties-authors [property]: 李四\n",
    "part1 [property]: LEVEL\njimi\n",
  ]);
  expect(result.members).toEqual({ "ppt/media/image1.png": "png" });
  expect(result.failures).toEqual([]);
  const place = (flow: string): unknown => {
    const content = result.chunks.find((chunk) => chunk.flow === flow)?.content;
    return content?.kind === "utf8" ? content.locate(0) : undefined;
  };
  expect(place("slide2")).toEqual({ kind: "slide", slide: 2 });
  expect(place("notes1")).toEqual({ kind: "slide", slide: 1 });
  expect(place("comments1")).toEqual({ kind: "slide", slide: 1 });
});

test("is told from other packages by its members", async () => {
  const probe = await createProbe("a.docx", memorySource(zipOf(members)));
  expect(await pptx.accepts(probe)).toBe(true);
  expect(await pptx.accepts(await createProbe("a.pptx", memorySource(zipOf([{ name: "a.txt", data: "x" }]))))).toBe(false);
});

test("the budget of pages stops it partially", async () => {
  const result = await run(pptx, memorySource(zipOf(members)), { budget: limitedBudget({ pages: 1 }) });
  expect(result.failures).toEqual(["too-large file partial"]);
});

describe("damage", () => {
  const whole = zipOf(members);
  test.each([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])("cut at %d gives a failure and no throw", async (part) => {
    const result = await run(pptx, memorySource(whole.subarray(0, Math.floor(whole.length * part))));
    expect(result.failures.length).toBeGreaterThan(0);
  });
});

test("a template without slides is whole; slides that are named and not there are told", async () => {
  const presentation = (body: string): Buffer =>
    zipOf([
      { name: "[Content_Types].xml", data: "<Types/>" },
      { name: "ppt/presentation.xml", data: `<p:presentation>${body}</p:presentation>` },
      { name: "ppt/slideMasters/slideMaster1.xml", data: `<p:sldMaster>${sp("母版")}</p:sldMaster>` },
    ]);
  const without = await run(pptx, memorySource(presentation("<p:sldSz/>")));
  expect([without.failures, without.texts]).toEqual([[], ["master1 [header]: 母版\n"]]);
  const lost = await run(pptx, memorySource(presentation('<p:sldIdLst><p:sldId id="256" r:id="r2"/></p:sldIdLst>')));
  expect(lost.failures).toEqual(["corrupt file partial"]);
});
