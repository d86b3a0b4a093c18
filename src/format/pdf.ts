import { createHash } from "node:crypto";
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
  plainText,
  readBookmarks,
  readInfo,
  readPage,
  readScripts,
} from "./shared/pdfDocument.ts";
import type { PdfDocument, PdfNote, PdfPage } from "./shared/pdfDocument.ts";
import { leasePdfium, releasePdfium } from "./shared/pdfium.ts";
import type { Pdfium } from "./shared/pdfium.ts";
import { repairPdf } from "./shared/pdfRepair.ts";
import { scanPdf } from "./shared/pdfScan.ts";
import type { PdfScan } from "./shared/pdfScan.ts";
import { openSecond } from "./shared/pdfSecond.ts";
import type { SecondReader } from "./shared/pdfSecond.ts";
import { pdfLines } from "./shared/pdfText.ts";
import type { PdfLine } from "./shared/pdfText.ts";

/**
 * PDF (ISO 32000): page text with hidden layers and invisible text, notes, form fields, bookmarks, link targets, properties; attached files
 * are members. PDFium reads; pdf.js (through pdf-parse) reads what PDFium cannot.
 */
export const pdf: Extractor = {
  id: "pdf",
  title: { zh: "PDF 文档", en: "PDF document" },
  version: 1,
  access: "any",
  accepts: ({ head }) => {
    const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, headerWithin)).toString("latin1");
    return text.startsWith("%PDF-") || (/(?:^\s*|[\r\n\0]|\u00bf)%PDF-\d/u.test(text) && !otherHead.test(text));
  },
  extract,
};

/** Bytes before the header that readers allow (ISO 32000-1, implementation note 13). */
const headerWithin = 1024;

/** A PDF may lie uncompressed at the start of an archive, a program or a mail. */
const otherHead = /^(?:PK|MZ|Rar!|7z|\x1f\x8b|\xd0\xcf\x11\xe0|!<arch>|[\w-]+: |From )/u;

/** 160 MiB: half of the memory PDFium may have, which holds the file and what it makes of it. */
const largestFile = 160 * 1024 * 1024;

/** Pages in a row that do not load: a page tree that lies about its count ends here. */
const mostBadPages = 100;

/**
 * When a page counts as read though pictures cover it: a scan may bear a stamp, a page number or the line of the app that made it
 * ("扫描全能王 创建"), and is not read for that.
 */
const fewCharacters = 50;
/** Half of the page. */
const coveredPage = 0.5;
/** On a page without any text: a logo is smaller, a picture with words in it larger. */
const smallPicture = 0.02;
/** On a page without any text or picture: letters that were turned into outlines. */
const manyPaths = 150;

/** A third of a page; bullets and logos in fonts of their own are less. */
const mostUnnamed = 0.33;

/** PDFium is started again this often for one document; once when memory was short, since what it held comes back only in time. */
const mostRestarts = 3;

/** Bytes: a chunk is cut between lines near this length. */
const chunkLength = 32 * 1024;

async function* extract(input: ExtractInput): AsyncIterable<Extracted> {
  const failure = failureFor(input.entry.path);
  const data = await readAll(input.bytes);
  if (data === undefined) {
    yield failure("too-large", `larger than ${largestFile} bytes`, false);
    return;
  }
  const scan = scanPdf(data, input.budget);
  if (scan.spent) {
    yield failure("bomb", "its streams inflate beyond the limit", false);
    return;
  }
  const file: File = { input, data, scan, failure, flows: flowWriter(), second: undefined, repaired: false };
  let reader = await openReader(file);
  if (reader === "corrupt" && !scan.encrypted) {
    const repaired = repairPdf(data, scan.objectStreams);
    if (repaired !== undefined) {
      file.data = repaired;
      file.repaired = true;
      reader = await openReader(file);
    }
  }
  try {
    if (typeof reader === "object") yield* withDocument(file, reader);
    else if (reader === "encrypted") yield failure("encrypted", "needs a password", false);
    else yield* withoutPdfium(file, reader);
  } finally {
    if (typeof reader === "object") closeReader(reader);
    if (typeof file.second === "object") await file.second.close();
  }
}

/** What is known of the file while it is read. */
interface File {
  readonly input: ExtractInput;
  data: Buffer;
  /** It has a new end, since its own is missing. */
  repaired: boolean;
  readonly scan: PdfScan;
  readonly failure: (code: FailureCode, detail: string, partial: boolean) => Extracted;
  readonly flows: FlowWriter;
  /** Opened when a page first needs it. */
  second: SecondReader | "corrupt" | "encrypted" | undefined;
}

/** PDFium with the document open. */
interface Reader {
  pdfium: Pdfium;
  document: PdfDocument;
}

async function openReader({ data, input }: File): Promise<Reader | "encrypted" | "corrupt" | "out-of-memory"> {
  const pdfium = await leasePdfium();
  const opened = attempt(pdfium, () => openPdf(pdfium, data, input.passwords));
  if ("value" in opened && typeof opened.value === "object") {
    const reader = { pdfium, document: opened.value };
    if (opened.value.pages > 0) return reader;
    closeReader(reader);
    return "corrupt";
  }
  releasePdfium(pdfium);
  if ("value" in opened) return opened.value === "encrypted" ? "encrypted" : "corrupt";
  return opened.code;
}

function closeReader({ pdfium, document }: Reader): void {
  attempt(pdfium, () => closePdf(document));
  releasePdfium(pdfium);
}

/** The second engine, opened once. */
async function second(file: File): Promise<SecondReader | undefined> {
  file.second ??= await openSecond(file.data, file.input.passwords);
  return typeof file.second === "object" ? file.second : undefined;
}

/** PDFium finds no document: pdf.js looks for one. */
async function* withoutPdfium(file: File, reason: "corrupt" | "out-of-memory"): AsyncIterable<Extracted> {
  const { input, failure, flows } = file;
  if (reason === "out-of-memory") {
    yield failure(reason, "needs more memory than the reader may have", false);
    return;
  }
  const reader = await second(file);
  let characters = 0;
  for (let page = 1; page <= (reader?.pages ?? 0); page += 1) {
    if (input.signal.aborted || !input.budget.take("pages", 1)) break;
    const text = (await reader?.text(page)) ?? "";
    if (!input.budget.take("characters", text.length)) break;
    characters += visibleCharacters([{ text }]);
    if (text.trim() !== "") yield* flows.chunks("body", ["body"], pdfLines(text), page);
  }
  yield* metadataChunks(file, file.scan.metadata);
  yield* attachmentMembers(file, undefined, []);
  if (file.second === "encrypted") yield failure("encrypted", "needs a password", false);
  else yield failure("corrupt", characters > 0 ? "damaged; what could be found was read" : "no document structure", characters > 0);
}

async function* withDocument(file: File, reader: Reader): AsyncIterable<Extracted> {
  const { input, scan, failure, flows } = file;
  const info = attempt(reader.pdfium, () => readInfo(reader.document, scan.infoKeys));
  if ("value" in info && info.value.length > 0) yield propertyChunk(info.value);
  yield* metadataChunks(file, scan.metadata);
  const imagePages: number[] = [];
  const badPages: number[] = [];
  const attachments: number[] = [];
  const { pages, tableHolds } = reader.document;
  let textPages = 0;
  let badInRow = 0;
  let restarts = 0;
  for (let number = 1; number <= pages; number += 1) {
    if (input.signal.aborted) {
      yield failure("interrupted", `stopped before page ${number} of ${pages}`, true);
      return;
    }
    if (!input.budget.take("pages", 1)) {
      yield failure("too-large", `pages from ${number} on were not read`, true);
      break;
    }
    const read = attempt(reader.pdfium, () => readPage(reader.document, number - 1, scan.tagged));
    if ("code" in read) {
      yield failure(read.code, `page ${number}: ${read.detail}`, number > 1 || number < pages);
      restarts += read.code === "out-of-memory" ? mostRestarts : 1;
      releasePdfium(reader.pdfium);
      const again = restarts > mostRestarts ? read.code : await openReader(file);
      if (typeof again !== "object") {
        if (number < pages) yield failure(read.code, `pages from ${number + 1} on were not read`, true);
        break;
      }
      reader.pdfium = again.pdfium;
      reader.document = again.document;
      // Handles of the instance that is gone.
      attachments.length = 0;
      continue;
    }
    const page = read.value;
    const lines = [...pdfLines(page?.text ?? "")];
    if (page === undefined || (scan.compositeFonts && page.lostObjects > 0) || isPoor(page)) {
      const other = await (await second(file))?.text(number);
      if (other !== undefined) lines.push(...missingLines(other, page?.text ?? ""));
      else if (page === undefined) badPages.push(number);
      badInRow = page === undefined && other === undefined ? badInRow + 1 : 0;
      if (badInRow >= mostBadPages) break;
    } else badInRow = 0;
    const notes = page === undefined ? [] : allNotes(page, lines);
    const length = [...lines, ...notes].reduce((sum, { text }) => sum + text.length, 0);
    if (!input.budget.take("characters", length)) {
      yield failure("too-large", `characters: pages from ${number} on were not read`, true);
      break;
    }
    const visible = visibleCharacters(lines);
    if (page !== undefined && needsOcr(page, visible)) imagePages.push(number);
    else if (visible > 0) textPages += 1;
    if (visible > 0) yield* flows.chunks("body", ["body"], lines, number);
    yield* noteChunks(flows, notes, number);
    attachments.push(...(page?.attachments ?? []));
  }
  const partial = textPages > 0;
  if (badPages.length > 0) {
    const rest = badInRow >= mostBadPages ? "; what follows was not tried" : "";
    yield failure("corrupt", `pages that could not be read: ${pageList(badPages)} of ${pages}${rest}`, partial);
  }
  if (imagePages.length > 0) {
    yield failure("no-text", `pages without readable text that need OCR: ${pageList(imagePages)} of ${pages}`, partial);
  }
  if (scan.bombs > 0) yield failure("bomb", `streams that inflate beyond measure, read only at their start: ${scan.bombs}`, partial);
  if (scan.loops > 0) yield failure("bomb", `forms that unfold without end, cut short: ${scan.loops}`, partial);
  if (scan.damaged > 0) yield failure("corrupt", `streams that do not inflate: ${scan.damaged}`, partial);
  if (textPages + imagePages.length + badPages.length === 0 && (scan.textStreams > 0 || !tableHolds)) {
    yield failure("corrupt", "no page has text, and its structure is damaged", false);
  }
  if (scan.truncated || file.repaired) yield failure("corrupt", "the end of the file is missing; what could be found was read", partial);
  yield* outsidePages(file, reader);
  yield* attachmentMembers(file, reader, attachments);
}

/** Bookmarks, scripts, XFA forms, and the metadata of an encrypted document. */
async function* outsidePages(file: File, { pdfium, document }: Reader): AsyncIterable<Extracted> {
  const { flows, failure } = file;
  const read = attempt(pdfium, () => ({ bookmarks: readBookmarks(document), scripts: readScripts(document) }));
  if ("code" in read) {
    yield failure(read.code, `bookmarks and scripts: ${read.detail}`, true);
    return;
  }
  for (const { title, target, page } of read.value.bookmarks) {
    if (title.trim() !== "") yield* flows.chunks("bookmarks", ["bookmark"], pdfLines(title), page);
    if (target.trim() !== "") yield* flows.chunks("links", ["link"], pdfLines(target), page);
  }
  for (const { role, text } of read.value.scripts)
    yield* flows.chunks(role === "code" ? "scripts" : "xfa", [role], pdfLines(text), undefined);
  if (file.scan.lockedMetadata) {
    const packet = await (await second(file))?.metadata();
    if (packet !== undefined && packet !== "") yield* metadataChunks(file, [packet]);
  }
}

/** Values of metadata packets: what stands between tags, and in the attributes of descriptions. */
function* metadataChunks({ flows }: File, packets: readonly string[]): Iterable<Extracted> {
  for (const packet of packets) {
    const attributes = [...packet.matchAll(/\s(?!xmlns|xml:|rdf:)[\w-]+:[\w-]+\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')/gu)]
      .map(([, double, single]) => double ?? single ?? "")
      .join("\n");
    const values = plainText(`${packet}\n${attributes}`)
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .join("\n");
    if (values !== "") yield* flows.chunks("metadata", ["property"], pdfLines(values), undefined);
  }
}

/** Text objects and no text, or a font that does not say what its signs mean: another engine may know better. */
function isPoor(page: PdfPage): boolean {
  return page.text === "" ? page.textObjects > 0 : page.unnamed > mostUnnamed;
}

/** Pictures with no text to speak of, outlines of letters, or signs without a meaning. */
function needsOcr(page: PdfPage, visible: number): boolean {
  if (page.unnamed > mostUnnamed) return true;
  if (visible === 0) return page.pictured > smallPicture || page.paths > manyPaths || isPoor(page);
  return visible < fewCharacters && page.pictured > coveredPage;
}

/** Lines of `other` that do not occur in `text`; spaces are not compared. */
function missingLines(other: string, text: string): readonly PdfLine[] {
  const known = text.replace(/\s+/gu, "");
  return pdfLines(other).filter((line) => {
    const bare = line.text.replace(/\s+/gu, "");
    return bare !== "" && !known.includes(bare);
  });
}

/** The notes of a page, and what only their appearance says. */
function allNotes(page: PdfPage, lines: readonly PdfLine[]): readonly PdfNote[] {
  if (page.drawnText === "") return page.notes;
  const known = [...lines, ...page.notes].map(({ text }) => text).join("\n");
  const drawn = missingLines(page.drawnText, known).map(({ text }) => text);
  return drawn.length === 0 ? page.notes : [...page.notes, { role: "comment", name: "", text: drawn.join("\n") }];
}

/** Attached files; without a reader only those that stand in the bytes. */
async function* attachmentMembers(file: File, reader: Reader | undefined, ofPages: readonly number[]): AsyncIterable<Extracted> {
  const { input, failure, scan } = file;
  const { entry, budget } = input;
  const listed = reader === undefined ? { value: [] } : attempt(reader.pdfium, () => [...listAttachments(reader.document), ...ofPages]);
  const handles = "value" in listed ? listed.value : [];
  if ("code" in listed) yield failure(listed.code, `attachments: ${listed.detail}`, true);
  const fileLength = file.repaired ? scan.tail : file.data.length;
  const names = new Map<string, number>();
  const given = new Set<string>();
  /** Undefined when it was given before. */
  const member = (name: string, bytes: Buffer): Extracted | undefined => {
    const digest = createHash("sha256").update(bytes).digest("hex");
    if (given.has(digest)) return undefined;
    given.add(digest);
    const plain = name.replaceAll("!/", "!_");
    const times = (names.get(plain) ?? 0) + 1;
    names.set(plain, times);
    const unique = times === 1 ? plain : `${plain} (${times})`;
    const inner: Entry = {
      path: `${entry.path}!/${unique}`,
      key: `${entry.key}!/${unique}`,
      root: entry.root,
      size: bytes.length,
      modified: entry.modified,
      stamp: undefined,
      depth: entry.depth + 1,
    };
    return { type: "member", entry: inner, open: () => Promise.resolve(memorySource(bytes)) };
  };
  const readings: (() => { readonly name: string; readonly bytes: Buffer | undefined })[] = [
    ...handles.map((handle, index) => () => ({
      name: (reader === undefined ? "" : attachmentName(reader.document, handle).trim()) || `attachment${index + 1}`,
      bytes: reader === undefined ? undefined : attachmentBytes(reader.document, handle, largestFile),
    })),
    // Files that no name leads to: assets of rich media, remains of an earlier revision.
    ...(scan.tail === undefined ? [] : [() => ({ name: "appended", bytes: file.data.subarray(scan.tail, fileLength) })]),
    ...scan.embedded.map(({ object, bytes }) => () => ({ name: `embedded${object}`, bytes: bytes() })),
  ];
  for (const [index, reading] of readings.entries()) {
    if (input.signal.aborted) {
      yield failure("interrupted", `stopped before attachment ${index + 1}`, true);
      return;
    }
    const read = reader !== undefined && index < handles.length ? attempt(reader.pdfium, reading) : { value: reading() };
    if ("code" in read) {
      yield failure(read.code, `attachment ${index + 1}: ${read.detail}`, true);
      continue;
    }
    const { name, bytes } = read.value;
    if (bytes === undefined) {
      yield failure("corrupt", `attachment ${index + 1} has no readable bytes`, true);
      continue;
    }
    const found = member(name, bytes);
    if (found === undefined) continue;
    if (!budget.take("members", 1) || !budget.take("inflated", bytes.length)) {
      yield failure("too-large", `attachments from ${index + 1} on were not read`, true);
      return;
    }
    yield found;
  }
}

/** Calls PDFium; an abort kills the instance and becomes a failure's code. */
function attempt<Value>(
  pdfium: Pdfium,
  use: () => Value,
): { readonly value: Value } | { readonly code: "out-of-memory" | "corrupt"; readonly detail: string } {
  if (pdfium.dead) return { code: "corrupt", detail: "the reader had stopped" };
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

/** Counts characters that can be seen; not beyond `fewCharacters`, since more is the same to all who ask. */
function visibleCharacters(lines: readonly { readonly text: string }[]): number {
  let count = 0;
  for (const { text } of lines) {
    for (const [found] of text.matchAll(/[^\s\p{Cc}\p{Cf}]+/gu)) count += found.length;
    if (count >= fewCharacters) return fewCharacters;
  }
  return count;
}

interface FlowWriter {
  /** Chunks of at most some 32 KiB, cut between lines, that continue the flow. */
  chunks(flow: string, roles: readonly [Role, ...Role[]], lines: readonly PdfLine[], page: number | undefined): Iterable<Extracted>;
}

function flowWriter(): FlowWriter {
  const ends = new Map<string, number>();
  return {
    *chunks(flow, roles, lines, page) {
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
      for (const { text, line } of lines) {
        const whole = Buffer.from(`${text}\n`);
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
  if (comments !== "") yield* flows.chunks("comments", ["comment"], pdfLines(comments), page);
  const captions = text("caption");
  if (captions !== "") yield* flows.chunks("captions", ["caption"], pdfLines(captions), page);
  const links = text("link");
  if (links !== "") yield* flows.chunks("links", ["link"], pdfLines(links), page);
  const fields = notes.filter((note) => note.role === "form");
  if (fields.length > 0) yield formChunk(fields, page);
}

function formChunk(fields: readonly PdfNote[], page: number): Extracted {
  const names = fields.map((field) => cellText(field.name));
  const { bytes } = rowBytes(fields.map((field) => field.text));
  const table: Table = { id: `form${page}`, separator: "\t", row: 2, head: [names] };
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
  const table: Table = { id: "properties", separator: "\t", row: 2, head: [names] };
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
