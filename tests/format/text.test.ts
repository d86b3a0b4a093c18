import { describe, expect, test } from "vitest";
import type { ByteSource } from "../../src/model/entry.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { text } from "../../src/format/text.ts";
import { textless } from "../../src/format/textless.ts";
import { run } from "./support.ts";

const line = "2026-01-02 用户张三登录，证件号 11010519491231002X\n";
const lines = line.repeat(60);
const gbk = Buffer.from([..."\xd3\xc3\xbb\xa7\xd5\xc5\xc8\xfd\xb5\xc7\xc2\xbc 20260102\n"].map((byte) => byte.charCodeAt(0)));
const zeros = Buffer.alloc(9000);

/** Bytes without a pattern, the same each time. */
function noise(length: number, seed = 7): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    }),
  );
}

async function accepted(bytes: Uint8Array): Promise<boolean> {
  return text.accepts(await createProbe("file", memorySource(bytes)));
}

async function encodingsOf(source: ByteSource): Promise<readonly string[]> {
  const { chunks } = await run(text, source);
  return chunks.flatMap(({ content }) => (content.kind === "range" ? content.encodings : []));
}

describe("text among control characters", () => {
  test.each([
    ["a tail of zeros", Buffer.concat([Buffer.from(lines), zeros]), "utf8"],
    ["a tail of zeros behind GBK", Buffer.concat([...Array<Buffer>(60).fill(gbk), zeros]), "gb18030"],
    ["a tail of zeros behind UTF-16", Buffer.concat([Buffer.from(lines, "utf16le"), zeros]), "utf16le"],
    ["zeros before it", Buffer.concat([zeros, Buffer.from(lines)]), "utf8"],
    ["zeros before GBK, over many samples", Buffer.concat([Buffer.alloc(2_000_000), ...Array<Buffer>(60).fill(gbk)]), "gb18030"],
    ["zeros alone", Buffer.alloc(100_000), "utf8"],
    ["names that end in zeros", Buffer.from("/home/张三/名单.txt\0".repeat(90)), "utf8"],
    ["fields filled with zeros", Buffer.concat(Array<Buffer>(90).fill(Buffer.concat([gbk, Buffer.alloc(11)]))), "gb18030"],
    [
      "a script with a table of controls",
      Buffer.from(`var t="\0\u0001\u0002\u0003\u0004\u0005";${"function f(x){return x+1};".repeat(40)}`),
      "utf8",
    ],
    ["columns parted by SOH", Buffer.from("张三\u0001男\u000141\u0001A\n".repeat(3)), "utf8"],
    [
      "columns parted by US, in GBK",
      Buffer.concat(Array<Buffer>(4).fill(Buffer.concat([gbk.subarray(0, 4), Buffer.from("\x1f1\x1fA\n")]))),
      "gb18030",
    ],
    ["some broken bytes", Buffer.concat([...Array<Buffer>(60)].flatMap(() => [Buffer.from(line), Buffer.from([1, 0xfe])])), "utf8"],
  ])("%s", async (_, bytes, encoding) => {
    expect(await accepted(bytes)).toBe(true);
    expect(await encodingsOf(memorySource(bytes))).toEqual([encoding]);
    expect((await run(text, memorySource(bytes))).failures).toEqual([]);
  });
  test.each([
    ["noise", noise(100_000)],
    ["noise behind zeros", Buffer.concat([zeros, noise(100_000)])],
    ["noise of two hundred bytes", noise(200)],
    ["numbers of four bytes", Buffer.from(new Uint32Array(Array.from({ length: 9000 }, (_, index) => index * 37)).buffer)],
    ["numbers of two bytes", Buffer.from(new Uint16Array(Array.from({ length: 9000 }, (_, index) => index % 300)).buffer)],
    ["real numbers", Buffer.from(new Float64Array(Array.from({ length: 900 }, (_, index) => Math.sqrt(index))).buffer)],
    [
      "names among numbers",
      Buffer.concat(Array.from({ length: 200 }, (_, index) => Buffer.concat([Buffer.from("name"), noise(8, index)]))),
    ],
    ["zeros in a short file", Buffer.from([0, 1, 2, 3])],
    ["separators without lines", Buffer.from([1, 2, 3, 65, 66, 28, 67])],
    ["separators in lines of any bytes", Buffer.from("\xfe\x01\xff\n\x8f\x01\xf5\n", "latin1")],
  ])("not %s", async (_, bytes) => {
    expect(await accepted(bytes)).toBe(false);
  });
  test("what a text carries that is no text is told", async () => {
    const script = Buffer.concat([Buffer.from(`#!/bin/sh\n${lines}`), noise(200_000)]);
    const result = await run(text, memorySource(script));
    expect(result.failures).toEqual(["unsupported-format file partial"]);
    expect(result.chunks[0]?.content).toMatchObject({ from: 0, length: script.length, encodings: ["utf8"] });
    expect((await run(text, memorySource(Buffer.concat([Buffer.from(lines.repeat(30)), noise(200_000)])))).failures).toEqual([
      "unsupported-format file partial",
    ]);
  });
});

test.each([
  ["compiled", Buffer.from("03f30d0a8ee2fe69630000000000", "hex")],
  ["sound", Buffer.from("FORM\0\0\x1a\x9aAIFFCOMM", "latin1")],
  ["sound", Buffer.from(".snd\0\0\0\x18\0\0\x1a\x9a", "latin1")],
])("%s holds no text", (kind, bytes) => {
  expect(textless(bytes, bytes.length)?.id).toBe(kind);
});

describe("columns of a text", () => {
  const head = ["姓名", "证件号", "手机"];
  const rows = Array.from({ length: 4 }, (_, row) => [`张三${row}`, "440308199001152170", "13682645189"]);

  test.each(["\t", ",", ";", "|", "，", "\u0001", "^", "~", "&"])("parted by %j", async (separator) => {
    const content = [head, ...rows].map((cells) => cells.join(separator)).join("\n");
    const { chunks } = await run(text, memorySource(Buffer.from(content)));
    expect(chunks.map(({ table }) => [table?.separator, table?.head[0]])).toEqual([[separator, head]]);
  });

  test.each([
    ["LaTeX", "正文\n\n姓名 & 证件号 & 手机 \\\\\n\\hline\n甲 & 1 & 2 \\\\\n乙 & 3 & 4 \\\\\n\n正文\n", "&"],
    ["a frame", "正文\n│姓名│证件号│\n├──┼──┤\n│甲│1│\n│乙│2│\n正文\n", "│"],
  ])("of a table of %s within it", async (_name, content, separator) => {
    const { chunks } = await run(text, memorySource(Buffer.from(content)));
    expect(chunks.flatMap(({ table }) => table?.separator ?? [])).toEqual([separator]);
  });

  test.each(["a ^ b\nc ^ d\ne ^ f\n", "x & y\nz & w\nv & u\n", "约~3 天\n约~5 天\n约~7 天\n"])(
    "none where two columns are no table: %j",
    async (content) => {
      const { chunks } = await run(text, memorySource(Buffer.from(content)));
      expect(chunks.every(({ table }) => table === undefined || table.separator === "\t")).toBe(true);
    },
  );
});
