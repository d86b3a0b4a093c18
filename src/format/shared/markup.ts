import type { Role } from "../../model/chunk.ts";
import { createEdges } from "./edges.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Place, Sink } from "./flow.ts";
import { attribute, trimBytes } from "./xml.ts";
import type { XmlHandler } from "./xml.ts";

/** What the parts of one document share. */
export interface MarkupShared {
  readonly sink: Sink;
  /** Numbers for flows and tables, so that their names are unique in the document. */
  next: number;
  /** Who commented or changed something; byte strings. */
  readonly authors: Set<string>;
}

/** How one part is told. */
export interface MarkupOptions {
  readonly flow: string;
  readonly roles: readonly [Role, ...Role[]];
  readonly page?: number;
  /** Where a paragraph stands; by its number where left out. */
  readonly place?: Place;
  /** Values of a chart are lines (`c:v`). */
  readonly values?: boolean;
  /** Headers and footers a section names: `headerReference` or `footerReference` with type and id; `sectPr` ends the section. */
  section?(element: string, type: string, id: string): void;
  /** Sees every event first: names of elements, and character data outside text. */
  watch?(event: "open" | "close" | "text", value: string): void;
  /** Lines that are not told again (a diagram and its drawing). */
  readonly seen?: Set<string>;
}

/** A handler of one part; `end` gives what is held. */
export interface Markup extends XmlHandler {
  end(): void;
}

type Destination = "text" | "deleted" | "hidden" | "field" | "caption";

interface Paragraph {
  readonly text: Record<Destination, string>;
}

type Container =
  | { readonly kind: "frame"; flow: Flow; roles: readonly [Role, ...Role[]]; paragraphs: number }
  | { readonly kind: "cell"; readonly lines: string[]; span: number };

interface OpenTable {
  readonly flow: Flow;
  readonly id: string;
  row: string[];
  cells: (readonly string[])[];
  /** Some cell of the row holds so much that the table lays out a page. */
  layout: boolean;
  pieces: number;
}

/** 2 KiB in one cell of several paragraphs: the table lays out text, it does not list data. */
const layoutCell = 2048;
/** Columns a merged cell may span. */
const spanLimit = 64;
/** Names kept of people who commented. */
const authorLimit = 1000;

/** Marks Word sets itself. */
const ownMark = /^_(GoBack|Toc|Hlk|Ref)/;
/** 1 MiB: a longer paragraph is told in pieces. */
const longText = 1024 * 1024;

const watermarkName = /watermark|水印/i;
const plainName = /^[^\d.@]{0,40}\s*\d{0,6}$/;
const utf8 = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");

/**
 * Reads WordprocessingML and DrawingML (ECMA-376 part 1, transitional and strict), which agree in their local names: paragraphs with runs
 * joined, tables, text boxes, deletions, hidden text, field codes, alternative text, watermarks. Each goes to a flow of its role.
 */
export function createMarkup(shared: MarkupShared, options: MarkupOptions): Markup {
  const { sink } = shared;
  const place: Place = options.place ?? ((paragraph) => ({ kind: "paragraph", paragraph }));
  const opened: Flow[] = [];
  const sides = new Map<string, Flow>();
  const make = (id: string, roles: readonly [Role, ...Role[]]): Flow => {
    const flow = createFlow(sink, { id, roles, place, ...(options.page === undefined ? {} : { page: options.page }) });
    return flow;
  };
  const base = make(options.flow, options.roles);
  opened.push(base);
  const root: Extract<Container, { kind: "frame" }> = { kind: "frame", flow: base, roles: options.roles, paragraphs: 0 };
  const containers: Container[] = [root];
  /** Frames only, innermost last. */
  const frames: Extract<Container, { kind: "frame" }>[] = [root];
  const tables: OpenTable[] = [];
  const paragraphs: Paragraph[] = [];
  /** For each open `AlternateContent`: whether a choice was read. */
  const alternatives: boolean[] = [];
  let skipping = 0;
  let capture: "none" | "run" | "deleted" | "field" | "line" = "none";
  let captured = "";
  let deleting = 0;
  let ruby = 0;
  let properties = 0;
  let former = 0;
  let tabStops = 0;
  let formField = 0;
  let hidden = false;
  const edges = createEdges();
  let shapeRole: Role | undefined;
  let shapeName = "";

  const frame = (): Extract<Container, { kind: "frame" }> => frames.at(-1) ?? root;

  function side(role: Role): Flow {
    const { roles, flow } = frame();
    const key = `${flow.id}-${role}`;
    let found = sides.get(key);
    if (found === undefined) {
      found = make(key, roles.includes(role) ? roles : [...roles, role]);
      sides.set(key, found);
    }
    return found;
  }

  function tell(role: Role, text: string | undefined): void {
    if (text !== undefined && trimBytes(text) !== "") side(role).line(text, frame().paragraphs + 1);
  }

  function append(text: string): void {
    const paragraph = paragraphs.at(-1);
    if (paragraph === undefined) return;
    let destination: Destination = "text";
    if (capture === "field") destination = "field";
    else if (capture === "deleted" || deleting > 0) destination = "deleted";
    else if (ruby > 0) destination = "caption";
    else if (hidden) destination = "hidden";
    if (destination === "hidden") paragraph.text.hidden += edges.hides();
    else if (destination === "text") paragraph.text.hidden += edges.shows(text);
    if (paragraph.text[destination].length > longText) {
      paragraphs.push({ text: { text: "", deleted: "", hidden: "", field: "", caption: "", [destination]: paragraph.text[destination] } });
      endParagraph();
      paragraph.text[destination] = "";
    }
    // ★ of the font Wingdings lies in the private use area (U+F0AB).
    paragraph.text[destination] += text.includes("\xef\x82\xab") ? text.replaceAll("\xef\x82\xab", "\xe2\x98\x85") : text;
  }

  function deliver(text: string): void {
    const container = containers.at(-1);
    if (container?.kind === "cell") {
      if (text !== "") container.lines.push(text);
      return;
    }
    if (text === "" || options.seen?.has(text) === true) return;
    options.seen?.add(text);
    if (shapeRole !== undefined) side(shapeRole).line(text, frame().paragraphs);
    else frame().flow.line(text, frame().paragraphs);
  }

  function endParagraph(): void {
    const paragraph = paragraphs.pop();
    if (paragraph === undefined) return;
    frame().paragraphs++;
    edges.end();
    const { text, deleted, hidden: unseen, field, caption } = paragraph.text;
    deliver(text);
    if (deleted !== "") side("deleted").line(deleted, frame().paragraphs);
    if (unseen !== "") side("hidden").line(unseen, frame().paragraphs);
    if (trimBytes(field) !== "") side("field").line(trimBytes(field), frame().paragraphs);
    if (caption !== "") side("caption").line(caption, frame().paragraphs);
  }

  function openTable(): void {
    const within = containers.at(-1);
    const number = shared.next++;
    const flow = within?.kind === "cell" || shapeRole !== undefined ? make(`table${number}`, frame().roles) : frame().flow;
    const id = `table${number}`;
    flow.table(id);
    tables.push({ flow, id, row: [], cells: [], layout: false, pieces: 0 });
  }

  function endRow(): void {
    const table = tables.at(-1);
    if (table === undefined) return;
    if (table.layout) {
      table.flow.endTable();
      for (const lines of table.cells) for (const line of lines) table.flow.line(line, frame().paragraphs);
      table.flow.table(`${table.id}.${++table.pieces}`);
    } else if (table.row.some((cell) => cell !== "")) table.flow.row(table.row, frame().paragraphs);
    table.row = [];
    table.cells = [];
    table.layout = false;
  }

  function endCell(): void {
    const cell = containers.at(-1);
    const table = tables.at(-1);
    if (cell?.kind !== "cell") return;
    containers.pop();
    if (table === undefined) return;
    const text = cell.lines.join(" ");
    if (cell.lines.length > 1 && text.length > layoutCell) table.layout = true;
    table.cells.push(cell.lines);
    table.row.push(text);
    for (let span = 1; span < cell.span; span++) table.row.push("");
  }

  function openFrame(role: Role): void {
    const outer = frame().roles;
    const roles: readonly [Role, ...Role[]] = outer.includes(role) ? outer : [...outer, role];
    const flow = make(`${role}${shared.next++}`, roles);
    const inner: Container = { kind: "frame", flow, roles, paragraphs: 0 };
    containers.push(inner);
    frames.push(inner);
  }

  function endFrame(): void {
    if (frames.length === 1) return;
    while (containers.at(-1)?.kind === "cell") endCell();
    const inner = frames.pop();
    containers.pop();
    inner?.flow.flush();
    if (inner !== undefined) flushSides(`${inner.flow.id}-`);
  }

  function flushSides(prefix: string): void {
    for (const [key, flow] of sides) {
      if (!key.startsWith(prefix)) continue;
      flow.flush();
      if (prefix !== "") sides.delete(key);
    }
  }

  function describe(attributes: string): void {
    const name = attribute(attributes, "name") ?? "";
    shapeName = utf8(name);
    tell("caption", attribute(attributes, "descr"));
    tell("caption", attribute(attributes, "title"));
    if (!plainName.test(shapeName) && !watermarkName.test(shapeName)) tell("caption", name);
  }

  /** Where in the document a link leads: Word's own marks say nothing. */
  function tellAnchor(anchor: string | undefined): void {
    if (anchor !== undefined && !ownMark.test(anchor)) tell("link", anchor);
  }

  function author(attributes: string, name: string): void {
    const who = attribute(attributes, name);
    if (who !== undefined && who !== "" && shared.authors.size < authorLimit) shared.authors.add(who);
  }

  return {
    open(name, attributes): void {
      options.watch?.("open", name);
      if (skipping > 0) {
        if (name === "Fallback") skipping++;
        return;
      }
      switch (name) {
        case "t":
          capture = "run";
          return;
        case "r":
          hidden = false;
          return;
        case "p":
          paragraphs.push({ text: { text: "", deleted: "", hidden: "", field: "", caption: "" } });
          return;
        case "delText":
          capture = "deleted";
          return;
        case "instrText":
        case "delInstrText":
          capture = "field";
          return;
        case "text":
          capture = "line";
          captured = "";
          return;
        case "v":
        case "name":
          // In charts: values, and what somebody called a trend line.
          if (options.values === true) {
            capture = "line";
            captured = "";
          }
          return;
        case "tab":
        case "ptab":
          if (tabStops === 0 && properties === 0) append("\t");
          return;
        case "br":
        case "cr":
          append("\n");
          return;
        case "noBreakHyphen":
          append("-");
          return;
        case "sym":
          append(symbol(attribute(attributes, "char") ?? ""));
          return;
        case "tabs":
          tabStops++;
          return;
        case "pPr":
          properties++;
          return;
        case "rPrChange":
        case "pPrChange":
          former++;
          return;
        case "vanish":
        case "webHidden":
          if (properties === 0 && former === 0 && !/^(0|false|off)$/.test(attribute(attributes, "val") ?? "")) hidden = true;
          return;
        case "del":
        case "moveFrom":
          deleting++;
          author(attributes, "author");
          return;
        case "ins":
        case "moveTo":
        case "comment":
          author(attributes, "author");
          return;
        case "rt":
          ruby++;
          return;
        case "tbl":
          openTable();
          return;
        case "tc":
          containers.push({ kind: "cell", lines: [], span: 1 });
          return;
        case "gridSpan": {
          const cell = containers.at(-1);
          const span = Number(attribute(attributes, "val"));
          if (cell?.kind === "cell" && span > 1) cell.span = Math.min(span, spanLimit);
          return;
        }
        case "txbxContent":
          openFrame(watermarkName.test(shapeName) ? "watermark" : "textbox");
          return;
        case "AlternateContent":
          alternatives.push(false);
          return;
        case "Choice":
          if (alternatives.length > 0) alternatives[alternatives.length - 1] = true;
          return;
        case "Fallback":
          if (alternatives.at(-1) !== false) skipping = 1;
          return;
        case "docPr":
          describe(attributes);
          return;
        case "cNvPr":
          describe(attributes);
          if (attribute(attributes, "hidden") === "1") shapeRole = "hidden";
          return;
        case "sp":
          shapeRole = undefined;
          shapeName = "";
          return;
        case "ph": {
          const type = attribute(attributes, "type");
          if (type === "ftr" || type === "dt" || type === "sldNum") shapeRole = "footer";
          else if (type === "hdr") shapeRole = "header";
          return;
        }
        case "shape":
        case "shapetype":
          shapeName = utf8(attribute(attributes, "id") ?? "");
          tell("caption", attribute(attributes, "alt"));
          tell("caption", attribute(attributes, "title"));
          tell("link", attribute(attributes, "href"));
          return;
        case "textpath":
          tell("watermark", attribute(attributes, "string"));
          return;
        case "imagedata":
          tell("caption", attribute(attributes, "title"));
          return;
        case "bookmarkStart": {
          const mark = attribute(attributes, "name");
          if (mark !== undefined && !ownMark.test(mark)) tell("bookmark", mark);
          return;
        }
        case "hyperlink":
        case "hlinkClick":
        case "hlinkHover":
          tell("link", attribute(attributes, "tooltip"));
          tellAnchor(attribute(attributes, "anchor"));
          return;
        case "fldSimple":
          tell("field", attribute(attributes, "instr"));
          return;
        case "ffData":
          formField++;
          return;
        case "default":
        case "helpText":
        case "statusText":
        case "listEntry":
          if (formField > 0) tell("form", attribute(attributes, "val"));
          return;
        case "alias":
        case "tag":
          tell("form", attribute(attributes, "val"));
          return;
        case "tblCaption":
        case "tblDescription":
        case "description":
          tell("caption", attribute(attributes, "val"));
          return;
        case "attr":
          // What a smart tag knows of the words in it.
          tell("field", attribute(attributes, "val"));
          return;
        case "FieldCodes":
          capture = "line";
          captured = "";
          return;
        case "listItem":
          tell("form", attribute(attributes, "displayText"));
          if (attribute(attributes, "value") !== attribute(attributes, "displayText")) tell("form", attribute(attributes, "value"));
          return;
        case "headerReference":
        case "footerReference":
          options.section?.(name, attribute(attributes, "type") ?? "", attribute(attributes, "id") ?? "");
          return;
        case "sld":
          // A hidden slide says so in its first tag, before there is any text.
          if (/^(0|false|off)$/.test(attribute(attributes, "show") ?? "")) {
            root.roles = [...options.roles, "hidden"];
            root.flow = make(options.flow, root.roles);
            opened.push(root.flow);
          }
          return;
        case "cmAuthor":
        case "author":
          author(attributes, "name");
          // An address, in comments of 2018 and later.
          if (attribute(attributes, "userId")?.includes("@") === true) author(attributes, "userId");
          return;
        default:
      }
    },
    close(name): void {
      options.watch?.("close", name);
      if (skipping > 0) {
        if (name === "Fallback") skipping--;
        return;
      }
      switch (name) {
        case "t":
        case "delText":
        case "instrText":
        case "delInstrText":
          capture = "none";
          return;
        case "FieldCodes":
          if (capture === "line") tell("field", trimBytes(captured));
          capture = "none";
          return;
        case "text":
        case "v":
        case "name":
          if (capture === "line") deliver(trimBytes(captured));
          capture = "none";
          return;
        case "r":
          hidden = false;
          return;
        case "p":
          endParagraph();
          return;
        case "tabs":
          if (tabStops > 0) tabStops--;
          return;
        case "pPr":
          if (properties > 0) properties--;
          return;
        case "rPrChange":
        case "pPrChange":
          if (former > 0) former--;
          return;
        case "del":
        case "moveFrom":
          if (deleting > 0) deleting--;
          return;
        case "rt":
          if (ruby > 0) ruby--;
          return;
        case "tbl": {
          const table = tables.pop();
          table?.flow.endTable();
          return;
        }
        case "tr":
          endRow();
          return;
        case "tc":
          endCell();
          return;
        case "txbxContent":
          endFrame();
          return;
        case "AlternateContent":
          alternatives.pop();
          return;
        case "sp":
          shapeRole = undefined;
          return;
        case "sectPr":
          options.section?.(name, "", "");
          return;
        case "ffData":
          if (formField > 0) formField--;
          return;
        default:
      }
    },
    text(text): void {
      if (capture === "none") options.watch?.("text", text);
      if (capture === "none" || skipping > 0) return;
      if (capture === "line") captured += text;
      else append(text);
    },
    end(): void {
      // A damaged part leaves things open: what they hold is told all the same.
      while (paragraphs.length > 0) endParagraph();
      while (frames.length > 1) endFrame();
      while (containers.at(-1)?.kind === "cell") endCell();
      while (tables.length > 0) {
        endRow();
        tables.pop()?.flow.endTable();
      }
      for (const flow of opened) flow.flush();
      flushSides("");
    },
  };
}

/** A character of a symbol font, by its code in hex: stars are stars, all else stands as it is. */
function symbol(code: string): string {
  const value = Number.parseInt(code, 16);
  if (Number.isNaN(value) || value < 32 || (value >= 0xd800 && value < 0xe000) || value > 0xffff) return "";
  const low = value >= 0xf000 && value <= 0xf0ff ? value - 0xf000 : value;
  if (low === 0xab || low === 0xb5 || low === 0xb6) return "\xe2\x98\x85";
  return Buffer.from(String.fromCodePoint(low), "utf8").toString("latin1");
}
