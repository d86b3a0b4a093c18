import type { Extracted, ExtractInput, Extractor, Role } from "../model/chunk.ts";
import { memorySource, readRange } from "./shared/bytes.ts";
import { isEncryptedPackage, readCfb, startsAsCfb } from "./shared/cfb.ts";
import type { Cfb } from "./shared/cfb.ts";
import { readDocumentProperties } from "./shared/documentProperties.ts";
import { embeddedObject, streamMember, surroundings } from "./shared/embedded.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import type { Sink } from "./shared/flow.ts";
import { giveProperties } from "./shared/package.ts";
import { giveTextRuns } from "./shared/textRuns.ts";
import { readVba } from "./shared/vba.ts";
import { decryptWord } from "./shared/wordDecrypt.ts";
import type { WordStreams } from "./shared/wordDecrypt.ts";
import { readFib, startsAsOldWord } from "./shared/wordFib.ts";
import type { WordFib } from "./shared/wordFib.ts";
import { readWordFormat } from "./shared/wordFormat.ts";
import { readStory } from "./shared/wordStory.ts";
import type { Story, StoryShared } from "./shared/wordStory.ts";
import { readOwners, readPositions, readStrings, readValues } from "./shared/wordTables.ts";
import { besidePieces, readWordText } from "./shared/wordText.ts";
import type { WordText } from "./shared/wordText.ts";
import { readWordDrawings } from "./shared/wordDrawings.ts";
import { bytesOf } from "./shared/xml.ts";

/**
 * Word documents of the binary format (MS-DOC), Word 97–2003 with all stories, and Word 6 and 95; the text of Word 1 and 2; WPS Writer's .wps and .wpt are the same.
 * What the piece table no longer points at is not part of the document: told as deleted, where a save only added what had changed.
 */
export const doc: Extractor = {
  id: "doc",
  title: { zh: "Word 97–2003、Word 6/95、Word 1/2、WPS 文字", en: "Word 97–2003, Word 6/95, Word 1/2, WPS Writer" },
  version: 2,
  access: "any",
  async accepts(probe) {
    if (startsAsOldWord(probe.head)) return true;
    if (!startsAsCfb(probe.head)) return false;
    const members = await probe.members();
    return members.has("WordDocument") && !isEncryptedPackage(members);
  },
  extract,
};

/** Streams at the top that are told in another way, or hold nothing a person wrote. */
const known: RegExp = /^(WordDocument|[01]Table|Data|\x05SummaryInformation|\x05DocumentSummaryInformation|KSOProductBuildVer)$/i;

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  if (startsAsOldWord(await readRange(input.bytes, 0, 0x180))) {
    yield* readOldWord(input, sink);
    return;
  }
  const cfb = await readCfb(input.bytes);
  const entry = cfb?.find("WordDocument");
  if (cfb === undefined || entry === undefined) {
    sink.failure("corrupt", "compound file without a document", true);
    yield* giveTextRuns(sink, input.bytes);
    return;
  }
  if (cfb.damage !== undefined) sink.failure("corrupt", cfb.damage, true);
  const stored = await streamOf(cfb, sink, "WordDocument");
  const head = readFib(stored);
  const streams = head === undefined ? undefined : await streamsOf(input, sink, cfb, stored, head);
  // What stands behind the first bytes of the head is encrypted with the rest.
  const fib = streams === undefined ? undefined : readFib(streams.word);
  if (head === undefined) {
    sink.failure("corrupt", "the head of the document is damaged", true);
    yield* giveTextRuns(sink, input.bytes);
  } else if (streams === undefined || fib === undefined) {
    sink.failure("encrypted", "document encrypted with a password", false);
  } else yield* readDocument(input, sink, streams, fib);
  const told = yield* readDocumentProperties(cfb, sink);
  if (fib !== undefined && streams !== undefined) yield* readAssociated(sink, streams.table, fib, told);
  yield* readVba(cfb, sink);
  yield* readObjects(input, sink, cfb);
  yield* sink.drain();
}

/** Word 1 and 2: the document is the file, and its text lies between the bounds that the head gives. */
async function* readOldWord(input: ExtractInput, sink: Sink): AsyncGenerator<Extracted, void> {
  const word = Buffer.from(await readRange(input.bytes, 0, Math.min(input.bytes.size ?? 0, largestOldWord)));
  const fib = readFib(word);
  if (fib === undefined) sink.failure("corrupt", "the head of the document is damaged", false);
  else if (fib.encrypted) sink.failure("encrypted", "document encrypted with a password", false);
  else {
    if (fib.fastSaved)
      sink.failure("unsupported-format", "fast-saved: changes since the document was last saved whole are in no order", true);
    if ((input.bytes.size ?? 0) > largestOldWord) sink.failure("too-large", `larger than ${largestOldWord} bytes`, true);
    yield* readDocument(input, sink, { word, table: Buffer.alloc(0), data: Buffer.alloc(0) }, fib);
    if (fib.fastSaved) yield* giveTextRuns(sink, memorySource(word.subarray(fib.textTo)));
  }
  yield* sink.drain();
}

/** 32 MiB, the most that Word 2 could write. */
const largestOldWord = 32 * 1024 * 1024;

async function streamOf(cfb: Cfb, sink: Sink, name: string): Promise<Buffer> {
  const entry = cfb.find(name);
  if (entry === undefined) return Buffer.alloc(0);
  const stream = await cfb.stream(entry);
  if (stream.damage !== undefined) sink.failure("corrupt", `${name}: ${stream.damage}`, true);
  const bytes = await stream.bytes();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The streams of the text, plain; undefined where they need a password that is not among those given. */
async function streamsOf(input: ExtractInput, sink: Sink, cfb: Cfb, word: Buffer, fib: WordFib): Promise<WordStreams | undefined> {
  const streams = { word, table: await tableOf(cfb, sink, word, fib), data: await streamOf(cfb, sink, "Data") };
  return fib.encrypted ? decryptWord(streams, fib, input.passwords) : streams;
}

function tableOf(cfb: Cfb, sink: Sink, word: Buffer, fib: WordFib): Promise<Buffer> {
  const other = fib.tableName === "0Table" ? "1Table" : "0Table";
  return fib.modern ? streamOf(cfb, sink, cfb.find(fib.tableName) === undefined ? other : fib.tableName) : Promise.resolve(word);
}

async function* readDocument(
  input: ExtractInput,
  sink: Sink,
  { word, table, data }: WordStreams,
  fib: WordFib,
): AsyncGenerator<Extracted, void> {
  const text = readWordText(word, table, fib);
  if (text.damage !== undefined) sink.failure("corrupt", text.damage, true);
  const format = readWordFormat(word, table, data, fib, text.pieces);
  if (!format.sound) sink.failure("corrupt", "the formatting of the document is damaged", true);
  const shared: StoryShared = { sink, text, format, nextTable: 1 };
  for (const story of storiesOf(fib, table, text.text.length)) {
    if (!sink.open) return;
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted between stories");
      yield* sink.drain();
      return;
    }
    yield* readStory(shared, story);
  }
  // What the piece table cannot be followed to may still lie in the file.
  if (text.damage !== undefined) yield* giveTextRuns(sink, input.bytes);
  else yield* readLeftOver(sink, text, word, fib);
  yield* readWordDrawings(input, sink, { word, table, data, place: fib.place("drawings"), pictures: format.pictures });
  yield* readNames(sink, table, fib);
}

/** Text that was edited away and still lies in a fast-saved file. */
async function* readLeftOver(sink: Sink, text: WordText, word: Buffer, fib: WordFib): AsyncGenerator<Extracted, void> {
  const beside = besidePieces(word, fib, text.pieces);
  if (beside.length === 0) return;
  const decode = (bytes: Buffer): string | undefined => {
    const told = text.decodeBytes(bytes);
    return told.replace(common, "").length * 4 <= told.length ? told : undefined;
  };
  yield* giveTextRuns(sink, memorySource(beside), { flow: "leftOver", roles: ["deleted"], decode });
}

/** Formatting beside the text reads as accented letters and signs; three of four characters of text are these. */
const common = /[\s\w\p{Script=Han}]/gu;

/** All stories in the order of the text, headers and text boxes apart from each other. */
function storiesOf(fib: WordFib, table: Buffer, length: number): readonly Story[] {
  const { main, footnotes, headers, macros, comments, endnotes, textboxes, headerTextboxes } = fib.stories;
  const stories: Story[] = [];
  let at = 0;
  const next = (
    count: number,
    flow: string,
    roles: readonly [Role, ...Role[]],
    bounds?: readonly number[],
    name?: typeof headerName,
  ): void => {
    const from = at;
    at = Math.min(length, at + count);
    if (from === at) return;
    if (bounds === undefined || bounds.length < 2) {
      stories.push({ from, to: at, flow, roles });
      return;
    }
    for (let index = 0; index < bounds.length; index++) {
      // What the bounds leave out at the end is told with the last part.
      const first = Math.min(at, from + (bounds[index] ?? 0));
      const last = index === bounds.length - 1 ? at : Math.min(at, from + (bounds[index + 1] ?? 0));
      if (last <= first) continue;
      stories.push({ from: first, to: last, ...(name?.(index) ?? { flow: `${flow}${index + 1}`, roles }) });
    }
  };
  next(main, "body", ["body"]);
  next(footnotes, "footnotes", ["footnote"]);
  next(headers, "header", ["header"], ascending(readPositions(table, fib.place("headerStories"), 0)), headerName);
  next(macros, "macros", ["code"]);
  next(comments, "comments", ["comment"]);
  next(endnotes, "endnotes", ["footnote"]);
  next(textboxes, "textbox", ["body", "textbox"], ascending(readPositions(table, fib.place("textboxStories"), 22)));
  next(headerTextboxes, "headerTextbox", ["header", "textbox"], ascending(readPositions(table, fib.place("headerTextboxStories"), 22)));
  // One mark ends the text; more is text that no count claims.
  if (length - at > 1) stories.push({ from: at, to: length, flow: "rest", roles: ["body"] });
  return stories;
}

/** Bounds that do not ascend from zero are of no use. */
function ascending(bounds: readonly number[]): readonly number[] | undefined {
  return bounds.every((bound, index) => bound >= (bounds[index - 1] ?? 0)) ? bounds : undefined;
}

/** The first six parts are separators of notes; then six a section: even and odd header, even and odd footer, those of a first page. */
function headerName(index: number): Pick<Story, "flow" | "roles" | "page"> {
  if (index < 6) return { flow: `separator${index + 1}`, roles: ["footnote"] };
  const section = Math.floor(index / 6) - 1;
  const kind = index % 6;
  const page = section === 0 && kind >= 4 ? { page: 1 } : {};
  return kind === 2 || kind === 3 || kind === 5
    ? { flow: `footer${index - 5}`, roles: ["footer"], ...page }
    : { flow: `header${index - 5}`, roles: ["header"], ...page };
}

/** Bookmarks, people, variables. */
function* readNames(sink: Sink, table: Buffer, fib: WordFib): Generator<Extracted, void> {
  const bookmarks = createFlow(sink, { id: "bookmarks", roles: ["bookmark"], place: () => ({ kind: "property", name: "bookmark" }) });
  for (const [index, name] of readStrings(table, fib.place("bookmarks"), fib.language).strings.entries()) {
    if (!/^_(GoBack|Toc|Hlk|Ref)/.test(name)) bookmarks.line(bytesOf(name), index + 1);
  }
  bookmarks.flush();
  if (!fib.modern) return;
  const authors = new Set<string>();
  for (const name of readOwners(table, fib.place("commentOwners"))) authors.add(name);
  for (const name of readStrings(table, fib.place("revisionAuthors"), fib.language).strings) {
    if (name !== "Unknown" && authors.size < 1000) authors.add(name);
  }
  yield* giveProperties(
    sink,
    "authors",
    [...authors].map(() => "author"),
    [...authors].map(bytesOf),
  );
  const place = fib.place("variables");
  const { strings, end } = readStrings(table, place, fib.language);
  const values = readValues(table, end, place.from + place.length);
  const told = strings.flatMap((name, index) =>
    values[index] === undefined ? [] : [[bytesOf(name), bytesOf(values[index] ?? "")] as const],
  );
  yield* giveProperties(
    sink,
    "variables",
    told.map(([name]) => name),
    told.map(([, value]) => value),
  );
  yield* sink.drain();
}

/** What Word keeps beside the properties: a copy of them with the path of its template, and who saved the document where. */
function* readAssociated(sink: Sink, table: Buffer, fib: WordFib, told: ReadonlySet<string>): Generator<Extracted, void> {
  const associated = readStrings(table, fib.place("associated"), fib.language).strings;
  const savedBy = readStrings(table, fib.place("savedBy"), fib.language).strings;
  const values = [...new Set([...associated, ...savedBy])].map((value) => value.trim()).filter((value) => value !== "" && !told.has(value));
  yield* giveProperties(
    sink,
    "associated",
    values.map((value) => (savedBy.includes(value) ? "savedBy" : "associated")),
    values.map(bytesOf),
  );
}

/** Embedded objects, custom XML, and streams nobody knows. */
async function* readObjects(input: ExtractInput, sink: Sink, cfb: Cfb): AsyncGenerator<Extracted, void> {
  for (const storage of cfb.find("ObjectPool")?.children ?? []) {
    if (storage.kind === "storage") yield* embeddedObject(input, sink, cfb, storage);
  }
  for (const entry of cfb.entries) {
    if (entry.kind === "stream" && /^MsoDataStore\/[^/]*\/Item$/i.test(entry.path))
      yield* streamMember(input, sink, cfb, entry, `${entry.path}.xml`);
  }
  for (const entry of cfb.root.children) {
    if (!known.test(entry.name) && !surroundings.test(entry.name) && entry.kind === "stream" && entry.size > 0)
      yield* streamMember(input, sink, cfb, entry, entry.path);
  }
  yield* sink.drain();
}
