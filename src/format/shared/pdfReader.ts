import type { Extracted, ExtractInput } from "../../model/chunk.ts";
import type { FailureCode } from "../../model/failure.ts";
import type { FlowWriter } from "./pdfChunks.ts";
import { closePdf, openPdf } from "./pdfDocument.ts";
import type { PdfDocument } from "./pdfDocument.ts";
import { leasePdfium, releasePdfium } from "./pdfium.ts";
import type { Pdfium } from "./pdfium.ts";
import type { PdfScan } from "./pdfScan.ts";
import { openSecond } from "./pdfSecond.ts";
import type { SecondReader } from "./pdfSecond.ts";

/** 128 MiB: half of the memory PDFium may have, which holds the file and what it makes of it. */
export const largestFile: number = 128 * 1024 * 1024;

/** What is known of the file while it is read. */
export interface PdfFile {
  readonly input: ExtractInput;
  data: Buffer;
  /** Bytes of the file as it came. */
  readonly length: number;
  /** It has a new end, since its own is missing. */
  repaired: boolean;
  readonly scan: PdfScan;
  readonly failure: (code: FailureCode, detail: string, partial: boolean) => Extracted;
  readonly flows: FlowWriter;
  /** Opened when a page first needs it. */
  second: SecondReader | "corrupt" | "encrypted" | undefined;
}

/** PDFium with the document open. */
export interface PdfReader {
  pdfium: Pdfium;
  document: PdfDocument;
}

/** `corrupt` also when there is a document without pages. */
export async function openReader({ data, input }: PdfFile): Promise<PdfReader | "encrypted" | "corrupt" | "out-of-memory"> {
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

/** Gives the instance back, dead or alive. */
export function closeReader({ pdfium, document }: PdfReader): void {
  attempt(pdfium, () => closePdf(document));
  releasePdfium(pdfium);
}

/** The second engine, opened once; not for what would take it the square of its nesting. */
export async function second(file: PdfFile): Promise<SecondReader | undefined> {
  if (file.scan.nested) file.second ??= "corrupt";
  file.second ??= await openSecond(file.data, file.input.passwords);
  return typeof file.second === "object" ? file.second : undefined;
}

/** Calls PDFium; an abort kills the instance and becomes a failure's code. */
export function attempt<Value>(
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

/** Makes failures of this stage for one entry. */
export function failureFor(path: string): (code: FailureCode, detail: string, partial: boolean) => Extracted {
  return (code, detail, partial) => ({ type: "failure", failure: { stage: "extract", code, path, detail, partial } });
}
