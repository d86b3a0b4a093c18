import type { Budget } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";
import { stretches } from "./tarHeader.ts";

/** A run of stored bytes and where in the file it belongs. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** More stretches than that is no map. */
const stretchLimit = 10_000;
/** A file with holes up to 16 times what is stored, and 16 MiB, is given with them: databases and disk images look for their pages. */
const holesLimit = 16;
const holesFloor = 16 * 1024 * 1024;

/** The rest of a GNU sparse map, in blocks behind the header; `end` is where the data begin. */
export async function denseMap(bytes: ByteSource, from: number): Promise<{ readonly map: readonly Stretch[]; readonly end: number }> {
  const map: Stretch[] = [];
  let at = from;
  for (; map.length < stretchLimit;) {
    const block = Buffer.from(await readRange(bytes, at, 512));
    at += 512;
    if (block.length < 512) break;
    map.push(...stretches(block, 0, 21));
    if (block[504] !== 1) break;
  }
  return { map, end: at };
}

/** The map of pax format 1.0: decimal lines in whole blocks before the data. */
export async function pageMap(stored: ByteSource): Promise<{ readonly map: readonly Stretch[]; readonly end: number } | undefined> {
  const numbers: number[] = [];
  let line = "";
  for (let at = 0; ;) {
    const block = Buffer.from(await readRange(stored, at, 512));
    if (block.length < 512) return undefined;
    at += 512;
    for (const character of block.toString("latin1")) {
      if (character !== "\n") {
        line += character;
        continue;
      }
      if (/^\d{1,16}$/.test(line)) numbers.push(Number(line));
      line = "";
      const [count = stretchLimit + 1] = numbers;
      if (count > stretchLimit) return undefined;
      if (numbers.length === 1 + 2 * count) return { map: pairs(numbers.slice(1)), end: at };
    }
    if (line.length > 512) return undefined;
  }
}

/** The map of pax format 0.1: numbers between commas. */
export function joinMap(text: string | undefined): readonly Stretch[] | undefined {
  const numbers = (text ?? "").split(",").map(Number);
  return numbers.length < 2 || numbers.length > 2 * stretchLimit || numbers.some((one) => !Number.isSafeInteger(one) || one < 0)
    ? undefined
    : pairs(numbers);
}

function pairs(numbers: readonly number[]): readonly Stretch[] {
  const map: Stretch[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) map.push({ offset: numbers[at] ?? 0, length: numbers[at + 1] ?? 0 });
  return map;
}

/** What zeros of a member may use of the budget. */
export interface ZeroCount {
  take(zeros: number): boolean;
  /** Whether the limit was reached. */
  spent(): boolean;
}

export function countZeros(budget: Budget): ZeroCount {
  let spent = false;
  return {
    take(zeros): boolean {
      spent ||= !budget.take("inflated", zeros);
      return !spent;
    },
    spent: () => spent,
  };
}

/**
 * Stored stretches with zeros between them; undefined when the holes are too large or the map is in no order. Ends where what is stored ends, and
 * where the count allows no more zeros: they cost time like what was stored, and an archive may say any number of them.
 */
export function mappedSource(
  stored: ByteSource,
  map: readonly Stretch[],
  realSize: number | undefined,
  zeroCount: ZeroCount,
): ByteSource | undefined {
  let end = 0;
  let inside = 0;
  const parts: { readonly offset: number; readonly length: number; readonly from: number }[] = [];
  for (const { offset, length } of map) {
    if (offset < end) return undefined;
    parts.push({ offset, length, from: inside });
    end = offset + length;
    inside += length;
  }
  const size = Math.max(end, realSize ?? 0);
  if (!Number.isSafeInteger(size) || size > holesFloor + holesLimit * (stored.size ?? 0)) return undefined;
  /** Up to here zeros have been taken. */
  let high = 0;
  return {
    size,
    seekable: stored.seekable,
    async read(into: Uint8Array, offset: number): Promise<number> {
      const wanted = into.subarray(0, Math.max(0, Math.min(into.length, size - offset)));
      wanted.fill(0);
      let zeros = Math.max(0, offset + wanted.length - Math.max(high, offset));
      for (const part of parts) {
        const from = Math.max(offset, part.offset);
        const to = Math.min(offset + wanted.length, part.offset + part.length);
        if (from >= to) continue;
        const piece = await readRange(stored, part.from + from - part.offset, to - from);
        wanted.set(piece, from - offset);
        if (piece.length < to - from) return from + piece.length - offset;
        zeros -= Math.max(0, to - Math.max(high, from));
      }
      if (zeros > 0 && !zeroCount.take(zeros)) return 0;
      high = Math.max(high, offset + wanted.length);
      return wanted.length;
    },
    close: () => Promise.resolve(),
    cut: () => (zeroCount.spent() ? { code: "too-large", detail: "limit of inflated bytes reached" } : stored.cut?.()),
  };
}
