import { describe, expect, test } from "vitest";
import { createProbe } from "../../../src/format/probe.ts";
import { memorySource } from "../../../src/format/shared/bytes.ts";
import { readCfb } from "../../../src/format/shared/cfb.ts";
import { cfbOf } from "../cfbWriter.ts";
import { readAll } from "../support.ts";

const long = Buffer.alloc(10_000, "大数据");
const streams = [
  { path: "WordDocument", data: long },
  { path: "短", data: "small" },
  { path: "ObjectPool/_1/\x01Ole10Native", data: "inner" },
  { path: "ObjectPool/_1/CONTENTS", data: Buffer.alloc(5000, 7) },
  { path: "empty", data: "" },
];

describe.each([3, 4] as const)("version %d", (version) => {
  const file = cfbOf(streams, { version });

  test("lists storages before what they hold and reads every stream", async () => {
    const cfb = await readCfb(memorySource(file));
    expect(cfb?.damage).toBeUndefined();
    expect(cfb?.entries.map(({ path, kind, size }) => [path, kind, size])).toEqual([
      ["WordDocument", "stream", 10_000],
      ["短", "stream", 5],
      ["ObjectPool", "storage", 0],
      ["ObjectPool/_1", "storage", 0],
      ["ObjectPool/_1/\x01Ole10Native", "stream", 5],
      ["ObjectPool/_1/CONTENTS", "stream", 5000],
      ["empty", "stream", 0],
    ]);
    for (const { path, data } of streams) {
      const entry = cfb?.find(path.toUpperCase());
      const stream = entry === undefined ? undefined : await cfb?.stream(entry);
      expect(stream?.damage).toBeUndefined();
      expect(Buffer.from((await stream?.bytes()) ?? []).equals(Buffer.from(data))).toBe(true);
      expect(stream === undefined ? undefined : Buffer.from(await readAll(stream.source(), 700)).equals(Buffer.from(data))).toBe(true);
    }
  });

  test("its names tell formats apart", async () => {
    const probe = await createProbe("a.bin", memorySource(file));
    expect([...(await probe.members())]).toContain("ObjectPool/_1/CONTENTS");
  });
});

const whole = cfbOf(streams);

/** Everything that can be read, as text; never throws. */
async function readEvery(bytes: Uint8Array): Promise<{ paths: readonly string[]; damaged: boolean; length: number }> {
  const cfb = await readCfb(memorySource(bytes));
  if (cfb === undefined) return { paths: [], damaged: true, length: 0 };
  let damaged = cfb.damage !== undefined;
  let length = 0;
  for (const entry of cfb.entries) {
    const stream = await cfb.stream(entry);
    const read = await stream.bytes();
    expect(read.length).toBe(stream.size);
    length += read.length;
    if (stream.damage !== undefined) damaged = true;
  }
  return { paths: cfb.entries.map(({ path }) => path), damaged, length };
}

function word(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(value, at);
  return changed;
}

/** Where a record of the directory begins. */
function record(name: string): number {
  return whole.indexOf(Buffer.from(`${name}\0`, "utf16le"));
}

describe("damage", () => {
  test("no magic number, or nothing behind it", async () => {
    expect(await readCfb(memorySource(Buffer.alloc(0)))).toBeUndefined();
    expect(await readCfb(memorySource(Buffer.alloc(4096, 1)))).toBeUndefined();
    expect(await readCfb(memorySource(Buffer.concat([whole.subarray(0, 8), Buffer.alloc(9000, 0x55)])))).toBeUndefined();
  });

  test.each([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])("cut at %d is read as far as possible and told", async (part) => {
    expect((await readEvery(whole.subarray(0, Math.floor(whole.length * part)))).damaged).toBe(true);
  });

  test("a lost sector table is taken for contiguous sectors", async () => {
    const { paths, damaged } = await readEvery(word(whole, 76, 0x00ffffff));
    expect(paths).toContain("WordDocument");
    expect(damaged).toBe(true);
    const cfb = await readCfb(memorySource(word(whole, 76, 0x00ffffff)));
    const entry = cfb?.find("WordDocument");
    const stream = entry === undefined ? undefined : await cfb?.stream(entry);
    expect(Buffer.from((await stream?.bytes()) ?? []).equals(long)).toBe(true);
  });

  test("a directory that is not where the header says is sought", async () => {
    const cfb = await readCfb(memorySource(word(whole, 48, 2)));
    expect(cfb?.damage).toBe("the directory is not where the header says");
    expect(cfb?.find("WordDocument")?.size).toBe(10_000);
  });

  test("a chain of sectors in a circle ends", async () => {
    const table = whole.length - 512;
    // WordDocument begins in sector 0; its second sector leads back.
    const { damaged, length } = await readEvery(word(whole, table + 4, 0));
    expect(damaged).toBe(true);
    expect(length).toBeLessThan(2 * whole.length);
  });

  test("a directory tree in a circle ends and keeps its streams", async () => {
    const { paths, damaged } = await readEvery(word(whole, record("短") + 72, 1));
    expect(damaged).toBe(true);
    expect(paths.toSorted()).toEqual(["CONTENTS", "WordDocument", "empty", "\x01Ole10Native", "短"].toSorted());
  });

  test("a storage that holds itself", async () => {
    const at = record("_1");
    expect(
      (await readEvery(word(whole, at + 76, Math.round((at - whole.indexOf(Buffer.from("Root Entry", "utf16le"))) / 128)))).damaged,
    ).toBe(true);
  });

  test("absurd sizes give what the file holds", async () => {
    const { damaged, length } = await readEvery(word(whole, record("WordDocument") + 120, 0xfffffff0));
    expect(damaged).toBe(true);
    expect(length).toBeLessThan(2 * whole.length);
  });

  test("200 random bit flips never throw", async () => {
    let seed = 7;
    const random = (limit: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed % limit;
    };
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.from(whole);
      // Header and tables are hit more often than data.
      const at = round % 2 === 0 ? random(512) : whole.length - 2048 + random(2048);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      const { length } = await readEvery(bytes);
      expect(length).toBeLessThan(10 * whole.length);
    }
  });
});
