import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";
import { carrierEnd, isCarrier } from "./carrier.ts";

/** An archive behind a program, a picture, a sound or a font, or among a program's resources. */
export interface Appended {
  /** Its extension; of an installer that is only recognised its maker. */
  readonly kind: "7z" | "rar" | "cab" | "NSIS" | "Inno Setup";
  readonly from: number;
  /** Bytes, where it does not go on to the end. */
  readonly length?: number;
}

/** Stands among the names of a program's directory when there is one: no path begins so. */
export const appendedMark = "\0appended archive";

const magics: readonly (readonly [kind: Appended["kind"], bytes: Buffer])[] = [
  ["7z", Buffer.from("377abcaf271c", "hex")],
  ["rar", Buffer.from("Rar!\x1a\x07", "latin1")],
  ["cab", Buffer.from("MSCF\0\0\0\0", "latin1")],
  ["NSIS", Buffer.from("\xef\xbe\xad\xdeNullsoftInst", "latin1")],
  ["Inno Setup", Buffer.from("Inno Setup Setup Data (", "latin1")],
  ["Inno Setup", Buffer.from("idska32\x1a", "latin1")],
];
/** Without those of installers, which are programs. */
const archiveMagics = magics.filter(([kind]) => kind === "7z" || kind === "rar" || kind === "cab");
/** 1 MiB behind the program in which the archive begins: what its maker tells the unpacker stands before it. */
const window = 1024 * 1024;
/** Sections looked at; programs have a dozen. */
const sectionLimit = 96;

/** Said of the first 5 bytes or more: programs of Windows and of Linux, which unpackers are made for, and what opens as before with more behind it. */
export function mayCarryArchive(head: Uint8Array): boolean {
  return isProgram(head) || isCarrier(head);
}

function isProgram(head: Uint8Array): boolean {
  const start = Buffer.from(head.subarray(0, 4)).toString("latin1");
  return start.startsWith("MZ") || start === "\x7fELF";
}

/** A section of a program for Windows. */
interface Section {
  /** Where it lies in memory, and where and how long in the file. */
  readonly address: number;
  readonly from: number;
  readonly length: number;
}

/** Where the program itself ends, as its header says, and where in memory its resources lie; undefined where it says nothing. */
async function programOf(
  bytes: ByteSource,
  head: Buffer,
): Promise<{ readonly end: number; readonly sections: readonly Section[]; readonly resources: number } | undefined> {
  if (head.toString("latin1", 0, 4) === "\x7fELF") {
    if (head.length < 64 || head[5] !== 1) return undefined;
    // The table of sections is the last thing in it.
    const end =
      head[4] === 2
        ? Number(head.readBigUInt64LE(0x28)) + head.readUInt16LE(0x3a) * head.readUInt16LE(0x3c)
        : head.readUInt32LE(0x20) + head.readUInt16LE(0x2e) * head.readUInt16LE(0x30);
    return { end, sections: [], resources: 0 };
  }
  if (head.length < 64) return undefined;
  const at = head.readUInt32LE(0x3c);
  const header = Buffer.from(await readRange(bytes, at, 24));
  if (header.length < 24 || header.toString("latin1", 0, 4) !== "PE\0\0") return undefined;
  const count = Math.min(sectionLimit, header.readUInt16LE(6));
  const optional = Buffer.from(await readRange(bytes, at + 24, 136));
  // The third of the directories, which stand further behind in programs of 64 bits.
  const directory = optional.length < 136 ? 0 : optional.readUInt16LE(0) === 0x20b ? 128 : 112;
  const table = Buffer.from(await readRange(bytes, at + 24 + header.readUInt16LE(20), count * 40));
  const sections: Section[] = [];
  for (let row = 0; row + 40 <= table.length; row += 40)
    sections.push({ address: table.readUInt32LE(row + 12), length: table.readUInt32LE(row + 16), from: table.readUInt32LE(row + 20) });
  const end = Math.max(0, ...sections.map(({ from, length }) => from + length));
  return { end, sections, resources: directory === 0 ? 0 : optional.readUInt32LE(directory) };
}

/** Resources of bytes as they are, and how IExpress calls the cabinet among them. */
const rawData = 10;
const cabinetName = "CABINET";
/** Names of one kind of resource that are looked at. */
const resourceLimit = 512;

/** The cabinet that IExpress puts among the resources of its programs (PE format, "The .rsrc Section"). */
async function cabinetResource(bytes: ByteSource, sections: readonly Section[], resources: number): Promise<Appended | undefined> {
  const section = sections.find(({ address, length }) => address <= resources && resources < address + length);
  if (resources === 0 || section === undefined) return undefined;
  const base = section.from + resources - section.address;
  const entries = async (offset: number): Promise<readonly { readonly name: number; readonly below: number }[]> => {
    const counts = Buffer.from(await readRange(bytes, base + (offset & 0x7fff_ffff), 16));
    if (counts.length < 16) return [];
    const count = Math.min(resourceLimit, counts.readUInt16LE(12) + counts.readUInt16LE(14));
    const rows = Buffer.from(await readRange(bytes, base + (offset & 0x7fff_ffff) + 16, count * 8));
    return Array.from({ length: Math.floor(rows.length / 8) }, (_, row) => ({
      name: rows.readUInt32LE(row * 8),
      below: rows.readUInt32LE(row * 8 + 4),
    }));
  };
  const kind = (await entries(0)).find(({ name }) => name === rawData);
  for (const { name, below } of kind === undefined ? [] : await entries(kind.below)) {
    if (name < 0x8000_0000) continue;
    const text = Buffer.from(await readRange(bytes, base + name - 0x8000_0000, 2 + cabinetName.length * 2));
    if (text.length < 2 || text.readUInt16LE(0) !== cabinetName.length || text.toString("utf16le", 2) !== cabinetName) continue;
    const [language] = await entries(below);
    const place = language === undefined ? Buffer.alloc(0) : Buffer.from(await readRange(bytes, base + language.below, 8));
    if (place.length < 8) return undefined;
    const from = section.from + place.readUInt32LE(0) - section.address;
    const magic = from < 0 ? undefined : Buffer.from(await readRange(bytes, from, 4)).toString("latin1");
    return magic === "MSCF" ? { kind: "cab", from, length: place.readUInt32LE(4) } : undefined;
  }
  return undefined;
}

const known = new WeakMap<ByteSource, Promise<Appended | undefined>>();

/**
 * An archive that was put behind a program or into it (self-extracting 7z, RAR and cabinets, those of IExpress too), or behind a picture, a sound or
 * a font. Zip archives show at their end and are found there. Sought once for each source.
 */
export function appendedArchive(bytes: ByteSource): Promise<Appended | undefined> {
  let found = known.get(bytes);
  if (found === undefined) {
    found = findAppended(bytes);
    known.set(bytes, found);
  }
  return found;
}

async function findAppended(bytes: ByteSource): Promise<Appended | undefined> {
  const head = Buffer.from(await readRange(bytes, 0, 64));
  if (bytes.size === undefined || !mayCarryArchive(head)) return undefined;
  if (!isProgram(head)) {
    const end = await carrierEnd(bytes);
    return end === undefined ? undefined : behindCarrier(bytes, end);
  }
  const program = await programOf(bytes, head);
  if (program === undefined) return undefined;
  return (await behindProgram(bytes, program.end)) ?? cabinetResource(bytes, program.sections, program.resources);
}

/** 64 MiB behind the end that is told, or of the whole where none is: pictures and sounds are smaller. */
const searchLimit = 64 * 1024 * 1024;
/** Longer than any of the marks. */
const overlap = 32;

async function behindCarrier(bytes: ByteSource, end: number): Promise<Appended | undefined> {
  const to = Math.min(bytes.size ?? 0, end + searchLimit);
  for (let at = end; at + overlap < to; at += window) {
    const block = Buffer.from(await readRange(bytes, at, Math.min(window + overlap, to - at)));
    const first = firstMark(block, at, archiveMagics);
    if (first !== undefined && first.from > 0) return first;
  }
  return undefined;
}

async function behindProgram(bytes: ByteSource, end: number): Promise<Appended | undefined> {
  if (end < 64 || end + 32 > (bytes.size ?? 0)) return undefined;
  return firstMark(Buffer.from(await readRange(bytes, end, window)), end, magics);
}

function firstMark(block: Buffer, from: number, sought: typeof magics): Appended | undefined {
  let first: Appended | undefined;
  for (const [kind, magic] of sought) {
    const at = block.indexOf(magic);
    if (at >= 0 && (first === undefined || from + at < first.from)) first = { kind, from: from + at };
  }
  return first;
}
