import type { Extracted } from "../../model/chunk.ts";
import { lineText } from "./biffText.ts";
import { formulaStrings } from "./biffFormula.ts";
import { biff, BiffReader, emptyRecord, readRecord } from "./biffRecord.ts";
import type { BiffRecord, BiffStream } from "./biffRecord.ts";
import { numberText, rkNumber, truthText } from "./cellValue.ts";
import type { Sink } from "./flow.ts";
import type { SharedStrings } from "./sharedStrings.ts";
import { sheetColumns, sheetMark } from "./sheetFlows.ts";
import type { SheetFlows } from "./sheetFlows.ts";
import { bytesOf } from "./xml.ts";

/** The cells of one sheet: where they lie while it is read, then what they hold, in the order of rows. */
export interface BiffCells {
  /** True when the record is a cell or says of a row. */
  take(record: BiffRecord, at: number): boolean;
  give(sink: Sink, flows: SheetFlows): Generator<Extracted, void>;
}

/** A BIFF8 row is at most 16 bit wide and a sheet 65,536 rows long. */
const rowBits = 65_536;

/** Types of cells in version 2, whose records are numbered apart; formulas in all. */
const cells2: ReadonlySet<number> = new Set([0x02, 0x03, 0x04, 0x05, 0x06]);
const cells: ReadonlySet<number> = new Set([
  biff.formula,
  0x206,
  0x406,
  biff.number,
  biff.label,
  biff.boolError,
  biff.rk,
  biff.mulRk,
  biff.rString,
  biff.labelSst,
]);
/** Some programs put records of version 2 under a BOF of version 3 or 4. */
const cells4: ReadonlySet<number> = new Set([...cells2, ...cells]);

/**
 * Gathers where the cells lie first: rows that are hidden are named anywhere in the sheet, and programs other than Excel write cells column by
 * column, which would tear rows apart.
 */
export function createBiffCells(stream: BiffStream, strings: SharedStrings): BiffCells {
  const { bytes, version } = stream;
  const known = version === 2 ? cells2 : version < 5 ? cells4 : cells;
  let places = new Uint32Array(1024);
  let keys = new Uint32Array(1024);
  let count = 0;
  let sorted = true;
  const hidden = new Set<number>();
  return {
    take(record, at): boolean {
      const { type, from, to } = record;
      if (known.has(type)) {
        if (to - from < 6) return true;
        if (count === places.length) {
          places = doubled(places);
          keys = doubled(keys);
        }
        const key = bytes.readUInt16LE(from) * rowBits + bytes.readUInt16LE(from + 2);
        if (count > 0 && key < (keys[count - 1] ?? 0)) sorted = false;
        places[count] = at;
        keys[count++] = key;
        return true;
      }
      if (type !== biff.row) return false;
      if (to - from >= 14 && (bytes.readUInt16LE(from + 12) & 0x20) !== 0) hidden.add(bytes.readUInt16LE(from));
      return true;
    },
    *give(sink, flows): Generator<Extracted, void> {
      const order = sorted
        ? undefined
        : new Uint32Array(count).map((_, index) => index).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
      const record = emptyRecord();
      let row = -1;
      for (let index = 0; index < count && sink.open; index++) {
        const which = order === undefined ? index : (order[index] ?? 0);
        const key = keys[which] ?? 0;
        const next = Math.floor(key / rowBits);
        if (next !== row) {
          flows.endRow(row + 1, hidden.has(row));
          row = next;
          if ((index & 0x3f) === 0) yield* sink.drain();
        }
        if (!readRecord(bytes, places[which] ?? 0, record)) continue;
        giveCell(stream, record, strings, flows, row, key % rowBits);
      }
      flows.endRow(row + 1, hidden.has(row));
    },
  };
}

function doubled(list: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(list.length * 2);
  larger.set(list);
  return larger;
}

function giveCell(stream: BiffStream, record: BiffRecord, strings: SharedStrings, flows: SheetFlows, row: number, column: number): void {
  const { bytes, version } = stream;
  const { from, to, type } = record;
  const put = (text: string): void => flows.cell(column + 1, text);
  // Behind row and column: three bytes of attributes in version 2, else the index of a format.
  const old = type < biff.formula || (type === biff.formula && version === 2);
  const at = from + (old ? 7 : 6);
  switch (type) {
    case biff.labelSst:
      if (at + 4 <= to) put(strings.get(bytes.readUInt32LE(at)));
      return;
    case biff.rk:
      if (at + 4 <= to) put(numberText(rkNumber(bytes.readInt32LE(at))));
      return;
    case biff.number:
    case 0x03:
      if (at + 8 <= to) put(numberText(bytes.readDoubleLE(at)));
      return;
    case biff.mulRk:
      for (let place = from + 4, cell = column; place + 6 + 2 <= to; place += 6, cell++) {
        flows.cell(cell + 1, numberText(rkNumber(bytes.readInt32LE(place + 2))));
      }
      return;
    case biff.label:
    case biff.rString:
    case 0x04: {
      const reader = new BiffReader(stream, record);
      reader.skip(at - from);
      put(bytesOf(lineText(reader.string(old ? 1 : 2))));
      return;
    }
    case biff.boolError:
    case 0x05:
      if (at + 2 <= to) put(truthText(bytes[at] ?? 0, bytes[at + 1] !== 0));
      return;
    case 0x02:
      if (at + 2 <= to) put(String(bytes.readUInt16LE(at)));
      return;
    default:
      giveFormula(stream, record, at, flows, row, column, put);
  }
}

function giveFormula(
  stream: BiffStream,
  record: BiffRecord,
  at: number,
  flows: SheetFlows,
  row: number,
  column: number,
  put: (text: string) => void,
): void {
  const { bytes, version, codepage } = stream;
  if (at + 8 > record.to) return;
  if (version >= 5 && at + 16 <= record.to) {
    const end = Math.min(record.to, at + 16 + bytes.readUInt16LE(at + 14));
    for (const text of formulaStrings(bytes.subarray(at + 16, end), version, codepage)) {
      const line = lineText(text);
      if (line.trim() !== "") flows.side("field").line(bytesOf(line), sheetMark(row + 1, Math.min(column, sheetColumns - 1) + 1));
    }
  }
  if (bytes.readUInt16LE(at + 6) !== 0xffff) {
    put(numberText(bytes.readDoubleLE(at)));
    return;
  }
  const kind = bytes[at] ?? 0;
  if (kind === 1 || kind === 2) put(truthText(bytes[at + 2] ?? 0, kind === 2));
  else if (kind === 0) {
    const text = stringBehind(stream, record);
    if (text !== undefined) put(bytesOf(lineText(text)));
  }
}

/** The STRING record behind a formula, with a shared formula, an array or a table between them. */
function stringBehind(stream: BiffStream, formula: BiffRecord): string | undefined {
  const record = emptyRecord();
  let at = formula.next;
  for (let step = 0; step < 4 && readRecord(stream.bytes, at, record); step++, at = record.next) {
    if (record.type === biff.string || record.type === 0x07) return new BiffReader(stream, record).string(record.type === 0x07 ? 1 : 2);
    if (cells.has(record.type)) return undefined;
  }
  return undefined;
}
