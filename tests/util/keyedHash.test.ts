import { createHmac } from "node:crypto";

import { expect, it } from "vitest";

import { keyedHashes } from "../../src/util/hash.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, index) => 7 * index + 1);

it.each([
  // RFC 4231, test cases 1, 2 and 5.
  ["0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"],
  [Buffer.from("Jefe").toString("hex"), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c7"],
  ["0c".repeat(20), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"],
])("gives the published value under %s", (key, text, expected) => {
  expect(keyedHashes(Buffer.from(key, "hex"))(text)).toBe(expected);
});

it.each([
  ["every length round three blocks", Array.from({ length: 200 }, (_, length) => "x".repeat(length))],
  ["texts that are not ASCII", ["客户", "a客户".repeat(40), "\u0080", "é".repeat(119), "𠮷".repeat(30), "\ud800 alone"]],
  ["texts larger than what is held ready", ["x".repeat(5000), "客户".repeat(2000)]],
  ["keys up to a block", [""]],
])("gives what the system gives: %s", (_, texts) => {
  for (const key of [KEY, new Uint8Array(0), KEY.slice(0, 1), new Uint8Array(64).fill(255)]) {
    const hash = keyedHashes(key);
    const system = (text: string): string => createHmac("sha256", key).update(text, "utf8").digest("hex").slice(0, 32);
    expect(texts.map((text) => hash(text))).toEqual(texts.map(system));
  }
});
