// Zstandard blocks (RFC 8878, section 3.1.1.2 on) and XXH64 in AssemblyScript. zstdStream.ts reads frames and hands over one block after the
// other. What comes out lies in a ring that never breaks inside a block: the rest of it is left as it was, and `edge` says where that begins.

/** A block gives at most so many bytes. */
const BLOCK: u32 = 131_072;
/** What copies of 16 bytes may write behind their end. */
const SLACK: u32 = 64;

/** Places of tables, in bytes from `base`. Cells of FSE tables are 8 bytes: value, bits of the value, bits of the state, next state. */
const LITERAL_LENGTHS: usize = 0;
const OFFSETS: usize = 4096;
const MATCH_LENGTHS: usize = 6144;
/** 2048 cells of 2 bytes: symbol, bits. */
const HUFFMAN: usize = 10_240;
/** Scratch: counts (256 of 2 bytes), what comes next (256 of 2 bytes), symbols of cells (512), weights (256), cells for weights (64 of 8). */
const COUNTS: usize = 14_336;
const NEXT: usize = 14_848;
const SPREAD: usize = 15_360;
const WEIGHTS: usize = 15_872;
const WEIGHT_CELLS: usize = 16_128;
const LITERALS: usize = 16_640;
const INPUT: usize = LITERALS + BLOCK + SLACK;
const ROOM: i32 = <i32>INPUT + BLOCK + SLACK;

const lengthValues = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384,
  32768, 65536,
]);
const lengthBits = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const matchValues = memory.data<u32>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 39, 41, 43, 47,
  51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
]);
const matchBits = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11,
  12, 13, 14, 15, 16,
]);
/** By a count of bits below 32: that many ones. */
const masks = memory.data<u32>([
  0, 0x1, 0x3, 0x7, 0xf, 0x1f, 0x3f, 0x7f, 0xff, 0x1ff, 0x3ff, 0x7ff, 0xfff, 0x1fff, 0x3fff, 0x7fff, 0xffff, 0x1ffff, 0x3ffff, 0x7ffff, 0xfffff,
  0x1fffff, 0x3fffff, 0x7fffff, 0xffffff, 0x1ffffff, 0x3ffffff, 0x7ffffff, 0xfffffff, 0x1fffffff, 0x3fffffff, 0x7fffffff,
]);
/** Counts that need not be told (3.1.1.3.2.2). */
const lengthCounts = memory.data<i16>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
const offsetCounts = memory.data<i16>([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);
const matchCounts = memory.data<i16>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1,
  -1, -1, -1, -1,
]);

/** At a place that the compiler knows: a register less for each table in the loops. */
const tables: usize = memory.data(ROOM, 64);
/** Behind all else, as long as the window asks. */
let ring: usize = 0;
let length: u32 = 0;
let window: u32 = 0;
let position: u32 = 0;
/** Bytes of the round before this one; behind `position` they still stand. */
let edge: u32 = 0;
/** Bytes that a match may reach back to. */
let filled: u32 = 0;

let lengthLog: u32 = 0;
let offsetLog: u32 = 0;
let matchLog: u32 = 0;
/** A table that may be used again was told in this frame. */
let lengthKnown: bool = false;
let offsetKnown: bool = false;
let matchKnown: bool = false;
let huffmanLog: u32 = 0;
let rep1: u32 = 1;
let rep2: u32 = 4;
let rep3: u32 = 8;

/** Set by `readCounts`, read by `buildTable`. */
let log: u32 = 0;
let symbols: u32 = 0;

/** Set by `readLiterals`. */
let literals: usize = 0;
let literalCount: u32 = 0;

function start(): usize {
  return (__heap_base + 63) & ~63;
}

/** Bytes of memory that a window needs. */
export function needed(size: u32): usize {
  return start() + ringLength(size) + SLACK;
}

function ringLength(size: u32): u32 {
  return size + 2 * BLOCK + SLACK;
}

/** Begins a frame. The memory has what `needed` says. */
export function begin(size: u32): void {
  ring = start();
  length = ringLength(size);
  window = size;
  position = edge = filled = 0;
  lengthKnown = offsetKnown = matchKnown = false;
  huffmanLog = 0;
  rep1 = 1;
  rep2 = 4;
  rep3 = 8;
  beginSum();
}

/** Where a block is laid: room for 128 KiB. */
export function inputPlace(): usize {
  return tables + INPUT;
}

/** Where the output of the last block ends. */
export function outputEnd(): usize {
  return ring + position;
}

/** Decodes a block of `size` bytes (of a run: the bytes that come out). Gives how many bytes came out, or -1 for damage. */
export function block(type: u32, size: u32): i32 {
  if (size > BLOCK) return -1;
  if (position + BLOCK + SLACK > length) {
    edge = position;
    position = 0;
  }
  const before = position;
  const input = tables + INPUT;
  if (type === 0) {
    memory.copy(ring + position, input, size);
    position += size;
  } else if (type === 1) {
    memory.fill(ring + position, load<u8>(input), size);
    position += size;
  } else {
    // What is read behind the end counts as zero.
    memory.fill(input + size, 0, SLACK);
    const rest = readLiterals(input, input + size);
    if (rest === 0 || !readSequences(rest, input + size)) return -1;
  }
  const count = position - before;
  filled = filled + count < window ? filled + count : window;
  addSum(ring + before, count);
  return count;
}

/** Gives where the section ends; 0 for damage. */
function readLiterals(at: usize, end: usize): usize {
  if (end - at < 2) return 0;
  const first: u32 = load<u8>(at);
  const type = first & 3;
  const format = (first >>> 2) & 3;
  if (type < 2) {
    const header: usize = (format & 1) === 0 ? 1 : format === 1 ? 2 : 3;
    const word = load<u32>(at) & (0xffff_ffff >>> (32 - ((header as u32) << 3)));
    literalCount = header === 1 ? word >>> 3 : word >>> 4;
    if (literalCount > BLOCK) return 0;
    if (type === 0) {
      literals = at + header;
      return literals + literalCount > end ? 0 : literals + literalCount;
    }
    literals = tables + LITERALS;
    memory.fill(literals, load<u8>(at + header), literalCount);
    return at + header + 1 > end ? 0 : at + header + 1;
  }
  const header: usize = format < 2 ? 3 : format === 2 ? 4 : 5;
  const bits: u64 = format < 2 ? 10 : format === 2 ? 14 : 18;
  const word = load<u64>(at) >>> 4;
  literalCount = (word & ((1 << bits) - 1)) as u32;
  const packed = ((word >>> bits) & ((1 << bits) - 1)) as u32;
  let from = at + header;
  const last = from + packed;
  if (literalCount > BLOCK || last > end) return 0;
  if (type === 2) {
    from = readWeights(from, last);
    if (from === 0) return 0;
  } else if (huffmanLog === 0) return 0;
  literals = tables + LITERALS;
  return (format === 0 ? oneStream(from, last, literals, literalCount) : fourStreams(from, last, literals, literalCount)) ? last : 0;
}

/** The lengths of Huffman codes, and their table. Gives where they end; 0 for damage. */
function readWeights(at: usize, end: usize): usize {
  if (at >= end) return 0;
  const weights = tables + WEIGHTS;
  const first: u32 = load<u8>(at);
  let count: u32;
  let rest: usize;
  if (first >= 128) {
    count = first - 127;
    rest = at + 1 + ((count + 1) >>> 1);
    if (rest > end) return 0;
    for (let index: u32 = 0; index < count; index++) {
      const both: u32 = load<u8>(at + 1 + (index >>> 1));
      store<u8>(weights + index, (index & 1) === 0 ? both >>> 4 : both & 15);
    }
  } else {
    rest = at + 1 + first;
    if (rest > end) return 0;
    const from = readCounts(at + 1, rest, 12, 6);
    if (from === 0 || !buildTable(tables + WEIGHT_CELLS, 0, 0)) return 0;
    count = unpackWeights(from, rest);
    if (count === 0) return 0;
  }
  let sum: u32 = 0;
  memory.fill(tables + COUNTS, 0, 64);
  for (let index: u32 = 0; index < count; index++) {
    const weight: u32 = load<u8>(weights + index);
    if (weight > 11) return 0;
    if (weight > 0) sum += 1 << (weight - 1);
    const cell = tables + COUNTS + (weight << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
  if (sum === 0) return 0;
  // The last weight is what is missing to a power of two.
  const bits: u32 = 32 - clz<u32>(sum);
  if (bits > 11) return 0;
  const missing: u32 = (1 << bits) - sum;
  if ((missing & (missing - 1)) !== 0) return 0;
  const last: u32 = 32 - clz<u32>(missing);
  store<u8>(weights + count, last);
  const cell = tables + COUNTS + (last << 2);
  store<u32>(cell, load<u32>(cell) + 1);
  count++;
  huffmanLog = bits;
  let place: u32 = 0;
  for (let weight: u32 = 1; weight <= bits; weight++) {
    const many = load<u32>(tables + COUNTS + (weight << 2));
    store<u32>(tables + COUNTS + (weight << 2), place);
    place += many << (weight - 1);
  }
  const codes = tables + HUFFMAN;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const weight: u32 = load<u8>(weights + symbol);
    if (weight === 0) continue;
    const begins = load<u32>(tables + COUNTS + (weight << 2));
    const ends = begins + ((1 << weight) >>> 1);
    store<u32>(tables + COUNTS + (weight << 2), ends);
    const code = symbol | ((bits + 1 - weight) << 8);
    for (let index = begins; index < ends; index++) store<u16>(codes + (index << 1), code);
  }
  return rest;
}

/** Weights by two states in turn, until the bits are used up. Gives how many; 0 for damage. */
function unpackWeights(at: usize, end: usize): u32 {
  if (at >= end) return 0;
  const last: u32 = load<u8>(end - 1);
  if (last === 0) return 0;
  let left: i32 = (((end - at) as i32) << 3) - ((clz<u32>(last) - 24) as i32) - 1;
  const cells = tables + WEIGHT_CELLS;
  left -= log as i32;
  let first: u32 = bitsAt(at, left, log);
  left -= log as i32;
  let second: u32 = bitsAt(at, left, log);
  if (left < 0) return 0;
  for (let count: u32 = 0; count < 254;) {
    const cell = load<u64>(cells + (first << 3));
    store<u8>(tables + WEIGHTS + count++, cell as u32);
    const bits = ((cell >>> 40) & 255) as u32;
    left -= bits as i32;
    if (left < 0) {
      store<u8>(tables + WEIGHTS + count++, load<u64>(cells + (second << 3)) as u32);
      return count;
    }
    first = second;
    second = ((cell >>> 48) as u32) + bitsAt(at, left, bits);
  }
  return 0;
}

/** `count` bits of which the lowest is bit `from`; those before the begin are zero. */
function bitsAt(at: usize, from: i32, count: u32): u32 {
  if (from < 0) return from + (count as i32) <= 0 ? 0 : (load<u32>(at) & ((1 << ((from + (count as i32)) as u32)) - 1)) << ((-from) as u32);
  return (load<u32>(at + ((from as usize) >>> 3)) >>> ((from & 7) as u32)) & ((1 << count) - 1);
}

/** Counts of the symbols of an FSE table (4.1.1). Gives where they end; 0 for damage. */
function readCounts(at: usize, end: usize, most: u32, mostLog: u32): usize {
  if (at >= end) return 0;
  log = (load<u8>(at) & 15) + 5;
  if (log > mostLog) return 0;
  const counts = tables + COUNTS;
  let bit: u32 = 4;
  let left: i32 = (1 << log) + 1;
  let threshold: i32 = 1 << log;
  let wide = log + 1;
  let symbol: u32 = 0;
  while (left > 1) {
    if (symbol > most || at + (bit >>> 3) >= end) return 0;
    const word = load<u32>(at + (bit >>> 3)) >>> (bit & 7);
    const short: i32 = 2 * threshold - 1 - left;
    let count = (word & ((threshold as u32) - 1)) as i32;
    if (count < short) bit += wide - 1;
    else {
      count = (word & (2 * (threshold as u32) - 1)) as i32;
      if (count >= threshold) count -= short;
      bit += wide;
    }
    count--;
    left -= count < 0 ? -count : count;
    store<i16>(counts + (symbol++ << 1), count as i16);
    if (count === 0) {
      for (let more: u32 = 3; more === 3;) {
        if (at + (bit >>> 3) >= end) return 0;
        more = (load<u32>(at + (bit >>> 3)) >>> (bit & 7)) & 3;
        bit += 2;
        if (symbol + more > most + 1) return 0;
        for (let index: u32 = 0; index < more; index++) store<i16>(counts + (symbol++ << 1), 0);
      }
    }
    while (left < threshold) {
      wide--;
      threshold >>= 1;
    }
  }
  symbols = symbol;
  const rest = at + ((bit + 7) >>> 3);
  return left !== 1 || rest > end ? 0 : rest;
}

/** A table from counts; `values` and `extra` of each symbol, 0 for the symbol itself, 1 for offsets. False for counts that make none. */
function buildTable(cells: usize, values: usize, extra: usize): bool {
  const size: u32 = 1 << log;
  const counts = tables + COUNTS;
  const next = tables + NEXT;
  const spread = tables + SPREAD;
  let high = size - 1;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = load<i16>(counts + (symbol << 1));
    if (count === -1) store<u8>(spread + high--, symbol);
    store<u16>(next + (symbol << 1), count === -1 ? 1 : count);
  }
  const step = (size >>> 1) + (size >>> 3) + 3;
  let place: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = load<i16>(counts + (symbol << 1));
    for (let index: i32 = 0; index < (count as i32); index++) {
      store<u8>(spread + place, symbol);
      do place = (place + step) & (size - 1);
      while (place > high);
    }
  }
  if (place !== 0) return false;
  for (let index: u32 = 0; index < size; index++) {
    const symbol: u32 = load<u8>(spread + index);
    const number: u32 = load<u16>(next + (symbol << 1));
    store<u16>(next + (symbol << 1), number + 1);
    const bits = log - (31 - clz<u32>(number));
    storeCell(cells + (index << 3), symbol, bits, (number << bits) - size, values, extra);
  }
  return true;
}

function storeCell(cell: usize, symbol: u32, bits: u32, state: u32, values: usize, extra: usize): void {
  let value = symbol;
  let more: u32 = 0;
  if (values === 1) {
    value = 1 << symbol;
    more = symbol;
  } else if (values !== 0) {
    value = load<u32>(values + (symbol << 2));
    more = load<u8>(extra + symbol);
  }
  store<u64>(cell, (value as u64) | ((more as u64) << 32) | ((bits as u64) << 40) | ((state as u64) << 48));
}

/** One of the three tables of a block, by its mode. Gives where its description ends, and leaves its size in `log`; 0 for damage. */
function readTable(
  mode: u32,
  at: usize,
  end: usize,
  cells: usize,
  values: usize,
  extra: usize,
  most: u32,
  mostLog: u32,
  given: usize,
  givenLog: u32,
): usize {
  if (mode === 0) {
    log = givenLog;
    symbols = given === offsetCounts ? 29 : most + 1;
    memory.copy(tables + COUNTS, given, symbols << 1);
    return buildTable(cells, values, extra) ? at : 0;
  }
  if (mode === 1) {
    if (at >= end) return 0;
    const symbol: u32 = load<u8>(at);
    if (symbol > most) return 0;
    log = 0;
    storeCell(cells, symbol, 0, 0, values, extra);
    return at + 1;
  }
  const rest = readCounts(at, end, most, mostLog);
  return rest === 0 || !buildTable(cells, values, extra) ? 0 : rest;
}

/** Where the 64 bits that are looked at begin, and how many are used: set by `beginBits`. */
let bitPlace: usize = 0;
let bitUsed: u64 = 0;

/** Begins a stream that is read backwards: a bit stands above its first. */
function beginBits(at: usize, end: usize): bool {
  if (at >= end) return false;
  const last: u32 = load<u8>(end - 1);
  if (last === 0) return false;
  bitPlace = end - 8;
  bitUsed = (clz<u32>(last) - 23) as u64;
  return true;
}

function oneStream(at: usize, end: usize, to: usize, count: u32): bool {
  if (!beginBits(at, end)) return false;
  const codes = tables + HUFFMAN;
  const shift: u64 = 64 - huffmanLog;
  let place = bitPlace;
  let used = bitUsed;
  const last = to + count;
  while (to < last) {
    place -= (used >>> 3) as usize;
    used &= 7;
    // Past the begin by a word: the end below says so.
    if (place + 16 < at) return false;
    const word = load<u64>(place);
    for (let index = 0; index < 4 && to < last; index++) {
      const code: u32 = load<u16>(codes + (((word << used) >>> shift) as usize << 1));
      used += code >>> 8;
      store<u8>(to++, code);
    }
  }
  return ended(place, used, at);
}

/** Whether all bits were used, and no more. */
function ended(place: usize, used: u64, at: usize): bool {
  return ((place + 8) << 3) - (used as usize) === at << 3;
}

function fourStreams(at: usize, end: usize, to: usize, count: u32): bool {
  if (end - at < 10) return false;
  const share = (count + 3) >>> 2;
  if (share * 3 > count) return false;
  const from1 = at + 6;
  const from2 = from1 + load<u16>(at);
  const from3 = from2 + load<u16>(at + 2);
  const from4 = from3 + load<u16>(at + 4);
  if (from4 >= end) return false;
  const codes = tables + HUFFMAN;
  const shift: u64 = 64 - huffmanLog;
  if (!beginBits(from1, from2)) return false;
  let place1 = bitPlace;
  let used1 = bitUsed;
  if (!beginBits(from2, from3)) return false;
  let place2 = bitPlace;
  let used2 = bitUsed;
  if (!beginBits(from3, from4)) return false;
  let place3 = bitPlace;
  let used3 = bitUsed;
  if (!beginBits(from4, end)) return false;
  let place4 = bitPlace;
  let used4 = bitUsed;
  let done: u32 = 0;
  const shared: u32 = count - share * 3;
  // Five codes take at most 55 of the 57 bits that a word gives.
  while (done + 5 <= shared && place1 >= from1 + 8 && place2 >= from2 + 8 && place3 >= from3 + 8 && place4 >= from4 + 8) {
    place1 -= (used1 >>> 3) as usize;
    place2 -= (used2 >>> 3) as usize;
    place3 -= (used3 >>> 3) as usize;
    place4 -= (used4 >>> 3) as usize;
    used1 &= 7;
    used2 &= 7;
    used3 &= 7;
    used4 &= 7;
    const word1 = load<u64>(place1);
    const word2 = load<u64>(place2);
    const word3 = load<u64>(place3);
    const word4 = load<u64>(place4);
    const out = to + done;
    for (let index: usize = 0; index < 5; index++) {
      const code1: u32 = load<u16>(codes + (((word1 << used1) >>> shift) as usize << 1));
      const code2: u32 = load<u16>(codes + (((word2 << used2) >>> shift) as usize << 1));
      const code3: u32 = load<u16>(codes + (((word3 << used3) >>> shift) as usize << 1));
      const code4: u32 = load<u16>(codes + (((word4 << used4) >>> shift) as usize << 1));
      used1 += code1 >>> 8;
      used2 += code2 >>> 8;
      used3 += code3 >>> 8;
      used4 += code4 >>> 8;
      store<u8>(out + index, code1);
      store<u8>(out + share + index, code2);
      store<u8>(out + share * 2 + index, code3);
      store<u8>(out + share * 3 + index, code4);
    }
    done += 5;
  }
  return (
    restOf(place1, used1, from1, to + done, to + share) &&
    restOf(place2, used2, from2, to + share + done, to + share * 2) &&
    restOf(place3, used3, from3, to + share * 2 + done, to + share * 3) &&
    restOf(place4, used4, from4, to + share * 3 + done, to + count)
  );
}

function restOf(place: usize, used: u64, at: usize, to: usize, last: usize): bool {
  const codes = tables + HUFFMAN;
  const shift: u64 = 64 - huffmanLog;
  while (to < last) {
    place -= (used >>> 3) as usize;
    used &= 7;
    if (place + 16 < at) return false;
    const code: u32 = load<u16>(codes + (((load<u64>(place) << used) >>> shift) as usize << 1));
    used += code >>> 8;
    store<u8>(to++, code);
  }
  return ended(place, used, at);
}

function readSequences(at: usize, end: usize): bool {
  if (at >= end) return false;
  let count: u32 = load<u8>(at++);
  if (count === 255) {
    count = (load<u16>(at) as u32) + 0x7f00;
    at += 2;
  } else if (count >= 128) count = ((count - 128) << 8) + (load<u8>(at++) as u32);
  if (count === 0) {
    if (at !== end) return false;
    memory.copy(ring + position, literals, literalCount);
    position += literalCount;
    return true;
  }
  if (at >= end) return false;
  const modes: u32 = load<u8>(at++);
  if ((modes & 3) !== 0) return false;
  if (modes >>> 6 === 3) {
    if (!lengthKnown) return false;
  } else {
    at = readTable(modes >>> 6, at, end, tables + LITERAL_LENGTHS, lengthValues, lengthBits, 35, 9, lengthCounts, 6);
    if (at === 0) return false;
    lengthLog = log;
    lengthKnown = true;
  }
  if (((modes >>> 4) & 3) === 3) {
    if (!offsetKnown) return false;
  } else {
    at = readTable((modes >>> 4) & 3, at, end, tables + OFFSETS, 1, 0, 31, 8, offsetCounts, 5);
    if (at === 0) return false;
    offsetLog = log;
    offsetKnown = true;
  }
  if (((modes >>> 2) & 3) === 3) {
    if (!matchKnown) return false;
  } else {
    at = readTable((modes >>> 2) & 3, at, end, tables + MATCH_LENGTHS, matchValues, matchBits, 52, 9, matchCounts, 6);
    if (at === 0) return false;
    matchLog = log;
    matchKnown = true;
  }
  return beginBits(at, end) && execute(at, count);
}

/** Of the first `used` bits of a word the last `count`: a shift by a variable costs more than to look up a mask. */
// @ts-ignore: decorator
@inline
function lastBits(word: u64, used: u64, count: u64): u32 {
  return ((word >>> (0 - used)) as u32) & load<u32>(masks + ((count as usize) << 2));
}

/** Reads sequences and carries them out: so many literals, then so many bytes from so far back. */
function execute(at: usize, count: u32): bool {
  let place = bitPlace;
  let used = bitUsed;
  let word = load<u64>(place);
  used += lengthLog;
  let lengthState: u32 = lastBits(word, used, lengthLog);
  used += offsetLog;
  let offsetState: u32 = lastBits(word, used, offsetLog);
  used += matchLog;
  let matchState: u32 = lastBits(word, used, matchLog);
  let from = literals;
  const literalsEnd = from + literalCount;
  const blockStart = ring + position;
  const blockEnd = blockStart + BLOCK;
  const whole = window;
  const already = filled;
  const first = ring;
  let recent1 = rep1;
  let recent2 = rep2;
  let recent3 = rep3;
  let out = blockStart;
  for (;;) {
    place -= (used >>> 3) as usize;
    used &= 7;
    if (place + 16 < at) return false;
    word = load<u64>(place);
    const lengthCell = tables + LITERAL_LENGTHS + (lengthState << 3);
    const offsetCell = tables + OFFSETS + (offsetState << 3);
    const matchCell = tables + MATCH_LENGTHS + (matchState << 3);
    let bits: u64 = load<u8>(offsetCell, 4);
    used += bits;
    let offset: u32 = load<u32>(offsetCell) + lastBits(word, used, bits);
    bits = load<u8>(matchCell, 4);
    used += bits;
    const many: u32 = load<u32>(matchCell) + lastBits(word, used, bits);
    let plain: u32 = load<u32>(lengthCell);
    bits = load<u8>(lengthCell, 4);
    // States take at most 26 bits: a word gives all that most sequences need.
    if (used + bits > 38) {
      place -= (used >>> 3) as usize;
      used &= 7;
      word = load<u64>(place);
    }
    if (bits !== 0) {
      used += bits;
      plain += lastBits(word, used, bits);
    }
    if (--count > 0) {
      bits = load<u8>(lengthCell, 5);
      used += bits;
      lengthState = (load<u16>(lengthCell, 6) as u32) + lastBits(word, used, bits);
      bits = load<u8>(matchCell, 5);
      used += bits;
      matchState = (load<u16>(matchCell, 6) as u32) + lastBits(word, used, bits);
      bits = load<u8>(offsetCell, 5);
      used += bits;
      offsetState = (load<u16>(offsetCell, 6) as u32) + lastBits(word, used, bits);
    }
    if (offset > 3) {
      offset -= 3;
      recent3 = recent2;
      recent2 = recent1;
      recent1 = offset;
    } else {
      const which = offset - (plain === 0 ? 0 : 1);
      if (which === 0) offset = recent1;
      else {
        offset = which === 1 ? recent2 : which === 2 ? recent3 : recent1 - 1;
        if (which !== 1) recent3 = recent2;
        recent2 = recent1;
        recent1 = offset;
      }
    }
    if (from + plain > literalsEnd || out + plain + many > blockEnd) return false;
    // Sixteen at a time: what is written past the end is written again, or older than any distance.
    v128.store(out, v128.load(from));
    if (plain > 16) {
      const stop = out + plain;
      for (let to = out + 16, source = from + 16; to < stop; to += 16, source += 16) v128.store(to, v128.load(source));
    }
    from += plain;
    out += plain;
    const reach = already + ((out - blockStart) as u32);
    if (offset - 1 >= (reach < whole ? reach : whole)) return false;
    if (offset >= 16 && offset <= ((out - first) as u32)) {
      const source = out - offset;
      v128.store(out, v128.load(source));
      v128.store(out, v128.load(source, 16), 16);
      if (many > 32) {
        for (let done: usize = 32; done < many; done += 16) v128.store(out + done, v128.load(source + done));
      }
      out += many;
    } else {
      copyMatch(out, offset, many);
      out += many;
    }
    if (count === 0) break;
  }
  rep1 = recent1;
  rep2 = recent2;
  rep3 = recent3;
  if (!ended(place, used, at)) return false;
  const rest = (literalsEnd - from) as u32;
  if (out + rest > blockEnd) return false;
  memory.copy(out, from, rest);
  position = (out - ring) as u32 + rest;
  return true;
}

/** `many` bytes from `offset` back, less than 16 or in the round before; the caller has seen that they are there. */
function copyMatch(out: usize, offset: u32, many: u32): void {
  const stop = out + many;
  const behind = (out - ring) as u32;
  if (offset > behind) {
    // In the round before, and perhaps over its edge.
    let from = ring + edge - (offset - behind);
    const last = ring + edge;
    if (from + many <= last) {
      for (let to = out; to < stop; to += 16, from += 16) v128.store(to, v128.load(from));
      return;
    }
    for (let to = out; to < stop; to++) {
      store<u8>(to, load<u8>(from));
      if (++from === last) from = ring;
    }
    return;
  }
  let from = out - offset;
  let to = out;
  if (offset >= 8) {
    do {
      store<u64>(to, load<u64>(from));
      to += 8;
      from += 8;
    } while (to < stop);
  } else if (offset === 1) memory.fill(to, load<u8>(from), many);
  else {
    // A pattern repeats: once it fills eight bytes it is copied from a whole number of patterns back.
    const first = to + 8 < stop ? to + 8 : stop;
    while (to < first) store<u8>(to++, load<u8>(from++));
    from = to - (8 - (8 % offset));
    for (; to < stop; to += 8 - (8 % offset), from = to - (8 - (8 % offset))) store<u64>(to, load<u64>(from));
  }
}

// XXH64 with seed 0, of which the low 32 bits end a frame.

const PRIME1: u64 = 0x9e3779b185ebca87;
const PRIME2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME3: u64 = 0x165667b19e3779f9;
const PRIME4: u64 = 0x85ebca77c2b2ae63;
const PRIME5: u64 = 0x27d4eb2f165667c5;

let lane1: u64 = 0;
let lane2: u64 = 0;
let lane3: u64 = 0;
let lane4: u64 = 0;
let summed: u64 = 0;
/** Bytes that did not fill 32 yet. */
const held = memory.data(32);
let holds: u32 = 0;

function beginSum(): void {
  lane1 = PRIME1 + PRIME2;
  lane2 = PRIME2;
  lane3 = 0;
  lane4 = 0 - PRIME1;
  summed = 0;
  holds = 0;
}

function round(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * PRIME2, 31) * PRIME1;
}

function addSum(at: usize, count: u32): void {
  summed += count;
  const end = at + count;
  if (holds > 0) {
    const more: u32 = min<u32>(32 - holds, count);
    memory.copy(held + holds, at, more);
    holds += more;
    at += more;
    if (holds < 32) return;
    stripes(held, held + 32);
    holds = 0;
  }
  const whole = at + ((end - at) & ~31);
  stripes(at, whole);
  holds = (end - whole) as u32;
  memory.copy(held, whole, holds);
}

function stripes(at: usize, end: usize): void {
  let a = lane1;
  let b = lane2;
  let c = lane3;
  let d = lane4;
  for (; at < end; at += 32) {
    a = round(a, load<u64>(at));
    b = round(b, load<u64>(at, 8));
    c = round(c, load<u64>(at, 16));
    d = round(d, load<u64>(at, 24));
  }
  lane1 = a;
  lane2 = b;
  lane3 = c;
  lane4 = d;
}

/** Low 32 bits of the sum of all that came out since `begin`. */
export function sum(): u32 {
  let hash: u64;
  if (summed >= 32) {
    hash = rotl<u64>(lane1, 1) + rotl<u64>(lane2, 7) + rotl<u64>(lane3, 12) + rotl<u64>(lane4, 18);
    hash = (hash ^ round(0, lane1)) * PRIME1 + PRIME4;
    hash = (hash ^ round(0, lane2)) * PRIME1 + PRIME4;
    hash = (hash ^ round(0, lane3)) * PRIME1 + PRIME4;
    hash = (hash ^ round(0, lane4)) * PRIME1 + PRIME4;
  } else hash = PRIME5;
  hash += summed;
  let at = held;
  const end = held + holds;
  for (; at + 8 <= end; at += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * PRIME1 + PRIME4;
  if (at + 4 <= end) {
    hash = rotl<u64>(hash ^ ((load<u32>(at) as u64) * PRIME1), 23) * PRIME2 + PRIME3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl<u64>(hash ^ ((load<u8>(at) as u64) * PRIME5), 11) * PRIME1;
  hash = (hash ^ (hash >>> 33)) * PRIME2;
  hash = (hash ^ (hash >>> 29)) * PRIME3;
  return (hash ^ (hash >>> 32)) as u32;
}
