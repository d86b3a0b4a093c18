import { expect, test } from "vitest";
import { memorySource } from "../../../src/format/shared/bytes.ts";
import { ole2 } from "../../../src/format/ole2.ts";
import { run } from "../support.ts";

/** A compound file whose directory is gone: only runs of text can be given. */
function damaged(...parts: readonly Buffer[]): Buffer {
  const magic = Buffer.from("d0cf11e0a1b11ae1", "hex");
  return Buffer.concat([magic, Buffer.alloc(504, 0xff), ...parts]);
}

const gbk = Buffer.from("bfcdbba7d5c5c8fdb5c4d6a4bcfebac5c2eb", "hex");

test("gives what reads as text of two kinds, up to the last byte, and no short runs", async () => {
  const bytes = damaged(
    Buffer.from("short\0\0\0客户张三的证件号码", "utf16le"),
    Buffer.alloc(16, 1),
    gbk,
    Buffer.alloc(16, 2),
    Buffer.from("resident 110101199003074477"),
  );
  const { texts } = await run(ole2, memorySource(bytes));
  const lines = texts.join("\n");
  expect(lines).toContain("客户张三的证件号码");
  expect(lines.split("客户张三的证件号码").length).toBe(3);
  expect(lines).toContain("resident 110101199003074477");
});

test("accented letters of Western text are no characters of GBK", async () => {
  const { texts } = await run(ole2, memorySource(damaged(Buffer.from("Actualit\xe9s de l'entreprise", "latin1"))));
  expect(texts.join("")).toContain("Actualités de l'entreprise");
});

test("passes over a megabyte of one letter, and of runs that are too short", async () => {
  const long = "x".repeat(600_000);
  const noise = Buffer.alloc(1_000_000, "abcdef\0");
  const { texts } = await run(ole2, memorySource(damaged(Buffer.from(long), noise, Buffer.from("\0after the noise"))));
  const text = texts.join("");
  expect(text.includes("x".repeat(10_000))).toBe(true);
  expect(text).toContain("after the noise");
});
