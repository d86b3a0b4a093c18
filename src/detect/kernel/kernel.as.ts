// The kernel in AssemblyScript: SIMD over raw bytes. What it gives is defined by contract.ts and must equal what fallback.ts gives.
// Memory: tables laid out by wasm.ts, then the block with its surroundings and 128 zero bytes behind, then the records it writes.

const UTF8: u32 = 0;
const GB18030: u32 = 1;

/** Digits a chain of groups is followed for. */
const CHAIN_DIGITS: i32 = 40;
const HASH: u32 = 0x9e3779b1;
/** Bits of a hash by which lists are found, less one than there are lists. */
const HEADS: u32 = 4095;

let digitTables: usize = 0;
let digitGroups: u32 = 0;
let digitBefore: usize = 0;
let digitLeast: i32 = 0;
let shapeHeads: usize = 0;
let shapeRules: usize = 0;
/** Kinds of the characters of the chain at hand, and room for vectors that end behind them. */
const kinds: usize = memory.data(112);
let length: i32 = 0;
let literals: usize = 0;
let shorts: usize = 0;
let shortCount: u32 = 0;
let grams: usize = 0;
let gramCount: u32 = 0;
let out: usize = 0;
let capacity: i32 = 0;

let encoding: u32 = UTF8;
let low: usize = 0;
let high: usize = 0;
let count: i32 = 0;

/** First byte of memory that is free for tables. */
export function base(): usize {
  return (__heap_base + 63) & ~63;
}

/**
 * `tables`: groups × 1000 masks of 64 bits; `before`: 256 bytes, a bit a group; `least`: shortest total of any rule, 0 for no digits. `heads`: for
 * each value of the first three digits a mask of 64 bits of rules, 0 where these are not asked one by one; `rules`: see `fits`.
 */
export function setDigits(tables: usize, groups: u32, before: usize, least: i32, heads: usize, rules: usize): void {
  digitTables = tables;
  digitGroups = groups;
  digitBefore = before;
  digitLeast = least;
  shapeHeads = heads;
  shapeRules = rules;
}

/** `list`: address and length of each literal; `shortTables` and `gramTables`: see `findShort` and `findByGram`. */
export function setLiterals(list: usize, shortTables: usize, shortsGiven: u32, gramTables: usize, gramsGiven: u32): void {
  literals = list;
  shorts = shortTables;
  shortCount = shortsGiven;
  grams = gramTables;
  gramCount = gramsGiven;
}

export function setOut(to: usize, most: i32): void {
  out = to;
  capacity = most;
}

/**
 * Looks at `[from, to)`; `[start, end)` is what is known of the flow round it. Gives the number of records, -1 when there was no room.
 */
export function find(from: usize, to: usize, start: usize, end: usize, which: u32): i32 {
  encoding = which;
  low = start;
  high = end;
  count = 0;
  if (digitLeast > 0) findDigits(from, to);
  for (let table: u32 = 0; table < shortCount; table++) findShort(from, to, shorts + (table << 4));
  for (let table: u32 = 0; table < gramCount; table++) findByGram(from, to, grams + (table << 5));
  return count > capacity ? -1 : count;
}

/** Line feeds in `[from, to)`; what lies behind up to the next 64 bytes is read too. */
export function lines(from: usize, to: usize): u32 {
  const feed = splat(10);
  let found: u32 = 0;
  for (let at = from; at < to; at += 64) {
    const one = <u64>i8x16.bitmask(i8x16.eq(v128.load(at), feed)) | (<u64>i8x16.bitmask(i8x16.eq(v128.load(at, 16), feed)) << 16);
    const two = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 32), feed)) | (<u64>i8x16.bitmask(i8x16.eq(v128.load(at, 48), feed)) << 16);
    let bits = one | (two << 32);
    if (to - at < 64) bits &= (<u64>1 << (to - at)) - 1;
    found += <u32>popcnt(bits);
  }
  return found;
}

// @ts-ignore: decorator
@inline
function splat(byte: u32): v128 {
  return i8x16.splat(<i8>byte);
}

// @ts-ignore: decorator
@inline
function emit(kind: i32, start: usize, end: usize): void {
  if (count < capacity) {
    const at = out + <usize>count * 12;
    store<i32>(at, kind);
    store<u32>(at, <u32>start, 4);
    store<u32>(at, <u32>end, 8);
  }
  count++;
}

function verify(at: usize, id: u32): void {
  const text = <usize>load<u32>(literals + (id << 3));
  const length = <usize>load<u32>(literals + (id << 3), 4);
  const end = at + length;
  if (at < low || end > high) return;
  // Literals that begin alike are told apart by their ends.
  if (length >= 4 && ((load<u32>(end - 4) ^ load<u32>(text + length - 4)) & 0xdfdfdfdf) !== 0) return;
  for (let index: usize = 0; index < length; index++) {
    let byte: u32 = load<u8>(at + index);
    if (byte - 65 < 26) byte += 32;
    if (byte !== <u32>load<u8>(text + index)) return;
  }
  emit(<i32>id, at, end);
}

/**
 * Literals by nibbles of their first three bytes in eight sets, sixteen places at a time; what passes is looked up by its bytes. Table: six
 * vectors, lists by first byte for literals of one and two bytes, bitmap and lists by a hash of the first three for the others.
 */
function findShort(from: usize, to: usize, table: usize): void {
  const masks = <usize>load<u32>(table);
  const lo0 = v128.load(masks);
  const hi0 = v128.load(masks, 16);
  const lo1 = v128.load(masks, 32);
  const hi1 = v128.load(masks, 48);
  const lo2 = v128.load(masks, 64);
  const hi2 = v128.load(masks, 80);
  const nibble = splat(15);
  const none = splat(0);
  for (let at = from; at < to; at += 16) {
    const one = v128.load(at);
    const two = v128.load(at, 1);
    let sets = v128.and(i8x16.swizzle(lo0, v128.and(one, nibble)), i8x16.swizzle(hi0, i8x16.shr_u(one, 4)));
    sets = v128.and(sets, v128.and(i8x16.swizzle(lo1, v128.and(two, nibble)), i8x16.swizzle(hi1, i8x16.shr_u(two, 4))));
    if (!v128.any_true(sets)) continue;
    const three = v128.load(at, 2);
    sets = v128.and(sets, v128.and(i8x16.swizzle(lo2, v128.and(three, nibble)), i8x16.swizzle(hi2, i8x16.shr_u(three, 4))));
    let hits = <u32>i8x16.bitmask(i8x16.ne(sets, none));
    while (hits !== 0) {
      const place = at + <usize>ctz(hits);
      hits &= hits - 1;
      if (place >= to) break;
      shortAt(place, table);
    }
  }
}

// @ts-ignore: decorator
@inline
function shortAt(at: usize, table: usize): void {
  const bytes = load<u32>(at);
  const hash = (((bytes | 0x202020) & 0xffffff) * HASH) >>> 16;
  if ((load<u8>(<usize>load<u32>(table, 8) + (hash >> 3)) >> <u8>(hash & 7)) & 1) {
    shortList(at, load<u16>(<usize>load<u32>(table, 8) + 8192 + ((hash & HEADS) << 1)), <usize>load<u32>(table, 12));
  }
  const first: u32 = load<u16>(<usize>load<u32>(table, 4) + (((bytes | 0x20) & 0xff) << 1));
  if (first !== 0) shortList(at, first, <usize>load<u32>(table, 12));
}

function shortList(at: usize, first: u32, entries: usize): void {
  for (let entry = first; entry !== 0; entry = load<u16>(entries + (entry << 2), 2)) verify(at, load<u16>(entries + (entry << 2)));
}

/** Literals by a hash of four bytes, looked up at every `stride`-th place. Table: stride, high-only, bitmap, heads, entries. */
function findByGram(from: usize, to: usize, table: usize): void {
  const stride = <usize>load<u32>(table);
  const highOnly = load<u32>(table, 4) !== 0;
  const bitmap = <usize>load<u32>(table, 8);
  let last = to + stride - 1;
  if (high < from + 4) return;
  if (last > high - 3) last = high - 3;
  const jump = <usize>(61 / <u32>stride) * stride;
  let at = from;
  while (at < last) {
    if (highOnly) {
      const any = v128.or(v128.or(v128.load(at), v128.load(at, 16)), v128.or(v128.load(at, 32), v128.load(at, 48)));
      if (i8x16.bitmask(any) === 0) {
        at += jump;
        continue;
      }
    }
    let stop = at + jump;
    if (stop > last) stop = last;
    for (; at < stop; at += stride) {
      const hash = ((load<u32>(at) | 0x20202020) * HASH) >>> 16;
      if ((load<u8>(bitmap + (hash >> 3)) >> <u8>(hash & 7)) & 1) gramAt(at, hash, table, from, to);
    }
  }
}

function gramAt(at: usize, hash: u32, table: usize, from: usize, to: usize): void {
  const heads = <usize>load<u32>(table, 12);
  const entries = <usize>load<u32>(table, 16);
  let entry: u32 = load<u16>(heads + ((hash & HEADS) << 1));
  while (entry !== 0) {
    const place = entries + (entry << 3);
    const start = at - <usize>load<u16>(place, 2);
    if (start >= from && start < to) verify(start, load<u16>(place));
    entry = load<u16>(place, 4);
  }
}

// @ts-ignore: decorator
@inline
function digitBits(at: usize): u32 {
  return <u32>i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at), splat(0x30)), splat(10)));
}

// @ts-ignore: decorator
@inline
function separatorBits(block: v128): u32 {
  const dash = v128.or(i8x16.eq(block, splat(0x2d)), i8x16.eq(block, splat(0x2e)));
  return <u32>i8x16.bitmask(v128.or(i8x16.eq(block, splat(0x20)), dash));
}

/** First bytes of separators and digits of more than one byte. */
// @ts-ignore: decorator
@inline
function leadBits(block: v128): u32 {
  if (encoding === UTF8) {
    const one = v128.or(i8x16.eq(block, splat(0xc2)), i8x16.eq(block, splat(0xe2)));
    return <u32>i8x16.bitmask(v128.or(one, v128.or(i8x16.eq(block, splat(0xe3)), i8x16.eq(block, splat(0xef)))));
  }
  const one = v128.or(i8x16.eq(block, splat(0xa1)), i8x16.eq(block, splat(0xa2)));
  return <u32>i8x16.bitmask(v128.or(one, i8x16.eq(block, splat(0xa3))));
}

/** Places where a digit of more than one byte begins. */
// @ts-ignore: decorator
@inline
function wideBits(at: usize): u32 {
  const first = v128.load(at);
  if (encoding === UTF8) {
    const leads = i8x16.eq(first, splat(0xef));
    if (!v128.any_true(leads)) return 0;
    const second = i8x16.eq(v128.load(at, 1), splat(0xbc));
    const third = i8x16.lt_u(i8x16.sub(v128.load(at, 2), splat(0x90)), splat(10));
    return <u32>i8x16.bitmask(v128.and(leads, v128.and(second, third)));
  }
  const lead: u32 = encoding === GB18030 ? 0xa3 : 0xa2;
  const zero: u32 = encoding === GB18030 ? 0xb0 : 0xaf;
  const leads = i8x16.eq(first, splat(lead));
  if (!v128.any_true(leads)) return 0;
  const second = i8x16.lt_u(i8x16.sub(v128.load(at, 1), splat(zero)), splat(10));
  return <u32>i8x16.bitmask(v128.and(leads, second));
}

function findDigits(from: usize, to: usize): void {
  const least = digitLeast < 8 ? digitLeast : 8;
  for (let at = from; at < to; at += 48) {
    const digits = <u64>digitBits(at) | (<u64>digitBits(at + 16) << 16) | (<u64>digitBits(at + 32) << 32) | (<u64>digitBits(at + 48) << 48);
    let wide = <u64>wideBits(at) | (<u64>wideBits(at + 16) << 16) | (<u64>wideBits(at + 32) << 32);
    const left = to - at;
    const own: u64 = left >= 48 ? 0xffffffffffff : (<u64>1 << left) - 1;
    if (wide !== 0) {
      wide &= own;
      while (wide !== 0) {
        digitsAt(at + <usize>ctz(wide));
        wide &= wide - 1;
      }
    }
    if ((digits & own) === 0) continue;
    const before: u64 = at > low && <u32>load<u8>(at - 1) - 0x30 < 10 ? 1 : 0;
    const preceded = (digits << 1) | before;
    const one = v128.load(at);
    const two = v128.load(at, 16);
    const three = v128.load(at, 32);
    const four = v128.load(at, 48);
    const separators =
      <u64>separatorBits(one) | (<u64>separatorBits(two) << 16) | (<u64>separatorBits(three) << 32) | (<u64>separatorBits(four) << 48);
    const bridged = digits | (separators & preceded & (digits >> 1));
    let long = bridged;
    for (let shift = 1; shift < least; shift++) long &= bridged >> shift;
    const begins = digits & ~preceded & own;
    let found = begins & long;
    while (found !== 0) {
      digitsAt(at + <usize>ctz(found));
      found &= found - 1;
    }
    let leads = <u64>leadBits(one) | (<u64>leadBits(two) << 16) | (<u64>leadBits(three) << 32) | (<u64>leadBits(four) << 48);
    leads |= separators & (leads >> 1);
    if ((digits & (leads >> 1)) !== 0) {
      // A chain that goes on with a separator of more than one byte.
      let rest = begins & ~long;
      while (rest !== 0) {
        const bit = ctz(rest);
        rest &= rest - 1;
        const end = bit + ctz(~(bridged >> bit));
        if (end > 63 || ((leads >> end) & 1) !== 0) digitsAt(at + <usize>bit);
      }
    }
    if (encoding === GB18030) {
      // What precedes may be the last byte of a character of four.
      let after = digits & preceded & own;
      while (after !== 0) {
        const place = at + <usize>ctz(after);
        after &= after - 1;
        if (place >= low + 2 && load<u8>(place - 2) >= 0x81) digitsAt(place);
      }
    }
  }
}

/** Bytes of the digit at `at`; 0 when there is none. */
// @ts-ignore: decorator
@inline
function digitSize(at: usize): usize {
  const byte: u32 = load<u8>(at);
  if (byte - 0x30 < 10) return 1;
  if (byte < 0x80) return 0;
  const second: u32 = load<u8>(at, 1);
  if (encoding === UTF8) return byte === 0xef && second === 0xbc && <u32>load<u8>(at, 2) - 0x90 < 10 ? 3 : 0;
  if (encoding === GB18030) return byte === 0xa3 && second - 0xb0 < 10 ? 2 : 0;
  return byte === 0xa2 && second - 0xaf < 10 ? 2 : 0;
}

/** Value of the digit of `size` bytes at `at`. */
// @ts-ignore: decorator
@inline
function digitValue(at: usize, size: usize): u32 {
  if (size === 1) return <u32>load<u8>(at) - 0x30;
  if (size === 3) return <u32>load<u8>(at, 2) - 0x90;
  return <u32>load<u8>(at, 1) - (encoding === GB18030 ? 0xb0 : 0xaf);
}

function separatorSize(at: usize): usize {
  const byte: u32 = load<u8>(at);
  if (byte === 0x20 || byte === 0x2d || byte === 0x2e) return 1;
  if (byte < 0x80) return 0;
  const second: u32 = load<u8>(at, 1);
  if (encoding === UTF8) {
    if (byte === 0xc2 && second === 0xa0) return 2;
    const third: u32 = load<u8>(at, 2);
    if (byte === 0xe3 && second === 0x80 && third === 0x80) return 3;
    if (byte === 0xe2 && second === 0x80 && third >= 0x90 && third <= 0x95 && third !== 0x94) return 3;
    return byte === 0xef && second === 0xbc && third === 0x8d ? 3 : 0;
  }
  if (encoding === GB18030) return (byte === 0xa1 && second === 0xa1) || (byte === 0xa3 && second === 0xad) ? 2 : 0;
  return byte === 0xa1 && (second === 0x40 || second === 0x56 || second === 0xd0) ? 2 : 0;
}

/** What the normal form of the separator at `at` is to shapes. */
function separatorKind(at: usize): u8 {
  const byte: u32 = load<u8>(at);
  if (byte < 0x80) return byte === 0x20 ? 1 : byte === 0x2d ? 2 : 3;
  if (encoding === UTF8) return byte === 0xc2 || byte === 0xe3 ? 1 : 2;
  return byte === 0xa1 && <u32>load<u8>(at, 1) === (encoding === GB18030 ? 0xa1 : 0x40) ? 1 : 2;
}

/** Writes down `number` digits: in vectors, since filling so few bytes is a call each time. */
// @ts-ignore: decorator
@inline
function setDigitKinds(from: i32, number: i32): void {
  for (let place: i32 = 0; place < number; place += 16) v128.store(kinds + from + place, splat(0));
}

/** A chain of groups of digits that begins at `at`, unless a digit goes before. */
function digitsAt(at: usize): void {
  let seen: i32 = 0;
  let head: u32 = 0;
  let end = at;
  for (let size = digitSize(end); size > 0; size = digitSize(end)) {
    if (seen < 3) head = head * 10 + digitValue(end, size);
    end += size;
    if (++seen > CHAIN_DIGITS) return;
  }
  setDigitKinds(0, seen);
  length = seen;
  let totals: u64 = (<u64>1) << (seen - 1);
  for (;;) {
    const separator = separatorSize(end);
    if (separator === 0) break;
    let group = end + separator;
    let more: i32 = 0;
    let prefix = head;
    for (let size = digitSize(group); size > 0 && seen + more <= CHAIN_DIGITS; size = digitSize(group)) {
      if (seen + more < 3) prefix = prefix * 10 + digitValue(group, size);
      group += size;
      more++;
    }
    if (more === 0 || seen + more > CHAIN_DIGITS) break;
    store<u8>(kinds + length, separatorKind(end));
    setDigitKinds(length + 1, more);
    length += more + 1;
    head = prefix;
    seen += more;
    totals |= (<u64>1) << (seen - 1);
    end = group;
  }
  if (seen < 3 || !taken(at, end, head, totals)) return;
  if (inside(at)) return;
  if (encoding === GB18030 && at > low && load<u8>(at - 1) >= 0x81 && characterStart(at) !== at) return;
  emit(-1, at, end);
}

function taken(at: usize, end: usize, head: u32, totals: u64): bool {
  let groups: u32 = 0xff;
  let behind: u32 = 128;
  if (at > low) {
    const before: u32 = load<u8>(at - 1);
    // Outside of UTF-8 a byte below 0x80 may be the end of a character.
    if (before < 0x80 && (encoding === UTF8 || before < 0x40 || at < low + 2 || load<u8>(at - 2) < 0x81)) {
      groups = load<u8>(digitBefore + before);
      behind = isWithin(at, before) ? 129 : before;
    }
  }
  let any = false;
  for (let group: u32 = 0; group < digitGroups; group++) {
    if (((groups >> group) & 1) !== 0 && (load<u64>(digitTables + ((group * 1000 + head) << 3)) & totals) !== 0) {
      any = true;
      break;
    }
  }
  if (!any || shapeHeads === 0) return any;
  const after: u32 = end < high ? load<u8>(end) : 128;
  let rules = load<u64>(shapeHeads + (head << 3));
  while (rules !== 0) {
    if (fits(shapeRules + (<usize>ctz(rules) << 5), groups, totals, behind, after)) return true;
    rules &= rules - 1;
  }
  return false;
}

/** Whether an ASCII digit and separator, `before`, stand before `at`. */
function isWithin(at: usize, before: u32): bool {
  if (at < low + 2 || (before !== 0x20 && before !== 0x2d && before !== 0x2e) || <u32>load<u8>(at - 2) - 0x30 >= 10) return false;
  return encoding !== GB18030 || (at > low + 2 && load<u8>(at - 3) < 0x81);
}

/** Whether a rule takes the chain at hand. Its record: totals, group, and where the parts of its shape lie, 0 for none. */
function fits(rule: usize, groups: u32, totals: u64, behind: u32, after: u32): bool {
  if (((groups >> load<u32>(rule, 8)) & 1) === 0 || (load<u64>(rule) & totals) === 0) return false;
  const next = <usize>load<u32>(rule, 12);
  if (next === 0) return true;
  const takes = <usize>load<u32>(rule, 16);
  let state: u32 = load<u16>(<usize>load<u32>(rule, 20) + (behind << 1));
  for (let at: i32 = 0; at < length; at++) {
    state = load<u16>(next + (((state << 2) + load<u8>(kinds + at)) << 1));
    if (state === 0) return false;
    const taken: u32 = load<u8>(takes + state);
    if ((taken & 1) !== 0 || ((taken & 2) !== 0 && at + 1 < length && load<u8>(kinds + at + 1) !== 0)) return true;
  }
  const taken: u32 = load<u8>(takes + state);
  if (taken === 0 || (taken & 3) !== 0 || after >= 128) return taken !== 0;
  const end: u32 = load<u16>(<usize>load<u32>(rule, 24) + (state << 1));
  return load<u8>(<usize>load<u32>(rule, 28) + (end << 7) + after) !== 0;
}

function inside(at: usize): bool {
  if (at <= low) return false;
  const before: u32 = load<u8>(at - 1);
  if (before - 0x30 < 10) return encoding !== GB18030 || characterStart(at - 1) === at - 1;
  const size: usize = encoding === UTF8 ? 3 : 2;
  return at >= low + size && digitSize(at - size) === size && (encoding !== GB18030 || characterStart(at - size) === at - size);
}

/** Start of the GB18030 character that holds the byte at `at`, sought from the last byte below 0x30, at most 1024 bytes back. */
function characterStart(at: usize): usize {
  const from = at > low + 1024 ? at - 1024 : low;
  let place = at;
  while (place > from && load<u8>(place - 1) >= 0x30) place--;
  let next = place + step(place);
  while (next <= at) {
    place = next;
    next = place + step(place);
  }
  return place;
}

function step(at: usize): usize {
  const lead: u32 = load<u8>(at);
  if (lead < 0x81 || lead === 0xff || at + 1 >= high) return 1;
  const second: u32 = load<u8>(at, 1);
  if (second - 0x30 < 10) {
    const third: u32 = at + 2 < high ? load<u8>(at, 2) : 0;
    const fourth: u32 = at + 3 < high ? load<u8>(at, 3) : 0;
    return third >= 0x81 && third <= 0xfe && fourth - 0x30 < 10 ? 4 : 1;
  }
  return second >= 0x40 && second !== 0x7f && second !== 0xff ? 2 : 1;
}
