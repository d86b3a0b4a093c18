import { isUtf8 } from "node:buffer";
import type { Budget, Chunk, Extracted, Location, Role, Table } from "../../model/chunk.ts";
import type { FailureCode } from "../../model/failure.ts";
import { textOf } from "./xml.ts";

/** Where a line stands: `mark` is what it was added with, `column` counts cells from 1. */
export type Place = (mark: number, column: number) => Location;

/** Gathers what an extractor has to give, between two pulls of its generator. */
export interface Sink {
  readonly budget: Budget;
  readonly path: string;
  /** False once a limit is spent: nothing more is taken. */
  readonly open: boolean;
  chunk(chunk: Chunk): void;
  failure(code: FailureCode, detail: string, partial: boolean): void;
  /** Tells a partial failure once and takes nothing more. */
  stop(code: FailureCode, detail: string): void;
  item(item: Extracted): void;
  /** `id`, or `id-2` when a flow of that name was asked for before: a damaged package may hold a part twice. */
  unique(id: string): string;
  /** What has gathered, once. */
  drain(): readonly Extracted[];
}

/** A run of lines and rows that read on from each other. All strings are byte strings (see xml.ts). */
export interface Flow {
  readonly id: string;
  readonly roles: readonly [Role, ...Role[]];
  /** A paragraph; its own line ends are kept. Empty ones are left out. */
  line(text: string, mark: number): void;
  /** Begins a table; rows come next. */
  table(id: string, title?: string): void;
  /** Tabs and line ends inside a cell become spaces. `jumps`: pairs of index in `cells` and the column it really is. */
  row(cells: readonly string[], mark: number, jumps?: readonly (readonly [index: number, column: number])[]): void;
  endTable(): void;
  /** Gives what is held; the flow may go on. */
  flush(): void;
}

/** What a flow is made of. */
export interface FlowOptions {
  readonly id: string;
  readonly roles: readonly [Role, ...Role[]];
  readonly place: Place;
  readonly page?: number;
  /** Columns count the characters of a line, from 1; those of a cell from where `jumps` says that it begins. */
  readonly characters?: true;
}

/** 16 KiB: a chunk is cut at the first end of a line behind it. */
const chunkLength = 16 * 1024;
/** 48 KiB: a longer line is cut between characters, and a table gives its first chunk even if its head is not complete. */
const lineLimit = 48 * 1024;
/** 256 KiB: a longer row is told cell by cell as lines. */
const rowLimit = 256 * 1024;
/** Rows of a table that may name its columns. */
const headRows = 15;
/** Characters of a cell in the head: a column's name is short. */
const headCell = 200;

/** A sink for one extraction. */
export function createSink(budget: Budget, path: string): Sink {
  let items: Extracted[] = [];
  let open = true;
  const asked = new Map<string, number>();
  const sink: Sink = {
    budget,
    path,
    get open(): boolean {
      return open;
    },
    chunk(chunk): void {
      if (!open) return;
      if (chunk.content.kind === "utf8" && !budget.take("characters", chunk.content.bytes.length)) {
        sink.stop("too-large", "limit of characters reached");
        return;
      }
      items.push({ type: "chunk", chunk });
    },
    failure(code, detail, partial): void {
      items.push({ type: "failure", failure: { stage: "extract", code, path, detail, partial } });
    },
    stop(code, detail): void {
      if (!open) return;
      open = false;
      sink.failure(code, detail, true);
    },
    item(item): void {
      items.push(item);
    },
    unique(id): string {
      const count = (asked.get(id) ?? 0) + 1;
      asked.set(id, count);
      return count === 1 ? id : `${id}-${count}`;
    },
    drain(): readonly Extracted[] {
      if (items.length === 0) return items;
      const ready = items;
      items = [];
      return ready;
    },
  };
  return sink;
}

/** A flow that gives its chunks to `sink`. */
export function createFlow(sink: Sink, options: FlowOptions): Flow {
  const { id, roles, place, page } = options;
  let parts: string[] = [];
  let length = 0;
  let start = 0;
  let starts: number[] = [];
  let marks: number[] = [];
  let jumped: (readonly [offset: number, column: number])[] = [];
  let table: { readonly id: string; readonly title: string | undefined; head: string[][]; rows: number; frozen: boolean } | undefined;
  let firstRow = 1;

  function flush(): void {
    if (length === 0) return;
    const bytes = Buffer.from(parts.join(""), "latin1");
    const where = { starts, marks, jumped };
    let told: Table | undefined;
    if (table !== undefined) {
      table.frozen = true;
      told = {
        id: table.id,
        ...(table.title === undefined ? {} : { title: table.title }),
        separator: "\t",
        row: firstRow,
        head: table.head,
      };
      firstRow = table.rows + 1;
    }
    const valid = isUtf8(bytes) ? bytes : sameLength(bytes);
    sink.chunk({
      content: {
        kind: "utf8",
        bytes: valid,
        locate: (offset) => locate(valid, offset, where, place, told !== undefined, options.characters),
      },
      flow: id,
      start,
      roles,
      ...(page === undefined ? {} : { page }),
      ...(told === undefined ? {} : { table: told }),
    });
    start += bytes.length;
    parts = [];
    length = 0;
    starts = [];
    marks = [];
    jumped = [];
  }

  function add(text: string, mark: number): void {
    starts.push(length);
    marks.push(mark);
    parts.push(text, "\n");
    length += text.length + 1;
  }

  const flow: Flow = {
    id,
    roles,
    line(text, mark): void {
      if (text === "" || !sink.open) return;
      if (text.length > lineLimit) {
        for (const piece of cut(text)) {
          starts.push(length);
          marks.push(mark);
          parts.push(piece);
          length += piece.length;
          flush();
        }
        parts.push("\n");
        starts.push(length);
        marks.push(mark);
        length += 1;
        return;
      }
      add(text, mark);
      if (length >= chunkLength) flush();
    },
    table(name, title): void {
      flush();
      table = { id: name, title: title === undefined ? undefined : textOf(title), head: [], rows: 0, frozen: false };
      firstRow = 1;
    },
    row(cells, mark, jumps): void {
      if (!sink.open) return;
      if (!sink.budget.take("cells", cells.length)) {
        flush();
        sink.stop("too-large", "limit of cells reached");
        return;
      }
      let total = 0;
      for (const cell of cells) total += cell.length + 1;
      if (total > rowLimit && table !== undefined) {
        const { id: tableId, title } = table;
        flush();
        table = undefined;
        for (const cell of cells) flow.line(cell, mark);
        flow.table(`${tableId}+`, title);
        return;
      }
      if (jumps !== undefined) {
        let offset = length;
        let index = 0;
        for (const [at, column] of jumps) {
          for (; index < at; index++) offset += (cells[index]?.length ?? 0) + 1;
          jumped.push([offset, column - at]);
        }
      }
      add(rowText(cells), mark);
      if (table !== undefined) {
        table.rows++;
        if (!table.frozen && table.head.length < headRows) table.head.push(cells.map((cell) => textOf(oneLine(cell)).slice(0, headCell)));
        if (length >= chunkLength && (table.frozen || table.head.length === headRows || length >= lineLimit)) flush();
      }
    },
    endTable(): void {
      flush();
      table = undefined;
    },
    flush,
  };
  return flow;
}

/** One line of cells between tabs. */
export function rowText(cells: readonly string[]): string {
  const text = cells.join("\t");
  // Cells seldom hold tabs: looked for once in the row, not in each cell.
  let tabs = 0;
  for (let at = text.indexOf("\t"); at >= 0; at = text.indexOf("\t", at + 1)) tabs++;
  return tabs === cells.length - 1 && !text.includes("\n") && !text.includes("\r") ? text : cells.map(oneLine).join("\t");
}

function oneLine(text: string): string {
  return /[\t\r\n]/.test(text) ? text.replace(/[\t\r\n]/g, " ") : text;
}

function locate(
  bytes: Uint8Array,
  offset: number,
  where: {
    readonly starts: readonly number[];
    readonly marks: readonly number[];
    readonly jumped: readonly (readonly [offset: number, column: number])[];
  },
  place: Place,
  cells: boolean,
  characters: true | undefined,
): Location {
  let low = 0;
  let high = where.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((where.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  let column = 1;
  if (cells) {
    const start = where.starts[low] ?? 0;
    for (let at = start; at < offset; at++) if (bytes[at] === 9) column++;
    column += where.jumped.findLast(([from]) => from >= start && from <= offset)?.[1] ?? 0;
  }
  if (characters === true) {
    let start = where.starts[low] ?? 0;
    if (cells) for (let at = start; at < offset; at++) if (bytes[at] === 9) start = at + 1;
    column += Buffer.from(bytes.subarray(start, offset)).toString().length;
  }
  return place(where.marks[low] ?? 1, column);
}

/** Pieces of at most `lineLimit` bytes, cut between characters. */
function* cut(text: string): Generator<string, void> {
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + lineLimit);
    while (end < text.length && end > at + lineLimit - 4 && (text.charCodeAt(end) & 0xc0) === 0x80) end--;
    yield text.slice(at, end);
    at = end;
  }
}

/** Bytes that are no UTF-8 become `?`: offsets of the rows stay true. */
function sameLength(bytes: Buffer): Buffer {
  const out = Buffer.from(bytes);
  for (let at = 0; at < out.length;) {
    const lead = out[at] ?? 0;
    const size = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    if (size === 1) at++;
    else if (size > 1 && isUtf8(out.subarray(at, at + size)) && at + size <= out.length) at += size;
    else {
      out[at] = 63;
      at++;
    }
  }
  return out;
}
