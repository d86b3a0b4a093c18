import type { ByteSource } from "../../model/entry.ts";
import { decodeName } from "./archiveName.ts";
import { readRange } from "./bytes.ts";

/** A file of a disc image: where its bytes lie, in one or several runs; a run from -1 is a hole. */
export interface DiscFile {
  readonly name: string;
  readonly runs: readonly (readonly [from: number, length: number])[];
  readonly modified?: string | undefined;
}

/** What a probe finds as a name in a disc image. */
export const discMark: string = "\0disc";

const sector = 2048;
/** 16 MiB of one directory. */
const directoryLimit = 16 * 1024 * 1024;
const fileLimit = 200_000;
const depthLimit = 64;

/** Whether a file may be a disc image by its first bytes: the system area is empty, or a loader of the machine. */
export function mayBeDisc(head: Uint8Array): boolean {
  return head.length >= 2048 && ((head[510] === 0x55 && head[511] === 0xaa) || head.subarray(0, 2048).every((byte) => byte === 0));
}

/** Whether volume descriptors stand where they should (ECMA-119). */
export async function isIso(source: ByteSource): Promise<boolean> {
  return Buffer.from(await readRange(source, 16 * sector + 1, 5)).toString("latin1") === "CD001";
}

/** All files of an image: by Joliet's names where it has them, else by Rock Ridge's, else by the short ones. */
export async function* isoFiles(source: ByteSource, damaged: (detail: string) => void): AsyncGenerator<DiscFile, void> {
  let root: { from: number; length: number } | undefined;
  let wide = false;
  for (let number = 16; number < 64; number++) {
    const descriptor = Buffer.from(await readRange(source, number * sector, sector));
    if (descriptor.length < sector || descriptor.toString("latin1", 1, 6) !== "CD001" || descriptor[0] === 255) break;
    const joliet = descriptor[0] === 2 && /^%\/[@CE]/.test(descriptor.toString("latin1", 88, 91));
    if (descriptor[0] !== 1 && !joliet) continue;
    if (root !== undefined && !joliet) continue;
    root = { from: descriptor.readUInt32LE(158) * sector, length: descriptor.readUInt32LE(166) };
    wide = joliet;
  }
  if (root === undefined) {
    damaged("no volume descriptor can be read");
    return;
  }
  const seen = new Set<number>();
  const stack = [{ ...root, path: "", depth: 0 }];
  let files = 0;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (seen.has(top.from) || top.depth > depthLimit) {
      damaged("directories of the image go in a circle");
      continue;
    }
    seen.add(top.from);
    const bytes = Buffer.from(await readRange(source, top.from, Math.min(top.length, directoryLimit)));
    if (bytes.length < Math.min(top.length, directoryLimit)) damaged("image is cut off");
    let runs: [number, number][] = [];
    for (let at = 0; at + 33 < bytes.length;) {
      const length = bytes[at] ?? 0;
      if (length === 0) {
        // Records do not go over sectors.
        at = (Math.floor(at / sector) + 1) * sector;
        continue;
      }
      const record = bytes.subarray(at, at + length);
      at += length;
      const nameLength = record[32] ?? 0;
      if (record.length < 33 + nameLength) {
        damaged("a directory of the image is damaged");
        break;
      }
      if (nameLength === 1 && (record[33] === 0 || record[33] === 1)) continue;
      const flags = record[25] ?? 0;
      const name = await nameOf(source, record, nameLength, wide);
      const from = (record.readUInt32LE(2) + (record[1] ?? 0)) * sector;
      const size = record.readUInt32LE(10);
      if ((flags & 2) !== 0) {
        stack.push({ from, length: size, path: `${top.path}${name}/`, depth: top.depth + 1 });
        continue;
      }
      runs.push([from, size]);
      if ((flags & 0x80) !== 0) continue;
      if (++files > fileLimit) {
        damaged("image has more files than are read");
        return;
      }
      yield { name: `${top.path}${name}`, runs };
      runs = [];
    }
  }
}

async function nameOf(source: ByteSource, record: Buffer, length: number, wide: boolean): Promise<string> {
  const raw = record.subarray(33, 33 + length);
  if (wide)
    return Buffer.from(raw.subarray(0, length & ~1))
      .swap16()
      .toString("utf16le")
      .replace(/;\d+$/, "");
  const long = await rockRidgeName(source, record.subarray(33 + length + (length % 2 === 0 ? 1 : 0)));
  return decodeName(long.length > 0 ? long : raw).replace(/\.?;\d+$/, "");
}

/** Places in which fields of one record go on. */
const continuationLimit = 8;

/** The name that Rock Ridge gives (IEEE P1282), empty where there is none. Fields that find no room in a record go on elsewhere in the image. */
async function rockRidgeName(source: ByteSource, fields: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [];
  let next: Buffer | undefined = fields;
  for (let left = continuationLimit; next !== undefined && left > 0; left--) {
    const bytes: Buffer = next;
    next = undefined;
    for (let at = 0; at + 4 <= bytes.length;) {
      const size = bytes[at + 2] ?? 0;
      if (size < 4) break;
      const kind = bytes.toString("latin1", at, at + 2);
      if (kind === "NM") parts.push(bytes.subarray(at + 5, at + size));
      if (kind === "CE" && at + 28 <= bytes.length) {
        const from = bytes.readUInt32LE(at + 4) * sector + bytes.readUInt32LE(at + 12);
        next = Buffer.from(await readRange(source, from, Math.min(bytes.readUInt32LE(at + 20), sector)));
      }
      at += size;
    }
  }
  return Buffer.concat(parts);
}
