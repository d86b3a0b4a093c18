import type { Location, Role } from "../../model/chunk.ts";
import { odfNumber, shownNumber } from "./odfCell.ts";
import { createEdges } from "./edges.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Sink } from "./flow.ts";
import { unescapeAddress } from "./package.ts";
import { createSheetFlows, sheetMark, sheetPlace } from "./sheetFlows.ts";
import type { SheetFlows } from "./sheetFlows.ts";
import { attribute, bytesOf, textOf, trimBytes } from "./xml.ts";
import type { XmlHandler } from "./xml.ts";

/** What the parts of one document share. */
export interface OdfShared {
  readonly sink: Sink;
  readonly authors: Set<string>;
  /** Styles whose text, sheet or slide is not shown. */
  readonly hiddenStyles: Set<string>;
  readonly properties: { readonly names: string[]; readonly values: string[] };
  /** Numbers for flows, so that their names are unique in the document. */
  next: number;
  /** Base64 that a flat document carries its pictures and objects in. */
  binary?(bytes: Uint8Array): void;
}

/** A handler of one part; `end` gives what is held. */
export interface OdfHandler extends XmlHandler {
  end(): void;
}

interface Frame {
  flow: Flow;
  roles: readonly [Role, ...Role[]];
  paragraphs: number;
  /** Lines of a shape that may turn out to be lettering (a watermark) when its outline is told. */
  held?: (readonly [text: string, mark: number])[] | undefined;
}

interface Paragraph {
  readonly frame: Frame;
  text: string;
  hidden: string;
  caption: string;
  readonly allHidden: boolean;
}

interface TextTable {
  readonly id: string;
  readonly flow: Flow;
  readonly frame: Frame;
  row: string[];
  cells: (readonly string[])[];
  cell: string[] | undefined;
  /** The number that the open cell holds; empty where it holds text. */
  value: string;
  repeated: number;
  layout: boolean;
  pieces: number;
}

interface Sheet {
  readonly title: string;
  readonly flows: SheetFlows;
  row: number;
  rowsRepeated: number;
  rowHidden: boolean;
  column: number;
  cell: { readonly lines: string[]; readonly value: string; readonly repeated: number } | undefined;
}

/** 2 KiB in one cell of several paragraphs: the table lays out text. */
const layoutCell = 2048;
/** A cell with content that is repeated is told so often at most; rows once. */
const mostRepeated = 64;
const mostColumns = 1024;
/** Elements remembered as open. */
const deepest = 10_000;
/** Boxes in boxes that get a flow of their own. */
const deepestFrame = 100;
/** 1 MiB: a longer paragraph is told in pieces. */
const longText = 1024 * 1024;
/** 64 MiB of one picture or object in a flat document. */
const binaryLimit = 64 * 1024 * 1024;
const listLimit = 100_000;

const shapes: ReadonlySet<string> = new Set(
  "text-box custom-shape rect line polyline polygon regular-polygon path circle ellipse connector caption measure".split(" "),
);
const headers: Readonly<Record<string, Role>> = {
  header: "header",
  "header-left": "header",
  "header-first": "header",
  footer: "footer",
  "footer-left": "footer",
  "footer-first": "footer",
};
const watermarkName = /watermark|\xe6\xb0\xb4\xe5\x8d\xb0/i;
const plainName = /^[^\d.@]{0,60} *\d{0,12}$/;
const fieldAttributes = [
  "string-value",
  "string-value-if-true",
  "string-value-if-false",
  "description",
  "help",
  "hint",
  "database-name",
  "table-name",
  "column-name",
] as const;
/** Frames of a browser that links name as one; any other name a person gave. */
const ownFrame = /^_(self|blank|parent|top)$/;
const formAttributes = ["label", "value", "current-value", "title", "help-message", "string-value", "list-source", "image-data"] as const;

/**
 * Reads the XML of OpenDocument (ISO/IEC 26300) and of OpenOffice.org 1, which agree in their local names: texts, sheets, slides, drawings,
 * charts, styles with headers and footers, properties. `root`: name and roles of the flow of the part.
 */
export function createOdfHandler(
  shared: OdfShared,
  root: { readonly flow: string; readonly roles: readonly [Role, ...Role[]] },
): OdfHandler {
  const { sink, hiddenStyles } = shared;
  let sheet: Sheet | undefined;
  let slide = 0;
  let mode: "text" | "sheets" | "slides" = "text";
  const sides = new Map<string, Flow>();
  const base = openFlow(root.flow, root.roles);
  const rootFrame: Frame = { flow: base, roles: root.roles, paragraphs: 0 };
  const frames: Frame[] = [rootFrame];
  const all = new Set<Flow>([base]);
  const owners: { readonly name: string; readonly frame: boolean }[] = [];
  let beyond = 0;
  const paragraphs: Paragraph[] = [];
  const tables: TextTable[] = [];
  const spans: boolean[] = [];
  let hiddenSpans = 0;
  const edges = createEdges();
  let silent = 0;
  let ruby = 0;
  let masters = 0;
  let forms = 0;
  let metaDepth = -1;
  let metaName = "";
  let metaText = "";
  let capture: { readonly element: string; readonly to: Role | "author" | "binary" } | undefined;
  let captured = "";
  let binary: string[] = [];
  let binaryLength = 0;
  let bodyOpened = false;
  let sheetNumber = 0;
  let styleName = "";
  let shapeName = "";

  function placeOf(): (mark: number) => Location {
    if (sheet !== undefined) {
      const { title } = sheet;
      return (mark) => sheetPlace(title, mark);
    }
    if (mode === "slides" && slide > 0) {
      const number = slide;
      return () => ({ kind: "slide", slide: number });
    }
    return (paragraph) => ({ kind: "paragraph", paragraph });
  }
  function openFlow(id: string, roles: readonly [Role, ...Role[]], page?: number): Flow {
    return createFlow(sink, { id: sink.unique(id), roles, place: placeOf(), ...(page === undefined ? {} : { page }) });
  }
  const frame = (): Frame => frames.at(-1) ?? rootFrame;
  const mark = (): number => (sheet === undefined ? frame().paragraphs : sheetMark(sheet.row + 1, Math.max(1, sheet.column)));

  function own(name: string, made: Frame | undefined): void {
    if (owners.length >= deepest) {
      beyond++;
      return;
    }
    const opens = made !== undefined && frames.length < deepestFrame;
    owners.push({ name, frame: opens });
    if (opens) frames.push(made);
  }
  function disown(name: string): void {
    if (beyond > 0) {
      beyond--;
      return;
    }
    const owner = owners.at(-1);
    if (owner?.name !== name) return;
    owners.pop();
    if (owner.frame) endFrame();
  }
  function endFrame(): void {
    const inner = frames.pop();
    while (paragraphs.length > 0 && paragraphs.at(-1)?.frame === inner) endParagraph();
    while (tables.length > 0 && tables.at(-1)?.frame === inner) endTable();
    if (inner === undefined) return;
    settle(inner);
    inner.flow.flush();
    all.add(inner.flow);
  }
  function settle(to: Frame): void {
    const { held } = to;
    to.held = undefined;
    for (const [text, at] of held ?? []) to.flow.line(text, at);
  }
  function make(id: string, role: Role, options: { readonly alone?: boolean; readonly page?: number } = {}): Frame {
    const outer = frame().roles;
    const roles: readonly [Role, ...Role[]] = options.alone === true ? [role] : outer.includes(role) ? outer : [...outer, role];
    return { flow: openFlow(id, roles, options.page), roles, paragraphs: 0 };
  }

  function side(role: Role): Flow {
    if (sheet !== undefined) return sheet.flows.side(role);
    const { flow, roles } = frame();
    const key = `${flow.id}-${role}`;
    let found = sides.get(key);
    if (found === undefined) {
      found = createFlow(sink, { id: key, roles: roles.includes(role) ? roles : [...roles, role], place: placeOf() });
      sides.set(key, found);
    }
    return found;
  }
  function tell(role: Role, text: string | undefined): void {
    if (text === undefined) return;
    const told = trimBytes(text);
    if (told !== "") side(role).line(told, sheet === undefined ? frame().paragraphs + 1 : mark());
  }

  function append(text: string): void {
    const paragraph = paragraphs.at(-1);
    if (paragraph === undefined || paragraph.frame !== frame() || silent > 0) return;
    if (ruby > 0) paragraph.caption += text;
    else if (paragraph.allHidden || hiddenSpans > 0) paragraph.hidden += edges.hides() + text;
    else {
      paragraph.hidden += edges.shows(text);
      paragraph.text += text;
      if (paragraph.text.length > longText) {
        deliver(paragraph.frame, paragraph.text);
        paragraph.text = "";
      }
    }
  }
  function deliver(to: Frame, text: string): void {
    if (text === "") return;
    const table = tables.at(-1);
    if (to === rootFrame && sheet?.cell !== undefined) sheet.cell.lines.push(text);
    else if (table?.cell !== undefined && table.frame === to) table.cell.push(text);
    else if (to.held !== undefined && to.held.length < 100) to.held.push([text, sheet === undefined ? to.paragraphs : mark()]);
    else {
      settle(to);
      to.flow.line(text, sheet === undefined ? to.paragraphs : mark());
    }
  }
  function endParagraph(): void {
    const paragraph = paragraphs.pop();
    if (paragraph === undefined) return;
    paragraph.frame.paragraphs++;
    edges.end();
    deliver(paragraph.frame, paragraph.text);
    if (paragraph.hidden !== "") tell("hidden", paragraph.hidden);
    if (paragraph.caption !== "") tell("caption", paragraph.caption);
  }

  function openTable(attributes: string): void {
    if (mode === "sheets" && frames.length === 1 && sheet === undefined) {
      const title = textOf(attribute(attributes, "name") ?? "");
      const hidden = hiddenStyles.has(attribute(attributes, "style-name") ?? "") || attribute(attributes, "display") === "false";
      const roles: readonly [Role, ...Role[]] = hidden ? ["body", "hidden"] : ["body"];
      if (title !== "") {
        side("bookmark").line(bytesOf(title), 1);
      }
      sheet = {
        title,
        flows: createSheetFlows(sink, { flow: sink.unique(`sheet${++sheetNumber}`), title, roles }),
        row: 0,
        rowsRepeated: 1,
        rowHidden: false,
        column: 0,
        cell: undefined,
      };
      return;
    }
    if (tables.length >= deepestFrame) return;
    const outer = tables.at(-1);
    const id = `table${shared.next++}`;
    const flow = outer?.cell !== undefined && outer.frame === frame() ? openFlow(id, frame().roles) : frame().flow;
    flow.table(id);
    const name = attribute(attributes, "name") ?? "";
    if (!plainName.test(textOf(name))) tell("bookmark", name);
    tables.push({ id, flow, frame: frame(), row: [], cells: [], cell: undefined, value: "", repeated: 1, layout: false, pieces: 0 });
  }
  function openCell(attributes: string): void {
    const count = Number(attribute(attributes, "number-columns-repeated") ?? 1);
    const repeated = count >= 1 ? Math.min(Math.floor(count), 1_000_000) : 1;
    const table = tables.at(-1);
    if (table !== undefined) {
      endCell();
      table.cell = [];
      table.repeated = repeated;
      table.value = odfNumber(attributes);
      return;
    }
    if (sheet === undefined) return;
    endSheetCell();
    sheet.column++;
    sheet.cell = { lines: [], value: odfNumber(attributes), repeated };
    const formula = attribute(attributes, "formula");
    if (formula !== undefined && formula.includes('"')) tell("field", formula.replace(/^\w+:/, ""));
  }
  function endCell(): void {
    const table = tables.at(-1);
    if (table?.cell === undefined) return;
    const { cell, value } = table;
    table.cell = undefined;
    const lines = value === "" ? cell : [shownNumber(value, cell.join(" "))];
    const text = lines.join(" ");
    if (lines.length > 1 && text.length > layoutCell) table.layout = true;
    const times = text === "" ? Math.min(table.repeated, mostColumns) : Math.min(table.repeated, mostRepeated);
    for (let index = 0; index < times && table.row.length < mostColumns; index++) table.row.push(text);
    table.cells.push(lines);
  }
  function endRow(): void {
    const table = tables.at(-1);
    if (table !== undefined) {
      endCell();
      if (table.layout) {
        table.flow.endTable();
        for (const lines of table.cells) for (const line of lines) table.flow.line(line, frame().paragraphs);
        table.flow.table(`${table.id}.${++table.pieces}`);
      } else if (table.row.some((cell) => cell !== "")) table.flow.row(table.row, frame().paragraphs);
      table.row = [];
      table.cells = [];
      table.layout = false;
      return;
    }
    if (sheet === undefined) return;
    endSheetCell();
    sheet.flows.endRow(sheet.row + 1, sheet.rowHidden);
    sheet.row += sheet.rowsRepeated;
    sheet.column = 0;
  }
  function endSheetCell(): void {
    if (sheet?.cell === undefined) return;
    const { lines, value, repeated } = sheet.cell;
    const text = value === "" ? lines.join(" ") : shownNumber(value, lines.join(" "));
    sheet.cell = undefined;
    if (text !== "") {
      const told = /[\t\r\n]/.test(text) ? text.replace(/[\t\r\n]/g, " ") : text;
      for (let index = 0; index < Math.min(repeated, mostRepeated); index++) sheet.flows.cell(sheet.column + index, told);
    }
    sheet.column += repeated - 1;
  }
  function endTable(): void {
    const table = tables.at(-1);
    if (table !== undefined) {
      endRow();
      tables.pop();
      table.flow.endTable();
      if (table.flow !== frame().flow) all.add(table.flow);
      return;
    }
    if (sheet === undefined) return;
    endRow();
    sheet.flows.flush();
    sheet = undefined;
  }

  function openPage(attributes: string): void {
    slide++;
    const roles: readonly [Role, ...Role[]] = hiddenStyles.has(attribute(attributes, "style-name") ?? "") ? ["body", "hidden"] : ["body"];
    const name = attribute(attributes, "name") ?? "";
    own("page", { flow: openFlow(`slide${slide}`, roles), roles, paragraphs: 0 });
    if (!/^(page|slide)?[ _-]*\d*$/i.test(name) && !plainName.test(textOf(name))) tell("bookmark", name);
    else if (/[\x80-\xff]/.test(name)) tell("bookmark", name);
  }
  function openShape(name: string, attributes: string): void {
    shapeName = attribute(attributes, "name") ?? (name === "text-box" ? shapeName : "");
    describe(name === "text-box" ? "" : shapeName);
    // On a slide boxes are what it says; elsewhere they stand beside the text.
    if (mode === "slides" && slide > 0) own(name, undefined);
    else if (frame().roles.includes("textbox") || frame().roles.includes("watermark")) own(name, undefined);
    else if (watermarkName.test(shapeName)) own(name, make(`watermark${shared.next++}`, "watermark"));
    else own(name, { ...make(`textbox${shared.next++}`, "textbox"), held: name === "custom-shape" ? [] : undefined });
  }
  function describe(name: string): void {
    if (name !== "" && !plainName.test(textOf(name)) && !watermarkName.test(name)) tell("caption", name);
  }
  function begin(element: string, to: Role | "author" | "binary"): void {
    capture = { element, to };
    captured = "";
  }

  return {
    open(name, attributes): void {
      if (metaDepth >= 0) {
        openMeta(name, attributes);
        return;
      }
      if (bodyOpened) {
        bodyOpened = false;
        if (name === "spreadsheet") mode = "sheets";
        else if (name === "presentation" || name === "drawing") mode = "slides";
        else if (name === "chart") own("chart", make(`chart${shared.next++}`, "chart", { alone: true }));
        if (name === "spreadsheet" || name === "presentation" || name === "drawing" || name === "chart") return;
      }
      if (forms > 0) for (const key of formAttributes) tell("form", attribute(attributes, key));
      const header = masters > 0 ? headers[name] : undefined;
      if (header !== undefined) {
        own(name, make(`${header}${shared.next++}`, header, { alone: true, ...(name.endsWith("-first") ? { page: 1 } : {}) }));
        return;
      }
      if (shapes.has(name)) {
        openShape(name, attributes);
        return;
      }
      switch (name) {
        case "p":
        case "h":
          // The title of a chart is made of paragraphs.
          if (capture?.to === "caption") capture = undefined;
          paragraphs.push({
            frame: frame(),
            text: "",
            hidden: "",
            caption: "",
            allHidden: hiddenStyles.has(attribute(attributes, "style-name") ?? ""),
          });
          return;
        case "span": {
          const hides = hiddenStyles.size > 0 && hiddenStyles.has(attribute(attributes, "style-name") ?? "");
          if (spans.length < deepest) {
            spans.push(hides);
            if (hides) hiddenSpans++;
          }
          return;
        }
        case "s":
          append(" ".repeat(Math.min(1000, Math.max(1, Number(attribute(attributes, "c") ?? 1) || 1))));
          return;
        case "tab":
        case "tab-stop":
          append("\t");
          return;
        case "line-break":
          append("\n");
          return;
        case "a":
          tell("link", unescapeAddress(attribute(attributes, "href") ?? ""));
          tell("link", attribute(attributes, "title"));
          if (!ownFrame.test(attribute(attributes, "target-frame-name") ?? "_self"))
            tell("link", attribute(attributes, "target-frame-name"));
          return;
        case "scenario":
          tell("form", attribute(attributes, "comment"));
          return;
        case "condition":
          // calcext: what a cell is compared with stands between quotes.
          for (const [, text] of (attribute(attributes, "value") ?? "").matchAll(/"([^"]{1,32767})"/g)) tell("form", text);
          return;
        case "note-citation":
        case "footnote-citation":
        case "endnote-citation":
          silent++;
          return;
        case "note-body":
        case "footnote-body":
        case "endnote-body":
          own(name, make(`footnote${shared.next++}`, "footnote"));
          return;
        case "annotation":
          author(attribute(attributes, "author"));
          own(name, make(`comment${shared.next++}`, "comment"));
          return;
        case "creator":
          begin(name, "author");
          return;
        case "tracked-changes":
          own(name, make(`deleted${shared.next++}`, "deleted"));
          return;
        case "content-validations":
          own(name, make(`validation${shared.next++}`, "form"));
          return;
        case "content-validation": {
          const condition = attribute(attributes, "condition") ?? "";
          if (/["\x80-\xff]/.test(condition)) tell("form", condition);
          return;
        }
        case "help-message":
        case "error-message":
          tell("form", attribute(attributes, "title"));
          return;
        case "named-range":
        case "named-expression":
        case "database-range": {
          const target =
            attribute(attributes, "expression") ??
            attribute(attributes, "cell-range-address") ??
            attribute(attributes, "target-range-address") ??
            "";
          tell("bookmark", `${attribute(attributes, "name") ?? ""}: ${target}`);
          return;
        }
        case "filter-condition":
          tell("form", attribute(attributes, "value"));
          return;
        case "table":
          openTable(attributes);
          return;
        case "table-row":
          endRowIfOpen();
          if (sheet !== undefined && tables.length === 0) {
            const count = Number(attribute(attributes, "number-rows-repeated") ?? 1);
            sheet.rowsRepeated = count >= 1 ? Math.min(Math.floor(count), 2_000_000) : 1;
            sheet.rowHidden = /^(collapse|filter)$/.test(attribute(attributes, "visibility") ?? "");
          }
          return;
        case "table-cell":
        case "covered-table-cell":
          openCell(attributes);
          return;
        case "change-track-table-cell":
          tell("deleted", odfNumber(attributes));
          return;
        case "table-source":
        case "cell-range-source":
          tell("link", unescapeAddress(attribute(attributes, "href") ?? ""));
          return;
        case "page":
          openPage(attributes);
          return;
        case "notes":
          own(name, make(`notes${slide}`, "comment", { alone: true }));
          return;
        case "master-page":
        case "handout-master":
          masters++;
          own(name, make(`master${shared.next++}`, "header", { alone: true }));
          return;
        case "header-decl":
          begin(name, "header");
          return;
        case "footer-decl":
        case "date-time-decl":
          begin(name, "footer");
          return;
        case "section":
          if (!/^Section ?\d*$|^\xe5\x8c\xba/.test(attribute(attributes, "name") ?? "")) tell("bookmark", attribute(attributes, "name"));
          own(name, attribute(attributes, "display") === "none" ? make(`hidden${shared.next++}`, "hidden") : undefined);
          return;
        case "frame":
        case "g":
          shapeName = attribute(attributes, "name") ?? "";
          describe(shapeName);
          return;
        case "title":
        case "desc":
          begin(name, "caption");
          return;
        case "image":
        case "object":
        case "object-ole":
        case "plugin":
        case "floating-frame":
        case "event-listener": {
          const address = attribute(attributes, "href") ?? "";
          if (/^[a-z][\w+.-]*:|^\/|^\.\.\//i.test(address)) tell("link", unescapeAddress(address));
          return;
        }
        case "enhanced-geometry": {
          // Lettering drawn along a line, which is how word processors write watermarks.
          const to = frame();
          const lettering = attribute(attributes, "text-path") === "true" || (attribute(attributes, "type") ?? "").startsWith("fontwork");
          if (to.held !== undefined && lettering) {
            const outer = to.roles.filter((role) => role !== "textbox");
            const [first = "watermark", ...others] = [...outer, "watermark" as const];
            to.roles = [first, ...others];
            to.flow = openFlow(`watermark${shared.next++}`, to.roles);
          }
          return;
        }
        case "ruby-text":
          ruby++;
          return;
        case "bookmark":
        case "bookmark-start":
        case "reference-mark":
        case "reference-mark-start": {
          const mark = attribute(attributes, "name") ?? "";
          if (!/^_(?:Toc|Ref|Hlk|GoBack|_)/.test(mark)) tell("bookmark", mark);
          return;
        }
        case "hidden-text":
        case "hidden-paragraph":
          tell("hidden", attribute(attributes, "string-value"));
          return;
        case "param":
          if (!/^\d{0,6}$/.test(attribute(attributes, "value") ?? "")) tell("field", attribute(attributes, "value"));
          return;
        case "script":
        case "module":
          begin(name, "code");
          return;
        case "forms":
          forms++;
          return;
        case "meta":
          if (attribute(attributes, "name") === undefined) metaDepth = 0;
          return;
        case "body":
          bodyOpened = true;
          return;
        case "binary-data":
          begin(name, "binary");
          return;
        case "style":
          styleName = attribute(attributes, "name") ?? "";
          if (hiddenStyles.has(attribute(attributes, "parent-style-name") ?? "")) hide();
          {
            const shown = attribute(attributes, "display-name") ?? styleName;
            if (/[\x80-\xff]/.test(shown)) tell("property", shown);
          }
          return;
        case "text-properties":
        case "properties":
          if (attribute(attributes, "display") === "none") hide();
          return;
        case "table-properties":
          if (attribute(attributes, "display") === "false") hide();
          return;
        case "drawing-page-properties":
          if (attribute(attributes, "visibility") === "hidden") hide();
          return;
        default:
          if (
            name.startsWith("user-") ||
            name.startsWith("variable-") ||
            name.endsWith("-input") ||
            /^(conditional-text|expression|placeholder|alphabetical-index-mark|toc-mark|database-\w+|dde-connection-decl|sequence-ref|execute-macro)/.test(
              name,
            )
          ) {
            for (const key of fieldAttributes) tell("field", attribute(attributes, key));
          }
      }
    },
    text(text): void {
      if (metaDepth >= 0) {
        if (metaText.length < longText) metaText += text;
        return;
      }
      if (capture === undefined) append(text);
      else if (capture.to === "binary") {
        if (binaryLength < binaryLimit * 1.4) {
          binary.push(text);
          binaryLength += text.length;
        }
      } else if (captured.length < longText) captured += text;
    },
    close(name): void {
      if (metaDepth >= 0) {
        closeMeta(name);
        return;
      }
      if (capture?.element === name) {
        finish();
        return;
      }
      if (shapes.has(name) || headers[name] !== undefined) {
        if (headers[name] === undefined || masters > 0) disown(name);
        return;
      }
      switch (name) {
        case "p":
        case "h":
          endParagraph();
          return;
        case "span":
          if (spans.pop() === true) hiddenSpans--;
          return;
        case "note-citation":
        case "footnote-citation":
        case "endnote-citation":
          if (silent > 0) silent--;
          return;
        case "note-body":
        case "footnote-body":
        case "endnote-body":
        case "annotation":
        case "tracked-changes":
        case "content-validations":
        case "page":
        case "notes":
        case "section":
        case "chart":
          disown(name);
          return;
        case "master-page":
        case "handout-master":
          disown(name);
          if (masters > 0) masters--;
          return;
        case "table":
          endTable();
          return;
        case "table-row":
          endRow();
          return;
        case "table-cell":
        case "covered-table-cell":
          if (tables.length > 0) endCell();
          else endSheetCell();
          return;
        case "ruby-text":
          if (ruby > 0) ruby--;
          return;
        case "forms":
          if (forms > 0) forms--;
          return;
        default:
      }
    },
    end(): void {
      if (capture !== undefined) finish();
      while (frames.length > 1) endFrame();
      while (paragraphs.length > 0) endParagraph();
      while (tables.length > 0) endTable();
      endTable();
      for (const flow of all) flow.flush();
      for (const flow of sides.values()) flow.flush();
    },
  };

  function endRowIfOpen(): void {
    const table = tables.at(-1);
    if (table === undefined ? sheet?.cell !== undefined : table.row.length > 0 || table.cell !== undefined) endRow();
  }
  function hide(): void {
    if (styleName !== "" && hiddenStyles.size < listLimit) hiddenStyles.add(styleName);
  }
  function author(name: string | undefined): void {
    if (name !== undefined && trimBytes(name) !== "" && shared.authors.size < 1000) shared.authors.add(trimBytes(name));
  }
  function finish(): void {
    if (capture === undefined) return;
    const { to } = capture;
    capture = undefined;
    if (to === "author") author(captured);
    else if (to === "binary") {
      const bytes = Buffer.from(binary.join("").replace(/[^A-Za-z0-9+/=]+/g, ""), "base64");
      binary = [];
      binaryLength = 0;
      if (bytes.length > 0) shared.binary?.(bytes);
    } else tell(to, captured);
    captured = "";
  }
  function openMeta(name: string, attributes: string): void {
    metaDepth++;
    if (metaDepth !== 1) return;
    metaName = attribute(attributes, "name") ?? name;
    metaText = "";
    if (name === "template") for (const key of ["title", "href"]) property(name, attribute(attributes, key) ?? "");
  }
  function closeMeta(name: string): void {
    if (metaDepth === 0) {
      if (name === "meta") metaDepth = -1;
      return;
    }
    metaDepth--;
    if (metaDepth === 0) property(metaName, metaText);
  }
  function property(name: string, value: string): void {
    const told = trimBytes(value);
    if (told === "" || shared.properties.names.length >= listLimit) return;
    shared.properties.names.push(name);
    shared.properties.values.push(told);
  }
}
