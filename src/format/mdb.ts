import { toByteString } from "../util/path.ts";
import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { runBounded } from "./shared/bounded.ts";
import { readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { resolveHtmlReferences } from "./shared/htmlReferences.ts";
import { innerEntry } from "./shared/inner.ts";
import { memorySource } from "./shared/bytes.ts";
import { printableRuns } from "./shared/printable.ts";

/** Rows asked of a table at once. */
const batch = 500;
/** Milliseconds for the catalogue, for the definition of a table and for a batch: pages and long texts that go in a circle keep the library for ever. */
const openTime = 3_000;
const batchTime = 10_000;

/** Access databases (Jet 3 and 4, ACE): the rows of all tables under their columns. Read by an optional package. */
export const mdb: Extractor = {
  id: "mdb",
  title: { zh: "Access 数据库（MDB、ACCDB）", en: "Access databases (mdb, accdb)" },
  version: 2,
  access: "any",
  accepts: ({ head }) => /^Standard (?:Jet|ACE) DB\0/.test(Buffer.from(head.subarray(4, 24)).toString("latin1")),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const library = await load();
  if (library === undefined) {
    sink.failure("missing-tool", "reading Access databases needs the npm package mdb-reader", false);
    yield* sink.drain();
    return;
  }
  const bytes = Buffer.from(await readRange(input.bytes, 0, input.bytes.size ?? 0));
  const opened = open(library, bytes, input.passwords);
  if (typeof opened === "string") {
    sink.failure(opened, opened === "encrypted" ? "database needs a password" : "database is damaged", false);
    yield* sink.drain();
    return;
  }
  for (const name of opened.getTableNames()) {
    if (!sink.open) break;
    if (input.signal.aborted) {
      sink.failure("interrupted", "interrupted between tables", true);
      break;
    }
    try {
      yield* readTable(input, sink, opened, name);
    } catch {
      // The library throws whatever a damaged page makes of it; its siblings are still read.
      sink.failure("corrupt", "a table is damaged", true);
    }
    yield* sink.drain();
  }
  yield* sink.drain();
}

type Library = typeof import("mdb-reader");
type Database = InstanceType<Library["default"]>;

async function load(): Promise<Library | undefined> {
  try {
    return await import("mdb-reader");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** The database under the first password that opens it. */
function open({ default: MDBReader }: Library, bytes: Buffer, passwords: readonly string[]): Database | "encrypted" | "corrupt" {
  let said = "";
  for (const password of [undefined, ...passwords]) {
    try {
      return bounded(openTime, () => new MDBReader(bytes, password === undefined ? {} : { password }));
    } catch (error) {
      said ||= error instanceof Error ? error.message : "";
    }
  }
  return /password|encrypt/i.test(said) ? "encrypted" : "corrupt";
}

function* readTable(
  input: ExtractInput,
  sink: ReturnType<typeof createSink>,
  database: Database,
  name: string,
): Generator<Extracted, void> {
  const table = bounded(openTime, () => database.getTable(name));
  const columns = table.getColumnNames();
  const flow = createFlow(sink, {
    id: sink.unique(`table-${name}`),
    roles: ["body"],
    place: (mark, column) => ({ kind: "cell", sheet: name, row: mark, column }),
  });
  flow.table(flow.id, toByteString(name));
  flow.row(columns.map(toByteString), 1);
  // The count of rows in the definition may be any number: pages say how many there are.
  let last = false;
  for (let offset = 0; !last && sink.open && !input.signal.aborted; offset += batch) {
    const rows = bounded(batchTime, () => table.getData({ rowOffset: offset, rowLimit: batch }));
    last = rows.length < batch;
    if (last && offset + rows.length < table.rowCount) sink.failure("corrupt", `table ${name} has fewer rows than it says`, true);
    for (const [index, row] of rows.entries()) {
      const number = offset + index + 2;
      flow.row(
        columns.map((column) => toByteString(textOf(row[column]))),
        number,
      );
      for (const column of columns) {
        const value = row[column];
        if (Buffer.isBuffer(value) && value.length > 512 && input.budget.take("members", 1)) {
          const entry = innerEntry(input.entry, {
            name: `${name}/${number}/${column}`,
            key: `${name}/${number}/${column}`,
            size: value.length,
          });
          yield* sink.drain();
          yield { type: "member", entry, open: () => Promise.resolve(memorySource(oleContent(value))) };
        }
      }
    }
    yield* sink.drain();
  }
  flow.flush();
}

/** What a task gives; throws what it throws, and when it does not come back in time. */
function bounded<Value>(milliseconds: number, task: () => Value): Value {
  const outcome = runBounded(milliseconds, task);
  if (outcome === "stopped") throw new Error("database goes in a circle");
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

/** Access keeps rich text as HTML, each line of it a `div`: a mark inside a number would part it. */
function withoutMarks(text: string): string {
  if (!text.startsWith("<div>") || !text.endsWith("</div>")) return text;
  const plain = text
    .replaceAll(/<\/div>|<br[ /]{0,9}>/g, " ")
    .replaceAll(/<a\s[^<>]{0,1000}?href="([^"<>]{0,2000})"[^<>]{0,1000}>/g, "$1 ")
    .replaceAll(/<[^<>]{0,4000}>/g, "");
  return resolveHtmlReferences(plain).trim();
}

function textOf(value: unknown): string {
  if (typeof value === "string") return withoutMarks(value);
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  if (Buffer.isBuffer(value)) return value.length > 512 ? "" : printableRuns(value).join(" ");
  if (Array.isArray(value)) return value.map((one: unknown) => (typeof one === "object" ? "" : String(one))).join(" ");
  return typeof value === "object" ? "" : String(value as string | number | bigint | boolean);
}

/** A field that holds an object has a header before it; a file that begins in the first 4 KiB is given alone. */
function oleContent(value: Buffer): Buffer {
  const head = value.toString("latin1", 0, 4096);
  const at = /PK\x03\x04|%PDF-|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\{\\rtf|\xff\xd8\xff|\x89PNG/.exec(head)?.index ?? 0;
  return value.subarray(at);
}
