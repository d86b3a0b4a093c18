import { isUtf8 } from "node:buffer";
import { toByteString } from "../util/path.ts";
import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { memorySource, readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import type { Sink } from "./shared/flow.ts";
import { innerEntry } from "./shared/inner.ts";
import { printableRuns } from "./shared/printable.ts";
import { isSqliteLog, logHeader, openSqlite, sqliteLogEnd, sqlitePageSize } from "./shared/sqliteFile.ts";
import type { SqliteFile, SqliteRow, SqliteValue } from "./shared/sqliteFile.ts";
import { parseColumns } from "./shared/sqliteSchema.ts";

/** 16,384 pages that no table holds are looked through. */
const freeLimit = 16_384;
/** 1 MiB of a log or journal without its database at a time. */
const step = 1024 * 1024;
/** 4 KiB: a run that lies across two blocks is told whole in the second. */
const overlap = 4096;
/** A blob that begins like one of these is a file of its own. */
const files =
  /^(?:PK\x03\x04|%PDF-|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\{\\rtf|\xff\xd8\xff|\x89PNG|GIF8|\x1f\x8b\x08|7z\xbc\xaf|Rar!|SQLite format 3\0|II\*\0|MM\0\*)/;

/**
 * SQLite databases with their write-ahead log, page by page by an own reader: nothing is locked, no file is left beside them. Tables with their
 * columns, text that is left in pages given free, files kept in blobs. A log or journal is read with its database, or alone when that is gone.
 */
export const sqlite: Extractor = {
  id: "sqlite",
  title: { zh: "SQLite 数据库", en: "SQLite database" },
  version: 3,
  access: "any",
  streaming: true,
  accepts: ({ head, name }) => sqlitePageSize(head) !== undefined || isSqliteLog(head) || isJournal(head, name) || isIndex(head, name),
  extract,
};

/** A rollback journal that holds pages as they were; one that is kept after a commit begins with zeros. */
function isJournal(head: Uint8Array, name: string): boolean {
  const begin = Buffer.from(head.subarray(0, 8)).toString("hex");
  return begin === "d9d505f920a163d7" || (name.endsWith("-journal") && head.length >= 100 && begin === "0".repeat(16));
}

/** The index of a write-ahead log: numbers of pages, no text. */
function isIndex(head: Uint8Array, name: string): boolean {
  return name.endsWith("-shm") && Buffer.from(head.subarray(0, 4)).toString("hex") === "18e22d00";
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const head = await readRange(input.bytes, 0, 100);
  const name = input.entry.path.slice(Math.max(input.entry.path.lastIndexOf("/"), input.entry.path.lastIndexOf("\\")) + 1);
  if (sqlitePageSize(head) === undefined) {
    if (isSqliteLog(head)) yield* readAlone(input, sink, name);
    else if (isJournal(head, name)) yield* readLeftovers(input, sink, "deleted");
    yield* sink.drain();
    return;
  }
  const log = usesLog(head) ? await input.sibling?.(`${name}-wal`) : undefined;
  try {
    const told = new Set<string>();
    const database = await openSqlite(input.bytes, log, (detail) => {
      if (!told.has(detail)) sink.failure("corrupt", detail, true);
      told.add(detail);
    });
    if (database === undefined) sink.failure("corrupt", "no database can be read", false);
    else yield* readDatabase(input, sink, database);
  } finally {
    await log?.close();
  }
  if (input.signal.aborted) sink.failure("interrupted", "interrupted between rows", true);
  yield* sink.drain();
}

async function* readDatabase(input: ExtractInput, sink: Sink, database: SqliteFile): AsyncGenerator<Extracted, void> {
  const tables: { readonly name: string; readonly root: number; readonly statement: string }[] = [];
  const schema = createFlow(sink, { id: "schema", roles: ["code"], place: () => ({ kind: "property", name: "schema" }) });
  for await (const { values } of database.rows(1)) {
    const [type, name, , root, statement] = values;
    if (typeof statement === "string") schema.line(toByteString(statement), 0);
    if (type === "table" && typeof name === "string" && typeof root === "number" && root > 0) {
      tables.push({ name, root, statement: typeof statement === "string" ? statement : "" });
    }
  }
  schema.flush();
  yield* sink.drain();
  for (const table of tables) {
    if (!sink.open || input.signal.aborted) return;
    yield* readTable(input, sink, database, table);
  }
  const free = createFlow(sink, { id: "free", roles: ["deleted"], place: () => ({ kind: "property", name: "free pages" }) });
  for await (const page of database.freePages(freeLimit)) {
    for (const run of printableRuns(page)) free.line(toByteString(run), 0);
    yield* sink.drain();
  }
  free.flush();
  yield* sink.drain();
}

async function* readTable(
  input: ExtractInput,
  sink: Sink,
  database: SqliteFile,
  table: { readonly name: string; readonly root: number; readonly statement: string },
): AsyncGenerator<Extracted, void> {
  const { names, rowId } = parseColumns(table.statement);
  const flow = createFlow(sink, {
    id: sink.unique(`table-${table.name}`),
    roles: ["body"],
    place: (mark, column) => ({ kind: "cell", sheet: table.name, row: mark, column }),
  });
  flow.table(flow.id, toByteString(table.name));
  let number = 1;
  for await (const row of database.rows(table.root)) {
    if (!sink.open || input.signal.aborted) break;
    if (number === 1 && names.length > 0) flow.row(names.map(toByteString), 1);
    number++;
    flow.row(
      row.values.map((value, column) => toByteString(column === rowId && value === undefined ? String(row.id) : textOf(value))),
      number,
    );
    yield* sink.drain();
    yield* blobs(input, sink, table.name, names, row, number);
  }
  flow.flush();
  yield* sink.drain();
}

function textOf(value: SqliteValue): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (files.test(bytes.toString("latin1", 0, 16))) return "";
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString("utf8") : printableRuns(bytes).join(" ");
}

function* blobs(
  input: ExtractInput,
  sink: Sink,
  table: string,
  names: readonly string[],
  row: SqliteRow,
  number: number,
): Generator<Extracted, void> {
  for (const [column, value] of row.values.entries()) {
    if (!(value instanceof Uint8Array) || !files.test(Buffer.from(value.subarray(0, 16)).toString("latin1"))) continue;
    if (!input.budget.take("members", 1)) {
      sink.stop("too-large", "limit of members reached");
      return;
    }
    const name = `${table}/${number}/${names[column] ?? column + 1}`;
    yield {
      type: "member",
      entry: innerEntry(input.entry, { name, key: name, size: value.length }),
      open: () => Promise.resolve(memorySource(value)),
    };
  }
}

/** Whether a database keeps a write-ahead log, as its versions for reading and writing say. */
function usesLog(head: Uint8Array): boolean {
  return head[18] === 2 || head[19] === 2;
}

/** The end of the name of a log. */
const ending = "-wal";

/**
 * A log whose database stands beside it is read there, up to its last commit. What lies behind that is of an earlier use of the log, or of a change
 * that was not ended: it is read as deleted.
 */
async function* readAlone(input: ExtractInput, sink: Sink, name: string): AsyncGenerator<Extracted, void> {
  const database: ByteSource | undefined = name.endsWith(ending) ? await input.partner?.(name.slice(0, -ending.length)) : undefined;
  const head = database === undefined ? undefined : await readRange(database, 0, 100).finally(() => database.close());
  if (head !== undefined && sqlitePageSize(head) !== undefined && usesLog(head)) {
    const end = await sqliteLogEnd(input.bytes, head);
    if (end === logHeader && (input.bytes.size ?? 0) > end)
      sink.failure("corrupt", "write-ahead log that does not fit its database: only runs of text are read", true);
    yield* readLeftovers(input, sink, "deleted", end);
    return;
  }
  sink.failure(
    "corrupt",
    head === undefined
      ? "write-ahead log whose database is not here or not examined: only runs of text are read"
      : "write-ahead log that its database does not use: only runs of text are read",
    true,
  );
  yield* readLeftovers(input, sink, "body");
}

async function* readLeftovers(
  input: ExtractInput,
  sink: Sink,
  role: "body" | "deleted",
  from: number = 0,
): AsyncGenerator<Extracted, void> {
  const flow = createFlow(sink, { id: "pages", roles: [role], place: (mark) => ({ kind: "offset", bytes: mark }) });
  for (let at = from; sink.open && !input.signal.aborted;) {
    const block = await readRange(input.bytes, at, step);
    for (const run of printableRuns(block)) flow.line(toByteString(run), at);
    yield* sink.drain();
    if (block.length < step) break;
    at += block.length - overlap;
  }
  flow.flush();
}
