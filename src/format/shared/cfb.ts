import type { ByteSource } from "../../model/entry.ts";
import { rangeSource, readRange } from "./bytes.ts";
import { fileTime } from "./fileTime.ts";

/** A storage or stream of a compound file. */
export interface CfbEntry {
  /** As stored; the first character of system streams is a control character (`\x05SummaryInformation`). */
  readonly name: string;
  /** Names from below the root, joined with `/`; empty for the root. */
  readonly path: string;
  readonly kind: "root" | "storage" | "stream";
  /** Bytes of a stream as declared. */
  readonly size: number;
  /** Class id of a storage, 32 hex digits in the order of the bytes. */
  readonly classId: string;
  readonly modified: string | undefined;
  readonly children: readonly CfbEntry[];
  /** First sector. */
  readonly start: number;
}

/** A stream, as far as it can be had. */
export interface CfbStream {
  /** Bytes that can be had: fewer than declared where the file is cut or a chain breaks. */
  readonly size: number;
  /** Why there are fewer bytes than declared; undefined when all are there. */
  readonly damage: string | undefined;
  /** The first `limit` bytes, all unless said. */
  bytes(limit?: number): Promise<Uint8Array>;
  source(): ByteSource;
}

/** A compound file (OLE2, MS-CFB) being read. */
export interface Cfb {
  readonly root: CfbEntry;
  /** All but the root, each storage before what it holds. */
  readonly entries: readonly CfbEntry[];
  /** What is wrong with header, tables or directory; undefined when nothing is. */
  readonly damage: string | undefined;
  /** By path, without regard to case. */
  find(path: string): CfbEntry | undefined;
  stream(entry: CfbEntry): Promise<CfbStream>;
}

const magic: readonly number[] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/** Said of the first 8 bytes or more. */
export function startsAsCfb(head: Uint8Array): boolean {
  return magic.every((byte, index) => head[index] === byte);
}

/** Whether the file holds an encrypted Office document: what else it has then is a page that says so to old programs. */
export function isEncryptedPackage(members: ReadonlySet<string>): boolean {
  return members.has("EncryptedPackage") && members.has("EncryptionInfo");
}

const END = 0xfffffffe;
const LAST = 0xfffffffa;
/** Where a table is lost its chains are taken to go on with the next sector, as they mostly do. */
const LOST = 0xfffffff0;
const NONE = 0xffffffff;
/** A stream below 4096 bytes lies in the mini stream (MS-CFB fixes it). */
const CUTOFF = 4096;
const MINI = 64;
/** 262,144 directory entries, 32 MiB of directory: mail with thousands of attachments has some 100,000. */
const entryLimit = 262_144;
/** Storages in storages: mail in mail in mail needs three levels each. */
const depthLimit = 64;

/** Bytes of a stream: offset in what holds it, and how many. */
type Run = readonly [from: number, length: number];

interface Chain {
  readonly runs: readonly Run[];
  readonly length: number;
  readonly damage: string | undefined;
}

/** Follows chains of one table; each sector is taken once a chain, so a loop ends. */
interface ChainReader {
  follow(start: number, size: number | undefined): Chain;
}

const opened = new WeakMap<ByteSource, Promise<Cfb | undefined>>();

/**
 * Opens a compound file: header, DIFAT, FAT, mini FAT and directory, versions 3 and 4. Reads what can be read of a damaged or cut one: a lost
 * table is taken for contiguous sectors, a lost directory is sought. Undefined when there is no directory at all, or no magic number. Read once for each source.
 */
export function readCfb(source: ByteSource): Promise<Cfb | undefined> {
  let cfb = opened.get(source);
  if (cfb === undefined) {
    cfb = open(source);
    opened.set(source, cfb);
  }
  return cfb;
}

async function open(source: ByteSource): Promise<Cfb | undefined> {
  const header = Buffer.from(await readRange(source, 0, 512));
  if (!startsAsCfb(header) || header.length < 512) return undefined;
  const size = source.size ?? (await lengthOf(source));
  const shift = header.readUInt16LE(30) === 12 || header.readUInt16LE(26) === 4 ? 12 : 9;
  const sectorSize = 1 << shift;
  const sectors = Math.max(0, Math.ceil((size - sectorSize) / sectorSize));
  let damage: string | undefined;
  const note = (detail: string): void => {
    damage ??= detail;
  };
  const fat = await readFat(source, header, sectorSize, sectors, note);
  const big = chainReader(fat, sectorSize, sectorSize, size);
  const records = await readDirectory(source, big, header.readUInt32LE(48), sectorSize, size, note);
  if (records === undefined) return undefined;
  const wide = shift === 12;
  const tree = buildTree(records, wide, note);
  let mini: Promise<{ reader: ChainReader; holder: ByteSource }> | undefined;

  async function openMini(): Promise<{ reader: ChainReader; holder: ByteSource }> {
    const declared = wide ? Number(records?.readBigUInt64LE(120) ?? 0n) : (records?.readUInt32LE(120) ?? 0);
    const held = runSource(source, big.follow(tree.root.start, declared));
    const table = big.follow(header.readUInt32LE(60), undefined);
    const bytes = await readAll(runSource(source, table), Math.ceil((held.size ?? 0) / MINI) * 4);
    const entries = new Uint32Array(Math.ceil((held.size ?? 0) / MINI)).fill(LOST);
    for (let index = 0; index * 4 + 4 <= bytes.length && index < entries.length; index++) entries[index] = bytes.readUInt32LE(index * 4);
    // The mini stream is read once: its sectors are small and asked for one by one.
    const holder = memory(await readAll(held, held.size ?? 0));
    return { reader: chainReader(entries, MINI, 0, holder.size ?? 0), holder };
  }

  const byPath = new Map<string, CfbEntry>();
  for (const entry of tree.entries) {
    const key = entry.path.toLowerCase();
    if (!byPath.has(key)) byPath.set(key, entry);
  }
  return {
    root: tree.root,
    entries: tree.entries,
    damage,
    find: (path) => byPath.get(path.toLowerCase()),
    async stream(entry): Promise<CfbStream> {
      if (entry.kind === "stream" && entry.size < CUTOFF && entry.size > 0) {
        mini ??= openMini();
        const { reader, holder } = await mini;
        return streamOf(holder, reader.follow(entry.start, entry.size));
      }
      return streamOf(source, big.follow(entry.start, entry.size));
    },
  };
}

function streamOf(holder: ByteSource, chain: Chain): CfbStream {
  const bytes = runSource(holder, chain);
  return {
    size: chain.length,
    damage: chain.damage,
    bytes: (limit = chain.length) => readAll(bytes, limit),
    source: () => bytes,
  };
}

async function readFat(
  source: ByteSource,
  header: Buffer,
  sectorSize: number,
  sectors: number,
  note: (detail: string) => void,
): Promise<Uint32Array> {
  const per = sectorSize / 4;
  const needed = Math.ceil(sectors / per);
  const places: number[] = [];
  for (let index = 0; index < 109 && places.length < needed; index++) places.push(header.readUInt32LE(76 + 4 * index));
  let next = header.readUInt32LE(68);
  for (let count = 0; places.length < needed && next < LAST && count <= sectors; count++) {
    const table = next < sectors ? Buffer.from(await readRange(source, (next + 1) * sectorSize, sectorSize)) : Buffer.alloc(0);
    if (table.length < sectorSize) {
      note("the table of tables is cut");
      break;
    }
    for (let index = 0; index < per - 1 && places.length < needed; index++) places.push(table.readUInt32LE(4 * index));
    next = table.readUInt32LE(sectorSize - 4);
  }
  const fat = new Uint32Array(sectors).fill(LOST);
  for (let index = 0; index < places.length;) {
    const place = places[index] ?? NONE;
    if (place >= sectors) {
      if (place < LAST) note("a part of the sector table lies outside the file");
      index++;
      continue;
    }
    // Neighbours are read at once.
    let count = 1;
    while (count < 2048 && places[index + count] === place + count && place + count < sectors) count++;
    const bytes = Buffer.from(await readRange(source, (place + 1) * sectorSize, count * sectorSize));
    if (bytes.length < count * sectorSize) note("the sector table is cut");
    const from = index * per;
    for (let at = 0; at + 4 <= bytes.length && from + at / 4 < sectors; at += 4) fat[from + at / 4] = bytes.readUInt32LE(at);
    index += count;
  }
  return fat;
}

function chainReader(table: Uint32Array, unit: number, base: number, size: number): ChainReader {
  const marks = new Uint32Array(table.length);
  let generation = 0;
  return {
    follow(start, declared): Chain {
      generation++;
      const runs: [number, number][] = [];
      const wanted = declared ?? Number.MAX_SAFE_INTEGER;
      let length = 0;
      let damage: string | undefined;
      let previous = -2;
      for (let sector = start; length < wanted;) {
        if (sector >= table.length) {
          if (declared !== undefined) damage = sector === END ? "a stream ends early" : "a stream leads outside the file";
          break;
        }
        if (marks[sector] === generation) {
          damage = "a chain of sectors runs in a circle";
          break;
        }
        marks[sector] = generation;
        const from = base + sector * unit;
        const here = Math.min(unit, wanted - length, size - from);
        const last = runs.at(-1);
        if (last !== undefined && sector === previous + 1) last[1] += here;
        else runs.push([from, here]);
        length += here;
        if (here < unit && length < wanted) {
          // The last sector of a file may be short; a chain that goes on behind it is cut.
          if (declared !== undefined) damage = "the file ends inside a stream";
          break;
        }
        previous = sector;
        const next = table[sector] ?? END;
        sector = next === LOST ? sector + 1 : next;
      }
      return { runs, length, damage };
    },
  };
}

/** The runs of a chain as one source; small reads find their run by halving. */
function runSource(holder: ByteSource, chain: Chain): ByteSource {
  const [only] = chain.runs;
  if (chain.runs.length === 1 && only !== undefined) return rangeSource(holder, only[0], only[1]);
  const starts: number[] = [];
  let total = 0;
  for (const [, length] of chain.runs) {
    starts.push(total);
    total += length;
  }
  return {
    size: total,
    seekable: true,
    async read(into, offset): Promise<number> {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      let filled = 0;
      for (let index = low; index < chain.runs.length && filled < into.length; index++) {
        const [from, length] = chain.runs[index] ?? [0, 0];
        const inside = offset + filled - (starts[index] ?? 0);
        const wanted = Math.min(into.length - filled, length - inside);
        if (wanted <= 0) break;
        const count = await holder.read(into.subarray(filled, filled + wanted), from + inside);
        filled += count;
        if (count < wanted) break;
      }
      return filled;
    },
    close: () => Promise.resolve(),
  };
}

async function readAll(source: ByteSource, limit: number): Promise<Buffer> {
  const bytes = await readRange(source, 0, Math.min(limit, source.size ?? limit));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function memory(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    seekable: true,
    read: (into, offset) => Promise.resolve(offset >= bytes.length ? 0 : bytes.copy(into, 0, offset)),
    close: () => Promise.resolve(),
  };
}

async function lengthOf(source: ByteSource): Promise<number> {
  const block = new Uint8Array(1024 * 1024);
  for (let at = 0; ;) {
    const count = await source.read(block, at);
    at += count;
    if (count < block.length) return at;
  }
}

/** The records of the directory, 128 bytes each, the root first; sought through the file where the header does not lead to it. */
async function readDirectory(
  source: ByteSource,
  big: ChainReader,
  start: number,
  sectorSize: number,
  size: number,
  note: (detail: string) => void,
): Promise<Buffer | undefined> {
  const chain = big.follow(start, undefined);
  const limit = entryLimit * 128;
  if (chain.length > limit) note("the directory has too many entries");
  if (chain.damage !== undefined) note(chain.damage);
  const direct = await readAll(runSource(source, chain), Math.min(chain.length, limit));
  if (isRoot(direct)) return plausible(direct);
  for (let at = sectorSize; at < size; at += 1024 * 1024) {
    const block = Buffer.from(await readRange(source, at, 1024 * 1024));
    for (let inside = 0; inside + 128 <= block.length; inside += sectorSize) {
      if (!isRoot(block.subarray(inside)) || block.toString("utf16le", inside, inside + 8) !== "Root") continue;
      note("the directory is not where the header says");
      const found = big.follow((at + inside) / sectorSize - 1, undefined);
      return plausible(await readAll(runSource(source, found), Math.min(found.length, limit)));
    }
  }
  return undefined;
}

function isRoot(records: Buffer): boolean {
  return records.length >= 128 && records[66] === 5 && records.readUInt16LE(64) <= 64 && records.readUInt16LE(0) !== 0;
}

/** Cut at the first sector that holds no directory: a chain that was guessed runs on into other data. */
function plausible(records: Buffer): Buffer {
  for (let at = 128; at + 128 <= records.length; at += 128) {
    const kind = records[at + 66] ?? 0;
    const length = records.readUInt16LE(at + 64);
    if (kind > 5 && length > 64) return records.subarray(0, at);
  }
  return records;
}

interface Open {
  readonly name: string;
  readonly path: string;
  readonly kind: CfbEntry["kind"];
  readonly size: number;
  readonly classId: string;
  readonly modified: string | undefined;
  readonly children: Open[];
  readonly start: number;
}

function buildTree(records: Buffer, wide: boolean, note: (detail: string) => void): { root: Open; entries: Open[] } {
  const count = Math.floor(records.length / 128);
  const taken = new Uint8Array(count);
  const entries: Open[] = [];
  const entry = (index: number, parent: Open | undefined): Open => {
    const at = index * 128;
    const stored = records.subarray(at, at + Math.min(64, records.readUInt16LE(at + 64))).toString("utf16le");
    const end = stored.indexOf("\0");
    const name = (end < 0 ? stored : stored.slice(0, end)).replaceAll("/", "\u2215");
    const size = wide ? Number(records.readBigUInt64LE(at + 120)) : records.readUInt32LE(at + 120);
    return {
      name,
      path: parent === undefined ? "" : parent.path === "" ? name : `${parent.path}/${name}`,
      kind: parent === undefined ? "root" : records[at + 66] === 1 ? "storage" : "stream",
      size: records[at + 66] === 2 ? size : 0,
      classId: records.toString("hex", at + 80, at + 96),
      modified: fileTime(records, at + 108),
      children: [],
      start: records.readUInt32LE(at + 116),
    };
  };
  const root = entry(0, undefined);
  taken[0] = 1;
  const storages: { readonly of: Open; readonly child: number; readonly depth: number }[] = [
    { of: root, child: records.readUInt32LE(76), depth: 1 },
  ];
  for (let storage = storages.pop(); storage !== undefined; storage = storages.pop()) {
    const { of, child, depth } = storage;
    const found: number[] = [];
    siblings(records, child, taken, found, note);
    const inner: typeof storages = [];
    for (const index of found) {
      const kind = records[index * 128 + 66];
      if (kind !== 1 && kind !== 2) continue;
      const next = entry(index, of);
      of.children.push(next);
      if (kind !== 1) continue;
      if (depth < depthLimit) inner.push({ of: next, child: records.readUInt32LE(index * 128 + 76), depth: depth + 1 });
      else note("storages nest too deep");
    }
    storages.push(...inner.toReversed());
  }
  // What a broken pointer has cut off is read all the same.
  for (let index = 1; index < count; index++) {
    if (taken[index] === 1 || records[index * 128 + 66] !== 2 || records.readUInt16LE(index * 128 + 64) < 4) continue;
    root.children.push(entry(index, root));
  }
  const rest: Open[] = root.children.toReversed();
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    entries.push(next);
    for (const child of next.children.toReversed()) rest.push(child);
  }
  return { root, entries };
}

/** Indices of a tree of siblings in order, walked without recursion; each record is taken once. */
function siblings(records: Buffer, top: number, taken: Uint8Array, found: number[], note: (detail: string) => void): void {
  const stack: number[] = [];
  const enter = (from: number): void => {
    for (let index = from; index !== NONE; index = records.readUInt32LE(index * 128 + 68)) {
      if (index >= taken.length || taken[index] === 1) {
        note("the directory's tree is damaged");
        return;
      }
      taken[index] = 1;
      stack.push(index);
    }
  };
  enter(top);
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    found.push(index);
    enter(records.readUInt32LE(index * 128 + 72));
  }
}
