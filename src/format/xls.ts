import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { readBiffBook } from "./shared/biffBook.ts";
import { decryptBiff } from "./shared/biffDecrypt.ts";
import { readBiffPivot } from "./shared/biffPivot.ts";
import { biff, emptyRecord, findSheets, readBof, readRecord } from "./shared/biffRecord.ts";
import type { BiffStream } from "./shared/biffRecord.ts";
import { readBiffSheet } from "./shared/biffSheet.ts";
import { memorySource, readRange } from "./shared/bytes.ts";
import { isEncryptedPackage, readCfb, startsAsCfb } from "./shared/cfb.ts";
import type { Cfb } from "./shared/cfb.ts";
import { readDocumentProperties } from "./shared/documentProperties.ts";
import { embeddedObject, surroundings } from "./shared/embedded.ts";
import { createSink } from "./shared/flow.ts";
import type { Sink } from "./shared/flow.ts";
import { readBySheetJs } from "./shared/sheetJs.ts";
import { createSharedStrings } from "./shared/sharedStrings.ts";
import { giveTextRuns } from "./shared/textRuns.ts";
import { readVba } from "./shared/vba.ts";

/**
 * Excel workbooks of 2.0 to 2003 (BIFF2 to BIFF8, [MS-XLS]), bare or in a compound file. Where the records are damaged SheetJS reads the file a
 * second time, and what it finds beyond is told too.
 */
export const xls: Extractor = {
  id: "xls",
  title: { zh: "Excel 97–2003 工作簿", en: "Excel 97–2003 workbook" },
  version: 4,
  access: "any",
  async accepts(probe) {
    if (isBareBook(probe.head)) return true;
    if (!startsAsCfb(probe.head)) return false;
    const members = await probe.members();
    return [...members].some((name) => /^(workbook|book)$/i.test(name)) && !isEncryptedPackage(members);
  },
  extract,
};

/** 256 MiB: a workbook of 65,536 rows and 256 columns of text. */
const streamLimit = 256 * 1024 * 1024;
/** 8 MiB: more is not given to the second reader, which holds some ten times of it. */
const secondReaderLimit = 8 * 1024 * 1024;
/** 1 MiB: where the first reader has told rows, the second finds nothing more in 12,600 of 12,700 damaged books, and then the same cells otherwise divided. */
const secondReaderSmall = 1024 * 1024;
/** 1 s, and as much for each 2 MiB: five times what books take that can be read. Counts that lie let it take 300 MiB of memory a second. */
const secondReaderTime = (length: number): number => 1000 + (length >>> 11);
/** Streams of no known kind whose runs of text are looked for. */
const restLimit = 64;
/** 1 MiB of each. */
const restLength = 1024 * 1024;
/** 16 MiB of text kept, to know what the second reader adds. */
const keptLimit = 16 * 1024 * 1024;
/** Records in which FILEPASS is sought: it stands among the first. */
const passRecords = 64;

/** A BOF record with its length and a kind of stream that exists. */
function isBareBook(head: Uint8Array): boolean {
  if (head.length < 8 || head[0] !== 0x09 || head[3] !== 0) return false;
  const kind = readBof(Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 16)), 0)?.kind ?? 0;
  const sizes: Readonly<Record<number, number>> = { 0: 4, 2: 6, 4: 6, 8: 8 };
  if (sizes[head[1] ?? 1] !== head[2] && !(head[1] === 8 && head[2] === 16)) return false;
  return streamKinds.has(kind);
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const cfb = await readCfb(input.bytes);
  if (cfb?.damage !== undefined) sink.failure("corrupt", cfb.damage, true);
  const { bytes, damage, assumed } = await workbookBytes(input, cfb);
  if (damage !== undefined) sink.failure("corrupt", damage, true);
  const kept: Uint8Array[] = [];
  let keptLength = 0;
  let rows = false;
  const reading = readBook(sink, input, bytes, assumed);
  let step = reading.next();
  for (; step.done !== true; step = reading.next()) {
    const told = step.value;
    if (told.type === "chunk" && told.chunk.content.kind === "utf8" && keptLength < keptLimit) {
      kept.push(told.chunk.content.bytes);
      keptLength += told.chunk.content.bytes.length;
      if (told.chunk.table !== undefined) rows = true;
    }
    yield told;
  }
  yield* sink.drain();
  const outcome = step.value;
  if (outcome !== "encrypted" && (outcome === "corrupt" || damage !== undefined) && sink.open) {
    yield* readAgain(sink, input, bytes, kept, rows ? secondReaderSmall : secondReaderLimit);
  }
  if (cfb !== undefined && sink.open) {
    yield* readDocumentProperties(cfb, sink);
    if (outcome !== "encrypted") {
      yield* readPivots(sink, cfb);
      for (const entry of cfb.root.children) {
        if (entry.kind === "storage" && /^MBD[0-9a-f]{8}$/i.test(entry.name)) yield* embeddedObject(input, sink, cfb, entry);
      }
      yield* readVba(cfb, sink);
      yield* readRest(sink, cfb);
    }
  }
  yield* sink.drain();
}

interface WorkbookBytes {
  readonly bytes: Buffer;
  readonly damage: string | undefined;
  /** Version its name tells. */
  readonly assumed: 5 | 8 | undefined;
}

async function workbookBytes(input: ExtractInput, cfb: Cfb | undefined): Promise<WorkbookBytes> {
  if (cfb === undefined) {
    const bytes = asBuffer(await readRange(input.bytes, 0, streamLimit));
    return { bytes, damage: undefined, assumed: undefined };
  }
  // A file for two versions holds both streams; the older one says the same.
  const entry = cfb.find("Workbook") ?? cfb.find("Book");
  if (entry === undefined) return { bytes: Buffer.alloc(0), damage: "compound file without a workbook", assumed: undefined };
  const stream = await cfb.stream(entry);
  const bytes = asBuffer(await stream.bytes(Math.min(stream.size, streamLimit)));
  return { bytes, damage: stream.damage, assumed: entry.name.toLowerCase() === "book" ? 5 : 8 };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Globals, VBA, sheet, chart, macros, workspace ([MS-XLS] 2.4.21). */
const streamKinds: ReadonlySet<number> = new Set([0x05, 0x06, 0x10, 0x20, 0x40, 0x100]);

type Outcome = "read" | "encrypted" | "corrupt";

/** `assumed`: the version of a stream whose first record does not say it. */
function* readBook(sink: Sink, input: ExtractInput, raw: Buffer, assumed: 5 | 8 | undefined): Generator<Extracted, Outcome> {
  const first = readBof(raw, 0);
  const damaged = assumed !== undefined && raw.length > 0 && (first === undefined || !streamKinds.has(first.kind));
  const bof = damaged ? { version: assumed, kind: 0x05 } : first;
  if (bof === undefined) {
    sink.failure("corrupt", "workbook does not begin as one", true);
    return "corrupt";
  }
  const bytes = decrypted(raw, input.passwords);
  if (bytes === undefined) {
    sink.failure("encrypted", "workbook is protected by a password", false);
    return "encrypted";
  }
  const stream: BiffStream = { bytes, version: bof.version, codepage: 0 };
  const bare = bof.kind !== 0x05 && bof.kind !== 0x100;
  let sound = !damaged;
  let strings = createSharedStrings();
  let from = 0;
  const sheets: { readonly at: number; readonly title: string; readonly hidden: boolean }[] = [];
  if (bare) stream.codepage = codepageOf(bytes);
  else {
    const book = yield* readBiffBook(sink, stream);
    strings = book.strings;
    from = book.end;
    if (!book.sound) sound = false;
    for (const sheet of book.sheets) {
      if (sheets.some((other) => other.at === sheet.at)) continue;
      if (readBof(bytes, sheet.at) === undefined) sound = false;
      if (sheet.at > 0 && sheet.at < bytes.length) sheets.push(sheet);
    }
  }
  if (bare) sheets.push({ at: 0, title: "Sheet1", hidden: false });
  else if (stream.version < 5)
    for (const at of streamsFrom(bytes, from)) sheets.push({ at, title: `Sheet${sheets.length + 1}`, hidden: false });
  // Sheets the globals do not name come last: what covers a place is known by then.
  const named = sheets.length;
  const unnamed = stream.version < 5 || bare ? [] : findSheets(bytes, sound ? from : 1).map((at) => ({ at, title: "", hidden: named > 0 }));
  const covered: (readonly [from: number, to: number])[] = [];
  let number = 0;
  for (const sheet of [...sheets, ...unnamed]) {
    if (sheet.title === "" && covered.some(([begin, end]) => sheet.at >= begin && sheet.at < end)) continue;
    if (!sink.open) return "read";
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted between sheets");
      return "read";
    }
    const end = yield* readBiffSheet(sink, stream, sheet.at, strings, {
      flow: `sheet${++number}`,
      title: sheet.title || `Sheet${number}`,
      roles: sheet.hidden ? ["body", "hidden"] : ["body"],
      limit: Math.min(bytes.length, ...sheets.map((other) => other.at).filter((at) => at > sheet.at)),
    });
    covered.push([sheet.at, end.end]);
    if (!end.sound) sound = false;
  }
  if (number === 0) sound = false;
  yield* strings.giveUnused(sink);
  if (!sound) sink.failure("corrupt", "records of the workbook end early or are not where they should be", true);
  return sound ? "read" : "corrupt";
}

/** The stream as it is, or with its encryption undone; undefined when no password fits. */
function decrypted(raw: Buffer, passwords: readonly string[]): Buffer | undefined {
  const record = emptyRecord();
  for (let at = 0, count = 0; count < passRecords && readRecord(raw, at, record); count++, at = record.next) {
    if (record.type === biff.filePass) return decryptBiff(raw, record, passwords);
    if (record.type === biff.eof) break;
  }
  return raw;
}

function codepageOf(bytes: Buffer): number {
  const record = emptyRecord();
  for (let at = 0; readRecord(bytes, at, record); at = record.next) {
    if (record.type === biff.codepage && record.to - record.from >= 2) return bytes.readUInt16LE(record.from);
    if (record.type === biff.eof) break;
  }
  return 0;
}

/** Where a stream of records begins that is in no other, from an offset on. */
function streamsFrom(bytes: Buffer, from: number): readonly number[] {
  const found: number[] = [];
  const record = emptyRecord();
  let depth = 0;
  for (let at = from; readRecord(bytes, at, record); at = record.next) {
    if (readBof(bytes, at) !== undefined) {
      if (depth++ === 0) found.push(at);
    } else if (record.type === biff.eof) depth = Math.max(0, depth - 1);
  }
  return found;
}

/**
 * What SheetJS finds in a workbook whose records are damaged: rows that have not been told. It gets the stream alone, of at most `limit` bytes:
 * chains of sectors that run in a circle make its own reader of compound files fill the memory, which ends the process.
 */
async function* readAgain(
  sink: Sink,
  input: ExtractInput,
  book: Buffer,
  kept: readonly Uint8Array[],
  limit: number,
): AsyncGenerator<Extracted, void> {
  // That the file is damaged has been told: a second reader that fails adds nothing.
  if (kept.length === 0) yield* giveTextRuns(sink, input.bytes);
  // Anything that does not begin as a workbook the library takes for lines of text.
  if (book.length > limit || !isBareBook(book.subarray(0, 512))) return;
  const seen = new Set<string>();
  for (const bytes of kept)
    for (const line of asBuffer(bytes).toString("latin1").split("\n")) seen.add(line.split("\t").filter(Boolean).join("\t"));
  yield* readBySheetJs(sink, book, { milliseconds: secondReaderTime(book.length), seen });
}

/** Streams of the compound file that have been read, or say nothing a person wrote (SheetJS marks its files). */
const told: RegExp =
  /^(workbook|book|\x01Sh33tJ5)$|^\x05(Document)?SummaryInformation$|^(MBD[0-9a-f]{8}|LNK[0-9a-f]{8}|_SX_DB_CUR)\/|(^|\/)(VBA\/[^/]*|PROJECT|PROJECTwm|PROJECTlk)$/i;

/** What else lies in the file (the log of changes to a shared workbook, controls): runs of text, told as not read whole. */
async function* readRest(sink: Sink, cfb: Cfb): AsyncGenerator<Extracted, void> {
  const rest = cfb.entries.filter(
    ({ kind, size, path, name }) => kind === "stream" && size > 0 && !told.test(path) && !surroundings.test(name),
  );
  if (rest.length === 0) return;
  sink.failure("unsupported-format", "streams beside the workbook are of no known kind; only runs of text in them were examined", true);
  const pieces: Uint8Array[] = [];
  for (const entry of rest.slice(0, restLimit)) pieces.push(await (await cfb.stream(entry)).bytes(restLength));
  yield* giveTextRuns(sink, memorySource(Buffer.concat(pieces)));
}

async function* readPivots(sink: Sink, cfb: Cfb): AsyncGenerator<Extracted, void> {
  let count = 0;
  for (const entry of cfb.entries) {
    if (entry.kind !== "stream" || !/^_SX_DB_CUR\//i.test(entry.path)) continue;
    const stream = await cfb.stream(entry);
    yield* readBiffPivot(sink, { bytes: asBuffer(await stream.bytes(streamLimit)), version: 8, codepage: 0 }, `pivotCache${++count}`);
  }
}
