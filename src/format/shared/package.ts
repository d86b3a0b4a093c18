import type { ExtractInput, Extracted, Role } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import { FailureError } from "../../model/failure.ts";
import { createFlow, createSink } from "./flow.ts";
import type { Sink } from "./flow.ts";
import { attribute, attributesOf, createXmlScanner, textOf, trimBytes, xmlPieces } from "./xml.ts";
import type { XmlHandler } from "./xml.ts";
import { readZip } from "./zip.ts";
import type { Zip, ZipMember } from "./zip.ts";
import { memberBytes, memberSource, openMember } from "./zipMember.ts";
import type { MemberDamage } from "./zipMember.ts";
import { writeZip } from "./zipWrite.ts";

/** A part of an Open Packaging package (ECMA-376 part 2), as its member, its content type and its relations tell it. */
export interface Part {
  /** Without a leading slash, as the member stands in the archive but with `/` between. */
  readonly name: string;
  readonly member: ZipMember;
  /** From `[Content_Types].xml`, lower case; empty where it is silent or damaged. */
  readonly contentType: string;
}

/** How one part names another, or something outside. */
export interface Relation {
  readonly id: string;
  /** Last word of the type's URI: `hyperlink`, `header`; the same in the strict variant. */
  readonly type: string;
  /** Name of a part, or the address as it stands when `external`. A byte string when external. */
  readonly target: string;
  readonly external: boolean;
}

/** A package being read. Each part that is read, given as a member or known to hold no text is taken; `rest` is what nobody asked for. */
export interface OfficePackage {
  readonly zip: Zip;
  readonly sink: Sink;
  readonly parts: readonly Part[];
  /** By name, without regard to case. */
  part(name: string): Part | undefined;
  relations(part: string): Promise<readonly Relation[]>;
  /** Feeds a part to a handler, giving what gathers in the sink. Damage is told, and what is before it is read. True when nothing was wrong; `lenient`: it need not nest. */
  read(part: Part, handler: XmlHandler, options?: { readonly lenient: boolean }): AsyncGenerator<Extracted, boolean>;
  /** The same for a part that is no XML: its bytes go to `taker`. */
  feed(part: Part, taker: PartTaker): AsyncGenerator<Extracted, boolean>;
  taken: Set<Part>;
}

/** Takes a part piece by piece: its bytes, or what they are decoded to. */
export interface PartTaker<Piece = Uint8Array> {
  push(piece: Piece): void;
  /** What is wrong with what came, for people; undefined when nothing is. */
  end(): string | undefined;
}

/** Opens the package; undefined when it is no archive that can be read, which the sink has been told. */
export async function openPackage(input: ExtractInput): Promise<OfficePackage | undefined> {
  const sink = createSink(input.budget, input.entry.path);
  const zip = await readZip(input.bytes);
  if (zip === undefined || zip.members.length === 0) return undefined;
  if (zip.damage !== undefined) sink.failure("corrupt", `archive is damaged: ${zip.damage}`, true);
  const members = zip.members.filter((member) => !member.directory);
  const types = await contentTypes(zip, members, input);
  const parts = members.map((member) => {
    const name = member.name.replaceAll("\\", "/").replace(/^\/+/, "");
    return { name, member, contentType: types(name) };
  });
  const byName = new Map<string, Part>();
  for (const part of parts) if (!byName.has(part.name.toLowerCase())) byName.set(part.name.toLowerCase(), part);
  const opened: OfficePackage = {
    zip,
    sink,
    parts,
    part: (name) => byName.get(name.toLowerCase()),
    relations: (name) => relations(opened, name),
    async *read(part, handler, options) {
      const scanner = createXmlScanner(handler);
      const wrong = (): string | undefined => (scanner.end() || options?.lenient === true ? undefined : "XML ends early or does not nest");
      return yield* readPart(opened, part, input, xmlPieces, { push: (piece) => scanner.push(piece), end: wrong });
    },
    feed: (part, taker) => readPart(opened, part, input, (pieces) => pieces, taker),
    taken: new Set(),
  };
  for (const part of parts) if (part.name.toLowerCase() === "[content_types].xml") opened.taken.add(part);
  return opened;

  async function relations(from: OfficePackage, name: string): Promise<readonly Relation[]> {
    const slash = name.lastIndexOf("/");
    const folder = name.slice(0, slash + 1);
    const part = from.part(`${folder}_rels/${name.slice(slash + 1)}.rels`);
    const found: Relation[] = [];
    if (part === undefined) return found;
    await scanQuietly(zip as Zip, part.member, input, {
      open(element, attributes): void {
        if (element !== "Relationship" || found.length > 100_000) return;
        const target = attribute(attributes, "Target") ?? "";
        const external = attribute(attributes, "TargetMode")?.toLowerCase() === "external";
        found.push({
          id: attribute(attributes, "Id") ?? "",
          type: (attribute(attributes, "Type") ?? "").split("/").at(-1) ?? "",
          target: external ? target : resolve(folder, textOf(target)),
          external,
        });
      },
      close: nothing,
      text: nothing,
    });
    return found;
  }
}

function nothing(): void {
  // An event nobody needs.
}

async function scanQuietly(zip: Zip, member: ZipMember, input: ExtractInput, handler: XmlHandler): Promise<void> {
  try {
    const reader = await openMember(zip, member, input);
    const scanner = createXmlScanner(handler);
    for await (const piece of xmlPieces(reader.pieces())) scanner.push(piece);
    scanner.end();
  } catch (error) {
    // Told when the part itself is read: every part of relations is read for its external targets.
    if (!(error instanceof FailureError)) throw error;
  }
}

async function contentTypes(zip: Zip, members: readonly ZipMember[], input: ExtractInput): Promise<(name: string) => string> {
  const byName = new Map<string, string>();
  const byExtension = new Map<string, string>();
  const member = members.find((other) => other.name.toLowerCase() === "[content_types].xml");
  if (member !== undefined) {
    await scanQuietly(zip, member, input, {
      open(element, attributes): void {
        if (byName.size > 100_000) return;
        const type = (attribute(attributes, "ContentType") ?? "").toLowerCase();
        if (element === "Override")
          byName.set(
            textOf(attribute(attributes, "PartName") ?? "")
              .replace(/^\//, "")
              .toLowerCase(),
            type,
          );
        else if (element === "Default") byExtension.set(textOf(attribute(attributes, "Extension") ?? "").toLowerCase(), type);
      },
      close: nothing,
      text: nothing,
    });
  }
  return (name) => byName.get(name.toLowerCase()) ?? byExtension.get(name.slice(name.lastIndexOf(".") + 1).toLowerCase()) ?? "";
}

/** A target against the folder of the part that names it. */
function resolve(folder: string, target: string): string {
  let decoded = target.split("#")[0] ?? "";
  try {
    decoded = decodeURIComponent(decoded);
  } catch {
    // Stays as it stands.
  }
  const path = decoded.startsWith("/") ? decoded : folder + decoded;
  const steps: string[] = [];
  for (const step of path.replaceAll("\\", "/").split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "." && step !== "") steps.push(step);
  }
  return steps.join("/");
}

async function* readPart<Piece>(
  from: OfficePackage,
  part: Part,
  input: ExtractInput,
  decode: (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<Piece>,
  taker: PartTaker<Piece>,
): AsyncGenerator<Extracted, boolean> {
  const { sink } = from;
  from.taken.add(part);
  let sound = true;
  if (!input.budget.take("members", 1)) sink.stop("too-large", "limit of members reached");
  if (!sink.open) {
    yield* sink.drain();
    return true;
  }
  try {
    const reader = await openMember(from.zip, part.member, input);
    for await (const piece of decode(reader.pieces())) {
      if (!sink.open) break;
      taker.push(piece);
      yield* sink.drain();
    }
    const wrong = taker.end();
    const damage = reader.damage();
    if (damage !== undefined) {
      sink.failure(damage.code, `${part.name}: ${damage.detail}`, true);
      sound = false;
    } else if (wrong !== undefined && sink.open) {
      sink.failure("corrupt", `${part.name}: ${wrong}`, true);
      sound = false;
    }
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    sink.failure(error.code, `${part.name}: ${error.message}`, true);
    sound = false;
  }
  yield* sink.drain();
  return sound;
}

const propertyParts: Readonly<Record<string, RegExp>> = {
  core: /core-properties\+xml$|^docprops\/core\.xml$/,
  app: /extended-properties\+xml$|^docprops\/app\.xml$/,
  custom: /custom-properties\+xml$|^docprops\/custom\.xml$/,
};

/**
 * The parts every package may have: document properties, relations to the outside, custom XML, then every part nobody has read: XML as text,
 * all else as members. `skip` names parts that hold no text by their content type.
 */
export async function* readCommonParts(
  from: OfficePackage,
  input: ExtractInput,
  options: { readonly seen?: ReadonlySet<string>; readonly known?: readonly KnownPart[] } = {},
): AsyncGenerator<Extracted, void> {
  const { sink, parts, taken } = from;
  for (const part of parts) {
    if (taken.has(part)) continue;
    for (const [id, pattern] of Object.entries(propertyParts)) {
      if (pattern.test(part.contentType) || pattern.test(part.name.toLowerCase())) yield* readProperties(from, part, id);
    }
  }
  yield* readLinks(from);
  let number = 0;
  for (const part of parts) {
    if (taken.has(part) || !sink.open) continue;
    if (input.signal.aborted) return;
    const known = options.known?.find((row) => row.pattern.test(part.name) || row.pattern.test(part.contentType));
    if (known?.roles === "none") {
      taken.add(part);
      continue;
    }
    if (isXml(part)) yield* readAnyXml(from, part, ++number, known?.roles ?? ["property"], known, options.seen);
    else yield* asMember(from, part, input);
  }
}

/** How a part that has no reader of its own is told. */
export interface KnownPart {
  /** Tried on the name and on the content type. */
  readonly pattern: RegExp;
  /** "none": holds no text. */
  readonly roles: readonly [Role, ...Role[]] | "none";
  /** Elements all of whose attributes are told; of others only those that look like text. */
  readonly elements?: RegExp;
  /** Attributes, as `element@attribute`, that people write: told where they hold a word, of whatever script. */
  readonly attributes?: RegExp;
}

function isXml(part: Part): boolean {
  return /(\+|\/)xml$|vmldrawing$/.test(part.contentType) || /\.(xml|rels|vml)$/i.test(part.name);
}

/**
 * The XML parts as a plain archive of at most `limit` bytes, for a reader that knows no limits of its own; undefined when they are more. Each
 * goes through `change`.
 */
export async function plainArchive(
  from: OfficePackage,
  input: ExtractInput,
  limit: number,
  change: (name: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes,
): Promise<Buffer | undefined> {
  const members: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  let left = limit;
  for (const part of from.parts) {
    if (/\/media\/|\/embeddings\//i.test(part.name) || members.length >= 1000) continue;
    try {
      const { bytes, damage } = await memberBytes(from.zip, part.member, input, left);
      if (damage?.code === "too-large" || damage?.code === "bomb") return undefined;
      left -= bytes.length;
      members.push({ name: part.name, bytes: change(part.name, bytes) });
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
    }
  }
  return writeZip(members);
}

/** Gives a part as an entry of its own. */
export async function* asMember(from: OfficePackage, part: Part, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, budget } = input;
  const { sink, zip } = from;
  from.taken.add(part);
  if (part.member.size === 0) return;
  if (!budget.take("members", 1)) {
    sink.stop("too-large", "limit of members reached");
    yield* sink.drain();
    return;
  }
  const damages: MemberDamage[] = [];
  const path = `${entry.path}!/${part.name}`;
  yield {
    type: "member",
    entry: {
      path,
      key: `${entry.key}!${part.member.headerOffset}`,
      root: entry.root,
      size: part.member.size,
      modified: part.member.modified ?? entry.modified,
      stamp: undefined,
      depth: entry.depth + 1,
    },
    open: (): Promise<ByteSource> =>
      memberSource(zip, part.member, input, (damage) => {
        damages.push(damage);
      }),
  };
  const [damage] = damages;
  if (damage !== undefined) {
    yield { type: "failure", failure: { stage: "extract", code: damage.code, path, detail: damage.detail, partial: true } };
  }
}

/** Properties as a table of one row, named by its head. */
async function* readProperties(from: OfficePackage, part: Part, id: string): AsyncGenerator<Extracted, void> {
  const names: string[] = [];
  const values: string[] = [];
  let name = "";
  let value = "";
  let depth = 0;
  yield* from.read(part, {
    open(element, attributes): void {
      depth++;
      if (depth === 2) {
        name = attribute(attributes, "name") ?? element;
        value = "";
      } else if (depth > 2 && value !== "") value += " ";
    },
    text(text): void {
      if (depth >= 2) value += text;
    },
    close(): void {
      if (depth === 2 && trimBytes(value) !== "" && names.length < 10_000) {
        names.push(name);
        values.push(trimBytes(value));
      }
      depth--;
    },
  });
  yield* giveProperties(from.sink, id, names, values);
}

/** One row of properties; names and values are byte strings. */
export function* giveProperties(sink: Sink, id: string, names: readonly string[], values: readonly string[]): Generator<Extracted, void> {
  if (names.length === 0) return;
  const flow = sink.unique(`properties-${id}`);
  const told = names.map((name) => textOf(name).replace(/[\t\r\n]/g, " "));
  const bytes = Buffer.from(`${values.map((value) => value.replace(/[\t\r\n]/g, " ")).join("\t")}\n`, "latin1");
  const text = Buffer.from(bytes.toString("utf8"), "utf8");
  sink.chunk({
    content: {
      kind: "utf8",
      bytes: text,
      locate(offset) {
        let column = 0;
        for (let at = 0; at < offset; at++) if (text[at] === 9) column++;
        return { kind: "property", name: told[column] ?? "" };
      },
    },
    flow,
    start: 0,
    roles: ["property"],
    table: { id: flow, separator: "\t", row: 2, head: [told] },
  });
  yield* sink.drain();
}

/** Every address outside the package that a relation names. */
async function* readLinks(from: OfficePackage): AsyncGenerator<Extracted, void> {
  const { sink, parts } = from;
  const flow = createFlow(sink, { id: "links", roles: ["link"], place: (paragraph) => ({ kind: "paragraph", paragraph }) });
  let count = 0;
  for (const part of parts) {
    if (!/(^|\/)_rels\/[^/]*\.rels$/i.test(part.name) || from.taken.has(part)) continue;
    yield* from.read(part, {
      open(element, attributes): void {
        if (element !== "Relationship" || attribute(attributes, "TargetMode")?.toLowerCase() !== "external") return;
        const target = attribute(attributes, "Target") ?? "";
        flow.line(unescapeAddress(target), ++count);
      },
      close: nothing,
      text: nothing,
    });
  }
  flow.flush();
  yield* sink.drain();
}

/** An address with its `%E6%9C%BA` resolved where they are UTF-8. Byte string in, byte string out. */
export function unescapeAddress(address: string): string {
  if (!address.includes("%")) return address;
  try {
    return Buffer.from(decodeURIComponent(textOf(address)), "utf8").toString("latin1");
  } catch {
    return address;
  }
}

/** An XML part without a reader of its own: its character data, and attributes that look like text. */
async function* readAnyXml(
  from: OfficePackage,
  part: Part,
  number: number,
  roles: readonly [Role, ...Role[]],
  known: Pick<KnownPart, "elements" | "attributes"> | undefined,
  seen: ReadonlySet<string> | undefined,
): AsyncGenerator<Extracted, void> {
  const flow = createFlow(from.sink, {
    id: `part${number}`,
    roles,
    place: () => ({ kind: "property", name: part.name }),
  });
  let text = "";
  let line = 0;
  const give = (): void => {
    const told = trimBytes(text);
    if (told !== "" && seen?.has(told) !== true) flow.line(told, ++line);
    text = "";
  };
  yield* from.read(part, {
    open(element, raw): void {
      give();
      if (raw.length < 4) return;
      const all = known?.elements?.test(element) === true;
      if (!all && known?.attributes === undefined && !mayHoldText.test(raw)) return;
      for (const [name, value] of attributesOf(raw)) {
        const told =
          all || looksLikeText(value) || (known?.attributes?.test(`${element}@${name}`) === true && /[A-Za-z\x80-\xff]{2}/.test(value));
        if (!told) continue;
        text = /^(v|val|value|name)$/.test(name) ? value : `${name}: ${value}`;
        give();
      }
    },
    text(piece): void {
      text += piece;
    },
    close: give,
  });
  give();
  flow.flush();
  yield* from.sink.drain();
}

/** Looked for in the whole tag first: most have nothing of the kind. */
const mayHoldText = /[\x80-\xff]|@|&#|\d{11}/;

/** Holds something a person wrote, or a number long enough to be an identifier. Colours, lengths, ids and name spaces do not. */
function looksLikeText(value: string): boolean {
  return (/[\x80-\xff]|@/.test(value) || /^\d{11,19}$/.test(value)) && !/^(https?:\/\/schemas\.|urn:)/.test(value);
}
