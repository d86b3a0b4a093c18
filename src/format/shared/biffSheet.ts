import type { Extracted, Role } from "../../model/chunk.ts";
import { cleanText } from "./biffText.ts";
import { createBiffCells } from "./biffCells.ts";
import { formulaStrings } from "./biffFormula.ts";
import { readHyperlink } from "./biffHyperlink.ts";
import { looseBiffStrings } from "./biffLoose.ts";
import { biff, BiffReader, BiffRecords, readBof } from "./biffRecord.ts";
import type { BiffRecord, BiffStream } from "./biffRecord.ts";
import type { Sink } from "./flow.ts";
import { artTexts, isProperties, walkArt } from "./officeArt.ts";
import type { SharedStrings } from "./sharedStrings.ts";
import { createSheetFlows, headerLines, sheetMark } from "./sheetFlows.ts";
import type { SheetFlows } from "./sheetFlows.ts";
import { bytesOf } from "./xml.ts";

/** What a sheet is told as. */
export interface BiffSheetOptions {
  readonly flow: string;
  readonly title: string;
  readonly roles: readonly [Role, ...Role[]];
  /** Offset where another sheet begins, which no record of this one reaches. */
  readonly limit: number;
}

/** What came of reading a sheet. */
export interface BiffSheetEnd {
  /** Offset behind its last record, or of what begins where its end is lost. */
  readonly end: number;
  /** False where the stream ends inside it. */
  readonly sound: boolean;
}

interface SheetState {
  readonly stream: BiffStream;
  readonly flows: SheetFlows;
  tell(role: Role, text: string, mark: number, suffix?: string): void;
  /** Where the shape at hand begins. */
  anchor: number;
  /** Number and kind of the object at hand. */
  object: number;
  objectKind: number;
  /** Text of comments by the number of their object, until their cell is known. */
  readonly comments: Map<number, string>;
  /** A comment of BIFF5 and older goes on in further records. */
  pending: { text: string; mark: number } | undefined;
}

/** [MS-XLS] 2.5.193: where a shape begins. */
const clientAnchor = 0xf010;
/** A comment's box among the kinds of object. */
const noteObject = 0x19;
/** Comments held until their cells are known. */
const commentLimit = 100_000;

/**
 * Reads the sheet (cells, chart or macros) whose BOF record is, or was, at `at`: cells in the order of rows, then what stands beside them. Charts inside
 * it are told with it.
 */
export function* readBiffSheet(
  sink: Sink,
  whole: BiffStream,
  at: number,
  strings: SharedStrings,
  options: BiffSheetOptions,
): Generator<Extracted, BiffSheetEnd> {
  const stream: BiffStream = { ...whole, bytes: whole.bytes.subarray(0, options.limit) };
  const flows = createSheetFlows(sink, options);
  const cells = createBiffCells(stream, strings);
  const state: SheetState = {
    stream,
    flows,
    tell(role, text, mark, suffix): void {
      const clean = cleanText(text);
      if (clean !== "") flows.side(role, suffix).line(bytesOf(clean), mark);
    },
    anchor: sheetMark(1, 1),
    object: 0,
    objectKind: 0,
    comments: new Map(),
    pending: undefined,
  };
  const records = new BiffRecords(stream, at);
  const { record } = records;
  let closed = false;
  /** Cells came behind the end: it was none. */
  let late = false;
  // Where its BOF record is damaged the sheet begins all the same.
  let depth = readBof(stream.bytes, at) === undefined ? 1 : 0;
  let count = 0;
  while (records.step()) {
    const bof = readBof(stream.bytes, records.at);
    // Only charts stand inside a sheet: another one begins where the end of this is lost.
    if (bof !== undefined && depth > 0 && bof.kind !== 0x20) break;
    if (bof !== undefined) depth++;
    else if (record.type === biff.eof && depth <= 1 && record.from === record.to) {
      closed = true;
      if (sheetEnds(stream.bytes, record.next)) break;
    } else if (record.type === biff.eof) depth--;
    else if (depth <= 1 && cells.take(record, records.at)) late ||= closed;
    else readBeside(state, record, depth > 1);
    if ((++count & 0x3ff) === 0) yield* sink.drain();
    if (!sink.open) break;
  }
  endComment(state);
  yield* cells.give(sink, flows);
  for (const text of state.comments.values()) state.tell("comment", text, sheetMark(1, 1));
  flows.flush();
  yield* sink.drain();
  return { end: closed ? record.next : records.at, sound: !records.damaged && !late && (closed || stream.version < 5 || !sink.open) };
}

/** What follows the end of a sheet: another stream of records, zeros, or nothing. */
function sheetEnds(bytes: Buffer, at: number): boolean {
  return at + 4 > bytes.length || bytes.readUInt32LE(at) === 0 || readBof(bytes, at) !== undefined;
}

/** One record that is no cell. `chart`: it belongs to a chart inside the sheet. */
function readBeside(state: SheetState, record: BiffRecord, chart: boolean): void {
  const { stream, tell } = state;
  const reader = new BiffReader(stream, record);
  const wide = stream.version === 8;
  switch (record.type) {
    case biff.header:
    case biff.footer:
      if (reader.left > 0) tellHeader(state, record.type === biff.header ? "header" : "footer", reader.string(wide ? 2 : 1));
      return;
    case biff.headerFooter: {
      reader.skip(12 + 16 + 2);
      const lengths = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
      for (const [index, suffix] of (["evenHeader", "evenFooter", "firstHeader", "firstFooter"] as const).entries()) {
        if ((lengths[index] ?? 0) > 0) tellHeader(state, index % 2 === 0 ? "header" : "footer", reader.string(2), suffix);
      }
      return;
    }
    case biff.note:
      readNote(state, reader);
      return;
    case biff.obj:
      if (wide && reader.u16() === 0x15) {
        reader.u16();
        state.objectKind = reader.u16();
        state.object = reader.u16();
      }
      return;
    case biff.drawing: {
      const bytes = reader.rest();
      for (const part of walkArt(bytes, 0, bytes.length)) {
        // Behind the anchor's flags come column and row of its corner, each with its part of a cell.
        if (part.type === clientAnchor && part.from + 10 <= part.to) {
          state.anchor = sheetMark(bytes.readUInt16LE(part.from + 6) + 1, Math.min(bytes.readUInt16LE(part.from + 2), 16_383) + 1);
        }
        if (!isProperties(part)) continue;
        for (const { kind, text } of artTexts(bytes, part)) {
          // Excel's own names of shapes ("Text Box 1") say nothing.
          if (kind === "name" && /^[\x20-\x7e]*$/.test(text)) continue;
          tell(kind === "word-art" ? "textbox" : kind === "link" || kind === "file" ? "link" : "caption", text, state.anchor);
        }
      }
      return;
    }
    case biff.textObject: {
      reader.skip(10);
      const length = reader.u16();
      reader.skip(reader.left);
      const text = reader.characters(length, 0);
      if (state.objectKind === noteObject && !chart && state.comments.size < commentLimit) state.comments.set(state.object, text);
      else for (const line of text.split(/[\r\n]+/)) tell(chart ? "chart" : "textbox", line, state.anchor);
      return;
    }
    case biff.seriesText:
      reader.skip(2);
      tell("chart", reader.string(1), state.anchor);
      return;
    case biff.label:
      // The names of a chart's categories, as they were when it was drawn.
      reader.skip(6);
      tell("chart", reader.string(2), state.anchor);
      return;
    case biff.hyperlink: {
      const mark = sheetMark(reader.u16() + 1, (reader.skip(2), Math.min(reader.u16(), 16_383)) + 1);
      reader.skip(2);
      for (const text of readHyperlink(reader.rest(), stream.codepage)) tell("link", text, mark);
      return;
    }
    case biff.hyperlinkTooltip: {
      reader.skip(2);
      const mark = sheetMark(reader.u16() + 1, (reader.skip(2), Math.min(reader.u16(), 16_383)) + 1);
      reader.skip(2);
      tell("link", reader.rest().toString("utf16le"), mark);
      return;
    }
    case biff.validation:
      readValidation(state, reader);
      return;
    case biff.conditionalFormat: {
      const data = reader.rest();
      if (data.length < 6) return;
      const size = data.readUInt16LE(2) + data.readUInt16LE(4);
      for (const text of formulaStrings(data.subarray(Math.max(6, data.length - size)), stream.version, stream.codepage)) {
        tell("form", text, sheetMark(1, 1));
      }
      return;
    }
    case biff.autoFilter: {
      reader.skip(4);
      const first = reader.take(10);
      const second = reader.take(10);
      for (const condition of [first, second]) if (condition[0] === 6) tell("form", reader.text(condition[6] ?? 0), sheetMark(1, 1));
      return;
    }
    case biff.scenario: {
      if (!wide) return;
      reader.skip(4);
      const length = reader.u8();
      reader.skip(2);
      tell("form", reader.text(length), sheetMark(1, 1));
      for (const text of looseBiffStrings(reader.rest())) tell("form", text, sheetMark(1, 1));
      return;
    }
    case biff.pivotView: {
      if (!wide) return;
      reader.skip(40);
      const lengths = [reader.u16(), reader.u16()];
      for (const length of lengths) tell("form", reader.text(length), sheetMark(1, 1), "pivotTable");
      return;
    }
    case biff.pivotField:
    case biff.pivotItem:
    case biff.pivotData:
    case biff.consolidationName:
    case biff.queryTable:
    case biff.queryString:
    case biff.table11:
    case biff.table12:
      if (wide) for (const text of looseBiffStrings(reader.rest())) tell("form", text, sheetMark(1, 1), "pivotTable");
      return;
    case biff.pivotString:
      tell("hidden", reader.text(reader.u16()), sheetMark(1, 1), "pivot");
      return;
    default:
  }
}

function tellHeader(state: SheetState, role: "header" | "footer", text: string, suffix: string = role): void {
  for (const line of headerLines(cleanHeader(text))) state.flows.side(role, suffix).line(bytesOf(line), sheetMark(1, 1));
}

/** Line ends of a header stand for lines; other controls for nothing. */
function cleanHeader(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\0-\x09\x0b-\x1f]+/g, "");
}

function readNote(state: SheetState, reader: BiffReader): void {
  const { stream, comments } = state;
  const row = reader.u16();
  const column = Math.min(reader.u16(), 16_383);
  const mark = sheetMark(row + 1, column + 1);
  if (stream.version === 8) {
    reader.skip(2);
    const object = reader.u16();
    const text = comments.get(object);
    comments.delete(object);
    if (text !== undefined) state.tell("comment", text, mark);
    state.tell("comment", reader.string(2), mark, "commentAuthors");
    return;
  }
  const length = reader.u16();
  const text = reader.text(Math.min(length, reader.left));
  if (row === 0xffff && state.pending !== undefined) state.pending.text += text;
  else {
    endComment(state);
    state.pending = { text, mark };
  }
}

function endComment(state: SheetState): void {
  if (state.pending !== undefined) state.tell("comment", state.pending.text, state.pending.mark);
  state.pending = undefined;
}

/** DV ([MS-XLS] 2.4.84): titles and texts of prompt and error, the strings of its conditions, where it holds. */
function readValidation(state: SheetState, reader: BiffReader): void {
  reader.skip(4);
  const texts = [reader.string(2), reader.string(2), reader.string(2), reader.string(2)];
  for (let index = 0; index < 2; index++) {
    const size = reader.u16();
    reader.skip(2);
    for (const text of formulaStrings(reader.take(size), state.stream.version, state.stream.codepage))
      texts.push(text.replaceAll("\0", ","));
  }
  const mark = reader.u16() === 0 ? sheetMark(1, 1) : sheetMark(reader.u16() + 1, (reader.skip(2), Math.min(reader.u16(), 16_383)) + 1);
  for (const text of texts) state.tell("form", text, mark);
}
