import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { pageList } from "./shared/pageList.ts";
import { attachmentMembers } from "./shared/pdfAttachments.ts";
import { flowWriter, metadataChunks, noteChunks, propertyChunk } from "./shared/pdfChunks.ts";
import { readBookmarks, readInfo, readPage, readScripts } from "./shared/pdfDocument.ts";
import type { PdfNote, PdfPage } from "./shared/pdfDocument.ts";
import { releasePdfium } from "./shared/pdfium.ts";
import { attempt, closeReader, failureFor, largestFile, openReader, second } from "./shared/pdfReader.ts";
import type { PdfFile, PdfReader } from "./shared/pdfReader.ts";
import { repairPdf } from "./shared/pdfRepair.ts";
import { scanPdf } from "./shared/pdfScan.ts";
import { pdfLines } from "./shared/pdfText.ts";
import type { PdfLine } from "./shared/pdfText.ts";

/**
 * PDF (ISO 32000): page text with hidden layers and invisible text, notes, form fields, bookmarks, link targets, properties; attached files
 * are members. PDFium reads; pdf.js (through pdf-parse) reads what PDFium cannot.
 */
export const pdf: Extractor = {
  id: "pdf",
  title: { zh: "PDF 文档", en: "PDF document" },
  version: 2,
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

async function* extract(input: ExtractInput): AsyncIterable<Extracted> {
  const failure = failureFor(input.entry.path);
  const data = await readAll(input.bytes);
  if (data === undefined) {
    yield failure("too-large", `larger than ${largestFile} bytes`, false);
    return;
  }
  const scan = scanPdf(data, input.budget, input.passwords);
  if (scan.spent) {
    yield failure("bomb", "its streams inflate beyond the limit", false);
    return;
  }
  const file: PdfFile = { input, data, length: data.length, scan, failure, flows: flowWriter(), second: undefined, repaired: false };
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

/** PDFium finds no document: pdf.js looks for one. */
async function* withoutPdfium(file: PdfFile, reason: "corrupt" | "out-of-memory"): AsyncIterable<Extracted> {
  const { failure } = file;
  if (reason === "out-of-memory") {
    yield failure(reason, "needs more memory than the reader may have", false);
    return;
  }
  const characters = yield* bySecond(file);
  yield* metadataChunks(file.flows, file.scan.metadata);
  yield* attachmentMembers(file, undefined, []);
  if (file.second === "encrypted") yield failure("encrypted", "needs a password", false);
  else yield failure("corrupt", characters > 0 ? "damaged; what could be found was read" : "no document structure", characters > 0);
}

/** Text of all pages by pdf.js; gives how many characters of it can be seen. */
async function* bySecond(file: PdfFile): AsyncGenerator<Extracted, number> {
  const { input, failure, flows } = file;
  const reader = await second(file);
  let characters = 0;
  for (let page = 1; page <= (reader?.pages ?? 0); page += 1) {
    if (input.signal.aborted) break;
    if (!input.budget.take("pages", 1)) {
      yield failure("too-large", `pages from ${page} on were not read`, true);
      break;
    }
    const text = (await reader?.text(page)) ?? "";
    if (!input.budget.take("characters", text.length)) {
      yield failure("too-large", `characters: pages from ${page} on were not read`, true);
      break;
    }
    characters += visibleCharacters([{ text }]);
    if (text.trim() !== "") yield* flows.chunks("body", ["body"], pdfLines(text), page);
  }
  return characters;
}

async function* withDocument(file: PdfFile, reader: PdfReader): AsyncIterable<Extracted> {
  const { input, scan, failure, flows } = file;
  const info = attempt(reader.pdfium, () => readInfo(reader.document, scan.infoKeys));
  if ("value" in info && info.value.length > 0) yield propertyChunk(info.value);
  yield* metadataChunks(file.flows, scan.metadata);
  const imagePages: number[] = [];
  const badPages: number[] = [];
  const costlyPages: number[] = [];
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
    if (page?.costly === true) costlyPages.push(number);
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
  if (costlyPages.length > 0) {
    const where = `${pageList(costlyPages)} of ${pages}`;
    yield failure("bomb", `pages whose lines are set backwards beyond measure, read without what lies beside them: ${where}`, partial);
  }
  if (scan.loops > 0) yield failure("bomb", `forms that unfold without end, cut short: ${scan.loops}`, partial);
  if (scan.damaged > 0) yield failure("corrupt", `streams that do not inflate: ${scan.damaged}`, partial);
  if (textPages + imagePages.length + badPages.length + restarts === 0 && (scan.textStreams > 0 || !tableHolds)) {
    // PDFium reads a page whose dictionary is damaged as one without content.
    const characters = scan.textStreams > 0 ? yield* bySecond(file) : 0;
    if (characters > 0) yield failure("corrupt", "damaged; what could be found was read", true);
    else yield failure("corrupt", "no page has text, and its structure is damaged", false);
  }
  if (scan.truncated || file.repaired) yield failure("corrupt", "the end of the file is missing; what could be found was read", partial);
  yield* outsidePages(file, reader);
  yield* attachmentMembers(file, reader, attachments);
}

/** Bookmarks, scripts, XFA forms, and the metadata of an encrypted document. */
async function* outsidePages(file: PdfFile, { pdfium, document }: PdfReader): AsyncIterable<Extracted> {
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
    if (packet !== undefined && packet !== "") yield* metadataChunks(file.flows, [packet]);
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

/** Counts characters that can be seen; not beyond `fewCharacters`, since more is the same to all who ask. */
function visibleCharacters(lines: readonly { readonly text: string }[]): number {
  let count = 0;
  for (const { text } of lines) {
    for (const [found] of text.matchAll(/[^\s\p{Cc}\p{Cf}]+/gu)) count += found.length;
    if (count >= fewCharacters) return fewCharacters;
  }
  return count;
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
