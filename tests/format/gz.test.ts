import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { gz } from "../../src/format/gz.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { endure } from "./hostile.ts";
import { limitedBudget, run } from "./support.ts";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url));
}

const list = "姓名,手机号\n测试甲,13800138000\n";
/** Does not compress: its parts end where they will. */
const noise = randomBytesOf(70_000);

function randomBytesOf(length: number): Buffer {
  const pieces: Buffer[] = [];
  for (let index = 0; index * 32 < length; index++) pieces.push(createHash("sha256").update(String(index)).digest());
  return Buffer.concat(pieces, length);
}

describe("reads", () => {
  test("a name that stands in the header", async () => {
    const bytes = fixture("named.log.gz");
    expect(await gz.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(gz, memorySource(bytes), { path: "x.gz" });
    expect(result.members).toEqual({ "应用.log": list });
    expect(result.failures).toEqual([]);
  });

  test.each([
    ["a/日志.log.gz", "日志.log"],
    ["资料.TGZ", "资料.tar"],
    ["zip!/inner", "inner"],
  ])("%s without a name inside", async (path, name) => {
    expect((await run(gz, memorySource(gzipSync("x")), { path })).members).toEqual({ [name]: "x" });
  });

  test("two parts", async () => {
    const result = await run(gz, memorySource(fixture("two-parts.gz")));
    expect(Object.values(result.members)).toEqual(["part one 13800138000\npart two 13800138001\n"]);
    expect(result.failures).toEqual([]);
  });

  test("parts that end at every place of a step, and zeros behind them", async () => {
    for (let length = 16_330; length < 16_400; length++) {
      const part = gzipSync(noise.subarray(0, length), { level: 0 });
      const result = await run(gz, memorySource(Buffer.concat([part, gzipSync("end"), Buffer.alloc(512)])));
      expect([length, Object.values(result.memberBytes)[0]?.length, result.failures]).toEqual([length, length + 3, []]);
    }
  });

  test("a comment", async () => {
    const bytes = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 3]),
      Buffer.from("电话 13800138000\0"),
      gzipSync("x").subarray(10),
    ]);
    const result = await run(gz, memorySource(bytes));
    expect(result.texts).toEqual(["comment [comment]: 电话 13800138000\n"]);
    expect(Object.values(result.members)).toEqual(["x"]);
  });
});

describe("damage", () => {
  const whole = gzipSync(list.repeat(2000));
  test.each([
    ["a wrong checksum", Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8, 1)]), list.length],
    ["no checksum", whole.subarray(0, -8), list.length],
    ["bytes behind the end", Buffer.concat([whole, Buffer.from("PK not read")]), list.length],
  ])("%s: all is read, and told", async (_, bytes) => {
    const result = await run(gz, memorySource(bytes));
    expect(Object.values(result.members)).toEqual([list.repeat(2000)]);
    expect(result.failures).toEqual(["corrupt file partial"]);
  });

  test("cut off: the begin is read", async () => {
    const result = await run(gz, memorySource(gzipSync(noise).subarray(0, 40_000)));
    expect(Object.values(result.memberBytes)[0]?.length).toBeGreaterThan(30_000);
    expect(result.failures).toEqual(["corrupt file partial"]);
  });

  test("a bomb is stopped by its ratio, and by what may be inflated", async () => {
    const bomb = gzipSync(Buffer.alloc(30_000_000));
    const stopped = await run(gz, memorySource(bomb));
    expect(stopped.failures).toEqual(["bomb file partial"]);
    const spent = await run(gz, memorySource(bomb), { budget: limitedBudget({ inflated: 1_000_000 }) });
    expect(spent.failures).toEqual(["too-large file partial"]);
  });

  test("cut, bent and garbled files", async () => {
    for (const failures of await endure(gz, gzipSync(list.repeat(50)), 4)) expect(failures.length).toBe(1);
    await endure(gz, Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0x1f, 0, 0, 0, 0, 0, 3, 200, 0]), deflateRawSync("x")]), 12);
  });
});
