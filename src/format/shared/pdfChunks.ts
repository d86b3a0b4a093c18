import type { Chunk, Extracted, Location, Role, Table } from "../../model/chunk.ts";
import { plainText } from "./pdfDocument.ts";
import type { PdfNote } from "./pdfDocument.ts";
import { pdfLines } from "./pdfText.ts";
import type { PdfLine } from "./pdfText.ts";

/** Bytes: a chunk is cut between lines near this length. */
const chunkLength = 32 * 1024;

/** Writes flows piece by piece. */
export interface FlowWriter {
  /** Chunks of at most some 32 KiB, cut between lines, that continue the flow. */
  chunks(flow: string, roles: readonly [Role, ...Role[]], lines: readonly PdfLine[], page: number | undefined): Iterable<Extracted>;
}

/** With all flows at their begin. */
export function flowWriter(): FlowWriter {
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

/** Notes of a page, one chunk for each role; a form is a table whose columns are the fields: their names, and what is in them. */
export function* noteChunks(flows: FlowWriter, notes: readonly PdfNote[], page: number): Iterable<Extracted> {
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
  const said = fields.map(({ name, key = "" }) => (name.includes(key) ? name : `${name} (${key})`));
  const bytes = Buffer.concat([rowBytes(said).bytes, rowBytes(fields.map((field) => field.text)).bytes]);
  const table: Table = { id: `form${page}`, separator: "\t", row: 1, head: [names] };
  const locate = (): Location => ({ kind: "page", page });
  return chunkOf({ content: { kind: "utf8", bytes, locate }, flow: `form${page}`, start: 0, roles: ["form"], page, table });
}

/** Properties are a table of one row whose columns are their names. */
export function propertyChunk(properties: readonly (readonly [name: string, value: string])[]): Extracted {
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

/** Values of metadata packets: what stands between tags, and in the attributes of descriptions. */
export function* metadataChunks(flows: FlowWriter, packets: readonly string[]): Iterable<Extracted> {
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
