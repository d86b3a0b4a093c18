import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { matching } from "./shared/drawing.ts";
import { createFlow } from "./shared/flow.ts";
import { readCommonParts, unescapeAddress } from "./shared/package.ts";
import type { OfficePackage, Part } from "./shared/package.ts";
import { numberedPages, packageReader } from "./shared/packageReader.ts";
import { attribute, textOf, trimBytes } from "./shared/xml.ts";

/** XPS and OpenXPS documents (ECMA-388): glyphs of each page joined to lines, links, outline, properties; pages that are pictures or outlines are told. */
export const xps: Extractor = {
  id: "xps",
  title: { zh: "XPS 版式文档", en: "XPS document" },
  version: 2,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    return [...(await probe.members())].some((name) => /\.(?:fdseq|fdoc|fpage)(?:[/\\]\[\d+\](?:\.last)?\.piece)?$/i.test(name));
  },
  extract: packageReader(readDocument),
};

const sequencePart = /fixeddocumentsequence\+xml$|\.fdseq$/;
const documentPart = /fixeddocument\+xml$|\.fdoc$/;
const pagePart = /fixedpage\+xml$|\.fpage$/;

async function* readDocument(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  // Printers may write a part in pieces, each a member.
  if (from.parts.some(({ name }) => /\.piece$/i.test(name)))
    from.sink.failure("unsupported-format", "parts that lie in pieces are not joined", true);
  const pages = yield* pagesInOrder(from);
  const pictures: number[] = [];
  for (const [number, part] of numberedPages(pages, from, input)) {
    if (yield* readPage(from, part, number)) pictures.push(number);
  }
  if (pages.length === 0) from.sink.failure("corrupt", "no page of the document is where it should be", true);
  if (pictures.length > 0) {
    const shown = pictures.slice(0, 20).join(", ");
    from.sink.failure(
      "no-text",
      `pages ${shown}${pictures.length > 20 ? " …" : ""} are pictures or outlines: they need a person or OCR`,
      true,
    );
  }
  yield* from.sink.drain();
  yield* readCommonParts(from, input, {
    known: [
      { pattern: /obfuscated|opentype|\.(?:odttf|ttf|ttc)$/i, roles: "none" },
      { pattern: /printing\.printticket|\.xml\.ticket$|_PT\.xml$|iccprofile|\.ic[cm]$/i, roles: "none" },
      { pattern: /\.(?:struct|frag)$|documentstructure\+xml$|storyfragments\+xml$/i, roles: ["bookmark"], elements: /^OutlineEntry$/ },
    ],
  });
}

/** Pages in the order of the documents that name them, then those that no document names. */
async function* pagesInOrder(from: OfficePackage): AsyncGenerator<Extracted, readonly Part[]> {
  const named = async function* (part: Part, element: string): AsyncGenerator<Extracted, readonly Part[]> {
    const folder = part.name.slice(0, part.name.lastIndexOf("/") + 1);
    const found: Part[] = [];
    yield* from.read(part, {
      open(name, attributes): void {
        if (name !== element || found.length >= 100_000) return;
        const other = from.part(resolved(folder, unescapeAddress(attribute(attributes, "Source") ?? "")));
        if (other !== undefined && !from.taken.has(other)) found.push(other);
      },
      text: nothing,
      close: nothing,
    });
    return found;
  };
  const documents = new Set<Part>();
  for (const part of matching(from, sequencePart)) for (const one of yield* named(part, "DocumentReference")) documents.add(one);
  for (const part of matching(from, documentPart)) documents.add(part);
  const pages = new Set<Part>();
  for (const part of documents) for (const one of yield* named(part, "PageContent")) pages.add(one);
  for (const part of matching(from, pagePart)) pages.add(part);
  return [...pages];
}

function nothing(): void {
  // Nothing to do.
}

function resolved(folder: string, address: string): string {
  const path = textOf(address);
  const steps: string[] = [];
  for (const step of (path.startsWith("/") ? path : folder + path).split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "." && step !== "") steps.push(step);
  }
  return steps.join("/");
}

/** How far two runs of glyphs may lie apart, in their size, to be one line, one word, one cell of it. */
const sameLine = 0.5;
const sameWord = 0.3;

/** Parts of outlines on a page without text, from which they are letters: a frame or a logo has fewer. */
const manyFigures = 20;
/** When a page counts as read though pictures cover half of it: a scan may bear a stamp or a page number. */
const fewCharacters = 50;
const coveredPage = 0.5;

/** True for a page that shows pictures or outlines, or signs without a meaning, where there is no text to speak of. */
async function* readPage(from: OfficePackage, part: Part, page: number): AsyncGenerator<Extracted, boolean> {
  const { sink } = from;
  const place = (): { kind: "page"; page: number } => ({ kind: "page", page });
  const body = createFlow(sink, { id: `page${page}`, roles: ["body"], place, page });
  const links = createFlow(sink, { id: `page${page}-links`, roles: ["link"], place, page });
  let line = "";
  let last: { x: number; y: number; size: number } | undefined;
  let characters = 0;
  let unnamed = 0;
  let pictures = 0;
  let figures = 0;
  let area = 0;
  let covered = 0;
  let number = 0;
  const endLine = (): void => {
    if (trimBytes(line) !== "") body.line(trimBytes(line), ++number);
    line = "";
  };
  yield* from.read(part, {
    open(element, attributes): void {
      const target = attribute(attributes, "FixedPage.NavigateUri");
      if (target !== undefined && target !== "") links.line(unescapeAddress(target), ++number);
      if (element === "FixedPage") area = Number(attribute(attributes, "Width")) * Number(attribute(attributes, "Height"));
      if (element === "ImageBrush") {
        pictures++;
        const [, , width = 0, height = 0] = (attribute(attributes, "Viewport") ?? "").split(/[\s,]+/).map(Number);
        covered += Math.abs(width * height) || 0;
      }
      if (element === "PathFigure") figures++;
      const outline =
        element === "Path" ? attribute(attributes, "Data") : element === "PathGeometry" ? attribute(attributes, "Figures") : "";
      for (let at = 0; outline !== undefined && at < outline.length && figures <= manyFigures; at++)
        if ((outline.charCodeAt(at) | 0x20) === 0x6d) figures++;
      if (element !== "Glyphs") return;
      const raw = attribute(attributes, "UnicodeString") ?? "";
      if (raw === "" && (attribute(attributes, "Indices") ?? "") !== "") unnamed++;
      // `{}` in front keeps a brace from being markup.
      const text = raw.startsWith("{}") ? raw.slice(2) : raw;
      if (trimBytes(text) === "") {
        line += text;
        return;
      }
      characters += trimBytes(text).length;
      const x = Number(attribute(attributes, "OriginX") ?? 0);
      const y = Number(attribute(attributes, "OriginY") ?? 0);
      const size = Number(attribute(attributes, "FontRenderingEmSize") ?? 12) || 12;
      if (last !== undefined) {
        if (Math.abs(y - last.y) > size * sameLine || x < last.x - size) endLine();
        else if (x - last.x > size * sameWord && !line.endsWith(" ")) line += " ";
      }
      line += text;
      last = { x: x + widthOf(textOf(text), attribute(attributes, "Indices") ?? "", size), y, size };
      if (line.length > 1024 * 1024) endLine();
    },
    text: nothing,
    close: nothing,
  });
  endLine();
  body.flush();
  links.flush();
  yield* sink.drain();
  if (characters === 0) return pictures > 0 || unnamed > 0 || figures > manyFigures;
  return characters < fewCharacters && area > 0 && covered > area * coveredPage;
}

/** How wide a run is: by the widths it states in hundredths of its size, else by whole and half characters. */
function widthOf(text: string, indices: string, size: number): number {
  const stated = indices === "" ? [] : indices.split(";").map((one) => Number(one.split(",")[1] ?? Number.NaN));
  let width = 0;
  let index = 0;
  for (const character of text) {
    const own = stated[index++];
    width += own !== undefined && Number.isFinite(own) ? own / 100 : (character.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.5;
  }
  return width * size;
}
