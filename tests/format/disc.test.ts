import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ar } from "../../src/format/ar.ts";
import { cpio } from "../../src/format/cpio.ts";
import { iso } from "../../src/format/iso.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { endure } from "./hostile.ts";
import { limitedBudget, run } from "./support.ts";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url));
}

const list = "姓名,手机号\n测试甲,13800138000\n";
const both = { "资料/名单.txt": list, "b.txt": "second\n" };

describe("reads what other programs wrote", () => {
  test.each([
    ["new.cpio", cpio, both],
    ["old.cpio", cpio, both],
    ["binary.cpio", cpio, both],
    ["gnu.a", ar, { "b.txt": "second\n" }],
    ["joliet.iso", iso, both],
    ["rock-ridge.iso", iso, both],
  ])("%s", async (name, extractor, members) => {
    const bytes = fixture(name);
    expect(await extractor.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(extractor, memorySource(bytes));
    expect(result.members).toEqual(members);
    expect(result.failures).toEqual([]);
    const few = await run(extractor, memorySource(bytes), { budget: limitedBudget({ members: 0 }) });
    expect(few.failures).toEqual(["too-large file partial"]);
  });

  test("long names of GNU and BSD in ar", async () => {
    const header = (name: string, size: number): string =>
      `${name.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"644".padEnd(8)}${String(size).padEnd(10)}\`\n`;
    const bytes = Buffer.from(
      `!<arch>\n${header("//", 26)}a very long name of it.o/\n${header("/0", 2)}xy${header("#1/8", 9)}bsd.name1\n`,
      "latin1",
    );
    expect((await run(ar, memorySource(bytes))).members).toEqual({ "a very long name of it.o": "xy", "bsd.name": "1" });
  });
});

test("cpio: the old binary format in the other order of bytes", async () => {
  const bytes = fixture("binary.cpio");
  // Words of headers change place; names and data do not.
  for (let at = 0; at + 26 <= bytes.length && bytes.readUInt16LE(at) === 0x71c7;) {
    const name = bytes.readUInt16LE(at + 20);
    const size = bytes.readUInt16LE(at + 24);
    bytes.subarray(at, at + 26).swap16();
    at += 26 + name + (name % 2) + size + (size % 2);
  }
  expect(await cpio.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  expect((await run(cpio, memorySource(bytes))).members).toEqual(both);
  // Two bytes alone are no archive.
  const other = Buffer.concat([Buffer.from("c771", "hex"), Buffer.alloc(300, 7)]);
  expect(await cpio.accepts(await createProbe("x", memorySource(other)))).toBe(false);
});

describe("UDF", () => {
  function image(name: string): Buffer {
    return gunzipSync(readFileSync(new URL(`../../fixtures/beside/${name}`, import.meta.url)));
  }

  /** Places of the entries of files (tag 261), by their type: 4 a directory, 5 a file. */
  function entries(bytes: Buffer, type: number): number[] {
    const found: number[] = [];
    for (let at = 0; at < bytes.length; at += 2048) if (bytes.readUInt16LE(at) === 261 && bytes[at + 27] === type) found.push(at);
    return found;
  }

  const names = ["list.csv", "资料/说明.txt"];

  test.each(["udf.iso.gz", "udf-only.iso.gz"])("%s: every file once", async (name) => {
    const bytes = image(name);
    expect(await iso.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(iso, memorySource(bytes));
    expect(Object.keys(result.members).toSorted()).toEqual(names);
    expect(result.members["资料/说明.txt"]).toContain("测试甲");
    expect(result.failures).toEqual([]);
  });

  test("a disc written in packets finds its blocks by the table at its end", async () => {
    const bytes = image("udf-packets.img.gz");
    expect(await iso.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    expect((await run(iso, memorySource(bytes))).failures).toEqual([]);
    const cut = await run(iso, memorySource(bytes.subarray(0, -2048)));
    expect(cut.failures).toEqual(["corrupt file whole"]);
  });

  test("what the ISO 9660 of a disc has alone is read too", async () => {
    const bytes = image("udf.iso.gz");
    // The name of a file in UDF becomes that of something deleted.
    const at = bytes.indexOf(Buffer.from("\x08list.csv", "latin1"));
    bytes[at - 38 + 18] = 4;
    const result = await run(iso, memorySource(bytes));
    expect(Object.keys(result.members).toSorted()).toEqual(names);
  });

  test("a file of 2^63 bytes is read as far as it is there", async () => {
    const bytes = image("udf-only.iso.gz");
    for (const at of entries(bytes, 5)) bytes.writeBigUInt64LE(2n ** 63n, at + 56);
    const result = await run(iso, memorySource(bytes));
    expect(result.members["资料/说明.txt"]).toContain("测试甲");
    expect(result.failures).toEqual(["too-large file!/list.csv partial", "too-large file!/资料/说明.txt partial"]);
  });

  test("extents that are no bytes are zeros", async () => {
    const bytes = image("udf-only.iso.gz");
    for (const at of entries(bytes, 5)) {
      const list = at + 176 + bytes.readUInt32LE(at + 168);
      bytes.writeUInt32LE((bytes.readUInt32LE(list) | 0x8000_0000) >>> 0, list);
    }
    const result = await run(iso, memorySource(bytes));
    expect(result.memberBytes["资料/说明.txt"]?.every((byte) => byte === 0)).toBe(true);
    expect(result.failures).toEqual([]);
  });

  test("a folder that holds itself is told", async () => {
    const bytes = image("udf-only.iso.gz");
    const [first = 0, second = 0] = entries(bytes, 4);
    // Both folders have the same list of names, that of the root.
    bytes.copy(bytes, second + 56, first + 56, first + 2048);
    const result = await run(iso, memorySource(bytes));
    expect(result.failures).toEqual(["corrupt file partial"]);
  });
});

test("zeros and loaders of machines are no images", async () => {
  expect(await iso.accepts(await createProbe("x.iso", memorySource(Buffer.alloc(100_000))))).toBe(false);
});

test("directories that go in a circle are told", async () => {
  const bytes = Buffer.from(fixture("rock-ridge.iso"));
  const root = bytes.readUInt32LE(16 * 2048 + 158);
  // Every directory is the root.
  for (let at = root * 2048; at < (root + 1) * 2048 && bytes[at] !== 0; at += bytes[at] ?? 1)
    if (((bytes[at + 25] ?? 0) & 2) !== 0) bytes.writeUInt32LE(root, at + 2);
  const result = await run(iso, memorySource(bytes));
  expect(result.failures).toEqual(["corrupt file partial"]);
});

test.each([
  ["cpio", cpio, fixture("new.cpio"), 110],
  ["cpio, binary", cpio, fixture("binary.cpio"), 26],
  ["ar", ar, fixture("gnu.a"), 8],
  ["iso", iso, fixture("joliet.iso"), 40_000],
  ["udf", iso, gunzipSync(readFileSync(new URL("../../fixtures/beside/udf-only.iso.gz", import.meta.url))), 40_000],
])("cut, bent and garbled: %s", async (_, extractor, bytes, magic) => {
  await endure(extractor, bytes, Math.min(magic, 19_999));
});

test("a name whose end stands elsewhere in the image, and a file of no bytes whose place is behind its end", async () => {
  const bytes = gunzipSync(readFileSync(new URL("../../fixtures/archive/long-name.iso.gz", import.meta.url)));
  const long = `${"关于重点客户名单的通知".repeat(6)}.txt`;
  const members = { "empty.txt": "", [long]: "客户 13800138000\n" };
  expect(await run(iso, memorySource(bytes))).toMatchObject({ members, failures: [] });
  const record = bytes.indexOf("EMPTY.TXT;1") - 33;
  bytes.writeUInt32LE(bytes.length / 2048 + 5, record + 2);
  expect(await run(iso, memorySource(bytes))).toMatchObject({ members, failures: [] });
});
