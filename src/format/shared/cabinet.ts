import { constants, inflateRawSync } from "node:zlib";
import type { ByteSource } from "../../model/entry.ts";
import { decodeName } from "./archiveName.ts";
import { readRange } from "./bytes.ts";
import { dosTime } from "./dosTime.ts";
import type { Trouble } from "./lzma2.ts";
import { createLzxDecoder } from "./lzx.ts";

/** A file as a cabinet names it. */
export interface CabinetFile {
  readonly name: string;
  readonly size: number;
  /** Offset in the plain bytes of its folder. */
  readonly from: number;
  readonly folder: number;
  readonly modified: string | undefined;
  /** It began in the cabinet before this one. */
  readonly continued: boolean;
  /** It goes on in the next cabinet. */
  readonly goesOn: boolean;
}

/** A run of files packed together. */
export interface CabinetFolder {
  /** Where its first block lies, and how many there are. */
  readonly from: number;
  readonly blocks: number;
  /** As it stands: the method in the low four bits, the window of LZX above them. */
  readonly method: number;
}

/** One cabinet of a set, or the only one. */
export interface Cabinet {
  readonly files: readonly CabinetFile[];
  readonly folders: readonly CabinetFolder[];
  readonly setId: number;
  readonly index: number;
  /** Names of the neighbours in the set. */
  readonly previous: string | undefined;
  readonly next: string | undefined;
  /** Bytes reserved in each block. */
  readonly reserved: number;
  /** The directory ends early or says what cannot be. */
  readonly damaged: boolean;
}

/** Said of the first 36 bytes or more. */
export function startsAsCabinet(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return bytes.length >= 36 && bytes.toString("latin1", 0, 4) === "MSCF" && bytes.readUInt32LE(4) === 0 && (bytes[25] ?? 0) === 1;
}

/** 64 KiB: longest name of a neighbour or file looked at is 256 bytes. */
const nameLength = 256;
/** 16 MiB of directory: 65,535 files of the longest names. */
const directoryLimit = 16 * 1024 * 1024;

/** Reads the directory ([MS-CAB]); undefined where there is none. */
export async function readCabinet(source: ByteSource): Promise<Cabinet | undefined> {
  const head = Buffer.from(await readRange(source, 0, 36 + 4 + 65_535 + 4 * nameLength));
  if (!startsAsCabinet(head)) return undefined;
  const flags = head.readUInt16LE(30);
  let at = 36;
  let folderReserve = 0;
  let reserved = 0;
  if ((flags & 4) !== 0 && head.length >= 40) {
    folderReserve = head[38] ?? 0;
    reserved = head[39] ?? 0;
    at = 40 + head.readUInt16LE(36);
  }
  const text = (): string => {
    const end = head.indexOf(0, at);
    const raw = head.subarray(at, end < 0 ? at : Math.min(end, at + nameLength));
    at = end < 0 ? head.length : end + 1;
    return decodeName(raw);
  };
  const neighbour = (flag: number): string | undefined => {
    if ((flags & flag) === 0) return undefined;
    const name = text();
    text();
    return name;
  };
  const previous = neighbour(1);
  const next = neighbour(2);
  const folderCount = head.readUInt16LE(26);
  const fileCount = head.readUInt16LE(28);
  const step = 8 + folderReserve;
  const raw = Buffer.from(await readRange(source, at, folderCount * step));
  const folders: CabinetFolder[] = [];
  for (let start = 0; start + 8 <= raw.length; start += step)
    folders.push({ from: raw.readUInt32LE(start), blocks: raw.readUInt16LE(start + 4), method: raw.readUInt16LE(start + 6) });
  const files = await readFiles(source, head.readUInt32LE(16), fileCount, folders.length);
  return {
    files,
    folders,
    setId: head.readUInt16LE(32),
    index: head.readUInt16LE(34),
    previous,
    next,
    reserved,
    damaged: folders.length < folderCount || files.length < fileCount,
  };
}

async function readFiles(source: ByteSource, from: number, count: number, folders: number): Promise<CabinetFile[]> {
  const bytes = Buffer.from(await readRange(source, from, Math.min(directoryLimit, count * (16 + nameLength))));
  const files: CabinetFile[] = [];
  for (let at = 0; files.length < count && at + 17 <= bytes.length;) {
    const end = bytes.indexOf(0, at + 16);
    if (end < 0 || end > at + 16 + nameLength) break;
    const folder = bytes.readUInt16LE(at + 8);
    const continued = folder === 0xfffd || folder === 0xffff;
    const goesOn = folder === 0xfffe || folder === 0xffff;
    const place = continued ? 0 : goesOn ? folders - 1 : folder;
    if (place >= folders) break;
    files.push({
      name: decodeName(bytes.subarray(at + 16, end)).replaceAll("\\", "/"),
      size: bytes.readUInt32LE(at),
      from: bytes.readUInt32LE(at + 4),
      folder: place,
      modified: dosTime(bytes.readUInt16LE(at + 10) * 65_536 + bytes.readUInt16LE(at + 12)),
      continued,
      goesOn,
    });
    at = end + 1;
  }
  return files;
}

/** A folder of one cabinet of a set. */
export interface FolderPart {
  readonly source: ByteSource;
  readonly folder: CabinetFolder;
  readonly reserved: number;
}

/** The plain bytes of a folder. */
export interface FolderStream {
  readonly pieces: AsyncGenerator<Uint8Array, void>;
  /** Why they ended early, once they have. */
  trouble(): { readonly code: Trouble; readonly detail: string } | undefined;
  /** Packed bytes read so far. */
  taken(): number;
}

const wordsAreLittle = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** 32 KiB of plain bytes a block at most, and what incompressible ones grow to. */
const blockLimit = 32 * 1024;

/** Unpacks a folder from its first block to its last; what it has in the cabinets that follow comes behind. */
export function openCabinetFolder(parts: readonly FolderPart[]): FolderStream {
  let trouble: { code: Trouble; detail: string } | undefined;
  let taken = 0;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    const [first] = parts;
    const method = first?.folder.method ?? 0;
    const unpack = unpacker(method);
    if (typeof unpack === "string") {
      trouble = { code: "unsupported", detail: unpack };
      return;
    }
    /** A block that a cabinet ends in goes on in the next. */
    let begun: Buffer = Buffer.alloc(0);
    for (const { source, folder, reserved } of parts) {
      let at = folder.from;
      // The header of a block is read with the block before it: two reads a block cost as much as to unpack a short one.
      let header = await bytesAt(source, at, 8 + reserved);
      for (let block = 0; block < folder.blocks; block++) {
        if (header.length < 8) {
          trouble = { code: "cut", detail: "cabinet is cut off" };
          return;
        }
        const packedSize = header.readUInt16LE(4);
        const size = header.readUInt16LE(6);
        const both = await bytesAt(source, at + 8 + reserved, packedSize + (block + 1 < folder.blocks ? 8 + reserved : 0));
        const packed = both.subarray(0, packedSize);
        const sum = header.readUInt32LE(0);
        const sound = sum === 0 || sum === checksum(header.subarray(4), checksum(packed, 0));
        header = both.subarray(packedSize);
        at += 8 + reserved + packedSize;
        taken += packed.length;
        if (packed.length < packedSize || size > blockLimit) {
          trouble =
            size > blockLimit
              ? { code: "damaged", detail: "block of the cabinet is damaged" }
              : { code: "cut", detail: "cabinet is cut off" };
          return;
        }
        if (!sound) trouble ??= { code: "damaged", detail: "checksum of a block differs" };
        if (size === 0) {
          begun = Buffer.concat([begun, packed]).subarray(0, 2 * blockLimit);
          continue;
        }
        const plain = unpack(begun.length === 0 ? packed : Buffer.concat([begun, packed]), size);
        begun = Buffer.alloc(0);
        if (plain === undefined) {
          trouble = { code: "damaged", detail: "block of the cabinet is damaged" };
          return;
        }
        yield plain;
      }
    }
  }
  return { pieces: pieces(), trouble: () => trouble, taken: () => taken };
}

/** What turns a block into its plain bytes; undefined from it is damage, a text says why there is none. */
function unpacker(method: number): ((packed: Buffer, size: number) => Uint8Array | undefined) | string {
  const kind = method & 15;
  if (kind === 0) return (packed, size) => (packed.length === size ? packed : undefined);
  if (kind === 2) return "packed by Quantum";
  if (kind === 3) {
    const decoder = createLzxDecoder((method >> 8) & 31);
    return decoder === undefined ? "window of LZX is of no known size" : (packed, size) => decoder.frame(packed, size);
  }
  if (kind !== 1) return `packed by method ${kind}`;
  let before: Uint8Array | undefined;
  return (packed, size) => {
    if (packed[0] !== 0x43 || packed[1] !== 0x4b) return undefined;
    try {
      const plain = inflateRawSync(packed.subarray(2), {
        maxOutputLength: blockLimit,
        // A byte more than comes out, or a second piece is asked for and both are copied together.
        chunkSize: blockLimit + 1,
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(before === undefined ? {} : { dictionary: before }),
      });
      before = plain;
      return plain.length === size ? plain : undefined;
    } catch {
      return undefined;
    }
  };
}

/** Unlike a copy by `Buffer.from`, what was read stays where words may be read of it. */
async function bytesAt(source: ByteSource, from: number, length: number): Promise<Buffer> {
  const bytes = await readRange(source, from, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Exclusive or of 32-bit words; the rest of up to three bytes is read with the first byte highest. */
function checksum(bytes: Buffer, seed: number): number {
  let sum = seed;
  const whole = bytes.length & ~3;
  if (bytes.byteOffset % 4 === 0 && wordsAreLittle) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, whole / 4);
    for (let at = 0; at < words.length; at++) sum ^= words[at] ?? 0;
  } else for (let at = 0; at < whole; at += 4) sum ^= bytes.readInt32LE(at);
  let rest = 0;
  for (let at = whole; at < bytes.length; at++) rest = (rest << 8) | (bytes[at] ?? 0);
  return (sum ^ rest) >>> 0;
}
