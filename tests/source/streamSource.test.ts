import { expect, test } from "vitest";
import { streamSource } from "../../src/source/shared/streamSource.ts";

const MIB = 1024 * 1024;

function pieces(size: number, count: number): { pull: () => Promise<Uint8Array>; asked: () => number } {
  let given = 0;
  return {
    pull: () => Promise.resolve(given < count ? Buffer.alloc(size, given++) : Buffer.alloc(0)),
    asked: () => given,
  };
}

test("reads on, steps back by 1 MiB, and refuses what is gone", async () => {
  const source = streamSource(undefined, pieces(MIB / 2, 8).pull, () => undefined);
  const byte = new Uint8Array(1);
  expect(await source.read(new Uint8Array(MIB), 2 * MIB)).toBe(MIB);
  expect(await source.read(byte, 2 * MIB)).toBe(1);
  expect(byte[0]).toBe(4);
  await source.read(new Uint8Array(1), 4 * MIB - 1);
  await expect(source.read(byte, MIB)).rejects.toThrow(RangeError);
});

test("gives a short count at the end only, and nothing after it", async () => {
  const source = streamSource(undefined, pieces(10, 3).pull, () => undefined);
  expect(await source.read(new Uint8Array(25), 0)).toBe(25);
  expect(await source.read(new Uint8Array(25), 25)).toBe(5);
  expect(await source.read(new Uint8Array(25), 30)).toBe(0);
});
