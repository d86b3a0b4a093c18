import { inflateSync } from "node:zlib";
import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";

/** A node: a folder, a message, an attachment. */
export interface PstNode {
  readonly id: number;
  /** Block with its data. */
  readonly data: number;
  /** Block that lists its subnodes; 0 for none. */
  readonly subnodes: number;
  readonly parent: number;
}

/** A personal folders file (MS-PST), ANSI, Unicode or the 4 KiB pages of newer .ost files, read block by block. */
export interface PstFile {
  /** All nodes in order of their ids. */
  nodes(): AsyncGenerator<PstNode, void>;
  node(id: number): Promise<PstNode | undefined>;
  /** Data blocks of a node, decoded; undefined where one is lost or they are past the limit. */
  blocks(id: number): Promise<readonly Buffer[] | undefined>;
  subnodes(block: number): Promise<ReadonlyMap<number, PstNode>>;
  readonly wide: boolean;
  /** Index and block of an item on a heap have other widths with pages of 4 KiB. */
  readonly large: boolean;
}

/** 128 MiB of one node: an attachment. */
const nodeLimit = 128 * 1024 * 1024;
/** Levels of a b-tree; four hold any file. */
const depthLimit = 8;
/** Pages kept at hand. */
const cacheSize = 512;
const subnodeLimit = 200_000;

/** "Compressible encryption" (MS-PST 5.1): one byte for another. */
const permutation = Buffer.from(
  "47f1b4e60b6a7248854e9eebe2f89453e0bba002e85a09abdbe3bac67cc310dd39059630f53760828cc9134a6b1df3fb8f2697ca911701c4322d6e3195ffd923d1005e79dc443b1a28c5615720903d83b943be67d2464276c06d5b7eb20f16293ca903540dda5ddff6b7c762cd8d06d3695c86d614f7a56675acb1e94521700c879f74a4224c6fbf1f56aa2eb3783350b0a392bccf191ca763cb1e4d3e4b1b9b4fe7f0eead3ab55904ea40552551e57a893868527bfc27aed7bdfa07f4cc8e5fef359c842b15d5773449b6120a7f7188fd9d18417d93d8582ccefe24afdeb836c8a180a69998a82f0e816573e4c2a28ad4e111d0088b2af2ed9a643fc16cf9ec",
  "hex",
);

/** Said of the first 12 bytes or more: personal folders, offline folders, an address book. */
export function startsAsPst(head: Uint8Array): boolean {
  return /^!BDN....S[MO]|^!BDN....AB/s.test(Buffer.from(head.subarray(0, 12)).toString("latin1"));
}

/** Opens a file; undefined when its header does not say where its trees are. */
export async function openPst(source: ByteSource, damaged: (detail: string) => void): Promise<PstFile | "unsupported" | undefined> {
  const header = Buffer.from(await readRange(source, 0, 564));
  if (!startsAsPst(header) || header.length < 564) return undefined;
  const version = header.readUInt16LE(10);
  const wide = version >= 23;
  const large = version >= 36;
  const crypt = header[wide ? 513 : 461] ?? 0;
  // "High encryption" is refused by Outlook itself since 2010.
  if (crypt > 1) return "unsupported";
  const number = (bytes: Buffer, at: number): number => (wide ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at));
  const size = wide ? 8 : 4;
  const nodeRoot = number(header, wide ? 224 : 188);
  const blockRoot = number(header, wide ? 240 : 196);
  const pageSize = large ? 4096 : 512;
  const shape = large
    ? { count: 4056, entry: 4060, level: 4061 }
    : wide
      ? { count: 488, entry: 490, level: 491 }
      : { count: 496, entry: 498, level: 499 };
  const pages = new Map<number, Promise<Page | undefined>>();

  interface Page {
    readonly bytes: Buffer;
    readonly count: number;
    readonly entry: number;
    readonly level: number;
  }

  function page(at: number): Promise<Page | undefined> {
    let found = pages.get(at);
    if (found === undefined) {
      found = readPage(at);
      pages.set(at, found);
      if (pages.size > cacheSize) pages.delete(pages.keys().next().value ?? 0);
    }
    return found;
  }

  async function readPage(at: number): Promise<Page | undefined> {
    if (!Number.isSafeInteger(at) || at < 512) return undefined;
    const bytes = Buffer.from(await readRange(source, at, pageSize));
    if (bytes.length < pageSize) return undefined;
    const count = large ? bytes.readUInt16LE(shape.count) : (bytes[shape.count] ?? 0);
    const entry = bytes[shape.entry] ?? 0;
    const level = bytes[shape.level] ?? 0;
    if (entry < (wide ? 24 : 12) || count * entry > shape.count || level > depthLimit) return undefined;
    return { bytes, count, entry, level };
  }

  /** Leaf entry whose key is the wanted one. */
  async function search(root: number, key: number): Promise<Buffer | undefined> {
    for (let at = root, depth = 0; depth <= depthLimit; depth++) {
      const found = await page(at);
      if (found === undefined) return undefined;
      let low = 0;
      let high = found.count - 1;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if (number(found.bytes, middle * found.entry) <= key) low = middle;
        else high = middle - 1;
      }
      if (found.count === 0) return undefined;
      const entry = found.bytes.subarray(low * found.entry, (low + 1) * found.entry);
      if (found.level === 0) return number(entry, 0) === key ? entry : undefined;
      at = number(entry, 2 * size);
    }
    return undefined;
  }

  function nodeOf(entry: Buffer): PstNode {
    return {
      id: entry.readUInt32LE(0),
      data: number(entry, size),
      subnodes: number(entry, 2 * size),
      parent: entry.readUInt32LE(3 * size),
    };
  }

  async function* nodes(): AsyncGenerator<PstNode, void> {
    const stack = [{ at: nodeRoot, depth: 0 }];
    const seen = new Set<number>();
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const found = seen.has(top.at) || top.depth > depthLimit ? undefined : await page(top.at);
      seen.add(top.at);
      if (found === undefined) {
        damaged("a page of the index of items is damaged");
        continue;
      }
      for (let index = found.count - 1; index >= 0 && found.level > 0; index--) {
        stack.push({ at: number(found.bytes, index * found.entry + 2 * size), depth: top.depth + 1 });
      }
      if (found.level > 0) continue;
      for (let index = 0; index < found.count; index++) {
        const entry = found.bytes.subarray(index * found.entry, (index + 1) * found.entry);
        if (entry.length >= 3 * size + 4) yield nodeOf(entry);
      }
    }
  }

  /** One block as it is stored: packed with zlib in newer .ost files, never decoded. */
  async function stored(id: number): Promise<Buffer | undefined> {
    const entry = await search(blockRoot, id - (id % 2));
    if (entry === undefined) return undefined;
    const length = entry.readUInt16LE(2 * size);
    const bytes = Buffer.from(await readRange(source, number(entry, size), length));
    if (bytes.length < length) return undefined;
    if (!large) return bytes;
    const inflated = entry.readUInt16LE(2 * size + 2);
    if (inflated === length || inflated === 0) return bytes;
    try {
      return inflateSync(bytes, { maxOutputLength: 65_536 });
    } catch {
      return undefined;
    }
  }

  async function gather(id: number, into: Buffer[], left: { bytes: number; blocks: number }, depth: number): Promise<boolean> {
    const bytes = await stored(id);
    if (bytes === undefined) {
      damaged("a block is lost");
      return false;
    }
    if (Math.floor(id / 2) % 2 === 0) {
      left.bytes -= bytes.length;
      if (left.bytes < 0) {
        damaged("an item is larger than is held in memory");
        return false;
      }
      into.push(decoded(bytes));
      return true;
    }
    const level = bytes[1] ?? 0;
    if (bytes[0] !== 1 || level < 1 || level > 2 || depth > 2) {
      damaged("a list of blocks is damaged");
      return false;
    }
    const count = Math.min(bytes.readUInt16LE(2), Math.floor((bytes.length - 8) / size));
    for (let index = 0; index < count; index++) {
      // Lists that name each other end with what may be held.
      if (--left.blocks < 0 || !(await gather(number(bytes, 8 + index * size), into, left, depth + 1))) return false;
    }
    return true;
  }

  function decoded(bytes: Buffer): Buffer {
    if (crypt === 1) for (let at = 0; at < bytes.length; at++) bytes[at] = permutation[bytes[at] as number] as number;
    return bytes;
  }

  async function subnodes(block: number): Promise<ReadonlyMap<number, PstNode>> {
    const found = new Map<number, PstNode>();
    const stack = [{ block, depth: 0 }];
    for (let top = stack.pop(); top !== undefined && found.size < subnodeLimit; top = stack.pop()) {
      if (top.block === 0) continue;
      const bytes = await stored(top.block);
      if (bytes === undefined || bytes.length < 8 || bytes[0] !== 2 || top.depth > 2) {
        damaged("a list of parts of an item is damaged");
        continue;
      }
      const count = bytes.readUInt16LE(2);
      const start = wide ? 8 : 4;
      const length = size * (bytes[1] === 0 ? 3 : 2);
      for (let index = 0; index < count && start + (index + 1) * length <= bytes.length; index++) {
        const at = start + index * length;
        if (bytes[1] === 0)
          found.set(bytes.readUInt32LE(at), {
            id: bytes.readUInt32LE(at),
            data: number(bytes, at + size),
            subnodes: number(bytes, at + 2 * size),
            parent: 0,
          });
        else stack.push({ block: number(bytes, at + size), depth: top.depth + 1 });
      }
    }
    return found;
  }

  return {
    nodes,
    wide,
    large,
    async node(id): Promise<PstNode | undefined> {
      const entry = await search(nodeRoot, id);
      return entry === undefined || entry.length < 3 * size + 4 ? undefined : nodeOf(entry);
    },
    async blocks(id): Promise<readonly Buffer[] | undefined> {
      if (id === 0) return [];
      const into: Buffer[] = [];
      const whole = await gather(id, into, { bytes: nodeLimit, blocks: 100_000 }, 0);
      return whole || into.length > 0 ? into : undefined;
    },
    subnodes,
  };
}
