import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { html } from "../../src/format/html.ts";
import { createProbe } from "../../src/format/probe.ts";
import { rtf } from "../../src/format/rtf.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";
import type { Result } from "./support.ts";

const places = readFileSync("fixtures/html/places.html");

async function read(page: string | Uint8Array): Promise<Result> {
  const result = await run(html, memorySource(typeof page === "string" ? Buffer.from(page) : page));
  checkChunks(result);
  return result;
}

test("places: what a browser shows and what it hides, by role", async () => {
  const result = await read(places);
  expect(result.texts).toEqual([
    "body [body]: 机密★10年\u00a0添加\na <b> 1 < 2 & 3 机密\n见后末\n",
    "body [body]: 姓名\t证件号\n甲\t1\n\t2\n合\t\n",
    "body [body]: 左\n",
    "body [body]: 内\t二\n",
    "body [body]: 一\n 二\n链\n尾\n行\n",
    "property [property]: 植入标题\nkeywords: 植入关键词\n",
    `code [code]: p{content:"植入样式"}\nvar a="植入脚本"; // x\nf('植入事件')\njavascript:g('植入')\n`,
    "comment [comment]: 植入注释\n",
    "caption [body caption]: 植入替代\n添加\n",
    "link [body link]: http://x/植入.png\n",
    "hidden [body hidden]: data-id: 植入数据\n植入藏一\n植入藏二\n见后植入暗末\n链植入模板\n",
    "form [body form]: idno: 11010519491231002X\n植入\n多行\n1\n植入选项\n",
    "deleted [body deleted]: 植入删除\n",
  ]);
  expect(result.failures).toEqual([]);
  const table = result.chunks.find((chunk) => chunk.table !== undefined);
  expect(table?.table?.head[0]).toEqual(["姓名", "证件号"]);
  const content = table?.content;
  expect(content?.kind === "utf8" ? content.locate(0) : undefined).toEqual({ kind: "line", line: 12, column: 1 });
});

test("hidden text brings what it touches of the seen text, and no more", async () => {
  const { texts } = await read(
    `<p>前文，11010119<span style="display:none">900307</span>44<b>77</b> 后文</p><p>甲<i hidden>乙</i>，丙</p><p>丁 <i hidden>戊</i><br>己</p>` +
      `<p>${"字".repeat(30)}<i hidden>庚</i>${"句".repeat(30)}</p>`,
  );
  expect(texts).toEqual([
    `body [body]: 前文，110101194477 后文\n甲，丙\n丁 \n己\n${"字".repeat(30)}${"句".repeat(30)}\n`,
    `hidden [body hidden]: 110101199003074477\n甲乙\n戊\n${"字".repeat(20)}庚${"句".repeat(20)}\n`,
  ]);
});

const encodings: readonly { title: string; bytes: Uint8Array }[] = [
  { title: "UTF-8 that says nothing", bytes: Buffer.from("<p>机密添加</p>") },
  { title: "UTF-8 that says GBK", bytes: Buffer.from(`<meta charset="gbk"><p>机密添加</p>`) },
  { title: "UTF-8 with a mark", bytes: Buffer.from("\ufeff<p>机密添加</p>") },
  { title: "GBK that says so", bytes: Buffer.concat([Buffer.from(`<meta content="text/html; charset=gb2312">`), gbk()]) },
  { title: "GBK that says nothing", bytes: gbk() },
  { title: "GBK in an XHTML declaration", bytes: Buffer.concat([Buffer.from(`<?xml version="1.0" encoding="GBK"?><html>`), gbk()]) },
  { title: "UTF-16", bytes: Buffer.from("\ufeff<p>机密添加</p>", "utf16le") },
  { title: "UTF-16, the other way round", bytes: Buffer.from("\ufeff<p>机密添加</p>", "utf16le").swap16() },
];

function gbk(): Buffer {
  return Buffer.concat([Buffer.from("<p>"), Buffer.from("bbfac3dcccedbcd3", "hex"), Buffer.from("</p>")]);
}

describe("encodings", () => {
  test.each(encodings)("$title", async ({ bytes }) => {
    expect(html.accepts(await createProbe("a.bin", memorySource(bytes)))).toBe(true);
    expect((await read(bytes)).texts.find((text) => text.startsWith("body"))).toBe("body [body]: 机密添加\n");
  });
  test("a page saved in GBK", async () => {
    const result = await read(readFileSync("fixtures/html/gbk.html"));
    expect(result.texts.slice(0, 2)).toEqual([
      "body [body]: 姓名\t证件号\n王小明\t11010519491231002X\n",
      "body [body]: 银行卡号：6222\u00a00247\u00a05938\u00a02421\u00a0946\n囧镕喆\n",
    ]);
  });
});

const pages: readonly { title: string; page: string; texts: readonly string[] }[] = [
  {
    title: "tags within a word",
    page: "<p>1101<b>05</b><font color=red>1949</font><!-- x -->1231",
    texts: ["body [body]: 1101051949", "comment [comment]: x\n"],
  },
  { title: "spaces are one, ends of lines none", page: "<div>  a \n\t b<span> </span> c </div>", texts: ["body [body]: a b c\n"] },
  {
    title: "references",
    page: "<p>&#x673A;&#23494;&bigstar;&commat;&#146;&unknown;&copy &#0;",
    texts: ["body [body]: 机密★@’&unknown;© \ufffd\n"],
  },
  {
    title: "a greater-than sign in a value",
    page: `<p title="a>b" data-x='c>d'>t`,
    texts: ["body [body]: t\n", "caption [body caption]: a>b\n"],
  },
  {
    title: "an apostrophe in a bare value",
    page: "<p title=it's>t</p><p>u",
    texts: ["body [body]: t\nu\n", "caption [body caption]: it's\n"],
  },
  { title: "a quote that never ends hides nothing", page: `<p>a<b title="x>机密`, texts: ["body [body]: a", `<b title="x>机密\n`] },
  { title: "a comment that never ends", page: "<p>a<!-- 机密", texts: ["body [body]: a\n", "comment [comment]: 机密\n"] },
  { title: "a script that never ends", page: "<p>a<script>x='机密'", texts: ["body [body]: a\n", "code [code]: x='机密'\n"] },
  { title: "CDATA of XHTML", page: "<html><p><![CDATA[机<密>]]></p>", texts: ["body [body]: 机<密>\n"] },
  { title: "upper case and a slash", page: "<P>a<BR/>b</P><HR/>c", texts: ["body [body]: a\nb\nc\n"] },
  {
    title: "what Word names",
    page: `<div style="mso-element:header"><p>眉</p></div><div style='mso-element:footnote'>注</div><p>文`,
    texts: ["body [body]: 文\n", "header [header]: 眉\n", "footnote [footnote]: 注\n"],
  },
  {
    title: "a hidden table keeps its rows",
    page: "<div hidden><table><tr><td>甲<td>乙</table></div>",
    texts: ["hidden [body hidden]: 甲\t乙\n"],
  },
  {
    title: "rows and cells whose ends are left out, cells that span",
    page: "<table><tr><td>a<td colspan=2>b<td>c<tr><td rowspan=2>d<td>e<tr><td>f</table>",
    texts: ["body [body]: a\tb\t\tc\nd\te\n\tf\n"],
  },
  { title: "data addresses are members", page: `<img src="data:image/png;base64,iVBORw0KGgo="><a href="data:,hi">`, texts: [] },
  {
    title: "long attributes that nobody knows",
    page: `<p custom="abcdefghijklmnopqrst" width="100" class="证">t`,
    texts: ["body [body]: t\n", "code [code]: custom: abcdefghijklmnopqrst\nclass: 证\n"],
  },
];

describe("pages", () => {
  test.each(pages)("$title", async ({ page, texts }) => {
    const result = await read(page);
    for (const text of texts) expect(result.texts.join("")).toContain(text);
    expect(result.texts.filter((text) => !texts.some((expected) => text.startsWith(expected.slice(0, 8)))).length).toBeLessThan(1);
    expect(result.failures).toEqual([]);
  });
  test("data addresses", async () => {
    const result = await read(`<img src="data:image/jpeg;base64,/9j/4A=="><a href="data:text/plain,a%62">`);
    expect(Object.keys(result.members)).toEqual(["embedded1.jpg", "embedded2.plain"]);
    expect(result.members["embedded2.plain"]).toBe("ab");
  });
  test("a page in RTF is unpacked", async () => {
    const page = String.raw`{\rtf1\ansi\ansicpg936\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\b\htmlrtf0 \'bb\'fa{\*\htmltag84 <b>}\'c3\'dc{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0{\*\htmltag72 </p>}{\*\htmltag241 <!-- \u27880? -->}}`;
    const result = await run(rtf, memorySource(Buffer.from(page, "latin1")));
    expect(result.texts).toEqual(["html-body [body]: 机密\n", "html-comment [comment]: 注\n"]);
  });
});

const names: readonly { name: string; head: string; is: boolean }[] = [
  { name: "a.txt", head: "<!DOCTYPE html><p>", is: true },
  { name: "a.dat", head: "<?xml version='1.0'?>\n<!-- x --><html>", is: true },
  { name: "a.txt", head: "text about <html> and <p>", is: false },
  { name: "a.html", head: "text before <p>", is: true },
  { name: "a.xml", head: "<?xml version='1.0'?><root>", is: false },
  { name: "a.vue", head: "<template><div>", is: false },
  { name: "a.html", head: "\x89PNG<p>\0\0\x01", is: false },
];
test.each(names)("$name beginning $head", ({ name, head, is }) => {
  expect(html.accepts({ name, head: Buffer.from(head, "latin1"), members: () => Promise.resolve(new Set()) })).toBe(is);
});

describe("damage and limits", () => {
  test("cut, bits turned, noise", () => checkDamage(html, places, 16, "reads"), 30_000);
  test.each(["div", "table", "b", "span hidden"])("100,000 times <%s>", async (tag) => {
    const result = await read(`${`<${tag}>`.repeat(100_000)}底`);
    expect(result.texts.join("")).toContain("底");
  });
  test("an attribute of 20 MiB, and one that never ends", async () => {
    const large = await read(`<p title="${"x".repeat(20 * 1024 * 1024)}">机密</p>`);
    expect(large.texts.some((text) => text.startsWith("body") && text.includes("机密"))).toBe(true);
    expect((await read(`<p title="${"机密 ".repeat(500_000)}`)).texts.join("")).toContain("机密 机密");
  }, 30_000);
  test("pieces end anywhere", async () => {
    const result = await read(`<p>${"机<b>密</b>&#9733;".repeat(40_000)}</p>`);
    const text = result.texts.map((one) => one.slice(one.indexOf(": ") + 2)).join("");
    expect(text.replaceAll("\n", "")).toBe("机密★".repeat(40_000));
  });
  test("a budget stops it partially", async () => {
    const result = await run(html, memorySource(Buffer.from(`<p>${"x".repeat(100_000)}`)), { budget: limitedBudget({ characters: 10 }) });
    expect(result.failures).toEqual(["too-large file partial"]);
  });
});
