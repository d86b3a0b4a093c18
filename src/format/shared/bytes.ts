import type { ByteSource } from "../../model/entry.ts";

/** Reads `length` bytes from `offset`, fewer at the end. Allocates no more than the source can hold where its size is known. */
export async function readRange(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const known = source.size === undefined ? length : Math.min(length, Math.max(0, source.size - offset));
  const into = new Uint8Array(known);
  let filled = 0;
  while (filled < known) {
    const count = await source.read(into.subarray(filled), offset + filled);
    if (count <= 0) break;
    filled += count;
  }
  return filled === known ? into : into.subarray(0, filled);
}

/** A part of a seekable source as a source of its own; closing it leaves the outer one open. */
export function rangeSource(outer: ByteSource, from: number, length: number, taken?: (end: number) => void): ByteSource {
  let short = false;
  return {
    size: length,
    seekable: outer.seekable,
    async read(into: Uint8Array, offset: number): Promise<number> {
      const wanted = Math.min(into.length, Math.max(0, length - offset));
      if (wanted === 0) return 0;
      taken?.(offset + wanted);
      const count = await outer.read(into.subarray(0, wanted), from + offset);
      short ||= count < wanted;
      return count;
    },
    close: () => Promise.resolve(),
    cut: () => (short ? outer.cut?.() : undefined),
  };
}

/** Bytes that lie in memory as a source. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    seekable: true,
    read(into: Uint8Array, offset: number): Promise<number> {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return Promise.resolve(part.length);
    },
    close: () => Promise.resolve(),
  };
}
