import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";
import type { Trouble } from "./lzma2.ts";
import { createLzxDecoder, lzxFrame } from "./lzx.ts";

/** A file of a compiled help file. */
export interface ChmFile {
  readonly name: string;
  /** 0: as it lies, 1: packed. */
  readonly section: number;
  readonly from: number;
  readonly size: number;
}

/** What the directory says. */
export interface ChmDirectory {
  readonly files: readonly ChmFile[];
  /** Where section 0 begins in the file. */
  readonly content: number;
  readonly damaged: boolean;
}

/** Said of the first 4 bytes or more. */
export function startsAsChm(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 4)).toString("latin1") === "ITSF";
}

/** 64 MiB of directory: half a million files. */
const directoryLimit = 64 * 1024 * 1024;
const fileLimit = 500_000;

/** Reads the directory (as the description of the format by Wise, Zilla and others has it); undefined where there is none. */
export async function readChm(source: ByteSource): Promise<ChmDirectory | undefined> {
  const head = Buffer.from(await readRange(source, 0, 0x60));
  if (head.length < 0x58 || !startsAsChm(head)) return undefined;
  const version = head.readUInt32LE(4);
  const place = Number(head.readBigUInt64LE(0x48));
  const length = Math.min(directoryLimit, Number(head.readBigUInt64LE(0x50)));
  const content = version >= 3 && head.length >= 0x60 ? Number(head.readBigUInt64LE(0x58)) : place + length;
  if (!Number.isSafeInteger(place + length) || !Number.isSafeInteger(content)) return undefined;
  const bytes = Buffer.from(await readRange(source, place, length));
  if (bytes.length < 0x54 || bytes.toString("latin1", 0, 4) !== "ITSP") return undefined;
  const start = bytes.readUInt32LE(8);
  const chunk = bytes.readUInt32LE(0x10);
  if (chunk < 32 || chunk > 1024 * 1024) return undefined;
  const files: ChmFile[] = [];
  let damaged = bytes.length < length;
  for (let at = start; at + 20 <= bytes.length && files.length < fileLimit; at += chunk) {
    if (bytes.toString("latin1", at, at + 4) !== "PMGL") continue;
    const end = Math.min(bytes.length, at + chunk) - Math.min(chunk, bytes.readUInt32LE(at + 4));
    const cursor = { at: at + 20 };
    while (cursor.at < end) {
      const nameLength = variable(bytes, cursor);
      const name = bytes.toString("utf8", cursor.at, cursor.at + nameLength);
      cursor.at += nameLength;
      const section = variable(bytes, cursor);
      const from = variable(bytes, cursor);
      const size = variable(bytes, cursor);
      if (cursor.at > end) {
        damaged = true;
        break;
      }
      files.push({ name, section, from, size });
    }
  }
  return { files, content, damaged };
}

/** Seven bits a byte, the highest first. */
function variable(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[cursor.at++] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) break;
  }
  return value;
}

const storage = "::DataSpace/Storage/MSCompressed/";
const resetTable = `${storage}Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/ResetTable`;
/** 16 MiB of offsets: 64 GiB of pages. */
const tableLimit = 16 * 1024 * 1024;

/** The packed section in plain bytes, front to back. */
export function openChmSection(
  source: ByteSource,
  directory: ChmDirectory,
): { pieces: AsyncGenerator<Uint8Array, void>; trouble(): { code: Trouble; detail: string } | undefined; taken(): number } {
  let trouble: { code: Trouble; detail: string } | undefined;
  let taken = 0;
  const find = (name: string): ChmFile | undefined => directory.files.find((file) => file.name === name && file.section === 0);
  const bytesOf = async (name: string): Promise<Buffer> => {
    const file = find(name);
    return file === undefined
      ? Buffer.alloc(0)
      : Buffer.from(await readRange(source, directory.content + file.from, Math.min(tableLimit, file.size)));
  };
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    const control = await bytesOf(`${storage}ControlData`);
    const table = await bytesOf(resetTable);
    const packed = find(`${storage}Content`);
    if (packed === undefined || control.length < 20 || table.length < 0x28 || control.toString("latin1", 4, 8) !== "LZXC") {
      trouble = { code: "damaged", detail: "what the pages are packed by is damaged" };
      return;
    }
    const scale = control.readUInt32LE(8) === 2 ? lzxFrame : 1;
    // In frames; a window of 2^15 to 2^21 bytes.
    const interval = Math.max(1, Math.floor((control.readUInt32LE(12) * scale) / lzxFrame));
    const decoder = createLzxDecoder(Math.round(Math.log2(Math.max(1, control.readUInt32LE(16) * scale))));
    const total = Number(table.readBigUInt64LE(0x10));
    const offsets = table.readUInt32LE(12);
    const count = Math.min(table.readUInt32LE(4), Math.floor((table.length - offsets) / 8));
    if (decoder === undefined || Number(table.readBigUInt64LE(0x20)) !== lzxFrame) {
      trouble = { code: "damaged", detail: "what the pages are packed by is damaged" };
      return;
    }
    const offsetOf = (frame: number): number => (frame < count ? Number(table.readBigUInt64LE(offsets + frame * 8)) : packed.size);
    for (let frame = 0; frame < count && frame * lzxFrame < total; frame++) {
      const from = offsetOf(frame);
      const length = offsetOf(frame + 1) - from;
      // A frame that cannot be packed grows by little.
      if (length < 0 || length > 2 * lzxFrame) {
        trouble = { code: "damaged", detail: "places of the pages are damaged" };
        return;
      }
      const raw = await readRange(source, directory.content + packed.from + from, length);
      if (raw.length < length) {
        trouble = { code: "cut", detail: "help file is cut off" };
        return;
      }
      taken += length;
      if (frame % interval === 0) decoder.reset();
      const plain = decoder.frame(raw, Math.min(lzxFrame, total - frame * lzxFrame));
      if (plain === undefined) {
        trouble = { code: "damaged", detail: "packed pages are damaged" };
        return;
      }
      yield plain;
    }
  }
  return { pieces: pieces(), trouble: () => trouble, taken: () => taken };
}
