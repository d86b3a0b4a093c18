import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { memorySource, readRange } from "./shared/bytes.ts";
import { decodeCodepage } from "./shared/codepage.ts";
import { numberText } from "./shared/cellValue.ts";
import { memoKind, memoNames, openMemo } from "./shared/dbfMemo.ts";
import type { MemoFile } from "./shared/dbfMemo.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import type { Flow, Sink } from "./shared/flow.ts";
import { innerEntry } from "./shared/inner.ts";
import { bytesOf, textOf } from "./shared/xml.ts";

/** Tables of dBASE III to V, FoxPro and Visual FoxPro: records row by row with the texts of their memo file, deleted ones in a table of their own. */
export const dbf: Extractor = {
  id: "dbf",
  title: { zh: "dBASE/FoxPro 数据表", en: "dBASE/FoxPro table" },
  version: 3,
  access: "any",
  streaming: true,
  accepts: ({ head }) => readHeader(head) !== undefined,
  extract,
};

interface Field {
  readonly name: Uint8Array;
  /** One letter: C text, N and F numbers as text, D date, L logical, M G P pointers to memo text, I B Y T binary. */
  readonly type: string;
  readonly at: number;
  readonly length: number;
}

interface Header {
  /** The first byte: which program, and whether there is a memo file. */
  readonly version: number;
  readonly records: number;
  readonly from: number;
  readonly recordLength: number;
  /** Windows code page; 0 where the table does not say. */
  readonly codepage: number;
  readonly foxPro: boolean;
  readonly fields: readonly Field[];
}

const versions: ReadonlySet<number> = new Set([0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8b, 0xcb, 0xf5, 0xfb]);
const types = "CNDLMFBGPYTIVXQW@O+0";
/** Code pages by language driver; those not here are Latin ones or not told. */
const drivers: Readonly<Record<number, number>> = {
  0x13: 932,
  0x7b: 932,
  0x4d: 936,
  0x7a: 936,
  0x4e: 949,
  0x79: 949,
  0x4f: 950,
  0x78: 950,
  0x26: 866,
  0x65: 866,
  0x7c: 874,
  0xc8: 1250,
  0xc9: 1251,
};
/** 256 KiB of records at a time. */
const block = 256 * 1024;
/** 4 KiB: a file of fewer bytes is here as a whole. */
const headLength = 4096;
/** Fields of a table: FoxPro has at most 255, dBASE V 1024. */
const fieldLimit = 2048;

/** Header and fields; undefined when it is none. Fields that lie behind the bytes given are left out, so give all of them to read. */
function readHeader(head: Uint8Array): Header | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (bytes.length < 65 || !versions.has(bytes[0] ?? 0)) return undefined;
  const month = bytes[2] ?? 0;
  const day = bytes[3] ?? 0;
  const from = bytes.readUInt16LE(8);
  const recordLength = bytes.readUInt16LE(10);
  // An empty date is written by programs other than dBASE.
  if (month > 12 || day > 31 || from < 65 || recordLength < 2) return undefined;
  const fields: Field[] = [];
  let at = 1;
  let place = 32;
  for (; place + 32 <= Math.min(from, bytes.length) && bytes[place] !== 0x0d; place += 32) {
    const type = String.fromCharCode(bytes[place + 11] ?? 0).toUpperCase();
    const first = bytes[place] ?? 0;
    if (!types.includes(type) || first < 0x20 || fields.length >= fieldLimit) return undefined;
    const name = bytes.subarray(place, place + 11);
    const end = name.indexOf(0);
    const low = bytes[place + 16] ?? 0;
    const length = type === "C" ? low + (bytes[place + 17] ?? 0) * 256 : low;
    const shown = end < 0 ? name : name.subarray(0, end);
    // Tables of time zones begin with the same bytes and have room for "fields".
    if (length === 0 || shown.some((byte) => byte < 0x20)) return undefined;
    fields.push({ name: shown, type, at, length });
    at += length;
  }
  // A line feed stands there where a program took the header for text.
  if (place < from && place < bytes.length && place + 32 > from && bytes[place] !== 0x0d && bytes[place] !== 0x0a) return undefined;
  if (fields.length === 0 || at > recordLength || (from > bytes.length && bytes.length < headLength)) return undefined;
  return {
    version: bytes[0] ?? 0,
    records: bytes.readUInt32LE(4),
    from,
    recordLength,
    codepage: drivers[bytes[29] ?? 0] ?? 0,
    foxPro: [0x30, 0x31, 0x32].includes(bytes[0] ?? 0),
    fields,
  };
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const header = readHeader(await readRange(input.bytes, 0, 65_536));
  if (header === undefined) {
    sink.failure("corrupt", "header of the table is damaged", false);
    yield* sink.drain();
    return;
  }
  const { fields, recordLength, from, codepage } = header;
  const title = input.entry.path.split(/[/\\]/).at(-1) ?? "";
  const place = (row: number, column: number) => ({ kind: "cell", sheet: title, row, column }) as const;
  const names = fields.map((field) => textIn(field.name, codepage));
  const shown = createFlow(sink, { id: "records", roles: ["body"], place });
  shown.table("records");
  shown.row(names, 1);
  let deleted: Flow | undefined;
  const memos = createMemos(input, sink, header);
  let told = 0;
  let number = 1;
  let end = false;
  const step = Math.max(1, Math.floor(block / recordLength)) * recordLength;
  for (let offset = from; !end && sink.open; offset += step) {
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted between records");
      break;
    }
    const bytes = asBuffer(await readRange(input.bytes, offset, step));
    for (let at = 0; at < bytes.length && sink.open; at += recordLength) {
      // 1A ends a table; what is behind the count it names may be old records, and is read.
      if (bytes[at] === 0x1a || (bytes[at] !== 0x20 && bytes[at] !== 0x2a && told >= header.records)) {
        end = true;
        break;
      }
      const record = bytes.subarray(at, at + recordLength);
      number++;
      told++;
      const cells = fields.map((field) => cellOf(record.subarray(field.at, field.at + field.length), field.type, header));
      for (const [index, field] of fields.entries())
        if ("MGP".includes(field.type))
          cells[index] = await memos.cell(record.subarray(field.at, field.at + field.length), `${number}-${textOf(names[index] ?? "")}`);
      if (cells.every((cell) => cell === "")) continue;
      if (bytes[at] === 0x2a) {
        if (deleted === undefined) {
          deleted = createFlow(sink, { id: "deleted", roles: ["body", "deleted"], place });
          deleted.table("deleted");
          deleted.row(names, 1);
        }
        deleted.row(cells, number);
      } else shown.row(cells, number);
    }
    yield* sink.drain();
    if (bytes.length < step) end = true;
  }
  shown.flush();
  deleted?.flush();
  if (told < header.records && sink.open) sink.failure("corrupt", "table ends before the records its header counts", true);
  yield* memos.end();
  yield* sink.drain();
}

/** What the memo fields of a table point to. */
interface Memos {
  /** Byte string of the text that a field points to; pictures and objects become members. */
  cell(pointer: Buffer, name: string): Promise<string>;
  /** Texts to which no record points any more, and what was wrong. */
  end(): AsyncGenerator<Extracted, void>;
}

function createMemos(input: ExtractInput, sink: Sink, header: Header): Memos {
  const used = new Set<number>();
  let file: MemoFile | undefined;
  let close: (() => Promise<void>) | undefined;
  let asked = false;
  let missing = false;
  let damaged = false;
  const open = async (): Promise<void> => {
    asked = true;
    const kind = memoKind(header.version);
    for (const name of kind === undefined ? [] : memoNames(input.entry.path, kind)) {
      const source = await input.sibling?.(name);
      if (source === undefined || kind === undefined) continue;
      close = () => source.close();
      file = await openMemo(source, kind);
      return;
    }
  };
  return {
    async cell(pointer, name): Promise<string> {
      if (!hasPointer(pointer)) return "";
      if (!asked) await open();
      const block = pointer.length === 4 ? pointer.readUInt32LE(0) : Number(pointer.toString("latin1").trim());
      if (file === undefined) missing = true;
      const memo = await file?.read(block);
      if (memo === undefined) {
        damaged ||= file !== undefined;
        return "";
      }
      for (let number = block; number < block + Math.min(memo.blocks, file?.count ?? 0); number++) used.add(number);
      damaged ||= memo.cut;
      if (memo.kind === "text") return textIn(memo.bytes, header.codepage);
      if (!input.budget.take("members", 1)) {
        sink.stop("too-large", "limit of members reached");
        return "";
      }
      sink.item({
        type: "member",
        entry: innerEntry(input.entry, { name, key: name, size: memo.bytes.length }),
        open: () => Promise.resolve(memorySource(memo.bytes)),
      });
      return "";
    },
    async *end(): AsyncGenerator<Extracted, void> {
      if (!asked && header.version !== 3) await open();
      const left = createFlow(sink, { id: "memos-left", roles: ["body", "deleted"], place: () => ({ kind: "property", name: "memo" }) });
      for (let block = file?.first ?? 0; file !== undefined && block < file.count && sink.open;) {
        if (input.signal.aborted) break;
        const memo = used.has(block) ? undefined : await file.read(block);
        if (memo?.kind === "text" && memo.bytes.length > 0) left.line(textIn(memo.bytes, header.codepage), block);
        block += Math.max(1, memo?.cut === true ? 1 : (memo?.blocks ?? 1));
        yield* sink.drain();
      }
      left.flush();
      await close?.();
      if (missing) sink.failure("not-found", "memo file with the texts that fields point to is not here", true);
      if (damaged) sink.failure("corrupt", "memo file is damaged or cut off", true);
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A pointer of ten digits or four bytes that is not empty. */
function hasPointer(bytes: Buffer): boolean {
  return bytes.length === 4 ? bytes.readUInt32LE(0) !== 0 : /^ *0*[1-9]\d* *$/.test(bytes.toString("latin1"));
}

function cellOf(bytes: Buffer, type: string, header: Header): string {
  switch (type) {
    case "M":
    case "G":
    case "P":
    case "0":
      return "";
    case "I":
    case "+":
      return bytes.length === 4 ? String(bytes.readInt32LE(0)) : textIn(bytes, header.codepage);
    case "B":
      return header.foxPro && bytes.length === 8 ? numberText(bytes.readDoubleLE(0)) : "";
    case "O":
      return bytes.length === 8 ? numberText(bytes.readDoubleLE(0)) : "";
    case "Y":
      return bytes.length === 8 ? numberText(Number(bytes.readBigInt64LE(0)) / 10_000) : "";
    case "T":
    case "@":
      return bytes.length === 8 ? timeOf(bytes.readUInt32LE(0), bytes.readUInt32LE(4)) : "";
    default:
      return textIn(bytes, header.codepage);
  }
}

/** A day of the Julian count and milliseconds in it, ISO 8601; empty for none. */
function timeOf(day: number, milliseconds: number): string {
  const time = (day - 2_440_588) * 86_400_000 + milliseconds;
  return day === 0 || Math.abs(time) > 8.64e15 ? "" : new Date(time).toISOString();
}

/** Byte string of a field's text, without the spaces and NULs that fill it up. */
function textIn(bytes: Uint8Array, codepage: number): string {
  const buffer = asBuffer(bytes);
  const text = buffer.toString("latin1").replace(/^[\0 ]+|[\0 ]+$/g, "");
  return /^[\x20-\x7e]*$/.test(text) ? text : bytesOf(decodeCodepage(Buffer.from(text, "latin1"), codepage).replace(/[\0-\x1f]+/g, " "));
}
