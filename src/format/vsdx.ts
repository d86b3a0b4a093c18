import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { giveAuthors, matching, textless } from "./shared/drawing.ts";
import { createFlow } from "./shared/flow.ts";
import type { Flow } from "./shared/flow.ts";
import type { MarkupShared } from "./shared/markup.ts";
import { readCommonParts } from "./shared/package.ts";
import type { OfficePackage, Part } from "./shared/package.ts";
import { numberedPages, packageReader } from "./shared/packageReader.ts";
import { attribute, trimBytes } from "./shared/xml.ts";
import type { XmlHandler } from "./shared/xml.ts";

/** Visio drawings, stencils and templates ([MS-VSDX]): text and data of the shapes page by page, masters, comments, links, properties. */
export const vsdx: Extractor = {
  id: "vsdx",
  title: { zh: "Visio 绘图", en: "Visio drawing" },
  version: 1,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    return [...(await probe.members())].some((name) => /^\/?visio[/\\](?:document\.xml|pages[/\\]page\d*\.xml)$/i.test(name));
  },
  extract: packageReader(readDrawing),
};

const pageList = /ms-visio\.pages\+xml$|^visio\/pages\/pages\.xml$/;
const pagePart = /ms-visio\.page\+xml$|^visio\/pages\/page\d+\.xml$/;
const masterPart = /ms-visio\.master\+xml$|^visio\/masters\/master\d+\.xml$/;
const commentPart = /ms-visio\.comments\+xml$|^visio\/comments\.xml$/;
const listPart = /ms-visio\.masters\+xml$|^visio\/masters\/masters\.xml$/;

async function* readDrawing(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const shared: MarkupShared = { sink: from.sink, next: 1, authors: new Set() };
  const pages = yield* pagesInOrder(from);
  for (const [number, part] of numberedPages(pages, from, input)) {
    yield* readShapes(from, part, `page${number}`, number);
  }
  if (pages.length === 0) from.sink.failure("corrupt", "no page of the drawing is where it should be", true);
  for (const [index, part] of matching(from, masterPart).entries()) yield* readShapes(from, part, `master${index + 1}`, undefined);
  for (const part of matching(from, commentPart)) yield* readComments(from, part, shared);
  yield* giveAuthors(from.sink, shared);
  yield* readCommonParts(from, input, {
    known: [
      ...textless,
      { pattern: listPart, roles: ["property"], elements: /^Master$/ },
      { pattern: /windows(\+xml|\.xml)$/i, roles: "none" },
    ],
  });
}

/** Pages as the drawing lists them, then those it does not; their names go to a flow. */
async function* pagesInOrder(from: OfficePackage): AsyncGenerator<Extracted, readonly Part[]> {
  const pages = new Set<Part>();
  for (const list of matching(from, pageList)) {
    const ids: string[] = [];
    const names = createFlow(from.sink, { id: from.sink.unique("pages"), roles: ["bookmark"], place: (page) => ({ kind: "page", page }) });
    let number = 0;
    yield* from.read(list, {
      open(element, attributes): void {
        if (element === "Page") names.line(attribute(attributes, "Name") ?? attribute(attributes, "NameU") ?? "", ++number);
        else if (element === "Rel" && ids.length < 100_000) ids.push(/:id\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1] ?? "");
      },
      text: nothing,
      close: nothing,
    });
    names.flush();
    const relations = new Map((await from.relations(list.name)).map((relation) => [relation.id, relation.target]));
    for (const id of ids) {
      const page = from.part(relations.get(id) ?? "");
      if (page !== undefined) pages.add(page);
    }
  }
  for (const part of matching(from, pagePart)) pages.add(part);
  yield* from.sink.drain();
  return [...pages];
}

function nothing(): void {
  // Nothing to do.
}

/** What a shape's sections tell: its data with their labels, where it leads, what it is called when pointed at. */
const sections: Readonly<Record<string, { readonly flow: "data" | "links" | "actions"; readonly cells: ReadonlySet<string> }>> = {
  Property: { flow: "data", cells: new Set(["Label", "Value", "Prompt"]) },
  User: { flow: "data", cells: new Set(["Value", "Prompt"]) },
  Hyperlink: { flow: "links", cells: new Set(["Description", "Address", "SubAddress", "ExtraInfo"]) },
  Actions: { flow: "actions", cells: new Set(["Menu"]) },
};

/** 1 MiB: a longer text of one shape is told in pieces. */
const longText = 1024 * 1024;

async function* readShapes(from: OfficePackage, part: Part, id: string, page: number | undefined): AsyncGenerator<Extracted, void> {
  const { sink } = from;
  const flows = new Map<string, Flow>();
  const flow = (name: string, roles: Parameters<typeof createFlow>[1]["roles"]): Flow => {
    let found = flows.get(name);
    if (found === undefined) {
      found = createFlow(sink, {
        id: name === "" ? id : `${id}-${name}`,
        roles,
        place: () => (page === undefined ? { kind: "property", name: part.name } : { kind: "page", page }),
        ...(page === undefined ? {} : { page }),
      });
      flows.set(name, found);
    }
    return found;
  };
  const body = flow("", page === undefined ? ["header"] : ["body"]);
  let text: string | undefined;
  let section: (typeof sections)[string] | undefined;
  let row: string[] = [];
  let lines = 0;
  const endText = (): void => {
    for (const line of (text ?? "").split("\n")) if (trimBytes(line) !== "") body.line(trimBytes(line), ++lines);
  };
  const handler: XmlHandler = {
    open(element, attributes): void {
      if (element === "Text") text = "";
      else if (element === "Section") section = sections[attribute(attributes, "N") ?? ""];
      else if (element === "Row") row = [];
      else if (element === "Cell") {
        const name = attribute(attributes, "N") ?? "";
        const value = trimBytes(attribute(attributes, "V") ?? "");
        if (section?.cells.has(name) === true && value !== "" && value !== "0" && row.length < 100) row.push(value);
        else if (name === "Comment" || name === "ShapeKeywords") flow("notes", ["comment"]).line(value, ++lines);
      }
    },
    text(piece): void {
      if (text === undefined) return;
      text += piece;
      if (text.length > longText) {
        endText();
        text = "";
      }
    },
    close(element): void {
      if (element === "Text") {
        endText();
        text = undefined;
      } else if (element === "Section") section = undefined;
      else if (element === "Row" && section !== undefined && row.length > 0) {
        const told = row.join(": ");
        if (section.flow === "data") flow("data", ["property"]).line(told, ++lines);
        else flow(section.flow, section.flow === "links" ? ["link"] : ["caption"]).line(told, ++lines);
        row = [];
      }
    },
  };
  yield* from.read(part, handler);
  endText();
  for (const one of flows.values()) one.flush();
  yield* sink.drain();
}

async function* readComments(from: OfficePackage, part: Part, shared: MarkupShared): AsyncGenerator<Extracted, void> {
  const flow = createFlow(from.sink, {
    id: from.sink.unique("comments"),
    roles: ["comment"],
    place: (paragraph) => ({ kind: "paragraph", paragraph }),
  });
  let text = "";
  let inside = false;
  let count = 0;
  yield* from.read(part, {
    open(element, attributes): void {
      if (element === "AuthorEntry" && shared.authors.size < 1000) shared.authors.add(attribute(attributes, "Name") ?? "");
      inside = element === "CommentEntry";
      text = "";
    },
    text(piece): void {
      if (inside && text.length < longText) text += piece;
    },
    close(): void {
      if (inside) flow.line(trimBytes(text), ++count);
      inside = false;
    },
  });
  flow.flush();
  yield* from.sink.drain();
}
