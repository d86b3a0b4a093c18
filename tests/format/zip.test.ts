import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { zip } from "../../src/format/zip.ts";
import { limitedBudget, run } from "./support.ts";
import { zipOf } from "./zipWriter.ts";
import type { Written } from "./zipWriter.ts";

/** 名单 in GB18030. */
const gbkName = Buffer.from([0xc3, 0xfb, 0xb5, 0xa5, 0x2e, 0x74, 0x78, 0x74]);
const long = "张三 13800138000\n".repeat(5000);

function unicodePath(raw: Uint8Array, name: string): Buffer {
  const text = Buffer.from(name);
  const field = Buffer.alloc(9 + text.length);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + text.length, 2);
  field[4] = 1;
  field.writeUInt32LE(crc32(raw), 5);
  text.copy(field, 9);
  return field;
}

const readable: readonly { title: string; bytes: Buffer; members: Readonly<Record<string, string>> }[] = [
  {
    title: "deflated and stored",
    bytes: zipOf([
      { name: "a.txt", data: "一" },
      { name: "b", data: "二", stored: true },
    ]),
    members: { "a.txt": "一", b: "二" },
  },
  { title: "a long member", bytes: zipOf([{ name: "a.txt", data: long }]), members: { "a.txt": long } },
  {
    title: "sizes behind the data",
    bytes: zipOf([
      { name: "a", data: "一", descriptor: true },
      { name: "b", data: "二", descriptor: true },
    ]),
    members: { a: "一", b: "二" },
  },
  { title: "zip64 fields", bytes: zipOf([{ name: "a", data: "一", zip64: true }]), members: { a: "一" } },
  { title: "a GBK name", bytes: zipOf([{ name: gbkName, data: "x" }]), members: { "名单.txt": "x" } },
  { title: "a UTF-8 name with bit 11", bytes: zipOf([{ name: "名单.txt", data: "x", flags: 0x800 }]), members: { "名单.txt": "x" } },
  { title: "a GBK name that claims bit 11", bytes: zipOf([{ name: gbkName, data: "x", flags: 0x800 }]), members: { "名单.txt": "x" } },
  {
    title: "a Unicode path beside the name",
    bytes: zipOf([{ name: Buffer.from("?.txt"), data: "x", extra: unicodePath(Buffer.from("?.txt"), "客户.txt") }]),
    members: { "客户.txt": "x" },
  },
  {
    title: "a name that is no text",
    bytes: zipOf([{ name: Buffer.from([0x61, 0xff, 0xff]), data: "x" }]),
    members: { "a\\xFF\\xFF": "x" },
  },
  {
    title: "paths that climb",
    bytes: zipOf([
      { name: "../../etc/passwd", data: "x" },
      { name: "C:\\a", data: "y" },
    ]),
    members: { "../../etc/passwd": "x", "C:\\a": "y" },
  },
  {
    title: "behind a self extractor, offsets from its start",
    bytes: zipOf([{ name: "a", data: "一" }], Buffer.from("MZ".padEnd(5000, "\0"))),
    members: { a: "一" },
  },
  {
    title: "behind a self extractor, offsets from the file's start",
    bytes: zipOf([{ name: "a", data: "一" }], Buffer.from("MZ".padEnd(5000, "\0")), "true"),
    members: { a: "一" },
  },
  {
    title: "bytes behind the end",
    bytes: Buffer.concat([zipOf([{ name: "a", data: "一" }]), Buffer.alloc(1000, 7)]),
    members: { a: "一" },
  },
  { title: "nothing", bytes: zipOf([]), members: {} },
  {
    title: "directories and empty files",
    bytes: zipOf([
      { name: "d/", data: "", stored: true },
      { name: "d/e", data: "", stored: true },
    ]),
    members: { "d/e": "" },
  },
];

describe("reads", () => {
  test.each(readable)("$title", async ({ bytes, members }) => {
    const probe = await createProbe("x", memorySource(bytes));
    expect(await zip.accepts(probe)).toBe(true);
    const result = await run(zip, memorySource(bytes));
    expect(result.members).toEqual(members);
    expect(result.failures).toEqual([]);
  });
});

test("an archive behind a picture is read, and the picture is told", async () => {
  const bytes = zipOf([{ name: "a", data: "一" }], Buffer.from("\xff\xd8\xff\xe0".padEnd(3000, "\0"), "latin1"));
  expect(await zip.accepts(await createProbe("x.jpg", memorySource(bytes)))).toBe(true);
  const result = await run(zip, memorySource(bytes));
  expect(result.members).toEqual({ a: "一" });
  expect(result.failures).toEqual(["no-text file partial"]);
});

test("comments of the archive and its members are read", async () => {
  const bytes = zipOf([{ name: "a", data: "一" }]);
  const central = bytes.indexOf("PK\x01\x02", 0, "latin1");
  const note = Buffer.from("客户 13800138000");
  const end = bytes.lastIndexOf("PK\x05\x06", -1, "latin1");
  const told = Buffer.concat([bytes.subarray(0, end), note, bytes.subarray(end), Buffer.from("整包说明")]);
  told.writeUInt16LE(note.length, central + 32);
  told.writeUInt32LE(bytes.readUInt32LE(end + 12) + note.length, end + note.length + 12);
  told.writeUInt16LE(12, end + note.length + 20);
  const result = await run(zip, memorySource(told));
  expect(result.texts).toEqual(["comment [comment]: 整包说明\n客户 13800138000\n"]);
  expect(result.members).toEqual({ a: "一" });
  expect(result.failures).toEqual([]);
});

describe("names in the directory", () => {
  test("are given to the probe once", async () => {
    const bytes = zipOf([
      { name: "word/document.xml", data: "x" },
      { name: gbkName, data: "y" },
    ]);
    let reads = 0;
    const source = memorySource(bytes);
    const probe = await createProbe("x.docx", { ...source, read: (into, offset) => (reads++, source.read(into, offset)) });
    expect([...(await probe.members())]).toEqual(["word/document.xml", "名单.txt"]);
    const before = reads;
    await probe.members();
    expect(reads).toBe(before);
  });
  test("of a plain text are none", async () => {
    const probe = await createProbe("x.txt", memorySource(Buffer.from("PK is no archive")));
    expect((await probe.members()).size).toBe(0);
    expect(await zip.accepts(probe)).toBe(false);
  });
});

const three: readonly Written[] = [
  { name: "a.txt", data: long.slice(0, 900) },
  { name: "b.txt", data: "二".repeat(300) },
  { name: "c.txt", data: "三", stored: true },
];
const whole = zipOf(three);

describe("damaged archives", () => {
  test.each([
    { title: "no directory", bytes: whole.subarray(0, whole.indexOf("PK\x01\x02", 0, "latin1")), names: ["a.txt", "b.txt", "c.txt"] },
    {
      title: "directory cut off",
      bytes: whole.subarray(0, whole.indexOf("PK\x01\x02", 0, "latin1") + 70),
      names: ["a.txt", "b.txt", "c.txt"],
    },
    {
      title: "no directory, sizes behind the data",
      bytes: zipOf(three.map((member) => ({ ...member, descriptor: true }))).subarray(0, -80),
      names: ["a.txt", "b.txt", "c.txt"],
    },
  ])("$title: members are found by their local headers", async ({ bytes, names }) => {
    const result = await run(zip, memorySource(bytes));
    expect(Object.keys(result.members)).toEqual(names);
    expect(result.members["b.txt"]).toBe("二".repeat(300));
    expect(result.failures[0]).toBe("corrupt file partial");
  });

  test("cut inside a member: what is before the cut is given", async () => {
    const bytes = zipOf([
      { name: "a.txt", data: "一\n" },
      { name: "b.txt", data: Buffer.from(Array.from({ length: 9000 }, (_, index) => Math.imul(index * index, 2654435761) >>> 24)) },
    ]);
    const result = await run(zip, memorySource(bytes.subarray(0, 4000)));
    expect(result.members["a.txt"]).toBe("一\n");
    expect(result.memberBytes["b.txt"]?.length).toBeGreaterThan(1000);
    expect(result.failures).toEqual(["corrupt file partial", "corrupt file!/b.txt partial"]);
  });

  test("flipped bits in compressed data: what is before them is given", async () => {
    const bytes = Buffer.from(
      zipOf([
        { name: "a.txt", data: Array.from({ length: 3000 }, (_, index) => `${index * 7919}\n`).join("") },
        { name: "b.txt", data: "二" },
      ]),
    );
    bytes.fill(0xff, 6000, 6040);
    const result = await run(zip, memorySource(bytes));
    expect(result.members["a.txt"]?.startsWith("0\n7919\n15838\n")).toBe(true);
    expect(result.members["b.txt"]).toBe("二");
    expect(result.failures).toEqual(["corrupt file!/a.txt partial"]);
  });

  test("a wrong checksum is told, the text is given", async () => {
    const result = await run(zip, memorySource(zipOf([{ name: "a.txt", data: "一", crc: 7 }])));
    expect(result.members).toEqual({ "a.txt": "一" });
    expect(result.failures).toEqual(["corrupt file!/a.txt partial"]);
  });

  test("a member whose header moved is found again by its name", async () => {
    const bytes = Buffer.from(whole);
    const record = bytes.indexOf("PK\x01\x02", 0, "latin1");
    bytes.writeUInt32LE(bytes.readUInt32LE(record + 42) + 5, record + 42);
    const result = await run(zip, memorySource(bytes));
    expect(result.members["a.txt"]).toBe(long.slice(0, 900));
  });

  test("nothing but the magic number is corrupt, not empty", async () => {
    const result = await run(zip, memorySource(Buffer.from(`PK\x03\x04${"\xfe".repeat(200)}`, "latin1")));
    expect(result.failures).toEqual(["corrupt file whole"]);
  });

  test.each([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])("cut at %d gives a failure and no throw", async (part) => {
    const result = await run(zip, memorySource(whole.subarray(0, Math.floor(whole.length * part))));
    expect(result.failures.length).toBeGreaterThan(0);
  });
});

describe("methods and passwords", () => {
  test("an unknown method is the member's failure, siblings are read", async () => {
    const result = await run(
      zip,
      memorySource(
        zipOf([
          { name: "a", data: "x", method: 98 },
          { name: "b", data: "二" },
        ]),
      ),
    );
    expect(result.members).toEqual({ a: "!unsupported-format", b: "二" });
  });
  test("an encrypted member is the member's failure, siblings are read", async () => {
    const result = await run(
      zip,
      memorySource(
        zipOf([
          { name: "a", data: "xxxxxxxxxxxxxxxxxxxxxxx", flags: 1, stored: true },
          { name: "b", data: "二" },
        ]),
      ),
    );
    expect(result.members).toEqual({ a: "!encrypted", b: "二" });
  });
});

const list = "张三 13800138000\n".repeat(200);

describe("encrypted by other programs", () => {
  test.each([
    { file: "zipcrypto.zip", passwords: ["no", "secret-1"], members: { "名单.txt": list, "open.txt": "公开\n" } },
    { file: "zipcrypto.zip", passwords: [], members: { "名单.txt": "!encrypted", "open.txt": "公开\n" } },
    { file: "aes.zip", passwords: ["no", "secret-1"], members: { "名单-1.txt": list, "名单-3.txt": list, "open.txt": "公开\n" } },
    { file: "aes.zip", passwords: ["no"], members: { "名单-1.txt": "!encrypted", "名单-3.txt": "!encrypted", "open.txt": "公开\n" } },
  ])("$file with $passwords", async ({ file, passwords, members }) => {
    const bytes = await readFile(new URL(`../../fixtures/zip/${file}`, import.meta.url));
    const result = await run(zip, memorySource(bytes), { passwords });
    expect(result.members).toEqual(members);
    expect(result.failures).toEqual([]);
  });
  test("a password of 256 that fits by chance does not hide the right one", async () => {
    const bytes = await readFile(new URL("../../fixtures/zip/zipcrypto.zip", import.meta.url));
    const passwords = [...Array.from({ length: 2000 }, (_, index) => `wrong-${index}`), "secret-1"];
    const result = await run(zip, memorySource(bytes), { passwords });
    expect(result.members["名单.txt"]).toBe(list);
  });
});

describe("bombs", () => {
  const zeros = Buffer.alloc(40 * 1024 * 1024);
  test("a flat one stops at 200 times its size", async () => {
    const result = await run(
      zip,
      memorySource(
        zipOf([
          { name: "a", data: zeros, size: 1 },
          { name: "b", data: "二" },
        ]),
      ),
    );
    expect(result.memberBytes["a"]?.length).toBeLessThan(30 * 1024 * 1024);
    expect(result.failures).toEqual(["bomb file!/a partial"]);
  });
  test("the budget of inflated bytes stops a member", async () => {
    const result = await run(zip, memorySource(zipOf([{ name: "a", data: long }])), { budget: limitedBudget({ inflated: 1000 }) });
    expect(result.failures).toEqual(["too-large file!/a partial"]);
  });
  test("the budget of members stops the archive", async () => {
    const result = await run(zip, memorySource(whole), { budget: limitedBudget({ members: 2 }) });
    expect(Object.keys(result.members)).toEqual(["a.txt", "b.txt"]);
    expect(result.failures).toEqual(["too-large file partial"]);
  });
  test("overlapping members are told and bounded", async () => {
    const one = zipOf([{ name: "a", data: zeros.subarray(0, 8 * 1024 * 1024) }]);
    const start = one.indexOf("PK\x01\x02", 0, "latin1");
    const record = one.subarray(start, start + 47);
    const end = Buffer.from(one.subarray(start + 47));
    end.writeUInt16LE(500, 10);
    end.writeUInt32LE(47 * 500, 12);
    const result = await run(zip, memorySource(Buffer.concat([one.subarray(0, start), ...Array.from({ length: 500 }, () => record), end])));
    expect(result.failures[0]).toBe("corrupt file partial");
    expect(result.failures.slice(-2)).toEqual(["bomb file!/a partial", "bomb file partial"]);
  });
});

describe("an export of mails", () => {
  const mail = (id: number, ...answers: number[]): string =>
    [
      `From: ${id}@x.example`,
      "Subject: x",
      `Message-ID: <${id}>`,
      ...(answers.length === 0 ? [] : [`In-Reply-To: ${answers.map((one) => `<${one}>`).join(" ")}`]),
      `Date: Thu, 26 Nov 2026 0${id}:00:00 +0800`,
      "",
      `${id}`,
    ].join("\r\n");

  test("keeps threads together, in the order they were written in", async () => {
    const bytes = zipOf([
      { name: "RE 3.eml", data: mail(3, 2) },
      { name: "other.eml", data: mail(4) },
      { name: "broken.eml", data: mail(5, 1), flags: 1 },
      { name: "RE 2.eml", data: mail(2, 1) },
      { name: "first.eml", data: mail(1) },
      { name: "list.txt", data: "一" },
    ]);
    const result = await run(zip, memorySource(bytes));
    expect(Object.keys(result.members)).toEqual(["first.eml", "RE 2.eml", "RE 3.eml", "other.eml", "broken.eml", "list.txt"]);
    const few = await run(zip, memorySource(bytes), { budget: limitedBudget({ inflated: 20 }) });
    expect(few.failures).toContain("too-large file!/first.eml partial");
  });

  test("leaves other archives as they are", async () => {
    const bytes = zipOf([
      { name: "b.eml", data: mail(2, 1) },
      { name: "a.eml", data: mail(1) },
      ...["1", "2", "3"].map((name) => ({ name, data: name })),
    ]);
    expect(Object.keys((await run(zip, memorySource(bytes))).members).filter((name) => name.endsWith("eml"))).toEqual(["b.eml", "a.eml"]);
  });
});
