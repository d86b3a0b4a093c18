import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { doc } from "../../src/format/doc.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { cfbOf } from "./cfbWriter.ts";
import { counted, firstWordOf, oldWordOf, stringTable, wordOf } from "./docWriter.ts";
import { encode } from "../../src/util/encode.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";

const places = readFileSync(new URL("../../fixtures/doc/places.doc", import.meta.url));

test("every hiding place of a converted document, by its role", async () => {
  const result = await run(doc, memorySource(places));
  checkChunks(result);
  const found = result.chunks.flatMap((chunk) => {
    const text = chunk.content.kind === "utf8" ? Buffer.from(chunk.content.bytes).toString("utf8") : "";
    return [...text.matchAll(/植入(.{1,8})★机密10年/g)].map(([, place]) => `${place}: ${chunk.roles.join(" ")}`);
  });
  expect([...new Set(found)]).toEqual([
    "正文: body",
    "分段: body",
    "表格: body",
    "插入: body",
    "内容控件: body",
    "域代码: body field",
    "删除: body deleted",
    "隐藏字: body hidden",
    "链接址: body link",
    "脚注: footnote",
    "页眉: header",
    "页脚: footer",
    "首页页眉: header",
    "批注: comment",
    "尾注: footnote",
    "文本框: body textbox",
    "旧式框: body textbox",
    "页眉文本框: header textbox",
    "水印: header watermark",
    "标题属性: property",
    "关键词: property",
    "备注属性: property",
    "单位属性: property",
    "自定属性: property",
  ]);
  expect(result.chunks.find(({ flow }) => flow === "header5")?.page).toBe(1);
  expect(Object.keys(result.members)).toEqual(["media/image1.emf", "media/image2.emf", "ObjectPool/_2147483647/package_stream"]);
  expect(Buffer.from(result.memberBytes["media/image1.emf"] ?? []).toString("latin1", 40, 44)).toBe(" EMF");
  expect(result.failures).toEqual([]);
});

const inTable = "162401";
const rowEnd = "162401172401496601000000";

test("tables as rows, tables in tables apart, and text behind them", async () => {
  const inner = "162401496602000000";
  const result = await run(
    doc,
    memorySource(
      wordOf({
        stories: [
          [
            { text: "前文\r", compressed: false },
            { text: "姓名\x07", paragraph: inTable },
            { text: "证件\x07", paragraph: inTable },
            { text: "\x07", paragraph: rowEnd },
            { text: "张三\x07", paragraph: inTable },
            { text: "第一\r", paragraph: inTable },
            { text: "内甲\r", paragraph: `${inner}4b2401` },
            { text: "内乙\r", paragraph: `${inner}4b2401` },
            { text: "\r", paragraph: `${inner}4b24014c2401` },
            { text: "第二\x07", paragraph: inTable },
            { text: "\x07", paragraph: rowEnd },
            { text: "after\r", compressed: true },
          ],
        ],
      }),
    ),
  );
  checkChunks(result);
  expect(result.texts).toEqual([
    "body [body]: 前文\n",
    "body-table2 [body]: 内甲\t内乙\n",
    "body [body]: 姓名\t证件\n张三\t第一 第二\n",
    "body [body]: after\n",
  ]);
  expect(result.chunks.map(({ table }) => table?.head)).toEqual([
    undefined,
    [["内甲", "内乙"]],
    [
      ["姓名", "证件"],
      ["张三", "第一 第二"],
    ],
    undefined,
  ]);
});

test("fields, deletions, hidden text, symbols, breaks", async () => {
  const result = await run(
    doc,
    memorySource(
      wordOf({
        stories: [
          [
            { text: "机密" },
            { text: "(", sprms: "096a0000abf0" },
            { text: "10" },
            { text: "年" },
            { text: "\r旧", sprms: "000801" },
            { text: "藏", sprms: "3c0801" },
            { text: '\x13 HYPERLINK "http://a.example/%E6%9C%BA" \\t "_blank" \x14看\x15\x13 IF \x13 DATE \x14今\x15 > 1\x15完\r' },
            { text: "甲\x0b乙\x1e丙\x1f丁\x13 未完\r后文\r" },
          ],
        ],
      }),
    ),
  );
  checkChunks(result);
  expect(result.texts).toEqual([
    "body [body]: 机密★10年\n看完\n甲\n乙-丙丁\n后文\n",
    "body-link [body link]: http://a.example/机 \\t _blank\n",
    "body-field [body field]: IF  DATE 今 > 1\n未完\n",
    "body-deleted [body deleted]: 旧\n",
    "body-hidden [body hidden]: 藏看完\n",
  ]);
});

test("stories, headers of the first page, text boxes, names, variables", async () => {
  const result = await run(
    doc,
    memorySource(
      wordOf({
        stories: [
          [{ text: "正文\r" }],
          [{ text: "脚注\r" }],
          [{ text: "偶页\r普通\r页脚\r首页\r" }],
          [],
          [{ text: "批注\r" }],
          [{ text: "尾注\r" }],
          [{ text: "框一\r框二\r" }],
          [{ text: "眉框\r" }],
        ],
        headers: [0, 0, 0, 0, 0, 0, 0, 3, 6, 6, 9, 12, 12],
        textboxes: [0, 3, 6],
        tables: {
          21: stringTable(["_Toc1", "密级书签"]),
          36: Buffer.concat([counted("李四"), counted("王五")]),
          51: stringTable(["Unknown", "李四"]),
          32: stringTable(["", "Normal.dot", "标题"]),
          71: stringTable(["李四", "D:\\机密\\规划.doc"]),
          60: Buffer.concat([stringTable(["密级"]), counted("机密")]),
        },
      }),
    ),
  );
  checkChunks(result);
  expect(result.texts).toEqual([
    "body [body]: 正文\n",
    "footnotes [footnote]: 脚注\n",
    "header1 [header]: 偶页\n",
    "header2 [header]: 普通\n",
    "footer4 [footer]: 页脚\n",
    "header5 [header]: 首页\n",
    "comments [comment]: 批注\n",
    "endnotes [footnote]: 尾注\n",
    "textbox1 [body textbox]: 框一\n",
    "textbox2 [body textbox]: 框二\n",
    "headerTextbox [header textbox]: 眉框\n",
    "bookmarks [bookmark]: 密级书签\n",
    "properties-authors [property]: 李四\t王五\n",
    "properties-variables [property]: 机密\n",
    "properties-associated [property]: Normal.dot\t标题\t李四\tD:\\机密\\规划.doc\n",
  ]);
  expect(result.chunks.map(({ flow, page }) => [flow, page]).filter(([, page]) => page !== undefined)).toEqual([["header5", 1]]);
});

test.each([
  ["GBK", 0x0804, Buffer.from("bbfac3dca1ef3130c4ea0d", "hex"), "机密★10年"],
  ["Big5", 0x0404, Buffer.from("bef7b14b3130a67e0d", "hex"), "機密10年"],
  ["GBK under English", 0x0409, Buffer.from("bbfac3dca1ef3130c4ea0d", "hex"), "机密★10年"],
])("Word 95 in %s", async (_name, language, text, expected) => {
  const result = await run(doc, memorySource(oldWordOf(Buffer.concat([text, Buffer.from("A\x07B\x07\x07c\r")]), language)));
  checkChunks(result);
  expect(result.texts).toEqual([`body [body]: ${expected}\n`, "body [body]: A\tB\n", "body [body]: c\n"]);
  expect(result.failures).toEqual([]);
});

test("an encrypted document says so and still tells its properties and objects", async () => {
  const result = await run(
    doc,
    memorySource(wordOf({ stories: [[{ text: "x\r" }]], flags: 0x100, streams: [{ path: "Other", data: "秘" }] })),
  );
  expect(result.failures).toEqual(["encrypted file whole"]);
  expect(result.texts).toEqual([]);
  expect(result.members).toEqual({ Other: "秘" });
});

test("objects: a packaged file by its name, an inner document, custom XML", async () => {
  const file = Buffer.from("名单");
  const name = Buffer.from("c3fbb5a52e747874", "hex");
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const zero = Buffer.of(0);
  const native = Buffer.concat([u32(0), Buffer.of(2, 0), name, zero, name, zero, u32(0x30000), u32(1), zero, u32(file.length), file]);
  const result = await run(
    doc,
    memorySource(
      wordOf({
        stories: [[{ text: "x\r" }]],
        streams: [
          { path: "ObjectPool/_1/\x01Ole10Native", data: native },
          { path: "ObjectPool/_1/\x01Ole", data: "o" },
          { path: "ObjectPool/_2/Workbook", data: "book" },
          { path: "ObjectPool/_2/\x02OlePres000", data: "p" },
          { path: "ObjectPool/_3/\x03EPRINT", data: "p" },
          { path: "MsoDataStore/a/Item", data: "<a/>" },
        ],
      }),
    ),
  );
  expect(Object.keys(result.members)).toEqual(["ObjectPool/_1/名单.txt", "ObjectPool/_2", "MsoDataStore/a/Item.xml"]);
  expect(result.members["ObjectPool/_1/名单.txt"]).toBe("名单");
  const inner = await createProbe("x", memorySource(result.memberBytes["ObjectPool/_2"] ?? Buffer.alloc(0)));
  expect([...(await inner.members())].toSorted()).toEqual(["\x02OlePres000", "Workbook"]);
  expect(result.failures).toEqual(["no-text file partial"]);
});

test("documents of other programs: Word 6, and macros", async () => {
  const read = (name: string): Buffer => readFileSync(new URL(`../../fixtures/doc/${name}`, import.meta.url));
  const old = await run(doc, memorySource(read("word6.doc")));
  checkChunks(old);
  expect(old.texts[0]).toContain("STATEMENT  OF  INSOLVENCY  PRACTICE  10  (SCOTLAND)\n");
  expect(old.texts.join("")).toContain("(“the Rules”)");
  expect(old.texts.join("")).toContain("Issued August 1997\n");
  const macros = await run(doc, memorySource(read("macros.doc")));
  checkChunks(macros);
  expect(macros.texts[0]).toBe("body [body]: The quick brown fox.\n");
  expect(macros.texts.filter((text) => text.startsWith("macro")).join("")).toContain("Selection.Font.Bold = wdToggle\n");
  expect(macros.failures).toEqual([]);
});

test("Word 6 of a Macintosh in its own code page", async () => {
  const text = Buffer.from("caf\x8e d\xd5\x88 c\x99t\x8e\r", "latin1");
  const result = await run(doc, memorySource(oldWordOf(text, 0x040c, 256)));
  expect(result.texts).toEqual(["body [body]: café d’à côté\n"]);
  expect((await run(doc, memorySource(oldWordOf(Buffer.from("caf\xe9\r", "latin1"), 0x040c)))).texts).toEqual(["body [body]: café\n"]);
});

test("Word 6 in a script that its fonts tell and its language does not", async () => {
  // «Компания Аскат» in code page 1251, and a line that is mostly English.
  const russian = Buffer.from("cacee0efe0ede8ff20c0f1eae0f20d4578616d706c65207465787420ef2e20c0f1eae0f20d", "hex");
  const told = await run(doc, memorySource(oldWordOf(russian, 0x0409, 0, [0, 204])));
  expect(told.texts).toEqual(["body [body]: КОапания Аскат\nExample text п. Аскат\n"]);
  const mixed = Buffer.concat([Buffer.from("A long text in English, caf\xe9 and all.\r".repeat(3), "latin1"), russian]);
  const lines = (await run(doc, memorySource(oldWordOf(mixed, 0x0409, 0, [0, 204])))).texts.join("");
  expect(lines).toContain("café and all.\nКОапания Аскат\n");
  const traditional = Buffer.from([0xbe, 0xf7, 0xb1, 0x4b, 0xc0, 0xc9, 0xae, 0xd7, 0x0d]);
  expect((await run(doc, memorySource(oldWordOf(traditional, 0x0409, 0, [0, 136])))).texts).toEqual(["body [body]: 機密檔案\n"]);
});

test("Word 2, a file without a compound file round it", async () => {
  const written = firstWordOf(encode("植入正文★机密10年\r姓名\x07张三\x07\x07\x13 TIME \x14栏位\x15\r", "gb18030") ?? Buffer.alloc(0));
  expect(await doc.accepts(await createProbe("a.txt", memorySource(written)))).toBe(true);
  const result = await run(doc, memorySource(written));
  checkChunks(result);
  expect(result.texts[0]).toContain("植入正文★机密10年\n");
  expect(result.texts.join("")).toContain("栏位");
  expect(result.failures).toEqual([]);
  const saved = await run(doc, memorySource(firstWordOf(Buffer.from("text\r"), 4)));
  expect(saved.texts[0]).toBe("body [body]: text\n");
  expect(saved.failures).toEqual(["unsupported-format file partial"]);
  expect((await run(doc, memorySource(firstWordOf(Buffer.from("text\r"), 0x100)))).failures).toEqual(["encrypted file whole"]);
  const noise = Buffer.concat([Buffer.from("dba52d00", "hex"), Buffer.alloc(4096, 0xee)]);
  expect(await doc.accepts(await createProbe("a", memorySource(noise)))).toBe(false);
});

test("what a fast-saved document has edited away is told as deleted", async () => {
  // With formatting between, as bytes that are no text.
  const noise = Buffer.from("00efdfcfbf9fefdfcfbf9fefdfcfbf9f0000", "hex");
  const beside = Buffer.concat([
    Buffer.from("旧文植入片外★机密10年", "utf16le"),
    noise,
    Buffer.from("once it was otherwise", "latin1"),
    noise,
  ]);
  const stories = [[{ text: "新文一" }, { text: "新文二\r", before: beside }]];
  const saved = await run(doc, memorySource(wordOf({ stories, flags: 4 })));
  checkChunks(saved);
  expect(saved.texts).toHaveLength(2);
  expect(saved.texts[0]).toBe("body [body]: 新文一新文二\n");
  expect(saved.texts[1]).toMatch(/^leftOver \[deleted\]: 旧文植入片外★机密10年\n/);
  expect(saved.texts[1]).toContain("\nonce it was otherwise\n");
  expect(saved.texts[1]).not.toMatch(/[ïßÏ]/);
  expect(saved.failures).toEqual([]);
  expect((await run(doc, memorySource(wordOf({ stories })))).texts).toEqual(["body [body]: 新文一新文二\n"]);
});

test("is told by its stream, whatever its name", async () => {
  expect(await doc.accepts(await createProbe("a.jpg", memorySource(places)))).toBe(true);
  expect(await doc.accepts(await createProbe("a.doc", memorySource(cfbOf([{ path: "Workbook", data: "x" }]))))).toBe(false);
  expect(await doc.accepts(await createProbe("a.doc", memorySource(Buffer.from("no"))))).toBe(false);
});

describe("damage", () => {
  test.each([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])("cut at %d gives a failure and no throw", async (part) => {
    const result = await run(doc, memorySource(places.subarray(0, Math.floor(places.length * part))));
    checkChunks(result);
    expect(result.failures.length).toBeGreaterThan(0);
  });

  test("a document cut behind its text still tells it", async () => {
    const result = await run(doc, memorySource(places.subarray(0, Math.floor(places.length * 0.6))));
    expect(result.texts.join("")).toContain("植入正文★机密10年");
  });

  test("a lost piece table is told, and the text is read between its bounds", async () => {
    const whole = wordOf({ stories: [[{ text: "机密★10年\r" }]] });
    const at = whole.indexOf(Buffer.from([0xec, 0xa5])) + 0x9a + 8 * 33;
    const broken = Buffer.from(whole);
    broken.writeUInt32LE(0x7fff_fff0, at);
    const result = await run(doc, memorySource(broken));
    checkChunks(result);
    expect(result.texts[0]).toBe("body [body]: 机密★10年\n");
    expect(result.failures).toContain("corrupt file partial");
  });

  test("pieces that point at the same text again and again end", async () => {
    const runs = Array.from({ length: 18 }, () => ({ text: "机密★10年\r" }));
    const whole = wordOf({ stories: [runs] });
    const at = whole.indexOf(Buffer.from([0xec, 0xa5]));
    const broken = Buffer.from(whole);
    // Every second position becomes huge: each piece claims all there is.
    const plc = broken.indexOf(Buffer.from("00000000070000000e000000", "hex"));
    expect(plc).toBeGreaterThan(at);
    for (let index = 1; index < 18; index++) broken.writeUInt32LE(index % 2 === 1 ? 0x7000_0000 : 0, plc + 4 * index);
    const result = await run(doc, memorySource(broken));
    checkChunks(result);
    expect(result.texts.join("").length).toBeLessThan(20 * whole.length);
    expect(result.failures).toContain("corrupt file partial");
  });

  test("the budget of characters stops it partially", async () => {
    const result = await run(doc, memorySource(places), { budget: limitedBudget({ characters: 100 }) });
    expect(result.failures).toContain("too-large file partial");
  });

  test("200 random bit flips never throw", async () => {
    let seed = 11;
    const random = (limit: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >>> 4) % limit;
    };
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.from(places);
      for (let flip = 0; flip < 3; flip++) {
        const at = random(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      }
      const result = await run(doc, memorySource(bytes));
      checkChunks(result);
      expect(result.texts.join("").length).toBeLessThan(1_000_000);
    }
  });
});
