import type { Role } from "../../model/chunk.ts";
import type { Sink } from "./flow.ts";
import { cellText } from "./sharedStrings.ts";
import type { SharedStrings } from "./sharedStrings.ts";
import { createSheetFlows, headerLines, sheetColumns, sheetMark } from "./sheetFlows.ts";
import type { SheetOptions } from "./sheetFlows.ts";
import { attribute, attributesOf, trimBytes } from "./xml.ts";
import type { XmlHandler } from "./xml.ts";

/** 1 MiB: Excel ends a cell at 32,767 characters; a longer one is told beside the table, piece by piece. */
const longText = 1024 * 1024;

/**
 * Reads one sheet (ECMA-376 §18.3) as rows of a table: values as they are cached, numbers and dates as the characters that
 * stand in the file, but an integer that a double holds exactly never with an exponent, which hides a card number. Longer ones have lost digits and say so.
 * Hidden rows go to a table of their own; formulas that hold strings, headers and footers, validation texts, links to flows of their roles.
 */
export function createSheet(sink: Sink, strings: SharedStrings, options: SheetOptions): XmlHandler & { end(): void } {
  const flows = createSheetFlows(sink, options);
  let row = 0;
  let column = 0;
  let rowHidden = false;
  let type = 0;
  let value = "";
  let capture: "none" | "value" | "formula" | "header" | "validation" = "none";
  let guide = 0;
  let reference = 0;

  function mark(): number {
    return sheetMark(row, column);
  }

  function addCell(): void {
    if (value === "") return;
    let text: string;
    if (type === 115 /* s */) text = strings.get(Number(value));
    else if (type === 98 /* b */) text = value === "1" ? "TRUE" : value === "0" ? "FALSE" : value;
    else if (type === 0 || type === 110 /* n */)
      text = /e/i.test(value) && Number.isSafeInteger(Number(value)) ? String(Number(value)) : value;
    else text = cellText(value);
    value = "";
    flows.cell(column, text);
  }

  function endRow(): void {
    flows.endRow(row, rowHidden);
  }

  /** All that looks like text in a tag nobody knows. */
  function tellAttributes(role: Role, attributes: string): void {
    if (!/[\x80-\xff]|@|&#/.test(attributes)) return;
    for (const [, text] of attributesOf(attributes))
      if (/[\x80-\xff]|@/.test(text)) flows.side(role).line(cellText(text), reference || mark());
  }

  function tell(role: Role, text: string | undefined): void {
    if (text !== undefined && trimBytes(text) !== "") flows.side(role).line(cellText(trimBytes(text)), reference || mark());
  }

  return {
    open(name, attributes): void {
      switch (name) {
        case "c": {
          const at = attributes.indexOf('r="');
          const found = at >= 0 && attributes.charCodeAt(at - 1) <= 32 ? columnOf(attributes, at + 3) : 0;
          column = found > 0 ? found : column + 1;
          const kind = attributes.indexOf(' t="');
          type = kind < 0 ? 0 : typeOf(attributes, kind + 4);
          value = "";
          return;
        }
        case "v":
          capture = "value";
          value = "";
          return;
        case "t":
          capture = "value";
          return;
        case "row": {
          endRow();
          const number = Number(attribute(attributes, "r"));
          row = number > 0 && number <= 1_048_576 ? number : row + 1;
          rowHidden = attributes.includes("hidden=") && /^(1|true|on)$/.test(attribute(attributes, "hidden") ?? "");
          column = 0;
          return;
        }
        case "f":
          capture = "formula";
          value = "";
          return;
        case "rPh":
          guide++;
          return;
        case "oddHeader":
        case "oddFooter":
        case "evenHeader":
        case "evenFooter":
        case "firstHeader":
        case "firstFooter":
          capture = "header";
          value = "";
          return;
        case "dataValidation":
          reference = markOf(attribute(attributes, "sqref") ?? "");
          for (const which of ["promptTitle", "prompt", "errorTitle", "error"]) tell("form", attribute(attributes, which));
          return;
        case "formula1":
        case "formula2":
        case "formula":
          capture = "validation";
          value = "";
          return;
        case "hyperlink":
          reference = markOf(attribute(attributes, "ref") ?? "");
          for (const which of ["display", "tooltip", "location"]) tell("link", attribute(attributes, which));
          reference = 0;
          return;
        case "filter":
        case "customFilter":
        case "cfRule":
        case "scenario":
        case "inputCells":
        case "protectedRange":
        case "control":
        case "oleObject":
          for (const which of written[name] ?? []) tell("form", attribute(attributes, which));
          return;
        case "is":
        case "r":
        case "sheetData":
        case "rPr":
        case "col":
        case "mergeCell":
          return;
        default:
          tellAttributes("form", attributes);
      }
    },
    text(text): void {
      if (capture === "none") return;
      if (guide > 0) tell("caption", text);
      else value = value === "" ? text : value + text;
      if (value.length > longText) {
        flows.side("body", "long").line(cellText(value), mark());
        value = "";
      }
    },
    close(name): void {
      switch (name) {
        case "v":
        case "t":
          capture = "none";
          return;
        case "c":
          addCell();
          return;
        case "row":
          endRow();
          return;
        case "f":
          if (holdsText(value)) flows.side("field").line(cellText(`=${value}`), mark());
          value = "";
          capture = "none";
          return;
        case "rPh":
          guide = Math.max(0, guide - 1);
          return;
        case "oddHeader":
        case "oddFooter":
        case "evenHeader":
        case "evenFooter":
        case "firstHeader":
        case "firstFooter":
          for (const line of headerLines(value)) flows.side(name.endsWith("Header") ? "header" : "footer", name).line(line, sheetColumns);
          value = "";
          capture = "none";
          return;
        case "dataValidation":
          reference = 0;
          return;
        case "formula1":
        case "formula2":
        case "formula":
          if (value.includes('"')) tell("form", value);
          value = "";
          capture = "none";
          return;
        default:
      }
    },
    end(): void {
      addCell();
      endRow();
      flows.flush();
    },
  };
}

/** Attributes of elements beside the cells that people write. */
const written: Readonly<Record<string, readonly string[]>> = {
  filter: ["val"],
  customFilter: ["val"],
  cfRule: ["text"],
  scenario: ["name", "user", "comment"],
  inputCells: ["val"],
  protectedRange: ["name"],
  control: ["name"],
  oleObject: ["link"],
};

/** Whether a formula holds a string or a path to another file: all else in it is references and names. */
function holdsText(formula: string): boolean {
  return formula.includes('"') || formula.includes("://") || formula.includes(":\\");
}

/** Column of a reference that begins at `at`; 0 when there is none. */
function columnOf(text: string, at: number): number {
  let column = 0;
  for (let index = at; index < at + 3; index++) {
    const code = text.charCodeAt(index);
    if (code >= 65 && code <= 90) column = column * 26 + code - 64;
    else if (code >= 97 && code <= 122) column = column * 26 + code - 96;
    else break;
  }
  return column <= sheetColumns ? column : 0;
}

/** First letter of a cell's type: b, d, e, n, s (shared); `str` and `inlineStr` are told as `i`. */
function typeOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code === 115 && text.charCodeAt(at + 1) !== 34 ? 105 : code;
}

function markOf(reference: string): number {
  const match = /\$?([A-Z]{1,3})\$?(\d{1,7})/.exec(reference);
  return match === null ? 0 : Number(match[2]) * sheetColumns + Math.max(0, columnOf(match[1] ?? "", 0) - 1);
}
