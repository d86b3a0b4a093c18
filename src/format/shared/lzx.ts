/** Bytes of plain data between two marks in the packed ones: cabinets store a block for each, help files an offset. */
export const lzxFrame: number = 32 * 1024;

const extraBits: readonly number[] = Array.from({ length: 51 }, (_, slot) => (slot < 4 ? 0 : slot >= 36 ? 17 : (slot >> 1) - 1));
const baseOffsets: readonly number[] = extraBits.reduce<number[]>((all, bits) => [...all, (all.at(-1) ?? 0) + 2 ** bits], [0]);
/** Position slots by the bits of the window, from 15 to 21. */
const slotCounts: readonly number[] = [30, 32, 34, 36, 38, 42, 50];

/** Codes up to this length are looked up in one step. */
const fastBits = 10;
const longest = 16;

/** A canonical Huffman code, most significant bit first. */
interface Code {
  /** By the next `fastBits` bits: symbol × 32 + length; 0 where the code is longer. */
  readonly fast: Uint32Array;
  /** Longer codes: by length the first code, the first index into `symbols` and the number of codes. */
  readonly first: Uint32Array;
  readonly index: Uint32Array;
  readonly count: Uint32Array;
  readonly symbols: Uint16Array;
  readonly empty: boolean;
}

/** Undefined where the lengths are none of a code. */
function buildCode(lengths: Uint8Array, size: number): Code | undefined {
  const count = new Uint32Array(longest + 1);
  for (let symbol = 0; symbol < size; symbol++) count[lengths[symbol] as number] = (count[lengths[symbol] as number] as number) + 1;
  count[0] = 0;
  const first = new Uint32Array(longest + 1);
  const index = new Uint32Array(longest + 1);
  let code = 0;
  let total = 0;
  for (let length = 1; length <= longest; length++) {
    first[length] = code;
    index[length] = total;
    total += count[length] as number;
    code = (code + (count[length] as number)) * 2;
    if (code > 2 ** (length + 1)) return undefined;
  }
  const symbols = new Uint16Array(total);
  const next = Uint32Array.from(index);
  const fast = new Uint32Array(2 ** fastBits);
  for (let symbol = 0; symbol < size; symbol++) {
    const length = lengths[symbol] as number;
    if (length === 0) continue;
    const at = next[length] as number;
    next[length] = at + 1;
    symbols[at] = symbol;
    if (length > fastBits) continue;
    const from = ((first[length] as number) + at - (index[length] as number)) << (fastBits - length);
    fast.fill(symbol * 32 + length, from, from + 2 ** (fastBits - length));
  }
  return { fast, first, index, count, symbols, empty: total === 0 };
}

/** Damage inside a frame: never leaves this file. */
class Damage extends Error {}

/** Unpacks frames one after the other; each call goes on where the last one ended. */
export interface LzxDecoder {
  /**
   * The next `size` plain bytes (at most `lzxFrame`) out of `packed`, which begins and ends with the frame. Undefined where the data are
   * damaged: nothing after it can be unpacked before a reset.
   */
  frame(packed: Uint8Array, size: number): Uint8Array | undefined;
  /** Back to the state of the begin; what was unpacked may still be referred to. */
  reset(): void;
}

/**
 * LZX as cabinets and compiled help hold it ([MS-PATCH], and what Microsoft's cabinet SDK says of it). `windowBits`: 15 to 21; undefined
 * comes back for any other.
 */
export function createLzxDecoder(windowBits: number): LzxDecoder | undefined {
  const slots = slotCounts[windowBits - 15];
  if (slots === undefined) return undefined;
  const mainSize = 256 + slots * 8;
  const windowSize = 2 ** windowBits;
  const window = new Uint8Array(windowSize);
  const mask = windowSize - 1;
  const mainLengths = new Uint8Array(mainSize);
  const lengthLengths = new Uint8Array(249);
  let main: Code | undefined;
  let lengths: Code | undefined;
  let aligned: Code | undefined;
  let position = 0;
  let filled = 0;
  let total = 0;
  /** Bytes that the last match of a frame put behind its end. */
  let ahead = 0;
  let broken = false;
  let r0 = 1;
  let r1 = 1;
  let r2 = 1;
  let headerRead = false;
  let programSize = 0;
  let programSeen = false;
  let blockType = 0;
  let blockLeft = 0;
  let blockOdd = false;
  let input: Uint8Array = window;
  let at = 0;
  let hold = 0;
  let held = 0;

  function reset(): void {
    mainLengths.fill(0);
    lengthLengths.fill(0);
    r0 = r1 = r2 = 1;
    headerRead = programSeen = broken = blockOdd = false;
    programSize = blockType = blockLeft = ahead = 0;
  }

  /** Has `count` (at most 16) bits at hand; past the end there are zeros, of which no more than a frame's worth are taken. */
  function need(count: number): void {
    while (held < count) {
      if (at > input.length + 4) throw new Damage();
      hold = (hold << 16) | ((input[at + 1] ?? 0) << 8) | (input[at] ?? 0);
      at += 2;
      held += 16;
    }
  }
  function bits(count: number): number {
    if (count === 0) return 0;
    if (count > 16) return bits(count - 16) * 65_536 + bits(16);
    need(count);
    held -= count;
    return (hold >>> held) & (2 ** count - 1);
  }
  function symbol(code: Code): number {
    need(16);
    const look = (hold >>> (held - 16)) & 0xffff;
    const entry = code.fast[look >>> (16 - fastBits)] as number;
    if (entry !== 0) {
      held -= entry & 31;
      return entry >>> 5;
    }
    for (let length = fastBits + 1; length <= longest; length++) {
      const offset = (look >>> (16 - length)) - (code.first[length] as number);
      if (offset >= 0 && offset < (code.count[length] as number)) {
        held -= length;
        return code.symbols[(code.index[length] as number) + offset] as number;
      }
    }
    throw new Damage();
  }

  function readLengths(into: Uint8Array, from: number, to: number): void {
    const small = new Uint8Array(20);
    for (let index = 0; index < 20; index++) small[index] = bits(4);
    const code = buildCode(small, 20);
    if (code === undefined) throw new Damage();
    for (let index = from; index < to;) {
      const value = symbol(code);
      let run = 1;
      let length = 0;
      if (value === 17) run = bits(4) + 4;
      else if (value === 18) run = bits(5) + 20;
      else if (value === 19) {
        run = bits(1) + 4;
        length = ((into[index] as number) + 17 - symbol(code)) % 17;
      } else length = ((into[index] as number) + 17 - value) % 17;
      for (; run > 0 && index < to; run--) into[index++] = length;
    }
  }

  function code(of: Uint8Array, size: number): Code {
    const built = buildCode(of, size);
    if (built === undefined) throw new Damage();
    return built;
  }

  function beginBlock(): void {
    blockType = bits(3);
    blockLeft = bits(16) * 256 + bits(8);
    if (blockType === 1 || blockType === 2) {
      if (blockType === 2) {
        const small = new Uint8Array(8);
        for (let index = 0; index < 8; index++) small[index] = bits(3);
        aligned = code(small, 8);
      }
      readLengths(mainLengths, 0, 256);
      readLengths(mainLengths, 256, mainSize);
      main = code(mainLengths, mainSize);
      if (mainLengths[0xe8] !== 0) programSeen = true;
      readLengths(lengthLengths, 0, 249);
      lengths = code(lengthLengths, 249);
    } else if (blockType === 3) {
      programSeen = true;
      // One to sixteen bits fill up to the next unit.
      if (held === 0) need(16);
      at -= held > 16 ? 2 : 0;
      held = 0;
      const long = (): number => {
        const value = (input[at] ?? 0) + (input[at + 1] ?? 0) * 256 + (input[at + 2] ?? 0) * 65_536 + (input[at + 3] ?? 0) * 16_777_216;
        at += 4;
        return value;
      };
      r0 = long();
      r1 = long();
      r2 = long();
      blockOdd = (blockLeft & 1) !== 0;
    } else throw new Damage();
  }

  function put(byte: number): void {
    window[position] = byte;
    position = (position + 1) & mask;
  }

  /** Plain bytes of a packed block, at least `wanted` where the block has them; the last match may give more. */
  function unpack(wanted: number): number {
    if (main === undefined || lengths === undefined) throw new Damage();
    const limit = Math.min(wanted, blockLeft);
    let out = 0;
    while (out < limit) {
      const element = symbol(main);
      if (element < 256) {
        put(element);
        out++;
        continue;
      }
      let length = (element & 7) + 2;
      if (length === 9) {
        if (lengths.empty) throw new Damage();
        length += symbol(lengths);
      }
      const slot = (element - 256) >>> 3;
      let offset: number;
      if (slot === 0) offset = r0;
      else if (slot === 1) {
        offset = r1;
        r1 = r0;
        r0 = offset;
      } else if (slot === 2) {
        offset = r2;
        r2 = r0;
        r0 = offset;
      } else {
        const extra = extraBits[slot] ?? 0;
        offset = (baseOffsets[slot] ?? 0) - 2;
        if (blockType === 2 && extra >= 3) {
          if (aligned === undefined) throw new Damage();
          offset += bits(extra - 3) * 8 + symbol(aligned);
        } else offset += bits(extra);
        r2 = r1;
        r1 = r0;
        r0 = offset;
      }
      if (offset < 1 || offset > filled + out || offset > windowSize) throw new Damage();
      for (let left = length; left > 0; left--) put(window[(position - offset) & mask] as number);
      out += length;
    }
    if (out > blockLeft) throw new Damage();
    return out;
  }

  function copy(wanted: number): number {
    const count = Math.min(wanted, blockLeft);
    if (at + count > input.length) throw new Damage();
    for (let left = count; left > 0; left--) put(input[at++] as number);
    return count;
  }

  /** Undoes what was done to the operands of calls in programs: E8 is also the first byte of many Chinese characters in UTF-8. */
  function undoCalls(plain: Uint8Array, from: number): void {
    if (!programSeen || programSize === 0 || from >= 2 ** 30 || plain.length <= 10) return;
    const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
    for (let index = 0; index < plain.length - 10; index++) {
      if (plain[index] !== 0xe8) continue;
      const absolute = view.getInt32(index + 1, true);
      const current = from + index;
      if (absolute >= -current && absolute < programSize)
        view.setInt32(index + 1, absolute >= 0 ? absolute - current : absolute + programSize, true);
      index += 4;
    }
  }

  return {
    reset,
    frame(packed, size): Uint8Array | undefined {
      if (broken) return undefined;
      input = packed;
      at = hold = held = 0;
      try {
        if (!headerRead) {
          if (bits(1) === 1) programSize = bits(32);
          headerRead = true;
        }
        let out = ahead;
        while (out < size) {
          if (blockLeft === 0) beginBlock();
          const count = blockType === 3 ? copy(size - out) : unpack(size - out);
          blockLeft -= count;
          if (blockLeft === 0 && blockOdd) {
            at++;
            blockOdd = false;
          }
          out += count;
          filled = Math.min(windowSize, filled + count);
        }
        ahead = out - size;
        const plain = new Uint8Array(size);
        const from = (position - out) & mask;
        const head = Math.min(size, windowSize - from);
        plain.set(window.subarray(from, from + head));
        plain.set(window.subarray(0, size - head), head);
        undoCalls(plain, total);
        total += size;
        return plain;
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
        broken = true;
        return undefined;
      }
    },
  };
}
