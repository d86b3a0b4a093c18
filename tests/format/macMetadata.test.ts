import { expect, test } from "vitest";
import { macMetadata } from "../../src/format/macMetadata.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, run } from "./support.ts";

function wide(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text, "utf16le").swap16()]);
}
const store = Buffer.concat([
  Buffer.from("\0\0\0\x01Bud1", "latin1"),
  Buffer.alloc(32),
  wide("客户名单.xlsx"),
  Buffer.from("Ilocblob", "latin1"),
  Buffer.from([0, 0, 0, 4, 1, 2, 3, 4]),
  wide("客户名单.xlsx"),
  Buffer.from("cmmtustr", "latin1"),
  wide("植入批注"),
  wide("b.txt"),
  Buffer.from("Ilocbool\x01", "latin1"),
]);
const double = Buffer.concat([
  Buffer.from("0005160700020000", "hex"),
  Buffer.from("Mac OS X        \0\x02"),
  Buffer.from("\0com.apple.x\0植入属性\0ab"),
]);

test("names and comments of a folder", async () => {
  const result = await run(macMetadata, memorySource(store));
  checkChunks(result);
  expect(result.texts).toEqual(["names [name]: 客户名单.xlsx\nb.txt\n", "comments [comment]: 植入批注\n"]);
  expect(result.failures).toEqual([]);
});

test("attributes beside a file", async () => {
  const result = await run(macMetadata, memorySource(double));
  checkChunks(result);
  expect(result.texts).toEqual(["attributes [property]: Mac OS X        \ncom.apple.x\n植入属性\n"]);
});

test("are told by their content", async () => {
  expect(macMetadata.accepts(await createProbe("x", memorySource(store)))).toBe(true);
  expect(macMetadata.accepts(await createProbe("x", memorySource(double)))).toBe(true);
  expect(macMetadata.accepts(await createProbe(".DS_Store", memorySource(Buffer.from("text"))))).toBe(false);
});

test.each([store, double])("cut, bits turned, noise", (bytes) => checkDamage(macMetadata, bytes, 8, "reads"));
