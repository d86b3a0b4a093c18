import { gunzipSync, gzipSync, inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { crc32, zip } from "../../scripts/fixtures/zip.mjs";
import { mutate } from "../../scripts/fuzz/mutate.mjs";
import { Random } from "../../scripts/fuzz/random.mjs";

const archive = zip([
  ["名单.xml", "<客户><姓名>张三</姓名><证件>110101199003074477</证件></客户>".repeat(20)],
  ["b.bin", Buffer.alloc(900, "abc")],
]);

test("does the same damage again for a seed", () => {
  for (let seed = 0; seed < 200; seed++) {
    const first: string[] = [];
    const second: string[] = [];
    expect(mutate(archive, new Random(seed), first).equals(mutate(archive, new Random(seed), second))).toBe(true);
    expect(second).toEqual(first);
  }
});

test("damages what lies behind the checksum of a zip and puts the checksum right", () => {
  let damaged = 0;
  for (let seed = 0; seed < 200; seed++) {
    const told: string[] = [];
    const bytes = mutate(archive, new Random(seed), told);
    if (told[0] !== "in:名单.xml") continue;
    const size = bytes.readUInt32LE(18);
    const from = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
    const plain = inflateRawSync(bytes.subarray(from, from + size));
    expect(crc32(plain)).toBe(bytes.readUInt32LE(14));
    if (!plain.toString().startsWith("<客户><姓名>张三</姓名><证件>110101199003074477</证件></客户>".repeat(20))) damaged++;
  }
  expect(damaged).toBeGreaterThan(20);
});

test("damages what is compressed with gzip", () => {
  const plain = Buffer.from("客户,证件\n张三,110101199003074477\n".repeat(30));
  let damaged = 0;
  for (let seed = 0; seed < 100; seed++) {
    const told: string[] = [];
    const bytes = mutate(gzipSync(plain), new Random(seed), told);
    if (told[0] === "in:gzip" && !gunzipSync(bytes).equals(plain)) damaged++;
  }
  expect(damaged).toBeGreaterThan(30);
});
