import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pdf } from "../../src/format/pdf.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
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
    expect(probe(`${"x".repeat(1000)}%PDF-1.4`)).toBe(true);
  });
  it("nothing else", () => {
    expect(probe(`${"x".repeat(1024)}%PDF-1.4`)).toBe(false);
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

describe("images", () => {
  it("says that a file of images has no text", async () => {
    expect((await read(fixture("scan.pdf"))).failures).toEqual([
      { stage: "extract", code: "no-text", path: "a.pdf", detail: "pages that are images and need OCR: 1 of 1", partial: false },
    ]);
  });
  it("names the page that is an image with a page number", async () => {
    expect((await read(fixture("mixed.pdf"))).failures).toEqual([
      { stage: "extract", code: "no-text", path: "a.pdf", detail: "pages that are images and need OCR: 2 of 3", partial: true },
    ]);
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
