import { readFileSync } from "node:fs";
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
  ["ar", ar, fixture("gnu.a"), 8],
  ["iso", iso, fixture("joliet.iso"), 40_000],
])("cut, bent and garbled: %s", async (_, extractor, bytes, magic) => {
  await endure(extractor, bytes, Math.min(magic, 19_999));
});
