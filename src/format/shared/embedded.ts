import type { Extracted, ExtractInput } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import { FailureError } from "../../model/failure.ts";
import { memorySource, rangeSource, readRange } from "./bytes.ts";
import type { Cfb, CfbEntry } from "./cfb.ts";
import { writeCfb } from "./cfbWrite.ts";
import { decodeCodepage } from "./codepage.ts";
import type { Sink } from "./flow.ts";
import { locatePackaged } from "./oleObject.ts";

/** Streams that say how an object is shown, not what it holds. */
export const surroundings: RegExp =
  /^(\x01Ole|\x01CompObj|\x03ObjInfo|\x03LinkInfo|\x02OlePres\d*|\x03EPRINT|\x03META|\x03PRINT|\x03PIC|\x03OCXNAME|\x03ACCESSOBJSITEDATA)$/i;

/** 64 KiB hold the names before the data of a packaged file. */
const namesLength = 64 * 1024;

/**
 * What an object in a storage holds, as an entry of its own: a packaged file (`\x01Ole10Native`) by its name, an Office package, the contents
 * of a PDF, or the storage itself as a compound file (a workbook in a document). One that holds only its picture is told as not read.
 */
export async function* embeddedObject(input: ExtractInput, sink: Sink, cfb: Cfb, storage: CfbEntry): AsyncGenerator<Extracted, void> {
  if (yield* embeddedFiles(input, sink, cfb, storage)) return;
  if (storage.children.some(holdsContent)) {
    yield* member(input, sink, storage.path, storage, () => copied(input, cfb, storage));
    return;
  }
  sink.failure("no-text", "an embedded object holds only a picture of itself", true);
  yield* sink.drain();
}

function holdsContent({ name, kind, size }: CfbEntry): boolean {
  return kind === "storage" || (size > 0 && !surroundings.test(name));
}

/** The files an object holds in streams of their own, as entries; true when there are some. The storage may be the root. */
export async function* embeddedFiles(input: ExtractInput, sink: Sink, cfb: Cfb, storage: CfbEntry): AsyncGenerator<Extracted, boolean> {
  let found = false;
  for (const stream of storage.children) {
    if (!holdsContent(stream) || stream.kind !== "stream") continue;
    const name = stream.name.toLowerCase();
    if (name === "\x01ole10native") yield* packagedFile(input, sink, cfb, stream, storage.path === "" ? "" : `${storage.path}/`);
    else if (/^(package|contents|package_stream)$/.test(name)) yield* streamMember(input, sink, cfb, stream, stream.path);
    else continue;
    found = true;
  }
  return found;
}

/** A stream as an entry of its own, under a name a person can read. */
export async function* streamMember(
  input: ExtractInput,
  sink: Sink,
  cfb: Cfb,
  stream: CfbEntry,
  name: string,
): AsyncGenerator<Extracted, void> {
  const opened = await cfb.stream(stream);
  if (opened.damage !== undefined) sink.failure("corrupt", `an embedded object is damaged: ${opened.damage}`, true);
  yield* member(input, sink, name, { ...stream, size: opened.size }, () => paid(input, opened.source()));
}

/** Bytes at hand as an entry of its own; made when it is opened. */
export function* bytesMember(input: ExtractInput, sink: Sink, name: string, make: () => Uint8Array): Generator<Extracted, void> {
  yield* member(input, sink, name, undefined, () => paid(input, memorySource(make())));
}

function* member(
  input: ExtractInput,
  sink: Sink,
  name: string,
  entry: CfbEntry | undefined,
  open: () => Promise<ByteSource>,
): Generator<Extracted, void> {
  yield* sink.drain();
  if (!sink.open) return;
  if (!input.budget.take("members", 1)) {
    sink.stop("too-large", "limit of members reached");
    yield* sink.drain();
    return;
  }
  const shown = name.replace(/[\u0000-\u001f]/g, "");
  yield {
    type: "member",
    entry: {
      path: `${input.entry.path}!/${shown}`,
      key: `${input.entry.key}!${name}`,
      root: input.entry.root,
      size: entry?.kind === "stream" ? entry.size : undefined,
      modified: entry?.modified ?? input.entry.modified,
      stamp: undefined,
      depth: input.entry.depth + 1,
    },
    open,
  };
}

/** Entries may share sectors, so what is given out counts against what may be inflated. */
function paid(input: ExtractInput, source: ByteSource): Promise<ByteSource> {
  if (!input.budget.take("inflated", source.size ?? 0)) {
    return Promise.reject(new FailureError("too-large", "limit of inflated bytes reached"));
  }
  return Promise.resolve(source);
}

/** A storage as a compound file of its own. */
async function copied(input: ExtractInput, cfb: Cfb, storage: CfbEntry): Promise<ByteSource> {
  const streams: { path: readonly string[]; bytes: Uint8Array }[] = [];
  const rest: { readonly entry: CfbEntry; readonly path: readonly string[] }[] = storage.children.map((entry) => ({
    entry,
    path: [entry.name],
  }));
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { entry, path } = next;
    if (entry.kind === "storage") for (const child of entry.children) rest.push({ entry: child, path: [...path, child.name] });
    else {
      const stream = await cfb.stream(entry);
      if (!input.budget.take("inflated", stream.size)) throw new FailureError("too-large", "limit of inflated bytes reached");
      streams.push({ path, bytes: await stream.bytes() });
    }
  }
  return memorySource(writeCfb(streams, storage.classId));
}

/** A file packaged as an object (`\x01Ole10Native`, MS-OLEDS 2.3.6 and what the packager writes into it). */
async function* packagedFile(input: ExtractInput, sink: Sink, cfb: Cfb, entry: CfbEntry, folder: string): AsyncGenerator<Extracted, void> {
  const stream = await cfb.stream(entry);
  if (stream.damage !== undefined) sink.failure("corrupt", `an embedded object is damaged: ${stream.damage}`, true);
  const source = stream.source();
  const head = Buffer.from(await readRange(source, 0, namesLength));
  const found = packagedNames(head, stream.size);
  const from = found?.from ?? Math.min(4, stream.size);
  const length = Math.min(found?.length ?? stream.size - from, stream.size - from);
  yield* member(input, sink, `${folder}${found?.name ?? "object"}`, { ...entry, size: length }, () =>
    paid(input, rangeSource(source, from, length)),
  );
}

/** Where the file lies in the stream and its name; undefined when the stream holds bare data of a program. */
function packagedNames(head: Buffer, size: number): { readonly name: string; readonly from: number; readonly length: number } | undefined {
  // Behind the length of it all.
  const found = locatePackaged(head.subarray(4), size - 4);
  if (found === undefined) return undefined;
  const from = 4 + found.from;
  if (from + found.length > size) return undefined;
  const name = found.names.map((one) => decodeCodepage(one, 0)).find((one) => one !== "") ?? "";
  return { name: name.split(/[\\/]/).at(-1) || "object", from, length: found.length };
}
