import { createDecipheriv, createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../model/entry.ts";
import { bcj2 } from "./bcj2.ts";
import { ByteFeed } from "./byteFeed.ts";
import { rangeSource, readRange } from "./bytes.ts";
import { bzip2 } from "./bzip2.ts";
import { deflate64 } from "./deflate64.ts";
import { fileTime } from "./fileTime.ts";
import { inflateRaw } from "./inflation.ts";
import { dictionaryLimit, lzma1, lzma2, lzma2Dictionary } from "./lzma2.ts";
import type { Trouble } from "./lzma2.ts";
import { createPpmd7, ppmdMargin } from "./ppmd7.ts";
import { streamSource } from "./zipMember.ts";
import { zstdStream } from "./zstdStream.ts";

/** A file in a 7z archive. */
export interface SevenZipFile {
  readonly name: string;
  readonly size: number;
  readonly crc: number | undefined;
  readonly modified: string | undefined;
  /** Which folder (run of files packed together) holds it; undefined for an empty file. */
  readonly folder: number | undefined;
}

/** One step of packing. */
interface Coder {
  readonly method: string;
  readonly properties: Buffer;
  readonly inputs: number;
}

/** A run of files packed together. */
export interface SevenZipFolder {
  readonly coders: readonly Coder[];
  /** Input index ← output index. */
  readonly pairs: readonly (readonly [input: number, output: number])[];
  readonly packed: readonly { readonly from: number; readonly length: number }[];
  readonly packedInputs: readonly number[];
  /** Bytes out of each coder. */
  readonly sizes: readonly number[];
  crc: number | undefined;
}

export interface SevenZip {
  readonly files: readonly SevenZipFile[];
  readonly folders: readonly SevenZipFolder[];
}

/** Why an archive or a folder cannot be read. */
export class SevenZipError extends Error {
  readonly code: Trouble | "encrypted";
  constructor(code: Trouble | "encrypted", detail: string) {
    super(detail);
    this.code = code;
  }
}

/** 64 MiB of directory: a million files. */
const headerLimit = 64 * 1024 * 1024;
const countLimit = 1_000_000;
/** 2^24 rounds of SHA-256 take 10 s; archivers use 2^19. */
const roundsLimit = 24;

/** Said of the first 6 bytes or more. */
export function startsAsSevenZip(head: Uint8Array): boolean {
  return head.length >= 6 && Buffer.from(head.subarray(0, 6)).toString("hex") === "377abcaf271c";
}

/** Where the directory lies, as the first 32 bytes say; undefined when they are damaged. */
export function directoryPlace(head: Buffer): { readonly from: number; readonly length: number; readonly crc: number } | undefined {
  if (head.length < 32) return undefined;
  const from = 32 + Number(head.readBigUInt64LE(12));
  const length = Number(head.readBigUInt64LE(20));
  if (!Number.isSafeInteger(from + length) || crc32(head.subarray(12, 32)) >>> 0 !== head.readUInt32LE(8)) return undefined;
  return { from, length, crc: head.readUInt32LE(28) };
}

/** Reads the directory (7zFormat.txt). Rejects with a `SevenZipError`; `key` gives the key for a packed directory that is encrypted. */
export async function readSevenZip(
  source: ByteSource,
  passwords: readonly string[],
): Promise<{ archive: SevenZip; password: string | undefined }> {
  const place = directoryPlace(Buffer.from(await readRange(source, 0, 32)));
  if (place === undefined) throw new SevenZipError("damaged", "header is damaged");
  if (place.length === 0) return { archive: { files: [], folders: [] }, password: undefined };
  if (place.length > headerLimit) throw new SevenZipError("too-large", "directory is larger than is held in memory");
  let header: Buffer = Buffer.from(await readRange(source, place.from, place.length));
  if (header.length < place.length) throw new SevenZipError("cut", "directory at the end is cut off");
  if (crc32(header) >>> 0 !== place.crc) throw new SevenZipError("damaged", "directory is damaged");
  let password: string | undefined;
  for (let depth = 0; header[0] === 0x17 && depth < 4; depth++) {
    const reader = new Reader(header, 1);
    const { folders } = readStreams(reader);
    const [folder] = folders;
    if (folder === undefined) throw new SevenZipError("damaged", "directory is damaged");
    const opened = await unpackHeader(source, folder, passwords);
    header = opened.bytes;
    password ??= opened.password;
  }
  return { archive: readHeader(new Reader(header, 0)), password };
}

async function unpackHeader(
  source: ByteSource,
  folder: SevenZipFolder,
  passwords: readonly string[],
): Promise<{ bytes: Buffer; password: string | undefined }> {
  const size = outputSize(folder);
  if (size > headerLimit) throw new SevenZipError("too-large", "directory is larger than is held in memory");
  const tries: readonly (string | undefined)[] = isEncrypted(folder) ? passwords : [undefined];
  for (const password of tries) {
    const stream = openFolder(source, folder, password);
    const pieces: Uint8Array[] = [];
    for await (const piece of stream.pieces) pieces.push(piece);
    const bytes = Buffer.concat(pieces).subarray(0, size);
    if (stream.trouble() === undefined && bytes.length === size && (folder.crc === undefined || crc32(bytes) >>> 0 === folder.crc))
      return { bytes, password };
    if (password === undefined) throw new SevenZipError("damaged", "directory is damaged");
  }
  throw new SevenZipError("encrypted", "archive is encrypted, with its names");
}

/** Reads numbers; throws past the end. */
class Reader {
  readonly bytes: Buffer;
  at: number;
  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new SevenZipError("damaged", "directory is damaged");
    return byte;
  }
  take(length: number): Buffer {
    if (length < 0 || this.at + length > this.bytes.length) throw new SevenZipError("damaged", "directory is damaged");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  /** The leading ones of the first byte say how many bytes follow. */
  number(): number {
    const first = this.byte();
    let mask = 0x80;
    let value = 0;
    for (let index = 0; index < 8; index++) {
      if ((first & mask) === 0) return value + (first & (mask - 1)) * 2 ** (8 * index);
      value += this.byte() * 2 ** (8 * index);
      mask >>= 1;
    }
    return value;
  }
  count(): number {
    const value = this.number();
    if (value > countLimit) throw new SevenZipError("damaged", "directory is damaged");
    return value;
  }
  bits(count: number): boolean[] {
    const flags: boolean[] = [];
    let byte = 0;
    for (let index = 0; index < count; index++) {
      if (index % 8 === 0) byte = this.byte();
      flags.push((byte & (0x80 >> (index % 8))) !== 0);
    }
    return flags;
  }
  optionalBits(count: number): boolean[] {
    return this.byte() === 0 ? this.bits(count) : Array.from({ length: count }, () => true);
  }
  digests(count: number): (number | undefined)[] {
    return this.optionalBits(count).map((defined) => (defined ? this.take(4).readUInt32LE(0) : undefined));
  }
}

interface Streams {
  readonly folders: readonly SevenZipFolder[];
  readonly parts: readonly (readonly { readonly size: number; readonly crc: number | undefined }[])[];
}

function readStreams(reader: Reader): Streams {
  let packFrom = 32;
  let packSizes: number[] = [];
  let folders: SevenZipFolder[] = [];
  let parts: { size: number; crc: number | undefined }[][] = [];
  for (let id = reader.byte(); id !== 0; id = reader.byte()) {
    if (id === 6) {
      packFrom = 32 + reader.number();
      const count = reader.count();
      for (let inner = reader.byte(); inner !== 0; inner = reader.byte()) {
        if (inner === 9) packSizes = Array.from({ length: count }, () => reader.number());
        else if (inner === 10) reader.digests(count);
        else throw new SevenZipError("damaged", "directory is damaged");
      }
    } else if (id === 7) folders = readFolders(reader, packFrom, packSizes);
    else if (id === 8) parts = readParts(reader, folders);
    else throw new SevenZipError("damaged", "directory is damaged");
  }
  if (parts.length === 0) parts = folders.map((folder) => [{ size: outputSize(folder), crc: folder.crc }]);
  return { folders, parts };
}

function readFolders(reader: Reader, packFrom: number, packSizes: readonly number[]): SevenZipFolder[] {
  if (reader.byte() !== 11) throw new SevenZipError("damaged", "directory is damaged");
  const count = reader.count();
  if (reader.byte() !== 0) throw new SevenZipError("unsupported", "directory lies in another stream");
  const raw = Array.from({ length: count }, () => readFolder(reader));
  if (reader.byte() !== 12) throw new SevenZipError("damaged", "directory is damaged");
  let packIndex = 0;
  let packAt = packFrom;
  const folders = raw.map((folder): SevenZipFolder => {
    const sizes = folder.coders.map(() => reader.number());
    const packed = folder.packedInputs.map(() => {
      const length = packSizes[packIndex++] ?? 0;
      packAt += length;
      return { from: packAt - length, length };
    });
    return { ...folder, sizes, packed, crc: undefined };
  });
  for (let id = reader.byte(); id !== 0; id = reader.byte()) {
    if (id !== 10) throw new SevenZipError("damaged", "directory is damaged");
    for (const [index, crc] of reader.digests(count).entries()) {
      const folder = folders[index];
      if (folder !== undefined) folder.crc = crc;
    }
  }
  return folders;
}

function readFolder(reader: Reader): Pick<SevenZipFolder, "coders" | "pairs" | "packedInputs"> {
  const coders: Coder[] = [];
  const count = reader.number();
  if (count < 1 || count > 32) throw new SevenZipError("damaged", "directory is damaged");
  let inputs = 0;
  for (let index = 0; index < count; index++) {
    const flags = reader.byte();
    const method = reader.take(flags & 15).toString("hex");
    const inner = (flags & 16) === 0 ? 1 : reader.number();
    if ((flags & 16) !== 0 && reader.number() !== 1) throw new SevenZipError("unsupported", "packing with several outputs");
    const properties = (flags & 32) === 0 ? Buffer.alloc(0) : reader.take(reader.number());
    if (inner < 1 || inner > 32) throw new SevenZipError("damaged", "directory is damaged");
    inputs += inner;
    coders.push({ method, properties, inputs: inner });
  }
  const pairs = Array.from({ length: count - 1 }, (): readonly [number, number] => [reader.number(), reader.number()]);
  const packed = inputs - pairs.length;
  if (packed < 1) throw new SevenZipError("damaged", "directory is damaged");
  const bound = new Set(pairs.map(([input]) => input));
  const packedInputs =
    packed === 1
      ? [Array.from({ length: inputs }, (_, index) => index).find((index) => !bound.has(index)) ?? 0]
      : Array.from({ length: packed }, () => reader.number());
  return { coders, pairs, packedInputs };
}

function readParts(reader: Reader, folders: readonly SevenZipFolder[]): { size: number; crc: number | undefined }[][] {
  let counts = folders.map(() => 1);
  let id = reader.byte();
  if (id === 13) {
    counts = folders.map(() => reader.count());
    id = reader.byte();
  }
  if (counts.reduce((all, count) => all + count, 0) > countLimit) throw new SevenZipError("damaged", "directory is damaged");
  const parts = folders.map((folder, index) => {
    const sizes: number[] = [];
    const count = counts[index] ?? 0;
    if (count === 0) return [];
    let rest = outputSize(folder);
    if (id === 9) {
      for (let part = 1; part < count; part++) {
        const size = reader.number();
        sizes.push(size);
        rest -= size;
      }
    } else if (count > 1) throw new SevenZipError("damaged", "directory is damaged");
    return [...sizes, Math.max(0, rest)].map((size) => ({ size, crc: count === 1 ? folder.crc : undefined }));
  });
  if (id === 9) id = reader.byte();
  for (; id !== 0; id = reader.byte()) {
    if (id !== 10) throw new SevenZipError("damaged", "directory is damaged");
    const open = parts.flat().filter((part, _, all) => part.crc === undefined || all.length === 0);
    for (const [index, crc] of reader.digests(open.length).entries()) {
      const part = open[index];
      if (part !== undefined) part.crc = crc;
    }
  }
  return parts;
}

function readHeader(reader: Reader): SevenZip {
  if (reader.byte() !== 1) throw new SevenZipError("damaged", "directory is damaged");
  let streams: Streams = { folders: [], parts: [] };
  let files: readonly SevenZipFile[] = [];
  for (let id = reader.byte(); id !== 0; id = reader.byte()) {
    if (id === 2) while (reader.byte() !== 0) reader.take(reader.number());
    else if (id === 3) readStreams(reader);
    else if (id === 4) streams = readStreams(reader);
    else if (id === 5) files = readFiles(reader, streams);
    else throw new SevenZipError("damaged", "directory is damaged");
  }
  return { files, folders: streams.folders };
}

function readFiles(reader: Reader, { parts }: Streams): readonly SevenZipFile[] {
  const count = reader.count();
  let names: string[] = [];
  let empty: boolean[] = [];
  let emptyFile: boolean[] = [];
  let times: (string | undefined)[] = [];
  for (let id = reader.number(); id !== 0; id = reader.number()) {
    const data = new Reader(reader.take(reader.number()), 0);
    if (id === 14) empty = data.bits(count);
    else if (id === 15) emptyFile = data.bits(empty.filter(Boolean).length);
    else if (id === 17 && data.byte() === 0)
      names = data.bytes
        .subarray(1, 1 + ((data.bytes.length - 1) & ~1))
        .toString("utf16le")
        .split("\0");
    else if (id === 20) {
      const defined = data.optionalBits(count);
      if (data.byte() === 0) times = defined.map((one) => (one ? fileTime(data.take(8), 0) : undefined));
    }
  }
  const slots = parts.flatMap((list, folder) => list.map((part) => ({ ...part, folder })));
  const files: SevenZipFile[] = [];
  let slot = 0;
  let bare = 0;
  for (let index = 0; index < count; index++) {
    const name = names[index] ?? `file-${index + 1}`;
    const modified = times[index];
    if (empty[index] === true) {
      // An empty stream is a directory unless it says that it is a file.
      if (emptyFile[bare++] === true) files.push({ name, size: 0, crc: undefined, modified, folder: undefined });
      continue;
    }
    const part = slots[slot++];
    if (part !== undefined) files.push({ name, modified, ...part });
  }
  return files;
}

/** Index of the coder whose output is the folder's. */
function mainCoder(folder: SevenZipFolder): number {
  const used = new Set(folder.pairs.map(([, output]) => output));
  return Math.max(
    0,
    folder.coders.findIndex((_, index) => !used.has(index)),
  );
}

/** Bytes that come out of a folder. */
export function outputSize(folder: SevenZipFolder): number {
  return folder.sizes[mainCoder(folder)] ?? 0;
}

const aes = "06f10701";

/** Whether a folder needs a password. */
export function isEncrypted(folder: SevenZipFolder): boolean {
  return folder.coders.some(({ method }) => method === aes);
}

/** Filters for programs change only operands of their jumps: what text a program holds is the same without undoing them. */
const programFilters = new Set([
  "03030103",
  "03030205",
  "03030401",
  "03030501",
  "03030701",
  "03030805",
  "04",
  "05",
  "06",
  "07",
  "08",
  "09",
  "0a",
]);

/** The plain bytes of a folder; `taken` counts packed bytes that were read. */
export function openFolder(
  source: ByteSource,
  folder: SevenZipFolder,
  password: string | undefined,
): { readonly pieces: AsyncGenerator<Uint8Array, void>; trouble(): { code: Trouble; detail: string } | undefined } {
  let trouble: { code: Trouble; detail: string } | undefined;
  const note = (code: Trouble, detail: string): void => {
    trouble ??= { code, detail };
  };
  const input = (index: number): ByteSource => {
    const pair = folder.pairs.find(([to]) => to === index);
    if (pair !== undefined) return streamSource(output(pair[1]), folder.sizes[pair[1]]);
    const packed = folder.packed[folder.packedInputs.indexOf(index)];
    if (packed === undefined) throw new SevenZipError("damaged", "directory is damaged");
    return rangeSource(source, packed.from, packed.length);
  };
  let depth = 0;
  const output = (index: number): AsyncGenerator<Uint8Array, void> => {
    const coder = folder.coders[index];
    if (coder === undefined || ++depth > 32) throw new SevenZipError("damaged", "directory is damaged");
    let first = 0;
    for (const before of folder.coders.slice(0, index)) first += before.inputs;
    if (coder.method === "0303011b" && coder.inputs === 4)
      return mergeProgram(
        [0, 1, 2, 3].map((each) => input(first + each)),
        folder.sizes[index] ?? 0,
        note,
      );
    if (coder.inputs !== 1) throw new SevenZipError("unsupported", `packed by method ${coder.method}`);
    return decode(coder, input(first), folder.sizes[index] ?? 0, password, note);
  };
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* output(mainCoder(folder));
    } catch (error) {
      if (!(error instanceof SevenZipError)) throw error;
      note(error.code === "encrypted" ? "unsupported" : error.code, error.message);
    }
  }
  return { pieces: pieces(), trouble: () => trouble };
}

/** Whether the bytes that come out are those that went in: filters for programs are not undone. */
export function isExact(folder: SevenZipFolder): boolean {
  return !folder.coders.some(({ method }) => programFilters.has(method));
}

async function* mergeProgram(
  sources: readonly ByteSource[],
  size: number,
  note: (code: Trouble, detail: string) => void,
): AsyncGenerator<Uint8Array, void> {
  const [main, calls, jumps, range] = sources.map((source) => new ByteFeed(source, 0));
  if (main === undefined || calls === undefined || jumps === undefined || range === undefined) return;
  explain(yield* bcj2({ main, calls, jumps, range }, size), note);
}

/** 64 KiB of PPMd in and out at once. */
const ppmdStep = 64 * 1024;

async function* unpackPpmd(feed: ByteFeed, properties: Buffer, size: number): AsyncGenerator<Uint8Array, Trouble | undefined> {
  if (properties.length < 5) return "damaged";
  const memory = properties.readUInt32LE(1);
  if (memory > dictionaryLimit) return "too-large";
  const model = createPpmd7(properties[0] ?? 0, memory);
  if (model === undefined) return "damaged";
  if (!(await feed.ensure(5))) return "cut";
  if (!model.begin(feed.bytes, feed.at)) return "damaged";
  feed.at += 5;
  for (let out = 0; out < size;) {
    const more = await feed.ensure(ppmdStep);
    const end = feed.bytes.length;
    const piece = new Uint8Array(Math.min(ppmdStep, size - out));
    // At the end the last symbols need bytes that are not there: zeros, as few as the coder holds.
    const count = model.run(feed.bytes, feed.at, more ? end - ppmdMargin : end + 8, piece);
    feed.at = Math.min(end, model.taken());
    if (count > 0) yield piece.subarray(0, count);
    if (count < 0) return "damaged";
    out += count;
    if (!more && model.taken() > end && out < size) return "cut";
  }
  return undefined;
}

async function* decode(
  coder: Coder,
  source: ByteSource,
  size: number,
  password: string | undefined,
  note: (code: Trouble, detail: string) => void,
): AsyncGenerator<Uint8Array, void> {
  const feed = new ByteFeed(source, 0);
  const { method, properties } = coder;
  if (method === "21") {
    const dictionary = lzma2Dictionary(properties[0] ?? 255);
    if (dictionary === undefined) return note("damaged", "directory is damaged");
    const held = Math.min(dictionary, Math.max(4096, size));
    if (held > dictionaryLimit) return note("too-large", "dictionary is larger than is held in memory");
    return explain(yield* lzma2(feed, held), note);
  }
  if (method === "030401") return explain(yield* unpackPpmd(feed, properties, size), note);
  if (method === "030101") return explain(yield* lzma1(feed, properties, size), note);
  if (method === "040202" || method === "04f71101" || method === "040109") {
    const unpacking = method === "040202" ? bzip2(feed) : method === "040109" ? deflate64(feed) : zstdStream(feed);
    yield* unpacking.pieces;
    const trouble = unpacking.trouble();
    if (trouble !== undefined) note(trouble.code, trouble.detail);
    return undefined;
  }
  if (method === "040108") {
    const inflation = inflateRaw((offset, length) => readRange(source, offset, length), 0);
    yield* inflation.pieces();
    if (inflation.broken()) note("damaged", "compressed data is damaged");
    return undefined;
  }
  if (method === "00" || method === "" || programFilters.has(method)) {
    for (let left = size; left > 0;) {
      const piece = (await feed.ensure(1)) ? await feed.take(Math.min(left, feed.left)) : undefined;
      if (piece === undefined) return note("cut", "archive is cut off");
      left -= piece.length;
      yield piece.slice();
    }
    return undefined;
  }
  if (method === "03") {
    const distance = (properties[0] ?? 0) + 1;
    const history = new Uint8Array(distance);
    let at = 0;
    while (await feed.ensure(1)) {
      const piece = (await feed.take(feed.left))?.slice() ?? new Uint8Array(0);
      for (let index = 0; index < piece.length; index++) {
        const plain = ((piece[index] ?? 0) + (history[at] ?? 0)) & 0xff;
        history[at] = piece[index] = plain;
        at = (at + 1) % distance;
      }
      yield piece;
    }
    return undefined;
  }
  if (method === aes) {
    if (password === undefined) return note("unsupported", "no password");
    const { key, vector } = deriveKey(properties, password);
    const cipher = createDecipheriv("aes-256-cbc", key, vector);
    cipher.setAutoPadding(false);
    for (let left = size; left > 0 && (await feed.ensure(16));) {
      const piece = await feed.take(feed.left & ~15);
      const plain = cipher.update(piece ?? new Uint8Array(0));
      yield plain.subarray(0, Math.min(left, plain.length));
      left -= plain.length;
    }
    return undefined;
  }
  return note("unsupported", `packed by method ${method}`);
}

function explain(trouble: Trouble | undefined, note: (code: Trouble, detail: string) => void): undefined {
  if (trouble !== undefined) note(trouble, trouble === "cut" ? "archive is cut off" : `compressed data is ${trouble}`);
  return undefined;
}

const keys = new Map<string, Buffer>();

/** SHA-256 over salt, password and a counter, 2^power times. Kept for the archive: its folders share settings. */
function deriveKey(properties: Buffer, password: string): { key: Buffer; vector: Buffer } {
  const first = properties[0] ?? 0;
  const second = properties[1] ?? 0;
  const power = first & 0x3f;
  const saltLength = ((first >> 7) & 1) + (second >> 4);
  const vectorLength = ((first >> 6) & 1) + (second & 15);
  const salt = properties.subarray(2, 2 + saltLength);
  const vector = Buffer.alloc(16);
  properties.copy(vector, 0, 2 + saltLength, 2 + saltLength + vectorLength);
  const secret = Buffer.from(password, "utf16le");
  if (power === 0x3f) {
    const key = Buffer.alloc(32);
    Buffer.concat([salt, secret]).copy(key);
    return { key, vector };
  }
  if (power > roundsLimit) throw new SevenZipError("too-large", "key needs more rounds than are done");
  const name = createHash("sha256")
    .update(`${power}:${salt.toString("hex")}:`)
    .update(secret)
    .digest("hex");
  let key = keys.get(name);
  if (key === undefined) {
    const hash = createHash("sha256");
    const one = salt.length + secret.length + 8;
    const batch = Math.min(2 ** power, 4096);
    const block = Buffer.alloc(one * batch);
    for (let index = 0; index < batch; index++) {
      salt.copy(block, index * one);
      secret.copy(block, index * one + salt.length);
    }
    for (let round = 0; round < 2 ** power; round += batch) {
      for (let index = 0; index < batch; index++) block.writeUInt32LE(round + index, index * one + one - 8);
      hash.update(block);
    }
    key = hash.digest();
    if (keys.size > 64) keys.clear();
    keys.set(name, key);
  }
  return { key, vector };
}
