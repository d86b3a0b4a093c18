import type { Chunk, Location, Table } from "../../model/chunk.ts";
import { jsonRecords } from "./jsonRecords.ts";
import { sqlRecords } from "./sqlRecords.ts";

/** A value in a text that holds records: its key, the value without quotes, and where it begins (UTF-16). */
export interface RecordCell {
  readonly key: string;
  readonly text: string;
  readonly at: number;
  /** Where characters of the source are left out: from that place of the text on, so many in all (UTF-16). */
  readonly gaps?: readonly (readonly [from: number, lost: number])[];
}

/** What a text holds: rows by table, and the stretches (UTF-16, half-open) that are no row, in order. */
export interface TextRecords {
  readonly texts: readonly { readonly from: number; readonly to: number }[];
  /** `head`: names of the columns, and perhaps a row of comments on them; none where nothing names them. */
  readonly tables: readonly { readonly head: readonly (readonly string[])[]; readonly rows: readonly (readonly RecordCell[])[] }[];
}

/** Bytes of the largest text that is held in memory for its records; larger ones are read as they lie. */
export const MOST_RECORD_BYTES: number = 32 * 1024 * 1024;
/** Characters of a JSON text that is read as records though no key comes twice: one customer's answer from a service. */
const SINGLE = 64 * 1024;
/** Rows of a table's head. */
const HEAD_ROWS = 15;
/** Characters in one chunk. */
const CHUNK = 16 * 1024;

/** Whether the begin of a text looks as if it held records, so that all of it is worth reading. `whole`: there is no more of it. */
export function mayHoldRecords(head: string, whole: boolean): boolean {
  if (/^\ufeff?\s*\[\s*\[\s*"/.test(head)) return true;
  const json = /^\ufeff?\s*(?:\[\s*)?\{\s*"((?:[^"\\]|\\[^]){1,64})"\s*:/.exec(head);
  if (json !== null) {
    if (whole && head.length <= SINGLE && /[\u4e00-\u9fff]/.test(head)) return true;
    const keys = new Map<string, number>();
    for (const [, key = ""] of head.matchAll(/\{\s*"((?:[^"\\]|\\[^]){1,64})"\s*:/g)) {
      const times = (keys.get(key) ?? 0) + 1;
      if (times > 1) return true;
      keys.set(key, times);
    }
    return false;
  }
  return /\b(?:INSERT|REPLACE|UPSERT)\s+(?:(?:IGNORE|OVERWRITE)\s+)?(?:INTO\b|TABLE\b|\[)|\bCOPY\s+\S{1,128}\s*\(|\bCREATE\s+TABLE\b/i.test(
    head,
  );
}

/**
 * A text's records as chunks: rows as lines of cells, so that columns have names, and the rest as text. Everything in the text is in one of
 * them. Undefined when it holds none after all.
 */
export function* recordChunks(text: string): Generator<Chunk, boolean> {
  const records = /^\ufeff?\s*[[{]/.test(text) ? jsonRecords(text) : sqlRecords(text);
  if (records === undefined) return false;
  const lines = lineStarts(text);
  const locate = (at: number): Location => locationOf(lines, at);
  yield* textChunks(text, records.texts, locate);
  for (const [index, { head, rows }] of records.tables.entries()) {
    let start = 0;
    for (let from = 0; from < rows.length;) {
      let to = from;
      for (let size = 0; to < rows.length && size < CHUNK; to++) {
        for (const cell of rows[to] ?? []) size += cell.text.length + 1;
      }
      const table = { id: `records${index + 1}`, separator: "\t", row: head.length + 1 + from, head: withRows(head, rows) };
      const made = rowsChunk(rows.slice(from, to), table, start, locate);
      start += made.bytes;
      yield made.chunk;
      from = to;
    }
  }
  return true;
}

/** A table's head: its names, which are no rows of the text, and the first rows. */
function withRows(head: readonly (readonly string[])[], rows: readonly (readonly RecordCell[])[]): readonly (readonly string[])[] {
  return [...head, ...rows.slice(0, HEAD_ROWS - head.length).map((row) => row.map(({ text }) => text))];
}

/** The stretches one after another, cut into chunks; a statement's begin comes a hundred thousand times, so they are not chunks each. */
function* textChunks(text: string, stretches: TextRecords["texts"], locate: (at: number) => Location): Generator<Chunk> {
  let start = 0;
  let parts: string[] = [];
  let places: { offset: number; at: number }[] = [];
  let size = 0;
  const made = (): Chunk => {
    const bytes = Buffer.from(parts.join(""), "utf8");
    const known = places;
    const chunk: Chunk = {
      content: {
        kind: "utf8",
        bytes,
        locate(place) {
          const part = lastBefore(known, place);
          return locate(part === undefined ? 0 : part.at + bytes.toString("utf8", part.offset, place).length);
        },
      },
      flow: "body",
      start,
      roles: ["body"],
    };
    start += bytes.length;
    parts = [];
    places = [];
    size = 0;
    return chunk;
  };
  let offset = 0;
  for (const stretch of stretches) {
    for (let from = stretch.from; from < stretch.to;) {
      let to = Math.min(stretch.to, from + CHUNK);
      if (to < stretch.to && isLow(text.charCodeAt(to))) to -= 1;
      const part = text.slice(from, to);
      places.push({ offset, at: from });
      parts.push(part);
      offset += Buffer.byteLength(part);
      size += part.length;
      from = to;
      if (size < CHUNK) continue;
      offset = 0;
      yield made();
    }
  }
  if (parts.length > 0) yield made();
}

function rowsChunk(
  rows: readonly (readonly RecordCell[])[],
  table: Table,
  start: number,
  locate: (at: number) => Location,
): { chunk: Chunk; bytes: number } {
  const cells: { readonly offset: number; readonly at: number; readonly gaps: RecordCell["gaps"] }[] = [];
  let offset = 0;
  const content = rows
    .map((row) => {
      const line = row
        .map((cell) => {
          const text = cell.text.replace(/[\t\r\n\u2028\u2029]/g, " ");
          cells.push({ offset, at: cell.at, gaps: cell.gaps });
          offset += Buffer.byteLength(text) + 1;
          return text;
        })
        .join("\t");
      if (row.length === 0) offset += 1;
      return `${line}\n`;
    })
    .join("");
  const bytes = Buffer.from(content, "utf8");
  return {
    bytes: bytes.length,
    chunk: {
      content: {
        kind: "utf8",
        bytes,
        locate(place) {
          const cell = lastBefore(cells, place);
          if (cell === undefined) return locate(0);
          const within = bytes.toString("utf8", cell.offset, place).length;
          return locate(cell.at + within + (cell.gaps?.findLast(([from]) => from <= within)?.[1] ?? 0));
        },
      },
      flow: table.id,
      start,
      roles: ["body"],
      table,
    },
  };
}

/** The last cell that begins at or before a place. */
function lastBefore<Cell extends { readonly offset: number }>(cells: readonly Cell[], place: number): Cell | undefined {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cells[middle]?.offset ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return cells[low - 1];
}

function lineStarts(text: string): Uint32Array {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  const starts = new Uint32Array(count);
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts[line++] = at + 1;
  return starts;
}

function locationOf(starts: Uint32Array, at: number): Location {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return { kind: "line", line: low, column: at - (starts[low - 1] ?? 0) + 1 };
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
