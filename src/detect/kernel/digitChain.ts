import type { DigitShape } from "../../model/rule.ts";
import type { ByteEncoding } from "../../util/decode.ts";
import { CHAIN_DIGITS } from "./contract.ts";

/** Bytes of the digit at `at`, plain or full-width; 0 when there is none. */
export function digitSize(bytes: Uint8Array, at: number, encoding: ByteEncoding): number {
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
  return byte === 0xa1 && (second === 0x40 || second === 0x56 || second === 0xd0) ? 2 : 0;
}

/** What the normal form of the separator at `at` is to shapes. */
function separatorKind(bytes: Uint8Array, at: number, encoding: ByteEncoding): number {
  const byte = bytes[at] ?? 0;
  if (byte < 0x80) return byte === 0x20 ? 1 : byte === 0x2d ? 2 : 3;
  if (encoding === "utf8") return byte === 0xc2 || byte === 0xe3 ? 1 : 2;
  return byte === 0xa1 && bytes[at + 1] === (encoding === "gb18030" ? 0xa1 : 0x40) ? 1 : 2;
}

/** A chain of groups of digits as it lies in bytes; read again and again, since candidates are many. */
export class DigitChain {
  /** Value of the first three digits. */
  head = 0;
  /** Totals of digits at which a group ends, `total - 1` as bit: 1 to 32, and 33 to 40. */
  low = 0;
  high = 0;
  /** Digits of the chain; `digits` holds their values. */
  count = 0;
  readonly digits: Uint8Array = new Uint8Array(CHAIN_DIGITS + 1);
  /** Kinds of its characters as shapes have them, `length` in all. */
  readonly kinds: Uint8Array = new Uint8Array(2 * CHAIN_DIGITS + 2);
  length = 0;
  /** Where its last group ends. */
  end = 0;
  /** Where it begins, undefined for one that is longer than any chain. */
  #begin: number | undefined;

  /** Reads the chain at `at`. False for fewer than three digits and for a first group that is longer than any chain. */
  read(bytes: Uint8Array, at: number, length: number, encoding: ByteEncoding): boolean {
    this.#begin = undefined;
    this.low = 0;
    this.high = 0;
    this.count = this.#group(bytes, at, length, encoding, 0);
    if (this.count > CHAIN_DIGITS) return false;
    this.kinds.fill(0, 0, this.count);
    this.length = this.count;
    this.end = this.#at;
    this.#total();
    return this.#readOn(bytes, at, length, encoding);
  }

  /** The same, for a reader of the same bytes, who goes from one group of a long chain to the next: what is known of it is not read again. */
  readNext(bytes: Uint8Array, at: number, length: number, encoding: ByteEncoding): boolean {
    while (this.#begin !== undefined && this.#begin < at && this.#dropGroup(bytes, encoding))
      if (this.#begin === at) return this.#readOn(bytes, at, length, encoding);
    return this.read(bytes, at, length, encoding);
  }

  #readOn(bytes: Uint8Array, at: number, length: number, encoding: ByteEncoding): boolean {
    this.#begin = at;
    for (;;) {
      const separator = separatorSize(bytes, this.end, encoding);
      if (separator === 0) break;
      const seen = this.#group(bytes, this.end + separator, length, encoding, this.count);
      if (seen === this.count || seen > CHAIN_DIGITS) break;
      this.kinds[this.length++] = separatorKind(bytes, this.end, encoding);
      this.kinds.fill(0, this.length, (this.length += seen - this.count));
      this.count = seen;
      this.end = this.#at;
      this.#total();
    }
    this.head = 100 * (this.digits[0] ?? 0) + 10 * (this.digits[1] ?? 0) + (this.digits[2] ?? 0);
    return this.count >= 3;
  }

  /** Whether the digits up to the end of a group end in the check digit of ISO/IEC 7812; `totals` has as bits the counts, less one, that may. */
  hasCheckDigit(totals: number): boolean {
    for (let ends = this.low & totals; ends !== 0; ends &= ends - 1) {
      let sum = 0;
      for (let at = 31 - Math.clz32(ends & -ends), doubled = false; at >= 0; at--, doubled = !doubled) {
        const digit = this.digits[at] ?? 0;
        sum += doubled ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
      }
      if (sum % 10 === 0) return true;
    }
    return false;
  }

  /** Whether the shape takes its digits and separators behind `before` and before `behind`: ASCII characters, or 128. */
  fits({ first, next, takes, ends, follows }: DigitShape, before: number, behind: number): boolean {
    let state = first[before] ?? 0;
    for (let at = 0; at < this.length; at++) {
      const kind = this.kinds[at] ?? 0;
      state = next[4 * state + kind] ?? 0;
      if (state === 0) return false;
      const taken = takes[state] ?? 0;
      if ((taken & 1) !== 0 || ((taken & 2) !== 0 && at + 1 < this.length && this.kinds[at + 1] !== 0)) return true;
    }
    const taken = takes[state] ?? 0;
    return (taken & 3) !== 0 || (taken !== 0 && (behind >= 0x80 || follows[128 * (ends[state] ?? 0) + behind] === 1));
  }

  #at = 0;

  /** Lets the chain begin with its second group. False where it has no other. */
  #dropGroup(bytes: Uint8Array, encoding: ByteEncoding): boolean {
    const size = this.low === 0 ? 64 - Math.clz32(this.high & -this.high) : 32 - Math.clz32(this.low & -this.low);
    if (this.#begin === undefined || size >= this.count) return false;
    for (let digit = 0; digit < size; digit++) this.#begin += digitSize(bytes, this.#begin, encoding);
    this.#begin += separatorSize(bytes, this.#begin, encoding);
    this.digits.copyWithin(0, size, this.count);
    this.kinds.copyWithin(0, size + 1, this.length);
    this.count -= size;
    this.length -= size + 1;
    this.low = size < 32 ? (this.low >>> size) | (this.high << (32 - size)) : this.high >>> (size - 32);
    this.high = size < 32 ? this.high >>> size : 0;
    return true;
  }

  #group(bytes: Uint8Array, from: number, length: number, encoding: ByteEncoding, seen: number): number {
    let at = from;
    let count = seen;
    for (
      let size = digitSize(bytes, at, encoding);
      size > 0 && at < length && count <= CHAIN_DIGITS;
      size = digitSize(bytes, at, encoding)
    ) {
      this.digits[count++] = digitValue(bytes, at, size, encoding);
      at += size;
    }
    this.#at = at;
    return count;
  }

  #total(): void {
    if (this.count <= 32) this.low |= 1 << (this.count - 1);
    else this.high |= 1 << (this.count - 33);
  }
}

function digitValue(bytes: Uint8Array, at: number, size: number, encoding: ByteEncoding): number {
  if (size === 1) return (bytes[at] ?? 0) - 0x30;
  if (size === 3) return (bytes[at + 2] ?? 0) - 0x90;
  return (bytes[at + 1] ?? 0) - (encoding === "gb18030" ? 0xb0 : 0xaf);
}
