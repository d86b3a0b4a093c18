// LZMA (LZMA SDK, lzma-specification.txt) and CRC-64 in AssemblyScript: what costs most in xz, .lzma and 7z. lzma.ts and crc64.ts say what is
// where in memory. Models are 16 bits each; the range coder reads bytes behind its input as what stands there, which is zero.

const TOP: u32 = 1 << 24;

/** Models by their place, in bytes from `models`. */
const IS_MATCH: usize = 0;
const IS_REP: usize = 384;
const IS_REP_G0: usize = 408;
const IS_REP_G1: usize = 432;
const IS_REP_G2: usize = 456;
const IS_REP0_LONG: usize = 480;
const SLOTS: usize = 864;
const SPECIAL: usize = 1376;
const ALIGN: usize = 1632;
const LENGTHS: usize = 1664;
const REP_LENGTHS: usize = 2704;
const MODELS_END: usize = 3744;

let models: usize = 0;
let dictionary: usize = 0;
let length: u32 = 0;
let literals: usize = 0;
let lc: u32 = 0;
let lpMask: u32 = 0;
let pbMask: u32 = 0;

let range: u32 = 0;
let code: u32 = 0;
let input: usize = 0;
let state: u32 = 0;
let rep0: u32 = 0;
let rep1: u32 = 0;
let rep2: u32 = 0;
let rep3: u32 = 0;

/** Bytes of a match that did not fit before the ring's end. */
let pending: u32 = 0;
let position: u32 = 0;
let filled: u32 = 0;
/** Bytes out; only the low bits matter. */
let processed: u32 = 0;

/** First byte of memory that is free. */
export function base(): usize {
  return (__heap_base + 63) & ~63;
}

/** `at`: 4 KiB for models; `ring`: a dictionary of `size` bytes with 16 behind it; the ring is the larger one. */
export function begin(at: usize, ring: usize, size: u32): void {
  models = at;
  dictionary = ring;
  length = size;
  position = filled = processed = 0;
}

/** `at`: room for 0x600 << (lc + lp) bytes. */
export function setProperties(at: usize, newLc: u32, newLp: u32, newPb: u32): void {
  literals = at;
  lc = newLc;
  lpMask = (1 << newLp) - 1;
  pbMask = (1 << newPb) - 1;
  resetState();
}

export function resetState(): void {
  state = 0;
  rep0 = rep1 = rep2 = rep3 = 0;
  fill(models, MODELS_END);
  // Of lp bits the mask is all ones.
  fill(literals, (0x600 << lc) * (lpMask + 1));
}

function fill(from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 2) store<u16>(from + at, 1024);
}

export function resetDictionary(): void {
  position = filled = processed = 0;
}

/** Five bytes begin the range coder; the first was looked at. */
export function beginCoder(at: usize): void {
  pending = 0;
  range = 0xffff_ffff;
  code = bswap<u32>(load<u32>(at + 1));
}

export function place(): u32 {
  return position;
}

export function inputPlace(): usize {
  return input;
}

/** Puts plain bytes that stand at `at` into the dictionary: at most up to its end. Gives how many. */
export function copyPlain(at: usize, count: u32): u32 {
  const room = min(count, length - position);
  memory.copy(dictionary + position, at, room);
  position += room;
  processed += room;
  filled = min(length, filled + room);
  return room;
}

export function wrap(): void {
  if (position === length) position = 0;
}

function bit(model: usize): u32 {
  const probability: u32 = load<u16>(model);
  const bound: u32 = (range >>> 11) * probability;
  let result: u32 = 0;
  if (code < bound) {
    range = bound;
    store<u16>(model, probability + ((2048 - probability) >>> 5));
  } else {
    range -= bound;
    code -= bound;
    store<u16>(model, probability - (probability >>> 5));
    result = 1;
  }
  if (range < TOP) {
    range <<= 8;
    code = (code << 8) | load<u8>(input++);
  }
  return result;
}

function tree(at: usize, bits: u32): u32 {
  let r = range;
  let c = code;
  let from = input;
  let symbol: u32 = 1;
  const end: u32 = 1 << bits;
  while (symbol < end) {
    const model = at + (symbol << 1);
    const probability: u32 = load<u16>(model);
    const bound: u32 = (r >>> 11) * probability;
    if (c < bound) {
      r = bound;
      store<u16>(model, probability + ((2048 - probability) >>> 5));
      symbol <<= 1;
    } else {
      r -= bound;
      c -= bound;
      store<u16>(model, probability - (probability >>> 5));
      symbol = (symbol << 1) | 1;
    }
    if (r < TOP) {
      r <<= 8;
      c = (c << 8) | load<u8>(from++);
    }
  }
  range = r;
  code = c;
  input = from;
  return symbol - end;
}

function reverse(at: usize, bits: u32): u32 {
  let r = range;
  let c = code;
  let from = input;
  let symbol: u32 = 1;
  let result: u32 = 0;
  for (let index: u32 = 0; index < bits; index++) {
    const model = at + (symbol << 1);
    const probability: u32 = load<u16>(model);
    const bound: u32 = (r >>> 11) * probability;
    if (c < bound) {
      r = bound;
      store<u16>(model, probability + ((2048 - probability) >>> 5));
      symbol <<= 1;
    } else {
      r -= bound;
      c -= bound;
      store<u16>(model, probability - (probability >>> 5));
      symbol = (symbol << 1) | 1;
      result |= 1 << index;
    }
    if (r < TOP) {
      r <<= 8;
      c = (c << 8) | load<u8>(from++);
    }
  }
  range = r;
  code = c;
  input = from;
  return result;
}

function direct(bits: u32): u32 {
  let r = range;
  let c = code;
  let from = input;
  let result: u32 = 0;
  for (let index: u32 = 0; index < bits; index++) {
    r >>>= 1;
    c -= r;
    const mask: u32 = 0 - (c >>> 31);
    c += r & mask;
    result = (result << 1) + (mask + 1);
    if (r < TOP) {
      r <<= 8;
      c = (c << 8) | load<u8>(from++);
    }
  }
  range = r;
  code = c;
  input = from;
  return result;
}

function matchLength(at: usize, posState: u32): u32 {
  if (bit(at) === 0) return 2 + tree(at + 4 + (posState << 4), 3);
  if (bit(at + 2) === 0) return 10 + tree(at + 260 + (posState << 4), 3);
  return 18 + tree(at + 516, 8);
}

function distance(len: u32): u32 {
  const slot = tree(models + SLOTS + (min<u32>(len - 2, 3) << 7), 6);
  if (slot < 4) return slot;
  const bits = (slot >>> 1) - 1;
  const first: u32 = (2 | (slot & 1)) << bits;
  if (slot < 14) return first + reverse(models + SPECIAL + ((first - slot) << 1), bits);
  return first + (direct(bits - 4) << 4) + reverse(models + ALIGN, 4);
}

function literal(): void {
  const previous: u32 = filled === 0 ? 0 : load<u8>(dictionary + (position === 0 ? length : position) - 1);
  const at = literals + 0x600 * (((processed & lpMask) << lc) + (previous >>> (8 - lc)));
  let r = range;
  let c = code;
  let from = input;
  let symbol: u32 = 1;
  if (state >= 7) {
    let match: u32 = load<u8>(dictionary + (position - rep0 - 1 + (position <= rep0 ? length : 0)));
    let offset: u32 = 0x100;
    // While the bits agree the models are those of the byte that stands at the last distance.
    do {
      match <<= 1;
      const matchBit = match & offset;
      const model = at + ((offset + matchBit + symbol) << 1);
      const probability: u32 = load<u16>(model);
      const bound: u32 = (r >>> 11) * probability;
      if (c < bound) {
        r = bound;
        store<u16>(model, probability + ((2048 - probability) >>> 5));
        symbol <<= 1;
        offset &= ~matchBit;
      } else {
        r -= bound;
        c -= bound;
        store<u16>(model, probability - (probability >>> 5));
        symbol = (symbol << 1) | 1;
        offset &= matchBit;
      }
      if (r < TOP) {
        r <<= 8;
        c = (c << 8) | load<u8>(from++);
      }
    } while (symbol < 0x100);
  } else {
    do {
      const model = at + (symbol << 1);
      const probability: u32 = load<u16>(model);
      const bound: u32 = (r >>> 11) * probability;
      if (c < bound) {
        r = bound;
        store<u16>(model, probability + ((2048 - probability) >>> 5));
        symbol <<= 1;
      } else {
        r -= bound;
        c -= bound;
        store<u16>(model, probability - (probability >>> 5));
        symbol = (symbol << 1) | 1;
      }
      if (r < TOP) {
        r <<= 8;
        c = (c << 8) | load<u8>(from++);
      }
    } while (symbol < 0x100);
  }
  range = r;
  code = c;
  input = from;
  store<u8>(dictionary + position, symbol);
  state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
}

/** Copies `len` bytes from `rep0` + 1 back; the caller has seen that they end within the ring. */
function copyMatch(len: u32): void {
  let to = dictionary + position;
  const end = to + len;
  const back: u32 = rep0 + 1;
  let from = to - back;
  if (position < back) {
    // Over the ring's end and round.
    from += length;
    const edge = dictionary + length;
    for (; to < end; to++) {
      store<u8>(to, load<u8>(from));
      if (++from === edge) from = dictionary;
    }
    return;
  }
  // Eight at a time; what is written past the end is older than any distance that may still come, or behind the ring.
  if (back >= 8) {
    for (; to < end; to += 8, from += 8) store<u64>(to, load<u64>(from));
  } else if (back === 1) {
    memory.fill(to, load<u8>(from), len);
  } else {
    for (; to < end; to++, from++) store<u8>(to, load<u8>(from));
  }
}

/**
 * Decodes until `wanted` bytes came out, the ring is full, or input passes `end`. 0: more can come, 1: an end that is marked, 2: damage, 3: the
 * ring is full: take what is in it, call `wrap`, go on.
 */
export function run(at: usize, end: usize, wanted: u32): u32 {
  input = at;
  const start = processed;
  if (pending > 0) {
    const len = min(pending, length - position);
    copyMatch(len);
    advance(len);
    pending -= len;
    if (position === length) return 3;
  }
  while (processed - start < wanted && input <= end) {
    const posState = processed & pbMask;
    if (bit(models + IS_MATCH + (((state << 4) + posState) << 1)) === 0) {
      literal();
      advance(1);
      if (position === length) return 3;
      continue;
    }
    let len: u32;
    if (bit(models + IS_REP + (state << 1)) === 0) {
      rep3 = rep2;
      rep2 = rep1;
      rep1 = rep0;
      len = matchLength(models + LENGTHS, posState);
      state = state < 7 ? 7 : 10;
      rep0 = distance(len);
      if (rep0 === 0xffff_ffff) return 1;
    } else {
      if (filled === 0) return 2;
      if (bit(models + IS_REP_G0 + (state << 1)) === 0) {
        if (bit(models + IS_REP0_LONG + (((state << 4) + posState) << 1)) === 0) {
          if (rep0 >= filled) return 2;
          state = state < 7 ? 9 : 11;
          copyMatch(1);
          advance(1);
          if (position === length) return 3;
          continue;
        }
      } else {
        let next = rep1;
        if (bit(models + IS_REP_G1 + (state << 1)) !== 0) {
          next = rep2;
          if (bit(models + IS_REP_G2 + (state << 1)) !== 0) {
            next = rep3;
            rep3 = rep2;
          }
          rep2 = rep1;
        }
        rep1 = rep0;
        rep0 = next;
      }
      len = matchLength(models + REP_LENGTHS, posState);
      state = state < 7 ? 8 : 11;
    }
    if (rep0 >= filled) return 2;
    const room = min(len, length - position);
    copyMatch(room);
    advance(room);
    pending = len - room;
    if (position === length) return 3;
  }
  return 0;
}

function advance(count: u32): void {
  position += count;
  processed += count;
  filled = min(length, filled + count);
}

// CRC-64 of ECMA-182, reflected, eight bytes at a time over eight tables.

let tables: usize = 0;
let sum: u64 = 0;

/** `at`: 16 KiB for the tables. */
export function beginSum(at: usize): void {
  tables = at;
  sum = 0xffff_ffff_ffff_ffff;
  for (let index: u32 = 0; index < 256; index++) {
    let value: u64 = index;
    for (let round: u32 = 0; round < 64; round++) {
      value = (value & 1) === 1 ? (value >>> 1) ^ 0xc96c5795d7870f42 : value >>> 1;
      if ((round & 7) === 7) store<u64>(at + ((round >>> 3) << 11) + (index << 3), value);
    }
  }
}

export function addSum(at: usize, count: u32): void {
  let value = sum;
  let from = at;
  const end = at + count;
  for (; from + 8 <= end; from += 8) {
    const word = value ^ load<u64>(from);
    value =
      load<u64>(tables + 14336 + (((word as usize) & 255) << 3)) ^
      load<u64>(tables + 12288 + ((((word >>> 8) as usize) & 255) << 3)) ^
      load<u64>(tables + 10240 + ((((word >>> 16) as usize) & 255) << 3)) ^
      load<u64>(tables + 8192 + ((((word >>> 24) as usize) & 255) << 3)) ^
      load<u64>(tables + 6144 + ((((word >>> 32) as usize) & 255) << 3)) ^
      load<u64>(tables + 4096 + ((((word >>> 40) as usize) & 255) << 3)) ^
      load<u64>(tables + 2048 + ((((word >>> 48) as usize) & 255) << 3)) ^
      load<u64>(tables + (((word >>> 56) as usize) << 3));
  }
  for (; from < end; from++) value = load<u64>(tables + ((((value ^ load<u8>(from)) as usize) & 255) << 3)) ^ (value >>> 8);
  sum = value;
}

export function lowSum(): u32 {
  return ~sum as u32;
}

export function highSum(): u32 {
  return (~sum >>> 32) as u32;
}
