import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";

/** An archive behind a program. */
export interface Appended {
  /** Its extension. */
  readonly kind: "7z" | "rar" | "cab";
  readonly from: number;
}

/** Stands among the names of a program's directory when there is one: no path begins so. */
export const appendedMark = "\0appended archive";

const magics: readonly (readonly [kind: Appended["kind"], bytes: Buffer])[] = [
  ["7z", Buffer.from("377abcaf271c", "hex")],
  ["rar", Buffer.from("Rar!\x1a\x07", "latin1")],
  ["cab", Buffer.from("MSCF\0\0\0\0", "latin1")],
];
/** 1 MiB behind the program in which the archive begins: what its maker tells the unpacker stands before it. */
const window = 1024 * 1024;
/** Sections looked at; programs have a dozen. */
const sectionLimit = 96;

/** Said of the first 4 bytes or more: programs of Windows and of Linux, which unpackers are made for. */
export function mayCarryArchive(head: Uint8Array): boolean {
  const start = Buffer.from(head.subarray(0, 4)).toString("latin1");
  return start.startsWith("MZ") || start === "\x7fELF";
}

/** Where the program itself ends, as its header says; undefined where it says nothing. */
async function programEnd(bytes: ByteSource, head: Buffer): Promise<number | undefined> {
  if (head.toString("latin1", 0, 4) === "\x7fELF") {
    if (head.length < 64 || head[5] !== 1) return undefined;
    // The table of sections is the last thing in it.
    return head[4] === 2
      ? Number(head.readBigUInt64LE(0x28)) + head.readUInt16LE(0x3a) * head.readUInt16LE(0x3c)
      : head.readUInt32LE(0x20) + head.readUInt16LE(0x2e) * head.readUInt16LE(0x30);
  }
  if (head.length < 64) return undefined;
  const at = head.readUInt32LE(0x3c);
  const header = Buffer.from(await readRange(bytes, at, 24));
  if (header.length < 24 || header.toString("latin1", 0, 4) !== "PE\0\0") return undefined;
  const count = Math.min(sectionLimit, header.readUInt16LE(6));
  const sections = Buffer.from(await readRange(bytes, at + 24 + header.readUInt16LE(20), count * 40));
  let end = 0;
  for (let section = 0; section + 40 <= sections.length; section += 40)
    end = Math.max(end, sections.readUInt32LE(section + 16) + sections.readUInt32LE(section + 20));
  return end;
}

/** An archive that was put behind a program: self-extracting 7z, RAR and cabinets. Zip archives show at their end and are found there. */
export async function appendedArchive(bytes: ByteSource): Promise<Appended | undefined> {
  const head = Buffer.from(await readRange(bytes, 0, 64));
  if (bytes.size === undefined || !mayCarryArchive(head)) return undefined;
  const end = await programEnd(bytes, head);
  if (end === undefined || end < 64 || end + 32 > bytes.size) return undefined;
  const behind = Buffer.from(await readRange(bytes, end, window));
  let first: Appended | undefined;
  for (const [kind, magic] of magics) {
    const at = behind.indexOf(magic);
    if (at >= 0 && (first === undefined || end + at < first.from)) first = { kind, from: end + at };
  }
  return first;
}
