import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { rtf } from "../../src/format/rtf.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import type { Result } from "./support.ts";

const places = readFileSync("fixtures/rtf/places.rtf");
const head = String.raw`{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 S;}{\f1\fcharset0 A;}{\f2\fcharset128 J;}{\f3\fcharset2 Wingdings;}}`;

async function read(body: string): Promise<Result> {
  const result = await run(rtf, memorySource(Buffer.from(`${head}${body}}`, "latin1")));
  checkChunks(result);
  return result;
}

test("places: headers, notes, comments, boxes, tables, links, fields, properties, objects", async () => {
  const result = await run(rtf, memorySource(places));
  checkChunks(result);
  const expected = [
    "header1 [header]: 植入页眉\n",
    "header2 [header]: 植入首页页眉\n",
    "footer3 [footer]: 植入页脚\n",
    "textbox4 [body textbox]: 植入文本框\n",
    "body [body]: 植入正文\n机密★10年\n植入转义机密\n前后\n注\n植入链接字\n域果\n",
    "body [body]: 姓名\t证件号\n甲\t11010519491231002X\n",
    "body [body]: 植入末行\n",
    "body-property [body property]: 植入样式\nPackage\n",
    "footnotes [footnote]: 植入脚注\n",
    "comments [comment]: 植入批注\n",
    "body-hidden [body hidden]: 前植入隐藏后\n植入未知组\n",
    "body-deleted [body deleted]: 植入删除\n",
    "body-bookmark [body bookmark]: 植入书签\n",
    "body-link [body link]: http://intra.example/植入\n",
    'body-field [body field]: QUOTE "植入域"\n',
    "body-form [body form]: 植入表单\n",
    "body-watermark [body watermark]: 植入水印\n",
    "body-caption [body caption]: 植入替代文字\n",
    "properties-document [property]: 植入标题\t植入作者\t植入关键词\n",
    "properties-custom [property]: 植入自定义\n",
    "properties-authors [property]: Unknown\t植入审阅人\tx\t植入批注人\n",
    "properties-objects [property]: note.txt\tC:\\note.txt\tC:\\note.txt\n",
  ];
  expect(result.texts.toSorted()).toEqual(expected.toSorted());
  expect(Object.keys(result.members)).toEqual(["object1/note.txt", "picture2.png"]);
  expect(result.members["object1/note.txt"]).toBe("植入附件");
  expect(result.failures).toEqual([]);
  const table = result.chunks.find((chunk) => chunk.table?.id === "table1");
  expect(table?.table?.head).toEqual([
    ["姓名", "证件号"],
    ["甲", "11010519491231002X"],
  ]);
  expect(result.chunks.find((chunk) => chunk.flow === "header2")?.page).toBe(1);
});

const bodies: readonly { title: string; body: string; texts: readonly string[] }[] = [
  { title: "a character in two runs", body: String.raw`\'bb{\b\'fa}\'c3{\i\'dc}`, texts: ["body [body]: 机密\n"] },
  {
    title: "text set in a character style or a table style",
    body: String.raw`{\rtlch\ltrch\fcs0 \cs15\f0 card 6222021234567894}{\cs16 \'bb\'fa\'c3\'dc}\par{\*\cs17\ul {\f0 starred}}\par\ts11\trgaph108 tail`,
    texts: ["body [body]: card 6222021234567894机密\nstarred\ntail\n"],
  },
  {
    title: "names of styles: those in Chinese only",
    body: String.raw`{\stylesheet{\s0 Normal;}{\*\cs10 \additive Default Font;}{\*\ts11 \'b1\'ed\'b8\'f1;}}text`,
    texts: ["body [body]: text\n", "body-property [body property]: 表格\n"],
  },
  { title: "a trail byte that is a letter", body: String.raw`\'d2\'f8\'90\'41\'8d@`, texts: ["body [body]: 银怉岪\n"] },
  { title: "bytes as they stand", body: "\xbb\xfa\xc3\xdc", texts: ["body [body]: 机密\n"] },
  { title: "GBK under a Western font", body: String.raw`\f1\'bb\'fa\'c3\'dc`, texts: ["body [body]: 机密\n"] },
  { title: "the font's character set", body: String.raw`\f2\'82\'a0`, texts: ["body [body]: あ\n"] },
  {
    title: "a star of Wingdings, three ways",
    body: String.raw`{\f3\'ab}\u-3925?{\field{\*\fldinst SYMBOL 171 \\f "Wingdings"}}`,
    texts: ["body [body]: ★★★\n"],
  },
  { title: "surrogates", body: String.raw`\u-10179?\u-8704?`, texts: ["body [body]: 😀\n"] },
  {
    title: "no fallback and a long one",
    body: String.raw`{\uc0\u26426\u23494}{\uc3\u26426 abc\u23494 d\'65f}g`,
    texts: ["body [body]: 机密机密g\n"],
  },
  {
    title: "escaped braces and special signs",
    body: String.raw`\{a\}\\\~b\_c\emdash d\tab e`,
    texts: ["body [body]: {a}\\\u00a0b-c—d\te\n"],
  },
  { title: "line ends in the file are none in the text", body: "机".replace("机", "ab\r\ncd\\\nef"), texts: ["body [body]: abcd\nef\n"] },
  {
    title: "a nested table",
    body: String.raw`\trowd\pard\intbl A\par\pard\intbl\itap2 x\nestcell y\nestcell{\*\nesttableprops\trowd\nestrow}{\nonesttables\par}\pard\intbl B\cell C\cell\row`,
    texts: ["table1 [body]: x\ty\n", "body [body]: A B\tC\n"],
  },
  {
    title: "a row that never ends",
    body: String.raw`\trowd\pard\intbl A\cell B\cell\pard Z\par`,
    texts: ["body [body]: A\tB\tZ\n"],
  },
  {
    title: "hidden text is over with the run",
    body: String.raw`{\v h}\v x\v0 y\plain z`,
    texts: ["body [body]: yz\n", "body-hidden [body hidden]: hxyz\n"],
  },
  {
    title: "hidden text with what it touches of the seen text",
    body: String.raw`card {\v 622202}1234{\v 567890} end \'bb\'fa{\v\'c3\'dc} x\par{\v a}b`,
    texts: ["body [body]: card 1234 end 机 x\nb\n", "body-hidden [body hidden]: 6222021234567890机密\nab\n"],
  },
  {
    title: "a watermark's text box",
    body: String.raw`{\shp{\*\shpinst{\sp{\sn wzName}{\sv WaterMark 1}}{\shptxt\pard W\par}}}`,
    texts: ["watermark1 [body watermark]: W\n"],
  },
  { title: "an unknown group without text", body: String.raw`{\*\nothing abc}x`, texts: ["body [body]: x\n"] },
  {
    title: "links with switches",
    body: String.raw`{\field{\*\fldinst HYPERLINK \\l "mark" \\o "tip"}{\fldrslt t}}`,
    texts: ["body [body]: t\n", "body-link [body link]: mark\ntip\n"],
  },
  { title: "binary data is no text", body: "{\\pict\\pngblip\\bin6 }}{{\\\\}x", texts: ["body [body]: x\n"] },
];

describe("body", () => {
  test.each(bodies)("$title", async ({ body, texts }) => {
    const result = await read(body);
    expect(result.texts.toSorted()).toEqual([...texts].toSorted());
    expect(result.failures).toEqual([]);
  });
  test("what stands behind the last brace is told as hidden", async () => {
    const result = await run(rtf, memorySource(Buffer.from(`{\\rtf1 a} tail`)));
    expect(result.texts).toEqual(["body [body]: a\n", "behind [body hidden]:  tail\n"]);
  });
  test("a table's head and rows go over chunks", async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => String.raw`\trowd\pard\intbl n${index}\cell 1101051949${index}\cell\row`);
    const result = await read(String.raw`\trowd\pard\intbl name\cell id\cell\row${rows.join("\n")}`);
    const tables = result.chunks.filter((chunk) => chunk.table !== undefined);
    expect(tables.length).toBeGreaterThan(2);
    for (const chunk of tables) expect(chunk.table?.head[0]).toEqual(["name", "id"]);
  });
});

test("is told by its content, whatever its name", async () => {
  expect(rtf.accepts(await createProbe("a.doc", memorySource(places)))).toBe(true);
  expect(rtf.accepts(await createProbe("a.rtf", memorySource(Buffer.from("text about {\\rtf1"))))).toBe(false);
});

describe("damage and limits", () => {
  test("cut, bits turned, noise", () => checkDamage(rtf, places, 6, "tells"), 30_000);
  test("pieces end anywhere: 300 KiB of escapes", async () => {
    const result = await read(String.raw`\'bb\'fa\u23494?`.repeat(40_000));
    const text = result.texts.map((one) => one.slice(one.indexOf(": ") + 2)).join("");
    expect(text.replaceAll("机密", "").trim()).toBe("");
    expect(text.length).toBeGreaterThan(80_000);
  });
  test("comments in comments, 50,000 deep", async () => {
    // What each cost grew with its depth: 4 GB for 1 MiB.
    const result = await run(rtf, memorySource(Buffer.from(`{\\rtf1 ${"{\\*\\annotation{\\*\\atnid x}".repeat(50_000)}14:00`)));
    expect(result.texts.join("")).toContain("14:00");
    for (const { roles } of result.chunks) expect(roles.length).toBeLessThan(4);
  });
  test("100,000 groups deep", async () => {
    const result = await read(`${"{\\b ".repeat(100_000)}x${"}".repeat(100_000)}y`);
    expect(result.texts).toEqual(["body [body]: xy\n"]);
    expect(result.failures).toEqual([]);
  });
  test("a control word without end, a huge number, a huge binary", async () => {
    expect((await read(`\\${"a".repeat(100_000)} x`)).texts.join("")).toContain("x");
    expect((await read("\\u99999999999999999999 x\\bin999999999999 y")).failures).toEqual(["corrupt file partial"]);
  });
  test("the budget of characters stops it partially", async () => {
    const result = await run(rtf, memorySource(Buffer.from(`{\\rtf1 ${"x".repeat(50_000)}\\par y}`)), {
      budget: limitedBudget({ characters: 100 }),
    });
    expect(result.failures).toEqual(["too-large file partial"]);
  });
  test("the budget of members", async () => {
    const result = await run(rtf, memorySource(places), { budget: limitedBudget({ members: 1 }) });
    expect(result.failures).toEqual(["too-large file partial"]);
    expect(Object.keys(result.members)).toEqual(["object1/note.txt"]);
  });
});
