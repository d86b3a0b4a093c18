import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ppt } from "../../src/format/ppt.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { cfbOf } from "./cfbWriter.ts";
import { box, chars, container, documentOf, numbers, presentationOf, record, slide, text } from "./pptWriter.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";

const places = readFileSync(new URL("../../fixtures/ppt/places.ppt", import.meta.url));

test("every hiding place of a converted presentation, by its role and slide", async () => {
  const result = await run(ppt, memorySource(places));
  checkChunks(result);
  const found = result.chunks.flatMap(({ content, roles }) => {
    if (content.kind !== "utf8") return [];
    const told = Buffer.from(content.bytes).toString("utf8");
    return [...told.matchAll(/植入(.{1,8})★机密10年/g)].map(({ 1: place, index }) => {
      const where = content.locate(Buffer.byteLength(told.slice(0, index)));
      return `${place}: ${roles.join(" ")}${where.kind === "slide" ? ` ${where.slide}` : ""}`;
    });
  });
  expect(found).toEqual([
    "标题: body 1",
    "文本框: body 1",
    "表格: body 1",
    "组合: body 1",
    "批注: body comment 1",
    "隐藏页: body hidden 2",
    "母版: header",
    "版式: header",
    "备注: comment 1",
    "标题属性: property",
  ]);
  expect(result.failures).toEqual([]);
});

const document = documentOf(
  [
    [
      { object: 2, id: 256, texts: ["题\r副题"] },
      { object: 3, id: 257, texts: [] },
    ],
    [{ object: 4, id: 1, texts: ["母版题"] }],
    [{ object: 5, id: 2, texts: ["备注文"] }],
  ],
  [
    container(0x0409, 0, container(0x0fd7, 0, text(0, "看"), text(1, "http://a.example/%E6%9C%BA"))),
    container(0x0fd9, 3, text(1, "页眉"), text(2, "页脚")),
  ],
);

const cell = (left: number, top: number, value: string): Buffer =>
  container(0xf004, 0, record(0xf00f, 0, numbers(left, top, left + 10, top + 10)), container(0xf00d, 0, chars(value)));
const tableMark = record(0xf122, 1, Buffer.from("9f03", "hex"), numbers(1));
const description = Buffer.from("说明\0", "utf16le");
const opened = Buffer.alloc(6);
opened.writeUInt16LE(0x8000 | 0x0381, 0);
opened.writeUInt32LE(description.length, 2);

const comment = container(
  0x1388,
  0,
  container(0x138a, 0, text(0, "___PPT10"), record(0x138b, 0, container(0x2ee0, 0, text(0, "李四"), text(1, "批注"), text(2, "L")))),
);

const first = slide([
  box("甲\x0b乙\r丙"),
  container(
    0xf003,
    0,
    container(0xf004, 0, tableMark),
    cell(100, 0, "证件"),
    cell(0, 0, "姓名"),
    cell(0, 50, "张三"),
    cell(100, 50, "第一\r第二"),
  ),
  container(0xf004, 0, record(0xf00b, 1, opened, description)),
  comment,
]);

test("slides in order, tables as rows, notes, comments, masters, links, headers", async () => {
  const file = presentationOf([
    [
      [1, document],
      [3, slide([box("藏页")], true)],
      [2, first],
      [4, container(0x03f8, 0, box("母版"))],
      [5, container(0x03f0, 0, record(0x03f1, 0, numbers(256, 0)), box("备注"))],
    ],
  ]);
  const result = await run(ppt, memorySource(file));
  checkChunks(result);
  expect(result.texts).toEqual([
    "slide1 [body]: 题\n副题\n甲\n乙\n丙\n",
    "slide1 [body]: 姓名\t证件\n张三\t第一 第二\n",
    "slide1-comment [body comment]: 批注\n",
    "slide1-shape-caption [body caption]: 说明\n",
    "slide2 [body hidden]: 藏页\n",
    "document-link [property link]: 看\nhttp://a.example/机\n",
    "document-header [property header]: 页眉\n",
    "document-footer [property footer]: 页脚\n",
    "master1 [header]: 母版题\n母版\n",
    "notes1 [comment]: 备注文\n备注\n",
    "properties-authors [property]: 李四\n",
  ]);
  expect(result.chunks[1]?.table?.head).toEqual([
    ["姓名", "证件"],
    ["张三", "第一 第二"],
  ]);
  expect(result.failures).toEqual([]);
});

test("what an earlier save left behind is told as deleted, and once", async () => {
  const simple = documentOf([[{ object: 2, id: 256, texts: [] }]]);
  const result = await run(
    ppt,
    memorySource(
      presentationOf([
        [
          [1, simple],
          [2, slide([box("旧句\r留下")])],
        ],
        [[2, slide([box("新句\r留下")])]],
      ]),
    ),
  );
  checkChunks(result);
  expect(result.texts).toEqual(["slide1 [body]: 新句\n留下\n", "old1 [body deleted]: 旧句\n"]);
});

test("embedded objects, packed or not, and pictures are entries", async () => {
  const inner = cfbOf([{ path: "Workbook", data: "book" }]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(inner.length);
  const packed = raw(0x1011, 1, Buffer.concat([size, deflateSync(inner)]));
  const picture = record(0xf01e, 0x6e0, Buffer.alloc(17), Buffer.from("png"));
  const result = await run(
    ppt,
    memorySource(
      presentationOf(
        [
          [
            [1, documentOf([])],
            [6, packed],
            [7, record(0x1011, 0, inner)],
          ],
        ],
        { streams: [{ path: "Pictures", data: picture }] },
      ),
    ),
  );
  expect(Object.keys(result.members)).toEqual(["embeddings/object1", "embeddings/object2", "media/image1.png"]);
  expect(Buffer.from(result.memberBytes["embeddings/object1"] ?? []).equals(inner)).toBe(true);
  expect(result.members["media/image1.png"]).toBe("png");
  expect(result.failures).toEqual([]);
});

function raw(type: number, instance: number, data: Buffer): Buffer {
  return record(type, instance, data);
}

test("who saved it last", async () => {
  const user = Buffer.concat([
    numbers(20, 0, 0),
    Buffer.from("0200f40303000000", "hex"),
    Buffer.from("??"),
    numbers(8),
    Buffer.from("李四", "utf16le"),
  ]);
  const file = cfbOf([
    { path: "PowerPoint Document", data: documentOf([]) },
    { path: "Current User", data: record(0x0ff6, 0, user) },
  ]);
  expect((await run(ppt, memorySource(file))).texts).toContain("properties-authors [property]: 李四\n");
});

test("an encrypted presentation says so", async () => {
  const file = presentationOf([[[1, record(0x03e8, 0, Buffer.from("9f1c5d3b7e2a", "hex"))]]], { token: 0xf3d1c4df });
  expect((await run(ppt, memorySource(file))).failures).toEqual(["encrypted file whole"]);
});

test("PowerPoint 95 is told as not read, with what text shows", async () => {
  const result = await run(ppt, memorySource(cfbOf([{ path: "PP40", data: Buffer.alloc(5000, "机密★10年 ") }])));
  expect(result.failures).toEqual(["unsupported-format file partial"]);
  expect(result.texts.join("")).toContain("机密★10年");
});

test("is told by its stream, whatever its name", async () => {
  expect(await ppt.accepts(await createProbe("a.dps", memorySource(places)))).toBe(true);
  expect(await ppt.accepts(await createProbe("a.ppt", memorySource(cfbOf([{ path: "WordDocument", data: "x" }]))))).toBe(false);
});

describe("damage", () => {
  test.each([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])("cut at %d gives a failure and no throw", async (part) => {
    const result = await run(ppt, memorySource(places.subarray(0, Math.floor(places.length * part))));
    checkChunks(result);
    expect(result.failures.length).toBeGreaterThan(0);
  });

  test("edits in a circle and lost users still give the slides", async () => {
    const file = presentationOf([
      [
        [1, documentOf([[{ object: 2, id: 256, texts: [] }]])],
        [2, slide([box("机密")])],
      ],
    ]);
    const user = file.indexOf(Buffer.from("f60f", "hex"));
    const edit = file.indexOf(Buffer.from("f50f", "hex"));
    const broken = Buffer.from(file);
    broken.writeUInt32LE(0x7777, user + 14);
    broken.writeUInt32LE(broken.readUInt32LE(edit + 6 + 12), edit + 6 + 8);
    const result = await run(ppt, memorySource(broken));
    expect(result.texts[0]).toBe("slide1 [body]: 机密\n");
  });

  test("100,000 containers in each other cost nothing", async () => {
    let deep = Buffer.alloc(8 * 100_000);
    for (let at = 0; at < deep.length; at += 8) {
      deep.writeUInt16LE(15, at);
      deep.writeUInt16LE(0xf003, at + 2);
      deep.writeUInt32LE(deep.length - at - 8, at + 4);
    }
    deep = Buffer.concat([deep, box("底")]);
    const result = await run(
      ppt,
      memorySource(
        presentationOf([
          [
            [1, documentOf([[{ object: 2, id: 256, texts: [] }]])],
            [2, slide([deep])],
          ],
        ]),
      ),
    );
    expect(result.texts).toEqual(["slide1 [body]: 底\n"]);
  });

  test("a slide listed a thousand times is told once", async () => {
    const list = Array.from({ length: 1000 }, () => ({ object: 2, id: 256, texts: [] }));
    const result = await run(
      ppt,
      memorySource(
        presentationOf([
          [
            [1, documentOf([list])],
            [2, slide([box("机密")])],
          ],
        ]),
      ),
    );
    expect([result.texts, result.failures]).toEqual([["slide1 [body]: 机密\n"], []]);
  });

  test("slides that are not there are told once", async () => {
    const list = [2, 3, 4].map((object) => ({ object, id: 254 + object, texts: ["题"] }));
    const result = await run(ppt, memorySource(presentationOf([[[1, documentOf([list])]]])));
    expect([result.texts.length, result.failures]).toEqual([3, ["corrupt file partial"]]);
  });

  test("the budget of pages stops it partially", async () => {
    const result = await run(ppt, memorySource(places), { budget: limitedBudget({ pages: 1 }) });
    expect(result.failures).toContain("too-large file partial");
  });

  test("an object that claims to inflate without bound is told", async () => {
    const bomb = record(0x1011, 1, numbers(0x7fffffff), deflateSync(Buffer.alloc(1000)));
    const result = await run(
      ppt,
      memorySource(
        presentationOf([
          [
            [1, documentOf([])],
            [6, bomb],
          ],
        ]),
      ),
    );
    expect(result.failures).toEqual(["too-large file partial"]);
  });

  test("200 random bit flips never throw", async () => {
    let seed = 5;
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
      const result = await run(ppt, memorySource(bytes));
      checkChunks(result);
      expect(result.texts.join("").length).toBeLessThan(1_000_000);
    }
  });
});
