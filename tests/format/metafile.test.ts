import { describe, expect, test } from "vitest";
import { metafile } from "../../src/format/metafile.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkChunks, run } from "./support.ts";

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeInt32LE(value | 0, 4 * index);
  return bytes;
}

function emfRecord(type: number, ...parts: readonly Buffer[]): Buffer {
  const data = Buffer.concat(parts);
  const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
  return Buffer.concat([words(type, 8 + padded.length), padded]);
}

/** A run of characters that are `advance` wide each. */
function shown(text: string, x: number, y: number, advance = 10, options = 0): Buffer {
  const raw = Buffer.from(text, "utf16le");
  const padded = Buffer.concat([raw, Buffer.alloc((4 - (raw.length % 4)) % 4)]);
  const widths = 76 + padded.length;
  return emfRecord(
    84,
    Buffer.alloc(16),
    words(1, 0, 0, x, y, text.length, 76, options, 0, 0, 0, 0, widths),
    padded,
    words(...Array.from({ length: text.length }, () => advance)),
  );
}

function emfOf(records: readonly Buffer[], size = 1000): Buffer {
  const header = emfRecord(1, words(0, 0, size, size, 0, 0, 100, 100), Buffer.from(" EMF"), Buffer.alloc(44));
  return Buffer.concat([header, ...records, emfRecord(14, words(0, 0, 20))]);
}

test("runs of an EMF on one height are a line, gaps part cells", async () => {
  const file = emfOf([
    shown("机", 0, 5),
    shown("密", 10, 5),
    shown("★10年", 20, 5),
    shown("6222", 0, 30),
    shown("139", 90, 30),
    emfRecord(108, words(0, 60, 3, 0x300, 1, 0, 0), Buffer.from("abc")),
  ]);
  const result = await run(metafile, memorySource(file));
  checkChunks(result);
  expect(result.texts).toEqual(["body [body]: 机密★10年\n6222\t139\nabc\n"]);
  expect(result.failures).toEqual([]);
});

test("strings of EMF+, and pictures in it", async () => {
  const text = Buffer.from("机密", "utf16le");
  const string = Buffer.alloc(40);
  string.writeUInt16LE(0x401c, 0);
  string.writeUInt32LE(40 + text.length, 4);
  string.writeUInt32LE(2, 20);
  const image = Buffer.alloc(70_000);
  image.writeUInt16LE(0x4008, 0);
  image.writeUInt16LE(0x0500, 2);
  image.writeUInt32LE(image.length, 4);
  const plus = (...records: readonly Buffer[]): Buffer => emfRecord(70, words(4), Buffer.from("EMF+"), ...records);
  const result = await run(metafile, memorySource(emfOf([plus(string, text), plus(image)])));
  expect(result.texts).toEqual(["body [body]: 机密\n"]);
  expect(result.failures).toEqual(["no-text file partial"]);
});

test("glyphs without characters, bitmaps and bare shapes need a person; small ones hold no page", async () => {
  expect((await run(metafile, memorySource(emfOf([shown("ab", 0, 0, 10, 0x10)])))).failures).toEqual(["no-text file whole"]);
  expect((await run(metafile, memorySource(emfOf([emfRecord(81, Buffer.alloc(70_000))])))).failures).toEqual(["no-text file whole"]);
  expect((await run(metafile, memorySource(emfOf([])))).failures).toEqual(["no-text file whole"]);
  expect((await run(metafile, memorySource(emfOf([], 64)))).failures).toEqual([]);
});

function wmfOf(records: readonly (readonly [type: number, data: Buffer])[]): Buffer {
  const parts = [...records, [0, Buffer.alloc(0)] as const].map(([type, data]) => {
    const head = Buffer.alloc(6);
    head.writeUInt32LE(3 + Math.ceil(data.length / 2), 0);
    head.writeUInt16LE(type, 4);
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
  });
  return Buffer.concat([Buffer.from("010009000003", "hex"), Buffer.alloc(12), ...parts]);
}

test("text of a WMF in the code page of its font", async () => {
  const font = Buffer.alloc(50);
  font[13] = 134;
  const mark = Buffer.from("bbfac3dc3130c4ea", "hex");
  const extended = Buffer.alloc(8);
  extended.writeUInt16LE(mark.length, 4);
  const plain = Buffer.concat([Buffer.of(3, 0), Buffer.from("abc\0"), Buffer.of(9, 0, 0, 0)]);
  const result = await run(
    metafile,
    memorySource(
      wmfOf([
        [0x02fb, font],
        [0x0a32, Buffer.concat([extended, mark])],
        [0x0521, plain],
      ]),
    ),
  );
  checkChunks(result);
  expect(result.texts).toEqual(["body [body]: 机密10年\nabc\n"]);
  expect(result.failures).toEqual([]);
});

test("is told by its head", async () => {
  expect(await metafile.accepts(await createProbe("a", memorySource(emfOf([]))))).toBe(true);
  expect(await metafile.accepts(await createProbe("a.wmf", memorySource(wmfOf([]))))).toBe(true);
  expect(await metafile.accepts(await createProbe("a.emf", memorySource(Buffer.from("text"))))).toBe(false);
});

describe("damage", () => {
  const whole = emfOf([shown("机密★10年", 0, 5), shown("后文", 0, 30)]);

  test.each([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])("cut at %d gives a failure and no throw", async (part) => {
    const result = await run(metafile, memorySource(whole.subarray(0, Math.floor(whole.length * part))));
    expect(result.failures.length).toBeGreaterThan(0);
  });

  test("200 random bit flips never throw", async () => {
    let seed = 3;
    const random = (limit: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >>> 4) % limit;
    };
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.from(whole);
      const at = random(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      checkChunks(await run(metafile, memorySource(bytes)));
    }
  });
});
