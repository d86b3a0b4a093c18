import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { FailureError } from "../model/failure.ts";
import { createFlow } from "./shared/flow.ts";
import { giveMember } from "./shared/givenMember.ts";
import { createHtmlDocument } from "./shared/htmlDocument.ts";
import { htmlPieces } from "./shared/htmlEncoding.ts";
import { createHtmlScanner } from "./shared/htmlScan.ts";
import { told } from "./shared/inner.ts";
import { asMember, giveProperties, readCommonParts } from "./shared/package.ts";
import type { OfficePackage, Part } from "./shared/package.ts";
import { numberedPages, packageReader } from "./shared/packageReader.ts";
import { attribute, bytesOf, textOf, trimBytes } from "./shared/xml.ts";
import { openMember } from "./shared/zipMember.ts";

/** Electronic books (EPUB 2 and 3): properties, then the chapters in the order in which they are read, then everything else in the package. */
export const epub: Extractor = {
  id: "epub",
  title: { zh: "EPUB 电子书", en: "EPUB book" },
  version: 1,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    const names = [...(await probe.members())].map((name) => name.replaceAll("\\", "/").toLowerCase());
    return names.includes("meta-inf/container.xml") && names.some((name) => name.endsWith(".opf"));
  },
  extract: packageReader(readBook),
};

/** What the package document says. */
interface Contents {
  readonly names: string[];
  readonly values: string[];
  /** Parts in reading order. */
  readonly chapters: readonly Part[];
}

const pageType = /xhtml|html|dtbook/i;
const fontScrambling = /idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc/i;

async function* readBook(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry } = input;
  const locked = yield* encryptedParts(from);
  const { names, values, chapters } = yield* readContents(from);
  yield* giveProperties(from.sink, "book", names, values);
  // Names of parts are a person's own as those of files are.
  const listed = createFlow(from.sink, { id: "names", roles: ["name"], place: () => ({ kind: "name" }) });
  for (const [index, part] of from.parts.entries()) if (!/^mimetype$|^META-INF\//i.test(part.name)) listed.line(bytesOf(part.name), index);
  listed.flush();
  yield* from.sink.drain();
  // What the book does not name, a reader of it does not see: it is read behind what it does.
  const others = from.parts.filter((part) => !chapters.includes(part) && /\.x?html?$/i.test(part.name));
  for (const [number, part] of numberedPages([...chapters, ...others], from, input, "chapters")) {
    if (locked.has(part.name.toLowerCase())) {
      from.taken.add(part);
      yield told(entry, "encrypted", "chapter of the book is encrypted", false, `${entry.path}!/${part.name}`);
      continue;
    }
    yield* readPage(from, part, input, number);
  }
  for (const part of from.parts.filter(({ name }) => /\.ncx$/i.test(name))) yield* readNavigation(from, part);
  // What macOS puts beside files is no XML, whatever the name ends in.
  for (const part of from.parts.filter(({ name }) => /(?:^|\/)\._[^/]*$/.test(name))) yield* asMember(from, part, input);
  yield* readCommonParts(from, input, {
    known: [{ pattern: /^mimetype$|\.(?:opf|otf|ttf|woff2?)$|^META-INF\/(?:container|encryption)\.xml$/i, roles: "none" }],
  });
}

/** Names of parts that a key is needed for; fonts are only scrambled. Lower case. */
async function* encryptedParts(from: OfficePackage): AsyncGenerator<Extracted, ReadonlySet<string>> {
  const locked = new Set<string>();
  const part = from.part("META-INF/encryption.xml");
  if (part === undefined) return locked;
  let scrambled = false;
  yield* from.read(part, {
    open(element, attributes): void {
      if (element === "EncryptionMethod") scrambled = fontScrambling.test(attribute(attributes, "Algorithm") ?? "");
      else if (element === "CipherReference" && !scrambled && locked.size < 100_000)
        locked.add(decoded(attribute(attributes, "URI") ?? "").toLowerCase());
    },
    text: nothing,
    close: nothing,
  });
  return locked;
}

function nothing(): void {
  // Nothing to do.
}

/** An address inside the book as the name of a part. */
function decoded(address: string): string {
  const plain = textOf(address).replace(/#.*$/s, "");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

async function* readContents(from: OfficePackage): AsyncGenerator<Extracted, Contents> {
  const names: string[] = [];
  const values: string[] = [];
  const chapters = new Set<Part>();
  for (const part of from.parts.filter(({ name }) => /\.opf$/i.test(name))) {
    const folder = part.name.slice(0, part.name.lastIndexOf("/") + 1);
    const manifest = new Map<string, { href: string; type: string }>();
    const spine: string[] = [];
    let inside = 0;
    let depth = 0;
    let name = "";
    let value = "";
    yield* from.read(part, {
      open(element, attributes): void {
        depth++;
        if (element === "metadata") inside = depth;
        else if (inside > 0 && depth === inside + 1) {
          name = element === "meta" ? (attribute(attributes, "property") ?? attribute(attributes, "name") ?? element) : element;
          value = attribute(attributes, "content") ?? "";
        } else if (element === "item" && manifest.size < 100_000)
          manifest.set(attribute(attributes, "id") ?? "", {
            href: decoded(attribute(attributes, "href") ?? ""),
            type: attribute(attributes, "media-type") ?? "",
          });
        else if (element === "itemref" && spine.length < 100_000) spine.push(attribute(attributes, "idref") ?? "");
      },
      text(text): void {
        if (inside > 0 && depth > inside) value += text;
      },
      close(element): void {
        if (inside > 0 && depth === inside + 1 && trimBytes(value) !== "" && names.length < 10_000) {
          names.push(name);
          values.push(trimBytes(value));
        }
        if (element === "metadata") inside = 0;
        depth--;
      },
    });
    for (const id of spine) {
      const item = manifest.get(id);
      const chapter = item === undefined ? undefined : from.part(resolved(folder, item.href));
      if (chapter !== undefined && pageType.test(item?.type ?? "")) chapters.add(chapter);
    }
    for (const item of manifest.values()) {
      const other = pageType.test(item.type) ? from.part(resolved(folder, item.href)) : undefined;
      if (other !== undefined) chapters.add(other);
    }
  }
  return { names, values, chapters: [...chapters] };
}

function resolved(folder: string, href: string): string {
  const steps: string[] = [];
  for (const step of (href.startsWith("/") ? href : folder + href).split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "." && step !== "") steps.push(step);
  }
  return steps.join("/");
}

/** One page; its place is the chapter's number in reading order and its name. */
async function* readPage(from: OfficePackage, part: Part, input: ExtractInput, number: number): AsyncGenerator<Extracted, void> {
  const { sink } = from;
  from.taken.add(part);
  let embedded = 0;
  const document = createHtmlDocument({
    sink,
    prefix: `chapter${number}-`,
    place: () => ({ kind: "property", name: `chapter ${number}: ${part.name}` }),
    line: () => scanner.line,
    data(type, bytes): void {
      const name = `${part.name}!${++embedded}.${(type.split("/")[1] ?? "bin").replace(/[^a-z0-9]/g, "")}`;
      giveMember(input, sink, name, bytes);
    },
  });
  const scanner = createHtmlScanner(document);
  try {
    const reader = await openMember(from.zip, part.member, input);
    for await (const piece of htmlPieces(reader.pieces())) {
      if (!sink.open) break;
      scanner.push(piece);
      yield* sink.drain();
    }
    const damage = reader.damage();
    if (damage !== undefined) sink.failure(damage.code, `${part.name}: ${damage.detail}`, true);
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    sink.failure(error.code, `${part.name}: ${error.message}`, true);
  }
  scanner.end();
  document.end();
  yield* sink.drain();
}

/** The contents of an EPUB 2, which are no page. */
async function* readNavigation(from: OfficePackage, part: Part): AsyncGenerator<Extracted, void> {
  const flow = createFlow(from.sink, {
    id: from.sink.unique("navigation"),
    roles: ["bookmark"],
    place: () => ({ kind: "property", name: part.name }),
  });
  let text = "";
  yield* from.read(part, {
    open(): void {
      text = "";
    },
    text(piece): void {
      text += piece;
    },
    close(): void {
      flow.line(trimBytes(text), 1);
      text = "";
    },
  });
  flow.flush();
  yield* from.sink.drain();
}
