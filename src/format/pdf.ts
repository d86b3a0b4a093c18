import type { Chunk, Extracted, ExtractInput, Extractor, Location, Role, Table } from "../model/chunk.ts";
import type { ByteSource, Entry } from "../model/entry.ts";
import type { FailureCode } from "../model/failure.ts";
import { memorySource } from "./shared/bytes.ts";
import {
  attachmentBytes,
  attachmentName,
  closePdf,
  listAttachments,
  openPdf,
  readBookmarks,
  readInfo,
  readPage,
  readScripts,
} from "./shared/pdfDocument.ts";
import type { PdfDocument, PdfNote } from "./shared/pdfDocument.ts";
import { pdfLines } from "./shared/pdfText.ts";
import { leasePdfium, releasePdfium } from "./shared/pdfium.ts";
import type { Pdfium } from "./shared/pdfium.ts";

/**
 * PDF (ISO 32000): page text with hidden layers and invisible text, notes, form fields, bookmarks, link targets, properties; attached files
 * are members. PDFium reads; pdf.js (through pdf-parse) reads what PDFium cannot.
 */
export const pdf: Extractor = {
  id: "pdf",
  title: { zh: "PDF 文档", en: "PDF document" },
  version: 1,
  access: "any",
  accepts: ({ head }) => Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, headerWithin)).includes("%PDF-"),
  extract,
};

/** Bytes before the header that readers allow (ISO 32000-1, implementation note 13). */
const headerWithin = 1024;

/** 192 MiB: half of the memory PDFium may have, which holds the file and what it makes of it. */
const largestFile = 192 * 1024 * 1024;

/** Pages in a row that do not load: a page tree that lies about its count ends here. */
const mostBadPages = 100;

/** A page of a scan may bear a stamp or a number: fewer visible characters than this beside an image are no text. */
const fewCharacters = 24;

/** Bytes: a chunk is cut between lines near this length. */
const chunkLength = 32 * 1024;

async function* extract(input: ExtractInput): AsyncIterable<Extracted> {
  const failure = failureFor(input.entry.path);
  const data = await readAll(input.bytes);
  if (data === undefined) {
    yield failure("too-large", `larger than ${largestFile} bytes`, false);
    return;
  }
  const pdfium = await leasePdfium();
  let document: PdfDocument | undefined;
  try {
    const opened = attempt(pdfium, () => openPdf(pdfium, data, input.passwords));
    if ("code" in opened) {
      yield failure(opened.code, opened.detail, false);
      return;
    }
    if (typeof opened.value === "string") {
      yield failure(opened.value, opened.value === "encrypted" ? "needs a password" : "no document structure", false);
      return;
    }
    document = opened.value;
    yield* extractDocument(input, document);
  } finally {
    if (document !== undefined) attempt(pdfium, () => document !== undefined && closePdf(document));
    releasePdfium(pdfium);
  }
}

async function* extractDocument(input: ExtractInput, document: PdfDocument): AsyncIterable<Extracted> {
  const { pdfium } = document;
  const failure = failureFor(input.entry.path);
  const flows = flowWriter();
  const info = attempt(pdfium, () => readInfo(document));
  if ("value" in info && info.value.length > 0) yield propertyChunk(info.value);
  const imagePages: number[] = [];
  const badPages: number[] = [];
  const attachments: number[] = [];
  let textPages = 0;
  let badInRow = 0;
  for (let index = 0; index < document.pages; index += 1) {
    const number = index + 1;
    if (input.signal.aborted) {
      yield failure("interrupted", `stopped before page ${number} of ${document.pages}`, true);
      return;
    }
    if (!input.budget.take("pages", 1)) {
      yield failure("too-large", `pages from ${number} on were not read`, true);
      break;
    }
    const read = attempt(pdfium, () => readPage(document, index));
    if ("code" in read) {
      yield failure(read.code, `page ${number}: ${read.detail}; it and what follows was not read`, true);
      return;
    }
    const page = read.value;
    if (page === undefined) {
      badPages.push(number);
      badInRow += 1;
      if (badInRow >= mostBadPages) break;
      continue;
    }
    badInRow = 0;
    const { text } = page;
    if (!input.budget.take("characters", text.length + page.notes.reduce((sum, note) => sum + note.text.length, 0))) {
      yield failure("too-large", `characters: pages from ${number} on were not read`, true);
      break;
    }
    const visible = visibleCharacters(text);
    if (visible < fewCharacters && page.images > 0) imagePages.push(number);
    else textPages += 1;
    if (visible > 0) yield* flows.chunks("body", ["body"], text, number);
    yield* noteChunks(flows, page.notes, number);
    attachments.push(...page.attachments);
  }
  if (badPages.length > 0) {
    yield failure("corrupt", `pages that could not be read: ${pageList(badPages)} of ${document.pages}`, textPages > 0);
  }
  if (imagePages.length > 0) {
    yield failure("no-text", `pages that are images and need OCR: ${pageList(imagePages)} of ${document.pages}`, textPages > 0);
  }
  const bookmarks = attempt(pdfium, () => readBookmarks(document));
  if ("value" in bookmarks) {
    for (const { title, target, page } of bookmarks.value) {
      if (title.trim() !== "") yield* flows.chunks("bookmarks", ["bookmark"], title, page);
      if (target.trim() !== "") yield* flows.chunks("links", ["link"], target, page);
    }
  }
  const scripts = attempt(pdfium, () => readScripts(document));
  if ("value" in scripts) {
    for (const { role, text } of scripts.value) yield* flows.chunks(role === "code" ? "scripts" : "xfa", [role], text, undefined);
  }
  yield* attachmentMembers(input, document, attachments);
}

async function* attachmentMembers(input: ExtractInput, document: PdfDocument, ofPages: readonly number[]): AsyncIterable<Extracted> {
  const { pdfium } = document;
  const failure = failureFor(input.entry.path);
  const listed = attempt(pdfium, () => [...listAttachments(document), ...ofPages]);
  if ("code" in listed) {
    yield failure(listed.code, `attachments: ${listed.detail}`, true);
    return;
  }
  const names = new Map<string, number>();
  for (const [index, attachment] of listed.value.entries()) {
    if (input.signal.aborted || pdfium.dead) return;
    if (!input.budget.take("members", 1)) {
      yield failure("too-large", `attachments from ${index + 1} on were not read`, true);
      return;
    }
    const read = attempt(pdfium, () => ({
      name: attachmentName(document, attachment),
      bytes: attachmentBytes(document, attachment, largestFile),
    }));
    if ("code" in read) {
      yield failure(read.code, `attachment ${index + 1}: ${read.detail}`, true);
      return;
    }
    const { bytes } = read.value;
    const given = read.value.name.trim().replaceAll("!/", "!_") || `attachment${index + 1}`;
    const times = names.get(given) ?? 0;
    names.set(given, times + 1);
    const name = times === 0 ? given : `${given} (${times + 1})`;
    if (bytes === undefined) {
      yield failure("corrupt", `attachment ${index + 1} has no readable bytes`, true);
      continue;
    }
    if (!input.budget.take("inflated", bytes.length)) {
      yield failure("too-large", `attachment ${index + 1}: over the limit of inflated bytes`, true);
      return;
    }
    const { entry } = input;
    yield {
      type: "member",
      entry: {
        path: `${entry.path}!/${name}`,
        key: `${entry.key}!/${name}`,
        root: entry.root,
        size: bytes.length,
        modified: entry.modified,
        stamp: undefined,
        depth: entry.depth + 1,
      } satisfies Entry,
      open: () => Promise.resolve(memorySource(bytes)),
    };
  }
}

/** Calls PDFium; an abort kills the instance and becomes a failure's code. */
function attempt<Value>(
  pdfium: Pdfium,
  use: () => Value,
): { readonly value: Value } | { readonly code: FailureCode; readonly detail: string } {
  if (pdfium.dead) return { code: "internal", detail: "the reader had stopped" };
  try {
    return { value: use() };
  } catch {
    pdfium.dead = true;
    return pdfium.refused
      ? { code: "out-of-memory", detail: "needs more memory than the reader may have" }
      : { code: "corrupt", detail: "the reader stopped on its structure" };
  }
}

function failureFor(path: string): (code: FailureCode, detail: string, partial: boolean) => Extracted {
  return (code, detail, partial) => ({ type: "failure", failure: { stage: "extract", code, path, detail, partial } });
}

/** `1-3, 7`: at most 20 runs are named. */
function pageList(pages: readonly number[]): string {
  const runs: [from: number, to: number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === page - 1) last[1] = page;
    else runs.push([page, page]);
  }
  const named = runs.slice(0, 20).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  return named.join(", ") + (runs.length > 20 ? ", …" : "");
}

function visibleCharacters(text: string): number {
  return text.replace(/[\s\p{Cc}\p{Cf}]/gu, "").length;
}

interface FlowWriter {
  /** Chunks of at most some 32 KiB, cut between lines, that continue the flow. */
  chunks(flow: string, roles: readonly [Role, ...Role[]], text: string, page: number | undefined): Iterable<Extracted>;
}

function flowWriter(): FlowWriter {
  const ends = new Map<string, number>();
  return {
    *chunks(flow, roles, text, page) {
      let held: { readonly bytes: Buffer; readonly line: number }[] = [];
      let length = 0;
      const chunk = (): Extracted => {
        const bytes = Buffer.concat(held.map((piece) => piece.bytes));
        const pieces = held.map((piece) => ({ length: piece.bytes.length, line: piece.line }));
        const start = ends.get(flow) ?? 0;
        ends.set(flow, start + length);
        held = [];
        length = 0;
        const locate = (offset: number): Location =>
          page === undefined ? { kind: "whole" } : { kind: "page", page, line: lineAt(pieces, offset) };
        return chunkOf({ content: { kind: "utf8", bytes, locate }, flow, start, roles, ...(page === undefined ? {} : { page }) });
      };
      for (const { text: lineText, line } of pdfLines(text)) {
        const whole = Buffer.from(`${lineText}\n`);
        for (let from = 0; from < whole.length;) {
          const to = whole.length - from > chunkLength ? characterStart(whole, from + chunkLength) : whole.length;
          held.push({ bytes: whole.subarray(from, to), line });
          length += to - from;
          from = to;
          if (length >= chunkLength) yield chunk();
        }
      }
      if (length > 0) yield chunk();
    },
  };
}

/** The line of the page that holds the byte. */
function lineAt(pieces: readonly { readonly length: number; readonly line: number }[], offset: number): number {
  let end = 0;
  for (const piece of pieces) {
    end += piece.length;
    if (offset < end) return piece.line;
  }
  return pieces.at(-1)?.line ?? 1;
}

/** The first byte at or before `at` that begins a UTF-8 character. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}

/** Notes of a page, one chunk for each role; a form is a table of one row whose columns are the fields. */
function* noteChunks(flows: FlowWriter, notes: readonly PdfNote[], page: number): Iterable<Extracted> {
  const text = (role: PdfNote["role"]): string =>
    notes
      .filter((note) => note.role === role)
      .map((note) => note.text)
      .join("\n");
  const comments = text("comment");
  if (comments !== "") yield* flows.chunks("comments", ["comment"], comments, page);
  const links = text("link");
  if (links !== "") yield* flows.chunks("links", ["link"], links, page);
  const fields = notes.filter((note) => note.role === "form");
  if (fields.length > 0) yield formChunk(fields, page);
}

function formChunk(fields: readonly PdfNote[], page: number): Extracted {
  const names = fields.map((field) => cellText(field.name));
  const { bytes } = rowBytes(fields.map((field) => field.text));
  const table: Table = { id: `form${page}`, separator: "\t", row: 1, head: [names] };
  const locate = (): Location => ({ kind: "page", page });
  return chunkOf({ content: { kind: "utf8", bytes, locate }, flow: `form${page}`, start: 0, roles: ["form"], page, table });
}

/** Properties are a table of one row whose columns are their names. */
function propertyChunk(properties: readonly (readonly [name: string, value: string])[]): Extracted {
  const names = properties.map(([name]) => name);
  const { bytes, starts } = rowBytes(properties.map(([, value]) => value));
  const locate = (offset: number): Location => {
    const after = starts.findIndex((start) => start > offset);
    return { kind: "property", name: names.at(after === -1 ? -1 : after - 1) ?? "" };
  };
  const table: Table = { id: "properties", separator: "\t", row: 1, head: [names] };
  return chunkOf({ content: { kind: "utf8", bytes, locate }, flow: "properties", start: 0, roles: ["property"], table });
}

function chunkOf(chunk: Chunk): Extracted {
  return { type: "chunk", chunk };
}

/** A cell holds neither tab nor line end. */
function cellText(text: string): string {
  return text.replace(/[\t\r\n]+/gu, " ");
}

/** Cells as a line with tabs, and where each begins. */
function rowBytes(cells: readonly string[]): { readonly bytes: Buffer; readonly starts: readonly number[] } {
  const starts: number[] = [];
  let length = 0;
  const encoded = cells.map((cell, index) => {
    const bytes = Buffer.from(cellText(cell) + (index === cells.length - 1 ? "\n" : "\t"));
    starts.push(length);
    length += bytes.length;
    return bytes;
  });
  return { bytes: Buffer.concat(encoded), starts };
}

/** The whole file; undefined when it is larger than PDFium may be given. */
async function readAll(source: ByteSource): Promise<Buffer | undefined> {
  if (source.size !== undefined && source.size > largestFile) return undefined;
  let held = Buffer.allocUnsafe((source.size ?? 1024 * 1024) + 1);
  let length = 0;
  for (;;) {
    if (length === held.length) {
      if (length > largestFile) return undefined;
      const larger = Buffer.allocUnsafe(held.length * 2);
      held.copy(larger);
      held = larger;
    }
    const count = await source.read(held.subarray(length), length);
    if (count === 0) return held.subarray(0, length);
    length += count;
  }
}
