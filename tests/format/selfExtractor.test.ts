import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ScanEvent } from "../../src/model/event.ts";
import { createProbe } from "../../src/format/probe.ts";
import { selfExtractor } from "../../src/format/selfExtractor.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { carriesArchive, textless } from "../../src/format/textless.ts";
import { zip } from "../../src/format/zip.ts";
import { eventsOf, tree } from "../scan/support.ts";
import { cabOf } from "./cabWriter.ts";
import { endure } from "./hostile.ts";
import { rarOf } from "./rarWriter.ts";
import { run } from "./support.ts";
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
  expect(await carriesArchive(probe.head, memorySource(bytes))).toBe(true);
  expect(await selfExtractor.accepts(probe)).toBe(true);
  const result = await run(selfExtractor, memorySource(bytes));
  expect(Object.keys(result.memberBytes)).toEqual([`archive.${kind}`]);
  const inner = Buffer.from(result.memberBytes[`archive.${kind}`] ?? []);
  expect(inner.equals(archive.subarray(archive.length - inner.length))).toBe(true);
  expect(result.failures).toEqual([]);
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
