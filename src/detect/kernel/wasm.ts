import type { ByteEncoding } from "../../util/decode.ts";
import type { CandidateList, Kernel, TriggerSet } from "./contract.ts";
import { literalBytes } from "./literalBytes.ts";
import { createFallbackKernel } from "./fallback.ts";
import { WASM } from "./wasm.generated.ts";

/** Bytes looked at in one call. */
const BLOCK = 256 * 1024;
/** Bytes of the flow that go along before a block, to find where characters begin, and behind it, to see candidates whole. */
const BEFORE = 2048;
const BEHIND = 1024;
/** Zero bytes behind, since vectors read on. */
const PADDING = 128;
/** Records of one call; a block with more is left to the plain kernel. */
const RECORDS = 128 * 1024;
const PAGE = 65_536;
/** Longest literal by the bytes of which it is looked up whole, by its first three. */
const SHORT = 5;
const CODES: Readonly<Record<ByteEncoding, number>> = { utf8: 0, gb18030: 1, big5: 2 };

interface Exports {
  readonly memory: WebAssembly.Memory;
  base(): number;
  setDigits(tables: number, groups: number, before: number, least: number): void;
  setLiterals(list: number, masks: number, buckets: number, grams: number, tables: number): void;
  setOut(to: number, most: number): void;
  find(from: number, to: number, start: number, end: number, encoding: number): number;
}

interface Literal {
  readonly id: number;
  readonly bytes: Uint8Array;
}

let compiled: WebAssembly.Module | undefined;

/** The kernel in WebAssembly; undefined where the engine has no SIMD. */
export function createWasmKernel(triggers: TriggerSet): Kernel | undefined {
  const code = Buffer.from(WASM, "base64");
  if (!WebAssembly.validate(code)) return undefined;
  compiled ??= new WebAssembly.Module(code);
  const instances = new Map<ByteEncoding, Instance>();
  const plain = createFallbackKernel(triggers);
  return {
    id: "wasm",
    find(bytes, from, to, encoding, out) {
      let instance = instances.get(encoding);
      if (instance === undefined) {
        instance = new Instance(triggers, encoding);
        instances.set(encoding, instance);
      }
      for (let at = from; at < to; at += BLOCK) {
        const end = Math.min(to, at + BLOCK);
        if (!instance.find(bytes, at, end, out)) plain.find(bytes, at, end, encoding, out);
      }
    },
  };
}

/** Gives out memory, in order. */
class Layout {
  #at: number;

  constructor(base: number) {
    this.#at = base;
  }

  take(size: number): number {
    const at = this.#at;
    this.#at = (at + size + 63) & ~63;
    return at;
  }

  get end(): number {
    return this.#at;
  }
}

/** Memory and tables for one encoding. */
class Instance {
  readonly #exports: Exports;
  readonly #encoding: number;
  readonly #input: number;
  readonly #memory: Uint8Array;
  readonly #records: Int32Array;

  constructor(triggers: TriggerSet, encoding: ByteEncoding) {
    if (compiled === undefined) throw new Error("no kernel");
    this.#exports = new WebAssembly.Instance(compiled).exports as Exports;
    this.#encoding = CODES[encoding];
    const literals = triggers.literals.map((text, id): Literal => ({ id, bytes: literalBytes(text, encoding) ?? new Uint8Array() }));
    const layout = new Layout(this.#exports.base());
    const writes: (() => void)[] = [];
    this.#layDigits(triggers, layout, writes);
    this.#layLiterals(literals, layout, writes);
    this.#input = layout.take(BEFORE + BLOCK + BEHIND + PADDING);
    const out = layout.take(12 * RECORDS);
    const { memory } = this.#exports;
    const missing = Math.ceil((layout.end - memory.buffer.byteLength) / PAGE);
    if (missing > 0) memory.grow(missing);
    for (const write of writes) write();
    this.#exports.setOut(out, RECORDS);
    this.#memory = new Uint8Array(memory.buffer);
    this.#records = new Int32Array(memory.buffer, out, 3 * RECORDS);
  }

  /** False when there were more candidates than fit: nothing is given then. */
  find(bytes: Uint8Array, from: number, to: number, out: CandidateList): boolean {
    const start = Math.max(0, from - BEFORE);
    const end = Math.min(bytes.length, to + BEHIND);
    const input = this.#input;
    this.#memory.set(bytes.subarray(start, end), input);
    this.#memory.fill(0, input + end - start, input + end - start + PADDING);
    const shift = input - start;
    const count = this.#exports.find(from + shift, to + shift, input, end + shift, this.#encoding);
    if (count < 0) return false;
    out.take(this.#records, count, shift);
    return true;
  }

  #layDigits({ digits }: TriggerSet, layout: Layout, writes: (() => void)[]): void {
    if (digits === undefined) return;
    const tables = layout.take(digits.totals.byteLength);
    const before = layout.take(256);
    writes.push(() => {
      const { buffer } = this.#exports.memory;
      new Uint32Array(buffer, tables).set(digits.totals);
      new Uint8Array(buffer, before).set(digits.before);
      this.#exports.setDigits(tables, digits.groups, before, digits.least);
    });
  }

  #layLiterals(literals: readonly Literal[], layout: Layout, writes: (() => void)[]): void {
    const list = layout.take(8 * literals.length);
    const texts = layout.take(literals.reduce((sum, { bytes }) => sum + bytes.length, 0));
    const short = literals.filter(({ bytes }) => bytes.length > 0 && bytes.length <= SHORT);
    const masks = layout.take(96);
    const buckets = layout.take(64 + 2 * short.length);
    const long = literals.filter(({ bytes }) => bytes.length > SHORT);
    const grams = gramTables(long);
    const heads = layout.take(32 * grams.length);
    const places = grams.map((table) => ({
      table,
      bitmap: layout.take(8192),
      heads: layout.take(2 * 65_536),
      entries: layout.take(8 * (table.entries.length + 1)),
    }));
    writes.push(() => {
      const { buffer } = this.#exports.memory;
      const view = new DataView(buffer);
      let text = texts;
      for (const { id, bytes } of literals) {
        view.setUint32(list + 8 * id, text, true);
        view.setUint32(list + 8 * id + 4, bytes.length, true);
        new Uint8Array(buffer, text).set(bytes);
        text += bytes.length;
      }
      writeShort(view, short, masks, buckets);
      for (const [index, { table, bitmap, heads: head, entries }] of places.entries()) {
        for (const [at, value] of [table.stride, table.highOnly ? 1 : 0, bitmap, head, entries].entries()) {
          view.setUint32(heads + 32 * index + 4 * at, value, true);
        }
        writeGrams(view, table, bitmap, head, entries);
      }
      this.#exports.setLiterals(list, short.length > 0 ? masks : 0, buckets, heads, grams.length);
    });
  }
}

/** Sets of nibbles by which the first three bytes of short literals are sought, in eight buckets: neighbours in order share one. */
function writeShort(view: DataView, short: readonly Literal[], masks: number, buckets: number): void {
  const sorted = short.toSorted((one, other) => Buffer.compare(one.bytes, other.bytes));
  const size = Math.ceil(sorted.length / 8);
  for (let bucket = 0; bucket < 8; bucket++) {
    const members = sorted.slice(bucket * size, (bucket + 1) * size);
    view.setUint32(buckets + 8 * bucket, bucket * size, true);
    view.setUint32(buckets + 8 * bucket + 4, members.length, true);
    for (const [index, { id, bytes }] of members.entries()) {
      view.setUint16(buckets + 64 + 2 * (bucket * size + index), id, true);
      for (let place = 0; place < 3; place++) {
        const byte = bytes[place];
        for (let nibble = 0; nibble < 16; nibble++) {
          const folded = byte !== undefined && byte >= 97 && byte <= 122 ? [byte, byte - 32] : [byte];
          if (byte === undefined || folded.some((one) => ((one ?? 0) & 15) === nibble)) mark(view, masks + 32 * place + nibble, bucket);
          if (byte === undefined || folded.some((one) => (one ?? 0) >> 4 === nibble)) mark(view, masks + 32 * place + 16 + nibble, bucket);
        }
      }
    }
  }
}

function mark(view: DataView, at: number, bucket: number): void {
  view.setUint8(at, view.getUint8(at) | (1 << bucket));
}

interface GramTable {
  readonly stride: number;
  /** Every gram holds a byte over 0x7f: ASCII need not be looked at. */
  readonly highOnly: boolean;
  readonly entries: readonly { readonly id: number; readonly offset: number; readonly hash: number }[];
}

function gramTables(long: readonly Literal[]): readonly GramTable[] {
  const tables: GramTable[] = [];
  for (const highOnly of [false, true]) {
    for (const [least, most] of [
      [6, 8],
      [9, Number.MAX_SAFE_INTEGER],
    ] as const) {
      const stride = least - 3;
      const entries = long.flatMap(({ id, bytes }) => {
        if (bytes.length < least || bytes.length > most || allHigh(bytes, stride) !== highOnly) return [];
        return Array.from({ length: stride }, (_, offset) => ({ id, offset, hash: hashOf(bytes, offset) }));
      });
      if (entries.length > 0) tables.push({ stride, highOnly, entries });
    }
  }
  return tables;
}

function allHigh(bytes: Uint8Array, stride: number): boolean {
  for (let offset = 0; offset < stride; offset++) {
    if (bytes.subarray(offset, offset + 4).every((byte) => byte < 0x80)) return false;
  }
  return true;
}

function hashOf(bytes: Uint8Array, at: number): number {
  const gram = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  return Math.imul(gram | 0x20202020, 0x9e3779b1) >>> 16;
}

/** Entries of eight bytes: literal, offset of the gram in it, number of the next entry with the same hash; 0 ends a chain. */
function writeGrams(view: DataView, table: GramTable, bitmap: number, heads: number, entries: number): void {
  for (const [index, { id, offset, hash }] of table.entries.entries()) {
    const place = entries + 8 * (index + 1);
    view.setUint16(place, id, true);
    view.setUint16(place + 2, offset, true);
    view.setUint16(place + 4, view.getUint16(heads + 2 * hash, true), true);
    view.setUint16(heads + 2 * hash, index + 1, true);
    view.setUint8(bitmap + (hash >> 3), view.getUint8(bitmap + (hash >> 3)) | (1 << (hash & 7)));
  }
}
