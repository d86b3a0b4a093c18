import type { Location, Role } from "../../model/chunk.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Sink } from "./flow.ts";
import { cellText } from "./sharedStrings.ts";
import type { SharedStrings } from "./sharedStrings.ts";
import { attribute, attributesOf } from "./xml.ts";
import type { XmlHandler } from "./xml.ts";

/** How a sheet is told. */
export interface SheetOptions {
  readonly flow: string;
  /** As a person sees it. */
  readonly title: string;
  readonly roles: readonly [Role, ...Role[]];
}

/** Columns of a sheet, XFD; a mark holds row and column in one number. */
const columns = 16_384;
/** Empty cells given for gaps before a sheet is told without them: 64 Ki, and eight for each cell with content. */
const paddingFree = 64 * 1024;
const paddingEach = 8;
/** 1 MiB: Excel ends a cell at 32,767 characters; a longer one is told beside the table, piece by piece. */
const longText = 1024 * 1024;

/**
 * Reads one sheet (ECMA-376 §18.3) as rows of a table: values as they are cached, numbers and dates as the characters that stand in the file.
 * Hidden rows go to a table of their own; formulas that hold strings, headers and footers, validation texts, links to flows of their roles.
 */
export function createSheet(sink: Sink, strings: SharedStrings, options: SheetOptions): XmlHandler & { end(): void } {
  const { title, roles } = options;
  const place = (at: number, cell: number): Location => ({ kind: "cell", sheet: title, row: at, column: cell });
  const sidePlace = (at: number): Location => ({
    kind: "cell",
    sheet: title,
    row: Math.floor(at / columns),
    column: (at % columns) + 1,
  });
  const main = createFlow(sink, { id: options.flow, roles, place });
  main.table(options.flow, Buffer.from(title, "utf8").toString("latin1"));
  const flows = new Map<string, Flow>([["", main]]);

  let row = 0;
  let column = 0;
  let rowHidden = false;
  let cells: string[] = [];
  let jumps: (readonly [number, number])[] | undefined;
  let type = 0;
  let value = "";
  let capture: "none" | "value" | "formula" | "header" | "validation" = "none";
  let guide = 0;
  let padding = paddingFree;
  let reference = 0;

  function side(role: Role, suffix: string = role): Flow {
    let flow = flows.get(suffix);
    if (flow === undefined) {
      const told: readonly [Role, ...Role[]] =
        role === "header" || role === "footer" ? [role] : roles.includes(role) ? roles : [...roles, role];
      flow = createFlow(sink, {
        id: `${options.flow}-${suffix}`,
        roles: told,
        place: sidePlace,
        ...(suffix === "firstHeader" || suffix === "firstFooter" ? { page: 1 } : {}),
      });
      flows.set(suffix, flow);
    }
    return flow;
  }

  /** Hidden rows are a table of their own: their numbers would not follow on each other in the sheet's. */
  function hiddenRows(): Flow {
    let flow = flows.get("hiddenRows");
    if (flow === undefined) {
      const id = `${options.flow}-hidden`;
      flow = createFlow(sink, { id, roles: roles.includes("hidden") ? roles : [...roles, "hidden"], place });
      flow.table(id, Buffer.from(title, "utf8").toString("latin1"));
      flows.set("hiddenRows", flow);
    }
    return flow;
  }

  function mark(): number {
    return Math.max(1, row) * columns + Math.max(0, column - 1);
  }

  function addCell(): void {
    if (value === "") return;
    let text: string;
    if (type === 115 /* s */) text = strings.get(Number(value));
    else if (type === 98 /* b */) text = value === "1" ? "TRUE" : value === "0" ? "FALSE" : value;
    else if (type === 0 || type === 110 /* n */) text = value;
    else text = cellText(value);
    value = "";
    if (text === "") return;
    const gap = column - 1 - cells.length - (jumps?.at(-1)?.[1] ?? 0);
    if (gap > 0) {
      if (gap <= padding) {
        padding -= gap;
        for (let index = 0; index < gap; index++) cells.push("");
      } else {
        // Columns from here on are told by `jumps`: the real column less the cells given.
        (jumps ??= []).push([cells.length, column - 1 - cells.length]);
      }
    }
    padding += paddingEach;
    cells.push(text);
  }

  function endRow(): void {
    if (cells.length === 0) return;
    const flow = rowHidden ? hiddenRows() : main;
    flow.row(
      cells,
      row,
      jumps?.map(([at, shift]) => [at, at + shift] as const),
    );
    cells = [];
    jumps = undefined;
  }

  /** All that looks like text in a tag nobody knows. */
  function tellAttributes(role: Role, attributes: string): void {
    if (!/[\x80-\xff]|@|&#/.test(attributes)) return;
    for (const [, text] of attributesOf(attributes)) if (/[\x80-\xff]|@/.test(text)) side(role).line(cellText(text), reference || mark());
  }

  function tell(role: Role, text: string | undefined): void {
    if (text !== undefined && text.trim() !== "") side(role).line(cellText(text.trim()), reference || mark());
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
        side("body", "long").line(cellText(value), mark());
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
          if (value.includes('"')) side("field").line(cellText(`=${value}`), mark());
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
          for (const line of headerLines(value)) side(name.endsWith("Header") ? "header" : "footer", name).line(line, columns);
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
      for (const flow of flows.values()) flow.flush();
    },
  };
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
  return column <= columns ? column : 0;
}

/** First letter of a cell's type: b, d, e, n, s (shared); `str` and `inlineStr` are told as `i`. */
function typeOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code === 115 && text.charCodeAt(at + 1) !== 34 ? 105 : code;
}

function markOf(reference: string): number {
  const match = /\$?([A-Z]{1,3})\$?(\d{1,7})/.exec(reference);
  return match === null ? 0 : Number(match[2]) * columns + Math.max(0, columnOf(match[1] ?? "", 0) - 1);
}

/** Left, middle and right of a header (§18.3.1.39), its codes for fonts, numbers and pictures left out. */
function headerLines(text: string): readonly string[] {
  return text
    .replace(/&(?:(&)|([LCR])|"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d{1,3}|[A-Z])/g, (_code, and?: string, part?: string) =>
      and === undefined ? (part === undefined ? "" : "\n") : "&",
    )
    .split("\n")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
