import { createHash } from "node:crypto";

import type { ByteEncoding } from "../../util/decode.ts";
import type { DigitTable } from "./contract.ts";
import { literalBytes } from "./literalBytes.ts";

/** Longest literal that is sought by nibbles of its first three bytes, and longest of those with bytes over 0x7f where there are few. */
const SHORT = 3;
const SHORT_OF_FEW = 5;
/** Literals of four bytes and more beyond which nibbles would pass most bytes: of ASCII alone, and others. */
const FEW_ASCII = 256;
const FEW = 128;
/** Lists of what has the same last bits of its hash; a bit for each whole hash says first whether there is anything. */
const HEADS = 4096;
/** Entries of a table that numbers of sixteen bits tell apart. */
const MOST_ENTRIES = 65_535;

/** What the kernel in WebAssembly is given: memory from a base on, and the arguments that tell where things lie in it. */
export interface Tables {
  readonly image: Uint8Array;
  /** Of `setDigits` or `setLiterals`. */
  readonly places: readonly number[];
}

interface Literal {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** Gives out memory, in order. */
class Layout {
  #at = 0;

  take(size: number): number {
    const at = this.#at;
    this.#at = (at + size + 63) & ~63;
    return at;
  }

  get end(): number {
    return this.#at;
  }
}

type Writes = ((view: DataView) => void)[];

function written(layout: Layout, writes: Writes, places: readonly number[]): Tables {
  const image = new Uint8Array(layout.end);
  const view = new DataView(image.buffer);
  for (const write of writes) write(view);
  return { image, places };
}

/** Lays out what digits are sought by, in memory from `base` on; for all encodings. */
export function layDigits(digits: DigitTable, base: number): Tables {
  const layout = new Layout();
  const writes: Writes = [];
  const tables = layout.take(digits.totals.byteLength);
  const before = layout.take(256);
  writes.push(({ buffer }) => {
    new Uint32Array(buffer, tables).set(digits.totals);
    new Uint8Array(buffer, before).set(digits.before);
  });
  const places = [base + tables, digits.groups, base + before, digits.least, ...layShapes(digits, layout, writes, base)];
  return written(layout, writes, places);
}

/** The same for literals in an encoding. */
export function layLiterals(texts: readonly string[], encoding: ByteEncoding, base: number): Tables {
  const layout = new Layout();
  const writes: Writes = [];
  const literals = texts.map((text, id): Literal => ({ id, bytes: literalBytes(text, encoding) ?? new Uint8Array() }));
  const places = layLists(literals, layout, writes, base);
  return written(layout, writes, places);
}

/** Rules one by one: a mask of them for each value of the first three digits, and a record of 32 bytes for each. */
function layShapes({ rules }: DigitTable, layout: Layout, writes: Writes, base: number): readonly [number, number] {
  if (rules.length === 0) return [0, 0];
  const [heads, records] = [layout.take(8 * 1000), layout.take(32 * rules.length)];
  for (const [index, rule] of rules.entries()) {
    const shape = rule.shape?.make();
    const next = shape && layout.take(shape.next.byteLength);
    const takes = shape && layout.take(shape.takes.byteLength);
    const first = shape && layout.take(shape.first.byteLength);
    const ends = shape && layout.take(shape.ends.byteLength);
    const follows = shape && layout.take(shape.follows.byteLength);
    writes.push((view) => {
      for (const head of rule.heads)
        view.setUint8(heads + 8 * head + (index >> 3), view.getUint8(heads + 8 * head + (index >> 3)) | (1 << (index & 7)));
      const record = records + 32 * index;
      view.setUint32(record, rule.low, true);
      view.setUint32(record + 4, rule.high, true);
      view.setUint32(record + 8, rule.group, true);
      if (shape === undefined || next === undefined || takes === undefined || first === undefined) return;
      if (ends === undefined || follows === undefined) return;
      view.setUint32(record + 12, base + next, true);
      view.setUint32(record + 16, base + takes, true);
      for (const [at, state] of shape.next.entries()) view.setUint16(next + 2 * at, state, true);
      view.setUint32(record + 20, base + first, true);
      for (const [at, state] of shape.first.entries()) view.setUint16(first + 2 * at, state, true);
      view.setUint32(record + 24, base + ends, true);
      for (const [at, number] of shape.ends.entries()) view.setUint16(ends + 2 * at, number, true);
      view.setUint32(record + 28, base + follows, true);
      new Uint8Array(view.buffer, takes).set(shape.takes);
      new Uint8Array(view.buffer, follows).set(shape.follows);
    });
  }
  return [base + heads, base + records];
}

/** Addresses in the tables are those of the memory: `base` and more. */
function layLists(literals: readonly Literal[], layout: Layout, writes: Writes, base: number): readonly number[] {
  const list = layout.take(8 * literals.length);
  const texts = layout.take(literals.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const shorts = shortTables(literals);
  const shortHeads = layout.take(16 * shorts.length);
  const shortPlaces = shorts.map((members) => ({
    members,
    masks: layout.take(96),
    firsts: layout.take(512),
    hashes: layout.take(8192 + 2 * HEADS),
    entries: layout.take(4 * (members.length + 1)),
  }));
  const long = literals.filter((one) => one.bytes.length > SHORT && !shorts.some((members) => members.includes(one)));
  const grams = gramTables(long);
  const heads = layout.take(32 * grams.length);
  const places = grams.map((table) => ({
    table,
    bitmap: layout.take(8192),
    heads: layout.take(2 * HEADS),
    entries: layout.take(8 * (table.entries.length + 1)),
  }));
  writes.push((view) => {
    let text = texts;
    for (const { id, bytes } of literals) {
      view.setUint32(list + 8 * id, base + text, true);
      view.setUint32(list + 8 * id + 4, bytes.length, true);
      new Uint8Array(view.buffer, text).set(bytes);
      text += bytes.length;
    }
    for (const [index, { members, masks, firsts, hashes, entries }] of shortPlaces.entries()) {
      for (const [at, address] of [masks, firsts, hashes, entries].entries())
        view.setUint32(shortHeads + 16 * index + 4 * at, base + address, true);
      writeMasks(view, members, masks);
      writeShort(view, members, firsts, hashes, entries);
    }
    for (const [index, { table, bitmap, heads: head, entries }] of places.entries()) {
      for (const [at, value] of [table.stride, table.highOnly ? 1 : 0, base + bitmap, base + head, base + entries].entries()) {
        view.setUint32(heads + 32 * index + 4 * at, value, true);
      }
      writeGrams(view, table, bitmap, head, entries);
    }
  });
  return [base + list, base + shortHeads, shorts.length, base + heads, grams.length];
}

/** Names what tables are made of: of other triggers, in another place or for another kernel they have another name. */
export function digitsKey({ groups, least, totals, before, rules }: DigitTable, base: number, code: string): string {
  const shapes = rules.map(({ group, low, high, heads, shape }) => [group, low, high, heads.length < 1000 ? heads : "all", shape?.key]);
  const said = JSON.stringify(["digits", base, groups, least, shapes]);
  return createHash("sha256").update(code).update(said).update(totals).update(before).digest("hex");
}

/** The same for those of literals. */
export function literalsKey(literals: readonly string[], encoding: ByteEncoding, base: number, code: string): string {
  return createHash("sha256")
    .update(code)
    .update(JSON.stringify([encoding, base, literals]))
    .digest("hex");
}

/** Tables as bytes: numbers of 32 bits, how many places there are first, then the image. */
export function packTables({ image, places }: Tables): Uint8Array {
  return Buffer.concat([new Uint8Array(Uint32Array.of(places.length, ...places).buffer), image]);
}

/** The same back. */
export function unpackTables(bytes: Uint8Array): Tables {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  const places = Array.from({ length: count }, (_, at) => view.getUint32(4 + 4 * at, true));
  return { image: bytes.subarray(4 + 4 * count), places };
}

/** Literals that are sought by their first three bytes, in groups that go through the text by themselves. */
function shortTables(literals: readonly Literal[]): readonly (readonly Literal[])[] {
  const long = literals.filter(({ bytes }) => bytes.length > SHORT);
  const ascii = long.filter(isAscii);
  const others = long.filter((one) => one.bytes.length <= SHORT_OF_FEW && !isAscii(one));
  return [
    literals.filter(({ bytes }) => bytes.length > 0 && bytes.length <= SHORT),
    ascii.length > FEW_ASCII ? [] : ascii,
    others.length > FEW ? [] : others,
  ].filter((members) => members.length > 0);
}

function isAscii({ bytes }: Literal): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/** Which nibbles, low and high by turns, the first three bytes of some literals have: a bit for each of sixteen. */
type Nibbles = readonly number[];

function nibblesOf({ bytes }: Literal): Nibbles {
  return [0, 1, 2].flatMap((place) => {
    const byte = bytes[place];
    if (byte === undefined) return [0xffff, 0xffff];
    const upper = byte >= 97 && byte <= 122 ? byte - 32 : byte;
    return [(1 << (byte & 15)) | (1 << (upper & 15)), (1 << (byte >> 4)) | (1 << (upper >> 4))];
  });
}

/** How many of the texts of three bytes, taken all as likely, such sets let through. */
function passing(nibbles: Nibbles): number {
  return nibbles.reduce((product, bits) => product * bitCount(bits), 1);
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** Sets of nibbles in eight groups, those joined that let the least through together. */
function writeMasks(view: DataView, members: readonly Literal[], masks: number): void {
  const groups = joinedGroups([...new Map(members.map((one) => nibblesOf(one)).map((nibbles) => [nibbles.join(), nibbles])).values()]);
  for (const [group, nibbles] of groups.entries()) {
    for (const [row, bits] of nibbles.entries()) {
      for (let nibble = 0; nibble < 16; nibble++) {
        const at = masks + 16 * row + nibble;
        if (((bits >> nibble) & 1) === 1) view.setUint8(at, view.getUint8(at) | (1 << group));
      }
    }
  }
}

/** Joins groups until eight are left; what joining two costs is remembered until one of them has been joined. */
function joinedGroups(groups: Nibbles[]): readonly Nibbles[] {
  const costs = new Map<Nibbles, Map<Nibbles, number>>();
  const costOf = (one: Nibbles, other: Nibbles): number => {
    let known = costs.get(one);
    if (known === undefined) costs.set(one, (known = new Map()));
    let cost = known.get(other);
    if (cost === undefined) known.set(other, (cost = passing(joined(one, other)) - passing(one) - passing(other)));
    return cost;
  };
  while (groups.length > 8) {
    let best = { first: 0, second: 1, cost: Number.POSITIVE_INFINITY };
    for (const [first, one] of groups.entries()) {
      for (let second = first + 1; second < groups.length; second++) {
        const cost = costOf(one, groups[second] ?? one);
        if (cost < best.cost) best = { first, second, cost };
      }
    }
    const [taken = []] = groups.splice(best.second, 1);
    groups[best.first] = joined(groups[best.first] ?? [], taken);
  }
  return groups;
}

function joined(one: Nibbles, other: Nibbles): Nibbles {
  return one.map((bits, index) => bits | (other[index] ?? 0));
}

/** Entries of four bytes: literal, number of the next in its list; 0 ends a list. */
function writeShort(view: DataView, members: readonly Literal[], firsts: number, hashes: number, entries: number): void {
  for (const [index, { id, bytes }] of members.entries()) {
    let head = firsts + 2 * ((bytes[0] ?? 0) | 0x20);
    if (bytes.length > 2) {
      const hash = hashOf(bytes.subarray(0, 3), 0, 0x20_2020);
      view.setUint8(hashes + (hash >> 3), view.getUint8(hashes + (hash >> 3)) | (1 << (hash & 7)));
      head = hashes + 8192 + 2 * (hash & (HEADS - 1));
    }
    view.setUint16(entries + 4 * (index + 1), id, true);
    view.setUint16(entries + 4 * (index + 1) + 2, view.getUint16(head, true), true);
    view.setUint16(head, index + 1, true);
  }
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
      [4, 5],
      [6, Number.MAX_SAFE_INTEGER],
    ] as const) {
      const stride = least - 3;
      const entries = long.flatMap(({ id, bytes }) => {
        if (bytes.length < least || bytes.length > most || allHigh(bytes, stride) !== highOnly) return [];
        return Array.from({ length: stride }, (_, offset) => ({ id, offset, hash: hashOf(bytes, offset) }));
      });
      for (let at = 0; at < entries.length; at += MOST_ENTRIES) {
        tables.push({ stride, highOnly, entries: entries.slice(at, at + MOST_ENTRIES) });
      }
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

/** Of four bytes, or of as many as there are, with the bits in `fold` set: letters without case. */
function hashOf(bytes: Uint8Array, at: number, fold = 0x2020_2020): number {
  const gram = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  return Math.imul(gram | fold, 0x9e3779b1) >>> 16;
}

/** Entries of eight bytes: literal, offset of the gram in it, number of the next entry with the same hash; 0 ends a chain. */
function writeGrams(view: DataView, table: GramTable, bitmap: number, heads: number, entries: number): void {
  for (const [index, { id, offset, hash }] of table.entries.entries()) {
    const place = entries + 8 * (index + 1);
    view.setUint16(place, id, true);
    view.setUint16(place + 2, offset, true);
    const head = heads + 2 * (hash & (HEADS - 1));
    view.setUint16(place + 4, view.getUint16(head, true), true);
    view.setUint16(head, index + 1, true);
    view.setUint8(bitmap + (hash >> 3), view.getUint8(bitmap + (hash >> 3)) | (1 << (hash & 7)));
  }
}
