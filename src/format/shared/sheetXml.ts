import type { Sink } from "./flow.ts";
import { createSheetFlows, sheetMark } from "./sheetFlows.ts";
import type { SheetFlows } from "./sheetFlows.ts";
import { unescapeAddress } from "./package.ts";
import { attribute, textOf, trimBytes } from "./xml.ts";
import type { XmlHandler } from "./xml.ts";

/** What a workbook in one XML file gives. */
export interface SheetXml extends XmlHandler {
  end(): void;
  readonly properties: { readonly names: readonly string[]; readonly values: readonly string[] };
}

/** SpreadsheetML of Excel 2002 and 2003 (`Workbook`): rows, comments, links, headers, names, hidden sheets and rows. */
export function createSheetXml(sink: Sink): SheetXml {
  const names: string[] = [];
  const values: string[] = [];
  let flows: SheetFlows | undefined;
  let sheets = 0;
  let row = 0;
  let column = 0;
  let rowHidden = false;
  let rowSpan = 0;
  let capture: "data" | "comment" | "property" | "visible" | undefined;
  let text = "";
  let properties = false;
  let sheetName = "";
  let pending: { readonly column: number; readonly text: string }[] = [];
  function begin(attributes: string): void {
    sheetName = attribute(attributes, "Name") ?? "";
    flows = createSheetFlows(sink, { flow: sink.unique(`sheet${++sheets}`), title: textOf(sheetName), roles: ["body"] });
    if (sheetName !== "") flows.side("bookmark").line(sheetName, sheetMark(1, 1));
    row = 0;
  }
  function endRow(): void {
    for (const cell of pending) flows?.cell(cell.column, cell.text.replace(/[\t\r\n]/g, " "));
    pending = [];
    flows?.endRow(row, rowHidden);
  }

  return {
    properties: { names, values },
    open(name, attributes): void {
      switch (name) {
        case "Worksheet":
          begin(attributes);
          return;
        case "Row": {
          const index = Number(attribute(attributes, "Index"));
          row = index > 0 && index <= 1_048_576 ? index : row + 1 + rowSpan;
          rowSpan = Math.min(1_048_576, Math.max(0, Number(attribute(attributes, "Span") ?? 0) || 0));
          rowHidden = attribute(attributes, "Hidden") === "1";
          column = 0;
          return;
        }
        case "Cell": {
          const index = Number(attribute(attributes, "Index"));
          column = index > 0 && index <= 16_384 ? index : column + 1;
          const address = attribute(attributes, "HRef");
          if (address !== undefined) flows?.side("link").line(unescapeAddress(address), sheetMark(row, column));
          const formula = attribute(attributes, "Formula");
          if (formula?.includes('"') === true) flows?.side("field").line(formula, sheetMark(row, column));
          return;
        }
        case "Data":
          if (capture === undefined) {
            capture = "data";
            text = "";
          }
          return;
        case "Comment":
          capture = "comment";
          text = "";
          return;
        case "NamedRange":
          if (flows === undefined) return;
          flows
            .side("bookmark")
            .line(`${attribute(attributes, "Name") ?? ""}: ${attribute(attributes, "RefersTo") ?? ""}`, sheetMark(1, 1));
          return;
        case "Header":
        case "Footer": {
          const said = attribute(attributes, "Data");
          if (said !== undefined)
            flows?.side(name === "Header" ? "header" : "footer").line(said.replace(/&[LCR]/g, " ").trim(), sheetMark(1, 1));
          return;
        }
        case "DocumentProperties":
        case "CustomDocumentProperties":
          properties = true;
          return;
        default:
          if (properties) {
            capture = "property";
            text = "";
          } else if (name === "InputTitle" || name === "InputMessage" || name === "ErrorTitle" || name === "ErrorMessage") {
            capture = "visible";
            text = "";
          }
      }
    },
    text(piece): void {
      if (capture !== undefined && text.length < 1024 * 1024) text += piece;
    },
    close(name): void {
      switch (name) {
        case "Data":
          if (capture !== "data") return;
          capture = undefined;
          if (text !== "") pending.push({ column, text });
          return;
        case "Cell":
          return;
        case "Comment":
          capture = undefined;
          if (trimBytes(text) !== "") flows?.side("comment").line(trimBytes(text), sheetMark(row, column));
          return;
        case "Row":
          endRow();
          return;
        case "Worksheet":
          flows?.flush();
          flows = undefined;
          return;
        case "DocumentProperties":
        case "CustomDocumentProperties":
          properties = false;
          capture = undefined;
          return;
        default:
          if (capture === "property" && trimBytes(text) !== "" && names.length < 10_000) {
            names.push(name);
            values.push(trimBytes(text));
          } else if (capture === "visible" && trimBytes(text) !== "")
            flows?.side("form").line(trimBytes(text), sheetMark(Math.max(1, row), 1));
          if (capture === "property" || capture === "visible") {
            capture = undefined;
            text = "";
          }
      }
    },
    end(): void {
      endRow();
      flows?.flush();
    },
  };
}
