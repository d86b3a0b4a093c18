import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ScanEvent } from "../../src/model/event.ts";
import { createProbe } from "../../src/format/probe.ts";
import { selfExtractor } from "../../src/format/selfExtractor.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { textless, textlessKind } from "../../src/format/textless.ts";
import { zip } from "../../src/format/zip.ts";
import { eventsOf, tree } from "../scan/support.ts";

import { cabOf } from "./cabWriter.ts";
import { endure } from "./hostile.ts";
import { rarOf } from "./rarWriter.ts";
import { limitedBudget, run } from "./support.ts";
import { zipOf } from "./zipWriter.ts";

/** A program for Windows of one section. */
function windowsProgram(): Buffer {
  const program = Buffer.alloc(1024);
  program.write("MZ", 0);
  program.writeUInt32LE(0x80, 0x3c);
  program.write("PE\0\0", 0x80, "latin1");
  program.writeUInt16LE(1, 0x86);
  program.writeUInt16LE(0xe0, 0x94);
  program.writeUInt32LE(512, 0x98 + 0xe0 + 16);
  program.writeUInt32LE(512, 0x98 + 0xe0 + 20);
  return program;
}

/** A program for Linux, 64 bits, whose table of sections ends it. */
function linuxProgram(): Buffer {
  const program = Buffer.alloc(1024);
  program.write("\x7fELF\x02\x01\x01", 0, "latin1");
  program.writeBigUInt64LE(960n, 0x28);
  program.writeUInt16LE(64, 0x3a);
  program.writeUInt16LE(1, 0x3c);
  return program;
}

/** As IExpress makes them: a section of resources, in it raw data of the name CABINET, behind it another one. */
function iExpress(cabinet: Buffer, name = "CABINET", wide = false): Buffer {
  const program = Buffer.alloc(0x200);
  program.write("MZ", 0);
  program.writeUInt32LE(0x80, 0x3c);
  program.write("PE\0\0", 0x80, "latin1");
  program.writeUInt16LE(1, 0x86);
  program.writeUInt16LE(0xe0, 0x94);
  program.writeUInt16LE(wide ? 0x20b : 0x10b, 0x98);
  program.writeUInt32LE(0x5000, 0x98 + (wide ? 128 : 112));
  const resources = Buffer.alloc(0x100);
  const directory = (at: number, named: number, rows: readonly (readonly [number, number])[]): void => {
    resources.writeUInt16LE(named, at + 12);
    resources.writeUInt16LE(rows.length - named, at + 14);
    for (const [index, [key, below]] of rows.entries()) {
      resources.writeUInt32LE(key, at + 16 + index * 8);
      resources.writeUInt32LE(below, at + 20 + index * 8);
    }
  };
  directory(0, 0, [
    [3, 0x8000_0040],
    [10, 0x8000_0040],
  ]);
  directory(0x40, 1, [
    [0x8000_00c0, 0x8000_0080],
    [7, 0x8000_0080],
  ]);
  directory(0x80, 0, [[1033, 0xa0]]);
  resources.writeUInt32LE(0x5100, 0xa0);
  resources.writeUInt32LE(cabinet.length, 0xa4);
  resources.writeUInt16LE(name.length, 0xc0);
  resources.write(name, 0xc2, "utf16le");
  const section = Buffer.concat([resources, cabinet, Buffer.alloc(200, "another resource")]);
  program.writeUInt32LE(0x5000, 0x98 + 0xe0 + 12);
  program.writeUInt32LE(section.length, 0x98 + 0xe0 + 16);
  program.writeUInt32LE(0x200, 0x98 + 0xe0 + 20);
  return Buffer.concat([program, section]);
}

const list = "测试甲,13800138000\n";
const seven = readFileSync(new URL("../../fixtures/archive/lzma2.7z", import.meta.url));
const settings = Buffer.from(';!@Install@!UTF-8!\nTitle="x"\n;!@InstallEnd@!');

test.each<readonly [string, Buffer, string, Buffer]>([
  ["7z behind its settings", windowsProgram(), "7z", Buffer.concat([settings, seven])],
  ["RAR", windowsProgram(), "rar", rarOf([{ name: "a.txt", data: list }])],
  ["cabinet", windowsProgram(), "cab", cabOf([{ name: "a.txt", data: list }])],
  ["7z for Linux", linuxProgram(), "7z", seven],
])("%s", async (_, program, kind, archive) => {
  const bytes = Buffer.concat([program, archive]);
  const probe = await createProbe("setup.exe", memorySource(bytes));
  expect(textless(probe.head, bytes.length)?.id).toBe("program");
  expect(await textlessKind(probe.head, memorySource(bytes))).toBe(undefined);
  expect(await selfExtractor.accepts(probe)).toBe(true);
  const result = await run(selfExtractor, memorySource(bytes));
  expect(Object.keys(result.memberBytes)).toEqual([`archive.${kind}`]);
  const inner = Buffer.from(result.memberBytes[`archive.${kind}`] ?? []);
  expect(inner.equals(archive.subarray(archive.length - inner.length))).toBe(true);
  expect(result.failures).toEqual([]);
});

/** The own bytes of what carries an archive, by their name; only of the first, larger than a page, the picture is told. */
const carriers: readonly (readonly [name: string, carrier: Buffer])[] = [
  ["photo.jpg", Buffer.concat([Buffer.from("\xff\xd8\xff\xe0".padEnd(5000, "\0"), "latin1"), Buffer.from([0xff, 0xd9])])],
  ["icon.png", smallPng()],
  ["icon.gif", Buffer.from("GIF89a\x10\0\x10\0\0\0\0\x3b", "latin1")],
  ["icon.bmp", Buffer.concat([Buffer.from("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x04\0\0\0\x04\0\0\0", "latin1"), Buffer.alloc(44)])],
  ["call.wav", Buffer.from("RIFF\x24\0\0\0WAVEfmt ".padEnd(44, "\0"), "latin1")],
  ["song.mp3", Buffer.concat([Buffer.from("ID3\x03\0\0\0\0\0\0", "latin1"), Buffer.alloc(3_000_000, 7)])],
  ["font.ttf", Buffer.from(`\0\x01\0\0\0\x01${"\0".repeat(6)}glyf\0\0\0\0\0\0\0\x1c\0\0\0\x06${"\0".repeat(8)}`, "latin1")],
  ["font.woff", Buffer.from("wOFF\0\x01\0\0\0\0\0\x20".padEnd(32, "\0"), "latin1")],
];

function smallPng(): Buffer {
  const header = Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0", "latin1");
  return Buffer.concat([header, Buffer.from("0000\0\0\0\0IEND\xae\x42\x60\x82", "latin1")]);
}

test.each(carriers)("behind %s", async (name, carrier) => {
  for (const [kind, archive] of [
    ["7z", seven],
    ["rar", rarOf([{ name: "a.txt", data: list }])],
    ["zip", zipOf([{ name: "a.txt", data: list }])],
  ] as const) {
    const source = memorySource(Buffer.concat([carrier, archive]));
    const probe = await createProbe(name, source);
    expect(await textlessKind(probe.head, source)).toBe(undefined);
    expect(await (kind === "zip" ? zip : selfExtractor).accepts(probe)).toBe(true);
    const result = await run(kind === "zip" ? zip : selfExtractor, source);
    expect(Object.keys(result.memberBytes)).toEqual([kind === "zip" ? "a.txt" : `archive.${kind}`]);
    expect(result.failures).toEqual(name === "photo.jpg" ? ["no-text file partial"] : []);
  }
  const alone = memorySource(carrier);
  const { head } = await createProbe(name, alone);
  expect(await textlessKind(head, alone)).toBe(textless(head, carrier.length));
  expect(await selfExtractor.accepts(await createProbe(name, alone))).toBe(false);
});

test.each([false, true])("a cabinet among the resources, as IExpress puts it there (64 bits: %s)", async (wide) => {
  const cabinet = cabOf([{ name: "a.txt", data: list }]);
  const bytes = iExpress(cabinet, "CABINET", wide);
  const probe = await createProbe("setup.exe", memorySource(bytes));
  expect(await textlessKind(probe.head, memorySource(bytes))).toBe(undefined);
  expect(await selfExtractor.accepts(probe)).toBe(true);
  const result = await run(selfExtractor, memorySource(bytes));
  expect(Buffer.from(result.memberBytes["archive.cab"] ?? []).equals(cabinet)).toBe(true);
  for (const other of [iExpress(cabinet, "CABINE7", wide), iExpress(Buffer.from("no cabinet at all, only bytes"), "CABINET", wide)])
    expect(await selfExtractor.accepts(await createProbe("setup.exe", memorySource(other)))).toBe(false);
  await endure(selfExtractor, bytes, 2);
});

test.each([
  ["NSIS", Buffer.from("\0\0\0\0\xef\xbe\xad\xdeNullsoftInst and what follows its first header", "latin1")],
  ["Inno Setup", Buffer.from("idska32\x1a and the files behind it, packed in one piece", "latin1")],
])("what an installer of %s holds is told as not read", async (maker, behind) => {
  const bytes = Buffer.concat([windowsProgram(), behind]);
  const probe = await createProbe("setup.exe", memorySource(bytes));
  expect(await textlessKind(probe.head, memorySource(bytes))).toBe(undefined);
  expect(await selfExtractor.accepts(probe)).toBe(true);
  const details: string[] = [];
  for await (const item of selfExtractor.extract({
    entry: { path: "setup.exe", key: "setup.exe", root: 0, size: bytes.length, modified: undefined, stamp: undefined, depth: 0 },
    bytes: memorySource(bytes),
    budget: limitedBudget({}),
    passwords: [],
    signal: new AbortController().signal,
  }))
    if (item.type === "failure") details.push(`${item.failure.code} ${item.failure.detail} ${item.failure.partial}`);
  expect(details).toEqual([`unsupported-format installer (${maker}): unpack it and scan what it holds false`]);
  // An archive behind it is read.
  const more = Buffer.concat([bytes, zipOf([{ name: "a.txt", data: list }])]);
  expect(await textlessKind(probe.head, memorySource(more))).toBe(undefined);
  expect(await zip.accepts(await createProbe("setup.exe", memorySource(more)))).toBe(true);
});

test("programs alone, with a signature or a zip archive behind them, are none", async () => {
  for (const behind of [Buffer.alloc(0), Buffer.from("certificate".repeat(20)), zipOf([{ name: "a.txt", data: list }])]) {
    const bytes = Buffer.concat([windowsProgram(), behind]);
    const probe = await createProbe("setup.exe", memorySource(bytes));
    expect(await selfExtractor.accepts(probe)).toBe(false);
  }
  const probe = await createProbe("setup.exe", memorySource(Buffer.concat([windowsProgram(), zipOf([{ name: "a.txt", data: list }])])));
  expect(await zip.accepts(probe)).toBe(true);
});

test("a scan goes into it; a program stays without text", async () => {
  const root = tree({
    "setup.exe": Buffer.concat([windowsProgram(), settings, seven]),
    "plain.exe": windowsProgram(),
  });
  const events = await eventsOf(root, { isolation: "none" });
  const ended = (name: string): Extract<ScanEvent, { type: "entry-end" }> | undefined =>
    events.find((event): event is Extract<ScanEvent, { type: "entry-end" }> => event.type === "entry-end" && event.path.endsWith(name));
  expect(events.some((event) => event.type === "finding" && event.finding.path.endsWith("setup.exe!/archive.7z!/名单.txt"))).toBe(true);
  expect(ended("plain.exe")?.coverage).toBe("textless");
});

test("cut, bent and garbled", async () => {
  await endure(selfExtractor, Buffer.concat([windowsProgram(), seven]), 64);
  await endure(selfExtractor, Buffer.concat([linuxProgram(), seven]), 64);
});
