import { describe, expect, test } from "vitest";
import { formsControl } from "../../src/format/formsControl.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { endure } from "./hostile.ts";
import { run } from "./support.ts";

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

/** A string and its padding; `count` says whether a character is one byte. */
function textOf(text: string, narrow: boolean): { readonly count: Buffer; readonly bytes: Buffer } {
  const bytes = Buffer.from(text, narrow ? "latin1" : "utf16le");
  return {
    count: word(bytes.length + (narrow ? 0x8000_0000 : 0)),
    bytes: Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]),
  };
}

function control(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.from([0, 2, body.length & 255, body.length >> 8]);
  // The font follows.
  return Buffer.concat([head, body, Buffer.from("00020c000600000000000000a5000000", "hex")]);
}

/** MS-OFORMS 2.2.5: a text box with value, caption and group, as Word keeps it (bits 0, 1, 2, 6, 8, 22, 23, 31, 32). */
function morph(value: string, narrow: boolean): Buffer {
  const [held, caption, group] = [textOf(value, narrow), textOf("户主", false), textOf("Sheet1", true)];
  return control(
    Buffer.concat([word(0x80c0_0147), word(1), word(0x2c80_481b), word(1), word(2), word(4)]),
    Buffer.concat([held.count, caption.count, group.count, word(100), word(200), held.bytes, caption.bytes, group.bytes]),
  );
}

/** 2.2.1 and 2.2.4: the size stands behind the caption. */
function captioned(mask: number, caption: string, ...rest: readonly Buffer[]): Buffer {
  const { count, bytes } = textOf(caption, false);
  return control(word(mask), count, ...rest, bytes, word(100), word(200));
}

const classId = Buffer.from("101dd28b42ecce119e0d00aa006002f3", "hex");

describe("what a control holds", () => {
  test.each([
    ["text box", morph("客户张三\r\n110101199003078670", false), "客户张三\n110101199003078670\n户主\nSheet1\n"],
    ["in single bytes", morph("13800138000", true), "13800138000\n户主\nSheet1\n"],
    ["in a file of its own", Buffer.concat([classId, morph("机密", false)]), "机密\n户主\nSheet1\n"],
    ["button", captioned(0b10_1000, "提交 13800138000"), "提交 13800138000\n"],
    ["label", captioned(0b1010_1000, "身份证 110101199003078670", word(7)), "身份证 110101199003078670\n"],
  ] as const)("%s", async (_, bytes, expected) => {
    expect(await formsControl.accepts(await createProbe("contents", memorySource(bytes)))).toBe(true);
    const result = await run(formsControl, memorySource(bytes));
    expect(result.texts).toEqual([`control [form]: ${expected}`]);
    expect(result.failures).toEqual([]);
  });
});

test.each([
  ["sizes that do not sum up", Buffer.concat([morph("a", true).subarray(0, 2), Buffer.from([200, 0]), morph("a", true).subarray(4)])],
  ["something else with that head", Buffer.from("00020000000000000000000000000000", "hex")],
])("is no control: %s", async (_, bytes) => {
  expect(await formsControl.accepts(await createProbe("contents", memorySource(bytes)))).toBe(false);
});

test("a text that is cut off is told", async () => {
  const bytes = morph("长".repeat(200), false);
  const result = await run(formsControl, memorySource(bytes.subarray(0, 300)));
  expect(result.texts.join("")).toContain("长长");
  expect(result.failures).toEqual(["corrupt file partial"]);
});

test("damage is told, never thrown", async () => {
  await endure(formsControl, morph("客户张三", false), 4);
});
