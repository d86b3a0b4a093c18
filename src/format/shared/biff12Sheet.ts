import type { Role } from "../../model/chunk.ts";
import { biff12, Biff12Reader, biff12Taker, listStrings, looseStrings } from "./biff12.ts";
import { formulaStrings } from "./biffFormula.ts";
import { lineText } from "./biffText.ts";
import { numberText, rkNumber, truthText } from "./cellValue.ts";
import type { Sink } from "./flow.ts";
import type { PartTaker } from "./package.ts";
import type { SharedStrings } from "./sharedStrings.ts";
import { createSheetFlows, headerLines, sheetColumns, sheetMark } from "./sheetFlows.ts";
import type { SheetOptions } from "./sheetFlows.ts";
import { bytesOf } from "./xml.ts";

/** Behind the column of a cell: the index of its format and a flag. Short cells stand one column behind the last and have no more than that. */
const cellHead = 8;
const shortHead = 4;

const headerFlows = ["oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"] as const;

/** Records that hold numbers only, and come often: none is looked through for strings. */
const noStrings: ReadonlySet<number> = new Set([1, 12, 37, 38, 40, 42, 49, 50, 60, 129, 130, 145, 146, 147, 148, 151, 152, 176]);

/** What a person wrote, of strings nobody knows the use of. */
export function readsAsContent(text: string): boolean {
  return /[^\x00-\x7f]|@|\d{11}/.test(text);
}

/**
 * Reads one sheet of a binary workbook ([MS-XLSB] 2.1.7.61) as the reader of XML does: rows of a table as they are stored, hidden rows in a table of
 * their own, strings in formulas, headers and footers, texts of validation, links in flows of their roles. Of records that are not known, the
 * strings are told that read as content.
 */
export function createBiff12Sheet(sink: Sink, strings: SharedStrings, options: SheetOptions): PartTaker {
  const flows = createSheetFlows(sink, options);
  let row = 0;
  let column = 0;
  let rowHidden = false;
  /** Extensions, one in another: in them numbers of types stand for other records. */
  let extension = 0;

  function mark(): number {
    return sheetMark(row, column);
  }

  function tell(role: Role, text: string, at: number, suffix?: string): void {
    const told = lineText(text).trim();
    if (told !== "") flows.side(role, suffix).line(bytesOf(told), at);
  }

  /** Row and column where a range begins. */
  function cornerOf(reader: Biff12Reader): number {
    const top = reader.u32();
    reader.skip(4);
    const left = reader.u32();
    reader.skip(4);
    return sheetMark(Math.min(top, 1_048_575) + 1, Math.min(left, sheetColumns - 1) + 1);
  }

  function formula(bytes: Buffer, from: number, to: number): void {
    // Flags of two bytes, then the formula. Few hold strings, which need these bytes.
    if (from + 6 >= to) return;
    const reader = new Biff12Reader(bytes, from + 2, to);
    const { tokens, extra } = reader.formula();
    for (const text of formulaStrings(tokens, 12, 0)) tell("field", text, mark());
    if (extra.length > 0) for (const text of listStrings(extra)) tell("field", text, mark());
  }

  function cell(type: number, bytes: Buffer, from: number, to: number): void {
    if (type >= biff12.shortBlank && type <= biff12.shortShared) column++;
    else column = from + 4 <= to ? Math.min(bytes.readUInt32LE(from), sheetColumns - 1) + 1 : column + 1;
    const at = from + (type >= biff12.shortBlank && type <= biff12.shortShared ? shortHead : cellHead);
    const put = (text: string): void => flows.cell(column, text);
    switch (type) {
      case biff12.cellShared:
      case biff12.shortShared:
        if (at + 4 <= to) put(strings.get(bytes.readUInt32LE(at)));
        return;
      case biff12.cellRk:
      case biff12.shortRk:
        if (at + 4 <= to) put(numberText(rkNumber(bytes.readInt32LE(at))));
        return;
      case biff12.cellReal:
      case biff12.shortReal:
      case biff12.formulaNumber:
        if (at + 8 <= to) put(numberText(bytes.readDoubleLE(at)));
        if (type === biff12.formulaNumber) formula(bytes, at + 8, to);
        return;
      case biff12.cellBool:
      case biff12.shortBool:
      case biff12.cellError:
      case biff12.shortError:
      case biff12.formulaBool:
      case biff12.formulaError:
        if (at < to)
          put(truthText(bytes[at] ?? 0, type === biff12.cellError || type === biff12.shortError || type === biff12.formulaError));
        if (type === biff12.formulaBool || type === biff12.formulaError) formula(bytes, at + 1, to);
        return;
      case biff12.cellRich: {
        const { text, phonetic } = new Biff12Reader(bytes, at, to).rich();
        put(bytesOf(lineText(text)));
        tell("caption", phonetic, mark());
        return;
      }
      default: {
        const length = at + 4 <= to ? bytes.readUInt32LE(at) : 0;
        const end = Math.min(to, at + 4 + length * 2);
        if (end > at + 4) put(bytesOf(lineText(bytes.toString("utf16le", at + 4, end))));
        if (type === biff12.formulaString) formula(bytes, end, to);
      }
    }
  }

  function beside(type: number, bytes: Buffer, from: number, to: number): void {
    const reader = new Biff12Reader(bytes, from, to);
    switch (type) {
      case biff12.headerFooter:
        reader.skip(2);
        for (const suffix of headerFlows) {
          for (const line of headerLines(bytesOf(lineText(reader.string()))))
            flows.side(suffix.endsWith("Header") ? "header" : "footer", suffix).line(line, sheetColumns);
        }
        return;
      case biff12.validation: {
        reader.skip(4);
        const ranges = reader.u32();
        const at = cornerOf(reader);
        reader.skip(Math.max(0, ranges - 1) * 16);
        for (let index = 0; index < 4; index++) tell("form", reader.string(), at);
        for (let index = 0; index < 2; index++) {
          const { tokens, extra } = reader.formula();
          for (const text of [...formulaStrings(tokens, 12, 0), ...listStrings(extra)]) tell("form", text.replaceAll("\0", ","), at);
        }
        return;
      }
      case biff12.hyperlink: {
        const at = cornerOf(reader);
        // The number of its relation, whose target is told with the others.
        reader.string();
        const [location, tooltip, display] = [reader.string(), reader.string(), reader.string()];
        for (const text of [display, tooltip, location]) tell("link", text ?? "", at);
        return;
      }
      case biff12.validationList:
      case biff12.conditionalRule:
        for (const text of looseStrings(bytes, from, to)) tell("form", text, mark());
        return;
      default:
        if (noStrings.has(type)) return;
        for (const text of looseStrings(bytes, from, to)) if (readsAsContent(text)) tell("form", text, mark());
    }
  }

  const taker = biff12Taker((type, bytes, from, to) => {
    if (type === biff12.extensionBegin) extension++;
    else if (type === biff12.extensionEnd) extension = Math.max(0, extension - 1);
    else if (extension > 0 && type !== biff12.row) beside(type, bytes, from, to);
    else if (type === biff12.row) {
      // No row stands in an extension: the end of one was lost.
      extension = 0;
      flows.endRow(row, rowHidden);
      const number = from + 4 <= to ? bytes.readUInt32LE(from) + 1 : 0;
      row = number > 0 && number <= 1_048_576 ? number : row + 1;
      rowHidden = from + 12 <= to && ((bytes[from + 11] ?? 0) & 0x10) !== 0;
      column = 0;
    } else if ((type >= biff12.cellRk && type <= biff12.shortShared && type !== biff12.shortBlank) || type === biff12.cellRich) {
      cell(type, bytes, from, to);
    } else if (type === biff12.shortBlank) column++;
    else beside(type, bytes, from, to);
  });
  return {
    push: (piece) => taker.push(piece),
    end(): string | undefined {
      const wrong = taker.end();
      flows.endRow(row, rowHidden);
      flows.flush();
      return wrong;
    },
  };
}
