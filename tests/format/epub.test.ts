import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { epub } from "../../src/format/epub.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import { zipOf } from "./zipWriter.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/beside/${name}`, import.meta.url));

test.each(["book2.epub", "book3.epub"])("%s: chapters in the order in which they are read", async (name) => {
  const bytes = fixture(name);
  expect(await epub.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  const result = await run(epub, memorySource(bytes));
  checkChunks(result);
  expect(result.failures).toEqual([]);
  expect(result.texts.filter((text) => /-body/.test(text)).map((text) => text.split("\n")[0])).toEqual([
    "chapter1-body [body]: 前言 编号13800130502",
    "chapter1-body [body]: 姓名\t手机",
    "chapter2-body [body]: 第一章 总则",
    "chapter3-body [body]: 未列入目录的说明13800130503",
  ]);
  const [chapter] = result.chunks.filter(({ flow }) => flow === "chapter2-body");
  expect(chapter?.content.kind === "utf8" && chapter.content.locate(0)).toEqual({
    kind: "property",
    name: "chapter 2: OEBPS/text/第一章.xhtml",
  });
});

const opf = (items: string, spine: string): string =>
  `<package><metadata><dc:title>t</dc:title></metadata><manifest>${items}</manifest><spine>${spine}</spine></package>`;

test("encrypted chapters are told, scrambled fonts are not", async () => {
  const page = "<html><body><p>open 13800138000</p></body></html>";
  const bytes = zipOf([
    { name: "META-INF/container.xml", data: "<container/>" },
    {
      name: "META-INF/encryption.xml",
      data: `<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/><CipherData><CipherReference URI="a.xhtml"/></CipherData></EncryptedData><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/><CipherData><CipherReference URI="f.ttf"/></CipherData></EncryptedData></encryption>`,
    },
    { name: "b.opf", data: opf('<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>', '<itemref idref="a"/>') },
    { name: "a.xhtml", data: "\x12\x34" },
    { name: "b.xhtml", data: page },
    { name: "f.ttf", data: "xx" },
  ]);
  const result = await run(epub, memorySource(bytes));
  expect(result.failures).toEqual(["encrypted file!/a.xhtml whole"]);
  expect(result.texts.join("")).toContain("open 13800138000");
});

test("a book whose list names itself, nothing and what lies outside", async () => {
  const bytes = zipOf([
    { name: "META-INF/container.xml", data: "<container/>" },
    {
      name: "b.opf",
      data: opf(
        '<item id="a" href="b.opf" media-type="text/html"/><item id="x" href="../../../etc/passwd" media-type="text/html"/><item id="c" href="%zz" media-type="text/html"/>',
        '<itemref idref="a"/><itemref idref="a"/><itemref idref="none"/><itemref idref="x"/><itemref idref="c"/>',
      ),
    },
  ]);
  const result = await run(epub, memorySource(bytes));
  checkChunks(result);
  expect(result.failures).toEqual([]);
});

test("limits end it", async () => {
  const result = await run(epub, memorySource(fixture("book2.epub")), { budget: limitedBudget({ pages: 1 }) });
  expect(result.failures).toContain("too-large file partial");
});

test("cut, bent and garbled books", async () => {
  await checkDamage(epub, fixture("book3.epub"), 4, "reads");
});
