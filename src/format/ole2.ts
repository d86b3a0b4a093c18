import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { memorySource } from "./shared/bytes.ts";
import { readCfb, startsAsCfb } from "./shared/cfb.ts";
import type { Cfb } from "./shared/cfb.ts";
import { readChunkText, startsAsChunks } from "./shared/chunkText.ts";
import { readDocumentProperties } from "./shared/documentProperties.ts";
import { bytesMember, embeddedFiles, surroundings } from "./shared/embedded.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import type { Sink } from "./shared/flow.ts";
import { openPackageWith } from "./shared/officeCrypto.ts";
import { giveTextRuns } from "./shared/textRuns.ts";
import { readVisio } from "./shared/visioText.ts";
import { readVba } from "./shared/vba.ts";
import { bytesOf } from "./shared/xml.ts";

/**
 * Compound files (OLE2) that no other reader knows: document properties, macros, files embedded in them, the text of Works, Publisher and Visio, the
 * names a folder's thumbnails keep. What else they hold is told as not read, with the runs of text that show in small ones.
 */
export const ole2: Extractor = {
  id: "ole2",
  title: { zh: "其他 OLE2 复合文档（属性、宏、嵌入文件）", en: "Other OLE2 compound files (properties, macros, embedded files)" },
  version: 2,
  access: "any",
  accepts: ({ head }) => startsAsCfb(head),
  extract,
};

/** Streams whose text has been told, and what goes with them. */
const told: RegExp = /(^|\/)\x05(Document)?SummaryInformation$|(^|\/)VBA\/[^/]*$|(^|\/)PROJECT(wm|lk)?$/i;

/** 8 MiB: of a larger file of an unknown kind no runs of text are looked for. */
const runsLimit = 8 * 1024 * 1024;

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const cfb = await readCfb(input.bytes);
  if (cfb === undefined) {
    sink.failure("corrupt", "compound file without a directory", true);
    yield* giveTextRuns(sink, input.bytes);
    return;
  }
  if (cfb.find("EncryptedPackage") !== undefined && cfb.find("EncryptionInfo") !== undefined) {
    yield* readEncrypted(input, sink, cfb);
    yield* readDocumentProperties(cfb, sink);
    yield* sink.drain();
    return;
  }
  if (cfb.damage !== undefined) sink.failure("corrupt", cfb.damage, true);
  yield* readDocumentProperties(cfb, sink);
  yield* readVba(cfb, sink);
  const visio = yield* readDrawing(cfb, sink);
  const taken = new Set<string>();
  yield* readTexts(cfb, sink, taken);
  if (!taken.has("CONTENTS") && (yield* embeddedFiles(input, sink, cfb, cfb.root))) {
    yield* sink.drain();
    return;
  }
  const rest = cfb.entries.filter(
    ({ kind, size, path, name }) => kind === "stream" && size > 0 && !told.test(path) && !surroundings.test(name) && !taken.has(path),
  );
  if (rest.length > 0) sink.failure("unsupported-format", "no reader knows this compound file; only what all may hold was examined", true);
  if ((rest.length > 0 || cfb.damage !== undefined) && (input.bytes.size ?? Number.MAX_SAFE_INTEGER) <= runsLimit) {
    yield* giveTextRuns(sink, visio === undefined ? input.bytes : memorySource(visio));
  }
  yield* sink.drain();
}

/** Texts of the shapes of a drawing, page by page. Gives what else it holds, for runs of text; undefined where the file is none. */
async function* readDrawing(cfb: Cfb, sink: Sink): AsyncGenerator<Extracted, Buffer | undefined> {
  const entry = cfb.find("VisioDocument");
  if (entry === undefined || entry.kind !== "stream" || entry.size > drawingLimit) return undefined;
  const visio = readVisio(Buffer.from(await (await cfb.stream(entry)).bytes()));
  if (visio === undefined) return undefined;
  const flow = createFlow(sink, { id: "shapes", roles: ["body"], place: (page) => ({ kind: "page", page }) });
  for (const { page, text } of visio.texts) for (const line of text.split(/[\r\n\u2028]+/)) flow.line(bytesOf(line), page);
  flow.flush();
  yield* sink.drain();
  return visio.rest;
}

/** 64 MiB: drawings with pictures have some 20. */
const drawingLimit = 64 * 1024 * 1024;

/** An encrypted Office package: as an entry of its own where a password fits, else told as encrypted. */
async function* readEncrypted(input: ExtractInput, sink: Sink, cfb: Cfb): AsyncGenerator<Extracted, void> {
  const streams: Buffer[] = [];
  for (const path of ["EncryptionInfo", "EncryptedPackage"]) {
    const entry = cfb.find(path);
    const stream = entry === undefined ? undefined : await cfb.stream(entry);
    if (stream?.damage !== undefined) sink.failure("corrupt", `${path}: ${stream.damage}`, true);
    streams.push(Buffer.from((await stream?.bytes()) ?? []));
  }
  const [info = Buffer.alloc(0), stored = Buffer.alloc(0)] = streams;
  const opened = openPackageWith(info, stored, input.passwords, input.signal);
  if (opened === undefined) sink.failure("encrypted", "Office document encrypted with a password", false);
  else yield* bytesMember(input, sink, "EncryptedPackage", () => opened.plain());
}

/** Text of Works and Publisher; names of files whose pictures a folder's thumbnails are (the pictures themselves are small). */
async function* readTexts(cfb: Cfb, sink: Sink, taken: Set<string>): AsyncGenerator<Extracted, void> {
  for (const path of ["CONTENTS", "Quill/QuillSub/CONTENTS"]) {
    const entry = cfb.find(path);
    if (entry === undefined) continue;
    const stream = await cfb.stream(entry);
    const bytes = Buffer.from(await stream.bytes());
    if (!startsAsChunks(bytes)) continue;
    taken.add(entry.path);
    if (stream.damage !== undefined) sink.failure("corrupt", `${path}: ${stream.damage}`, true);
    const flow = createFlow(sink, { id: "body", roles: ["body"], place: (paragraph) => ({ kind: "paragraph", paragraph }) });
    for (const [index, line] of readChunkText(bytes)
      .split(/[\r\n]+/)
      .entries())
      flow.line(bytesOf(line), index + 1);
    flow.flush();
  }
  const catalog = cfb.find("Catalog");
  if (catalog !== undefined && catalog.kind === "stream") {
    const names = Buffer.from(await (await cfb.stream(catalog)).bytes());
    const flow = createFlow(sink, { id: "names", roles: ["name"], place: () => ({ kind: "property", name: "thumbnails" }) });
    for (const [index, name] of catalogNames(names).entries()) flow.line(bytesOf(name), index + 1);
    flow.flush();
    for (const { name, path, kind } of cfb.root.children) if (kind === "stream" && /^(Catalog|\d+|\d+_.*)$/i.test(name)) taken.add(path);
  }
  yield* sink.drain();
}

/** Records of a Thumbs.db catalog: length, number, time, name in UTF-16. */
function catalogNames(bytes: Buffer): readonly string[] {
  const names: string[] = [];
  if (bytes.length < 16) return names;
  for (let at = bytes.readUInt16LE(0); at >= 16 && at + 20 <= bytes.length && names.length < 100_000;) {
    const length = bytes.readUInt32LE(at);
    if (length < 20 || at + length > bytes.length) break;
    names.push(bytes.toString("utf16le", at + 16, at + length).replace(/\0[^]*$/, ""));
    at += length;
  }
  return names;
}
