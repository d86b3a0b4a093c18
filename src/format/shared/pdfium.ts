/** What is called of PDFium's C interface, by the names of `fpdfview.h` and its neighbours. Pointers and handles are numbers; 0 is none. */
interface PdfiumExports {
  readonly memory: WebAssemblyMemory;
  malloc(bytes: number): number;
  free(pointer: number): void;
  FPDF_InitLibrary(): void;
  FPDF_LoadMemDocument(bytes: number, size: number, password: number): number;
  FPDF_CloseDocument(document: number): void;
  FPDF_GetLastError(): number;
  FPDF_GetPageCount(document: number): number;
  FPDF_DocumentHasValidCrossReferenceTable(document: number): number;
  FPDF_LoadPage(document: number, index: number): number;
  FPDF_ClosePage(page: number): void;
  FPDF_GetPageWidthF(page: number): number;
  FPDF_GetPageHeightF(page: number): number;
  FPDFPage_Flatten(page: number, flag: number): number;
  FPDF_GetMetaText(document: number, tag: number, buffer: number, size: number): number;
  FPDFText_LoadPage(page: number): number;
  FPDFText_ClosePage(text: number): void;
  FPDFText_CountChars(text: number): number;
  FPDFText_HasUnicodeMapError(text: number, index: number): number;
  FPDFText_GetUnicode(text: number, index: number): number;
  FPDFText_GetText(text: number, start: number, count: number, buffer: number): number;
  FPDFPage_CountObjects(page: number): number;
  FPDFPage_GetObject(page: number, index: number): number;
  FPDFPageObj_GetType(object: number): number;
  FPDFPageObj_GetBounds(object: number, left: number, bottom: number, right: number, top: number): number;
  FPDFFormObj_CountObjects(form: number): number;
  FPDFFormObj_GetObject(form: number, index: number): number;
  FPDFTextObj_GetFont(object: number): number;
  FPDFFont_GetIsEmbedded(font: number): number;
  FPDFPage_GetAnnotCount(page: number): number;
  FPDFPage_GetAnnot(page: number, index: number): number;
  FPDFPage_CloseAnnot(annotation: number): void;
  FPDFAnnot_GetSubtype(annotation: number): number;
  FPDFAnnot_GetObjectCount(annotation: number): number;
  FPDFAnnot_GetObject(annotation: number, index: number): number;
  FPDFAnnot_GetStringValue(annotation: number, key: number, buffer: number, size: number): number;
  FPDFAnnot_GetFileAttachment(annotation: number): number;
  FPDFAnnot_GetFormFieldName(form: number, annotation: number, buffer: number, size: number): number;
  FPDFAnnot_GetFormFieldAlternateName(form: number, annotation: number, buffer: number, size: number): number;
  FPDFAnnot_GetFormFieldValue(form: number, annotation: number, buffer: number, size: number): number;
  FPDFAnnot_GetOptionCount(form: number, annotation: number): number;
  FPDFAnnot_GetOptionLabel(form: number, annotation: number, index: number, buffer: number, size: number): number;
  FPDFAnnot_GetLink(annotation: number): number;
  FPDFLink_GetAction(link: number): number;
  FPDFAction_GetURIPath(document: number, action: number, buffer: number, size: number): number;
  FPDFAction_GetFilePath(action: number, buffer: number, size: number): number;
  FPDFBookmark_GetFirstChild(document: number, bookmark: number): number;
  FPDFBookmark_GetNextSibling(document: number, bookmark: number): number;
  FPDFBookmark_GetTitle(bookmark: number, buffer: number, size: number): number;
  FPDFBookmark_GetAction(bookmark: number): number;
  FPDFBookmark_GetDest(document: number, bookmark: number): number;
  FPDFDest_GetDestPageIndex(document: number, destination: number): number;
  FPDFDoc_GetAttachmentCount(document: number): number;
  FPDFDoc_GetAttachment(document: number, index: number): number;
  FPDFAttachment_GetName(attachment: number, buffer: number, size: number): number;
  FPDFAttachment_GetFile(attachment: number, buffer: number, size: number, outSize: number): number;
  FPDFDoc_GetJavaScriptActionCount(document: number): number;
  FPDFDoc_GetJavaScriptAction(document: number, index: number): number;
  FPDFDoc_CloseJavaScriptAction(action: number): void;
  FPDFJavaScriptAction_GetScript(action: number, buffer: number, size: number): number;
  FPDF_StructTree_GetForPage(page: number): number;
  FPDF_StructTree_Close(tree: number): void;
  FPDF_StructTree_CountChildren(tree: number): number;
  FPDF_StructTree_GetChildAtIndex(tree: number, index: number): number;
  FPDF_StructElement_CountChildren(element: number): number;
  FPDF_StructElement_GetChildAtIndex(element: number, index: number): number;
  FPDF_StructElement_GetAltText(element: number, buffer: number, size: number): number;
  FPDF_StructElement_GetActualText(element: number, buffer: number, size: number): number;
  FPDF_StructElement_GetTitle(element: number, buffer: number, size: number): number;
  FPDF_GetXFAPacketCount(document: number): number;
  FPDF_GetXFAPacketContent(document: number, index: number, buffer: number, size: number, outSize: number): number;
  FPDFDOC_InitFormFillEnvironment(document: number, info: number): number;
  FPDFDOC_ExitFormFillEnvironment(form: number): void;
}
interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** An instance of PDFium with its own memory. Any call may throw once the document makes it abort; it is dead from then on. */
export interface Pdfium {
  readonly call: PdfiumExports;
  /** Set when it asked for more memory than it may have: then an abort means `out-of-memory`. */
  refused: boolean;
  dead: boolean;
  busy: boolean;
  /** `scratchSize` bytes of its memory for short answers; 0 before the first. */
  scratch: number;
  /** Keys of dictionaries that lie in its memory, ended with a zero, for as long as it lives. */
  readonly keys: Map<string, number>;
}

/**
 * 256 MiB for all instances of this thread: PDFium's own bound is 2 GiB, and two workers and the rest of the process need room below 1 GiB.
 * The file of 1,307 pages takes 17 MiB, a page of 300,000 text objects 150.
 */
const memoryLimit = 256 * 1024 * 1024;

/** 96 MiB: WebAssembly memory never shrinks, so an instance that grew beyond this is dropped after its document. */
const keepBelow = 96 * 1024 * 1024;

/** WebAssembly's unit of growth. */
const wasmPage = 65536;

/** Compiling takes 100 ms, so instances are kept for the thread's next documents; they hold nothing of a document that was closed. */
const instances: Pdfium[] = [];

/** An instance for one document; a document inside another one gets its own, so that its failure cannot take the outer one with it. */
export async function leasePdfium(): Promise<Pdfium> {
  const free = instances.find((instance) => !instance.busy);
  if (free !== undefined) {
    free.busy = true;
    return free;
  }
  const { PDFiumModule } = await import("@hyzyla/pdfium");
  const quiet = { print: (): void => undefined, printErr: (): void => undefined };
  const loaded: unknown = await PDFiumModule(quiet as Parameters<typeof PDFiumModule>[0]);
  const call = (loaded as { readonly wasmExports: PdfiumExports }).wasmExports;
  const instance: Pdfium = { call, refused: false, dead: false, busy: true, scratch: 0, keys: new Map() };
  // The module declares 2 GiB; its JavaScript half grows memory through this object, so the bound can be set here.
  const grow = call.memory.grow.bind(call.memory);
  call.memory.grow = (pages: number): number => {
    const held = instances.reduce((sum, other) => sum + other.call.memory.buffer.byteLength, 0);
    if (held + pages * wasmPage > memoryLimit) {
      instance.refused = true;
      throw new RangeError("memory limit");
    }
    return grow(pages);
  };
  call.FPDF_InitLibrary();
  instances.push(instance);
  return instance;
}

/** Gives an instance back after its document is closed; a dead or a grown one is dropped with its memory. */
export function releasePdfium(instance: Pdfium): void {
  instance.busy = false;
  if (instance.dead || instance.call.memory.buffer.byteLength > keepBelow) {
    const at = instances.indexOf(instance);
    if (at !== -1) instances.splice(at, 1);
  }
}

/** Calls with a buffer of `bytes`, freed afterwards; not after an abort, when nothing may be called any more. */
export function withBuffer<Value>(pdfium: Pdfium, bytes: number, use: (pointer: number) => Value): Value {
  const pointer = allocate(pdfium, bytes);
  const value = use(pointer);
  pdfium.call.free(pointer);
  return value;
}

function allocate(pdfium: Pdfium, bytes: number): number {
  const pointer = pdfium.call.malloc(bytes);
  if (pointer !== 0) return pointer;
  pdfium.refused = true;
  throw new RangeError("no memory for a buffer");
}

/** Bytes of the instance's memory, to be used before the next call: growth moves it. */
export function memoryOf(pdfium: Pdfium, pointer: number, bytes: number): Buffer {
  return Buffer.from(pdfium.call.memory.buffer, pointer, bytes);
}

/** A text for PDFium, as it wants it: ended with a zero. */
export function withString<Value>(pdfium: Pdfium, text: string, use: (pointer: number) => Value): Value {
  const bytes = Buffer.from(`${text}\0`);
  return withBuffer(pdfium, bytes.length, (pointer) => {
    memoryOf(pdfium, pointer, bytes.length).set(bytes);
    return use(pointer);
  });
}

/** Pointer to a key of a dictionary, kept with the instance: a page of fields asks for the same ones again and again. */
export function keyOf(pdfium: Pdfium, key: string): number {
  const known = pdfium.keys.get(key);
  if (known !== undefined) return known;
  const bytes = Buffer.from(`${key}\0`);
  const pointer = allocate(pdfium, bytes.length);
  memoryOf(pdfium, pointer, bytes.length).set(bytes);
  pdfium.keys.set(key, pointer);
  return pointer;
}

/** 4 MiB: no title, field or note is longer; a script may be, and is cut. */
const longestString = 4 * 1024 * 1024;

/** 1 KiB: nearly all names, addresses and values of fields are shorter. */
const scratchSize = 1024;

/** What a getter of PDFium gives; asked a second time only when it is longer than the scratch. Empty when there is nothing. */
export function readBytes(pdfium: Pdfium, get: (buffer: number, size: number) => number): Buffer {
  if (pdfium.scratch === 0) pdfium.scratch = allocate(pdfium, scratchSize);
  const size = get(pdfium.scratch, scratchSize);
  if (size <= 0 || size > longestString) return Buffer.alloc(0);
  if (size <= scratchSize) return Buffer.from(memoryOf(pdfium, pdfium.scratch, size));
  return withBuffer(pdfium, size, (pointer) => {
    get(pointer, size);
    return Buffer.from(memoryOf(pdfium, pointer, size));
  });
}

/** A string of PDFium: UTF-16LE, ended with a zero. */
export function readText(pdfium: Pdfium, get: (buffer: number, size: number) => number): string {
  const bytes = readBytes(pdfium, get);
  // Two bytes are the zero alone.
  if (bytes.length <= 2) return "";
  const text = bytes.toString("utf16le");
  return text.endsWith("\0") ? text.slice(0, -1) : text;
}
