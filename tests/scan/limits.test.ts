import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";

import { zip } from "../../scripts/fixtures/zip.mjs";
import type { Limits } from "../../src/model/request.ts";
import { examine, memorySource } from "../../src/scan/examine.ts";
import type { Workshop } from "../../src/scan/examine.ts";
import { allowedTime, createBudget, defaultLimits } from "../../src/scan/limits.ts";
import { shippedRules } from "../../src/scan/request.ts";
import { createWorkshop } from "../../src/scan/workshop.ts";
import { loadPacks } from "../../src/rulepack/load.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

test.each([
  ["unknown size", undefined, 0, 55_000],
  ["a document", 90 * MIB, 0, 55_000],
  ["a mail folder", 4 * GIB + defaultLimits.fileSize, 0, 55_000 + 1_024_000],
  ["one of many short mails", 90 * MIB, 80_000, 55_000 + 8_000_000],
])("time for %s", (_, size, nested, expected) => {
  expect(allowedTime(defaultLimits, size, nested)).toBe(expected);
});

test.each([
  ["unknown size", undefined, GIB, 20_000],
  ["a document", 10 * MIB, GIB, 20_000],
  ["a tape archive of short files", 100 * MIB, GIB, 200_000],
  ["a mail folder", 4000 * MIB, 40 * GIB, 8_000_000],
])("bytes that may be inflated from %s, and members", (_, size, expected, members) => {
  const budget = createBudget({ ...defaultLimits, inflationRatio: 1_000_000 }, size);
  expect(budget.take("inflated", expected)).toBe(true);
  expect(budget.take("inflated", 1)).toBe(false);
  expect(createBudget(defaultLimits, size).take("members", members)).toBe(true);
  expect(createBudget(defaultLimits, size).take("members", members + 1)).toBe(false);
});

test("a set of volumes may use what its volumes together may", () => {
  const budget = createBudget(defaultLimits, 100 * MIB);
  expect(budget.take("inflated", GIB)).toBe(true);
  budget.also?.(300 * MIB);
  expect(budget.take("inflated", 3 * GIB)).toBe(true);
  expect(budget.take("inflated", 1)).toBe(false);
  const small = createBudget(defaultLimits, 100_000);
  expect(small.take("inflated", 15_000_000)).toBe(true);
  expect(small.take("inflated", 15_000_000)).toBe(false);
  const joined = createBudget(defaultLimits, 100_000);
  joined.also?.(100_000);
  expect(joined.take("inflated", 30_000_000)).toBe(true);
});

let workshop: Workshop;

beforeAll(async () => {
  const packs = await loadPacks([shippedRules], { disabled: [] });
  workshop = createWorkshop({
    packs,
    limits: defaultLimits,
    passwords: [],
    key: new Uint8Array(32),
    showValues: false,
    kernel: "wasm",
    started: "2026-01-01T00:00:00Z",
  });
});

const fixture = (name: string): Buffer => readFileSync(fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url)));
const line = "客户张三 110101199003074477 存入 6222021234567890123\n";
const two = zip([
  ["1.txt", line.repeat(100)],
  ["2.txt", line.repeat(100)],
]);
/** 24 MiB of zeros behind a text. */
const zeros = Buffer.alloc(24 * MIB);
const swollen = zip([
  ["1.txt", line],
  ["2.txt", zeros],
]);
/** Letters in an order that packs some 20 fold: nothing that the usual ratio refuses. */
const dense = zip([
  ["1.txt", line],
  ["2.txt", Buffer.from(Array.from({ length: 200_000 }, (_, number) => `${"-".repeat(110)}${(number * 7919) % 99_991}\n`).join(""))],
]);

/** Failures as `code+` where some was read and `code-` where nothing was, each once, and the bytes given to rules. */
async function look(name: string, bytes: Uint8Array, limits: Partial<Limits>): Promise<{ failures: readonly string[]; bytes: number }> {
  const failures = new Set<string>();
  let read = 0;
  await examine(
    { ...workshop, limits: { ...defaultLimits, ...limits } },
    { path: name, key: name, root: 0, size: bytes.length, modified: undefined, stamp: undefined, depth: 0 },
    () => Promise.resolve(memorySource(bytes)),
    undefined,
    new AbortController().signal,
    (examination) => {
      read += examination.bytes;
      for (const { code, partial } of examination.failures) failures.add(`${code}${partial ? "+" : "-"}`);
    },
  );
  return { failures: [...failures], bytes: read };
}

const rows: readonly (readonly [limit: keyof Limits, value: number, name: string, told: string, content?: Buffer])[] = [
  ["members", 1, "two.zip", "too-large+", two],
  ["members", 1, "archive/gbk-names.tar", "too-large+"],
  ["members", 1, "archive/lzma2.7z", "too-large+"],
  ["members", 1, "mail/nested.eml", "too-large+"],
  ["members", 1, "docx/places.docx", "too-large+"],
  ["members", 1, "xlsx/places.xlsx", "too-large+"],
  ["members", 3, "pptx/places.pptx", "too-large+"],
  ["members", 1, "ofd/places.ofd", "too-large+"],
  ["members", 1, "doc/places.doc", "too-large+"],
  ["members", 1, "rtf/places.rtf", "too-large+"],
  ["members", 1, "xml/flat-opc.xml", "too-large+"],
  [
    "depth",
    1,
    "outer.zip",
    "too-deep-",
    zip([
      ["1.txt", line],
      ["inner.zip", zip([["2.txt", line]])],
    ]),
  ],
  ["depth", 1, "xml/flat-opc.xml", "too-deep-"],
  ["inflatedBytes", 8_000, "two.zip", "too-large-", two],
  ["inflatedBytes", 80_000, "lines.csv.gz", "too-large+", gzipSync(line.repeat(20_000))],
  ["inflatedBytes", 3_000, "archive/lzma2.7z", "too-large+"],
  ["inflatedBytes", 3_000, "docx/places.docx", "too-large+"],
  ["inflatedBytes", 3_000, "xlsx/places.xlsx", "too-large+"],
  ["inflatedBytes", 6_000, "pptx/places.pptx", "too-large+"],
  ["inflatedBytes", 3_000, "odf/places.odt", "too-large+"],
  ["inflatedBytes", 3_000, "ofd/places.ofd", "too-large+"],
  ["inflatedBytes", 3_000, "doc/macros.doc", "too-large+"],
  ["inflatedBytes", 3_000, "mail/keywords.msg", "too-large+"],
  ["inflationRatio", 10, "dense.zip", "bomb+", dense],
  ["inflationRatio", 100_000, "swollen.zip", "", swollen],
  ["pages", 1, "pdf/bomb.pdf", "too-large+"],
  ["pages", 1, "pptx/places.pptx", "too-large+"],
  ["pages", 1, "ppt/places.ppt", "too-large+"],
  ["pages", 1, "ofd/keyword.ofd", "too-large+"],
  ["cells", 10, "xlsx/places.xlsx", "too-large+"],
  ["cells", 10, "xls/places.xls", "too-large+"],
  ["cells", 2, "xlsb/people.xlsb", "too-large+"],
  ["cells", 10, "odf/places.ods", "too-large+"],
  ["cells", 10, "xml/records.xml", "too-large+"],
  ["cells", 10, "dbf/gbk.dbf", "too-large+"],
  ["cells", 10, "database/plain.db", "too-large+"],
  ["characters", 5_700, "docx/places.docx", "too-large+"],
  ["characters", 200, "xlsx/places.xlsx", "too-large+"],
  ["characters", 200, "pptx/places.pptx", "too-large+"],
  ["characters", 200, "xls/places.xls", "too-large+"],
  ["characters", 5_300, "doc/places.doc", "too-large+"],
  ["characters", 200, "ppt/places.ppt", "too-large+"],
  ["characters", 20, "pdf/places.pdf", "too-large+"],
  ["characters", 200, "ofd/places.ofd", "too-large+"],
  ["characters", 200, "odf/places.odt", "too-large+"],
  ["characters", 200, "rtf/places.rtf", "too-large+"],
  ["characters", 200, "html/places.html", "too-large+"],
  ["characters", 200, "xml/records.xml", "too-large+"],
  ["characters", 400, "mail/nested.eml", "too-large+"],
  ["characters", 200, "database/plain.db", "too-large+"],
  ["fileSize", 1_000, "docx/places.docx", "too-large-"],
  [
    "fileSize",
    1_000,
    "with.zip",
    "too-large-",
    zip([
      ["1.txt", line],
      ["places.docx", fixture("docx/places.docx")],
    ]),
  ],
];

const cases = rows.map(([limit, value, name, told, content]) => ({ limit, value, name, told, bytes: content ?? fixture(name) }));

test.each(cases)(
  "$limit of $value in $name: reads what it may and says $told",
  { timeout: 60_000 },
  async ({ limit, value, name, told, bytes }) => {
    const whole = await look(name, bytes, {});
    const limited = await look(name, bytes, { [limit]: value });
    if (told === "") {
      // A limit that was raised lets through what the usual one refuses.
      expect(whole.failures).toContain("bomb+");
      expect(limited.failures).not.toContain("bomb+");
      return;
    }
    expect(whole.failures).not.toContain(told);
    expect(limited.failures).toContain(told);
    expect(limited.bytes).toBeLessThanOrEqual(whole.bytes);
    // The name of a file is a text of its own. A 7z of some KiB is unpacked in one piece, which is the one too many.
    if (told.endsWith("+") && !name.endsWith(".7z")) {
      expect(limited.bytes).toBeGreaterThan(Buffer.byteLength(name.split("/").at(-1) ?? ""));
    }
  },
);

/** 4 MiB of different lines as a tape archive of two files, the second of which ends behind any limit below that. */
const tape = (() => {
  const file = (name: string, content: Buffer): Buffer => {
    const header = Buffer.alloc(512);
    header.write(name);
    header.write("0000644\0", 100);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("        0", 148);
    header.write("ustar\x0000", 257);
    header.write(
      `${[...header]
        .reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
  };
  const lines = Buffer.from(Array.from({ length: 100_000 }, (_, number) => `${"-".repeat(20)}${(number * 7919) % 99_991}\n`).join(""));
  return Buffer.concat([
    file("1.txt", Buffer.from(line)),
    file("2.docx", Buffer.concat([fixture("docx/places.docx"), lines])),
    Buffer.alloc(1024),
  ]);
})();

test.each([
  ["a.tgz", gzipSync(tape), ["a.tgz", "a.tgz!/a.tar", "a.tgz!/a.tar!/2.docx"]],
  ["a.zip", zip([["a.tar", tape]]), ["a.zip!/a.tar", "a.zip!/a.tar!/2.docx"]],
  ["b.zip", zip([["a.tgz", gzipSync(tape)]]), ["b.zip!/a.tgz", "b.zip!/a.tgz!/a.tar", "b.zip!/a.tgz!/a.tar!/2.docx"]],
])("a limit in %s is told as such where it cuts something off, and not as damage", async (name, bytes, cut) => {
  const told = new Map<string, string[]>();
  await examine(
    { ...workshop, limits: { ...defaultLimits, inflatedBytes: 1_500_000 } },
    { path: name, key: name, root: 0, size: bytes.length, modified: undefined, stamp: undefined, depth: 0 },
    () => Promise.resolve(memorySource(bytes)),
    undefined,
    new AbortController().signal,
    ({ entry, failures }) => {
      const codes = failures.map(({ code }) => code);
      if (codes.length > 0) told.set(entry.path, [...(told.get(entry.path) ?? []), ...codes]);
    },
  );
  // What the document itself has no more bytes for is told as well.
  expect([...told.keys()].filter((path) => !path.includes("docx!/")).toSorted()).toEqual(cut);
  expect(new Set([...told.values()].flat())).toEqual(new Set(["too-large"]));
});

test("a member that an archive cut off holds in part is one entry, told once", async () => {
  const whole = zip([
    ["1.txt", line.repeat(50)],
    ["2.docx", fixture("docx/places.docx")],
  ]);
  const told: string[] = [];
  const bytes = whole.subarray(0, whole.length - 6000);
  await examine(
    workshop,
    { path: "a.zip", key: "a.zip", root: 0, size: bytes.length, modified: undefined, stamp: undefined, depth: 0 },
    () => Promise.resolve(memorySource(bytes)),
    undefined,
    new AbortController().signal,
    ({ entry, failures }) => {
      if (!entry.path.includes("docx!/")) told.push(`${entry.path}: ${[...new Set(failures.map(({ code }) => code))].join(" ")}`);
    },
  );
  expect(told).toEqual(["a.zip!/1.txt: ", "a.zip!/2.docx: corrupt", "a.zip: corrupt"]);
});
