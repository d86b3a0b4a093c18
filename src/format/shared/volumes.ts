import type { ExtractInput } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";

/** Parts of a set that was split byte by byte, in one. */
export interface Joined {
  readonly source: ByteSource;
  /** Name of the first part that is not here; undefined when nothing is missing. */
  readonly missing: string | undefined;
}

/** More parts than any set has. */
const partLimit = 999;

/**
 * The parts `x.001`, `x.002` … of what the entry begins, as one source. `needed`: bytes the whole must have, where its begin tells; a set
 * that has fewer misses its next part.
 */
export async function joinVolumes(input: ExtractInput, needed: number | undefined): Promise<Joined> {
  const name = /([^/\\]+)\.001$/.exec(input.entry.path)?.[1];
  const { size } = input.bytes;
  if (name === undefined || size === undefined || (needed !== undefined && size >= needed))
    return { source: input.bytes, missing: undefined };
  const parts: { readonly source: ByteSource; readonly from: number; readonly size: number }[] = [{ source: input.bytes, from: 0, size }];
  let total = size;
  for (let number = 2; number <= partLimit && (needed === undefined || total < needed); number++) {
    const next = `${name}.${String(number).padStart(3, "0")}`;
    const source = await input.sibling?.(next);
    if (source?.size === undefined) {
      const missing = needed === undefined ? undefined : next;
      return { source: concatenated(parts, total), missing };
    }
    parts.push({ source, from: total, size: source.size });
    total += source.size;
  }
  return { source: concatenated(parts, total), missing: undefined };
}

function concatenated(
  parts: readonly { readonly source: ByteSource; readonly from: number; readonly size: number }[],
  total: number,
): ByteSource {
  return {
    size: total,
    seekable: true,
    async read(into: Uint8Array, offset: number): Promise<number> {
      let filled = 0;
      for (const part of parts) {
        const at = offset + filled - part.from;
        if (at < 0 || at >= part.size || filled >= into.length) continue;
        const wanted = into.subarray(filled, filled + Math.min(into.length - filled, part.size - at));
        let count = 0;
        while (count < wanted.length) {
          const read = await part.source.read(wanted.subarray(count), at + count);
          if (read <= 0) return filled + count;
          count += read;
        }
        filled += count;
      }
      return filled;
    },
    async close(): Promise<void> {
      for (const { source } of parts) await source.close();
    },
  };
}
