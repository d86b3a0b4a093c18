import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { rar } from "../../src/format/rar.ts";
import { endure } from "./hostile.ts";
import { rarOf } from "./rarWriter.ts";
import { limitedBudget, run } from "./support.ts";

const old = readFileSync(new URL("../../fixtures/archive/rar4.rar", import.meta.url));
const list = "测试甲,13800138000\n";

describe("reads", () => {
  test("RAR 5 with Chinese names", async () => {
    const bytes = rarOf([
      { name: "资料/名单.txt", data: list },
      { name: "空.txt", data: "" },
      { name: "b.txt", data: "x".repeat(100_000) },
    ]);
    expect(await rar.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(rar, memorySource(bytes));
    expect(result.members).toEqual({ "资料/名单.txt": list, "空.txt": "", "b.txt": "x".repeat(100_000) });
    expect(result.failures).toEqual([]);
  });

  test("RAR 4 as WinRAR packed it", async () => {
    expect(await rar.accepts(await createProbe("x", memorySource(old)))).toBe(true);
    const result = await run(rar, memorySource(old));
    expect(Object.entries(result.memberBytes).map(([name, bytes]) => [name, bytes.length])).toEqual([
      ["test-documents/testHTML.html", 167],
      ["test-documents/testTXT.txt", 49],
    ]);
    expect(result.members["test-documents/testTXT.txt"]).toBe("Test d'indexation de Txt\r\nhttp://www.apache.org\r\n");
    expect(result.failures).toEqual([]);
  });
});

test("encrypted members are told, their siblings read", async () => {
  const bytes = rarOf([
    { name: "锁.txt", data: "secret", encrypted: true },
    { name: "b.txt", data: list },
  ]);
  const result = await run(rar, memorySource(bytes));
  expect(result.failures).toEqual(["encrypted file!/锁.txt whole"]);
  expect(result.members).toEqual({ "b.txt": list });
});

test.each([
  ["folder/x.part1.rar", "x.part2.rar"],
  ["x.part09.rar", "x.part10.rar"],
  ["x.rar", "x.r00"],
  ["x.r00", "x.r01"],
])("the volume after %s is named", async (path, next) => {
  const details: string[] = [];
  const bytes = memorySource(rarOf([{ name: "a.txt", data: list }], true));
  const items = rar.extract({
    entry: { path, key: path, root: 0, size: bytes.size, modified: undefined, stamp: undefined, depth: 0 },
    bytes,
    budget: limitedBudget(),
    passwords: [],
    signal: new AbortController().signal,
  });
  for await (const item of items) if (item.type === "failure") details.push(item.failure.detail);
  expect(details).toEqual([`next volume ${next} is not read with this one`]);
});

test("limits end it", async () => {
  const bytes = rarOf([
    { name: "a.txt", data: "1".repeat(1000) },
    { name: "b.txt", data: "2" },
  ]);
  expect((await run(rar, memorySource(bytes), { budget: limitedBudget({ members: 1 }) })).failures).toEqual(["too-large file partial"]);
  expect((await run(rar, memorySource(bytes), { budget: limitedBudget({ inflated: 100 }) })).failures).toEqual(["too-large file partial"]);
});

test("cut, bent and garbled archives", async () => {
  const five = rarOf([
    { name: "a.txt", data: "1".repeat(500) },
    { name: "b.txt", data: "2".repeat(500) },
  ]);
  for (const failures of await endure(rar, five, 8)) expect(failures.length).toBeGreaterThan(0);
}, 240_000);
