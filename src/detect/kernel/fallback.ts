import type { DigitShape } from "../../model/rule.ts";
import { characterStart } from "../../util/decode.ts";
import type { ByteEncoding } from "../../util/decode.ts";
import { DigitChain, digitSize } from "./digitChain.ts";
import { DIGITS, UNKNOWN_BEFORE, WITHIN_CHAIN } from "./contract.ts";
import type { CandidateList, DigitTable, Kernel, TriggerSet } from "./contract.ts";
import { literalBytes } from "./literalBytes.ts";

interface Literal {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** Literals of four bytes and more whose grams are looked up at every `stride`-th byte only. */
interface GramTable {
  readonly stride: number;
  /** One byte for each hash of a gram. */
  readonly present: Uint8Array;
  readonly buckets: ReadonlyMap<number, readonly { readonly literal: Literal; readonly offset: number }[]>;
}

interface Tables {
  /** 1 for the first byte of a literal of one to three. */
  readonly classes: Uint8Array;
  /** Literals of one to three bytes by their first byte. */
  readonly short: ReadonlyMap<number, readonly Literal[]>;
  readonly grams: readonly GramTable[];
}

/** ASCII letters without case; for other bytes only a hash, so comparing decides. */
function fold(gram: number): number {
  return Math.imul(gram | 0x20202020, 0x9e3779b1) >>> 16;
}

function load32(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

function build(triggers: TriggerSet, encoding: ByteEncoding): Tables {
  const classes = new Uint8Array(256);
  const short = new Map<number, Literal[]>();
  const long: Literal[] = [];
  for (const [id, text] of triggers.literals.entries()) {
    const bytes = literalBytes(text, encoding);
    if (bytes === undefined || bytes.length === 0) continue;
    if (bytes.length >= 4) {
      long.push({ id, bytes });
      continue;
    }
    const first = bytes[0] ?? 0;
    const upper = first >= 97 && first <= 122 ? first - 32 : first;
    for (const byte of new Set([first, upper])) {
      classes[byte] = 1;
      const list = short.get(byte) ?? [];
      list.push({ id, bytes });
      short.set(byte, list);
    }
  }
  const grams: GramTable[] = [];
  for (const [least, most] of [
    [4, 5],
    [6, 8],
    [9, Number.MAX_SAFE_INTEGER],
  ] as const) {
    const literals = long.filter(({ bytes }) => bytes.length >= least && bytes.length <= most);
    if (literals.length === 0) continue;
    const stride = least - 3;
    const present = new Uint8Array(65536);
    const buckets = new Map<number, { literal: Literal; offset: number }[]>();
    for (const literal of literals) {
      for (let offset = 0; offset < stride; offset++) {
        const hash = fold(load32(literal.bytes, offset));
        present[hash] = 1;
        const bucket = buckets.get(hash) ?? [];
        bucket.push({ literal, offset });
        buckets.set(hash, bucket);
      }
    }
    grams.push({ stride, present, buckets });
  }
  return { classes, short, grams };
}

function equalFolded(bytes: Uint8Array, at: number, literal: Uint8Array): boolean {
  if (at < 0 || at + literal.length > bytes.length) return false;
  for (let index = 0; index < literal.length; index++) {
    const byte = bytes[at + index] ?? 0;
    if ((byte >= 65 && byte <= 90 ? byte + 32 : byte) !== literal[index]) return false;
  }
  return true;
}

/** By the first three digits; none where rules are not asked one by one. */
type Shapes = readonly (readonly {
  readonly group: number;
  readonly low: number;
  readonly high: number;
  readonly shape: DigitShape | undefined;
}[])[];

function shapesOf({ rules }: DigitTable): Shapes {
  const byHead = rules.length === 0 ? [] : Array.from({ length: 1000 }, (): Shapes[number][number][] => []);
  for (const { group, low, high, heads, shape } of rules) {
    const made = { group, low, high, shape: shape?.make() };
    for (const head of heads) byHead[head]?.push(made);
  }
  return byHead;
}

/** The kernel in plain TypeScript: what runs where WebAssembly SIMD is missing, and what the other kernel is held against. */
export function createFallbackKernel(triggers: TriggerSet): Kernel {
  const tables = new Map<ByteEncoding, Tables>();
  let shapes: Shapes | undefined;
  return {
    id: "ts",
    find(bytes, from, to, encoding, out) {
      let known = tables.get(encoding);
      if (known === undefined) {
        known = build(triggers, encoding);
        tables.set(encoding, known);
      }
      if (triggers.digits !== undefined)
        findDigits(bytes, from, to, encoding, triggers.digits, (shapes ??= shapesOf(triggers.digits)), out);
      if (known.short.size > 0) findShort(bytes, from, to, known, out);
      for (const table of known.grams) findByGram(bytes, from, to, table, out);
    },
  };
}

function findByGram(bytes: Uint8Array, from: number, to: number, table: GramTable, out: CandidateList): void {
  const { stride, present, buckets } = table;
  const last = Math.min(to + stride - 1, bytes.length - 3);
  for (let at = from; at < last; at += stride) {
    const hash = fold(load32(bytes, at));
    if (present[hash] === 0) continue;
    for (const { literal, offset } of buckets.get(hash) ?? []) {
      const start = at - offset;
      if (start >= from && start < to && equalFolded(bytes, start, literal.bytes))
        out.push(literal.id, start, start + literal.bytes.length);
    }
  }
}

function findShort(bytes: Uint8Array, from: number, to: number, { classes, short }: Tables, out: CandidateList): void {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (classes[byte] === 0) continue;
    for (const literal of short.get(byte) ?? []) {
      if (equalFolded(bytes, at, literal.bytes)) out.push(literal.id, at, at + literal.bytes.length);
    }
  }
}

function findDigits(
  bytes: Uint8Array,
  from: number,
  to: number,
  encoding: ByteEncoding,
  table: DigitTable,
  shapes: Shapes,
  out: CandidateList,
): void {
  const lead = encoding === "utf8" ? 0xef : encoding === "gb18030" ? 0xa3 : 0xa2;
  let at = from;
  while (at < to) {
    const byte = bytes[at] ?? 0;
    if ((byte < 0x30 || byte > 0x39) && byte !== lead) {
      at++;
      continue;
    }
    // In GB18030 a digit may be the second or fourth byte of a character.
    if (digitSize(bytes, at, encoding) === 0 || !aligned(bytes, at, encoding)) {
      at++;
      continue;
    }
    // A run that began in the block before belongs to it; a block may begin within a digit.
    const inside = at - from < 3 && isInsideRun(bytes, at, encoding);
    if (!inside && chain.read(bytes, at, bytes.length, encoding) && taken(table, shapes, bytes, at, encoding))
      out.push(DIGITS, at, chain.end);
    do at += digitSize(bytes, at, encoding);
    while (at < bytes.length && digitSize(bytes, at, encoding) > 0);
  }
}

/** Whether a character begins at `at`, in GB18030; the others are not looked at. */
function aligned(bytes: Uint8Array, at: number, encoding: ByteEncoding): boolean {
  if (encoding !== "gb18030" || at === 0 || (bytes[at - 1] ?? 0) < 0x81) return true;
  return characterStart(bytes, at, Math.max(0, at - 1024), encoding) === at;
}

const chain = new DigitChain();

/** Whether any rule could take the chain just read. */
function taken(table: DigitTable, shapes: Shapes, bytes: Uint8Array, at: number, encoding: ByteEncoding): boolean {
  const groups = groupsBefore(table, bytes, at, encoding);
  let any = false;
  for (let group = 0; group < table.groups && !any; group++) {
    if (((groups >> group) & 1) === 0) continue;
    const place = 2 * (1000 * group + chain.head);
    any = ((table.totals[place] ?? 0) & chain.low) !== 0 || ((table.totals[place + 1] ?? 0) & chain.high) !== 0;
  }
  if (!any || shapes.length === 0) return any;
  const before = isWithin(bytes, at, encoding) ? WITHIN_CHAIN : (knownBefore(bytes, at, encoding) ?? UNKNOWN_BEFORE);
  const behind = bytes[chain.end] ?? UNKNOWN_BEFORE;
  return (shapes[chain.head] ?? []).some(
    ({ group, low, high, shape }) =>
      ((groups >> group) & 1) !== 0 &&
      ((low & chain.low) !== 0 || (high & chain.high) !== 0) &&
      (shape === undefined || chain.fits(shape, before, behind)),
  );
}

/** Groups that allow what stands before a candidate, as bits. */
export function groupsBefore(table: DigitTable, bytes: Uint8Array, at: number, encoding: ByteEncoding): number {
  const before = knownBefore(bytes, at, encoding);
  return before === undefined ? 0xff : (table.before[before] ?? 0xff);
}

/** Whether an ASCII digit and separator stand before a candidate. */
function isWithin(bytes: Uint8Array, at: number, encoding: ByteEncoding): boolean {
  const [separator, digit] = [bytes[at - 1], bytes[at - 2] ?? 0];
  if (at < 2 || (separator !== 0x20 && separator !== 0x2d && separator !== 0x2e) || digit < 0x30 || digit > 0x39) return false;
  // In GB18030 a digit may belong to a character of four bytes.
  return encoding !== "gb18030" || (at > 2 && (bytes[at - 3] ?? 0) < 0x81);
}

/** The ASCII character before a candidate; undefined where there is none, or it cannot be told. */
function knownBefore(bytes: Uint8Array, at: number, encoding: ByteEncoding): number | undefined {
  if (at === 0) return undefined;
  const before = bytes[at - 1] ?? 0;
  // Outside of UTF-8 a byte below 0x80 may be the end of a character.
  if (before >= 0x80 || (encoding !== "utf8" && before >= 0x40 && at >= 2 && (bytes[at - 2] ?? 0) >= 0x81)) return undefined;
  return before;
}

function isInsideRun(bytes: Uint8Array, at: number, encoding: ByteEncoding): boolean {
  if (digitSize(bytes, at, encoding) === 0) return false;
  const before = bytes[at - 1] ?? 0;
  if (before >= 0x30 && before <= 0x39)
    return encoding !== "gb18030" || characterStart(bytes, at - 1, Math.max(0, at - 1024), encoding) === at - 1;
  const size = encoding === "utf8" ? 3 : 2;
  return at >= size && digitSize(bytes, at - size, encoding) === size && aligned(bytes, at - size, encoding);
}
