import type { Role } from "../../model/chunk.ts";
import { createEdges } from "./edges.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Place, Sink } from "./flow.ts";
import { htmlAttributes } from "./htmlScan.ts";
import type { HtmlHandler } from "./htmlScan.ts";
import { unescapeAddress } from "./package.ts";
import { unescapeUnicode } from "./unescape.ts";
import { bytesOf, textOf, trimBytes } from "./xml.ts";

/** Where a page's text goes. */
export interface HtmlOutlet {
  readonly sink: Sink;
  /** Line of the source that is being told. */
  line(): number;
  /** What a `data:` address holds. */
  data(type: string, bytes: Uint8Array): void;
  /** Flows are named with it in front. */
  readonly prefix?: string;
  /** Where a line of the source stands; by its number where left out. */
  readonly place?: Place;
}

/** A handler of one page; `end` gives what is held. */
export interface HtmlDocument extends HtmlHandler {
  end(): void;
}

/** Elements that do not end a line. All that is not known is inline, as in browsers. */
const blocks: ReadonlySet<string> = new Set(
  "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav noframes noscript ol optgroup option p pre search section select summary table tbody td template textarea tfoot th thead title tr ul iframe object".split(
    " ",
  ),
);
const voids: ReadonlySet<string> = new Set(
  "area base br col embed hr img input link meta param source track wbr basefont bgsound frame keygen command".split(" "),
);

/** Elements whose text has a role of its own. */
const regionElements: Readonly<Record<string, Role>> = {
  title: "property",
  textarea: "form",
  select: "form",
  datalist: "form",
  del: "deleted",
  strike: "deleted",
  template: "hidden",
  noscript: "hidden",
};

/** What Word calls the parts of a page it saves. */
const wordElements: Readonly<Record<string, Role>> = {
  header: "header",
  footer: "footer",
  footnote: "footnote",
  endnote: "footnote",
  comment: "comment",
  "comment-list": "comment",
  "footnote-list": "footnote",
  "endnote-list": "footnote",
};

const attributeRoles: Readonly<Record<string, Role>> = {
  alt: "caption",
  title: "caption",
  placeholder: "form",
  label: "caption",
  summary: "caption",
  abbr: "caption",
  standby: "caption",
  "aria-label": "caption",
  "aria-description": "caption",
  href: "link",
  src: "link",
  action: "link",
  formaction: "link",
  cite: "link",
  data: "link",
  poster: "link",
  background: "link",
  longdesc: "link",
  srcset: "link",
  ping: "link",
  "data-src": "link",
  "data-href": "link",
};
/** Attributes that say how things look; told only where they hold what no look needs. */
const looks: ReadonlySet<string> = new Set(
  "class style id name for lang face width height align valign color bgcolor border dir size type rel charset media target cellpadding cellspacing colspan rowspan".split(
    " ",
  ),
);

interface Region {
  readonly name: string;
  readonly role: Role;
  nesting: number;
}

interface OpenTable {
  readonly id: string;
  readonly flow: Flow;
  /** Regions that were open when the table began. */
  readonly regions: number;
  row: string[];
  /** Lines of the open cell, or undefined between cells. */
  cell: string[] | undefined;
  cellLength: number;
  span: number;
  rowSpan: number;
  /** For each column, rows that a cell above still covers. */
  readonly covered: number[];
  mark: number;
  /** The row lays out a page: what it holds is told as lines. */
  layout: boolean;
  pieces: number;
  begun: boolean;
}

/** 2 KiB in one cell of several lines: the table lays out text. */
const layoutCell = 2048;
const mostColumns = 1000;
/** Tables within tables whose rows are told as rows. */
const deepestTable = 50;
const mostRegions = 1000;
/** 256 KiB: a longer paragraph is told in pieces. */
const longParagraph = 256 * 1024;
/** 32 MiB of one `data:` address. */
const dataLimit = 32 * 1024 * 1024;

const space = /[\t\n\f\r ]+/g;
const textLike = /[\x80-\xff]|@|\d{11}/;

/** What a page says, by role: what a browser shows and what it hides. */
export function createHtmlDocument(outlet: HtmlOutlet): HtmlDocument {
  const { sink } = outlet;
  const prefix = outlet.prefix ?? "";
  const sides = new Map<string, Flow>();
  const makeFlow = (id: string, roles: readonly [Role, ...Role[]]): Flow =>
    createFlow(sink, { id: `${prefix}${id}`, roles, place: outlet.place ?? ((line) => ({ kind: "line", line, column: 1 })) });
  const body = makeFlow("body", ["body"]);
  const regions: Region[] = [];
  const tables: OpenTable[] = [];
  /** Text of the open paragraph, and what stands in it with a role of its own. */
  let text = "";
  /** The text ends with a space. */
  let spaced = false;
  let mark = 1;
  const aside = new Map<Role, string>();
  const edges = createEdges();
  let preserved = 0;
  let made = 0;
  let raw = "";
  let rawMark = 1;
  let comment = "";
  let commentMark = 1;

  function side(role: Role): Flow {
    let flow = sides.get(role);
    if (flow === undefined) {
      const alone =
        role === "header" || role === "footer" || role === "footnote" || role === "comment" || role === "property" || role === "code";
      flow = makeFlow(role, alone ? [role] : ["body", role]);
      sides.set(role, flow);
    }
    return flow;
  }
  function tell(role: Role, told: string, at: number = outlet.line()): void {
    const trimmed = trimBytes(told);
    if (trimmed !== "") side(role).line(trimmed, at);
  }

  /** Ends the open paragraph. */
  function endLine(): void {
    if (text !== "") {
      const told = preserved > 0 ? text : trimBytes(text);
      const seen = trimBytes(told);
      text = "";
      if (seen !== "") deliver(told);
    }
    if (aside.size === 0) return;
    edges.end();
    for (const [role, told] of aside) tell(role, preserved > 0 ? told : told.replace(/ {2,}/g, " "), mark);
    aside.clear();
  }
  function deliver(told: string): void {
    const table = tables.at(-1);
    if (table === undefined) {
      body.line(told, mark);
      return;
    }
    if (table.layout || table.cell === undefined) {
      leaveRow(table);
      table.flow.line(told, mark);
      return;
    }
    table.cell.push(told);
    table.cellLength += told.length;
    if ((table.cell.length > 1 && table.cellLength > layoutCell) || table.cellLength > longParagraph) layOut(table);
  }
  /** The row turns out to lay out a page: what it holds is told as lines, and so is what comes. */
  function layOut(table: OpenTable): void {
    if (table.layout) return;
    table.layout = true;
    leaveRow(table);
    for (const cell of table.row) if (cell !== "") table.flow.line(cell, table.mark);
    table.row = [];
    for (const line of table.cell ?? []) table.flow.line(line, table.mark);
    table.cell = table.cell === undefined ? undefined : [];
    table.cellLength = 0;
  }
  /** Lines that follow stand in no row. */
  function leaveRow(table: OpenTable): void {
    if (!table.begun) return;
    table.flow.endTable();
    table.begun = false;
  }

  function openTable(): void {
    const outer = tables.at(-1);
    if (tables.length >= deepestTable) return;
    if (outer !== undefined && outer.cell !== undefined) layOut(outer);
    const region = regions.at(-1);
    const number = ++made;
    let flow = outer?.flow ?? body;
    if (regions.length > (outer?.regions ?? 0) && region !== undefined) flow = side(region.role);
    tables.push({
      id: `${prefix}table${number}`,
      flow,
      regions: regions.length,
      row: [],
      cell: undefined,
      cellLength: 0,
      span: 1,
      rowSpan: 1,
      covered: [],
      mark: outlet.line(),
      layout: false,
      pieces: 0,
      begun: false,
    });
  }
  function endCell(table: OpenTable): void {
    if (table.cell === undefined) return;
    const told = table.cell.join(" ");
    table.cell = undefined;
    table.cellLength = 0;
    if (table.layout) return;
    skipCovered(table);
    for (let column = 0; column < table.span && table.row.length < mostColumns; column++) {
      table.covered[table.row.length] = table.rowSpan - 1;
      table.row.push(column === 0 ? told : "");
    }
  }
  /** Columns that a cell of an earlier row covers are empty. */
  function skipCovered(table: OpenTable): void {
    for (let left = table.covered[table.row.length] ?? 0; left > 0; left = table.covered[table.row.length] ?? 0) {
      table.covered[table.row.length] = left - 1;
      table.row.push("");
    }
  }
  function endRow(table: OpenTable): void {
    endCell(table);
    if (table.row.some((cell) => cell !== "")) {
      if (!table.begun) {
        table.flow.table(table.pieces === 0 ? table.id : `${table.id}.${table.pieces}`);
        table.pieces++;
        table.begun = true;
      }
      table.flow.row(table.row, table.mark);
    }
    table.row = [];
    table.layout = false;
  }
  function endTable(): void {
    const table = tables.pop();
    if (table === undefined) return;
    endRow(table);
    leaveRow(table);
  }

  function append(piece: string): void {
    const table = tables.at(-1);
    const region = regions.length > (table?.regions ?? 0) ? regions.at(-1) : undefined;
    if (region !== undefined) {
      const held = (aside.get(region.role) ?? "") + (region.role === "hidden" ? edges.hides() : "");
      if (held === "" && text === "") mark = outlet.line();
      if (held.length > longParagraph) {
        tell(region.role, held, mark);
        aside.set(region.role, piece);
      } else aside.set(region.role, held + piece);
      return;
    }
    const touching = edges.shows(piece);
    if (touching !== "") aside.set("hidden", (aside.get("hidden") ?? "") + touching);
    if (text === "") {
      if (piece === " ") return;
      mark = outlet.line();
      spaced = false;
    }
    if (text.length > longParagraph) endLine();
    // Asked of the piece, never of the text: looking at its end would put it together anew each time.
    text += spaced && piece.startsWith(" ") ? piece.slice(1) : piece;
    spaced = piece.endsWith(" ");
  }

  function attributesOf(name: string, attributes: string): Role | undefined {
    let role: Role | undefined;
    let input = "";
    let value = "";
    let type = "";
    let content = "";
    for (const [key, given] of htmlAttributes(attributes)) {
      if (given === "") {
        if (key === "hidden") role = "hidden";
        continue;
      }
      if (key === "style") {
        if (/display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all/i.test(given)) role = "hidden";
        const word = /mso-element\s*:\s*([a-z-]+)/i.exec(given)?.[1]?.toLowerCase();
        if (word !== undefined) role ??= wordElements[word];
      } else if (key === "hidden") role = "hidden";
      else if (key === "id" && /^sd(?:foot|end)note\d+$/.test(given)) role = "footnote";
      else if (key === "title" && name === "div" && (given === "header" || given === "footer")) {
        role = given;
        continue;
      }
      if (name === "input" || name === "param" || name === "button" || name === "option" || name === "data" || name === "li") {
        if (key === "value") {
          value = given;
          continue;
        }
        if (key === "name") input = given;
        else if (key === "type") type = given.toLowerCase();
      }
      if (name === "meta" && (key === "content" || key === "name" || key === "property" || key === "http-equiv")) {
        if (key === "content") content = given;
        else input = given;
        continue;
      }
      give(key, given);
    }
    if (content !== "") tell("property", input === "" ? content : `${input}: ${content}`);
    if (value !== "" && !/^(submit|button|reset)$/.test(type)) tell("form", input === "" ? value : `${input}: ${value}`);
    else if (value !== "") tell("form", value);
    return role;
  }
  function give(key: string, value: string): void {
    const role = attributeRoles[key];
    if (role === "link") {
      const data = /^\s*data:([\w.+/-]*)[^,]{0,200},/i.exec(value.slice(0, 400));
      if (data !== null) dataAddress(data, value);
      else if (/^\s*javascript:/i.test(value)) tell("code", value);
      else if (value.length > 1) tell("link", unescapeAddress(value));
    } else if (role !== undefined) tell(role, value);
    else if (key.startsWith("on")) tell("code", scriptText(value));
    else if (key.startsWith("data-") || key.startsWith("aria-")) {
      if (value.length > 3) tell("hidden", `${key}: ${value}`);
    } else if (looks.has(key)) {
      const rest = key === "style" ? value.replace(/(?<![\w-])[\w-]*font-family\s*:[^;]*/gi, "") : key === "face" ? "" : value;
      if (textLike.test(rest)) tell("code", `${key}: ${rest}`);
    } else if (key === "srcdoc") tell("hidden", value);
    else if (!key.startsWith("xmlns") && (value.length >= 16 || textLike.test(value))) tell("code", `${key}: ${value}`);
  }
  function dataAddress(found: RegExpExecArray, value: string): void {
    const payload = value.slice(found[0].length, found[0].length + dataLimit * 2);
    const bytes = /;\s*base64,$/i.test(found[0]) ? Buffer.from(payload, "base64") : Buffer.from(unescapeAddress(payload), "latin1");
    if (bytes.length > 0) outlet.data((found[1] ?? "").toLowerCase(), bytes);
  }

  function openRegion(name: string, role: Role): void {
    if (regions.length < mostRegions) regions.push({ name, role, nesting: 0 });
  }
  function giveRaw(whole: boolean): void {
    if (raw === "") return;
    const lines = scriptText(raw).split("\n");
    const last = whole ? "" : (lines.pop() ?? "");
    for (const line of lines) {
      const told = trimBytes(line);
      if (told !== "") side("code").line(told, rawMark);
      rawMark++;
    }
    raw = last;
    if (raw.length > longParagraph) {
      side("code").line(raw, rawMark);
      raw = "";
    }
  }
  function giveComment(): void {
    const told = trimBytes(comment);
    comment = "";
    if (told !== "" && !/^(\[endif\]|\[if [^\]]{0,60}\]>?|DOCTYPE [^\n]{0,200}|xml [^\n]{0,200})$/i.test(told))
      tell("comment", told, commentMark);
  }
  function settle(): void {
    if (raw !== "") giveRaw(true);
    if (comment !== "") giveComment();
  }

  return {
    open(name, attributes, empty): void {
      settle();
      const isBlock = blocks.has(name);
      if (name === "br") {
        edges.end();
        if (text !== "") text += "\n";
        for (const [role, told] of aside) aside.set(role, `${told}\n`);
        return;
      }
      if (isBlock) endLine();
      const role = attributesOf(name, attributes) ?? regionElements[name];
      if (empty && voids.has(name)) return;
      const region = regions.at(-1);
      if (region !== undefined && region.name === name && !voids.has(name)) region.nesting++;
      else if (role !== undefined && !voids.has(name) && !(empty && !blocks.has(name))) openRegion(name, role);
      switch (name) {
        case "table":
          openTable();
          return;
        case "tr": {
          const table = tables.at(-1);
          if (table === undefined) return;
          endRow(table);
          table.mark = outlet.line();
          return;
        }
        case "td":
        case "th": {
          const table = tables.at(-1);
          if (table === undefined) return;
          endCell(table);
          table.cell = [];
          table.span = spanOf(attributes, "colspan");
          table.rowSpan = spanOf(attributes, "rowspan");
          return;
        }
        case "pre":
        case "textarea":
          preserved++;
          return;
        case "script":
        case "style":
          rawMark = outlet.line();
          return;
        default:
      }
    },
    close(name): void {
      settle();
      if (blocks.has(name)) endLine();
      const region = regions.at(-1);
      if (region?.name === name) {
        if (region.nesting > 0) region.nesting--;
        else regions.pop();
      }
      switch (name) {
        case "table":
          endTable();
          return;
        case "tr": {
          const table = tables.at(-1);
          if (table !== undefined) endRow(table);
          return;
        }
        case "td":
        case "th": {
          const table = tables.at(-1);
          if (table !== undefined) endCell(table);
          return;
        }
        case "pre":
        case "textarea":
          if (preserved > 0) preserved--;
          return;
        default:
      }
    },
    text(piece): void {
      settle();
      if (preserved === 0) {
        append(piece.replace(space, " "));
        return;
      }
      // Lines of preserved text are lines.
      const lines = piece.split("\n");
      const last = lines.pop() ?? "";
      for (const line of lines) {
        append(line);
        endLine();
      }
      if (last !== "") append(last);
    },
    comment(piece): void {
      if (raw !== "") giveRaw(true);
      if (comment === "") commentMark = outlet.line();
      comment += piece;
      if (comment.length > longParagraph) giveComment();
    },
    raw(element, piece): void {
      if (raw === "" && trimBytes(piece) === "") return;
      raw += piece;
      if (raw.length > 16 * 1024) giveRaw(false);
    },
    end(): void {
      settle();
      endLine();
      while (tables.length > 0) endTable();
      body.flush();
      for (const flow of sides.values()) flow.flush();
    },
  };
}

function spanOf(attributes: string, name: string): number {
  const value = Number(new RegExp(`\\b${name}\\s*=\\s*["']?(\\d{1,4})`, "i").exec(attributes)?.[1] ?? 1);
  return Math.min(Math.max(1, value), mostColumns);
}

/** Code with its escapes resolved. Byte string in, byte string out. */
function scriptText(code: string): string {
  if (!code.includes("\\")) return code;
  const told = unescapeUnicode(code);
  // An escape names characters, all else is bytes already.
  return /[^\x00-\xff]/.test(told)
    ? told.replace(/[^\x00-\xff]+/g, bytesOf)
    : told === code
      ? code
      : bytesOf(unescapeUnicode(textOf(code)));
}
