import type { Location, Role } from "../../model/chunk.ts";
import { createEdges } from "./edges.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Sink } from "./flow.ts";
import { odfNumber } from "./odfCell.ts";
import type { OdfFrame } from "./odfFrame.ts";
import { createOdfMeta } from "./odfMeta.ts";
import type { OdfProperties } from "./odfMeta.ts";
import { openOdfSheet } from "./odfSheet.ts";
import type { OdfSheet } from "./odfSheet.ts";
import { createOdfTables } from "./odfTables.ts";
import { unescapeAddress } from "./package.ts";
import { sheetPlace } from "./sheetFlows.ts";
import { attribute, bytesOf, textOf, trimBytes } from "./xml.ts";
import type { XmlHandler } from "./xml.ts";

/** What the parts of one document share. */
export interface OdfShared {
  readonly sink: Sink;
  readonly authors: Set<string>;
  /** Styles whose text, sheet or slide is not shown. */
  readonly hiddenStyles: Set<string>;
  readonly properties: OdfProperties;
  /** Numbers for flows, so that their names are unique in the document. */
  next: number;
  /** Base64 that a flat document carries its pictures and objects in. */
  binary?(bytes: Uint8Array): void;
}

/** A handler of one part; `end` gives what is held. */
export interface OdfHandler extends XmlHandler {
  end(): void;
}

interface Paragraph {
  readonly frame: OdfFrame;
  text: string;
  hidden: string;
  caption: string;
  readonly allHidden: boolean;
}

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
  let sheet: OdfSheet | undefined;
  let slide = 0;
  let mode: "text" | "sheets" | "slides" = "text";
  const sides = new Map<string, Flow>();
  const base = openFlow(root.flow, root.roles);
  const rootFrame: OdfFrame = { flow: base, roles: root.roles, paragraphs: 0 };
  const frames: OdfFrame[] = [rootFrame];
  const all = new Set<Flow>([base]);
  const owners: { readonly name: string; readonly frame: boolean }[] = [];
  let beyond = 0;
  const paragraphs: Paragraph[] = [];
  const tables = createOdfTables();
  const meta = createOdfMeta(shared.properties);
  const spans: boolean[] = [];
  let hiddenSpans = 0;
  const edges = createEdges();
  let silent = 0;
  let ruby = 0;
  let masters = 0;
  let forms = 0;
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
  const frame = (): OdfFrame => frames.at(-1) ?? rootFrame;
  const mark = (): number => (sheet === undefined ? frame().paragraphs : sheet.mark());

  function own(name: string, made: OdfFrame | undefined): void {
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
    for (const flow of tables.endOf(inner)) all.add(flow);
    if (inner === undefined) return;
    settle(inner);
    inner.flow.flush();
    all.add(inner.flow);
  }
  function settle(to: OdfFrame): void {
    const { held } = to;
    to.held = undefined;
    for (const [text, at] of held ?? []) to.flow.line(text, at);
  }
  function make(id: string, role: Role, options: { readonly alone?: boolean; readonly page?: number } = {}): OdfFrame {
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
  function deliver(to: OdfFrame, text: string): void {
    if (text === "") return;
    if ((to === rootFrame && sheet?.line(text) === true) || tables.line(to, text)) return;
    if (to.held !== undefined && to.held.length < 100) to.held.push([text, sheet === undefined ? to.paragraphs : mark()]);
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
      sheet = openOdfSheet(sink, `sheet${++sheetNumber}`, title, roles);
      return;
    }
    if (tables.depth >= deepestFrame) return;
    const id = `table${shared.next++}`;
    tables.open(id, frame(), () => openFlow(id, frame().roles));
    const name = attribute(attributes, "name") ?? "";
    if (!plainName.test(textOf(name))) tell("bookmark", name);
  }
  function openCell(attributes: string): void {
    if (tables.depth > 0) tables.openCell(attributes);
    else if (sheet !== undefined) {
      sheet.openCell(attributes);
      const formula = attribute(attributes, "formula");
      if (formula !== undefined && formula.includes('"')) tell("field", formula.replace(/^\w+:/, ""));
    }
  }
  function endTable(): void {
    if (tables.depth > 0) {
      const flow = tables.end();
      if (flow !== undefined) all.add(flow);
      return;
    }
    sheet?.end();
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
      if (meta.open) {
        meta.openElement(name, attributes);
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
          if (tables.depth > 0) tables.openRow();
          else sheet?.openRow(attributes);
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
          // Within a paragraph it is text with statements about it (ODF 1.2, 6.1.9), not the properties.
          if (paragraphs.length === 0 && attribute(attributes, "name") === undefined) meta.begin();
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
      if (meta.open) {
        meta.text(text);
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
      if (meta.open) {
        meta.closeElement(name);
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
          if (tables.depth > 0) tables.endRow();
          else sheet?.endRow();
          return;
        case "table-cell":
        case "covered-table-cell":
          if (tables.depth > 0) tables.endCell();
          else sheet?.endCell();
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
      while (tables.depth > 0) endTable();
      endTable();
      for (const flow of all) flow.flush();
      for (const flow of sides.values()) flow.flush();
    },
  };

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
}
