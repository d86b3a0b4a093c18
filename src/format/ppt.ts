import { inflateSync } from "node:zlib";
import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { artPicture } from "./shared/artPicture.ts";
import { isEncryptedPackage, readCfb, startsAsCfb } from "./shared/cfb.ts";
import type { Cfb } from "./shared/cfb.ts";
import { givePropertySet, readDocumentProperties } from "./shared/documentProperties.ts";
import { bytesMember, streamMember, surroundings } from "./shared/embedded.ts";
import { createSink } from "./shared/flow.ts";
import type { Place, Sink } from "./shared/flow.ts";
import { walkArt } from "./shared/officeArt.ts";
import type { ArtRecord } from "./shared/officeArt.ts";
import { giveProperties } from "./shared/package.ts";
import { decryptSlides } from "./shared/slideDecrypt.ts";
import { readEdits } from "./shared/slideEdits.ts";
import type { SlideEdits } from "./shared/slideEdits.ts";
import { atomText, RECORD, tellContainer } from "./shared/slideRecords.ts";
import type { SlideContainer, SlideShared } from "./shared/slideRecords.ts";
import { giveTextRuns } from "./shared/textRuns.ts";
import { bytesOf } from "./shared/xml.ts";

/**
 * PowerPoint presentations of the binary format (MS-PPT), 97–2003, and WPS Presentation's .dps: slides in order, notes, comments, masters,
 * embedded objects, and what earlier edits left behind. Of PowerPoint 95 the runs of text are told.
 */
export const ppt: Extractor = {
  id: "ppt",
  title: { zh: "PowerPoint 97–2003、WPS 演示", en: "PowerPoint 97–2003, WPS Presentation" },
  version: 3,
  access: "any",
  async accepts(probe) {
    if (!startsAsCfb(probe.head)) return false;
    const names = await probe.members();
    return (names.has(name) || names.has(`${dual}${name}`) || names.has("PP40")) && !isEncryptedPackage(names);
  },
  extract,
};

const name = "PowerPoint Document";
/** A file for PowerPoint 95 and 97 at once keeps the latter's part in a storage. */
const dual = "PP97_DUALSTORAGE/";

const known: RegExp =
  /^(PowerPoint Document|Current User|Pictures|\x05SummaryInformation|\x05DocumentSummaryInformation|PP40|Header|Text_Content|KSOProductBuildVer|Macros|EncryptedSummary)$/i;

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const cfb = await readCfb(input.bytes);
  const folder = cfb?.find(`${dual}${name}`) === undefined ? "" : dual;
  if (cfb?.find(`${folder}${name}`) === undefined) {
    if (cfb?.find("PP40") === undefined) sink.failure("corrupt", "compound file without a presentation", true);
    else sink.failure("unsupported-format", "PowerPoint 95: only runs of text are read", true);
    yield* giveTextRuns(sink, input.bytes);
    if (cfb !== undefined) yield* readDocumentProperties(cfb, sink);
    yield* sink.drain();
    return;
  }
  if (cfb.damage !== undefined) sink.failure("corrupt", cfb.damage, true);
  let stream = await streamOf(cfb, sink, `${folder}${name}`);
  const user = await streamOf(cfb, sink, `${folder}Current User`);
  let edits = readEdits(stream, user);
  const opened = edits.encrypted && user.length >= 20 ? decryptSlides(stream, user.readUInt32LE(16), input.passwords) : undefined;
  if (opened !== undefined) {
    ({ stream } = opened);
    edits = readEdits(stream, user);
  }
  if (edits.encrypted) sink.failure("encrypted", "presentation encrypted with a password", false);
  else yield* readPresentation(input, sink, stream, edits, userOf(user));
  yield* readDocumentProperties(cfb, sink, folder);
  const summary = edits.encrypted ? Buffer.alloc(0) : await streamOf(cfb, sink, `${folder}EncryptedSummary`);
  if (summary.length > 0) {
    const streams = opened?.summary(summary);
    if (streams === undefined) sink.failure("corrupt", "the encrypted properties are damaged", true);
    for (const stream of streams ?? []) yield* givePropertySet(sink, stream, false);
  }
  const pictures = edits.encrypted ? Buffer.alloc(0) : await streamOf(cfb, sink, `${folder}Pictures`);
  yield* readPictures(input, sink, opened?.pictures(pictures) ?? pictures);
  for (const entry of cfb.root.children) {
    if (!known.test(entry.name) && !surroundings.test(entry.name) && entry.kind === "stream" && entry.size > 0)
      yield* streamMember(input, sink, cfb, entry, entry.path);
  }
  yield* sink.drain();
}

async function streamOf(cfb: Cfb, sink: Sink, path: string): Promise<Buffer> {
  const entry = cfb.find(path);
  if (entry === undefined) return Buffer.alloc(0);
  const stream = await cfb.stream(entry);
  if (stream.damage !== undefined) sink.failure("corrupt", `${path}: ${stream.damage}`, true);
  const bytes = await stream.bytes();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Who saved it last: the name in UTF-16 behind the one in bytes. */
function userOf(user: Buffer): string {
  if (user.length < 28) return "";
  const length = user.readUInt16LE(20);
  const from = 28 + length + 4;
  return user
    .toString("utf16le", from, Math.min(user.length, from + 2 * length))
    .replace(/\0[^]*$/, "")
    .trim();
}

async function* readPresentation(
  input: ExtractInput,
  sink: Sink,
  stream: Buffer,
  edits: SlideEdits,
  user: string,
): AsyncGenerator<Extracted, void> {
  const { records, places, document, old } = edits;
  if (edits.damage !== undefined) sink.failure("corrupt", edits.damage, true);
  const shared: SlideShared = {
    sink,
    stream,
    authors: new Set(user === "" ? [] : [user]),
    nextTable: 1,
    seen: old.size > 0 ? new Set() : undefined,
  };
  const taken = new Set<number>();
  const lists = document === undefined ? [] : readLists(stream, document);
  const slides = lists.filter(({ list }) => list === 0);
  const numbers = new Map(slides.map(({ id }, index) => [id, index + 1]));
  let lost = 0;
  for (const [index, slide] of slides.entries()) {
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted between slides");
      break;
    }
    if (!input.budget.take("pages", 1)) {
      sink.stop("too-large", "limit of pages reached");
      break;
    }
    const number = index + 1;
    const offset = places.get(slide.object);
    // A slide that is listed twice is told once.
    const record = offset === undefined || taken.has(offset) ? undefined : records.get(offset);
    if (record?.type !== RECORD.slide && (offset === undefined || !taken.has(offset))) lost++;
    if (offset !== undefined) taken.add(offset);
    const hidden = record !== undefined && isHidden(stream, record);
    const at: Place = () => ({ kind: "slide", slide: number });
    yield* tellContainer(
      shared,
      record?.type === RECORD.slide ? record : nothing,
      { flow: `slide${number}`, roles: hidden ? ["body", "hidden"] : ["body"], place: at },
      slide.texts,
    );
  }
  if (lost > 0) sink.failure("corrupt", `${lost} slides are not where they should be`, true);
  const paragraph: Place = (number) => ({ kind: "paragraph", paragraph: number });
  const outlines = new Map(lists.filter(({ list }) => list !== 0).map(({ object, texts }) => [places.get(object) ?? -1, texts]));
  let masters = 0;
  let notes = 0;
  let objects = 0;
  let others = 0;
  for (const [offset, record] of records) {
    if (taken.has(offset) || old.has(offset) || !sink.open) continue;
    const also = outlines.get(offset) ?? [];
    if (record.type === RECORD.notes) {
      const id = noteOf(stream, record);
      const slide = numbers.get(id) ?? 0;
      // Notes of no slide are the master of notes.
      const told: SlideContainer =
        id === 0
          ? { flow: `master${++masters}`, roles: ["header"], place: paragraph }
          : { flow: `notes${++notes}`, roles: ["comment"], place: slide === 0 ? paragraph : () => ({ kind: "slide", slide }) };
      yield* tellContainer(shared, record, told, also);
    } else if (record.type === RECORD.master || record.type === RECORD.handout) {
      yield* tellContainer(shared, record, { flow: `master${++masters}`, roles: ["header"], place: paragraph }, also);
    } else if (record.type === RECORD.document) {
      yield* tellContainer(shared, record, { flow: "document", roles: ["property"], place: paragraph });
    } else if (record.type === RECORD.slide) {
      // A master of titles, or a slide that the document does not name.
      const master = outlines.has(offset);
      yield* tellContainer(shared, record, { flow: `other${++others}`, roles: [master ? "header" : "body"], place: paragraph }, also);
    } else if (record.type === RECORD.storage) yield* readStorage(input, sink, stream, record, ++objects);
  }
  let versions = 0;
  for (const offset of old) {
    const record = records.get(offset);
    if (record === undefined || !sink.open || record.type === RECORD.storage) continue;
    const texts = record.type === RECORD.document ? readLists(stream, record).flatMap((slide) => slide.texts) : [];
    yield* tellContainer(shared, record, { flow: `old${++versions}`, roles: ["body", "deleted"], place: paragraph, onlyNew: true }, texts);
  }
  yield* giveProperties(
    sink,
    "authors",
    [...shared.authors].map(() => "author"),
    [...shared.authors].map(bytesOf),
  );
  if (edits.damage !== undefined) {
    yield* giveTextRuns(sink, { size: stream.length, seekable: true, read: readFrom(stream), close: () => Promise.resolve() });
  }
}

const nothing: ArtRecord = { type: 0, instance: 0, container: true, from: 0, to: 0, cut: false };

function readFrom(bytes: Buffer): (into: Uint8Array, offset: number) => Promise<number> {
  return (into, offset) => Promise.resolve(offset >= bytes.length ? 0 : bytes.copy(into, 0, offset));
}

/** A slide, master or page of notes as the document lists it. */
interface Listed {
  /** 0 slides, 1 masters, 2 notes. */
  readonly list: number;
  readonly object: number;
  /** By which notes name it. */
  readonly id: number;
  /** The text of its placeholders. */
  readonly texts: string[];
}

function readLists(stream: Buffer, document: ArtRecord): readonly Listed[] {
  const listed: Listed[] = [];
  let list = 0;
  for (const record of walkArt(stream, document.from, document.to, ({ type }) => type === RECORD.textList)) {
    if (record.type === RECORD.textList) list = record.instance;
    else if (record.type === RECORD.slidePersist && record.to - record.from >= 16) {
      listed.push({ list, object: stream.readUInt32LE(record.from), id: stream.readUInt32LE(record.from + 12), texts: [] });
    } else if (record.type === RECORD.chars || record.type === RECORD.bytes) listed.at(-1)?.texts.push(atomText(stream, record));
  }
  return listed;
}

function isHidden(stream: Buffer, slide: ArtRecord): boolean {
  for (const record of walkArt(stream, slide.from, slide.to, () => false)) {
    if (record.type === RECORD.slideInfo && record.to - record.from >= 12) return (stream.readUInt16LE(record.from + 10) & 4) !== 0;
  }
  return false;
}

/** The id of the slide that notes belong to. */
function noteOf(stream: Buffer, notes: ArtRecord): number {
  for (const record of walkArt(stream, notes.from, notes.to, () => false)) {
    if (record.type === RECORD.notesAtom && record.to - record.from >= 4) return stream.readUInt32LE(record.from);
  }
  return -1;
}

/** 256 MiB: an object inflates to no more. */
const objectLimit = 256 * 1024 * 1024;

/** An embedded object or a project of macros: a compound file, packed or not. */
function* readStorage(input: ExtractInput, sink: Sink, stream: Buffer, record: ArtRecord, number: number): Generator<Extracted, void> {
  const data = stream.subarray(record.from, record.to);
  let plain: Uint8Array = data;
  if (record.instance === 1) {
    const size = data.length >= 4 ? data.readUInt32LE(0) : 0;
    if (size > objectLimit || size > data.length * 1032 + 1024 || !input.budget.take("inflated", size)) {
      sink.failure("too-large", "an embedded object is too large to be unpacked", true);
      return;
    }
    try {
      plain = inflateSync(data.subarray(4), { maxOutputLength: Math.max(1, size) });
    } catch {
      sink.failure("corrupt", "an embedded object cannot be unpacked", true);
      return;
    }
  }
  yield* bytesMember(input, sink, `embeddings/object${number}`, () => plain);
}

/** The stream of pictures: records one behind the other. */
function* readPictures(input: ExtractInput, sink: Sink, pictures: Buffer): Generator<Extracted, void> {
  let number = 0;
  for (const record of walkArt(pictures, 0, pictures.length)) {
    const picture = artPicture(pictures, record);
    if (picture === undefined) continue;
    if (record.cut) sink.failure("corrupt", "the pictures of the presentation are cut", true);
    yield* bytesMember(input, sink, `media/image${++number}.${picture.extension}`, () => picture.bytes(input.budget));
    if (!sink.open) return;
  }
}
