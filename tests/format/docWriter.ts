import { cfbOf } from "./cfbWriter.ts";
import type { WrittenStream } from "./cfbWriter.ts";

/** A run of text with the properties it is to have. */
export interface WrittenRun {
  readonly text: string;
  /** Character properties (sprms) as hex: `000801` is deleted, `3c0801` hidden. */
  readonly sprms?: string;
  /** The paragraph that ends in this run has these properties. */
  readonly paragraph?: string;
  /** Stored as one byte a character, in code page 1252. */
  readonly compressed?: boolean;
  /** Bytes that lie before it and belong to no piece. */
  readonly before?: Buffer;
}

/** What a test wants in a Word 97 document; stories in the order of the format. */
export interface WrittenDocument {
  readonly stories: readonly (readonly WrittenRun[])[];
  /** Positions in the story of headers, and of text boxes. */
  readonly headers?: readonly number[];
  readonly textboxes?: readonly number[];
  /** Bytes of a table of the table stream by its number in FibRgFcLcb97. */
  readonly tables?: Readonly<Record<number, Buffer>>;
  readonly flags?: number;
  readonly streams?: readonly WrittenStream[];
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * index);
  return bytes;
}

/** One page of runs: bounds in bytes, and the record of each; records of paragraphs begin with a style number. */
function page(bounds: readonly number[], records: readonly (Buffer | undefined)[], width: number): Buffer {
  const bytes = Buffer.alloc(512);
  for (const [index, bound] of bounds.entries()) bytes.writeUInt32LE(bound, 4 * index);
  let end = 510;
  for (const [index, record] of records.entries()) {
    if (record === undefined) continue;
    end = (end - record.length) & ~1;
    record.copy(bytes, end);
    bytes[4 * bounds.length + width * index] = end / 2;
  }
  bytes[511] = records.length;
  return bytes;
}

/** A Word 97 document with a piece for each run. */
export function wordOf(written: WrittenDocument): Buffer {
  const runs = written.stories.flat();
  const last: WrittenRun = { text: "\r" };
  const all = written.stories.slice(1).some((story) => story.length > 0) ? [...runs, last] : runs;
  const text: Buffer[] = [];
  const positions: number[] = [0];
  const pieces: Buffer[] = [];
  const bounds: number[] = [];
  let offset = 0x800;
  for (const { text: told, compressed, before = Buffer.alloc(0) } of all) {
    text.push(before);
    offset += before.length;
    const bytes = Buffer.from(told, compressed === true ? "latin1" : "utf16le");
    const piece = Buffer.alloc(8);
    piece.writeUInt32LE(compressed === true ? (0x4000_0000 | (offset * 2)) >>> 0 : offset, 2);
    pieces.push(piece);
    bounds.push(offset);
    text.push(bytes);
    offset += bytes.length;
    positions.push((positions.at(-1) ?? 0) + told.length);
  }
  bounds.push(offset);
  const characters = all.map(({ sprms }) => {
    if (sprms === undefined) return undefined;
    const list = Buffer.from(sprms, "hex");
    return Buffer.concat([Buffer.of(list.length), list]);
  });
  const paragraphs = all.map(({ paragraph }) => {
    const list = Buffer.from(`0000${paragraph ?? ""}`, "hex");
    return Buffer.concat([Buffer.of(0, Math.ceil(list.length / 2)), list, Buffer.alloc(list.length % 2)]);
  });
  const first = Math.ceil(offset / 512);
  const pad = Buffer.alloc(first * 512 - offset);
  const fib = Buffer.alloc(0x800);
  fib.writeUInt16LE(0xa5ec, 0);
  fib.writeUInt16LE(0xc1, 2);
  fib.writeUInt16LE(0x0804, 6);
  fib.writeUInt16LE(0x200 | (written.flags ?? 0), 10);
  fib.writeUInt32LE(0x800, 0x18);
  fib.writeUInt32LE(offset, 0x1c);
  fib.writeUInt16LE(14, 0x20);
  fib.writeUInt16LE(22, 0x3e);
  for (const [index, story] of written.stories.entries()) {
    const length = story.reduce((sum, { text: told }) => sum + told.length, 0);
    fib.writeUInt32LE(length, 0x4c + 4 * index);
  }
  const table: Buffer[] = [];
  let at = 0;
  const place = (number: number, bytes: Buffer): void => {
    fib.writeUInt32LE(at, 0x9a + 8 * number);
    fib.writeUInt32LE(bytes.length, 0x9e + 8 * number);
    table.push(bytes);
    at += bytes.length;
  };
  const plc = Buffer.concat([words(...positions), ...pieces]);
  place(33, Buffer.concat([Buffer.of(2), words(plc.length), plc]));
  place(12, words(0x800, offset, first));
  place(13, words(0x800, offset, first + 1));
  if (written.headers !== undefined) place(11, words(...written.headers));
  if (written.textboxes !== undefined) {
    place(56, Buffer.concat([words(...written.textboxes), Buffer.alloc(22 * (written.textboxes.length - 1))]));
  }
  for (const [number, bytes] of Object.entries(written.tables ?? {})) place(Number(number), bytes);
  const stream = Buffer.concat([fib, ...text, pad, page(bounds, characters, 1), page(bounds, paragraphs, 13)]);
  return cfbOf([{ path: "WordDocument", data: stream }, { path: "1Table", data: Buffer.concat(table) }, ...(written.streams ?? [])]);
}

/** A Word 95 document: bytes in a code page, no piece table; `fonts` are the character sets of its fonts. */
export function oldWordOf(text: Buffer, language: number, characterSet = 0, fonts: readonly number[] = []): Buffer {
  const fib = Buffer.alloc(0x300);
  fib.writeUInt16LE(0xa5dc, 0);
  fib.writeUInt16LE(0x68, 2);
  fib.writeUInt16LE(language, 6);
  fib.writeUInt16LE(characterSet, 0x14);
  fib.writeUInt32LE(0x300, 0x18);
  fib.writeUInt32LE(0x300 + text.length, 0x1c);
  fib.writeUInt32LE(text.length, 0x34);
  const names = fonts.map((set) => Buffer.concat([Buffer.of(10, 0x16, 0x90, 1, set, 0), Buffer.from("Font\0")]));
  const table = Buffer.concat([Buffer.alloc(2), ...names]);
  fib.writeUInt32LE(0x300 + text.length, 0x58 + 8 * 15);
  fib.writeUInt32LE(table.length, 0x5c + 8 * 15);
  return cfbOf([{ path: "WordDocument", data: Buffer.concat([fib, text, table, Buffer.alloc(512)]) }]);
}

/** A Word 2 document: the file itself, bytes behind the head. */
export function firstWordOf(text: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(0x180);
  head.writeUInt16LE(0xa5db, 0);
  head.writeUInt16LE(0x2d, 2);
  head.writeUInt16LE(0x0804, 6);
  head.writeUInt16LE(flags, 10);
  head.writeUInt32LE(0x180, 0x18);
  head.writeUInt32LE(0x180 + text.length, 0x1c);
  head.writeUInt32LE(text.length, 0x34);
  return Buffer.concat([head, text, Buffer.alloc(512)]);
}

/** An Sttb of UTF-16 strings. */
export function stringTable(strings: readonly string[]): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16LE(0xffff, 0);
  head.writeUInt16LE(strings.length, 2);
  return Buffer.concat([head, ...strings.map(counted)]);
}

/** A string of UTF-16 behind its length in characters. */
export function counted(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([length, Buffer.from(text, "utf16le")]);
}
