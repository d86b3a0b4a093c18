import { characterStart } from "../../util/decode.ts";
import type { ByteEncoding } from "../../util/decode.ts";
import { encode } from "../../util/encode.ts";
import { DIGITS } from "./contract.ts";
import type { CandidateList, Kernel, TriggerSet } from "./contract.ts";

/** Digits a chain of groups is followed for: the longest identifier has 25 digits, a card 19. */
const CHAIN_DIGITS = 40;

const DIGIT = 1;
const WIDE = 2;
const SHORT = 4;

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
  /** What a byte may begin. */
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
    const bytes = encode(text, encoding);
    if (bytes === undefined || bytes.length === 0) continue;
    if (bytes.length >= 4) {
      long.push({ id, bytes });
      continue;
    }
    const first = bytes[0] ?? 0;
    const upper = first >= 97 && first <= 122 ? first - 32 : first;
    for (const byte of new Set([first, upper])) {
      classes[byte] = (classes[byte] ?? 0) | SHORT;
      const list = short.get(byte) ?? [];
      list.push({ id, bytes });
      short.set(byte, list);
    }
  }
  if (triggers.digits !== undefined) {
    for (let byte = 0x30; byte <= 0x39; byte++) classes[byte] = (classes[byte] ?? 0) | DIGIT;
    const lead = encoding === "utf8" ? 0xef : encoding === "gb18030" ? 0xa3 : 0xa2;
    classes[lead] = (classes[lead] ?? 0) | WIDE;
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

/** Bytes of the digit at `at`, plain or full-width; 0 when there is none. */
function digitSize(bytes: Uint8Array, at: number, encoding: ByteEncoding): number {
  const byte = bytes[at];
  if (byte === undefined) return 0;
  if (byte >= 0x30 && byte <= 0x39) return 1;
  const second = bytes[at + 1] ?? 0;
  if (encoding === "utf8") {
    const third = bytes[at + 2] ?? 0;
    return byte === 0xef && second === 0xbc && third >= 0x90 && third <= 0x99 ? 3 : 0;
  }
  if (encoding === "gb18030") return byte === 0xa3 && second >= 0xb0 && second <= 0xb9 ? 2 : 0;
  return byte === 0xa2 && second >= 0xaf && second <= 0xb8 ? 2 : 0;
}

/** Bytes of a separator between groups of digits; 0 when there is none. */
function separatorSize(bytes: Uint8Array, at: number, encoding: ByteEncoding): number {
  const byte = bytes[at] ?? 0;
  if (byte === 0x20 || byte === 0x2d || byte === 0x2e) return 1;
  if (byte < 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  if (encoding === "utf8") {
    if (byte === 0xc2 && second === 0xa0) return 2;
    const third = bytes[at + 2] ?? 0;
    if (byte === 0xe3 && second === 0x80 && third === 0x80) return 3;
    if (byte === 0xe2 && second === 0x80 && third >= 0x90 && third <= 0x95 && third !== 0x94) return 3;
    return byte === 0xef && second === 0xbc && third === 0x8d ? 3 : 0;
  }
  if (encoding === "gb18030") return (byte === 0xa1 && second === 0xa1) || (byte === 0xa3 && second === 0xad) ? 2 : 0;
  return byte === 0xa1 && second === 0x40 ? 2 : 0;
}

/** The kernel in plain TypeScript: what runs where WebAssembly SIMD is missing, and what the other kernel is held against. */
export function createFallbackKernel(triggers: TriggerSet): Kernel {
  const tables = new Map<ByteEncoding, Tables>();
  return {
    id: "ts",
    find(bytes, from, to, encoding, out) {
      let known = tables.get(encoding);
      if (known === undefined) {
        known = build(triggers, encoding);
        tables.set(encoding, known);
      }
      findByClass(bytes, from, to, encoding, triggers, known, out);
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

function findByClass(
  bytes: Uint8Array,
  from: number,
  to: number,
  encoding: ByteEncoding,
  triggers: TriggerSet,
  tables: Tables,
  out: CandidateList,
): void {
  const { classes, short } = tables;
  const min = triggers.digits?.min ?? 0;
  const max = triggers.digits?.max ?? 0;
  let at = from;
  // A run that began in the block before belongs to it.
  if (at > 0 && triggers.digits !== undefined) {
    const straddling = characterStart(bytes, at, Math.max(0, at - 1024), encoding);
    if (straddling < at && digitSize(bytes, straddling, encoding) > 0) at = straddling + digitSize(bytes, straddling, encoding);
    while (at < to && isInsideRun(bytes, at, encoding)) at += digitSize(bytes, at, encoding);
  }
  while (at < to) {
    const kind = classes[bytes[at] ?? 0] ?? 0;
    if (kind === 0) {
      at++;
      continue;
    }
    if ((kind & SHORT) !== 0) {
      for (const literal of short.get(bytes[at] ?? 0) ?? []) {
        if (equalFolded(bytes, at, literal.bytes)) out.push(literal.id, at, at + literal.bytes.length);
      }
    }
    if ((kind & (DIGIT | WIDE)) === 0 || digitSize(bytes, at, encoding) === 0) {
      at++;
      continue;
    }
    // In GB18030 a digit may be the second or fourth byte of a character.
    if (
      encoding === "gb18030" &&
      at > 0 &&
      (bytes[at - 1] ?? 0) >= 0x81 &&
      characterStart(bytes, at, Math.max(0, at - 1024), encoding) !== at
    ) {
      at++;
      continue;
    }
    let digits = 0;
    let end = at;
    for (let size = digitSize(bytes, end, encoding); size > 0; size = digitSize(bytes, end, encoding)) {
      end += size;
      digits++;
    }
    const next = end;
    if (digits <= max) {
      let total = digits;
      for (;;) {
        const separator = separatorSize(bytes, end, encoding);
        if (separator === 0) break;
        let group = end + separator;
        let count = 0;
        for (
          let size = digitSize(bytes, group, encoding);
          size > 0 && total + count <= CHAIN_DIGITS;
          size = digitSize(bytes, group, encoding)
        ) {
          group += size;
          count++;
        }
        if (count === 0 || total + count > CHAIN_DIGITS) break;
        total += count;
        end = group;
      }
      if (total >= min) out.push(DIGITS, at, end);
    }
    at = next;
  }
}

function isInsideRun(bytes: Uint8Array, at: number, encoding: ByteEncoding): boolean {
  if (digitSize(bytes, at, encoding) === 0) return false;
  const before = bytes[at - 1] ?? 0;
  if (before >= 0x30 && before <= 0x39)
    return encoding !== "gb18030" || characterStart(bytes, at - 1, Math.max(0, at - 1024), encoding) === at - 1;
  const size = encoding === "utf8" ? 3 : 2;
  return at >= size && digitSize(bytes, at - size, encoding) === size;
}
