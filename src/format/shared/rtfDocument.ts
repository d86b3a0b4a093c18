import type { Role } from "../../model/chunk.ts";
import type { Sink } from "./flow.ts";
import { createRtfData } from "./rtfData.ts";
import { createRtfFrames } from "./rtfFrames.ts";
import type { Frame } from "./rtfFrames.ts";
import { charsetPage, createRtfText } from "./rtfText.ts";
import type { RtfText } from "./rtfText.ts";
import type { RtfHandler } from "./rtfScan.ts";
import { captured, frames, information, skipped, symbols } from "./rtfWords.ts";
import { bytesOf, textOf } from "./xml.ts";

/** What a document gives beside its text. */
export interface RtfOutlet {
  readonly sink: Sink;
  /** Bytes of an object or a picture; `cut`: there was more. */
  object(kind: "object" | "picture", name: string, bytes: Uint8Array, cut: boolean): void;
  /** Markup of a page that was packed into RTF (MS-OXRTFEX); undefined leaves it text. */
  readonly html?: { push(text: string): void } | undefined;
}

/** A handler of one document. */
export interface RtfDocument extends RtfHandler {
  /** Tells what is held; true when every group was closed. */
  end(): boolean;
  readonly properties: { readonly names: readonly string[]; readonly values: readonly string[] };
  readonly custom: { readonly names: readonly string[]; readonly values: readonly string[] };
  readonly authors: ReadonlySet<string>;
  /** The document is a page packed into RTF. */
  readonly fromHtml: boolean;
}

/** Where the text of a group goes. */
type Destination =
  | "text"
  | "skip"
  | "fonts"
  | "picture"
  | "object"
  | "capture"
  /** A group whose first word says what it is. */
  | "information"
  | "html";

interface Group {
  destination: Destination;
  frame: Frame;
  hidden: boolean;
  deleted: boolean;
  /** Bytes that stand in for one `\u`. */
  fallback: number;
  page: number;
  font: number;
  inTable: boolean;
  /** Not shown when the packed page is unpacked. */
  htmlRtf: boolean;
  /** Names what is gathered. */
  readonly own: { name: string; capture: RtfText | undefined; ends: "frame" | "capture" | "data" | "none" };
  /** What the group gathers into: its own or an outer group's. */
  capture: RtfText | undefined;
  captureName: string;
  /** `\*` was the last token. */
  star: boolean;
  upr: boolean;
  inResult: boolean;
}

/** Groups kept apart; the specification's writers nest some 30. */
const deepest = 4096;
/** 1 Mi characters: a longer paragraph is told in pieces. */
const longParagraph = 1024 * 1024;
const listLimit = 100_000;

const watermarkName = /watermark|水印/i;
const looksLikeText = /[\u0080-\uffff]|@|\d{11}/;

/** What the RTF of a document means: its text by role, told as it passes. */
export function createRtfDocument(outlet: RtfOutlet): RtfDocument {
  const { sink } = outlet;
  const runs = createRtfFrames(sink);
  const properties: { names: string[]; values: string[] } = { names: [], values: [] };
  const custom: { names: string[]; values: string[] } = { names: [], values: [] };
  const authors = new Set<string>();
  const fonts = new Map<number, { charset: number; codepage: number; name: string }>();
  let documentPage = 1252;
  let defaultFont = 0;
  let currentFont = 0;
  let counter = 0;
  let fromHtml = false;
  let pending = 0;
  let closed = false;
  let overflow = 0;
  const data = createRtfData();
  let pictureType = "";
  let propertyName = "";
  let shapeProperty = "";
  let shapeName = "";
  let objects = 0;

  const body = runs.make("body", ["body"]);
  let group: Group = {
    destination: "text",
    frame: body,
    hidden: false,
    deleted: false,
    fallback: 1,
    page: documentPage,
    font: -1,
    inTable: false,
    htmlRtf: false,
    own: { name: "", capture: undefined, ends: "none" },
    capture: undefined,
    captureName: "",
    star: false,
    upr: false,
    inResult: false,
  };
  const groups: Group[] = [];

  function tell(role: Role, text: string): void {
    const told = text.trim();
    if (told !== "") runs.side(group.frame, role).line(bytesOf(told), group.frame.paragraphs + 1);
  }

  function openFrame(name: string): void {
    const kind = frames.get(name);
    if (kind === undefined) return;
    const outer = group.frame;
    const role: Role = name === "shptxt" && watermarkName.test(shapeName) ? "watermark" : kind.role;
    const roles: readonly [Role, ...Role[]] =
      outer === body && role !== "textbox" && role !== "watermark"
        ? [role]
        : outer.roles.includes(role)
          ? outer.roles
          : [...outer.roles, role];
    const id = kind.each ? `${role === "watermark" ? "watermark" : kind.flow}${++counter}` : kind.flow;
    group.frame = runs.inside(id, roles, kind.each, kind.page);
    group.own.ends = "frame";
    group.destination = "text";
    group.capture = undefined;
    group.inTable = false;
    group.hidden = false;
    group.deleted = false;
  }
  function capture(name: string): void {
    group.destination = "capture";
    group.own.name = name;
    group.own.capture = createRtfText();
    group.own.ends = "capture";
    group.capture = group.own.capture;
    group.captureName = name;
  }
  function gather(destination: "picture" | "object"): void {
    group.destination = destination;
    group.own.ends = "data";
    data.begin();
    pictureType = "";
  }

  function append(text: string): void {
    if (group.destination === "capture") {
      if ((group.capture?.length ?? longParagraph) < longParagraph) group.capture?.add(text);
    } else if (group.destination === "html") html(text);
    else if (group.destination === "text") {
      if (fromHtml && outlet.html !== undefined && group.frame === body) {
        if (!group.htmlRtf) html(text);
        return;
      }
      kindOf().add(text);
    }
  }
  let markup = createRtfText();
  function html(text: string): void {
    markup.add(text);
    if (markup.length > 16 * 1024) giveMarkup();
  }
  function giveMarkup(): void {
    const text = markup.take();
    markup = createRtfText();
    if (text !== "") outlet.html?.push(text);
  }
  function kindOf(): RtfText {
    const { frame } = group;
    const kind = group.deleted ? "deleted" : group.hidden ? "hidden" : "text";
    const text = frame.kinds[kind];
    if (text.length > longParagraph) runs.endParagraph(frame, group.inTable ? "cell" : "text");
    runs.turn(frame, kind);
    return text;
  }

  function finishCapture(name: string, text: string): void {
    const role = captured.get(name);
    const told = text.trim();
    if (told === "") return;
    if (name === "fldinst") field(told);
    else if (name === "sn") {
      shapeProperty = told;
    } else if (name === "sv") shape(told);
    else if (name === "propname") propertyName = told;
    else if (name === "staticval") {
      if (custom.names.length < listLimit) {
        custom.names.push(bytesOf(propertyName));
        custom.values.push(bytesOf(told));
      }
    } else if (information.has(name)) {
      if (properties.names.length < listLimit) {
        properties.names.push(name);
        properties.values.push(bytesOf(told));
      }
    } else if (role === "author") {
      for (const author of told.split(";")) if (author.trim() !== "" && authors.size < 1000) authors.add(bytesOf(author.trim()));
    } else if (role === "style") {
      const names = told.split(";").filter((style) => /[\u0080-\uffff]/.test(style));
      tell("property", names.join("\n"));
    } else if (role === undefined || role === "other") {
      // A group this reader does not know: told where it may be text.
      if (looksLikeText.test(told)) tell("hidden", told);
    } else if (role === "bookmark") {
      if (!/^_(GoBack|Toc|Hlk|Ref|Ref_)/.test(told)) tell("bookmark", told);
    } else tell(role, told);
  }
  function field(instruction: string): void {
    const link = /^\s*(?:HYPERLINK|INCLUDETEXT|INCLUDEPICTURE)\s+(.*)$/is.exec(instruction)?.[1];
    if (link !== undefined) {
      for (const part of link.matchAll(/"([^"]*)"|(?:^|\s)([^\s"\\]\S*)/g)) tell("link", unescapePercent(part[1] ?? part[2] ?? ""));
      return;
    }
    const sign = /^\s*SYMBOL\s+(\d+|0x[0-9a-f]+)/i.exec(instruction)?.[1];
    if (sign !== undefined) {
      const code = Number(sign) & 0xff;
      const outer = groups.at(-1);
      const target = group.deleted ? outer?.frame.kinds.deleted : group.hidden ? outer?.frame.kinds.hidden : outer?.frame.kinds.text;
      if (/wingdings/i.test(instruction) && (code === 0xab || code === 0xb5 || code === 0xb6)) target?.add("★");
      return;
    }
    // Switches and names alone say nothing: PAGE, TOC \\o, FORMTEXT.
    if (looksLikeText.test(instruction) || instruction.includes('"')) tell("field", instruction);
  }
  function shape(value: string): void {
    switch (shapeProperty) {
      case "gtextUNICODE":
        tell("watermark", value);
        return;
      case "wzName":
        shapeName = value;
        if (!/^[^\d.@]{0,40}\s*\d{0,12}$/.test(value) && !watermarkName.test(value)) tell("caption", value);
        return;
      case "wzDescription":
      case "wzTooltip":
        tell("caption", value);
        return;
      case "pihlShape":
      case "hspNext":
        tell("link", value);
        return;
      default:
        if (looksLikeText.test(value) && /[\u0080-\uffff]|@/.test(value)) tell("caption", value);
    }
  }
  function finishData(kind: "object" | "picture"): void {
    const { bytes, cut } = data.take();
    if (bytes.length === 0) return;
    // The picture an object shows of itself repeats what the object says.
    if (kind === "picture" && group.inResult) return;
    outlet.object(
      kind,
      kind === "picture" ? `picture${++objects}.${pictureType === "" ? "bin" : pictureType}` : `object${++objects}`,
      bytes,
      cut,
    );
  }
  function fontPage(font: number): number {
    const known = fonts.get(font);
    if (known === undefined) return documentPage;
    if (known.codepage > 0) return known.codepage;
    // A font of signs; letters in the font Symbol are Greek and told as they stand.
    if (known.charset === 2) return /wingdings/i.test(known.name) ? -1 : 1252;
    return charsetPage(known.charset, documentPage);
  }

  function destination(name: string, starred: boolean): boolean {
    if (group.destination === "skip") {
      if (name !== "ud" || !starred) return true;
      const outer = groups.at(-2) ?? groups.at(-1);
      group.destination = outer?.destination ?? "text";
      group.capture = outer?.capture;
      return true;
    }
    if (skipped.has(name)) {
      group.destination = "skip";
      return true;
    }
    if (frames.has(name)) {
      openFrame(name);
      return true;
    }
    // In the style sheet they open a destination; in running text they only name the style it is set in, with a star before some writers.
    if ((!starred || group.destination === "text") && (name === "cs" || name === "ts" || name === "ds")) return false;
    if (captured.has(name) || name === "fldinst" || name === "sn" || name === "sv" || name === "propname" || name === "staticval") {
      capture(name);
      return true;
    }
    if (group.destination === "information" && information.has(name)) {
      capture(name);
      return true;
    }
    switch (name) {
      case "fonttbl":
        group.destination = "fonts";
        return true;
      case "info":
        group.destination = "information";
        return true;
      case "pict":
        gather("picture");
        return true;
      case "objdata":
        gather("object");
        return true;
      case "result":
        group.inResult = true;
        return true;
      case "upr":
        group.upr = true;
        return true;
      case "htmltag":
        if (outlet.html === undefined) capture("htmltag");
        else group.destination = "html";
        return true;
      case "shppict":
      case "shpinst":
      case "shptxt":
      case "sp":
      case "userprops":
      case "picprop":
      case "ud":
      case "do":
      case "formfield":
      case "xmlopen":
      case "fldrslt":
      case "nesttableprops":
      case "ftnalt":
      case "shpgrp":
      case "listtext":
      case "pntext":
      case "moveto":
      case "movefrom":
      case "mailmerge":
      case "defchp":
      case "defpap":
      case "svb":
      case "rtlch":
      case "ltrch":
        return starred;
      default:
    }
    if (!starred) return false;
    capture(name);
    return true;
  }

  function word(name: string, parameter: number | undefined): void {
    const { star } = group;
    group.star = false;
    if (name === "u") {
      const code = parameter ?? 63;
      unicode(code);
      return;
    }
    if (pending > 0) {
      // A control word stands for one character too, but some writers forget it: only text is passed over.
      if (name === "par" || name === "cell" || name === "row" || name === "tab" || name === "line") pending = 0;
    }
    if (star || group.own.ends === "none") {
      if (destination(name, star)) return;
    }
    if (group.destination === "skip") return;
    if (group.destination === "fonts") {
      fontWord(name, parameter);
      return;
    }
    const glyph = symbols[name];
    if (glyph !== undefined) {
      append(glyph);
      return;
    }
    switch (name) {
      case "par":
      case "sect":
        if (group.destination === "text" && !(fromHtml && outlet.html !== undefined && group.frame === body)) {
          const { frame } = group;
          runs.endParagraph(frame, group.inTable || frame.cells.length > 0 ? "cell" : "text");
        } else append("\n");
        return;
      case "cell":
        if (group.destination !== "text") return;
        runs.endParagraph(group.frame, "cell");
        runs.endInner(group.frame);
        runs.endCell(group.frame);
        return;
      case "row":
        if (group.destination !== "text") return;
        runs.endParagraph(group.frame, "cell");
        runs.endRow(group.frame);
        return;
      case "nestcell":
        runs.endParagraph(group.frame, "nested");
        runs.endNestedCell(group.frame);
        return;
      case "nestrow":
        runs.endNestedRow(group.frame);
        return;
      case "intbl":
        group.inTable = true;
        return;
      case "pard":
        group.inTable = false;
        return;
      case "plain":
        group.hidden = false;
        group.deleted = false;
        group.page = fontPage(defaultFont);
        group.font = defaultFont;
        return;
      case "v":
        group.hidden = parameter !== 0;
        return;
      case "deleted":
        group.deleted = parameter !== 0;
        return;
      case "f":
        group.font = parameter ?? 0;
        group.page = fontPage(group.font);
        return;
      case "uc":
        group.fallback = Math.max(0, Math.min(parameter ?? 1, 64));
        return;
      case "ansicpg":
        if (parameter !== undefined && parameter > 0) documentPage = parameter;
        group.page = documentPage;
        return;
      case "mac":
        documentPage = 10000;
        group.page = documentPage;
        return;
      case "pc":
        documentPage = 437;
        group.page = documentPage;
        return;
      case "pca":
        documentPage = 850;
        group.page = documentPage;
        return;
      case "deff":
        defaultFont = parameter ?? 0;
        return;
      case "fromhtml":
        fromHtml = parameter !== 0;
        return;
      case "htmlrtf":
        group.htmlRtf = parameter !== 0;
        return;
      case "pngblip":
        pictureType = "png";
        return;
      case "jpegblip":
        pictureType = "jpg";
        return;
      case "emfblip":
        pictureType = "emf";
        return;
      case "wmetafile":
        pictureType = "wmf";
        return;
      case "dibitmap":
      case "wbitmap":
        pictureType = "dib";
        return;
      case "macpict":
        pictureType = "pict";
        return;
      default:
    }
  }

  function fontWord(name: string, parameter: number | undefined): void {
    if (name === "f") {
      currentFont = parameter ?? 0;
      if (fonts.size < listLimit) fonts.set(currentFont, { charset: 0, codepage: 0, name: "" });
      return;
    }
    const font = fonts.get(currentFont);
    if (font === undefined) return;
    if (name === "fcharset") font.charset = parameter ?? 0;
    else if (name === "cpg") font.codepage = parameter ?? 0;
  }

  function unicode(code: number): void {
    const unit = code < 0 ? code + 65_536 : code;
    if (group.destination !== "skip" && group.destination !== "picture" && group.destination !== "object") {
      append(unit > 0xffff && unit <= 0x10ffff ? String.fromCodePoint(unit) : String.fromCharCode(unit & 0xffff));
    }
    pending = group.fallback;
  }

  const document: RtfDocument = {
    properties,
    custom,
    authors,
    get fromHtml(): boolean {
      return fromHtml;
    },
    open(): void {
      pending = 0;
      if (groups.length >= deepest) {
        overflow++;
        return;
      }
      groups.push(group);
      const inner: Group = { ...group, own: { name: "", capture: undefined, ends: "none" }, star: false, upr: false };
      // The part of `\upr` before `\ud` says the same in bytes.
      if (group.upr) inner.destination = "skip";
      group = inner;
    },
    close(): void {
      pending = 0;
      if (overflow > 0) {
        overflow--;
        return;
      }
      const outer = groups.pop();
      if (outer === undefined) return;
      const { own } = group;
      if (own.ends === "capture") finishCapture(own.name, own.capture?.take() ?? "");
      else if (own.ends === "data") finishData(group.destination === "object" ? "object" : "picture");
      else if (own.ends === "frame") runs.endFrame(group.frame);
      group = outer;
      if (groups.length === 0 && !closed) {
        closed = true;
        giveMarkup();
        runs.endFrame(body);
        // What follows the document's last brace no program shows.
        group.frame = runs.make("behind", ["body", "hidden"]);
        group.destination = "text";
        fromHtml &&= outlet.html === undefined;
      }
    },
    word,
    symbol(character): void {
      if (pending > 0) {
        pending--;
        return;
      }
      if (character === "*") group.star = true;
      else if (character === "~") append("\u00a0");
      else if (character === "_") append("-");
      else if (character === "\t") append("\t");
    },
    text(bytes, escaped): void {
      let piece = bytes;
      group.star = false;
      if (pending > 0) {
        const passed = escaped ? 1 : Math.min(pending, piece.length);
        pending -= passed;
        piece = piece.slice(passed);
        if (piece === "") return;
      }
      switch (group.destination) {
        case "text":
          if (fromHtml && outlet.html !== undefined && group.frame === body) {
            if (!group.htmlRtf) markup.bytes(piece, group.page);
            return;
          }
          kindOf().bytes(piece, group.page);
          return;
        case "capture":
          if ((group.capture?.length ?? longParagraph) < longParagraph) group.capture?.bytes(piece, group.page);
          return;
        case "picture":
        case "object":
          if (!escaped) data.hex(piece);
          return;
        case "fonts": {
          const font = fonts.get(currentFont);
          if (font !== undefined && font.name.length < 100) font.name += piece;
          return;
        }
        case "html":
          markup.bytes(piece, group.page);
          if (markup.length > 16 * 1024) giveMarkup();
          return;
        default:
      }
    },
    binary(bytes): void {
      if (group.destination === "picture" || group.destination === "object") data.raw(bytes);
    },
    end(): boolean {
      const whole = groups.length === 0 && closed;
      while (groups.length > 0 || overflow > 0) document.close();
      runs.endFrame(group.frame);
      if (!closed) {
        giveMarkup();
        runs.endFrame(body);
      }
      runs.flush();
      return whole;
    },
  };
  return document;
}

function unescapePercent(address: string): string {
  if (!address.includes("%")) return address;
  try {
    return decodeURIComponent(address);
  } catch {
    return textOf(bytesOf(address));
  }
}
