import { Buffer } from "node:buffer";
import type { Chunk, Location, Table } from "../model/chunk.ts";
import { type ByteEncoding, decode } from "../util/decode.ts";
import { splitRow } from "../util/row.ts";
import type { TextChunk } from "./contract.ts";
import { type ColumnLexicon, peopleBeside } from "./table.ts";

/** 64 KiB: a sheet with a person in each column is small. */
const LARGEST = 64 * 1024;
/** Rows of a table that may name its columns. */
const HEAD_ROWS = 15;
/** People from which on columns are people; a form has one. */
const PEOPLE = 2;

/** A cell of the sheet as it is turned: where it stands in the turned text and in the other, in bytes. */
interface Turned {
  readonly start: number;
  readonly from: number;
}

/**
 * A small sheet whose names stand at the left, with a person in each further column, turned so that it is a table like any other; every place
 * is told where it stands in the sheet. Undefined for any other chunk.
 */
export function turned(chunk: TextChunk, lexicon: ColumnLexicon): TextChunk | undefined {
  const { content, table } = chunk;
  if (table === undefined || !mayTurn(table, content.bytes.length, lexicon)) return undefined;
  return turn(chunk, table, content.bytes, "utf8", (offset) => content.locate(offset));
}

/** The same of text as it lies in a file. */
export async function turnedRange(chunk: Chunk, lexicon: ColumnLexicon): Promise<TextChunk | undefined> {
  const { content, table } = chunk;
  if (content.kind !== "range" || table === undefined || !mayTurn(table, content.length, lexicon)) return undefined;
  const [encoding] = content.encodings;
  if (encoding === "utf16le" || encoding === "utf16be" || content.from > LARGEST) return undefined;
  const bytes = new Uint8Array(content.from + content.length);
  const count = await content.source.read(bytes, 0);
  const used = bytes.subarray(content.from, count);
  return turn(chunk, table, used, encoding, (offset) => {
    const at = content.from + offset;
    const line = bytes.subarray(0, at).lastIndexOf(10) + 1;
    let lines = 1;
    for (let feed = bytes.indexOf(10); feed >= 0 && feed < at; feed = bytes.indexOf(10, feed + 1)) lines++;
    return { kind: "line", line: lines, column: decode(bytes, line, at, encoding).text.length + 1 };
  });
}

function mayTurn(table: Table, length: number, lexicon: ColumnLexicon): boolean {
  return table.row === 1 && length <= LARGEST && peopleBeside(table.head, lexicon) >= PEOPLE;
}

function turn(
  chunk: Chunk,
  table: Table,
  bytes: Uint8Array,
  encoding: ByteEncoding,
  locate: (offset: number) => Location,
): TextChunk | undefined {
  const decoded = decode(bytes, 0, bytes.length, encoding);
  const rows: { readonly text: string; readonly from: number }[][] = [];
  let width = 0;
  let at = 0;
  for (const line of decoded.text.split("\n")) {
    const cells = splitRow(line.replace(/\r$/, ""), table.separator).map(({ text, start }) => {
      const trimmed = text.trim();
      const from = at + start + Math.max(0, line.slice(start).indexOf(trimmed));
      return { text: trimmed.replace(/\s/g, " "), from: decoded.offsetOf(from) };
    });
    if (line.trim() !== "") rows.push(cells);
    width = Math.max(width, cells.length);
    at += line.length + 1;
  }
  const places: Turned[] = [];
  const lines: string[] = [];
  const head: string[][] = [];
  let start = 0;
  for (let column = 0; column < width; column++) {
    const texts = rows.map((row) => row[column]?.text ?? "");
    if (texts.every((text) => text === "")) continue;
    for (const [index, text] of texts.entries()) {
      places.push({ start, from: rows[index]?.[column]?.from ?? 0 });
      start += Buffer.byteLength(text) + 1;
    }
    lines.push(texts.join("\t"));
    if (head.length < HEAD_ROWS) head.push(texts);
  }
  return {
    content: {
      kind: "utf8",
      bytes: Buffer.from(`${lines.join("\n")}\n`),
      locate(offset) {
        const place = places.findLast((one) => one.start <= offset);
        return locate(Math.min(bytes.length, (place?.from ?? 0) + offset - (place?.start ?? 0)));
      },
    },
    // What it was made of is not in its flow: nothing reads on from it.
    flow: `${chunk.flow}~${table.id}`,
    start: 0,
    roles: chunk.roles,
    ...(chunk.page === undefined ? {} : { page: chunk.page }),
    table: { ...table, id: `${table.id}~`, separator: "\t", head },
  };
}
