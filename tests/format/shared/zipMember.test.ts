import { expect, test } from "vitest";

import { streamSource } from "../../../src/format/shared/zipMember.ts";

/** Pieces that are good only until the next is asked for: each is written over the last. */
async function* lent(lengths: readonly number[]): AsyncGenerator<Uint8Array, void> {
  const memory = new Uint8Array(Math.max(...lengths));
  let at = 0;
  for (const length of lengths) {
    for (let index = 0; index < length; index++) memory[index] = (at + index) % 251;
    yield memory.subarray(0, length);
    memory.fill(255);
    at += length;
  }
}

function wanted(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (from + index) % 251);
}

test("lent pieces are kept for steps back of 1 MiB, whatever their lengths", async () => {
  const lengths = Array.from({ length: 60 }, (_, index) => [100_000, 7, 131_072, 300_000][index % 4] ?? 0);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let ended = 0;
  const end = (): undefined => {
    ended++;
  };
  const source = streamSource(lent(lengths), undefined, end, true);
  const block = new Uint8Array(65_536);
  for (let at = 0; at < total; at += block.length) {
    const count = await source.read(block, at);
    expect(count).toBe(Math.min(block.length, total - at));
    expect(Buffer.compare(block.subarray(0, count), wanted(at, count))).toBe(0);
    const back = Math.max(0, at - 600_000);
    const small = new Uint8Array(1000);
    await source.read(small, back);
    expect(Buffer.compare(small, wanted(back, 1000))).toBe(0);
  }
  expect(await source.read(block, total)).toBe(0);
  expect(ended).toBe(1);
});
