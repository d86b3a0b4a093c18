import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";
import type { DiscFile } from "./isoDirectory.ts";

/** Volume structures stand in steps of 2 KiB from 32 KiB on, whatever the sectors of the disc are. */
const structureStep = 2048;
const structureStart = 16 * structureStep;
/** Sizes of a sector that are tried, most common first. */
const sectors = [2048, 512, 4096, 1024];
/** 16 MiB of one directory. */
const directoryLimit = 16 * 1024 * 1024;
/** 1 MiB of descriptors of the volume. */
const volumeLimit = 1024 * 1024;
const fileLimit = 200_000;
const depthLimit = 64;
/** Blocks behind the last that was written: what fills a packet. */
const searchedBack = 256;
/** Extents of one file; a file of 4 GiB in pieces of 64 KiB has as many. */
const extentLimit = 65_536;

/** Tags of descriptors (ECMA-167, 3/7.2.1 and 4/7.2.1). */
const tags = { anchor: 2, partition: 5, volume: 6, end: 8, files: 256, name: 257, more: 258, file: 261, longFile: 266 };

/** What turns a block of a partition into a place in the image; undefined where nothing lies. */
type Partition = (block: number) => number | undefined;

interface Udf {
  readonly source: ByteSource;
  readonly block: number;
  readonly partitions: readonly Partition[];
}

interface Node {
  /** Of a directory 4 (4/14.6.6). */
  readonly type: number;
  readonly directory: boolean;
  readonly runs: readonly (readonly [from: number, length: number])[];
  readonly modified: string | undefined;
}

/** Whether the volume structures name UDF (ECMA-167, 3/9.1). */
export async function isUdf(source: ByteSource): Promise<boolean> {
  const bytes = Buffer.from(await readRange(source, structureStart, 32 * structureStep));
  for (let at = 0; at + 6 <= bytes.length; at += structureStep)
    if (/^NSR0[23]$/.test(bytes.toString("latin1", at + 1, at + 6))) return true;
  return false;
}

/**
 * All files of a disc in the Universal Disk Format (ECMA-167, OSTA UDF 1.02 to 2.60): plain, sparable, metadata and virtual partitions. `damaged` is told what
 * is not read; a run from -1 is a hole.
 */
export async function* udfFiles(source: ByteSource, damaged: (detail: string) => void): AsyncGenerator<DiscFile, void> {
  const opened = await open(source);
  if (typeof opened === "string") {
    damaged(opened);
    return;
  }
  const { udf, root } = opened;
  const seen = new Set<number>();
  const stack = [{ icb: root, path: "", depth: 0 }];
  let files = 0;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const at = placeOf(udf, top.icb);
    const node = at === undefined ? undefined : await readNode(udf, top.icb.partition, at);
    if (at === undefined || node === undefined || !node.directory) {
      damaged("a directory of the image is damaged");
      continue;
    }
    if (seen.has(at) || top.depth > depthLimit) {
      damaged("directories of the image go in a circle");
      continue;
    }
    seen.add(at);
    const bytes = await contentOf(source, node);
    if (bytes === undefined) damaged("a directory of the image is damaged");
    for (const entry of namesIn(bytes ?? Buffer.alloc(0), () => damaged("a directory of the image is damaged"))) {
      const path = `${top.path}${entry.name}`;
      if (entry.directory) {
        stack.push({ icb: entry.icb, path: `${path}/`, depth: top.depth + 1 });
        continue;
      }
      if (++files > fileLimit) {
        damaged("image has more files than are read");
        return;
      }
      const place = placeOf(udf, entry.icb);
      const file = place === undefined ? undefined : await readNode(udf, entry.icb.partition, place);
      if (file === undefined) damaged("a file of the image has no place");
      else if (!file.directory) yield { name: path, runs: file.runs, modified: file.modified };
    }
  }
}

/** A place as descriptors tell it. */
interface Address {
  readonly length: number;
  readonly block: number;
  readonly partition: number;
}

function addressAt(bytes: Buffer, at: number): Address {
  return { length: bytes.readUInt32LE(at) & 0x3fff_ffff, block: bytes.readUInt32LE(at + 4), partition: bytes.readUInt16LE(at + 8) };
}

function placeOf(udf: Udf, { block, partition }: Address): number | undefined {
  return udf.partitions[partition]?.(block);
}

/** The tag of a descriptor; undefined where its sum is wrong. */
function tagOf(bytes: Buffer): number | undefined {
  if (bytes.length < 16) return undefined;
  let sum = 0;
  for (let index = 0; index < 16; index++) if (index !== 4) sum += bytes[index] ?? 0;
  return (sum & 255) === bytes[4] ? bytes.readUInt16LE(0) : undefined;
}

/** The volume, and where its root is told; a text says what is in the way. */
async function open(source: ByteSource): Promise<{ udf: Udf; root: Address } | string> {
  for (const sector of sectors) {
    const last = source.size === undefined ? 0 : Math.floor(source.size / sector) - 1;
    for (const at of [256, last, last - 256]) {
      const anchor = at < 0 ? Buffer.alloc(0) : await bytesAt(source, at * sector, 512);
      if (tagOf(anchor) !== tags.anchor || anchor.readUInt32LE(12) !== at) continue;
      const main = await readVolume(source, sector, anchor.readUInt32LE(20), anchor.readUInt32LE(16));
      return typeof main === "string" ? await readVolume(source, sector, anchor.readUInt32LE(28), anchor.readUInt32LE(24)) : main;
    }
  }
  return "no anchor of the UDF volume can be read";
}

async function readVolume(source: ByteSource, sector: number, from: number, length: number): Promise<{ udf: Udf; root: Address } | string> {
  const bytes = await bytesAt(source, from * sector, Math.min(length, volumeLimit));
  const starts = new Map<number, number>();
  let volume: Buffer | undefined;
  for (let at = 0; at + 512 <= bytes.length; at += sector) {
    const one = bytes.subarray(at, at + sector);
    const tag = tagOf(one);
    if (tag === tags.end) break;
    if (tag === tags.partition) starts.set(one.readUInt16LE(22), one.readUInt32LE(188) * sector);
    if (tag === tags.volume) volume = one;
  }
  if (volume === undefined) return "no volume of the image can be read";
  const block = volume.readUInt32LE(212);
  if (!sectors.includes(block)) return "blocks of the UDF volume are of no known size";
  const partitions: Partition[] = [];
  const udf: Udf = { source, block, partitions };
  const count = Math.min(volume.readUInt32LE(268), 16);
  for (let number = 0, at = 440; number < count && at + 6 <= volume.length; number++) {
    const size = volume[at + 1] ?? 0;
    if (size < 6 || at + size > volume.length) break;
    const kind = size >= 64 && volume[at] === 2 ? volume.toString("latin1", at + 5, at + 28).replace(/\0.*$/s, "") : "";
    const start = starts.get(volume.readUInt16LE(at + (volume[at] === 2 && size >= 64 ? 38 : 4)));
    if (start === undefined) return "a partition of the UDF volume is not told";
    const plain: Partition = (index) => start + index * block;
    if (kind === "*UDF Virtual Partition") {
      partitions[number] = plain;
      const table = await virtualTable(udf, number);
      if (table === undefined) return "the table of a UDF volume written in packets cannot be read";
      partitions[number] = (index) => (4 * index + 4 <= table.length ? plain(table.readUInt32LE(4 * index)) : undefined);
    } else if (kind === "*UDF Metadata Partition") {
      // Its blocks lie in a file of the partition it stands on, or in the mirror of it.
      partitions[number] = plain;
      const one = await readNode(udf, number, plain(volume.readUInt32LE(at + 40)) ?? 0);
      const node = one ?? (await readNode(udf, number, plain(volume.readUInt32LE(at + 44)) ?? 0));
      if (node === undefined) return "the metadata of the UDF volume cannot be read";
      partitions[number] = within(node.runs, block);
    } else partitions[number] = plain;
    at += size;
  }
  const files = placeOf(udf, addressAt(volume, 248));
  const set = files === undefined ? Buffer.alloc(0) : await bytesAt(source, files, 512);
  if (tagOf(set) !== tags.files || set.length < 416) return "no set of files of the UDF volume can be read";
  return { udf, root: addressAt(set, 400) };
}

/** Where the blocks lie of a disc that is written once and in packets (OSTA UDF 2.2.11): the file of the last block that was written. */
async function virtualTable(udf: Udf, partition: number): Promise<Buffer | undefined> {
  const last = Math.floor((udf.source.size ?? 0) / udf.block) - 1;
  for (let back = 0; back <= searchedBack; back++) {
    const node = await readNode(udf, partition, (last - back) * udf.block);
    const bytes = node === undefined || node.directory ? undefined : await contentOf(udf.source, node);
    if (bytes === undefined || bytes.length < 36) continue;
    if (node?.type === 248) return bytes.subarray(bytes.readUInt16LE(0));
    // Of UDF 1.50 its name and the place of the table before it stand at the end.
    if (bytes.toString("latin1", bytes.length - 35, bytes.length - 13) === "*UDF Virtual Alloc Tbl") return bytes.subarray(0, -36);
  }
  return undefined;
}

function within(runs: readonly (readonly [number, number])[], block: number): Partition {
  return (index) => {
    let left = index * block;
    for (const [from, length] of runs) {
      if (left < length) return from < 0 ? undefined : from + left;
      left -= length;
    }
    return undefined;
  };
}

/** What the entry of a file says (ECMA-167, 4/14.9 and 4/14.17); undefined where there is none. */
async function readNode(udf: Udf, partition: number, at: number): Promise<Node | undefined> {
  const bytes = await bytesAt(udf.source, at, udf.block);
  const tag = tagOf(bytes);
  if ((tag !== tags.file && tag !== tags.longFile) || bytes.length < 216) return undefined;
  const long = tag === tags.longFile;
  const start = (long ? 216 : 176) + bytes.readUInt32LE(long ? 208 : 168);
  const described = bytes.readUInt32LE(long ? 212 : 172);
  if (start + described > bytes.length) return undefined;
  let left = Number(bytes.readBigUInt64LE(56));
  const form = bytes.readUInt16LE(34) & 7;
  const type = bytes[27] ?? 0;
  const directory = type === 4;
  const modified = timeAt(bytes, long ? 92 : 84);
  if (form === 3) return { type, directory, runs: [[at + start, Math.min(left, described)]], modified };
  if (form > 1) return undefined;
  const all = udf.source.size ?? Number.MAX_SAFE_INTEGER;
  let covered = 0;
  const runs: [number, number][] = [];
  let list = bytes.subarray(start, start + described);
  const step = form === 0 ? 8 : 16;
  for (let extents = 0, next = 0; next + step <= list.length && left > 0;) {
    const told = list.readUInt32LE(next);
    const length = told & 0x3fff_ffff;
    const place = udf.partitions[form === 0 ? partition : list.readUInt16LE(next + 8)]?.(list.readUInt32LE(next + 4));
    const kind = told >>> 30;
    next += step;
    if (++extents > extentLimit || length === 0) break;
    if (kind === 3) {
      // The list goes on elsewhere.
      const more = place === undefined ? Buffer.alloc(0) : await bytesAt(udf.source, place, Math.min(length, directoryLimit));
      if (tagOf(more) !== tags.more || more.length < 24) return undefined;
      list = more.subarray(24, 24 + more.readUInt32LE(20));
      next = 0;
      continue;
    }
    const used = Math.min(left, length);
    left -= used;
    // Extents that lie over each other could make a disc of any size out of a small image.
    if (kind === 0 && place !== undefined) covered += Math.max(0, Math.min(place + used, all) - place);
    if (covered > all) return undefined;
    runs.push([kind === 0 ? (place ?? -1) : -1, used]);
  }
  // What no extent tells is a hole up to the size that the entry states.
  if (left > 0 && !directory) runs.push([-1, left]);
  return { type, directory, runs, modified };
}

async function contentOf(source: ByteSource, { runs }: Node): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let left = directoryLimit;
  for (const [from, length] of runs) {
    const part = from < 0 ? new Uint8Array(0) : await readRange(source, from, Math.min(left, length));
    parts.push(part);
    left -= part.length;
    if (part.length < length) return parts.length > 1 || part.length > 0 ? Buffer.concat(parts) : undefined;
  }
  return Buffer.concat(parts);
}

/** Names of a directory (4/14.4), but for those of its parent and of what was deleted. */
function* namesIn(bytes: Buffer, damaged: () => void): Generator<{ name: string; directory: boolean; icb: Address }, void> {
  for (let at = 0; at + 38 <= bytes.length;) {
    if (tagOf(bytes.subarray(at, at + 16)) !== tags.name) {
      damaged();
      return;
    }
    const flags = bytes[at + 18] ?? 0;
    const nameLength = bytes[at + 19] ?? 0;
    const nameAt = at + 38 + bytes.readUInt16LE(at + 36);
    const end = nameAt + nameLength;
    if (end > bytes.length) {
      damaged();
      return;
    }
    if ((flags & 12) === 0 && nameLength > 1)
      yield { name: nameOf(bytes.subarray(nameAt, end)), directory: (flags & 2) !== 0, icb: addressAt(bytes, at + 20) };
    at = (end + 3) & ~3;
  }
}

/** A name in 8 or 16 bits (OSTA UDF 2.1.1). */
function nameOf(raw: Buffer): string {
  const text = raw.subarray(1);
  if (raw[0] !== 16) return text.toString("latin1");
  return Buffer.from(text.subarray(0, text.length & ~1))
    .swap16()
    .toString("utf16le");
}

/** A time (1/7.3) in UTC; undefined where it is none. */
function timeAt(bytes: Buffer, at: number): string | undefined {
  const zone = ((bytes.readUInt16LE(at) & 0xfff) << 20) >> 20;
  const time =
    Date.UTC(bytes.readUInt16LE(at + 2), (bytes[at + 4] ?? 0) - 1, bytes[at + 5], bytes[at + 6], bytes[at + 7], bytes[at + 8]) -
    (zone > -1441 && zone < 1441 ? zone * 60_000 : 0);
  return bytes[at + 4] === 0 || !(Math.abs(time) <= 8.64e15) ? undefined : new Date(time).toISOString();
}

async function bytesAt(source: ByteSource, from: number, length: number): Promise<Buffer> {
  const bytes = await readRange(source, from, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
