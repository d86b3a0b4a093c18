import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { streamSource } from "../../src/format/shared/zipMember.ts";
import { tar } from "../../src/format/tar.ts";
import { endure } from "./hostile.ts";
import { limitedBudget, run } from "./support.ts";
import { checked, header } from "./tarWriter.ts";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url));
}

function file(name: string, data: string): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([header(name, bytes.length), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

const end = Buffer.alloc(1024);
const list = "姓名,手机号\n测试甲,13800138000\n";
const longName = `${"很长的目录名".repeat(8)}/${"客户名单".repeat(20)}.csv`;

describe("reads what other programs wrote", () => {
  test.each([
    ["ustar.tar", { "docs/list.csv": list }],
    ["gnu-long.tar", { [longName]: list, "b.txt": "second\n" }],
    ["pax-long.tar", { [longName]: list, "b.txt": "second\n" }],
  ])("%s", async (name, members) => {
    const bytes = fixture(name);
    expect(await tar.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(tar, memorySource(bytes));
    expect(result.members).toEqual(members);
    expect(result.failures).toEqual([]);
  });

  test("names in GB18030", async () => {
    const result = await run(tar, memorySource(fixture("gbk-names.tar")));
    expect(Object.keys(result.members)).toEqual(["资料/名单.csv", "资料/说明.txt"]);
    expect(result.failures).toEqual([]);
  });

  test.each(["sparse-gnu.tar", "sparse-pax.tar"])("%s with its hole", async (name) => {
    const { memberBytes, failures } = await run(tar, memorySource(fixture(name)));
    const bytes = Buffer.from(memberBytes["sparse.txt"] ?? []);
    expect(bytes.length).toBe(1_000_017);
    expect(bytes.toString("latin1", 0, 18)).toBe("first 13800138000\n");
    expect(bytes.toString("latin1", 1_000_000)).toBe("last 13800138001\n");
    expect(failures).toEqual([]);
  });

  test("from a source that cannot seek", async () => {
    const bytes = fixture("gnu-long.tar");
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
    }
    const result = await run(
      tar,
      streamSource(pieces(), undefined, () => undefined),
    );
    expect(result.members).toEqual({ [longName]: list, "b.txt": "second\n" });
    expect(result.failures).toEqual([]);
  });
});

describe("odd archives", () => {
  test("no magic, directories, links and devices", async () => {
    const bytes = Buffer.concat([header("d/", 0, "5", ""), header("l", 0, "2", ""), header("c", 0, "3", ""), file("a", "一"), end]);
    expect((await run(tar, memorySource(bytes))).members).toEqual({ l: "", a: "一" });
  });

  test("hard links are names, with the file's bytes where they are stored once more", async () => {
    const bytes = Buffer.concat([file("a", "一"), header("机密.txt", 3, "1"), file("b", "二"), header("c", 1, "1"), Buffer.from("三")]);
    expect((await run(tar, memorySource(bytes))).members).toEqual({ a: "一", "机密.txt": "", b: "二", c: expect.anything() as string });
  });

  test("names that climb and names twice are names only", async () => {
    const bytes = Buffer.concat([file("../../etc/passwd", "x"), file("a", "1"), file("a", "2"), end]);
    const result = await run(tar, memorySource(bytes));
    expect(result.members).toEqual({ "../../etc/passwd": "x", a: "2" });
  });

  test("a second archive behind the end mark is read", async () => {
    const result = await run(tar, memorySource(Buffer.concat([file("a", "1"), end, Buffer.alloc(8192), file("b", "2"), end])));
    expect(result.members).toEqual({ a: "1", b: "2" });
    expect(result.failures).toEqual([]);
  });

  test("bytes behind the end mark are told", async () => {
    const result = await run(tar, memorySource(Buffer.concat([file("a", "1"), end, Buffer.from("secret".repeat(200))])));
    expect(result.failures).toEqual(["corrupt file partial"]);
  });

  test("behind a damaged header the next member is found", async () => {
    const damaged = file("b", "2");
    damaged[3] = 7;
    const result = await run(tar, memorySource(Buffer.concat([file("a", "1"), damaged, file("c", "3"), end])));
    expect(result.members).toEqual({ a: "1", c: "3" });
    expect(result.failures).toEqual(["corrupt file partial"]);
  });

  test("a member that claims 2^63 bytes gives what is there", async () => {
    const size = Buffer.from([0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]);
    const result = await run(tar, memorySource(Buffer.concat([file("a", "1"), header("b", size), Buffer.from("rest")])));
    expect(result.members).toEqual({ a: "1", b: "rest" });
    expect(result.failures).toEqual(["corrupt file!/b partial", "corrupt file partial"]);
  });

  test("holes too large to be walked are left out and told", async () => {
    const block = header("s", 4, "S", "ustar  ");
    block.write("00000000000\x0000000000004\0", 386, "latin1");
    block.write("77777777777\0", 483, "latin1");
    const result = await run(tar, memorySource(Buffer.concat([checked(block), Buffer.from("data"), Buffer.alloc(508), end])));
    expect(result.members).toEqual({ s: "data" });
    expect(result.failures).toEqual(["too-large file!/s partial"]);
  });

  /** A sparse member as GNU tar writes it (pax format 1.0), whose size pax gives as the real one. */
  function sparse(real: number, stretches: readonly (readonly [number, number])[], data: string): Buffer {
    const records = [`size=${real}`, "GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=a", `GNU.sparse.realsize=${real}`]
      .map((text) => `${text.length + 4} ${text}\n`)
      .join("");
    const map = Buffer.alloc(512);
    map.write(`${stretches.length}\n${stretches.flat().join("\n")}\n`, "latin1");
    const stored = Buffer.concat([map, Buffer.from(data)]);
    const blocks = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)]);
    return Buffer.concat([
      header("PaxHeader/a", records.length, "x"),
      blocks(Buffer.from(records)),
      header("GNUSparseFile/a", stored.length),
      blocks(stored),
    ]);
  }

  test("the size of a sparse file is not that of what is stored", async () => {
    const far = 10_737_418_240;
    const bytes = Buffer.concat([sparse(far + 4, [[far, 4]], "foo\n"), file("b", "bar\n"), end]);
    const result = await run(tar, memorySource(bytes));
    expect(result.members).toEqual({ a: expect.stringContaining("foo\n") as string, b: "bar\n" });
    expect(result.failures).toEqual(["too-large file!/a partial"]);
  });

  test("holes are counted with what is inflated", async () => {
    const bytes = Buffer.concat([sparse(5_000_004, [[5_000_000, 4]], "foo\n"), end]);
    const whole = await run(tar, memorySource(bytes));
    expect([whole.memberBytes["a"]?.length, whole.failures]).toEqual([5_000_004, []]);
    const result = await run(tar, memorySource(bytes), { budget: limitedBudget({ inflated: 1_000_000 }) });
    expect(result.memberBytes["a"]?.length).toBeLessThanOrEqual(1_000_000);
    expect(result.failures).toEqual(["too-large file!/a partial"]);
  });

  test("a sparse file that is cut off ends with what is stored", async () => {
    const bytes = sparse(1_000_000, [[0, 900_000]], "foo\n");
    const result = await run(tar, memorySource(bytes));
    expect(result.memberBytes["a"]?.length).toBeLessThanOrEqual(512);
  });

  test("the limit of members ends it", async () => {
    const bytes = Buffer.concat([file("a", "1"), file("b", "2"), end]);
    const result = await run(tar, memorySource(bytes), { budget: limitedBudget({ members: 1 }) });
    expect(result.members).toEqual({ a: "1" });
    expect(result.failures).toEqual(["too-large file partial"]);
  });

  test("text is no archive", async () => {
    expect(await tar.accepts(await createProbe("x.tar", memorySource(Buffer.from("a".repeat(2000)))))).toBe(false);
    expect(await tar.accepts(await createProbe("x.tar", memorySource(Buffer.alloc(2000))))).toBe(false);
  });
});

test("cut, bent and garbled archives", async () => {
  const bytes = Buffer.concat([file("a", "1".repeat(3000)), file("b", "2".repeat(3000)), end]);
  for (const failures of await endure(tar, bytes, 512)) expect(failures.length).toBeGreaterThan(0);
  await endure(tar, fixture("pax-long.tar"), 512);
  await endure(tar, fixture("sparse-gnu.tar"), 512);
});

test("no archive: signed bytes that add up to nothing, and no checksum", async () => {
  const block = Buffer.alloc(512, 0);
  block.fill(1, 0, 100);
  block.write("00000000001\0", 124, "latin1");
  const sum = block.reduce((all, byte) => all + byte, 0) + 8 * 32;
  for (let at = 300, left = sum; left > 0; at++) {
    const step = Math.min(128, left);
    block[at] = 256 - step;
    left -= step;
  }
  expect(await tar.accepts(await createProbe("x", memorySource(block)))).toBe(false);
});
