import type { ExtractInput } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";
import { alone, joinVolumes, joinedParts } from "./volumes.ts";
import type { Joined } from "./volumes.ts";

/** The volumes of a zip archive in one, and where each begins: offsets in its directory count from there. */
export interface ZipVolumes extends Joined {
  readonly starts: readonly number[];
}

/** The end record, and a comment of at most 65,535 bytes behind it. */
const tailLength = 22 + 65_535;
/** Where a volume that is not here would lie: behind every file. */
const nowhere = 2 ** 50;

/** Number of the last volume (from 0) as the end record tells it; undefined without one. 0 for an archive in one piece. */
export async function lastVolume(source: ByteSource): Promise<number | undefined> {
  const { size } = source;
  if (size === undefined || !source.seekable) return undefined;
  const tail = Buffer.from(await readRange(source, Math.max(0, size - tailLength), Math.min(size, tailLength)));
  const at = tail.lastIndexOf("PK\x05\x06", -1, "latin1");
  return at < 0 || at + 22 > tail.length ? undefined : tail.readUInt16LE(at + 4);
}

/**
 * `x.zip` with `x.z01`, `x.z02` … before it, or `x.zip.001` with what follows. One volume that is missing is named; the members on those that
 * are here are still found.
 */
export async function joinZip(input: ExtractInput): Promise<ZipVolumes> {
  if (input.entry.path.endsWith(".001")) return { ...(await joinVolumes(input, undefined)), starts: [] };
  const last = await lastVolume(input.bytes);
  const base = /(?:^|[/\\])([^/\\]+)\.[^./\\]*$/.exec(input.entry.path)?.[1];
  const { size } = input.bytes;
  if (last === undefined || last === 0 || last >= 0xffff || base === undefined || size === undefined)
    return { ...alone(input.bytes), starts: [] };
  const parts: { source: ByteSource; from: number; size: number }[] = [];
  const starts: number[] = [];
  let total = 0;
  for (let number = 1; number <= last; number++) {
    const name = `${base}.z${String(number).padStart(2, "0")}`;
    const source = await input.sibling?.(name);
    if (source?.size === undefined) {
      for (const part of parts) await part.source.close();
      return { ...alone(input.bytes), missing: name, starts: [...Array.from({ length: last }, () => nowhere), 0] };
    }
    parts.push({ source, from: total, size: source.size });
    input.budget.also?.(source.size);
    starts.push(total);
    total += source.size;
  }
  parts.push({ source: input.bytes, from: total, size });
  starts.push(total);
  return { ...joinedParts(parts, total + size, { missing: undefined, next: undefined, own: input.bytes }), starts };
}
