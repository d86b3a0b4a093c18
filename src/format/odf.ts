import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { createSink } from "./shared/flow.ts";
import { giveMember } from "./shared/givenMember.ts";
import { createOdfHandler } from "./shared/odfText.ts";
import type { OdfShared } from "./shared/odfText.ts";
import { giveProperties, readCommonParts } from "./shared/package.ts";
import type { KnownPart, OfficePackage, Part } from "./shared/package.ts";
import { packageReader } from "./shared/packageReader.ts";
import { piecesOf } from "./shared/pieces.ts";
import { attribute, createXmlScanner, textOf, xmlPieces } from "./shared/xml.ts";

/**
 * OpenDocument (ISO/IEC 26300): texts, sheets, presentations, drawings, their templates, and OpenOffice.org 1; as packages and as flat XML.
 * Content, styles (headers, footers and watermarks stand there), properties, embedded documents. Encrypted parts are told by the manifest.
 */
export const odf: Extractor = {
  id: "odf",
  title: { zh: "OpenDocument 文档", en: "OpenDocument" },
  version: 3,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return isFlat(probe.head);
    const names = new Set([...(await probe.members())].map((name) => name.replaceAll("\\", "/").toLowerCase()));
    if (!names.has("meta-inf/manifest.xml")) return false;
    return names.has("content.xml") || names.has("encrypted-package") || (names.has("mimetype") && names.has("styles.xml"));
  },
  extract,
};

/** The root of a flat document, behind its declaration and comments. */
function isFlat(head: Uint8Array): boolean {
  const text = Buffer.from(head).toString("latin1");
  return /<office:document[\s>]/.test(text) && /^(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<office:document)/.test(text);
}

const known: readonly KnownPart[] = [
  { pattern: /^(META-INF\/|mimetype$|manifest\.rdf$|settings\.xml$|layout-cache$|Configurations2?\/|Thumbnails\/)/i, roles: "none" },
  { pattern: /(^|\/)(settings\.xml|manifest\.rdf)$/i, roles: "none" },
  // What an object or a shape looks like; the object itself is read.
  { pattern: /^ObjectReplacements\/|\.svm$/i, roles: "none" },
  { pattern: /^(Basic|Scripts|Dialogs)\//i, roles: ["code"] },
];

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const head = new Uint8Array(1);
  await input.bytes.read(head, 0);
  if (head[0] === 0x50) yield* packageReader(readParts)(input);
  else yield* extractFlat(input);
}

function sharedOf(sink: OdfShared["sink"]): OdfShared {
  return { sink, authors: new Set(), hiddenStyles: new Set(), properties: { names: [], values: [] }, next: 1 };
}

function* giveRest(shared: OdfShared): Generator<Extracted, void> {
  yield* giveProperties(shared.sink, "document", shared.properties.names, shared.properties.values);
  const authors = [...shared.authors];
  yield* giveProperties(
    shared.sink,
    "authors",
    authors.map(() => "author"),
    authors,
  );
}

async function* extractFlat(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  let objects = 0;
  const shared: OdfShared = {
    ...sharedOf(sink),
    binary(bytes): void {
      const name = `object${++objects}`;
      giveMember(input, sink, name, bytes);
    },
  };
  const handler = createOdfHandler(shared, { flow: "body", roles: ["body"] });
  const scanner = createXmlScanner(handler);
  let length = 0;
  for await (const piece of xmlPieces(piecesOf(input.bytes))) {
    length += piece.length;
    if (!sink.open || input.signal.aborted) break;
    scanner.push(piece);
    yield* sink.drain();
  }
  const whole = scanner.end();
  handler.end();
  if ((!whole || length === 0) && sink.open) sink.failure("corrupt", "XML ends early or does not nest", length > 0);
  yield* sink.drain();
  yield* giveRest(shared);
}

async function* readParts(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { sink } = from;
  const { encrypted, namesContent } = yield* readManifest(from);
  const locked = from.parts.filter((part) => encrypted.has(part.name) || /^encrypted-package$/i.test(part.name));
  if (locked.length > 0) {
    const main = locked.some((part) => /^(content\.xml|encrypted-package)$/i.test(part.name));
    sink.failure("encrypted", main ? "needs a password" : `parts that need a password: ${locked.length}`, !main);
    for (const part of locked) from.taken.add(part);
  }
  const shared = sharedOf(sink);
  const read = async function* (
    name: string,
    flow: string,
    roles: Parameters<typeof createOdfHandler>[1]["roles"],
  ): AsyncGenerator<Extracted, void> {
    const part = from.part(name);
    if (part === undefined || from.taken.has(part)) return;
    const handler = createOdfHandler(shared, { flow, roles });
    yield* from.read(part, handler);
    handler.end();
    yield* sink.drain();
  };
  // A template may hold styles and nothing else (ODF 1.2 part 1, 2.2.1); then its manifest names no content.
  const main = from.part("content.xml") ?? (namesContent ? undefined : from.part("styles.xml"));
  if (main === undefined && locked.length === 0) sink.failure("corrupt", "content.xml is not in the package", true);
  // Styles first: they say what is not shown.
  yield* read("styles.xml", "styles", ["header"]);
  yield* read("content.xml", "body", ["body"]);
  yield* read("meta.xml", "meta", ["property"]);
  yield* giveRest(shared);
  for (const [folder, index] of subdocuments(from).map((folder, index) => [folder, index + 1] as const)) {
    if (!sink.open || input.signal.aborted) break;
    const inner: OdfShared = { ...sharedOf(sink), next: index * 100_000 };
    for (const [name, flow, roles] of [
      ["styles.xml", "styles", ["header"]],
      ["content.xml", "body", ["body"]],
      ["meta.xml", "meta", ["property"]],
    ] as const) {
      const part = from.part(folder + name);
      if (part === undefined || from.taken.has(part)) continue;
      const handler = createOdfHandler(inner, { flow: `object${index}-${flow}`, roles });
      yield* from.read(part, handler);
      handler.end();
      yield* sink.drain();
    }
    yield* giveRest(inner);
  }
  yield* readCommonParts(from, input, { known });
}

/** Folders that hold a document of their own: charts, formulas, embedded sheets. */
function subdocuments(from: OfficePackage): readonly string[] {
  return from.parts
    .filter((part) => /\/content\.xml$/i.test(part.name) && !from.taken.has(part))
    .map((part) => part.name.slice(0, part.name.length - "content.xml".length));
}

/** Names of parts that the manifest says are encrypted. */
async function* readManifest(
  from: OfficePackage,
): AsyncGenerator<Extracted, { readonly encrypted: ReadonlySet<string>; readonly namesContent: boolean }> {
  const encrypted = new Set<string>();
  let namesContent = false;
  const manifest: Part | undefined = from.part("META-INF/manifest.xml");
  if (manifest === undefined) return { encrypted, namesContent };
  let path = "";
  yield* from.read(manifest, {
    open(element, attributes): void {
      if (element === "file-entry") {
        path = textOf(attribute(attributes, "full-path") ?? "");
        namesContent ||= path === "content.xml";
      } else if (element === "encryption-data" && encrypted.size < 100_000) encrypted.add(path);
    },
    text(): void {
      // The manifest says nothing but paths.
    },
    close(): void {
      // An entry ends with the next.
    },
  });
  return { encrypted, namesContent };
}
