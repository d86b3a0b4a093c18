import type { ExtractInput } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";

/** Parts of a set that was split byte by byte, in one. */
export interface Joined {
  readonly source: ByteSource;
  /** Name of the first part that is not here though it is needed; undefined when nothing is known to be missing. */
  readonly missing: string | undefined;
  /** The part that would come next. */
  readonly next: string | undefined;
  /** Closes what was opened beside the entry. */
  close(): Promise<void>;
}

/** Where the parts of a set lie in the whole. */
interface Part {
  readonly source: ByteSource;
  readonly from: number;
  readonly size: number;
}

/** More parts than any set has. */
const partLimit = 999;

/**
 * The parts `x.001`, `x.002` … of what the entry begins, as one source. `needed`: bytes the whole must have, where its begin tells; a set
 * that has fewer misses its next part. Anything but a first part comes back as it is.
 */
export async function joinVolumes(input: ExtractInput, needed: number | undefined): Promise<Joined> {
  const name = /(?:^|[/\\])([^/\\]+)\.001$/.exec(input.entry.path)?.[1];
  const { size } = input.bytes;
  if (name === undefined || size === undefined || (needed !== undefined && size >= needed)) return alone(input.bytes);
  return join(input, size, (number) => `${name}.${String(number).padStart(3, "0")}`, needed);
}

/** A set of one. */
export function alone(source: ByteSource): Joined {
  return { source, missing: undefined, next: undefined, close: () => Promise.resolve() };
}

async function join(input: ExtractInput, size: number, nameOf: (number: number) => string, needed: number | undefined): Promise<Joined> {
  const parts: Part[] = [{ source: input.bytes, from: 0, size }];
  let total = size;
  let next: string | undefined;
  for (let number = 2; number <= partLimit && (needed === undefined || total < needed); number++) {
    const name = nameOf(number);
    const source = await input.sibling?.(name);
    if (source?.size === undefined) {
      next = name;
      break;
    }
    parts.push({ source, from: total, size: source.size });
    input.budget.also?.(source.size);
    total += source.size;
  }
  return joinedParts(parts, total, { missing: needed === undefined ? undefined : next, next, own: input.bytes });
}

/** Parts laid one behind the other; closing leaves `own` open, which is the caller's. */
export function joinedParts(
  parts: readonly Part[],
  total: number,
  told: { readonly missing: string | undefined; readonly next: string | undefined; readonly own: ByteSource },
): Joined {
  return {
    source: concatenated(parts, total),
    missing: told.missing,
    next: told.next,
    async close(): Promise<void> {
      for (const { source } of parts) if (source !== told.own) await source.close();
    },
  };
}

function concatenated(parts: readonly Part[], total: number): ByteSource {
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
    close: () => Promise.resolve(),
  };
}
