import type { Extracted, ExtractInput, Extractor, Role } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import type { Sink } from "./shared/flow.ts";
import { giveProperties } from "./shared/package.ts";
import { cellText } from "./shared/sharedStrings.ts";
import { createSheetFlows, headerLines, sheetMark } from "./shared/sheetFlows.ts";
import type { SheetFlows } from "./shared/sheetFlows.ts";
import { attribute, createXmlScanner, textOf, xmlPieces } from "./shared/xml.ts";
import type { XmlHandler } from "./shared/xml.ts";

/** Workbooks as one XML document (SpreadsheetML of Excel 2002 and 2003), which many programs write as `.xls`. */
export const spreadsheetMl: Extractor = {
  id: "spreadsheetml",
  title: { zh: "Excel 2003 XML 表格", en: "Excel 2003 XML workbook" },
  version: 1,
  access: "any",
  streaming: true,
  accepts: ({ head }) => {
    const text = Buffer.from(head).toString("latin1").replaceAll("\0", "");
    return (
      /^[^<]{0,8}</.test(text) && text.includes("urn:schemas-microsoft-com:office:spreadsheet") && /<([\w.-]+:)?Workbook[\s>]/.test(text)
    );
  },
  extract,
};

const block = 64 * 1024;

async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; ; at += block) {
    const piece = await readRange(source, at, block);
    if (piece.length > 0) yield piece;
    if (piece.length < block) return;
  }
}

/** Feeds the document to a handler; true when it nests. */
async function* scan(input: ExtractInput, sink: Sink, handler: XmlHandler): AsyncGenerator<Extracted, boolean> {
  const scanner = createXmlScanner(handler);
  for await (const piece of xmlPieces(piecesOf(input.bytes))) {
    if (input.signal.aborted) sink.stop("interrupted", "interrupted in the document");
    if (!sink.open) return true;
    scanner.push(piece);
    yield* sink.drain();
  }
  return scanner.end();
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const hidden = new Set<number>();
  // Whether a sheet is hidden stands behind its cells.
  yield* scan(input, sink, visibility(hidden));
  const reader = createReader(sink, hidden);
  const whole = yield* scan(input, sink, reader);
  reader.end();
  yield* sink.drain();
  yield* reader.properties();
  if (!whole && sink.open) sink.failure("corrupt", "XML ends early or does not nest", true);
  yield* sink.drain();
}

function visibility(hidden: Set<number>): XmlHandler {
  let sheets = 0;
  let inside = false;
  return {
    open(name): void {
      if (name === "Worksheet") sheets++;
      inside = name === "Visible";
    },
    close(): void {
      inside = false;
    },
    text(text): void {
      if (inside && /hidden/i.test(text) && hidden.size < 100_000) hidden.add(sheets);
    },
  };
}

const listed: ReadonlySet<string> = new Set(["DocumentProperties", "CustomDocumentProperties"]);
const said: ReadonlySet<string> = new Set(["InputTitle", "InputMessage", "ErrorTitle", "ErrorMessage"]);

function createReader(sink: Sink, hidden: ReadonlySet<number>): XmlHandler & { end(): void; properties(): Generator<Extracted, void> } {
  const names = createFlow(sink, { id: "names", roles: ["bookmark"], place: () => ({ kind: "property", name: "definedName" }) });
  const propertyNames: string[] = [];
  const values: string[] = [];
  let sheets = 0;
  let flows: SheetFlows | undefined;
  let row = 0;
  let column = 0;
  let span = 0;
  let rowHidden = false;
  let captured: string | undefined;
  let commenting = false;
  let list = "";
  let depth = 0;

  const mark = (): number => sheetMark(row, column);
  const tell = (role: Role, text: string | undefined): void => {
    const told = cellText((text ?? "").trim());
    if (told !== "") flows?.side(role).line(told, mark());
  };

  function open(name: string, attributes: string): void {
    if (list !== "") {
      depth++;
      captured = "";
      return;
    }
    switch (name) {
      case "Worksheet": {
        sheets++;
        const title = attribute(attributes, "Name") ?? "";
        names.line(title, 1);
        row = 0;
        flows = createSheetFlows(sink, {
          flow: `sheet${sheets}`,
          title: textOf(title),
          roles: hidden.has(sheets) ? ["body", "hidden"] : ["body"],
        });
        return;
      }
      case "NamedRange":
        names.line(`${attribute(attributes, "Name") ?? ""}: ${attribute(attributes, "RefersTo") ?? ""}`, 1);
        return;
      case "Row": {
        const index = Number(attribute(attributes, "Index"));
        row = index > 0 && index <= 1_048_576 ? index : row + 1;
        rowHidden = attribute(attributes, "Hidden") === "1";
        column = 0;
        span = 0;
        return;
      }
      case "Cell": {
        const index = Number(attribute(attributes, "Index"));
        column = index > 0 && index <= 16_384 ? index : Math.min(16_384, column + 1 + span);
        const across = Number(attribute(attributes, "MergeAcross"));
        span = across > 0 && across <= 16_384 ? across : 0;
        const formula = attribute(attributes, "Formula");
        if (formula?.includes('"') === true) tell("field", formula);
        tell("link", attribute(attributes, "HRef"));
        tell("link", attribute(attributes, "HRefScreenTip"));
        return;
      }
      case "Comment":
        commenting = true;
        tell("comment", attribute(attributes, "Author"));
        return;
      case "Data":
      case "Value":
        captured = "";
        return;
      case "Header":
      case "Footer":
        for (const line of headerLines(attribute(attributes, "Data") ?? "")) {
          flows?.side(name === "Header" ? "header" : "footer").line(line, sheetMark(1, 1));
        }
        return;
      default:
        if (listed.has(name)) list = name;
        else if (said.has(name)) captured = "";
    }
  }

  function close(name: string): void {
    if (list !== "") {
      if (name === list && depth === 0) list = "";
      else {
        depth = Math.max(0, depth - 1);
        if ((captured ?? "").trim() !== "" && values.length < 10_000) {
          propertyNames.push(name);
          values.push((captured ?? "").trim());
        }
        captured = undefined;
      }
      return;
    }
    switch (name) {
      case "Data": {
        const text = cellText(captured ?? "");
        if (commenting) tell("comment", text);
        else flows?.cell(column, text);
        captured = undefined;
        return;
      }
      case "Comment":
        commenting = false;
        return;
      case "Value":
        if (captured?.includes('"') === true) tell("form", captured);
        captured = undefined;
        return;
      case "Row":
        flows?.endRow(row, rowHidden);
        return;
      case "Worksheet":
        flows?.flush();
        flows = undefined;
        return;
      default:
        if (said.has(name)) {
          tell("form", captured);
          captured = undefined;
        }
    }
  }

  return {
    open,
    close,
    text(text): void {
      if (captured !== undefined) captured += text;
    },
    end(): void {
      flows?.endRow(row, rowHidden);
      flows?.flush();
      names.flush();
    },
    *properties(): Generator<Extracted, void> {
      yield* giveProperties(sink, "document", propertyNames, values);
    },
  };
}
