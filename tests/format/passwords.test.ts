import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { doc } from "../../src/format/doc.ts";
import { ppt } from "../../src/format/ppt.ts";
import { xorKeys } from "../../src/format/shared/binaryCrypto.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { readCfb } from "../../src/format/shared/cfb.ts";
import { encryption, rc4, rc4Blocks } from "./binaryEncrypt.ts";
import { u32 } from "./biffWriter.ts";
import { cfbOf, propertySetOf } from "./cfbWriter.ts";
import { wordOf } from "./docWriter.ts";
import { chars, container, documentOf, numbers, record, slide } from "./pptWriter.ts";
import { checkChunks, run } from "./support.ts";

async function streamsOf(bytes: Uint8Array): Promise<ReadonlyMap<string, Buffer>> {
  const cfb = await readCfb(memorySource(bytes));
  const streams = new Map<string, Buffer>();
  for (const entry of cfb?.entries ?? []) {
    if (entry.kind === "stream" && cfb !== undefined) streams.set(entry.path, Buffer.from(await (await cfb.stream(entry)).bytes()));
  }
  return streams;
}

const content = `${"客户资料，".repeat(300)}机密★10年\r`;

/** A document under a password; the first 68 bytes of its text stay plain, and those that say how it is encrypted. */
async function encryptedWord(password: string, kind: "rc4" | "cryptoApi" | "xor"): Promise<Buffer> {
  const streams = await streamsOf(wordOf({ stories: [[{ text: content }]] }));
  const word = streams.get("WordDocument") ?? Buffer.alloc(0);
  const plain = streams.get("1Table") ?? Buffer.alloc(0);
  word.writeUInt16LE(word.readUInt16LE(10) | 0x100 | (kind === "xor" ? 0x8000 : 0), 10);
  if (kind === "xor") {
    const keys = xorKeys(password);
    if (keys === undefined) throw new Error("no key");
    word.writeUInt16LE(keys.verifier, 14);
    word.writeUInt16LE(keys.key, 16);
    const laid = (bytes: Buffer): Buffer =>
      bytes.map((byte, at) => (byte === 0 || byte === keys.array[at & 15] ? byte : byte ^ (keys.array[at & 15] ?? 0))) as Buffer;
    const out = laid(word);
    word.copy(out, 0, 0, 68);
    return cfbOf([
      { path: "WordDocument", data: out },
      { path: "1Table", data: laid(plain) },
    ]);
  }
  const { info, keyOf } = encryption(password, kind);
  // The tables move behind what says how they are encrypted.
  for (const number of [33, 12, 13]) word.writeUInt32LE(word.readUInt32LE(0x9a + 8 * number) + info.length, 0x9a + 8 * number);
  word.writeUInt32LE(info.length, 14);
  const out = rc4Blocks(keyOf, word, 512);
  word.copy(out, 0, 0, 68);
  const table = rc4Blocks(keyOf, Buffer.concat([info, plain]), 512);
  info.copy(table);
  return cfbOf([
    { path: "WordDocument", data: out },
    { path: "1Table", data: table },
  ]);
}

/** A presentation under a password: its objects are encrypted each for itself, the object that says how is not. */
function encryptedSlides(password: string, cutSummary?: number): Buffer {
  const { info, keyOf } = encryption(password, "cryptoApi");
  const shown = slide([chars("机密★10年")]);
  const objects: readonly (readonly [number, Buffer])[] = [
    [1, documentOf([[{ object: 2, id: 256, texts: ["标题一"] }]])],
    [2, shown],
    [3, container(0x2f14, 0, info)],
  ];
  const parts: Buffer[] = [];
  let at = 0;
  const add = (bytes: Buffer): number => {
    parts.push(bytes);
    at += bytes.length;
    return at - bytes.length;
  };
  const places = objects.map(([id, bytes]) => numbers(id | (1 << 20), add(id === 3 ? bytes : rc4(keyOf(id), bytes))));
  const directory = add(record(0x1772, 0, ...places));
  const last = add(record(0x0ff5, 0, numbers(0, 0, 0, directory, 1, 10, 0, 3)));
  const picture = Buffer.concat([Buffer.alloc(16, 7), Buffer.of(255), Buffer.from("ffd8ffe000104a46494600", "hex"), Buffer.alloc(50, 1)]);
  const head = record(0xf01d, 0x46a, picture).subarray(0, 8);
  const drawn = [head, picture.subarray(0, 16), picture.subarray(16, 17), picture.subarray(17)].map((field) => rc4(keyOf(0), field));
  // The head, a stream, the list of streams.
  const properties = propertySetOf("e0859ff2f94f6810ab9108002b27b3d9", 1200, [[2, 31, Buffer.from("属性机密", "utf16le")]]);
  const named = Buffer.from("\x05SummaryInformation\0", "utf16le");
  const list = Buffer.concat([numbers(1, 8, properties.length), Buffer.of(1, 0, named.length / 2 - 1, 1), numbers(0), named]);
  const summary = [rc4(keyOf(0), numbers(8 + properties.length, list.length)), rc4(keyOf(1), properties), rc4(keyOf(0), list)];
  return cfbOf([
    { path: "PowerPoint Document", data: Buffer.concat(parts) },
    { path: "Current User", data: record(0x0ff6, 0, numbers(20, 0xf3d1c4df, last, 0, 0)) },
    { path: "Pictures", data: Buffer.concat(drawn) },
    { path: "EncryptedSummary", data: Buffer.concat(summary).subarray(0, cutSummary) },
  ]);
}

describe("passwords of the binary formats", () => {
  test.each(["rc4", "cryptoApi", "xor"] as const)("doc, %s", async (kind) => {
    const known = await run(doc, memorySource(await encryptedWord("VelvetSweatshop", kind)));
    checkChunks(known);
    expect([known.failures, known.texts[0]]).toEqual([[], `body [body]: ${content.replace("\r", "\n")}`]);
    const secret = await encryptedWord("Secret1", kind);
    expect((await run(doc, memorySource(secret))).failures).toEqual(["encrypted file whole"]);
    expect((await run(doc, memorySource(secret), { passwords: ["x", "Secret1"] })).texts[0]).toContain("机密★10年");
  });

  test("a document LibreOffice encrypted", async () => {
    const bytes = readFileSync(new URL("../../fixtures/doc/password.doc", import.meta.url));
    expect((await run(doc, memorySource(bytes), { passwords: ["密码"] })).failures).toEqual(["encrypted file whole"]);
    const result = await run(doc, memorySource(bytes), { passwords: ["密码Abc1"] });
    expect(result.failures).toEqual([]);
    expect(result.texts.join("")).toContain("第59段 植入正文★机密10年");
    expect(result.texts.join("")).toMatch(/header\d \[header\]: 页眉 秘密★5年/);
  });

  test("ppt, with its pictures and properties", async () => {
    const known = await run(ppt, memorySource(encryptedSlides("/01Hannes Ruescher/01")));
    checkChunks(known);
    expect(known.failures).toEqual([]);
    expect(known.texts.join("")).toContain("标题一");
    expect(known.texts.join("")).toContain("属性机密");
    expect(known.texts.join("")).toContain("机密★10年");
    expect(Object.values(known.memberBytes).map((bytes) => Buffer.from(bytes).toString("hex", 0, 4))).toEqual(["ffd8ffe0"]);
    const secret = encryptedSlides("口令1");
    expect((await run(ppt, memorySource(secret), { passwords: ["x"] })).failures).toEqual(["encrypted file whole"]);
    expect((await run(ppt, memorySource(secret), { passwords: ["x", "口令1"] })).texts.join("")).toContain("机密★10年");
    for (const length of [4, 10, 100]) {
      expect((await run(ppt, memorySource(encryptedSlides("VelvetSweatshop", length)))).failures).toEqual(["corrupt file partial"]);
    }
  });

  test("objects of a presentation that lie in each other cost no square", async () => {
    const { info } = encryption("VelvetSweatshop", "cryptoApi");
    const session = container(0x2f14, 0, info);
    const many = Buffer.alloc(400_000);
    for (let at = 0; at < many.length; at += 8) many.writeUInt32LE(at < 8 ? 0 : 0x00ff_ffff, at);
    const entries = Array.from({ length: 40_000 }, (_, index) => numbers((index + 10) | (1 << 20), session.length + 8 * (index % 30_000)));
    const directory = record(0x1772, 0, numbers(3 | (1 << 20), 0), ...entries);
    const edit = record(0x0ff5, 0, numbers(0, 0, 0, session.length + many.length, 1, 10, 0, 3));
    const last = session.length + many.length + directory.length;
    const file = cfbOf([
      { path: "PowerPoint Document", data: Buffer.concat([session, many, directory, edit]) },
      { path: "Current User", data: record(0x0ff6, 0, Buffer.concat([u32(20), u32(0xf3d1c4df), u32(last), u32(0), u32(0)])) },
    ]);
    const begun = process.cpuUsage();
    await run(ppt, memorySource(file));
    expect(process.cpuUsage(begun).user).toBeLessThan(5_000_000);
  });
});
