import { expect } from "vitest";
import { memorySource } from "../../src/format/shared/bytes.ts";
import type { Extractor } from "../../src/model/chunk.ts";
import { FailureError } from "../../src/model/failure.ts";
import { limitedBudget, run } from "./support.ts";
import type { Result } from "./support.ts";

/** The first `count` bytes of a seeded sequence (xorshift32). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

async function survive(extractor: Extractor, bytes: Uint8Array): Promise<Result | undefined> {
  try {
    return await run(extractor, memorySource(bytes), {
      budget: limitedBudget({ inflated: 64 * 1024 * 1024, members: 5_000, cells: 1_000_000, characters: 64 * 1024 * 1024, pages: 1_000 }),
    });
  } catch (error) {
    // The pipeline turns these into failures; anything else is a bug.
    if (error instanceof FailureError) return undefined;
    throw error;
  }
}

/**
 * Nothing throws but a `FailureError`, and nothing hangs: the file empty, cut at every tenth, with 200 single bits turned, and its first bytes
 * followed by noise. Gives the cut files' failures, the shortest first, for the test to say what it expects of them.
 */
export async function endure(extractor: Extractor, bytes: Uint8Array, magic: number): Promise<readonly (readonly string[])[]> {
  await survive(extractor, new Uint8Array(0));
  const cuts: (readonly string[])[] = [];
  for (let tenth = 1; tenth < 10; tenth++) {
    const result = await survive(extractor, bytes.slice(0, Math.floor((bytes.length * tenth) / 10)));
    cuts.push(result?.failures ?? ["thrown"]);
  }
  const random = sequence(20_261_126);
  for (let flip = 0; flip < 200; flip++) {
    const changed = Uint8Array.from(bytes);
    const at = random() % changed.length;
    changed[at] = (changed[at] ?? 0) ^ (1 << (random() % 8));
    await survive(extractor, changed);
  }
  const noise = Uint8Array.from({ length: 20_000 }, () => random() & 0xff);
  noise.set(bytes.subarray(0, magic));
  await survive(extractor, noise);
  expect(cuts.length).toBe(9);
  return cuts;
}
