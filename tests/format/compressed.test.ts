import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bz2 } from "../../src/format/bz2.ts";
import { lz } from "../../src/format/lz.ts";
import { lz4 } from "../../src/format/lz4.ts";
import { lzma } from "../../src/format/lzma.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { createCrc64 } from "../../src/format/shared/crc64.ts";
import { XxHash32 } from "../../src/format/shared/xxHash32.ts";
import { xz } from "../../src/format/xz.ts";
import { z } from "../../src/format/z.ts";
import { zip } from "../../src/format/zip.ts";
import { zst } from "../../src/format/zst.ts";
import { endure } from "./hostile.ts";
import { limitedBudget, run } from "./support.ts";
import { zipOf } from "./zipWriter.ts";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url));
}

const list = Array.from({ length: 1000 }, (_, number) => `${number},测试${number % 97},1380013${String(number).padStart(4, "0")}\n`).join(
  "",
);
const formats = [
  { extractor: bz2, name: "list.txt.bz2", magic: 4 },
  { extractor: xz, name: "list.txt.xz", magic: 6 },
  { extractor: zst, name: "list.txt.zst", magic: 4 },
  { extractor: lzma, name: "list.txt.lzma", magic: 14 },
  { extractor: lz, name: "list.txt.lz", magic: 6 },
  { extractor: lz4, name: "list.txt.lz4", magic: 4 },
];

describe.each(formats)("$extractor.id", ({ extractor, name, magic }) => {
  const bytes = fixture(name);
  test("what another program packed", async () => {
    expect(await extractor.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(extractor, memorySource(bytes), { path: name });
    expect(result.members).toEqual({ "list.txt": list });
    expect(result.failures).toEqual([]);
  });
  test("cut off: what comes before is read, and told", async () => {
    const result = await run(extractor, memorySource(bytes.subarray(0, -40)));
    expect(result.failures.length).toBe(1);
    expect(result.failures[0]).toMatch(/^corrupt file /);
    // bzip2 has but one block here, which is lost as a whole; the others give all but their end.
    if (extractor !== bz2) expect(list.startsWith((Object.values(result.members)[0] ?? "").slice(0, 10_000))).toBe(true);
  });
  test("the limit of inflated bytes ends it", async () => {
    const result = await run(extractor, memorySource(bytes), { budget: limitedBudget({ inflated: 1000 }) });
    expect(result.failures).toEqual(["too-large file partial"]);
  });
  test("cut, bent and garbled", async () => {
    for (const failures of await endure(extractor, bytes, magic)) expect(failures.length).toBeGreaterThan(0);
  });
});

test.each([
  ["bz2", bz2, fixture("list.txt.bz2")],
  ["xz", xz, fixture("list.txt.xz")],
  ["zst", zst, fixture("list.txt.zst")],
  ["lz", lz, fixture("list.txt.lz")],
  ["lz4", lz4, fixture("list.txt.lz4")],
])("%s: streams one behind the other, and bytes behind them", async (_, extractor, bytes) => {
  const twice = await run(extractor, memorySource(Buffer.concat([bytes, bytes])));
  expect(Object.values(twice.members)).toEqual([list + list]);
  expect(twice.failures).toEqual([]);
  const more = await run(extractor, memorySource(Buffer.concat([bytes, Buffer.from("more than was said, much more")])));
  expect(Object.values(more.members)).toEqual([list]);
  expect(more.failures).toEqual(["corrupt file partial"]);
});

describe("lz4", () => {
  const bytes = fixture("list.txt.lz4");
  const legacy = fixture("legacy.txt.lz4");
  test("the older format, also before another frame and behind one that is passed over", async () => {
    expect(await lz4.accepts(await createProbe("x", memorySource(legacy)))).toBe(true);
    const skipped = Buffer.from("502a4d1803000000414243", "hex");
    const result = await run(lz4, memorySource(Buffer.concat([legacy, skipped, bytes, legacy])), { path: "legacy.txt.lz4" });
    expect(result.members).toEqual({ "legacy.txt": list + list + list });
    expect(result.failures).toEqual([]);
  });
  test("cut, bent and garbled in the older format", async () => {
    await endure(lz4, legacy, 4);
  });
  test.each([
    ["a frame that needs a dictionary", "04224d18 61 40 01000000 XX", "unsupported-format file whole"],
    ["a version that does not exist", "04224d18 20 40 XX", "corrupt file whole"],
    ["a match before the begin", "04224d18 60 40 XX 05000000 1041 0200 00 00000000", "corrupt file whole"],
    ["a length without end", "04224d18 60 40 XX 04000000 f0ffffff 00000000", "corrupt file whole"],
    ["a block larger than the frame says", "04224d18 60 40 XX 01000100", "corrupt file whole"],
  ])("%s", async (_, shown, failure) => {
    const [before = "", after = ""] = shown.replaceAll(" ", "").split("XX");
    const hash = new XxHash32();
    hash.update(Buffer.from(before.slice(8), "hex"));
    const check = Buffer.of((hash.sum() >> 8) & 0xff);
    const frame = Buffer.concat([Buffer.from(before, "hex"), check, Buffer.from(after, "hex")]);
    expect((await run(lz4, memorySource(frame))).failures).toEqual([failure]);
  });
  // The vectors of the reference implementation and of its makers: of nothing, of three letters, of more than a stripe.
  test.each([
    ["", 0x02cc5d05],
    ["abc", 0x32d153ff],
    ["Nobody inspects the spammish repetition", 0xe2293b2f],
  ])("XXH32 of %j", (text, sum) => {
    for (const step of [1, 5, 16, 40]) {
      const hash = new XxHash32();
      for (let at = 0; at < text.length; at += step) hash.update(Buffer.from(text.slice(at, at + step)));
      expect(hash.sum()).toBe(sum);
    }
  });
});

describe("z", () => {
  const bytes = fixture("list.txt.Z");
  test("what another program packed", async () => {
    expect(await z.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(z, memorySource(bytes), { path: "list.txt.Z" });
    expect(result.members).toEqual({ "list.txt": list });
    expect(result.failures).toEqual([]);
  });
  test("nothing marks its end: cut off, what is there is read", async () => {
    const [read = ""] = Object.values((await run(z, memorySource(bytes.subarray(0, -400)))).members);
    expect(read.length).toBeGreaterThan(10_000);
    expect(list.startsWith(read.slice(0, -1))).toBe(true);
  });
  test("a table that is full and begun anew, over the pieces that are read and given", async () => {
    const text = Buffer.concat(
      Array.from({ length: 12 }, (_, number) =>
        Buffer.from(Array.from(list, (sign) => String.fromCharCode((sign.charCodeAt(0) % 200) + number)).join("")),
      ),
    );
    const result = await run(z, memorySource(compress(text, 12, 40_000)));
    expect(text.equals(Object.values(result.memberBytes)[0] ?? new Uint8Array(0))).toBe(true);
    expect(result.failures).toEqual([]);
  });
  test.each([
    ["a code that does not exist yet", Buffer.from([0x1f, 0x9d, 0x90, 0x41, 0xff, 0xff])],
    ["a width that does not exist", Buffer.from([0x1f, 0x9d, 0x91, 0x41, 0, 0])],
  ])("%s is damage", async (_, damaged) => {
    expect((await run(z, memorySource(damaged))).failures[0]).toMatch(/^corrupt file/);
  });
  test("the limit of inflated bytes ends it", async () => {
    const result = await run(z, memorySource(bytes), { budget: limitedBudget({ inflated: 1000 }) });
    expect(result.failures).toEqual(["too-large file partial"]);
  });
});

/** As Unix `compress` writes: codes of 9 to `most` bits, a clearing code after every `clearing` bytes. */
function compress(bytes: Uint8Array, most: number, clearing: number): Buffer {
  const out: number[] = [0x1f, 0x9d, 0x80 | most];
  let [width, free, held, place, group] = [9, 257, -1, 0, new Uint8Array(9)];
  let table = new Map<number, number>();
  const flush = (): void => {
    if (place > 0) out.push(...group);
    place = 0;
    group = new Uint8Array(width);
  };
  const put = (code: number): void => {
    for (let bit = 0; bit < width; bit++, place++)
      if (((code >> bit) & 1) === 1) group[place >> 3] = (group[place >> 3] ?? 0) | (1 << (place & 7));
    if (place === width * 8) flush();
  };
  const wider = (to: number): void => {
    flush();
    width = to;
    group = new Uint8Array(width);
  };
  /** The reader knows each entry one code later, and takes wider codes then. */
  const emit = (code: number): void => {
    put(code);
    if (free === 1 << width && width < most) wider(width + 1);
  };
  for (const [at, byte] of bytes.entries()) {
    const known = held < 0 ? byte : table.get(held * 256 + byte);
    if (known === undefined) {
      emit(held);
      if (free < 1 << most) table.set(held * 256 + byte, free++);
      held = byte;
    } else held = known;
    if (at % clearing !== clearing - 1) continue;
    emit(held);
    put(256);
    wider(9);
    [free, held] = [257, -1];
    table = new Map();
  }
  if (held >= 0) put(held);
  out.push(...group.subarray(0, (place + 7) >> 3));
  return Buffer.from(out);
}

test("lzip: a changed checksum is told, and the bytes are given", async () => {
  const bytes = Buffer.from(fixture("list.txt.lz"));
  bytes.writeUInt32LE(bytes.readUInt32LE(bytes.length - 20) ^ 1, bytes.length - 20);
  const result = await run(lz, memorySource(bytes));
  expect(Object.values(result.members)).toEqual([list]);
  expect(result.failures).toEqual(["corrupt file partial"]);
});

test.each([
  ["other bits of literals", 0, 0x5e],
  ["the least dictionary", 1, 0],
])("lzma with %s", async (_, at, value) => {
  const bytes = Buffer.from(fixture("list.txt.lzma"));
  if (at === 1) bytes.writeUInt32LE(0x1000, 1);
  else bytes[at] = value;
  expect(await lzma.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
});

test.each([
  ["a dictionary of no usual size", 1, Buffer.from([1, 0, 128, 0])],
  ["a size beyond all", 5, Buffer.from([0, 0, 0, 0, 0, 1, 0, 0])],
  ["a first symbol that repeats what is not there", 14, Buffer.from([0xff])],
])("no lzma: %s", async (_, at, changed) => {
  const bytes = Buffer.from(fixture("list.txt.lzma"));
  changed.copy(bytes, at);
  expect(await lzma.accepts(await createProbe("x", memorySource(bytes)))).toBe(false);
});

test("xz with SHA-256 and a delta filter", async () => {
  const result = await run(xz, memorySource(fixture("sha256-delta.txt.xz")));
  expect(Object.values(result.members)).toEqual([list]);
  expect(result.failures).toEqual([]);
});

test("xz with three delta filters, as Python's lzma writes it", async () => {
  const bytes = Buffer.from(
    "/Td6WFoAAATm1rRGBAMDAQADAQEDAQIhARYAAMab3dABADflyQ+W5dwS8rwBUeL91kM2LMgzA2cVDAnt+QTk4Oc/oL/SEvK8AVHi+v4IKkLqQsWAFQwJ7fkF4wCHOvM/u6TePAABWDjp2uZ6H7bzfQEAAAAABFla",
    "base64",
  );
  const result = await run(xz, memorySource(bytes));
  expect(Object.values(result.members)).toEqual(["客户测试甲 13800138000\n客户测试乙 13800138001\n"]);
  expect(result.failures).toEqual([]);
});

test("lzip of version 0, which does not say its own length", async () => {
  const bytes = Buffer.from(fixture("list.txt.lz").subarray(0, -8));
  bytes[4] = 0;
  expect(await lz.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  const result = await run(lz, memorySource(Buffer.concat([bytes, fixture("list.txt.lz")])));
  expect(Object.values(result.members)).toEqual([list + list]);
  expect(result.failures).toEqual([]);
});

test("zst whose window goes round in memory, with matches over its edge", async () => {
  const result = await run(zst, memorySource(fixture("rounds.txt.zst")));
  const text = Array.from({ length: 40_000 }, (_, number) => `${number % 89},测试${number % 97}\n`).join("");
  expect(Object.values(result.members)).toEqual([text]);
  expect(result.failures).toEqual([]);
});

test("zst: a changed checksum is told, and the bytes are given", async () => {
  const bytes = Buffer.from(fixture("list.txt.zst"));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  const result = await run(zst, memorySource(bytes));
  expect(Object.values(result.members)).toEqual([list]);
  expect(result.failures).toEqual(["corrupt file partial"]);
});

test("a changed check is told, and the bytes are given", async () => {
  const bytes = Buffer.from(fixture("list.txt.xz"));
  // The check stands before the index and the footer: 8 bytes before what is stepped over.
  const index = bytes.length - 12 - (bytes.readUInt32LE(bytes.length - 8) + 1) * 4;
  bytes[index - 1] = (bytes[index - 1] ?? 0) ^ 1;
  const result = await run(xz, memorySource(bytes));
  expect(Object.values(result.members)).toEqual([list]);
  expect(result.failures).toEqual(["corrupt file partial"]);
});

test("dictionaries and windows past what is held are refused", async () => {
  const window = Buffer.from(fixture("list.txt.zst"));
  // A frame without content size whose window byte says 2 TiB.
  const result = await run(zst, memorySource(Buffer.concat([window.subarray(0, 4), Buffer.from([0, 0xf8, 1, 0, 0])])));
  expect(result.failures).toEqual(["too-large file whole"]);
});

test("CRC-64 of the check string", () => {
  const crc = createCrc64();
  crc.update(Buffer.from("1234"));
  crc.update(Buffer.from("56789"));
  expect(crc.digest().readBigUInt64LE(0)).toBe(0x995dc9bbdf1939fan);
});

test.each([
  [12, fixture("list.txt.bz2")],
  [93, fixture("list.txt.zst")],
  [95, fixture("list.txt.xz")],
  [14, Buffer.concat([Buffer.from([9, 20, 5, 0]), fixture("list.txt.lzma").subarray(0, 5), fixture("list.txt.lzma").subarray(13)])],
])("zip method %d", async (method, packed) => {
  const bytes = zipOf([{ name: "list.txt", data: list, method }]);
  // The writer deflates; what it packed is replaced, and the sizes with it.
  const stored = zipOf([
    { name: "list.txt", data: packed, stored: true, method, size: Buffer.byteLength(list), crc: Buffer.from(bytes).readUInt32LE(14) },
  ]);
  const result = await run(zip, memorySource(stored));
  expect(result.members).toEqual({ "list.txt": list });
  expect(result.failures).toEqual([]);
});

describe("Deflate64", () => {
  const bytes = fixture("deflate64.zip");
  test("what 7-Zip packed", async () => {
    const result = await run(zip, memorySource(bytes));
    expect(result.members).toEqual({ "long.txt": list });
    expect(result.failures).toEqual([]);
  });
  test("cut, bent and garbled", async () => {
    for (const failures of await endure(zip, bytes, 4)) expect(failures.length).toBeGreaterThan(0);
  });
  test("cut off: what comes before is given", async () => {
    const result = await run(zip, memorySource(bytes.subarray(0, 2000)));
    expect(list.startsWith((result.members["long.txt"] ?? "").slice(0, 2000))).toBe(true);
    expect((result.members["long.txt"] ?? "").length).toBeGreaterThan(2000);
  });
});
