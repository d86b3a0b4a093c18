import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cms } from "../../src/format/cms.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { endure } from "./hostile.ts";
import { run } from "./support.ts";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/cms/${name}`, import.meta.url));
}

/** What the certificates of all of them are made out to (`fixtures/cms/README.md`). */
const names = "certificates [property]: 示例银行\n051@张三@110101199003078670@1\n";
const mail = "Content-Type: text/plain; charset=utf-8\r\n\r\n客户身份证 110101199003078670\r\n";

test.each([
  ["signed.p7m", [names], { content: mail }, []],
  // Of a length that is not told, its octets in pieces.
  ["stream.p7m", [names], { content: mail }, []],
  ["detached.p7s", [names], {}, []],
  ["certificate.cer", [names], {}, []],
  ["chain.p7b", [names], {}, []],
  ["encrypted.p7m", [], {}, ["encrypted file whole"]],
  ["keys.pfx", [], {}, ["encrypted file whole"]],
] as const)("%s", async (name, texts, members, failures) => {
  const bytes = fixture(name);
  expect(await cms.accepts(await createProbe("a", memorySource(bytes)))).toBe(true);
  const result = await run(cms, memorySource(bytes));
  expect(result.texts).toEqual(texts);
  expect(result.members).toEqual(members);
  expect(result.failures).toEqual(failures);
});

describe("what is no signed data", () => {
  test.each([
    ["a text that begins with a nought", "0 records, 0 failures"],
    ["a structure of another kind", Buffer.from("3003020101", "hex")],
    ["a private key alone", Buffer.from("302a020100300d06092a864886f70d010101050004", "hex")],
  ])("%s", async (_, bytes) => {
    expect(await cms.accepts(await createProbe("a", memorySource(Buffer.from(bytes))))).toBe(false);
  });
});

test("what was cut off is told, and read as far as it goes", async () => {
  const bytes = fixture("signed.p7m");
  const at = bytes.indexOf("110101199003078670");
  const result = await run(cms, memorySource(bytes.subarray(0, at + 18)));
  expect(Object.values(result.members).join("")).toContain("110101199003078670");
  expect(result.failures).toEqual(["corrupt file partial"]);
});

test("damage is told, never thrown", async () => {
  await endure(cms, fixture("stream.p7m"), 4);
}, 60_000);
