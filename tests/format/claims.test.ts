import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { ar } from "../../src/format/ar.ts";
import { cpio } from "../../src/format/cpio.ts";
import { rar } from "../../src/format/rar.ts";
import { sevenZip } from "../../src/format/sevenZip.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { tar } from "../../src/format/tar.ts";
import { zip } from "../../src/format/zip.ts";
import type { Extractor } from "../../src/model/chunk.ts";
import { rarOf } from "./rarWriter.ts";
import { run } from "./support.ts";
import { header } from "./tarWriter.ts";

const list = "测试甲,13800138000\n";
const data = Buffer.from(list);
const most = Buffer.from("7fffffffffffffff", "hex");
const past = Buffer.from("8000000000000000", "hex");

function tarClaiming(size: Buffer): Buffer {
  return Buffer.concat([header("a.txt", Buffer.concat([Buffer.from([0x80, 0, 0, 0]), size]), "0", "ustar  \0"), data]);
}

/** A 7z archive whose directory is not packed: one file, copied. */
function sevenZipClaiming(size: Buffer): Buffer {
  const long = Buffer.concat([Buffer.from([0xff]), Buffer.from(size).reverse()]);
  const name = Buffer.from("a.txt\0", "utf16le");
  const header = Buffer.concat([
    Buffer.from([1, 4, 6, 0, 1, 9, data.length, 0]),
    Buffer.from([7, 11, 1, 0, 1, 1, 0, 12]),
    long,
    Buffer.from([0, 8, 0, 0]),
    Buffer.from([5, 1, 17, name.length + 1, 0]),
    name,
    Buffer.from([0, 0]),
  ]);
  const start = Buffer.alloc(20);
  start.writeBigUInt64LE(BigInt(data.length), 0);
  start.writeBigUInt64LE(BigInt(header.length), 8);
  start.writeUInt32LE(crc32(header), 16);
  const head = Buffer.from("377abcaf271c000400000000", "hex");
  head.writeUInt32LE(crc32(start), 8);
  return Buffer.concat([head, start, data, header]);
}

function zipClaiming(size: Buffer): Buffer {
  const little = Buffer.from(size).reverse();
  const extra = Buffer.concat([Buffer.from([1, 0, 16, 0]), little, little]);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(45, 4);
  local.writeUInt32LE(crc32(data), 14);
  local.writeUInt32LE(0xffff_ffff, 18);
  local.writeUInt32LE(0xffff_ffff, 22);
  local.writeUInt16LE(5, 26);
  local.writeUInt16LE(extra.length, 28);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  local.copy(central, 6, 4, 30);
  const name = Buffer.from("a.txt");
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + 5 + extra.length, 12);
  end.writeUInt32LE(30 + 5 + extra.length + data.length, 16);
  return Buffer.concat([local, name, extra, data, central, name, extra, end]);
}

const cpioClaiming = Buffer.concat([
  Buffer.from(`070707${"000001".repeat(2)}100644${"000000".repeat(2)}000001000000${"0".repeat(11)}000006${"7".repeat(11)}`),
  Buffer.from("a.txt\0"),
  data,
]);
const arClaiming = Buffer.concat([
  Buffer.from(`!<arch>\n${"a.txt/".padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"644".padEnd(8)}9999999999\`\n`),
  data,
]);

// A size that no file has: what is there is read, and that it is not all is told. None may take memory for it.
test.each<readonly [string, Extractor, Buffer]>([
  ["tar, 2^63 - 1", tar, tarClaiming(most)],
  ["tar, 2^63", tar, tarClaiming(past)],
  ["7z, 2^63 - 1", sevenZip, sevenZipClaiming(most)],
  ["7z, 2^63", sevenZip, sevenZipClaiming(past)],
  ["rar, 2^63", rar, rarOf([{ name: "a.txt", data: list, claimed: 2 ** 63 }])],
  ["zip, 2^63 - 1", zip, zipClaiming(most)],
  ["zip, 2^63", zip, zipClaiming(past)],
  ["cpio, 8 GiB", cpio, cpioClaiming],
  ["ar, 10 GB", ar, arClaiming],
])("%s", async (_, extractor, bytes) => {
  const result = await run(extractor, memorySource(bytes));
  expect(Object.values(result.members).join("")).toContain("测试甲,13800138000");
  expect(result.failures.length).toBeGreaterThan(0);
  expect(process.memoryUsage.rss()).toBeLessThan(2 ** 30);
});
