import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ceb } from "../../src/format/ceb.ts";
import { ofd } from "../../src/format/ofd.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import type { Result } from "./support.ts";
import { zipOf } from "./zipWriter.ts";
import type { Written } from "./zipWriter.ts";

const places = readFileSync("fixtures/ofd/places.ofd");

function fileOf(pages: readonly string[], more: readonly Written[] = []): Buffer {
  return zipOf([
    { name: "OFD.xml", data: "<o:OFD><o:DocBody><o:DocRoot>D/Document.xml</o:DocRoot></o:DocBody></o:OFD>" },
    {
      name: "D/Document.xml",
      data: `<o:Document><o:Pages>${pages.map((_, index) => `<o:Page ID="${index}" BaseLoc="P${index}.xml"/>`).join("")}</o:Pages></o:Document>`,
    },
    ...pages.map((content, index) => ({ name: `D/P${index}.xml`, data: `<o:Page><o:Content>${content}</o:Content></o:Page>` })),
    ...more,
  ]);
}

async function read(pages: readonly string[], more: readonly Written[] = []): Promise<Result> {
  const result = await run(ofd, memorySource(fileOf(pages, more)));
  checkChunks(result);
  return result;
}

const at = (x: number, y: number, text: string, code = "", object = ""): string =>
  `<o:TextObject Boundary="${x} ${y} 50 5" Size="4" ${object}><o:TextCode X="0" Y="4" ${code}>${text}</o:TextCode></o:TextObject>`;

describe("places", () => {
  test("pages with templates, annotations, outlines, attachments, properties, seals, a second document", async () => {
    const result = await run(ofd, memorySource(places));
    checkChunks(result);
    expect(result.texts).toEqual([
      "properties-document [property]: 00000000000000000000000000000001\t植入标题\t植入作者\t植入关键词\t植入自定义\n",
      "body [body]: 机密★10年\n植入分段\n户名  植入模板值\n证件号  11010519491231002X\n一二\n",
      "body [body]: 2\n",
      "body [body]: 植入首行\n乙\n丁\n丙\n甲\n乙丁丙甲\n植入次行\n",
      "watermarks [watermark]: 植入水印\n",
      "comments [comment]: 植入批注\n植入参数\n",
      "attachments [name]: 植入附件名.txt\n",
      "bookmarks [bookmark]: 植入模板名\n植入大纲\n植入书签\n",
      "links [link]: http://intra.example/植入链接\n",
      "properties-document2 [property]: 00000000000000000000000000000002\n",
      "document2-body [body]: 植入第二文档\n",
      "resources [body]: 植入复合\n",
      "properties-signature2 [property]: 植入签名者\t20260101000000Z\n",
      "seals [property]: 植入印章\n",
    ]);
    expect(result.members).toEqual({ "Doc_0/Attachs/a.txt": "植入附件" });
    expect(result.failures).toEqual(["no-text file partial"]);
    expect(result.chunks.map(({ page }) => page).slice(0, 6)).toEqual([undefined, 1, 2, 3, 1, 1]);
    const content = result.chunks[1]?.content;
    const offset = Buffer.byteLength("机密★10年\n植入分段\n户名  植入模板值\n证件号  ");
    expect(content?.kind === "utf8" ? content.locate(offset) : undefined).toEqual({ kind: "page", page: 1, line: 4 });
    expect(result.chunks[0]?.table?.head).toEqual([["DocID", "Title", "Author", "Keyword", "密级"]]);
  });
});

const lines: readonly { title: string; page: string; text: string }[] = [
  { title: "letters set apart in one object", page: at(10, 10, "机密★", `DeltaX="g 2 30"`), text: "机  密  ★\n机密★\n" },
  { title: "letters in objects of their own", page: at(10, 10, "机") + at(20, 10, "密") + at(30, 10, "★"), text: "机 密 ★\n机密★\n" },
  { title: "objects that touch are one word", page: at(10, 10, "110105") + at(22, 10, "19491231002X"), text: "11010519491231002X\n" },
  { title: "drawn twice for bold", page: at(10, 10, "机密") + at(10.1, 10, "机密"), text: "机密\n" },
  { title: "a step back begins a line", page: at(10, 10, "上下", `DeltaX="-4" DeltaY="6"`), text: "上\n下\n" },
  { title: "downwards", page: at(10, 10, "机密", `DeltaY="4"`), text: "机密\n" },
  { title: "in millimetres of another size", page: at(10, 10, "机密", "", `CTM="0.3528 0 0 0.3528 0 0"`), text: "机密\n" },
  {
    title: "two columns stay apart",
    page: at(10, 10, "左一") + at(10, 20, "左二") + at(110, 10, "右一") + at(110, 20, "右二"),
    text: "左一\n左二\n右一\n右二\n",
  },
  {
    title: "references and a text without a place",
    page: `<o:TextObject><o:TextCode>甲&amp;乙</o:TextCode></o:TextObject>`,
    text: "甲&乙\n",
  },
];

describe("lines", () => {
  test.each(lines)("$title", async ({ page, text }) => {
    const result = await read([page]);
    expect(result.texts).toEqual([`body [body]: ${text}`]);
    expect(result.failures).toEqual([]);
  });
});

const unread: readonly { title: string; pages: readonly string[]; failures: readonly string[] }[] = [
  { title: "a picture over the page", pages: [`<o:ImageObject Boundary="0 0 210 297"/>`], failures: ["no-text file whole"] },
  {
    title: "a stamp does not make it read",
    pages: [`<o:ImageObject Boundary="0 0 210 297"/>${at(1, 1, "收文章")}`],
    failures: ["no-text file whole"],
  },
  { title: "a logo", pages: [`<o:ImageObject Boundary="0 0 20 20"/>`], failures: [] },
  { title: "letters as outlines", pages: ["<o:PathObject/>".repeat(200)], failures: ["no-text file whole"] },
  {
    title: "glyphs without characters",
    pages: [`<o:TextObject><o:CGTransform><o:Glyphs>1 2 3</o:Glyphs></o:CGTransform><o:TextCode></o:TextCode></o:TextObject>`],
    failures: ["no-text file whole"],
  },
  { title: "characters of private use", pages: [at(1, 1, "\ue001\ue002字"), at(1, 1, "字")], failures: ["no-text file partial"] },
  { title: "an empty page", pages: [""], failures: [] },
];

describe("pages that are not read", () => {
  test.each(unread)("$title", async ({ pages, failures }) => {
    expect((await read(pages)).failures).toEqual(failures);
  });
  test("a page that is not in the file", async () => {
    const result = await run(
      ofd,
      memorySource(
        zipOf([
          { name: "OFD.xml", data: "<OFD><DocBody><DocRoot>D.xml</DocRoot></DocBody></OFD>" },
          { name: "D.xml", data: `<Document><Pages><Page ID="1" BaseLoc="gone.xml"/><Page ID="2" BaseLoc="here.xml"/></Pages></Document>` },
          { name: "here.xml", data: `<Page><Content>${at(1, 1, "在")}</Content></Page>`.replaceAll("o:", "") },
        ]),
      ),
    );
    expect(result.texts).toEqual(["body [body]: 在\n"]);
    expect(result.failures).toEqual(["corrupt file partial"]);
  });
  test("encrypted parts are told", async () => {
    expect((await read([at(1, 1, "明")], [{ name: "Encryptions.xml", data: "<E/>" }])).failures).toEqual(["encrypted file partial"]);
  });
  test("pages that nothing names are read as hidden", async () => {
    const result = await read(
      [at(1, 1, "明")],
      [{ name: "Doc_9/Pages/Page_0/Content.xml", data: `<Page>${at(1, 1, "藏").replaceAll("o:", "")}</Page>` }],
    );
    expect(result.texts).toEqual(["body [body]: 明\n", "hidden [hidden]: 藏\n"]);
  });
});

test("is told by its content, whatever its name", async () => {
  expect(await ofd.accepts(await createProbe("a.jpg", memorySource(places)))).toBe(true);
  expect(await ofd.accepts(await createProbe("a.ofd", memorySource(zipOf([{ name: "a.txt", data: "x" }]))))).toBe(false);
});

describe("damage and limits", () => {
  test("cut, bits turned, noise", () => checkDamage(ofd, places, 4, "tells"));
  test("100,000 elements deep", async () => {
    const deep = `${"<o:PageBlock>".repeat(100_000)}${at(1, 1, "底")}${"</o:PageBlock>".repeat(100_000)}`;
    expect((await read([deep])).texts).toEqual(["body [body]: 底\n"]);
  });
  test("a compressed distance is no bomb", async () => {
    expect((await read([at(1, 1, "甲乙", `DeltaX="g 999999999 1"`)])).texts).toEqual(["body [body]: 甲乙\n"]);
  });
  test("the budget of pages", async () => {
    const result = await run(ofd, memorySource(fileOf([at(1, 1, "一"), at(1, 1, "二")])), { budget: limitedBudget({ pages: 1 }) });
    expect(result.failures).toEqual(["too-large file partial"]);
    expect(result.texts[0]).toBe("body [body]: 一\n");
  });
  test("a template that many pages lie on is read once and told with each", async () => {
    const page = `<o:Template TemplateID="t"/>${at(50, 1, "数值")}`;
    const bytes = zipOf([
      { name: "OFD.xml", data: "<OFD><DocBody><DocRoot>D.xml</DocRoot></DocBody></OFD>" },
      {
        name: "D.xml",
        data: `<Document><CommonData><TemplatePage ID="t" BaseLoc="t.xml"/></CommonData><Pages><Page BaseLoc="a.xml"/><Page BaseLoc="b.xml"/></Pages></Document>`,
      },
      { name: "t.xml", data: `<Page>${at(1, 1, "栏目")}</Page>`.replaceAll("o:", "") },
      { name: "a.xml", data: `<Page>${page}</Page>`.replaceAll("o:", "") },
      { name: "b.xml", data: `<Page>${page}</Page>`.replaceAll("o:", "") },
    ]);
    expect((await run(ofd, memorySource(bytes))).texts).toEqual(["body [body]: 栏目  数值\n", "body [body]: 栏目  数值\n"]);
  });
});

test("CEB is recognised and said to be unread", async () => {
  const source = memorySource(Buffer.concat([Buffer.from("Founder CEB 2.99D\0"), Buffer.alloc(100, 7)]));
  expect(ceb.accepts(await createProbe("a.dat", source))).toBe(true);
  expect((await run(ceb, source)).failures).toEqual(["unsupported-format file whole"]);
});
