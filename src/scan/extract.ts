import { createProbe, isContainer } from "../format/probe.ts";
import { extractors } from "../format/registry.ts";
import { textlessKind } from "../format/textless.ts";
import type { Chunk, Extracted, Location } from "../model/chunk.ts";
import type { ByteSource, Entry } from "../model/entry.ts";
import { FailureError } from "../model/failure.ts";
import type { Failure } from "../model/failure.ts";
import type { Limits } from "../model/request.ts";
import { sources } from "../source/registry.ts";
import { decoderOf } from "../util/decoder.ts";
import { limited, memorySource, nameOf, partnerOf } from "./examine.ts";
import { createBudget } from "./limits.ts";

/** A piece of an entry's text as it stands there, or what could not be read. Rules see its normal form (NFKC). Unmasked: it is the content. */
export type ExtractedText =
  | { readonly type: "entry"; readonly path: string; readonly format: string }
  | {
      readonly type: "text";
      readonly path: string;
      readonly flow: string;
      readonly roles: readonly string[];
      readonly page: number | undefined;
      readonly location: Location | undefined;
      readonly text: string;
      /** The place of the character at a byte of `text`; undefined for text as it lies in a file, whose lines the engine counts. */
      locate(offset: number): Location | undefined;
    }
  | { readonly type: "failure"; readonly failure: Failure };

/** Bytes of text as it lies in a file that are decoded at a time. */
const BLOCK = 256 * 1024;

/**
 * The text of a file and of all nested in it, in the order the rules see it. For a person's eyes: it runs in the calling thread, without a
 * deadline. Ends early, with `interrupted`, when `signal` is aborted.
 */
export async function* extractText(
  path: string,
  options: { readonly limits: Limits; readonly passwords: readonly string[]; readonly signal: AbortSignal },
): AsyncGenerator<ExtractedText> {
  const source = sources.find((one) => one.claims(path));
  if (source === undefined) throw new Error("no source claims a path");
  const walk = { include: [], exclude: [], follow: false, oneFileSystem: false, network: true, own: [], systemRoot: "/" };
  for await (const found of source.walk(path, 0, walk, options.signal)) {
    for (const one of found) {
      if (one.type === "failure") yield one;
      else if (one.type === "entry")
        yield* extractEntry(
          one.entry,
          () => source.open(one.entry),
          createBudget(options.limits, one.entry.size),
          options,
          async (name) => source.sibling?.(one.entry, name),
        );
    }
  }
}

async function* extractEntry(
  entry: Entry,
  open: () => Promise<ByteSource>,
  budget: ReturnType<typeof createBudget>,
  options: Parameters<typeof extractText>[1],
  sibling?: (name: string) => Promise<ByteSource | undefined>,
): AsyncGenerator<ExtractedText> {
  let bytes: ByteSource | undefined;
  try {
    bytes = await open();
    let probe = await createProbe(nameOf(entry.path), bytes);
    if (!bytes.seekable && isContainer(probe.head)) {
      const held = await readAll(bytes, options.limits.fileSize);
      await bytes.close();
      bytes = held;
      probe = await createProbe(nameOf(entry.path), bytes);
    }
    const kind = await textlessKind(probe.head, bytes);
    for (const extractor of kind === undefined || kind.described === true ? extractors : []) {
      if (!(await extractor.accepts(probe))) continue;
      yield { type: "entry", path: entry.path, format: extractor.id };
      const held = extractor.access === "any" && !bytes.seekable ? await readAll(bytes, options.limits.fileSize) : bytes;
      const input = {
        entry,
        bytes: held,
        budget,
        passwords: options.passwords,
        signal: options.signal,
        ...(sibling === undefined ? {} : { sibling, partner: partnerOf(entry, sibling) }),
      };
      for await (const item of extractor.extract(input)) {
        yield* told(item.type === "failure" ? { ...item, failure: limited(item.failure, held) } : item, entry, budget, options);
        if (options.signal.aborted) return;
      }
      return;
    }
    yield { type: "entry", path: entry.path, format: kind?.id ?? "unknown" };
    if (kind === undefined && bytes.cut?.() === undefined) yield lost(entry, "unsupported-format", "no reader knows this content");
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const { code, detail } = limited(
      { stage: "extract", code: error.code, path: entry.path, detail: error.message, partial: false },
      bytes,
    );
    yield lost(entry, code, detail);
  } finally {
    await bytes?.close();
  }
}

async function* told(
  item: Extracted,
  entry: Entry,
  budget: ReturnType<typeof createBudget>,
  options: Parameters<typeof extractText>[1],
): AsyncGenerator<ExtractedText> {
  if (item.type === "failure") yield item;
  else if (item.type === "member") {
    if (item.entry.depth > options.limits.depth) yield lost(item.entry, "too-deep", `nested more than ${options.limits.depth} deep`);
    else yield* extractEntry(item.entry, () => item.open(), budget, options);
  } else yield* textOf(item.chunk, entry);
}

async function* textOf(chunk: Chunk, entry: Entry): AsyncGenerator<ExtractedText> {
  const piece = { type: "text", path: entry.path, flow: chunk.flow, roles: chunk.roles, page: chunk.page } as const;
  const { content } = chunk;
  if (content.kind === "utf8") {
    yield {
      ...piece,
      location: content.locate(0),
      text: Buffer.from(content.bytes).toString("utf8"),
      locate: (offset) => content.locate(offset),
    };
    return;
  }
  const decoder = decoderOf(content.encodings[0]);
  const block = new Uint8Array(BLOCK);
  for (let offset = 0; offset < content.length;) {
    const count = await content.source.read(block.subarray(0, Math.min(BLOCK, content.length - offset)), content.from + offset);
    offset += count;
    const text = decoder.decode(block.subarray(0, count), { stream: count === BLOCK });
    if (text !== "") yield { ...piece, location: undefined, text, locate: () => undefined };
    if (count < BLOCK) return;
  }
}

async function readAll(source: ByteSource, limit: number): Promise<ByteSource> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const block = new Uint8Array(BLOCK);
  for (let count = BLOCK; count === BLOCK;) {
    count = await source.read(block, length);
    pieces.push(block.slice(0, count));
    length += count;
    if (length > limit) throw new FailureError("too-large", `a member of more than ${limit} bytes cannot be held in memory`);
  }
  return memorySource(Buffer.concat(pieces, length), source.cut?.());
}

function lost(entry: Entry, code: Failure["code"], detail: string): ExtractedText {
  return { type: "failure", failure: { stage: "extract", code, path: entry.path, detail, partial: false } };
}

/** The structure of a docx file as HTML, without its pictures; undefined where it cannot be read. For a person's eyes, never for rules. */
export async function extractHtml(bytes: Uint8Array): Promise<string | undefined> {
  const { default: mammoth } = await import("mammoth");
  try {
    // Without this converter a document's link to a picture makes the library read any file of this machine.
    const convertImage = mammoth.images.imgElement(() => Promise.resolve({ src: "" }));
    return (await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { convertImage })).value;
  } catch {
    return undefined;
  }
}
