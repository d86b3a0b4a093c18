import type { Extracted, ExtractInput, Extractor, Role } from "../model/chunk.ts";
import { FailureError } from "../model/failure.ts";
import { readDer } from "./shared/der.ts";
import { createOfdContent, createOfdHandler, ofdArea, ofdLines } from "./shared/ofdPage.ts";
import type { OfdContent } from "./shared/ofdPage.ts";
import { asMember, giveProperties, readCommonParts, unescapeAddress } from "./shared/package.ts";
import type { KnownPart, OfficePackage, Part } from "./shared/package.ts";
import { packageReader } from "./shared/packageReader.ts";
import { pageList } from "./shared/pageList.ts";
import { flowWriter } from "./shared/pdfChunks.ts";
import type { FlowWriter } from "./shared/pdfChunks.ts";
import { pdfLines } from "./shared/pdfText.ts";
import { attribute, textOf, trimBytes } from "./shared/xml.ts";
import { memberBytes } from "./shared/zipMember.ts";

/**
 * OFD documents (GB/T 33190-2016): text by page in reading order, templates laid under their pages, annotations, outlines, attachments,
 * properties, seals, earlier versions. A page that shows pictures or outlines instead of text is told as `no-text`.
 */
export const ofd: Extractor = {
  id: "ofd",
  title: { zh: "OFD 版式文档", en: "OFD document" },
  version: 1,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    for (const name of await probe.members()) if (name.replaceAll("\\", "/").replace(/^\//, "").toLowerCase() === "ofd.xml") return true;
    return false;
  },
  extract: packageReader(readBodiesOf),
};

/** When a page counts as read though pictures cover it: a scan may bear a stamp or a page number, and is not read for that. */
const fewCharacters = 50;
/** Half of the page. */
const coveredPage = 0.5;
/** On a page without any text: a logo is smaller, a picture with words in it larger. */
const smallPicture = 0.02;
/** On a page without any text or picture: letters that were turned into outlines. */
const manyPaths = 150;
/** A third of a page's letters; bullets and logos in fonts of their own are less. */
const mostNameless = 0.33;
/** Square millimetres of A4, for a page that does not say. */
const usualPage = 210 * 297;
/** 4 MiB of a seal: its picture is in it. */
const sealLimit = 4 * 1024 * 1024;

/** The reading of one file. */
interface Reading {
  readonly from: OfficePackage;
  readonly input: ExtractInput;
  readonly flows: FlowWriter;
  /** Lines of templates, kept while their document is read. */
  readonly templates: Map<string, OfdContent>;
  readonly failed: { images: number[]; missing: number[]; pages: number; text: number };
}

/** One document of the file, as `OFD.xml` or a version names it. */
interface Body {
  readonly names: string[];
  readonly values: string[];
  root: string;
  readonly others: string[];
}

async function* readBodiesOf(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { sink } = from;
  const reading: Reading = {
    from,
    input,
    flows: flowWriter(),
    templates: new Map(),
    failed: { images: [], missing: [], pages: 0, text: 0 },
  };
  const encrypted = from.parts.some((part) => /(^|\/)(encryptions?\.xml|decryptseed\.dat|entriesmap\.dat)$/i.test(part.name));
  if (encrypted) sink.failure("encrypted", "parts of the document are encrypted", true);
  const main = from.part("OFD.xml");
  const bodies = main === undefined ? [] : yield* readBodies(from, main);
  for (const [index, body] of bodies.entries()) {
    yield* giveProperties(sink, index === 0 ? "document" : `document${index + 1}`, body.names, body.values);
    yield* readDocument(reading, body, index === 0 ? "" : `document${index + 1}-`, []);
  }
  if (bodies.length === 0) sink.failure("corrupt", "OFD.xml names no document", true);
  // Earlier versions and documents that nothing names any more are still in the file.
  let lost = 0;
  for (const part of from.parts) {
    if (from.taken.has(part) || !/(^|\/)document(_\w+)?\.xml$/i.test(part.name) || !sink.open) continue;
    yield* readDocument(reading, { names: [], values: [], root: part.name, others: [] }, `hidden${++lost}-`, ["hidden"]);
  }
  for (const part of from.parts) {
    if (from.taken.has(part) || !/(^|\/)(pages?|tpls?|temps?|templates?)(_\d+)?\/.*\.xml$/i.test(part.name) || !sink.open) continue;
    if (/\/annot/i.test(part.name)) continue;
    const content = createOfdContent();
    yield* from.read(part, createOfdHandler(content));
    yield* giveLines(reading, content, "hidden", ["hidden"], undefined, false);
  }
  yield* readResources(reading);
  yield* readSignatures(reading);
  yield* readSeals(reading);
  const { images, missing, pages, text } = reading.failed;
  const partial = text > 0;
  if (missing.length > 0) sink.failure("corrupt", `pages that are not in the file: ${pageList(missing)} of ${pages}`, partial);
  if (images.length > 0) sink.failure("no-text", `pages without readable text that need OCR: ${pageList(images)} of ${pages}`, partial);
  yield* sink.drain();
  yield* readCommonParts(from, input, { known: otherParts });
}

const otherParts: readonly KnownPart[] = [
  // Where fields stand, and nothing else.
  { pattern: /(^|\/)areaholderblocks\.xml$/i, roles: ["form"], elements: /^AreaHolderBlock$/ },
];

/** The documents `OFD.xml` lists, and what it says of each. */
async function* readBodies(from: OfficePackage, main: Part): AsyncGenerator<Extracted, readonly Body[]> {
  const bodies: Body[] = [];
  let path: string[] = [];
  let depth = 0;
  let name = "";
  let value = "";
  yield* from.read(main, {
    open(element, attributes): void {
      depth++;
      if (path.length < 16) path.push(element);
      value = "";
      name = element === "CustomData" ? (attribute(attributes, "Name") ?? element) : element;
      if (element === "DocBody" && bodies.length < 10_000) bodies.push({ names: [], values: [], root: "", others: [] });
      else if (element === "Version") bodies.at(-1)?.others.push(textOf(attribute(attributes, "BaseLoc") ?? ""));
    },
    text(text): void {
      value += text;
    },
    close(element): void {
      const body = bodies.at(-1);
      const told = trimBytes(value);
      if (body !== undefined && told !== "") {
        if (element === "DocRoot") body.root = textOf(told);
        else if (path.includes("DocInfo") && body.names.length < 10_000) {
          body.names.push(name);
          body.values.push(told);
        }
      }
      value = "";
      if (--depth < path.length) path = path.slice(0, Math.max(0, depth));
    },
  });
  return bodies;
}

/** A location against the file that names it; some writers count from the document's folder or the root all the same. */
function find(from: OfficePackage, base: string, location: string): Part | undefined {
  const plain = location.trim().replaceAll("\\", "/");
  const folder = base.slice(0, base.lastIndexOf("/") + 1);
  const root = base.slice(0, base.indexOf("/") + 1);
  for (const path of plain.startsWith("/") ? [plain] : [folder + plain, plain, root + plain]) {
    const steps: string[] = [];
    for (const step of path.split("/")) {
      if (step === "..") steps.pop();
      else if (step !== "." && step !== "") steps.push(step);
    }
    const part = from.part(steps.join("/"));
    if (part !== undefined) return part;
  }
  return undefined;
}

interface Listed {
  readonly pages: { readonly id: string; readonly location: string }[];
  readonly templates: { readonly id: string; readonly location: string; readonly name: string }[];
  readonly bookmarks: string[];
  readonly links: string[];
  annotations: string;
  attachments: string;
  area: number;
}

async function* readDocument(reading: Reading, body: Body, prefix: string, outer: readonly Role[]): AsyncGenerator<Extracted, void> {
  const { from, input, failed } = reading;
  const root = find(from, "", body.root);
  if (root === undefined || from.taken.has(root)) {
    if (root === undefined) from.sink.failure("corrupt", "a document that OFD.xml names is not in the file", true);
    yield* from.sink.drain();
    return;
  }
  const listed = yield* readList(from, root);
  const templates = new Map<string, Part>();
  for (const { id, location } of listed.templates) {
    const part = find(from, root.name, location);
    if (part !== undefined) templates.set(id, part);
  }
  reading.templates.clear();
  const pageOf = new Map<string, number>();
  for (const [index, { id, location }] of listed.pages.entries()) {
    if (input.signal.aborted || !from.sink.open) break;
    const number = index + 1;
    pageOf.set(id, number);
    if (!input.budget.take("pages", 1)) {
      from.sink.failure("too-large", `pages from ${number} on were not read`, true);
      break;
    }
    failed.pages++;
    const part = find(from, root.name, location);
    if (part === undefined) {
      failed.missing.push(number);
      continue;
    }
    // A page that is shown twice is read once.
    if (from.taken.has(part)) continue;
    const content = createOfdContent();
    yield* from.read(part, createOfdHandler(content));
    let laid = false;
    for (const templateId of content.templates) {
      const under = templates.get(templateId);
      if (under === undefined) continue;
      const template = yield* readTemplate(reading, templateId, under);
      laid ||= template.runs.length > 0;
      content.runs.unshift(...template.runs.slice(0, 10_000));
      content.pictured += template.pictured;
      content.paths += template.paths;
    }
    const visible = countVisible(content);
    const area = content.area || listed.area || usualPage;
    if (needsOcr(content, visible, area)) failed.images.push(number);
    else if (visible > 0) failed.text++;
    if (content.cut) from.sink.failure("too-large", `page ${number} has more text than is read of one page`, true);
    yield* giveLines(reading, content, `${prefix}body`, outer.length === 0 ? ["body"] : ["body", ...outer], number, laid);
  }
  for (const [id, part] of templates) {
    if (from.taken.has(part)) continue;
    const template = yield* readTemplate(reading, id, part);
    yield* giveLines(reading, template, `${prefix}template`, ["header", "hidden"], undefined, false);
  }
  if (listed.annotations !== "") yield* readAnnotations(reading, root, listed.annotations, prefix, pageOf);
  if (listed.attachments !== "") yield* readAttachments(reading, root, listed.attachments, prefix);
  tell(reading, `${prefix}bookmarks`, ["bookmark"], pdfLines(listed.bookmarks.map(textOf).join("\n")), undefined);
  tell(reading, `${prefix}links`, ["link"], pdfLines(listed.links.map((link) => textOf(unescapeAddress(link))).join("\n")), undefined);
  yield* from.sink.drain();
  for (const location of body.others) {
    const version = find(from, "", location);
    if (version === undefined || from.taken.has(version)) continue;
    let versionRoot = "";
    let within = "";
    yield* from.read(version, {
      open(element): void {
        within = element;
      },
      text(text): void {
        if (within === "DocRoot") versionRoot += text;
      },
      close(): void {
        within = "";
      },
    });
    const named = find(from, version.name, versionRoot);
    if (named !== undefined) yield* readDocument(reading, { ...body, root: named.name, others: [] }, `${prefix}version-`, ["hidden"]);
  }
}

async function* readList(from: OfficePackage, root: Part): AsyncGenerator<Extracted, Listed> {
  const listed: Listed = { pages: [], templates: [], bookmarks: [], links: [], annotations: "", attachments: "", area: 0 };
  let text = "";
  yield* from.read(root, {
    open(element, attributes): void {
      text = "";
      if (element === "Page" && listed.pages.length < 1_000_000) {
        listed.pages.push({ id: attribute(attributes, "ID") ?? "", location: textOf(attribute(attributes, "BaseLoc") ?? "") });
      } else if (element === "TemplatePage" && listed.templates.length < 10_000) {
        const name = attribute(attributes, "Name") ?? "";
        listed.templates.push({ id: attribute(attributes, "ID") ?? "", location: textOf(attribute(attributes, "BaseLoc") ?? ""), name });
        if (/[\x80-\xff]/.test(name)) listed.bookmarks.push(name);
      } else if ((element === "OutlineElem" || element === "Bookmark") && listed.bookmarks.length < 100_000) {
        const title = attribute(attributes, "Title") ?? attribute(attributes, "Name") ?? "";
        if (trimBytes(title) !== "") listed.bookmarks.push(title);
      } else if (element === "URI" && listed.links.length < 100_000) {
        const address = attribute(attributes, "URI") ?? "";
        if (address !== "") listed.links.push(address);
      }
    },
    text(piece): void {
      if (text.length < 10_000) text += piece;
    },
    close(element): void {
      if (element === "Annotations") listed.annotations = textOf(text);
      else if (element === "Attachments") listed.attachments = textOf(text);
      else if (element === "PhysicalBox" && listed.area === 0) listed.area = ofdArea(text);
      text = "";
    },
  });
  return listed;
}

async function* readTemplate(reading: Reading, id: string, part: Part): AsyncGenerator<Extracted, OfdContent> {
  const known = reading.templates.get(id);
  if (known !== undefined) return known;
  const content = createOfdContent();
  if (!reading.from.taken.has(part)) yield* reading.from.read(part, createOfdHandler(content));
  reading.templates.set(id, content);
  return content;
}

/** Letters of a page that can be seen. */
function countVisible(content: OfdContent): number {
  let count = 0;
  for (const { text } of content.runs) {
    for (const [found] of text.matchAll(/[^\s\p{C}]+/gu)) count += found.length;
    if (count >= fewCharacters) return fewCharacters;
  }
  return count;
}

/** Pictures with no text to speak of, outlines of letters, or glyphs without a meaning. */
function needsOcr(content: OfdContent, visible: number, area: number): boolean {
  const pictured = content.pictured / area;
  if (content.nameless > (content.nameless + content.named) * mostNameless) return true;
  if (visible === 0) return pictured > smallPicture || content.paths > manyPaths || content.runs.length > 0;
  return visible < fewCharacters && pictured > coveredPage;
}

function tell(
  reading: Reading,
  flow: string,
  roles: readonly [Role, ...Role[]],
  lines: ReturnType<typeof pdfLines>,
  page: number | undefined,
): void {
  for (const item of reading.flows.chunks(flow, roles, lines, page)) if (item.type === "chunk") reading.from.sink.chunk(item.chunk);
}

function* giveLines(
  reading: Reading,
  content: OfdContent,
  flow: string,
  roles: readonly [Role, ...Role[]],
  page: number | undefined,
  sorted: boolean,
): Generator<Extracted, void> {
  if (content.runs.length > 0) tell(reading, flow, roles, ofdLines(content.runs, sorted), page);
  for (const link of content.links) tell(reading, "links", ["link"], pdfLines(textOf(unescapeAddress(link))), page);
  yield* reading.from.sink.drain();
}

/** What an annotation is, by its `Type`; all others are remarks. */
const annotationRoles: Readonly<Record<string, Role>> = { Watermark: "watermark", Stamp: "watermark", Link: "link" };

async function* readAnnotations(
  reading: Reading,
  root: Part,
  location: string,
  prefix: string,
  pageOf: ReadonlyMap<string, number>,
): AsyncGenerator<Extracted, void> {
  const { from } = reading;
  const list = find(from, root.name, location);
  if (list === undefined || from.taken.has(list)) {
    if (list === undefined) from.sink.failure("corrupt", "the list of annotations is not in the file", true);
    return;
  }
  const files: { readonly page: number | undefined; readonly location: string }[] = [];
  let page: number | undefined;
  let text = "";
  yield* from.read(list, {
    open(element, attributes): void {
      text = "";
      if (element === "Page") page = pageOf.get(attribute(attributes, "PageID") ?? "");
    },
    text(piece): void {
      if (text.length < 10_000) text += piece;
    },
    close(element): void {
      if (element === "FileLoc" && files.length < 1_000_000) files.push({ page, location: textOf(text) });
      text = "";
    },
  });
  for (const file of files) {
    if (reading.input.signal.aborted || !from.sink.open) return;
    const part = find(from, list.name, file.location) ?? find(from, root.name, file.location);
    if (part === undefined) from.sink.failure("corrupt", "annotations of a page are not in the file", true);
    else if (!from.taken.has(part)) yield* readPageAnnotations(reading, part, file.page, prefix);
  }
  yield* from.sink.drain();
}

async function* readPageAnnotations(
  reading: Reading,
  part: Part,
  page: number | undefined,
  prefix: string,
): AsyncGenerator<Extracted, void> {
  const { from } = reading;
  let content = createOfdContent();
  let role: Role = "comment";
  let notes: string[] = [];
  let note: string | undefined;
  let noted = 0;
  let origin: readonly [number, number] = [0, 0];
  let drawing = createOfdHandler(content, () => origin);
  const give = (told: Role, lines: ReturnType<typeof pdfLines>): void => tell(reading, `${prefix}${told}s`, [told], lines, page);
  const end = (): void => {
    if (content.runs.length > 0) give(role, ofdLines(content.runs, false));
    for (const link of content.links) give("link", pdfLines(textOf(unescapeAddress(link))));
    if (notes.length > 0) give(role === "link" ? "comment" : role, pdfLines(notes.map(textOf).join("\n")));
    content = createOfdContent();
    drawing = createOfdHandler(content, () => origin);
    notes = [];
    noted = 0;
    origin = [0, 0];
  };
  yield* from.read(part, {
    open(element, attributes): void {
      if (element === "Annot") {
        end();
        role = annotationRoles[attribute(attributes, "Type") ?? ""] ?? "comment";
        const creator = attribute(attributes, "Creator") ?? "";
        if (/[\x80-\xff]/.test(creator)) notes.push(creator);
      } else if (element === "Remark" || element === "Parameter") note = "";
      else if (element === "Appearance") {
        const [x, y] = (attribute(attributes, "Boundary") ?? "").trim().split(/\s+/).map(Number);
        origin = [Number.isFinite(x) ? (x ?? 0) : 0, Number.isFinite(y) ? (y ?? 0) : 0];
      }
      drawing.open(element, attributes);
    },
    text(text): void {
      if (note !== undefined && noted < 4_000_000) {
        note += text;
        noted += text.length;
      }
      drawing.text(text);
    },
    close(element): void {
      drawing.close(element);
      if ((element === "Remark" || element === "Parameter") && note !== undefined) {
        if (trimBytes(note) !== "") notes.push(trimBytes(note));
        note = undefined;
      }
    },
  });
  end();
  yield* from.sink.drain();
}

/** What the list of attachments says of each, and each as a member. */
async function* readAttachments(reading: Reading, root: Part, location: string, prefix: string): AsyncGenerator<Extracted, void> {
  const { from, input } = reading;
  const list = find(from, root.name, location);
  if (list === undefined || from.taken.has(list)) return;
  const names: string[] = [];
  const locations: string[] = [];
  let text = "";
  yield* from.read(list, {
    open(element, attributes): void {
      text = "";
      if (element === "Attachment" && names.length < 100_000) names.push(textOf(attribute(attributes, "Name") ?? ""));
    },
    text(piece): void {
      if (text.length < 10_000) text += piece;
    },
    close(element): void {
      if (element === "FileLoc") locations.push(textOf(text));
      text = "";
    },
  });
  if (names.length > 0) tell(reading, `${prefix}attachments`, ["name"], pdfLines(names.join("\n")), undefined);
  yield* from.sink.drain();
  for (const one of locations) {
    const part = find(from, list.name, one) ?? find(from, root.name, one);
    if (part === undefined) from.sink.failure("corrupt", "an attachment is not in the file", true);
    else if (!from.taken.has(part)) yield* asMember(from, part, input);
  }
  yield* from.sink.drain();
}

/** Composite objects draw text that stands in the resources. */
async function* readResources(reading: Reading): AsyncGenerator<Extracted, void> {
  const { from } = reading;
  for (const part of from.parts) {
    if (from.taken.has(part) || !/(^|\/)(public|document|page)?res(_\d+)?\.xml$/i.test(part.name) || !from.sink.open) continue;
    const content = createOfdContent();
    yield* from.read(part, createOfdHandler(content));
    yield* giveLines(reading, content, "resources", ["body"], undefined, false);
  }
}

/** Who signed with what and when; digests, algorithms and places of files are left out. */
async function* readSignatures(reading: Reading): AsyncGenerator<Extracted, void> {
  const { from } = reading;
  let number = 0;
  for (const part of from.parts) {
    if (from.taken.has(part) || !/(^|\/)signatures?(_\d+)?\.xml$/i.test(part.name) || !from.sink.open) continue;
    const names: string[] = [];
    const values: string[] = [];
    let text = "";
    const add = (name: string, value: string | undefined): void => {
      if (value === undefined || trimBytes(value) === "" || names.length >= 1000) return;
      names.push(name);
      values.push(trimBytes(value));
    };
    yield* from.read(part, {
      open(element, attributes): void {
        text = "";
        if (element !== "Provider" && element !== "Parameter") return;
        for (const name of ["ProviderName", "Company", "Version", "Name"]) add(name, attribute(attributes, name));
      },
      text(piece): void {
        if (text.length < 10_000) text += piece;
      },
      close(element): void {
        if (element === "SignatureDateTime" || element === "Parameter") add(element, text);
        text = "";
      },
    });
    yield* giveProperties(from.sink, `signature${++number}`, names, values);
  }
}

/** Names a seal bears (GB/T 38540): who made it, whose it is. Its picture shows them again and is not told. */
async function* readSeals(reading: Reading): AsyncGenerator<Extracted, void> {
  const { from, input } = reading;
  const seen = new Set<string>();
  for (const part of from.parts) {
    if (from.taken.has(part) || !/\.esl$|(^|\/)signedvalue\.dat$/i.test(part.name) || !from.sink.open) continue;
    from.taken.add(part);
    try {
      const { bytes } = await memberBytes(from.zip, part.member, input, sealLimit);
      for (const text of readDer(bytes).strings) if (text.trim() !== "" && /[\u0080-\uffff]|@/.test(text)) seen.add(text.trim());
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      from.sink.failure(error.code, `${part.name}: ${error.message}`, true);
    }
  }
  if (seen.size > 0) tell(reading, "seals", ["property"], pdfLines([...seen].join("\n")), undefined);
  yield* from.sink.drain();
}
