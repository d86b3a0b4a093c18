import type { Extracted, ExtractInput, Extractor, Role } from "../model/chunk.ts";
import { createFlow } from "./shared/flow.ts";
import { giveAuthors, matching, readDrawings, readMarkup, textless } from "./shared/drawing.ts";
import type { MarkupShared } from "./shared/markup.ts";
import { nestsDeeperThan } from "./shared/nesting.ts";
import { plainArchive, readCommonParts } from "./shared/package.ts";
import type { KnownPart, OfficePackage } from "./shared/package.ts";
import { packageReader } from "./shared/packageReader.ts";
import { bytesOf } from "./shared/xml.ts";

/**
 * Word documents and templates (ECMA-376, transitional and strict): every part of the package. Where the parts reader finds the main part
 * damaged or missing, mammoth reads the document a second time, and what it finds beyond is told too.
 */
export const docx: Extractor = {
  id: "docx",
  title: { zh: "Word 文档", en: "Word document" },
  version: 2,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    const names = [...(await probe.members())].map((name) => name.replaceAll("\\", "/").replace(/^\//, "").toLowerCase());
    const word = names.some((name) => name.startsWith("word/"));
    return names.includes("word/document.xml") || (word && names.includes("[content_types].xml"));
  },
  extract: packageReader(readDocument),
};

/** 16 MiB: more is not given to the second reader, which holds all of it several times and cannot be stopped. */
const secondReaderLimit = 16 * 1024 * 1024;
/** Tables in tables reach some hundred; 100,000 elements that never end keep the library for minutes. */
const secondReaderDepth = 1000;

/** 16 MiB of text kept, to know what the second reader adds. */
const keptLimit = 16 * 1024 * 1024;

const mainPart: RegExp =
  /word\.(document|template)(\.macroenabled(template)?)?\.main\+xml$|wordprocessingml\.(document|template)\.main\+xml$|^word\/document\d*\.xml$/;

/** Parts with text of their own, in the order they are told. */
const textParts: readonly { readonly pattern: RegExp; readonly flow: string; readonly roles: readonly [Role, ...Role[]] }[] = [
  { pattern: /\.header\+xml$|^word\/header\d*\.xml$/, flow: "header", roles: ["header"] },
  { pattern: /\.footer\+xml$|^word\/footer\d*\.xml$/, flow: "footer", roles: ["footer"] },
  { pattern: /\.footnotes\+xml$|^word\/footnotes\.xml$/, flow: "footnotes", roles: ["footnote"] },
  { pattern: /\.endnotes\+xml$|^word\/endnotes\.xml$/, flow: "endnotes", roles: ["footnote"] },
  { pattern: /\.comments\+xml$|^word\/comments\.xml$/, flow: "comments", roles: ["comment"] },
  { pattern: /\.document\.glossary\+xml$|^word\/glossary\/document\.xml$/, flow: "glossary", roles: ["hidden"] },
];

const otherParts: readonly KnownPart[] = [
  ...textless,
  { pattern: /webSettings(\+xml|\.xml)$|fontTable(\+xml|\.xml)$|styles(WithEffects)?(\+xml|\.xml)$/i, roles: "none" },
  { pattern: /settings(\+xml|\.xml)$/i, roles: ["property"], elements: /^(docVar|query|connectString|udl|src)$/ },
  { pattern: /numbering(\+xml|\.xml)$/i, roles: ["property"], attributes: /^lvlText@val$/ },
  { pattern: /people(\+xml|\.xml)$/i, roles: ["property"], elements: /^person$/ },
];

async function* readDocument(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const shared: MarkupShared = { sink: from.sink, next: 1, authors: new Set() };
  const firstPage = new Set<string>();
  const seen = new Set<string>();
  const mains = matching(from, mainPart);
  let sound = mains.length > 0;
  let number = 0;
  const kept: Uint8Array[] = [];
  let keptLength = 0;
  for (const part of mains) {
    const ids = new Set<string>();
    let sections = 0;
    const reading = readMarkup(from, part, shared, {
      flow: number === 0 ? "body" : `body${number + 1}`,
      roles: ["body"],
      section(element, type, id): void {
        if (element === "sectPr") sections++;
        else if (sections === 0 && type === "first") ids.add(id);
      },
    });
    let step = await reading.next();
    for (; step.done !== true; step = await reading.next()) {
      const told = step.value;
      if (told.type === "chunk" && told.chunk.content.kind === "utf8" && keptLength < keptLimit) {
        kept.push(told.chunk.content.bytes);
        keptLength += told.chunk.content.bytes.length;
      }
      yield told;
    }
    number++;
    if (!step.value) sound = false;
    for (const relation of await from.relations(part.name)) if (ids.has(relation.id)) firstPage.add(relation.target.toLowerCase());
  }
  if (!sound && from.sink.open) {
    if (mains.length === 0) from.sink.failure("corrupt", "the main part of the document is not where it should be", true);
    yield* from.sink.drain();
    for (const bytes of kept)
      for (const line of Buffer.from(bytes)
        .toString("latin1")
        .split(/[\t\n]/))
        seen.add(line.trim());
    yield* readAgain(from, input, seen);
  }
  for (const { pattern, flow, roles } of textParts) {
    let count = 0;
    for (const part of matching(from, pattern)) {
      const page = firstPage.has(part.name.toLowerCase()) ? 1 : undefined;
      yield* readMarkup(from, part, shared, { flow: `${flow}${++count}`, roles, ...(page === undefined ? {} : { page }) });
    }
  }
  yield* readDrawings(from, shared);
  yield* giveAuthors(from.sink, shared);
  yield* readCommonParts(from, input, { known: otherParts, seen });
}

/** What mammoth finds in a document whose main part the parts reader could not read whole: lines it has not told. */
async function* readAgain(from: OfficePackage, input: ExtractInput, seen: Set<string>): AsyncGenerator<Extracted, void> {
  const { sink } = from;
  const buffer = await plainArchive(from, input, secondReaderLimit, (_, bytes) =>
    nestsDeeperThan(bytes, secondReaderDepth) ? new Uint8Array() : bytes,
  );
  if (buffer === undefined) return;
  const { default: mammoth } = await import("mammoth");
  let text: string;
  try {
    // Raw text converts no image and follows no link out of the document (CVE-2025-11849).
    text = (await mammoth.extractRawText({ buffer })).value;
  } catch {
    // That the document is damaged has been told.
    return;
  }
  const flow = createFlow(sink, { id: "second", roles: ["body"], place: (paragraph) => ({ kind: "paragraph", paragraph }) });
  let paragraph = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    paragraph++;
    const told = bytesOf(line.trim());
    if (seen.has(told)) continue;
    seen.add(told);
    flow.line(told, paragraph);
  }
  flow.flush();
  yield* sink.drain();
}
