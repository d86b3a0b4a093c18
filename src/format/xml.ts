import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { giveAuthors } from "./shared/drawing.ts";
import { createSink } from "./shared/flow.ts";
import type { Sink } from "./shared/flow.ts";
import { giveMember } from "./shared/givenMember.ts";
import { htmlPieces } from "./shared/htmlEncoding.ts";
import { createHtmlScanner } from "./shared/htmlScan.ts";
import type { HtmlHandler, HtmlScanner } from "./shared/htmlScan.ts";
import type { MarkupShared } from "./shared/markup.ts";
import { giveProperties } from "./shared/package.ts";
import { piecesOf } from "./shared/pieces.ts";
import { createSheetXml } from "./shared/sheetXml.ts";
import { createWordXml } from "./shared/wordXml.ts";
import { attribute, createXmlScanner, textOf } from "./shared/xml.ts";
import type { XmlHandler } from "./shared/xml.ts";
import { createXmlDocument } from "./shared/xmlDocument.ts";
import { writeZip } from "./shared/zipWrite.ts";

/**
 * XML of any kind: records as rows, running text joined, attributes, comments. Word and Excel 2003 XML and flat packages of Word (`pkg:package`)
 * are read as the documents they are.
 */
export const xml: Extractor = {
  id: "xml",
  title: { zh: "XML（含 Word、Excel 2003 XML）", en: "XML, Word and Excel 2003 XML" },
  version: 2,
  access: "in-order",
  streaming: true,
  accepts({ head, name }) {
    const text = beginning(head);
    if (text.startsWith("<?xml")) return true;
    if (/^<!DOCTYPE\s/.test(text)) return true;
    return (
      /^<(?:!--|[A-Za-z_][\w.-]*(?::[\w.-]+)?[\s>/])/.test(text) &&
      /\.(xml|svg|xsd|xsl|xslt|wsdl|plist|rdf|kml|gpx|config|resx|rss|atom|dtd|xmp|jrxml)$/i.test(name)
    );
  },
  extract,
};

/** 64 MiB of a flat package: it is put together in memory. */
const flatLimit = 64 * 1024 * 1024;

/** The first bytes as text, without a mark, whatever their width. */
function beginning(head: Uint8Array): string {
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff) || head[0] === 0 || head[1] === 0;
  const text = Buffer.from(head.subarray(0, 2048)).toString("latin1");
  return (wide ? text.replaceAll("\0", "").replace(/^(\xff\xfe|\xfe\xff)/, "") : text.replace(/^\xef\xbb\xbf/, "")).replace(
    /^[\t\n\r ]+/,
    "",
  );
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const head = new Uint8Array(4096);
  const start = beginning(head.subarray(0, await input.bytes.read(head, 0)));
  const sink = createSink(input.budget, input.entry.path);
  const pieces = htmlPieces(piecesOf(input.bytes));
  if (/<pkg:package[\s>]/.test(start)) yield* readFlatPackage(input, sink, pieces);
  else if (/<w:wordDocument[\s>]/.test(start)) yield* readWord(input, sink, pieces);
  else if (/<(?:\w+:)?Workbook[\s>]/.test(start) && start.includes("urn:schemas-microsoft-com:office:spreadsheet")) {
    const sheet = createSheetXml(sink);
    yield* feed(input, sink, pieces, sheet);
    sheet.end();
    yield* sink.drain();
    yield* giveProperties(sink, "document", sheet.properties.names, sheet.properties.values);
  } else yield* readAny(input, sink, pieces);
}

async function* feed(input: ExtractInput, sink: Sink, pieces: AsyncIterable<string>, handler: XmlHandler): AsyncGenerator<Extracted, void> {
  const scanner = createXmlScanner(handler);
  for await (const piece of pieces) {
    if (!sink.open || input.signal.aborted) break;
    scanner.push(piece);
    yield* sink.drain();
  }
  if (!scanner.end() && sink.open) sink.failure("corrupt", "XML ends early or does not nest", true);
}

async function* readAny(input: ExtractInput, sink: Sink, pieces: AsyncIterable<string>): AsyncGenerator<Extracted, void> {
  const document = createXmlDocument(sink, () => scanner.line);
  const root = { name: "", closed: false, declared: false };
  const watched: HtmlHandler = {
    ...document,
    open(name, attributes, empty): void {
      if (root.name === "") root.name = name;
      if (empty && name === root.name) root.closed = true;
      document.open(name, attributes, empty);
    },
    close(name): void {
      if (name === root.name) root.closed = true;
      document.close(name);
    },
  };
  const scanner: HtmlScanner = createHtmlScanner(watched, "xml");
  let first = true;
  for await (const piece of pieces) {
    if (!sink.open || input.signal.aborted) break;
    if (first) root.declared = piece.trimStart().startsWith("<?xml");
    first = false;
    scanner.push(piece);
    yield* sink.drain();
  }
  scanner.end();
  document.end();
  // Fragments and logs are many roots or none; what declares itself a document and never closes its first element was cut.
  if (root.declared && !root.closed && sink.open && !input.signal.aborted) sink.failure("corrupt", "the document ends early", true);
  yield* sink.drain();
}

async function* readWord(input: ExtractInput, sink: Sink, pieces: AsyncIterable<string>): AsyncGenerator<Extracted, void> {
  const shared: MarkupShared = { sink, next: 1, authors: new Set() };
  let objects = 0;
  const word = createWordXml(shared, (bytes) => giveMember(input, sink, `object${++objects}`, bytes));
  yield* feed(input, sink, pieces, word);
  word.end();
  yield* sink.drain();
  yield* giveProperties(sink, "document", word.properties.names, word.properties.values);
  yield* giveAuthors(sink, shared);
}

/** The parts of a flat package, put into an archive that is read as the document it is. */
async function* readFlatPackage(input: ExtractInput, sink: Sink, pieces: AsyncIterable<string>): AsyncGenerator<Extracted, void> {
  const held: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    held.push(piece);
    length += piece.length;
    if (length > flatLimit) {
      sink.stop("too-large", `a flat package of more than ${flatLimit} bytes is not read`);
      yield* sink.drain();
      return;
    }
  }
  const source = held.join("");
  const members: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  const types: string[] = [];
  let whole = true;
  for (let at = source.indexOf("<pkg:part"); at >= 0 && members.length < 20_000;) {
    const end = source.indexOf(">", at);
    const next = source.indexOf("<pkg:part", at + 9);
    const part = source.slice(end + 1, next < 0 ? source.length : next);
    const attributes = source.slice(at + 9, end);
    const name = textOf(attribute(attributes, "name") ?? "").replace(/^\/+/, "");
    const type = attribute(attributes, "contentType") ?? "";
    if (type !== "") types.push(`<Override PartName="/${name}" ContentType="${type.replace(/["<&]/g, "")}"/>`);
    const open = /<pkg:xmlData[^>]*>/.exec(part);
    const close = part.lastIndexOf("</pkg:xmlData>");
    const binary = /<pkg:binaryData[^>]*>/.exec(part);
    if (open !== null) {
      if (close < 0) whole = false;
      members.push({ name, bytes: Buffer.from(part.slice(open.index + open[0].length, close < 0 ? part.length : close), "latin1") });
    } else if (binary !== null) {
      members.push({ name, bytes: Buffer.from(part.slice(binary.index + binary[0].length).replace(/<[^]*$/, ""), "base64") });
    } else whole = false;
    at = next;
  }
  if (members.length === 0 || !whole || !source.includes("</pkg:package>"))
    sink.failure("corrupt", "the flat package ends early", members.length > 0);
  if (members.length > 0) {
    const list = { name: "[Content_Types].xml", bytes: Buffer.from(`<Types>${types.join("")}</Types>`, "latin1") };
    giveMember(input, sink, "package", writeZip([list, ...members]));
  }
  yield* sink.drain();
}
