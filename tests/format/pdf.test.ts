import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pdf } from "../../src/format/pdf.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { scanPdf } from "../../src/format/shared/pdfScan.ts";
import type { BudgetKind, Chunk, Location } from "../../src/model/chunk.ts";
import type { Failure } from "../../src/model/failure.ts";

interface Read {
  readonly chunks: readonly Chunk[];
  readonly failures: readonly Failure[];
  readonly members: readonly { readonly path: string; readonly text: string }[];
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/pdf/${name}`, import.meta.url));
}

async function read(
  bytes: Uint8Array,
  options: {
    readonly passwords?: readonly string[];
    readonly limits?: Partial<Record<BudgetKind, number>>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Read> {
  const chunks: Chunk[] = [];
  const failures: Failure[] = [];
  const members: { path: string; text: string }[] = [];
  const left: Partial<Record<BudgetKind, number>> = { inflated: 512 * 1024 * 1024, ...options.limits };
  const results = pdf.extract({
    entry: { path: "a.pdf", key: "a.pdf", root: 0, size: bytes.length, modified: undefined, stamp: undefined, depth: 0 },
    bytes: memorySource(bytes),
    budget: {
      take(what, amount) {
        left[what] = (left[what] ?? Number.POSITIVE_INFINITY) - amount;
        return left[what] >= 0;
      },
    },
    passwords: options.passwords ?? [],
    signal: options.signal ?? new AbortController().signal,
  });
  for await (const result of results) {
    if (result.type === "chunk") chunks.push(result.chunk);
    else if (result.type === "failure") failures.push(result.failure);
    else {
      const source = await result.open();
      const into = Buffer.alloc(source.size ?? 0);
      await source.read(into, 0);
      members.push({ path: result.entry.path, text: into.toString() });
    }
  }
  return { chunks, failures, members };
}

function textOf(chunk: Chunk | undefined): string {
  return chunk?.content.kind === "utf8" ? Buffer.from(chunk.content.bytes).toString() : "";
}

function textIn({ chunks }: Read, flow: string): string {
  return chunks
    .filter((chunk) => chunk.flow === flow)
    .map(textOf)
    .join("");
}

function locate({ chunks }: Read, wanted: string): Location | undefined {
  for (const { content } of chunks) {
    if (content.kind !== "utf8") continue;
    const at = Buffer.from(content.bytes).indexOf(wanted);
    if (at !== -1) return content.locate(at);
  }
  return undefined;
}

const codes = ({ failures }: Read): readonly unknown[] => failures.map(({ code, partial }) => ({ code, partial }));

const person = "客户姓名：王建国 身份证号110101199003078515";

describe("accepts", () => {
  const probe = (head: string | Buffer): boolean | Promise<boolean> =>
    pdf.accepts({ name: "a.jpg", head: Buffer.from(head), members: () => Promise.resolve(new Set()) });
  it("a header within the first 1024 bytes, whatever the name", () => {
    expect(probe("%PDF-1.7")).toBe(true);
    expect(probe(`${"x".repeat(1000)}\n%PDF-1.4`)).toBe(true);
    expect(probe("\uFEFF%PDF-1.4")).toBe(true);
  });
  it("nothing else", () => {
    expect(probe(`${"x".repeat(1024)}\n%PDF-1.4`)).toBe(false);
    expect(probe("PK\u0003\u0004 a.pdf\0%PDF-1.4")).toBe(false);
    expect(probe('const magic = "%PDF-1.4";')).toBe(false);
    expect(probe("%!PS-Adobe")).toBe(false);
    expect(probe("")).toBe(false);
  });
});

describe("text", () => {
  it("reads a Chinese font that is not embedded", async () => {
    expect(textIn(await read(fixture("cmap-gbk.pdf")), "body")).toBe("植入正文★机密10年\n");
  });
  it("gives pages in one flow, each with its number and lines", async () => {
    const result = await read(fixture("mixed.pdf"));
    const body = result.chunks.filter((chunk) => chunk.flow === "body");
    expect(body.map((chunk) => [chunk.page, chunk.start, textOf(chunk)])).toEqual([
      [1, 0, `植入正文★机密10年\n${person}\n`],
      [2, 83, "第2页\n"],
      [3, 91, `植入三页★机密10年\n${person}\n`],
    ]);
    expect(locate(result, "110101")).toEqual({ kind: "page", page: 1, line: 2 });
    expect(locate(result, "三页")).toEqual({ kind: "page", page: 3, line: 1 });
  });
});

const token = (place: string): string => `植入${place}★机密10年`;

describe("places", () => {
  it.each([
    ["body", "body", ["正文", "白字", "不可见", "隐层", "表单对象", "页外", "实际文本"]],
    // Characters one by one in a font that is not embedded: only the second engine gives them.
    ["body", "body", ["逐字", "疏排", "竖排"]],
    ["comments", "comment", ["批注", "自由文本", "图章"]],
    ["form1", "form", ["表单域"]],
    ["bookmarks", "bookmark", ["书签"]],
    ["properties", "property", ["标题", "关键词"]],
    ["metadata", "property", ["元数据"]],
  ] as const)("finds what stands in %s (%s): %s", async (flow, role, places) => {
    const result = await read(fixture("places.pdf"));
    for (const place of places) expect(textIn(result, flow)).toContain(token(place));
    const roles = result.chunks.filter((chunk) => chunk.flow === flow).map((chunk) => chunk.roles);
    expect(new Set(roles.flat())).toEqual(new Set([role]));
  });
  it("gives attached files as members", async () => {
    expect((await read(fixture("places.pdf"))).members).toEqual([{ path: "a.pdf!/a.txt", text: token("附件") }]);
  });
  it("says where they stand", async () => {
    const result = await read(fixture("places.pdf"));
    expect(locate(result, token("关键词"))).toEqual({ kind: "property", name: "Keywords" });
    expect(locate(result, token("批注"))).toEqual({ kind: "page", page: 1, line: 1 });
    expect(locate(result, token("书签"))).toEqual({ kind: "whole" });
  });
  it("names the columns of properties and of forms", async () => {
    const tables = (await read(fixture("places.pdf"))).chunks.flatMap(({ table }) => (table === undefined ? [] : [table]));
    expect(tables).toEqual([
      { id: "properties", separator: "\t", row: 2, head: [["Title", "Keywords"]] },
      { id: "form1", separator: "\t", row: 1, head: [["备注"]] },
    ]);
    // Both names of a field are text too.
    expect(textIn(await read(fixture("places.pdf")), "form1")).toBe(`备注 (fld)\n${token("表单域")}\n`);
  });
  it("gives targets of links", async () => {
    expect(textIn(await read(fixture("places.pdf")), "links")).toBe("http://10.0.0.8/secret?name=wang\n");
  });
});

describe("tagged documents", () => {
  it("reads words for pictures, own properties and inherited values", async () => {
    const result = await read(fixture("tagged.pdf"));
    expect(textIn(result, "captions")).toBe(`${token("替代文字")}\n`);
    expect(textIn(result, "form1")).toBe(`审批意见\n${token("父域")}\n`);
    expect(result.chunks.map(({ table }) => table?.head)).toContainEqual([["审批意见"]]);
    expect(locate(result, token("标签"))).toEqual({ kind: "property", name: "密级标签" });
    expect(result.failures).toEqual([]);
  });
});

describe("appended bytes", () => {
  it("are a member", async () => {
    const appended = `PK\u0003\u0004${"x".repeat(2000)}`;
    const result = await read(Buffer.concat([fixture("person.pdf"), Buffer.from(appended)]));
    expect(result.members).toEqual([{ path: "a.pdf!/appended", text: appended }]);
    expect(textIn(result, "body")).toContain(person);
  });
});

describe("second readings", () => {
  it("joins letters apart, columns and divided numbers, and keeps the first reading", async () => {
    expect(textIn(await read(fixture("spread.pdf")), "body").split("\n")).toEqual([
      "机 密 ★ 10 年",
      "机密★10年",
      "关于召开会议的通知",
      "转账至卡号 62220212",
      "6222021234567890128",
      "34567890128 谢谢",
      "5",
      "秘 密 ★ 5 年",
      "秘密★5年",
      "绝",
      "长",
      "期",
      "绝密★长期",
      "",
    ]);
  });
  it("reads a font that is set downwards", async () => {
    expect(textIn(await read(fixture("vertical.pdf")), "body")).toBe(`${token("竖排")}\n`);
  });
  it("counts lines as the page has them", async () => {
    const result = await read(fixture("spread.pdf"));
    expect(locate(result, "机密★10年")).toEqual({ kind: "page", page: 1, line: 1 });
    expect(locate(result, "关于")).toEqual({ kind: "page", page: 1, line: 2 });
  });
});

describe("hostile files", () => {
  it("reads the start of a stream that inflates without measure, and the other pages", async () => {
    const result = await read(fixture("bomb.pdf"));
    expect(textIn(result, "body")).toBe(`${token("首字")}\n${token("次页")}\n${person}\n`);
    expect(codes(result)).toEqual([{ code: "bomb", partial: true }]);
  });
  it("cuts forms that call themselves or unfold without end", async () => {
    const result = await read(fixture("forms.pdf"));
    expect(textIn(result, "body")).toBe(`${token("正文")}\n${person}\n${token("循环")}\n`);
    expect(codes(result)).toEqual([{ code: "bomb", partial: true }]);
  });
  it("gives up on a page tree that lies", async () => {
    expect(codes(await read(fixture("tree.pdf")))).toEqual([{ code: "corrupt", partial: false }]);
  });
  it("stops where the budget of inflated bytes is spent", async () => {
    const result = await read(fixture("person.pdf"), { limits: { inflated: 100 } });
    expect([result.chunks, codes(result)]).toEqual([[], [{ code: "bomb", partial: false }]]);
  });
  it("stays within its memory on a page that PDFium cannot hold", async () => {
    const result = await read(heavyPages(3_000_000));
    expect(codes(result)).toEqual([{ code: "out-of-memory", partial: true }]);
    expect(textIn(result, "body")).toBe("second page\n");
  });
});

describe("forms", () => {
  it("tells labels of fields that nobody filled in, and what may be chosen", async () => {
    const field = (rest: string): string => `<< /Type /Annot /Subtype /Widget /Rect [9 9 99 29] ${rest} >>`;
    const result = await read(
      onePage("BT /F1 9 Tf 9 9 Td (x) Tj ET", [
        field("/FT /Tx /T (id) /TU <FEFF8EAB4EFD8BC15371>"),
        field("/FT /Ch /Ff 131072 /T (branch) /Opt [(Beijing) [(2) (Shanghai)]] /V (Beijing)"),
      ]),
    );
    expect(textIn(result, "form1")).toBe("身份证危 (id)\tbranch\tbranch\n\tBeijing\tShanghai\n");
    expect(result.chunks.map(({ table }) => table?.head)).toContainEqual([["身份证危", "branch", "branch"]]);
  });
});

describe("words divided by a line end", () => {
  it("are read whole, numbers with and without the hyphen", async () => {
    const result = await read(
      onePage("BT /F1 9 Tf 9 TL 9 700 Td (strictly confi-) Tj T* (dential, TOP SEC-) Tj T* (RET; card 6222-) Tj T* (0212 no) Tj ET", []),
    );
    const text = textIn(result, "body");
    expect(text).toContain("strictly confidential, TOP SECRET; card");
    expect(text).toContain("6222-");
  });
});

describe("attached files", () => {
  it("are found where the name stands under another key than the bytes, and bear no type", async () => {
    const annotation =
      "<< /Type /Annot /Subtype /FileAttachment /Rect [9 9 29 29] /FS << /Type /Filespec /UF (a.txt) /EF << /F 7 0 R >> >> >>";
    const result = await read(onePage("BT /F1 9 Tf 9 9 Td (x) Tj ET", [annotation, "<< /Length 14 >>\nstream\nattached words\nendstream"]));
    expect(result.members).toEqual([{ path: "a.pdf!/a.txt", text: "attached words" }]);
    expect(result.failures).toEqual([]);
  });
});

describe("nesting beyond measure", () => {
  const nested = (bytes: Buffer): boolean => scanPdf(bytes, { take: () => true }, []).nested;
  it("is seen before the second engine takes the square of it", () => {
    expect(nested(onePage(`${"q ".repeat(3000)} BT /F1 9 Tf (x) Tj ET`, []))).toBe(true);
    expect(
      nested(
        onePage(
          `BT /F1 9 Tf (x) Tj ET`,
          Array.from({ length: 3000 }, () => "<< /Type /Page"),
        ),
      ),
    ).toBe(true);
    expect(nested(onePage(`${"q BT /F1 9 Tf (x) Tj ET Q ".repeat(3000)}`, []))).toBe(false);
  });
});

describe("lines set backwards", () => {
  it("are left to the other engine where PDFium would sort them for minutes", async () => {
    const begun = performance.now();
    const result = await read(onePage(`BT /F1 1 Tf 590 9 Td (seen) Tj ${"-3 0 Td (A) Tj ".repeat(40_000)} ET`, []));
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(textIn(result, "body")).toContain("seen");
    expect(codes(result)).toEqual([{ code: "bomb", partial: true }]);
    // Some thousand are a long line, no more.
    expect((await read(onePage(`BT /F1 1 Tf 590 9 Td ${"(A) Tj -3 0 Td ".repeat(4000)} ET`, []))).failures).toEqual([]);
  });
});

describe("a long page", () => {
  it("is read in pieces that do not overlap where a character has no text", async () => {
    const letters = (count: number): string => "abcdefgh".repeat(count / 8);
    const bare = letters(256) + letters(248) + "6222021234567890";
    const content = (text: string): string => `BT /F1 1 Tf 9 9 Td (${text}) Tj ET`;
    const hidden = `${letters(256)}\\002${letters(248)}6222021234567890`;
    for (const text of [bare, hidden]) expect(textIn(await read(onePage(content(text), [])), "body")).toBe(`${bare}\n`);
  });
});

/** A page with that content and those annotations, which are also the fields of a form. */
function onePage(content: string, annotations: readonly string[]): Buffer {
  const list = annotations.map((_, index) => `${index + 6} 0 R`).join(" ");
  const objectsText = [
    `<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [${list}] >> >>`,
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [${list}] >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ...annotations,
  ].map((body, index) => `${index + 1} 0 obj\n${body}\nendobj\n`);
  return Buffer.from(`%PDF-1.7\n${objectsText.join("")}trailer\n<< /Root 1 0 R /Size ${annotations.length + 6} >>\nstartxref\n0\n%%EOF\n`);
}

/** Two pages: one with that many text objects, each its own operators, so that neither ratio nor size of the stream is remarkable. */
function heavyPages(objects: number): Buffer {
  const heavy = Array.from({ length: objects }, (_, index) => `(${index})'`).join("");
  const streams = [`BT /F1 9 Tf 9 TL ${heavy} ET`, "BT /F1 9 Tf 9 9 Td (second page) Tj ET"].map(
    (text) => `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
  );
  const page = (contents: number): string =>
    `<< /Type /Page /Parent 5 0 R /MediaBox [0 0 595 842] /Contents ${contents} 0 R /Resources << /Font << /F1 7 0 R >> >> >>`;
  const objectsText = [
    ...streams,
    page(1),
    page(2),
    "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
    "<< /Type /Catalog /Pages 5 0 R >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ].map((body, index) => `${index + 1} 0 obj\n${body}\nendobj\n`);
  return Buffer.from(`%PDF-1.7\n${objectsText.join("")}trailer\n<< /Root 6 0 R /Size 8 >>\nstartxref\n0\n%%EOF\n`);
}

describe("a document inside a document", () => {
  it("is read while the outer one is open, and may fail without it", async () => {
    const outer = fixture("mixed.pdf");
    const budget = { take: (): boolean => true };
    const pages: string[] = [];
    const results = pdf.extract({
      entry: { path: "a.pdf", key: "a.pdf", root: 0, size: outer.length, modified: undefined, stamp: undefined, depth: 0 },
      bytes: memorySource(outer),
      budget,
      passwords: [],
      signal: new AbortController().signal,
    });
    for await (const result of results) {
      if (result.type !== "chunk") continue;
      pages.push(textOf(result.chunk));
      const inner = await read(pages.length === 1 ? heavyPages(3_000_000) : fixture("person.pdf"));
      expect(textIn(inner, "body")).toContain(pages.length === 1 ? "second page" : person);
    }
    expect(pages).toEqual([`${token("正文")}\n${person}\n`, "第2页\n", `${token("三页")}\n${person}\n`]);
  });
});

describe("damaged files", () => {
  it("finds the pages of a file without a table and a trailer", async () => {
    const result = await read(fixture("no-table.pdf"));
    expect(textIn(result, "body")).toBe(`${token("正文")}\n${person}\n`);
    expect(codes(result)).toEqual([{ code: "corrupt", partial: true }]);
  });
  it.each([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])("says so when only %i %% are left", async (percent) => {
    const whole = fixture("places.pdf");
    const result = await read(whole.subarray(0, (whole.length * percent) / 100));
    expect(result.failures.map(({ code }) => code)).toEqual(["corrupt"]);
  });
  it("still reads the text of a file that lost its end", async () => {
    const whole = fixture("places.pdf");
    expect(textIn(await read(whole.subarray(0, whole.length * 0.8)), "body")).toContain(token("正文"));
  });
  it("says so of random bytes with the right head", async () => {
    let state = 1;
    const bytes = Buffer.from(Array.from({ length: 20_000 }, () => (state = (state * 48_271) % 0x7f_ff_ff_ff) & 255));
    bytes.write("%PDF-1.7\n");
    const result = await read(bytes);
    expect([result.chunks, codes(result)]).toEqual([[], [{ code: "corrupt", partial: false }]]);
  });
  it("never throws, whatever bits are wrong", async () => {
    let state = 7;
    const next = (below: number): number => (state = (state * 48_271) % 0x7f_ff_ff_ff) % below;
    for (const name of ["places.pdf", "mixed.pdf", "encrypted-empty.pdf"]) {
      const whole = fixture(name);
      for (let run = 0; run < 70; run += 1) {
        const bytes = Buffer.from(whole);
        for (let flip = 0; flip <= run; flip += 1) bytes.writeUInt8(next(256), next(bytes.length));
        const result = await read(bytes);
        expect(result.chunks.length + result.failures.length).toBeGreaterThan(0);
      }
    }
  });
});

describe("images", () => {
  it("says that a file of images has no text", async () => {
    expect((await read(fixture("scan.pdf"))).failures).toEqual([
      { stage: "extract", code: "no-text", path: "a.pdf", detail: "pages without readable text that need OCR: 1 of 1", partial: false },
    ]);
  });
  it("does not take signs without a meaning for text", async () => {
    expect((await read(fixture("unnamed.pdf"))).failures.map(({ code, detail }) => [code, detail])).toEqual([
      ["no-text", "pages without readable text that need OCR: 1 of 1"],
    ]);
  });
  it("names the page that is an image with a page number", async () => {
    expect((await read(fixture("mixed.pdf"))).failures).toEqual([
      { stage: "extract", code: "no-text", path: "a.pdf", detail: "pages without readable text that need OCR: 2 of 3", partial: true },
    ]);
  });
});

describe("a page whose dictionary is damaged", () => {
  it("is read by the second engine where nothing else has text", async () => {
    // Some writers put the appearance of a note into it as a stream; to PDFium the page then has no content.
    const appearance = "/AP << /N << /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0 >>\nstream\n\nendstream>>";
    const content = "BT /F1 12 Tf 20 100 Td (4111111111111111) Tj ET";
    const objects = [
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 200 200] >>",
      `<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 5 0 R >> >>\n/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] ${appearance}>>]\n/Contents 4 0 R>>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ];
    const offsets: number[] = [];
    let text = "%PDF-1.3\n";
    for (const [index, object] of objects.entries()) {
      offsets.push(text.length);
      text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    }
    const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
    const end = `xref\n0 6\n0000000000 65535 f \n${table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
    const result = await read(Buffer.from(text + end, "latin1"));
    expect(textIn(result, "body")).toBe("4111111111111111\n");
    expect(codes(result)).toEqual([{ code: "corrupt", partial: true }]);
  });
});

describe("encryption", () => {
  it("reads what an empty user password opens", async () => {
    expect(textIn(await read(fixture("encrypted-empty.pdf")), "body")).toContain(person);
  });
  it("tries the passwords it is given", async () => {
    const result = await read(fixture("encrypted-secret.pdf"), { passwords: ["wrong", "secret"] });
    expect(textIn(result, "body")).toContain(person);
    expect(result.failures).toEqual([]);
  });
  it.each([
    ["encrypted-rc4-40.pdf", "usr"],
    ["encrypted-rc4-40.pdf", "own"],
    ["encrypted-rc4-128.pdf", ""],
    ["encrypted-rc4-128.pdf", "own"],
  ])("reads the metadata of %s, which neither engine gives, with %s", async (name, password) => {
    const result = await read(fixture(name), { passwords: password === "" ? [] : ["wrong", password] });
    expect(textIn(result, "metadata")).toContain("植入元数据★机密10年");
    expect(textIn(result, "body")).toContain("植入正文★机密10年");
    expect(result.failures).toEqual([]);
  });
  it("says that it needs one", async () => {
    const result = await read(fixture("encrypted-secret.pdf"), { passwords: ["wrong"] });
    expect([result.chunks, codes(result)]).toEqual([[], [{ code: "encrypted", partial: false }]]);
  });
});

describe("limits", () => {
  it("stops at the limit of pages and says where", async () => {
    const result = await read(fixture("mixed.pdf"), { limits: { pages: 1 } });
    expect(textIn(result, "body")).toBe(`植入正文★机密10年\n${person}\n`);
    expect(result.failures.map(({ code, detail }) => [code, detail])).toEqual([["too-large", "pages from 2 on were not read"]]);
  });
  it("stops at the limit of characters", async () => {
    expect(codes(await read(fixture("mixed.pdf"), { limits: { characters: 60 } }))).toContainEqual({ code: "too-large", partial: true });
  });
  it("stops when told to", async () => {
    const result = await read(fixture("person.pdf"), { signal: AbortSignal.abort() });
    expect(codes(result)).toEqual([{ code: "interrupted", partial: true }]);
  });
});
