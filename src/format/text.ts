import type { Encoding, Extracted, Extractor, Table } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { decoderOf } from "../util/decoder.ts";
import { detectEncodings } from "../util/encoding.ts";
import type { Detected } from "../util/encoding.ts";
import { splitRow } from "../util/row.ts";
import { alignedText, showsColumns } from "./shared/alignedText.ts";
import { escapedText, showsEscapes } from "./shared/escapedText.ts";
import { fixedLayout, fixedText } from "./shared/fixedText.ts";
import { holeMark, startsWithHole, textBehindHole } from "./shared/hole.ts";
import { mayHoldRecords, MOST_RECORD_BYTES, recordChunks } from "./shared/records.ts";

/** 4 KiB: what a probe sees. */
const FIRST = 4096;
/** Bytes looked at for the encoding and the columns. */
const HEAD = 64 * 1024;
/** Bytes of each sample from the middle and the end, where an encoding may change. */
const SAMPLE = 16 * 1024;
/** Rows of a table's head. */
const HEAD_ROWS = 15;
/** Characters up to which every line of a list of values stays. */
const LIST_LINE = 40;
/** A line as program text has it: a block that opens or closes, a call, a declaration. */
const PROGRAM =
  /[{}]\s*[;,)]*\s*$|\);\s*$|^\s*(?:const|let|var|function|return|import|export|from|public|private|protected|static|class|def|if|for|while|#include|using|package)\b.*[;{(:]/;
/** What exports part columns with that prose and programs use otherwise: at least three columns. */
const RARE_SEPARATORS: readonly string[] = ["\u0001", "\u001f", "^", "~", "&"];
/** Rows over which a separator must keep its count for the text to be a table. */
const SAMPLE_ROWS = 40;

/**
 * Plain text as it lies: notes, logs, csv, source code, and whatever else is made of characters. Nothing is decoded here; a csv or tsv file
 * (told by its separators, not by its name) says so, so that its columns have names.
 */
export const text: Extractor = {
  id: "text",
  title: { zh: "纯文本、CSV、日志、源代码", en: "Plain text, CSV, logs, source code" },
  version: 7,
  access: "in-order",
  divisible: true,
  accepts: async ({ head, members }) =>
    startsWithHole(head) ? (await members()).has(holeMark) : detectEncodings(head, head.length < FIRST) !== undefined,
  async *extract({ bytes, part, entry, budget, signal }) {
    const head = await readHead(bytes);
    const found = startsWithHole(head) ? await textBehindHole(bytes) : detectEncodings(head, head.length < HEAD);
    // Where only the begin is text that much is read as such.
    const detected = found ?? detectEncodings(head.subarray(0, FIRST), false) ?? { encodings: ["utf8"], bom: 0 };
    const { encodings, foreign } = await allEncodings(bytes, detected);
    if ((found === undefined || foreign) && (part === undefined || part.from === 0)) {
      const detail = "part of it is no text, and was looked through as if it were";
      yield { type: "failure", failure: { stage: "extract", code: "unsupported-format", path: entry.path, detail, partial: true } };
    }
    const body = head.subarray(detected.bom);
    let shown: string | undefined;
    const show = (): string => (shown ??= decoded(body, detected.encodings[0]));
    if (part === undefined && (yield* records(bytes, head, show, detected, encodings))) return;
    if (part === undefined && showsEscapes(head)) {
      yield* escapedText(replayed(bytes, head), encodings[0], { budget, path: entry.path, signal });
      return;
    }
    const lines = sampled(show(), head.length);
    let table = tableOf(lines);
    if (table === undefined && part === undefined && encodings.length === 1) {
      const layout = fixedLayout(lines);
      if (layout !== undefined || showsColumns(lines)) {
        const source = replayed(bytes, head);
        const input = { budget, path: entry.path, signal };
        yield* layout === undefined ? alignedText(source, encodings[0], input) : fixedText(source, encodings[0], layout, input);
        return;
      }
    }
    if (table === undefined && part === undefined && head.length < HEAD) {
      const stretches = tablesWithin(body, encodings[0], encodings[0] === detected.encodings[0] ? show() : undefined);
      // A flow's offsets are those of its text in UTF-8 where its bytes are two a character.
      let start = 0;
      for (const { from, to, size, table: inner } of stretches) {
        yield {
          type: "chunk",
          chunk: {
            content: { kind: "range", source: replayed(bytes, head), from: detected.bom + from, length: to - from, encodings },
            flow: "body",
            start,
            roles: ["body"],
            ...(inner === undefined ? {} : { table: inner }),
          },
        };
        start += size;
      }
      if (stretches.length > 0) return;
    }
    table ??= listOf(lines);
    const from = part === undefined || part.from < detected.bom ? detected.bom : part.from;
    const to = part?.to ?? (head.length < HEAD ? head.length : (bytes.size ?? Number.MAX_SAFE_INTEGER));
    yield {
      type: "chunk",
      chunk: {
        content: { kind: "range", source: replayed(bytes, head), from, length: Math.max(0, to - from), encodings },
        flow: "body",
        start: 0,
        roles: ["body"],
        ...(table === undefined ? {} : { table }),
      },
    };
  },
};

/** SQL scripts and JSON lists of records, as rows; false, and nothing given, for any other text. */
async function* records(
  bytes: ByteSource,
  head: Uint8Array,
  show: () => string,
  detected: Detected,
  encodings: readonly Encoding[],
): AsyncGenerator<Extracted, boolean> {
  const [encoding] = encodings;
  if (encoding === undefined || encodings.length > 1) return false;
  const whole = head.length < HEAD;
  if (!whole && (!bytes.seekable || bytes.size === undefined || bytes.size > MOST_RECORD_BYTES)) return false;
  if (!mayHoldRecords(show(), whole)) return false;
  let content = head;
  if (!whole) {
    content = new Uint8Array(bytes.size ?? 0);
    content = content.subarray(0, await bytes.read(content, 0));
  }
  const chunks = recordChunks(whole ? show() : decoded(content.subarray(detected.bom), encoding));
  for (;;) {
    const next = chunks.next();
    if (next.done === true) return next.value;
    yield { type: "chunk", chunk: next.value };
  }
}

const decoders = new Map<Encoding, ReturnType<typeof decoderOf>>();

function decoded(bytes: Uint8Array, encoding: Encoding): string {
  let decoder = decoders.get(encoding);
  if (decoder === undefined) decoders.set(encoding, (decoder = decoderOf(encoding)));
  return decoder.decode(bytes);
}

async function readHead(bytes: ByteSource): Promise<Uint8Array> {
  // Many texts are short, and there may be thousands of them in a folder of mails.
  const first = new Uint8Array(FIRST);
  const count = await bytes.read(first, 0);
  if (count < FIRST) return first.subarray(0, count);
  const head = new Uint8Array(HEAD);
  head.set(first);
  return head.subarray(0, FIRST + (await bytes.read(head.subarray(FIRST), FIRST)));
}

/** A source that inflates may not go back; what was looked at is kept and read from memory. */
function replayed(bytes: ByteSource, head: Uint8Array): ByteSource {
  if (bytes.seekable) return bytes;
  return {
    size: bytes.size,
    seekable: false,
    async read(into, offset) {
      if (offset >= head.length) return bytes.read(into, offset);
      const kept = head.subarray(offset, offset + into.length);
      into.set(kept);
      if (kept.length === into.length || head.length < HEAD) return kept.length;
      return kept.length + (await bytes.read(into.subarray(kept.length), offset + kept.length));
    },
    close: () => bytes.close(),
  };
}

/**
 * A file whose encoding changes halfway is examined in all it shows at its begin, middle and end. `foreign`: what shows there is no text, as in a
 * script that carries a program.
 */
async function allEncodings(
  bytes: ByteSource,
  detected: Detected,
): Promise<{ readonly encodings: readonly [Encoding, ...Encoding[]]; readonly foreign: boolean }> {
  const encodings: [Encoding, ...Encoding[]] = [...detected.encodings];
  let foreign = false;
  if (!bytes.seekable || bytes.size === undefined || bytes.size <= HEAD || encodings[0].startsWith("utf16")) return { encodings, foreign };
  const sample = new Uint8Array(SAMPLE);
  for (const at of [Math.floor(bytes.size / 2), bytes.size - SAMPLE]) {
    const filled = sample.subarray(0, await bytes.read(sample, at));
    if (startsWithHole(filled)) continue;
    if (detectEncodings(filled, false) === undefined) foreign = true;
    const start = filled.indexOf(10) + 1;
    const found = detectEncodings(filled.subarray(start), false)?.encodings[0];
    // ASCII reads as UTF-8 and is the same in all of them.
    if (found === undefined || encodings.includes(found) || filled.every((byte) => byte < 0x80)) continue;
    encodings.push(found);
  }
  // A head of ASCII alone says nothing of what follows.
  if (encodings.length > 1 && encodings[0] === "utf8" && (await isAscii(bytes))) encodings.shift();
  return { encodings, foreign };
}

async function isAscii(bytes: ByteSource): Promise<boolean> {
  const head = await readHead(bytes);
  return head.every((byte) => byte < 0x80);
}

/** The columns of a text whose lines keep the number of a separator; undefined for prose. */
function tableOf(lines: readonly string[]): Table | undefined {
  const rows = lines.slice(0, SAMPLE_ROWS).filter((line) => line.trim() !== "");
  // The commas of a program part arguments: its first line names nothing.
  if (rows.filter((row) => PROGRAM.test(row)).length * 6 > rows.length) return undefined;
  if (rows.length === 0 || (rows.length === 1 && rows[0] !== undefined && rows[0].length > 400)) return undefined;
  // Excel's own way to name the separator, in a line before the rows.
  const declared = /^sep=([^\s\w])$/i.exec(rows[0]?.replace(/^\ufeff/, "").trim() ?? "")?.[1];
  if (declared !== undefined) rows.shift();
  for (const separator of declared === undefined ? ["\t", ",", ";", "|", "，", ...RARE_SEPARATORS] : [declared]) {
    const counts = (separator === "\t" ? rows : joinQuoted(rows)).map((row) => splitRow(row, separator).length);
    const most = mode(counts);
    const fitting = counts.filter((count) => count === most).length;
    if (most < (RARE_SEPARATORS.includes(separator) ? 3 : 2) || (declared === undefined && fitting < Math.max(2, counts.length * 0.8)))
      continue;
    // Chinese prose has commas too: a row of a table has short cells.
    const long = rows.filter((row) => row.length / most > 60).length;
    if (long * 4 > rows.length || (separator === "，" && most < 3)) continue;
    const cells = lines.slice(0, HEAD_ROWS).map((line) => splitRow(line, separator).map((cell) => cell.text.trim()));
    return { id: "text", separator, row: 1, head: cells };
  }
  return undefined;
}

/** The first lines of a text's head of `length` bytes. */
function sampled(head: string, length: number): string[] {
  const lines = head.split(/\r\n|\n|\r/);
  // The last line may be cut where more follows, or be what stands after the last line end.
  if (lines.length > 1 && (lines.at(-1) === "" || length >= HEAD)) lines.pop();
  return lines;
}

/** Rows that keep the number of a separator one after another for a table in a text. */
const FEWEST_ROWS = 3;

/**
 * A small text in stretches where rows of a table stand in it: a note with a table of Markdown, what a database client printed, rows pasted into a
 * letter. `from` and `to` are bytes, `size` the bytes that the flow has of them; every byte is in one stretch. None where there is no table.
 */
function tablesWithin(
  bytes: Uint8Array,
  encoding: Encoding,
  shown: string | undefined,
): readonly { readonly from: number; readonly to: number; readonly size: number; readonly table?: Table }[] {
  const lines = linesOf(bytes, encoding, shown);
  const stretches: { from: number; to: number; size: number; table?: Table }[] = [];
  const wide = encoding.startsWith("utf16");
  const put = (from: number, to: number, table?: Table): void => {
    const size = wide ? Buffer.byteLength(decoded(bytes.subarray(from, to), encoding)) : to - from;
    stretches.push({ from, to, size, ...(table === undefined ? {} : { table }) });
  };
  let done = 0;
  for (let index = 0; index < lines.length;) {
    const found = tableAt(lines, index);
    if (found === undefined) {
      index++;
      continue;
    }
    const { separator, count } = found;
    const [start, end] = [lines[index]?.start ?? 0, lines[index + count]?.start ?? bytes.length];
    if (start > done) put(done, start);
    const head = lines
      .slice(index, index + Math.min(count, HEAD_ROWS))
      .map(({ text: line }) => splitRow(line, separator).map((cell) => cell.text.trim()));
    put(start, end, { id: `text${stretches.length + 1}`, separator, row: 1, head });
    done = end;
    index += count;
  }
  if (stretches.length > 0 && done < bytes.length) put(done, bytes.length);
  return stretches;
}

/** Lines with their bytes' places; `shown`: all of the text, where it is at hand. */
function linesOf(
  bytes: Uint8Array,
  encoding: Encoding,
  shown: string | undefined,
): readonly { readonly start: number; readonly text: string }[] {
  const lines: { start: number; text: string }[] = [];
  if (shown !== undefined && !encoding.startsWith("utf16")) {
    let start = 0;
    // Of all three encodings a line feed is a byte of its own, whatever is broken round it.
    for (const line of shown.split("\n")) {
      if (start < bytes.length) lines.push({ start, text: line.replace(/\r+$/, "") });
      start = bytes.indexOf(10, start) + 1 || bytes.length;
    }
    return lines;
  }
  for (let start = 0; start < bytes.length;) {
    const end = lineEnd(bytes, start, encoding);
    lines.push({ start, text: decoded(bytes.subarray(start, end), encoding).replace(/[\r\n]+$/, "") });
    start = end;
  }
  return lines;
}

/** Behind the line feed that ends the line at `start`. */
function lineEnd(bytes: Uint8Array, start: number, encoding: Encoding): number {
  if (!encoding.startsWith("utf16")) {
    const feed = bytes.indexOf(10, start);
    return feed < 0 ? bytes.length : feed + 1;
  }
  const low = encoding === "utf16le" ? 0 : 1;
  for (let at = start; at + 1 < bytes.length; at += 2) if (bytes[at + low] === 10 && bytes[at + 1 - low] === 0) return at + 2;
  return bytes.length;
}

/** The table whose first row is the line, with how many rows it has. */
function tableAt(
  lines: readonly { readonly text: string }[],
  first: number,
): { readonly separator: string; readonly count: number } | undefined {
  const line = lines[first]?.text ?? "";
  for (const [separator, fewest] of [
    ["|", 2],
    ["│", 2],
    ["\t", 2],
    [",", 3],
    ["&", 3],
    ["^", 3],
  ] as const) {
    if (!line.includes(separator)) continue;
    const cells = splitRow(line, separator).length;
    if (cells < fewest || line.length > 60 * cells || (separator === "," && PROGRAM.test(line))) continue;
    let count = 1;
    let rows = 1;
    for (let next = lines[first + count]?.text; next !== undefined && next !== ""; next = lines[first + ++count]?.text) {
      if (separator !== "," && (RULED.test(next) || next.trim() === "\\hline")) continue;
      if (splitRow(next, separator).length !== cells || next.length > 60 * cells || (separator === "," && PROGRAM.test(next))) break;
      rows++;
    }
    if (rows >= FEWEST_ROWS) return { separator, count };
  }
  return undefined;
}

/** A line drawn between rows. */
const RULED = /^\s*[+|├┤┼┬┴┌┐└┘╔╗╚╝╠╣╬╪─━═│║=:\s-]{5,}$/;

/** Lines a quoted cell may go on over. */
const QUOTED_LINES = 20;

/** Lines of text as rows: one whose quote is open goes on in the next, unless it stays open too long for a cell. */
function joinQuoted(lines: readonly string[]): readonly string[] {
  const rows: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    let row = lines[index] ?? "";
    let end = index;
    for (let open = isOpen(row); open && end + 1 < lines.length && end - index < QUOTED_LINES; open = isOpen(row))
      row += ` ${lines[++end]}`;
    if (isOpen(row)) rows.push(lines[index] ?? "");
    else {
      rows.push(row);
      index = end;
    }
  }
  return rows;
}

function isOpen(row: string): boolean {
  return row.includes('"') && row.split('"').length % 2 === 0;
}

/** Short lines without separators may be one column; only the first can name it, since any line of prose may be a word. */
function listOf(lines: readonly string[]): Table | undefined {
  const rows = lines.slice(0, SAMPLE_ROWS).filter((line) => line.trim() !== "");
  const [first] = rows;
  if (first === undefined || rows.length < 2 || rows.some((row) => row.length > LIST_LINE)) return undefined;
  return { id: "text", separator: "\t", row: 1, head: [[first.trim()]] };
}

function mode(counts: readonly number[]): number {
  const seen = new Map<number, number>();
  for (const count of counts) seen.set(count, (seen.get(count) ?? 0) + 1);
  return [...seen].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0] as [number, number])[0];
}
