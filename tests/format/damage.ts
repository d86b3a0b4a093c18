import { expect } from "vitest";
import { memorySource } from "../../src/format/shared/bytes.ts";
import type { Extractor } from "../../src/model/chunk.ts";
import { checkChunks, run } from "./support.ts";

/** Numbers that look random and are the same on every run (Lehmer). */
export function* seeded(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 48_271) % 0x7fff_ffff;
    yield state;
  }
}

/**
 * Reads `whole` cut at every tenth, with 200 bits turned, and noise behind its first `magic` bytes: no throw, valid chunks that follow on each
 * other. `cut`: that a file which ends early says so.
 */
export async function checkDamage(extractor: Extractor, whole: Uint8Array, magic: number, cut: "tells" | "reads"): Promise<void> {
  for (let tenth = 0; tenth < 10; tenth++) {
    const result = await run(extractor, memorySource(whole.subarray(0, Math.floor((whole.length * tenth) / 10))));
    checkChunks(result);
    if (cut === "tells") expect(result.failures.length, `cut at ${tenth}0 %`).toBeGreaterThan(0);
  }
  const random = seeded(20_261_126);
  for (let flip = 0; flip < 200; flip++) {
    const turned = Uint8Array.from(whole);
    const at = random.next().value % turned.length;
    turned[at] = (turned[at] ?? 0) ^ (1 << (random.next().value % 8));
    checkChunks(await run(extractor, memorySource(turned)));
  }
  const noise = Uint8Array.from({ length: 64 * 1024 }, () => random.next().value & 255);
  noise.set(whole.subarray(0, magic));
  checkChunks(await run(extractor, memorySource(noise)));
}
