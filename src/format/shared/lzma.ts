/** What one run of the decoder ended with. */
export type LzmaState = "more" | "end" | "damaged";

/** The LZMA algorithm (LZMA SDK, `lzma-specification.txt`): a sliding dictionary filled by a range coder. Runs over what is at hand. */
export interface LzmaDecoder {
  /** Takes new numbers of bits; false when they are none that exist. */
  properties(lc: number, lp: number, pb: number): boolean;
  resetState(): void;
  resetDictionary(): void;
  /** Begins the range coder with 5 bytes; false when the first is not zero. */
  begin(input: Uint8Array, at: number): boolean;
  /** Decodes until `wanted` bytes came out or input runs short of `end`; up to 273 bytes more may come. */
  run(input: Uint8Array, at: number, end: number, wanted: number): LzmaState;
  /** Where in the input the last run stopped. */
  taken(): number;
  /** Puts plain bytes into the dictionary (LZMA2). */
  copy(bytes: Uint8Array): void;
  /** What came out since it was last asked, in order. */
  output(): readonly Uint8Array[];
  /** True where the range coder ended as a whole stream does. */
  clean(): boolean;
}

/** One symbol takes no more bytes of input than this. */
export const lzmaMargin = 24;

const matchStates = 12;
/** Bit models of lengths: choice, choice 2, low and mid by position, high. */
const lengthSize = 2 + 16 * 8 + 16 * 8 + 256;

/**
 * A decoder with a dictionary of `size` bytes, which the caller bounds. All numbers are kept as signed 32-bit integers, which the engine
 * holds without boxing: twice as fast as unsigned ones.
 */
export function createLzmaDecoder(size: number): LzmaDecoder {
  const dictionary = new Uint8Array(Math.max(4096, size));
  const length = dictionary.length;
  let position = 0;
  /** Bytes that were ever put, up to the dictionary's length: a distance past them is damage. */
  let filled = 0;
  let told = 0;
  let pieces: Uint8Array[] = [];
  let lc = 0;
  let lpMask = 0;
  let pbMask = 0;
  let range = 0;
  let code = 0;
  let inAt = 0;
  let bytes: Uint8Array = new Uint8Array(0);
  let state = 0;
  let rep0 = 0;
  let rep1 = 0;
  let rep2 = 0;
  let rep3 = 0;
  /** Bytes that came out of the current run. */
  let total = 0;
  const isMatch = new Uint16Array(matchStates * 16);
  const isRep = new Uint16Array(matchStates);
  const isRepG0 = new Uint16Array(matchStates);
  const isRepG1 = new Uint16Array(matchStates);
  const isRepG2 = new Uint16Array(matchStates);
  const isRep0Long = new Uint16Array(matchStates * 16);
  const slots = new Uint16Array(4 * 64);
  const special = new Uint16Array(115);
  const align = new Uint16Array(16);
  const lengths = new Uint16Array(lengthSize);
  const repLengths = new Uint16Array(lengthSize);
  let literals = new Uint16Array(0x300);

  function resetState(): void {
    state = 0;
    rep0 = rep1 = rep2 = rep3 = 0;
    for (const models of [isMatch, isRep, isRepG0, isRepG1, isRepG2, isRep0Long, slots, special, align, lengths, repLengths, literals]) {
      models.fill(1024);
    }
  }

  function bit(models: Uint16Array, index: number): number {
    const model = models[index] as number;
    const bound = Math.imul(range >>> 11, model);
    let result = 0;
    if (code >>> 0 < bound >>> 0) {
      range = bound;
      models[index] = model + ((2048 - model) >>> 5);
    } else {
      range = (range - bound) | 0;
      code = (code - bound) | 0;
      models[index] = model - (model >>> 5);
      result = 1;
    }
    if (range >>> 24 === 0) {
      range <<= 8;
      code = (code << 8) | (bytes[inAt++] as number);
    }
    return result;
  }

  function tree(models: Uint16Array, from: number, bits: number): number {
    let symbol = 1;
    for (let index = 0; index < bits; index++) symbol = (symbol << 1) | bit(models, from + symbol);
    return symbol - (1 << bits);
  }

  function reverse(models: Uint16Array, from: number, bits: number): number {
    let symbol = 1;
    let result = 0;
    for (let index = 0; index < bits; index++) {
      const one = bit(models, from + symbol);
      symbol = (symbol << 1) | one;
      result |= one << index;
    }
    return result;
  }

  function direct(bits: number): number {
    let result = 0;
    for (let index = 0; index < bits; index++) {
      range >>>= 1;
      range |= 0;
      code = (code - range) | 0;
      const mask = code >> 31;
      code = (code + (range & mask)) | 0;
      result = (result << 1) + (mask + 1);
      if (range >>> 24 === 0) {
        range <<= 8;
        code = (code << 8) | (bytes[inAt++] as number);
      }
    }
    return result;
  }

  function matchLength(models: Uint16Array, posState: number): number {
    if (bit(models, 0) === 0) return 2 + tree(models, 2 + posState * 8, 3);
    if (bit(models, 1) === 0) return 10 + tree(models, 130 + posState * 8, 3);
    return 18 + tree(models, 258, 8);
  }

  function distance(len: number): number {
    const slot = tree(slots, Math.min(len - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << bits;
    if (slot < 14) return base + reverse(special, base - slot, bits);
    return (base + (direct(bits - 4) << 4) + reverse(align, 0, 4)) | 0;
  }

  function put(byte: number): void {
    dictionary[position++] = byte;
    total++;
    if (filled < length) filled++;
    if (position === length) wrap();
  }

  function wrap(): void {
    if (told < position) pieces.push(dictionary.slice(told, position));
    position = 0;
    told = 0;
  }

  function back(from: number): number {
    const at = position - from - 1;
    return dictionary[at < 0 ? at + length : at] as number;
  }

  function literal(): void {
    const previous = filled === 0 ? 0 : back(0);
    const base = 0x300 * ((((processed + total) & lpMask) << lc) + (previous >> (8 - lc)));
    let symbol = 1;
    if (state >= 7) {
      let match = back(rep0);
      do {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        const one = bit(literals, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | one;
        if (matchBit !== one) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | bit(literals, base + symbol);
    put(symbol & 0xff);
    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  /** Bytes out before the current run; only its low bits matter. */
  let processed = 0;

  function run(input: Uint8Array, at: number, end: number, wanted: number): LzmaState {
    bytes = input;
    inAt = at;
    processed = (processed + total) & 0xffff;
    total = 0;
    // Near the end of all input the margin cannot be kept: bytes past it count as zero, and `taken` shows that they were asked for.
    while (total < wanted && inAt <= end) {
      const posState = (processed + total) & pbMask;
      if (bit(isMatch, (state << 4) + posState) === 0) {
        literal();
        continue;
      }
      let len: number;
      if (bit(isRep, state) === 0) {
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        len = matchLength(lengths, posState);
        state = state < 7 ? 7 : 10;
        rep0 = distance(len);
        if (rep0 === -1) return "end";
      } else {
        if (filled === 0) return "damaged";
        if (bit(isRepG0, state) === 0) {
          if (bit(isRep0Long, (state << 4) + posState) === 0) {
            if (rep0 >>> 0 >= filled) return "damaged";
            state = state < 7 ? 9 : 11;
            put(back(rep0));
            continue;
          }
        } else {
          let next = rep1;
          if (bit(isRepG1, state) !== 0) {
            next = rep2;
            if (bit(isRepG2, state) !== 0) {
              next = rep3;
              rep3 = rep2;
            }
            rep2 = rep1;
          }
          rep1 = rep0;
          rep0 = next;
        }
        len = matchLength(repLengths, posState);
        state = state < 7 ? 8 : 11;
      }
      if (rep0 >>> 0 >= filled) return "damaged";
      let from = position - rep0 - 1;
      if (from < 0) from += length;
      if (from + len < length && position + len < length) {
        // The common case, without the ends of the ring. Runs of one byte are filled, long distances copied at once.
        if (rep0 === 0 && len > 15) {
          dictionary.fill(dictionary[from] as number, position, position + len);
          position += len;
        } else if (len > 31 && rep0 >= len) {
          dictionary.copyWithin(position, from, from + len);
          position += len;
        } else for (let to = position + len; position < to;) dictionary[position++] = dictionary[from++] as number;
        total += len;
        if (filled < length) filled = Math.min(length, filled + len);
      } else for (; len > 0; len--) put(back(rep0));
    }
    return "more";
  }

  return {
    properties(newLc, newLp, newPb): boolean {
      if (newLc > 8 || newLp > 4 || newPb > 4) return false;
      lc = newLc;
      lpMask = (1 << newLp) - 1;
      pbMask = (1 << newPb) - 1;
      literals = new Uint16Array(0x300 << (newLc + newLp));
      resetState();
      return true;
    },
    resetState,
    resetDictionary(): void {
      if (told < position) pieces.push(dictionary.slice(told, position));
      position = told = filled = 0;
      processed = total = 0;
    },
    begin(input, at): boolean {
      range = -1;
      code = ((input[at + 1] ?? 0) << 24) | ((input[at + 2] ?? 0) << 16) | ((input[at + 3] ?? 0) << 8) | (input[at + 4] ?? 0);
      return input[at] === 0;
    },
    run,
    taken: () => inAt,
    copy(plain): void {
      processed = (processed + total) & 0xffff;
      total = 0;
      for (const byte of plain) put(byte);
    },
    output(): readonly Uint8Array[] {
      if (told < position) {
        pieces.push(dictionary.slice(told, position));
        told = position;
      }
      const ready = pieces;
      pieces = [];
      return ready;
    },
    clean: () => code === 0,
  };
}
