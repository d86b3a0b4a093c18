import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cab } from "../../src/format/cab.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { cabBlocks, cabOf, cabinetOf } from "./cabWriter.ts";
import { endure } from "./hostile.ts";
import { entryOf, limitedBudget, readAll, run } from "./support.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url));
const list = "姓名,手机号\n测试甲,13800138000\n";
const lines = Array.from({ length: 3000 }, (_, line) => `${line},计划${line % 97},1380013${String(line).padStart(4, "0")}\n`).join("");
/** Calls of a program, near and far, and noise between them. */
const calls = Buffer.from(
  Array.from({ length: 9000 }, (_, at) =>
    at % 9 === 0 ? [0xe8, (at * 7) & 255, (at >> 3) & 255, at % 4 === 0 ? 0 : 0xff, at % 4 === 0 ? 0 : 0xff] : [at & 255],
  ).flat(),
);

describe("reads", () => {
  test("what gcab packed (MSZIP)", async () => {
    const bytes = fixture("mszip.cab");
    expect(await cab.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(cab, memorySource(bytes));
    expect(Object.keys(result.members)).toEqual(["资料/名单.txt", "long.txt"]);
    expect(result.members["资料/名单.txt"]).toBe(list);
    expect(result.members["long.txt"]?.split("\n").length).toBe(1001);
    expect(result.failures).toEqual([]);
  });

  test("LZX with every kind of block, as 7-Zip and cabextract read it", async () => {
    const result = await run(cab, memorySource(fixture("lzx.cab")));
    expect(Object.keys(result.members)).toEqual(["资料/名单.txt", "long.txt"]);
    expect(result.members["资料/名单.txt"]).toBe(list);
    expect(result.members["long.txt"]?.split("\n").length).toBe(1001);
    expect(result.failures).toEqual([]);
  });

  test.each([
    ["stored", {}],
    ["mszip", {}],
    ["mszip", { reserve: true }],
    ["lzx", {}],
    ["lzx", { windowBits: 21 }],
    ["lzx", { windowBits: 16, blocks: [7, 40_001, 20_001, 3].map((length, at) => ({ type: ([3, 2, 3, 1] as const)[at] ?? 1, length })) }],
    ["lzx", { windowBits: 17, programSize: 50_000, blocks: [] }],
  ] as const)("%s %j", async (method, options) => {
    const members = [
      { name: "a.txt", data: list },
      { name: "空.txt", data: "" },
      { name: "dir\\long.txt", data: lines },
      { name: "program", data: calls },
    ];
    const size = members.reduce((all, { data }) => all + Buffer.from(data).length, 0);
    const planned = "blocks" in options ? options.blocks : undefined;
    const rest = size - (planned ?? []).reduce((all, { length }) => all + length, 0);
    const blocks = planned === undefined ? {} : { blocks: [...planned, { type: 2 as const, length: rest }] };
    const result = await run(cab, memorySource(cabOf(members, { ...options, method, ...blocks })));
    expect(result.failures).toEqual([]);
    expect(result.members["a.txt"]).toBe(list);
    expect(result.members["空.txt"]).toBe("");
    expect(result.members["dir/long.txt"]).toBe(lines);
    expect(Buffer.from(result.memberBytes["program"] ?? []).equals(calls)).toBe(true);
  });
});

test("Quantum is told, not tried", async () => {
  const result = await run(cab, memorySource(cabOf([{ name: "a.txt", data: list }], { method: "quantum" })));
  expect(result.failures).toEqual(["unsupported-format file!/a.txt whole"]);
});

describe("sets", () => {
  const data = Buffer.from(list + lines);
  const blocks = cabBlocks(data, { method: "mszip" });
  const second = blocks[1] ?? { packed: Buffer.alloc(0), size: 0 };
  // The second block begins in the first cabinet and ends in the other.
  const one = cabinetOf(
    [{ method: 1, blocks: [...blocks.slice(0, 1), { packed: second.packed.subarray(0, 500), size: 0 }] }],
    [
      { name: "a.txt", size: Buffer.byteLength(list), from: 0, folder: 0 },
      { name: "long.txt", size: Buffer.byteLength(lines), from: Buffer.byteLength(list), folder: 0xfffe },
    ],
    { next: "disk2.cab" },
  );
  const two = cabinetOf(
    [{ method: 1, blocks: [{ packed: second.packed.subarray(500), size: second.size }, ...blocks.slice(2)] }],
    [{ name: "long.txt", size: Buffer.byteLength(lines), from: Buffer.byteLength(list), folder: 0xfffd }],
    { index: 1, previous: "disk1.cab" },
  );

  async function read(bytes: Buffer, siblings: Readonly<Record<string, Buffer>>) {
    const members: Record<string, string> = {};
    const failures: string[] = [];
    const items = cab.extract({
      entry: entryOf("disk.cab", bytes.length),
      bytes: memorySource(bytes),
      budget: limitedBudget(),
      passwords: [],
      signal: new AbortController().signal,
      sibling: (name) => Promise.resolve(siblings[name] === undefined ? undefined : memorySource(siblings[name])),
      partner: (name) => Promise.resolve(siblings[name] === undefined ? undefined : memorySource(siblings[name])),
    });
    for await (const item of items) {
      if (item.type === "failure") failures.push(`${item.failure.code} ${item.failure.path} ${item.failure.detail}`);
      else if (item.type === "member") members[item.entry.path] = Buffer.from(await readAll(await item.open())).toString();
    }
    return { members, failures };
  }

  test("a file over two cabinets is read with the first", async () => {
    const first = await read(one, { "disk2.cab": two });
    expect(first.failures).toEqual([]);
    expect(first.members).toEqual({ "disk.cab!/a.txt": list, "disk.cab!/long.txt": lines });
    expect(await read(two, { "disk1.cab": one })).toEqual({ members: {}, failures: [] });
  });

  test("what is not here is named", async () => {
    const first = await read(one, {});
    expect(first.members["disk.cab!/a.txt"]).toBe(list);
    expect(first.failures).toEqual([
      "not-found disk.cab cabinet disk2.cab of the set is not here",
      "corrupt disk.cab!/long.txt cabinet is cut off",
    ]);
    expect((await read(two, {})).failures).toEqual([
      "not-found disk.cab!/long.txt file begins in cabinet disk1.cab, which is not here or not examined",
    ]);
  });

  test("a cabinet that names itself as the next does not loop", async () => {
    const loop = cabinetOf([{ method: 1, blocks: blocks.slice(0, 1) }], [{ name: "a", size: 100_000, from: 0, folder: 0xfffe }], {
      next: "disk.cab",
    });
    expect((await read(loop, { "disk.cab": loop })).failures[0]).toBe("not-found disk.cab cabinet disk.cab of the set is not here");
  });
});

test("limits end it", async () => {
  const bytes = cabOf([
    { name: "a.txt", data: "1".repeat(1000) },
    { name: "b.txt", data: "2" },
  ]);
  expect((await run(cab, memorySource(bytes), { budget: limitedBudget({ members: 1 }) })).failures).toEqual(["too-large file partial"]);
  expect((await run(cab, memorySource(bytes), { budget: limitedBudget({ inflated: 100 }) })).failures).toEqual(["too-large file partial"]);
});

test("members that overlap, reach behind the end or claim what is not there", async () => {
  const blocks = cabBlocks(Buffer.from("0123456789"), { method: "stored" });
  const result = await run(
    cab,
    memorySource(
      cabinetOf(
        [{ method: 0, blocks }],
        [
          { name: "a", size: 6, from: 0, folder: 0 },
          { name: "b", size: 6, from: 3, folder: 0 },
          { name: "c", size: 0xffff_ffff, from: 6, folder: 0 },
          { name: "d", size: 5, from: 0xffff_ff00, folder: 0 },
        ],
      ),
    ),
  );
  expect(result.members).toEqual({ a: "012345", c: "6789" });
  expect(result.failures).toEqual(["corrupt file!/b whole", "corrupt file!/c partial", "corrupt file!/d whole"]);
});

test.each(["stored", "mszip", "lzx"] as const)("cut, bent and garbled cabinets (%s)", async (method) => {
  const bytes = cabOf(
    [
      { name: "a.txt", data: lines.slice(0, 3000) },
      { name: "b.txt", data: lines.slice(3000, 5000) },
    ],
    { method },
  );
  const cuts = await endure(cab, bytes, 36);
  for (const failures of cuts) expect(failures.length).toBeGreaterThan(0);
});
