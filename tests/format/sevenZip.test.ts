import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { sevenZip } from "../../src/format/sevenZip.ts";
import type { ByteSource } from "../../src/model/entry.ts";
import { endure } from "./hostile.ts";
import { entryOf, limitedBudget, run } from "./support.ts";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url));
}

const list = "姓名,手机号\n测试甲,13800138000\n";
const long = Array.from({ length: 1000 }, (_, number) => `${number},测试${number % 97},1380013${String(number).padStart(4, "0")}\n`).join(
  "",
);
const members = { "名单.txt": list, "long.txt": long };

describe("reads what 7-Zip packed", () => {
  test.each(["lzma2.7z", "lzma.7z", "bzip2.7z", "deflate.7z", "delta.7z", "ppmd.7z"])("%s", async (name) => {
    const bytes = fixture(name);
    expect(await sevenZip.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(sevenZip, memorySource(bytes));
    expect(result.members).toEqual(members);
    expect(result.failures).toEqual([]);
  });
});

describe("reads what 7-Zip packed in other ways", () => {
  const beside = (name: string): Buffer => readFileSync(new URL(`../../fixtures/beside/${name}`, import.meta.url));

  test.each(["copy.7z", "deflate64.7z", "not-solid.7z", "ppmd-big.7z", "bcj2.7z", "encrypted-ppmd.7z", "hidden-ppmd.7z", "delta4.7z"])(
    "%s",
    async (name) => {
      const result = await run(sevenZip, memorySource(beside(name)), { passwords: ["wrong", "secret"] });
      expect(result.failures).toEqual([]);
      expect(Object.keys(result.members).toSorted()).toEqual(["list.csv", "资料/说明.txt"]);
    },
  );

  test.each(["ppmd-big.7z", "bcj2.7z"])("%s cut, bent and garbled", async (name) => {
    for (const failures of await endure(sevenZip, beside(name), 6)) expect(failures.length).toBeGreaterThan(0);
  });
});

test("damage inside PPMd ends it: what was learned is not asked again", async () => {
  const bent = fixture("ppmd.7z");
  // Three bytes that a fuzzer turned.
  bent.set([178], 420);
  bent.set([128], 2664);
  bent.set([0], 3579);
  const result = await run(sevenZip, memorySource(bent));
  expect(result.failures.length).toBeGreaterThan(0);
});

describe("passwords", () => {
  test("none: members are told, hidden names as one", async () => {
    const open = await run(sevenZip, memorySource(fixture("encrypted.7z")));
    expect(open.failures.toSorted()).toEqual(["encrypted file!/long.txt whole", "encrypted file!/名单.txt whole"].toSorted());
    const hidden = await run(sevenZip, memorySource(fixture("hidden-names.7z")), { passwords: ["wrong"] });
    expect(hidden.failures).toEqual(["encrypted file whole"]);
  });
  test.each(["encrypted.7z", "hidden-names.7z"])("%s with the right one among others", async (name) => {
    const result = await run(sevenZip, memorySource(fixture(name)), { passwords: ["wrong", "secret"] });
    expect(result.members).toEqual(members);
    expect(result.failures).toEqual([]);
  });
});

describe("volumes", () => {
  const siblings: Readonly<Record<string, Buffer>> = { "split.7z.002": fixture("split.7z.002"), "split.7z.003": fixture("split.7z.003") };
  const read = async (known: readonly string[]): Promise<{ names: string[]; failures: string[] }> => {
    const names: string[] = [];
    const failures: string[] = [];
    const bytes = memorySource(fixture("split.7z.001"));
    const items = sevenZip.extract({
      entry: entryOf("folder/split.7z.001", bytes.size),
      bytes,
      budget: limitedBudget(),
      passwords: [],
      signal: new AbortController().signal,
      sibling(name): Promise<ByteSource | undefined> {
        const part = siblings[name];
        return Promise.resolve(part === undefined || !known.includes(name) ? undefined : memorySource(part));
      },
    });
    for await (const item of items) {
      if (item.type === "member") {
        await (await item.open()).read(new Uint8Array(10), 0);
        names.push(item.entry.path);
      } else if (item.type === "failure") failures.push(`${item.failure.code} ${item.failure.detail}`);
    }
    return { names: names.toSorted(), failures };
  };
  test("are joined", async () => {
    expect(await read(["split.7z.002", "split.7z.003"])).toEqual({
      names: ["folder/split.7z.001!/long.txt", "folder/split.7z.001!/名单.txt"],
      failures: [],
    });
  });
  test("a missing one is named", async () => {
    const { failures } = await read(["split.7z.002"]);
    expect(failures[0]).toBe("not-found volume split.7z.003 of the archive is not here");
  });
});

describe("damage", () => {
  const bytes = fixture("lzma2.7z");
  test("a solid archive cut in the middle: what unpacks is read without names", async () => {
    const result = await run(sevenZip, memorySource(bytes.subarray(0, 1500)));
    const text = result.members["(recovered)"] ?? "";
    expect((long + list).startsWith(text.slice(0, 3000)) || (list + long).startsWith(text.slice(0, 3000))).toBe(true);
    expect(text.length).toBeGreaterThan(5000);
    expect(result.failures).toEqual(["corrupt file partial"]);
  });
  test("a directory that lies far behind the end", async () => {
    const changed = Buffer.from(bytes);
    changed.writeBigUInt64LE(0x7fffffffffffffffn, 12);
    expect((await run(sevenZip, memorySource(changed))).failures.length).toBe(1);
  });
  test("limits", async () => {
    const few = await run(sevenZip, memorySource(bytes), { budget: limitedBudget({ members: 1 }) });
    expect(few.failures).toEqual(["too-large file partial"]);
    const small = await run(sevenZip, memorySource(bytes), { budget: limitedBudget({ inflated: 100 }) });
    expect(small.failures.length).toBeGreaterThan(0);
  });
  test("cut, bent and garbled", async () => {
    for (const failures of await endure(sevenZip, bytes, 6)) expect(failures.length).toBeGreaterThan(0);
    await endure(sevenZip, fixture("bzip2.7z"), 6);
  });
});
