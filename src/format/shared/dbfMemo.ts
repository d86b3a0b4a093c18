import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";

/** A text, picture or object that a record points to. */
export interface Memo {
  readonly kind: "text" | "binary";
  readonly bytes: Buffer;
  /** The file ends before it does, or it is longer than is held. */
  readonly cut: boolean;
  /** Blocks it takes. */
  readonly blocks: number;
}

/** The file beside a table in which its long texts lie. */
export interface MemoFile {
  read(block: number): Promise<Memo | undefined>;
  /** The first block that can hold something. */
  readonly first: number;
  /** Blocks in the file. */
  readonly count: number;
}

/** 4 MiB: FoxPro's own limit is the size of the file. */
const memoLimit = 4 * 1024 * 1024;

/** How memo files are called and laid out: FoxPro's, and dBASE's by version. */
export type MemoKind = "fpt" | "dbt3" | "dbt4";

/** What the first byte of a table says of its memo file; undefined where it can have none. */
export function memoKind(version: number): MemoKind | undefined {
  if ([0x30, 0x31, 0x32, 0xf5, 0xfb].includes(version)) return "fpt";
  if ([0x8b, 0xcb].includes(version)) return "dbt4";
  return version === 0x83 ? "dbt3" : undefined;
}

/** Names the memo file of a table may have, likeliest first. */
export function memoNames(table: string, kind: MemoKind): readonly string[] {
  const name = table.slice(Math.max(table.lastIndexOf("/"), table.lastIndexOf("\\")) + 1);
  const base = name.replace(/\.[^.]*$/, "");
  const extension = kind === "fpt" ? "fpt" : "dbt";
  const upper = /\.[A-Z]+$/.test(name);
  return [upper ? extension.toUpperCase() : extension, upper ? extension : extension.toUpperCase()].map((one) => `${base}.${one}`);
}

/** Opens a memo file; undefined for what cannot be one. */
export async function openMemo(source: ByteSource, kind: MemoKind): Promise<MemoFile | undefined> {
  const head = Buffer.from(await readRange(source, 0, 512));
  if (head.length < 32 || source.size === undefined) return undefined;
  // Visual FoxPro sizes its blocks from 1 byte up; 0 says 1.
  const size = kind === "fpt" ? Math.max(1, head.readUInt16BE(6)) : kind === "dbt4" ? head.readUInt16LE(20) || 512 : 512;
  const count = Math.ceil(source.size / size);
  return {
    first: Math.max(1, Math.ceil(512 / size)),
    count,
    async read(block): Promise<Memo | undefined> {
      const at = block * size;
      if (block < 1 || at >= (source.size ?? 0)) return undefined;
      const begin = Buffer.from(await readRange(source, at, 8));
      if (begin.length < 8) return undefined;
      if (kind === "fpt") return lengthy(at, begin.readUInt32BE(4), begin.readUInt32BE(0) === 1 ? "text" : "binary", 8);
      if (kind === "dbt4" && begin.readUInt32LE(0) === 0x0008_ffff) return lengthy(at, Math.max(0, begin.readUInt32LE(4) - 8), "text", 8);
      return ended(at);
    },
  };

  async function lengthy(at: number, length: number, kindOfMemo: Memo["kind"], header: number): Promise<Memo> {
    const bytes = Buffer.from(await readRange(source, at + header, Math.min(length, memoLimit)));
    return { kind: kindOfMemo, bytes, cut: bytes.length < length, blocks: Math.max(1, Math.ceil((length + header) / size)) };
  }

  /** Text up to the mark 1A. */
  async function ended(at: number): Promise<Memo> {
    for (let length = 4096; ; length *= 4) {
      const bytes = Buffer.from(await readRange(source, at, Math.min(length, memoLimit)));
      const end = bytes.indexOf(0x1a);
      if (end >= 0) return { kind: "text", bytes: bytes.subarray(0, end), cut: false, blocks: Math.max(1, Math.ceil((end + 1) / size)) };
      if (bytes.length < length) return { kind: "text", bytes, cut: true, blocks: Math.max(1, Math.ceil(bytes.length / size)) };
    }
  }
}
