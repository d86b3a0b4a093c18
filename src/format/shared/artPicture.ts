import { inflateSync } from "node:zlib";
import type { Budget } from "../../model/chunk.ts";
import type { ArtRecord } from "./officeArt.ts";

/** A picture in a drawing, as a file of its own would hold it. */
export interface ArtPicture {
  readonly extension: "emf" | "wmf" | "pict" | "jpg" | "png" | "bmp" | "tiff";
  /** Bytes of the file, made when asked for; empty when damaged or the budget is spent. */
  bytes(budget: Budget): Uint8Array;
}

const kinds: Readonly<Record<number, { readonly extension: ArtPicture["extension"]; readonly meta: boolean }>> = {
  0xf01a: { extension: "emf", meta: true },
  0xf01b: { extension: "wmf", meta: true },
  0xf01c: { extension: "pict", meta: true },
  0xf01d: { extension: "jpg", meta: false },
  0xf01e: { extension: "png", meta: false },
  0xf01f: { extension: "bmp", meta: false },
  0xf029: { extension: "tiff", meta: false },
  0xf02a: { extension: "jpg", meta: false },
};

/** Instances of a picture record that has a second digest before its data (MS-ODRAW 2.2.24–2.2.31). */
const twoDigests: ReadonlySet<number> = new Set([0x3d5, 0x217, 0x543, 0x46b, 0x6e3, 0x6e1, 0x7a9, 0x6e5]);

/** 256 MiB: a metafile inflates to no more. */
const metaLimit = 256 * 1024 * 1024;

/** The picture a record holds; undefined for other records. */
export function artPicture(bytes: Buffer, record: ArtRecord): ArtPicture | undefined {
  const kind = kinds[record.type];
  if (kind === undefined) return undefined;
  const digests = twoDigests.has(record.instance) ? 32 : 16;
  if (!kind.meta) {
    const from = record.from + digests + 1;
    return {
      extension: kind.extension,
      bytes: () => (kind.extension === "bmp" ? bitmapFile(bytes.subarray(from, record.to)) : bytes.subarray(from, record.to)),
    };
  }
  return {
    extension: kind.extension,
    bytes(budget): Uint8Array {
      const head = record.from + digests;
      if (head + 34 > record.to) return new Uint8Array(0);
      const size = bytes.readUInt32LE(head);
      const packed = bytes[head + 32] === 0;
      const data = bytes.subarray(head + 34, record.to);
      if (!packed) return data;
      if (size > metaLimit || size > data.length * 1032 + 1024 || !budget.take("inflated", size)) return new Uint8Array(0);
      try {
        return inflateSync(data, { maxOutputLength: Math.max(1, size) });
      } catch {
        return new Uint8Array(0);
      }
    },
  };
}

/** A device independent bitmap with the head of a file before it. */
function bitmapFile(data: Buffer): Buffer {
  const head = Buffer.alloc(14);
  head.write("BM");
  head.writeUInt32LE(14 + data.length, 2);
  const size = data.length >= 40 ? data.readUInt32LE(0) : 40;
  const bits = data.length >= 40 ? data.readUInt16LE(14) : 24;
  const colors = data.length >= 40 ? data.readUInt32LE(32) : 0;
  head.writeUInt32LE(Math.min(0xffff_ffff, 14 + size + 4 * (colors === 0 && bits <= 8 ? 1 << bits : colors)), 10);
  return Buffer.concat([head, data]);
}
