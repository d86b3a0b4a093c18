import { deflateRawSync } from "node:zlib";

/** Bytes between two marks of LZX, and the most of a block of a cabinet. */
const frameSize = 32 * 1024;

/** Bits as LZX wants them: the highest first, in little-endian words of 16. */
class BitWriter {
  readonly bytes: number[] = [];
  #hold = 0;
  #held = 0;
  write(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.#hold = (this.#hold << 1) | (Math.floor(value / 2 ** bit) & 1);
      if (++this.#held === 16) this.flush();
    }
  }
  flush(): void {
    if (this.#held === 0) return;
    const word = this.#hold << (16 - this.#held);
    this.bytes.push(word & 255, (word >> 8) & 255);
    this.#hold = this.#held = 0;
  }
  get aligned(): boolean {
    return this.#held === 0;
  }
}

/** Code lengths that use up all codes, `size` symbols of two neighbouring lengths. */
function evenLengths(size: number): number[] {
  const short = Math.floor(Math.log2(size));
  const few = 2 ** (short + 1) - size;
  return Array.from({ length: size }, (_, symbol) => (symbol < few ? short : short + 1));
}

function codesOf(lengths: readonly number[]): number[] {
  const codes: number[] = [];
  let code = 0;
  for (let length = 1; length <= 16; length++) {
    for (const [symbol, own] of lengths.entries()) if (own === length) codes[symbol] = code++;
    code *= 2;
  }
  return codes;
}

/** A block of LZX: 1 with plain offsets, 2 with aligned ones, 3 as it lies. */
export interface LzxBlock {
  readonly type: 1 | 2 | 3;
  readonly length: number;
}

/** What the data become where calls of programs are made absolute; `size` as the header says. */
function translateCalls(data: Buffer, size: number): Buffer {
  const out = Buffer.from(data);
  for (let from = 0; from < out.length && size > 0; from += frameSize) {
    const end = Math.min(out.length, from + frameSize);
    if (end - from <= 10) continue;
    for (let at = from; at < end - 10; at++) {
      if (out[at] !== 0xe8) continue;
      const relative = out.readInt32LE(at + 1);
      if (relative >= -at && relative < size - at) out.writeInt32LE(relative + at, at + 1);
      else if (relative >= size - at && relative < size) out.writeInt32LE(relative - size, at + 1);
      at += 4;
    }
  }
  return out;
}

/** LZX in frames: simple, but every kind of block, repeated offsets, runs over frames, and calls of programs (`programSize`). */
export function lzxFrames(plain: Buffer, windowBits: number, blocks: readonly LzxBlock[], programSize = 0): Buffer[] {
  const data = translateCalls(plain, programSize);
  const slots = [30, 32, 34, 36, 38, 42, 50][windowBits - 15] ?? 0;
  const extra = Array.from({ length: 51 }, (_, slot) => (slot < 4 ? 0 : slot >= 36 ? 17 : (slot >> 1) - 1));
  const base = [0];
  for (const bits of extra) base.push((base.at(-1) ?? 0) + 2 ** bits);
  const main = evenLengths(256 + slots * 8);
  const lengths = evenLengths(249);
  const aligned = [1, 2, 3, 4, 5, 6, 7, 7];
  const small = evenLengths(20);
  const [mainCodes, lengthCodes, alignedCodes, smallCodes] = [main, lengths, aligned, small].map(codesOf) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const frames: Buffer[] = [];
  let out = new BitWriter();
  let known = false;
  let r: [number, number, number] = [1, 1, 1];
  const last = new Map<number, number>();
  const tree = (own: readonly number[], from: number, to: number): void => {
    for (const length of small) out.write(length, 4);
    for (let index = from; index < to; index++) {
      const symbol = known ? 0 : (17 - (own[index] ?? 0)) % 17;
      out.write(smallCodes[symbol] ?? 0, small[symbol] ?? 0);
    }
  };
  if (programSize > 0) {
    out.write(1, 1);
    out.write(programSize >>> 16, 16);
    out.write(programSize & 0xffff, 16);
  } else out.write(0, 1);
  let at = 0;
  for (const { type, length } of blocks) {
    const end = at + length;
    out.write(type, 3);
    out.write(length, 24);
    if (type === 3) {
      if (out.aligned) out.write(0, 16);
      else out.flush();
      for (const offset of r) out.bytes.push(offset & 255, (offset >> 8) & 255, (offset >> 16) & 255, offset >>> 24);
    } else {
      if (type === 2) for (const one of aligned) out.write(one, 3);
      tree(main, 0, 256);
      tree(main, 256, main.length);
      tree(lengths, 0, 249);
      known = true;
    }
    while (at < end) {
      const frameEnd = (Math.floor(at / frameSize) + 1) * frameSize;
      const limit = Math.min(end, frameEnd, data.length);
      const key = at + 3 <= data.length ? data.readUIntBE(at, 3) : -1;
      const from = last.get(key);
      let count = 0;
      if (from !== undefined && at - from < 2 ** windowBits - 3)
        while (count < 257 && at + count < limit && data[from + count] === data[at + count]) count++;
      if (type === 3) {
        out.bytes.push(data[at] ?? 0);
        count = 1;
      } else if (count < 3 || from === undefined) {
        out.write(mainCodes[data[at] ?? 0] ?? 0, main[data[at] ?? 0] ?? 0);
        count = 1;
      } else {
        const offset = at - from;
        let slot = r.indexOf(offset);
        if (slot === 1) r = [r[1], r[0], r[2]];
        else if (slot === 2) r = [r[2], r[1], r[0]];
        else if (slot < 0) {
          slot = base.findIndex((_, index) => index >= 3 && (base[index + 1] ?? Infinity) > offset + 2);
          r = [offset, r[0], r[1]];
        }
        const symbol = 256 + slot * 8 + Math.min(7, count - 2);
        out.write(mainCodes[symbol] ?? 0, main[symbol] ?? 0);
        if (count - 2 >= 7) out.write(lengthCodes[count - 9] ?? 0, lengths[count - 9] ?? 0);
        if (slot >= 3) {
          const bits = extra[slot] ?? 0;
          const rest = offset + 2 - (base[slot] ?? 0);
          if (type === 2 && bits >= 3) {
            out.write(rest >> 3, bits - 3);
            out.write(alignedCodes[rest & 7] ?? 0, aligned[rest & 7] ?? 0);
          } else out.write(rest, bits);
        }
      }
      last.set(key, at);
      at += count;
      if (at === end && type === 3 && length % 2 === 1) out.bytes.push(0);
      if (at === frameEnd || at === data.length) {
        out.flush();
        frames.push(Buffer.from(out.bytes));
        out = new BitWriter();
      }
    }
  }
  return frames;
}

/** What `cabOf` writes. */
export interface CabOptions {
  readonly method?: "stored" | "mszip" | "lzx" | "quantum";
  /** Of LZX; one plain block of everything when absent. */
  readonly blocks?: readonly LzxBlock[];
  readonly programSize?: number;
  readonly windowBits?: number;
  readonly reserve?: boolean;
}

interface CabMember {
  readonly name: string;
  readonly data: Buffer | string;
}

function checksum(bytes: Buffer, seed: number): number {
  let sum = seed;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) sum ^= bytes.readInt32LE(at);
  let rest = 0;
  for (; at < bytes.length; at++) rest = (rest << 8) | (bytes[at] ?? 0);
  return (sum ^ rest) >>> 0;
}

/** Blocks of a folder: packed bytes and how many they unpack to. */
export function cabBlocks(data: Buffer, options: CabOptions = {}): { packed: Buffer; size: number }[] {
  const method = options.method ?? "mszip";
  const frames =
    method === "lzx"
      ? lzxFrames(data, options.windowBits ?? 15, options.blocks ?? [{ type: 1, length: data.length }], options.programSize)
      : undefined;
  const blocks: { packed: Buffer; size: number }[] = [];
  for (let at = 0; at < data.length; at += frameSize) {
    const plain = data.subarray(at, at + frameSize);
    const before = data.subarray(Math.max(0, at - frameSize), at);
    const packed =
      frames?.[at / frameSize] ??
      (method === "mszip"
        ? Buffer.concat([Buffer.from("CK"), deflateRawSync(plain, before.length === 0 ? {} : { dictionary: before })])
        : plain);
    blocks.push({ packed, size: plain.length });
  }
  return blocks;
}

/** The parts of a cabinet, laid out. `folder` of a file: its index, or one of the values that say it goes over cabinets. */
export function cabinetOf(
  folders: readonly { method: number; blocks: readonly { packed: Buffer; size: number }[] }[],
  files: readonly { name: string; size: number; from: number; folder: number }[],
  options: { index?: number; previous?: string; next?: string; reserve?: boolean } = {},
): Buffer {
  const reserve = options.reserve === true;
  const neighbours = [options.previous, options.next].filter((name) => name !== undefined).map((name) => Buffer.from(`${name}\0disk\0`));
  const extra = Buffer.concat([reserve ? Buffer.from([8, 0, 4, 2, 1, 2, 3, 4, 5, 6, 7, 8]) : Buffer.alloc(0), ...neighbours]);
  const folderStep = reserve ? 12 : 8;
  const directory = files.map(({ name, size, from, folder }) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(size, 0);
    entry.writeUInt32LE(from, 4);
    entry.writeUInt16LE(folder, 8);
    entry.writeUInt16LE(0x576a, 10);
    entry.writeUInt16LE(0x6000, 12);
    entry.writeUInt16LE(0xa0, 14);
    return Buffer.concat([entry, Buffer.from(`${name}\0`)]);
  });
  const filesAt = 36 + extra.length + folders.length * folderStep;
  let dataAt = filesAt + directory.reduce((all, one) => all + one.length, 0);
  const tables: Buffer[] = [];
  const data: Buffer[] = [];
  for (const { method, blocks } of folders) {
    const entry = Buffer.alloc(folderStep);
    entry.writeUInt32LE(dataAt, 0);
    entry.writeUInt16LE(blocks.length, 4);
    entry.writeUInt16LE(method, 6);
    tables.push(entry);
    for (const { packed, size } of blocks) {
      const header = Buffer.alloc(reserve ? 10 : 8);
      header.writeUInt16LE(packed.length, 4);
      header.writeUInt16LE(size, 6);
      header.writeUInt32LE(checksum(header.subarray(4), checksum(packed, 0)), 0);
      data.push(header, packed);
      dataAt += header.length + packed.length;
    }
  }
  const head = Buffer.alloc(36);
  head.write("MSCF", "latin1");
  head.writeUInt32LE(dataAt, 8);
  head.writeUInt32LE(filesAt, 16);
  head[24] = 3;
  head[25] = 1;
  head.writeUInt16LE(folders.length, 26);
  head.writeUInt16LE(files.length, 28);
  head.writeUInt16LE((options.previous === undefined ? 0 : 1) | (options.next === undefined ? 0 : 2) | (reserve ? 4 : 0), 30);
  head.writeUInt16LE(0x1234, 32);
  head.writeUInt16LE(options.index ?? 0, 34);
  return Buffer.concat([head, extra, ...tables, ...directory, ...data]);
}

/** A cabinet of one folder. */
export function cabOf(members: readonly CabMember[], options: CabOptions = {}): Buffer {
  const data = members.map((member) => Buffer.from(member.data));
  const method = { stored: 0, mszip: 1, quantum: 2, lzx: 3 | ((options.windowBits ?? 15) << 8) }[options.method ?? "mszip"];
  let from = 0;
  const files = members.map(({ name }, index) => {
    const size = data[index]?.length ?? 0;
    from += size;
    return { name, size, from: from - size, folder: 0 };
  });
  return cabinetOf([{ method, blocks: cabBlocks(Buffer.concat(data), options) }], files, { reserve: options.reserve === true });
}
