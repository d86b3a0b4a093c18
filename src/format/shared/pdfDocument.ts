import { keyOf, memoryOf, readBytes, readText, withBuffer, withString } from "./pdfium.ts";
import type { Pdfium } from "./pdfium.ts";

/** A document open in PDFium. */
export interface PdfDocument {
  readonly pdfium: Pdfium;
  readonly handle: number;
  /** Where its bytes lie in the instance's memory. */
  readonly bytes: number;
  /** Environment for form fields; 0 when PDFium would not make one. */
  readonly form: number;
  readonly formInfo: number;
  /** As the page tree says; it may lie. */
  readonly pages: number;
  /** False when PDFium had to look for the objects. */
  readonly tableHolds: boolean;
}

/** PDFium's error numbers (`fpdfview.h`). */
const passwordError = 4;
const securityError = 5;

/** Opens with each password in turn, the empty one first (that of most "protected" files). */
export function openPdf(pdfium: Pdfium, data: Uint8Array, passwords: readonly string[]): PdfDocument | "corrupt" | "encrypted" {
  const { call } = pdfium;
  const bytes = call.malloc(data.length);
  if (bytes === 0) {
    pdfium.refused = true;
    throw new RangeError("no memory for the document");
  }
  memoryOf(pdfium, bytes, data.length).set(data);
  let encrypted = false;
  for (const password of ["", ...passwords]) {
    const handle = withString(pdfium, password, (pointer) => call.FPDF_LoadMemDocument(bytes, data.length, pointer));
    if (handle !== 0) {
      const formInfo = call.malloc(256);
      const info = memoryOf(pdfium, formInfo, 256);
      info.fill(0);
      // FPDF_FORMFILLINFO: version 2, no callbacks. No scripts run in this build.
      info.writeUInt32LE(2, 0);
      const form = call.FPDFDOC_InitFormFillEnvironment(handle, formInfo);
      const tableHolds = call.FPDF_DocumentHasValidCrossReferenceTable(handle) !== 0;
      return { pdfium, handle, bytes, form, formInfo, pages: call.FPDF_GetPageCount(handle), tableHolds };
    }
    const error = call.FPDF_GetLastError();
    encrypted = error === passwordError || error === securityError;
    if (!encrypted) break;
  }
  call.free(bytes);
  return encrypted ? "encrypted" : "corrupt";
}

export function closePdf(document: PdfDocument): void {
  const { call } = document.pdfium;
  if (document.form !== 0) call.FPDFDOC_ExitFormFillEnvironment(document.form);
  call.free(document.formInfo);
  call.FPDF_CloseDocument(document.handle);
  call.free(document.bytes);
}

/** What lies on a page beside its text. */
export interface PdfNote {
  readonly role: "comment" | "form" | "link" | "caption";
  /** Of a form field: its name as people see it. */
  readonly name: string;
  /** And in the file, where that is another. */
  readonly key?: string;
  readonly text: string;
}

export interface PdfPage {
  readonly text: string;
  /** Part of the characters whose font does not say what they mean, 0 to 1, from a sample. */
  readonly unnamed: number;
  /** Text of the page with the appearance of its notes drawn in (a stamp has its words only there); empty when there are none. */
  readonly drawnText: string;
  /** Text objects with extent, also in forms. */
  readonly textObjects: number;
  /** Its lines would cost PDFium beyond measure: their text is left to the other engine, which gives none beside the page. */
  readonly costly: boolean;
  /** Text objects without extent in fonts that are not embedded: PDFium leaves them out of its text. */
  readonly lostObjects: number;
  /** Part of the page that pictures cover, 0 to 1; overlaps count twice. */
  readonly pictured: number;
  /** Lines and shapes. */
  readonly paths: number;
  readonly notes: readonly PdfNote[];
  /** Handles, valid until the document is closed. */
  readonly attachments: readonly number[];
}

/** Undefined when the page does not load. `tagged`: the structure tree may hold words for pictures, and is walked over. */
export function readPage(document: PdfDocument, index: number, tagged: boolean): PdfPage | undefined {
  const { pdfium, handle } = document;
  const { call } = pdfium;
  const page = call.FPDF_LoadPage(handle, index);
  if (page === 0) return undefined;
  const objects = countObjects(pdfium, page);
  const { text, unnamed } = objects.costly ? { text: "", unnamed: 0 } : readPageText(pdfium, page);
  const notes: PdfNote[] = [];
  const attachments: number[] = [];
  const annotations = Math.min(call.FPDFPage_GetAnnotCount(page), mostAnnotations);
  let drawn = false;
  for (let number = 0; number < annotations; number += 1) {
    const annotation = call.FPDFPage_GetAnnot(page, number);
    if (annotation === 0) continue;
    const subtype = call.FPDFAnnot_GetSubtype(annotation);
    readAnnotation(document, annotation, subtype, notes);
    drawn ||= subtype !== linkAnnotation && subtype !== popupAnnotation && drawsText(pdfium, annotation);
    const attachment = call.FPDFAnnot_GetFileAttachment(annotation);
    if (attachment !== 0) attachments.push(attachment);
    call.FPDFPage_CloseAnnot(annotation);
  }
  if (tagged) readStructure(pdfium, page, notes);
  const flattened = drawn && !objects.costly && call.FPDFPage_Flatten(page, 0) === flattenSuccess;
  call.FPDF_ClosePage(page);
  let drawnText = "";
  if (flattened) {
    const again = call.FPDF_LoadPage(handle, index);
    if (again !== 0) {
      drawnText = readPageText(pdfium, again).text;
      call.FPDF_ClosePage(again);
    }
  }
  return { text, unnamed, drawnText, ...objects, notes, attachments };
}

/** Objects of an appearance that are looked at; one with more counts as drawing text. */
const mostDrawn = 1_000;

/** Whether the appearance of a note may hold words: drawing it into the page costs as much as the page itself. */
function drawsText({ call }: Pdfium, annotation: number): boolean {
  const count = call.FPDFAnnot_GetObjectCount(annotation);
  for (let index = 0; index < Math.min(count, mostDrawn); index += 1) {
    const type = call.FPDFPageObj_GetType(call.FPDFAnnot_GetObject(annotation, index));
    if (type === textObject || type === formObject) return true;
  }
  return count > mostDrawn;
}

/** 20,000 elements and 64 levels a page. */
const mostElements = 20_000;
const deepestElement = 64;

/** What stands for pictures, abbreviations and headings in a tagged document. */
function readStructure(pdfium: Pdfium, page: number, notes: PdfNote[]): void {
  const { call } = pdfium;
  const tree = call.FPDF_StructTree_GetForPage(page);
  if (tree === 0) return;
  let seen = 0;
  const visit = (element: number, depth: number): void => {
    seen += 1;
    if (element === 0) return;
    for (const get of [call.FPDF_StructElement_GetAltText, call.FPDF_StructElement_GetActualText, call.FPDF_StructElement_GetTitle]) {
      const text = readText(pdfium, (buffer, size) => get(element, buffer, size));
      if (text.trim() !== "") notes.push({ role: "caption", name: "", text });
    }
    const children = depth < deepestElement ? call.FPDF_StructElement_CountChildren(element) : 0;
    for (let index = 0; index < children && seen < mostElements; index += 1) {
      visit(call.FPDF_StructElement_GetChildAtIndex(element, index), depth + 1);
    }
  };
  const roots = call.FPDF_StructTree_CountChildren(tree);
  for (let index = 0; index < roots && seen < mostElements; index += 1) visit(call.FPDF_StructTree_GetChildAtIndex(tree, index), 0);
  call.FPDF_StructTree_Close(tree);
}

/** `FLATTEN_SUCCESS`; 0 is a failure, 2 that there was nothing to draw. */
const flattenSuccess = 1;

/** 100,000 a page: the largest forms known have some thousand fields. */
const mostAnnotations = 100_000;

/** Characters of a page that are asked whether their font names them. */
const sampleSize = 64;

function readPageText(pdfium: Pdfium, page: number): { readonly text: string; readonly unnamed: number } {
  const { call } = pdfium;
  const textPage = call.FPDFText_LoadPage(page);
  if (textPage === 0) return { text: "", unnamed: 0 };
  const count = call.FPDFText_CountChars(textPage);
  let text = "";
  let unnamed = 0;
  if (count > 0) {
    text = textInPieces(pdfium, textPage, count) ?? textOf(pdfium, textPage, 0, count);
    const step = Math.max(1, Math.floor(count / sampleSize));
    let sampled = 0;
    for (let index = 0; index < count; index += step) {
      sampled += 1;
      if (call.FPDFText_HasUnicodeMapError(textPage, index) === 1) unnamed += 1;
    }
    unnamed /= sampled;
  }
  call.FPDFText_ClosePage(textPage);
  return { text, unnamed };
}

function textOf(pdfium: Pdfium, textPage: number, from: number, count: number): string {
  // PDFium writes UTF-16 and counts code points: twice the room is always enough.
  return withBuffer(pdfium, 4 * (count + 1), (pointer) => {
    const written = pdfium.call.FPDFText_GetText(textPage, from, count, pointer);
    return memoryOf(pdfium, pointer, Math.max(0, written - 1) * 2).toString("utf16le");
  });
}

/** Characters asked for at once: PDFium copies them twice, and its allocator takes five times as long over a page as over pieces of it. */
const textPiece = 256;

/** Undefined where a character has no text, or two units. A piece that begins with such a one is as long as it should be, but lies farther on. */
function textInPieces(pdfium: Pdfium, textPage: number, count: number): string | undefined {
  let text = "";
  for (let from = 0; from < count; from += textPiece) {
    const length = Math.min(textPiece, count - from);
    const piece = textOf(pdfium, textPage, from, length);
    if (piece.length !== length || piece.charCodeAt(0) !== pdfium.call.FPDFText_GetUnicode(textPage, from)) return undefined;
    text += piece;
  }
  return text;
}

/** `FPDF_PAGEOBJ_TEXT`, `_PATH`, `_IMAGE`, `_FORM`. */
const textObject = 1;
const pathObject = 2;
const imageObject = 3;
const formObject = 5;

/** 200,000 objects and 8 levels a page: enough to see what a page is made of. */
const mostObjects = 200_000;
const deepestForm = 8;

/** Points. PDFium's own bound: narrower text objects are left out of the text. */
const noWidth = 0.01;

/**
 * PDFium sorts the text objects of a line into their places one by one, from the end: a line set backwards costs the square of its objects (60,000
 * take minutes). 20 million steps take a second; a page beyond is left to the other engine.
 */
const mostSteps = 20_000_000;

type ObjectCounts = Pick<PdfPage, "costly" | "textObjects" | "lostObjects" | "pictured" | "paths">;

function countObjects(pdfium: Pdfium, page: number): ObjectCounts {
  const { call } = pdfium;
  let textObjects = 0;
  let lostObjects = 0;
  let paths = 0;
  let covered = 0;
  let seen = 0;
  const line = createLineSteps();
  withBuffer(pdfium, 16, (bounds) => {
    const extent = (object: number): { left: number; bottom: number; width: number; height: number } => {
      if (call.FPDFPageObj_GetBounds(object, bounds, bounds + 4, bounds + 8, bounds + 12) === 0)
        return { left: 0, bottom: 0, width: 0, height: 0 };
      const [left = 0, bottom = 0, right = 0, top = 0] = new Float32Array(call.memory.buffer, bounds, 4);
      return { left, bottom, width: right - left, height: top - bottom };
    };
    // What lies in a form is measured in the form's own units, so a picture there counts with the form's extent.
    const visit = (count: number, get: (index: number) => number, depth: number, area: number | undefined): void => {
      for (let index = 0; index < count && seen < mostObjects; index += 1) {
        seen += 1;
        const object = get(index);
        if (object === 0) continue;
        const type = call.FPDFPageObj_GetType(object);
        if (type === textObject) {
          const { left, bottom, width, height } = extent(object);
          if (width >= noWidth) {
            textObjects += 1;
            line.add(left, bottom, height);
            continue;
          }
          const font = call.FPDFTextObj_GetFont(object);
          if (font !== 0 && call.FPDFFont_GetIsEmbedded(font) === 0) lostObjects += 1;
        } else if (type === pathObject) paths += 1;
        else if (type === imageObject) {
          const { width, height } = extent(object);
          covered += area ?? width * height;
        } else if (type === formObject && depth < deepestForm) {
          const { width, height } = extent(object);
          const inner = area ?? width * height;
          visit(call.FPDFFormObj_CountObjects(object), (child) => call.FPDFFormObj_GetObject(object, child), depth + 1, inner);
        }
      }
    };
    visit(call.FPDFPage_CountObjects(page), (index) => call.FPDFPage_GetObject(page, index), 0, undefined);
  });
  const area = call.FPDF_GetPageWidthF(page) * call.FPDF_GetPageHeightF(page);
  return { textObjects, lostObjects, paths, pictured: area > 0 ? Math.min(1, covered / area) : 0, costly: line.steps() > mostSteps };
}

/** Counts how far objects lie before those of their line that came earlier. */
function createLineSteps(): { add(left: number, bottom: number, height: number): void; steps(): number } {
  let steps = 0;
  let row = Number.NaN;
  /** Left edges of the line, in order. */
  let edges: number[] = [];
  return {
    add(left, bottom, height) {
      // PDFium begins a line where half the width of a character lies between.
      if (!(Math.abs(bottom - row) <= height / 2)) edges = [];
      row = bottom;
      const last = edges.at(-1);
      if (last === undefined || left >= last) {
        edges.push(left);
        return;
      }
      let low = 0;
      let high = edges.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((edges[middle] ?? 0) <= left) low = middle + 1;
        else high = middle;
      }
      steps += edges.length - low;
      // What is beyond measure need not be counted out.
      if (steps <= mostSteps) edges.splice(low, 0, left);
    },
    steps: () => steps,
  };
}

/** `FPDF_ANNOT_LINK`, `_POPUP`, `_WIDGET`. */
const linkAnnotation = 2;
const popupAnnotation = 16;
const widgetAnnotation = 20;

/** 2,000: the longest choice lists are countries and branches. */
const mostOptions = 2_000;

function readAnnotation(document: PdfDocument, annotation: number, subtype: number, notes: PdfNote[]): void {
  const { pdfium, form } = document;
  const { call } = pdfium;
  const own = (key: string): string =>
    readText(pdfium, (buffer, size) => call.FPDFAnnot_GetStringValue(annotation, keyOf(pdfium, key), buffer, size));
  const note = (role: PdfNote["role"], name: string, text: string): void => {
    if (text.trim() !== "") notes.push({ role, name, text });
  };
  if (subtype === widgetAnnotation) {
    const field = (get: (form: number, annotation: number, buffer: number, size: number) => number): string =>
      form === 0 ? "" : readText(pdfium, (buffer, size) => get(form, annotation, buffer, size));
    const label = field(call.FPDFAnnot_GetFormFieldAlternateName) || own("TU");
    const key = field(call.FPDFAnnot_GetFormFieldName) || own("T");
    const name = label || key;
    const value = field(call.FPDFAnnot_GetFormFieldValue) || own("V");
    // A field that nobody filled in still has a label.
    if (value.trim() !== "" || name.trim() !== "") notes.push({ role: "form", name, key, text: value });
    const fallback = own("DV");
    if (fallback !== value) note("form", name, fallback);
    if (form !== 0) {
      const options = Math.min(call.FPDFAnnot_GetOptionCount(form, annotation), mostOptions);
      for (let index = 0; index < options; index += 1) {
        const option = readText(pdfium, (buffer, size) => call.FPDFAnnot_GetOptionLabel(form, annotation, index, buffer, size));
        if (option !== value) note("form", name, option);
      }
    }
  }
  if (subtype === linkAnnotation) {
    const link = call.FPDFAnnot_GetLink(annotation);
    const action = link === 0 ? 0 : call.FPDFLink_GetAction(link);
    if (action !== 0) note("link", "", actionTarget(document, action));
  }
  const contents = own("Contents");
  if (subtype !== popupAnnotation) note("comment", "", contents);
  const rich = plainText(own("RC"));
  if (rich !== contents) note("comment", "", rich);
  note("comment", "", own("Subj"));
  if (subtype !== widgetAnnotation && subtype !== popupAnnotation) note("comment", "", own("T"));
}

/** An address, or the file that is started. */
function actionTarget(document: PdfDocument, action: number): string {
  const { pdfium, handle } = document;
  const { call } = pdfium;
  const address = readBytes(pdfium, (buffer, size) => call.FPDFAction_GetURIPath(handle, action, buffer, size)).toString("utf8");
  const file = readBytes(pdfium, (buffer, size) => call.FPDFAction_GetFilePath(action, buffer, size)).toString("utf8");
  return `${address}${file}`.replaceAll("\0", "");
}

/** Text of XHTML as notes and XFA forms hold it: tags dropped, a line where a paragraph ends. */
export function plainText(markup: string): string {
  return markup
    .replace(/<\/(?:p|div|li|br)\s*>|<br\s*\/>/gu, "\n")
    .replace(/<[^<>]*>/gu, "")
    .replace(/&(lt|gt|amp|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});/gu, (whole: string, name: string) => {
      const named = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }[name];
      if (named !== undefined) return named;
      const code = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    })
    .trim();
}

export interface PdfBookmark {
  readonly title: string;
  readonly target: string;
  /** From 1; undefined when it points nowhere in the document. */
  readonly page: number | undefined;
}

/** 50,000 bookmarks, 64 levels: the tree may loop. */
const mostBookmarks = 50_000;
const deepestBookmark = 64;

export function readBookmarks(document: PdfDocument): readonly PdfBookmark[] {
  const { pdfium, handle } = document;
  const { call } = pdfium;
  const found: PdfBookmark[] = [];
  const seen = new Set<number>();
  const visit = (parent: number, depth: number): void => {
    let bookmark = call.FPDFBookmark_GetFirstChild(handle, parent);
    while (bookmark !== 0 && !seen.has(bookmark) && found.length < mostBookmarks) {
      seen.add(bookmark);
      const current = bookmark;
      const title = readText(pdfium, (buffer, size) => call.FPDFBookmark_GetTitle(current, buffer, size));
      const action = call.FPDFBookmark_GetAction(current);
      const destination = call.FPDFBookmark_GetDest(handle, current);
      const index = destination === 0 ? -1 : call.FPDFDest_GetDestPageIndex(handle, destination);
      found.push({ title, target: action === 0 ? "" : actionTarget(document, action), page: index < 0 ? undefined : index + 1 });
      if (depth < deepestBookmark) visit(current, depth + 1);
      bookmark = call.FPDFBookmark_GetNextSibling(handle, current);
    }
  };
  visit(0, 0);
  return found;
}

/** Entries of the document information dictionary that people fill in (ISO 32000-2, 14.3.3). */
const infoKeys = ["Title", "Author", "Subject", "Keywords", "Creator", "Producer", "Company", "Manager", "SourceModified"];

/** Name and value of each entry with text; `keys` are those that the file itself has beyond the usual ones. */
export function readInfo(document: PdfDocument, keys: readonly string[]): readonly (readonly [name: string, value: string])[] {
  const { pdfium, handle } = document;
  const read = (key: string): string =>
    withString(pdfium, key, (tag) => readText(pdfium, (buffer, size) => pdfium.call.FPDF_GetMetaText(handle, tag, buffer, size)));
  return [...new Set([...infoKeys, ...keys])].map((key) => [key, read(key)] as const).filter(([, value]) => value.trim() !== "");
}

/** Scripts of the document, and the packets of an XFA form as text. */
export function readScripts(document: PdfDocument): readonly { readonly role: "code" | "form"; readonly text: string }[] {
  const { pdfium, handle } = document;
  const { call } = pdfium;
  const found: { role: "code" | "form"; text: string }[] = [];
  const scripts = Math.min(call.FPDFDoc_GetJavaScriptActionCount(handle), mostOptions);
  for (let index = 0; index < scripts; index += 1) {
    const action = call.FPDFDoc_GetJavaScriptAction(handle, index);
    if (action === 0) continue;
    found.push({ role: "code", text: readText(pdfium, (buffer, size) => call.FPDFJavaScriptAction_GetScript(action, buffer, size)) });
    call.FPDFDoc_CloseJavaScriptAction(action);
  }
  const packets = Math.min(call.FPDF_GetXFAPacketCount(handle), mostOptions);
  for (let index = 0; index < packets; index += 1) {
    const text = readSized(pdfium, (buffer, size, out) => call.FPDF_GetXFAPacketContent(handle, index, buffer, size, out), mostXfa);
    if (text !== undefined) found.push({ role: "form", text: plainText(text.toString("utf8")) });
  }
  return found.filter(({ text }) => text.trim() !== "");
}

/** 16 MiB: a larger XFA packet holds pictures. */
const mostXfa = 16 * 1024 * 1024;

/** For getters that give the size through a pointer. Undefined when it fails, or is larger than `limit`. */
function readSized(pdfium: Pdfium, get: (buffer: number, size: number, out: number) => number, limit: number): Buffer | undefined {
  return withBuffer(pdfium, 8, (out) => {
    memoryOf(pdfium, out, 8).fill(0);
    if (get(0, 0, out) === 0) return undefined;
    const size = memoryOf(pdfium, out, 4).readUInt32LE(0);
    if (size > limit) return undefined;
    if (size === 0) return Buffer.alloc(0);
    return withBuffer(pdfium, size, (pointer) => {
      if (get(pointer, size, out) === 0) return undefined;
      return Buffer.from(memoryOf(pdfium, pointer, size));
    });
  });
}

/** Handles of the files attached to the document as a whole. */
export function listAttachments(document: PdfDocument): readonly number[] {
  const { call } = document.pdfium;
  const count = Math.min(call.FPDFDoc_GetAttachmentCount(document.handle), mostAttachments);
  return Array.from({ length: count }, (_, index) => call.FPDFDoc_GetAttachment(document.handle, index)).filter((handle) => handle !== 0);
}

/** 20,000, as for archives. */
const mostAttachments = 20_000;

export function attachmentName(document: PdfDocument, attachment: number): string {
  return readText(document.pdfium, (buffer, size) => document.pdfium.call.FPDFAttachment_GetName(attachment, buffer, size));
}

/** Bytes of an attachment, decoded; undefined when there are none or more than `limit`. */
export function attachmentBytes(document: PdfDocument, attachment: number, limit: number): Buffer | undefined {
  const { call } = document.pdfium;
  return readSized(document.pdfium, (buffer, size, out) => call.FPDFAttachment_GetFile(attachment, buffer, size, out), limit);
}
