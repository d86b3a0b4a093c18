import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { rar } from "../../src/format/rar.ts";
import { nextVolume, previousVolume } from "../../src/format/shared/rarVolumes.ts";
import { endure } from "./hostile.ts";
import { hiddenRarOf, oldRarOf, rarOf, rarVolumesOf } from "./rarWriter.ts";
import { entryOf, limitedBudget, readAll, run } from "./support.ts";

const old = readFileSync(new URL("../../fixtures/archive/rar4.rar", import.meta.url));
const list = "测试甲,13800138000\n";
const long = Array.from({ length: 300 }, (_, line) => `line ${line}\n`).join("");

/** What is read of an archive beside which others lie. */
async function readBeside(path: string, bytes: Buffer, siblings: Readonly<Record<string, Buffer>>, passwords: readonly string[] = []) {
  const members: Record<string, string> = {};
  const failures: string[] = [];
  const items = rar.extract({
    entry: entryOf(path, bytes.length),
    bytes: memorySource(bytes),
    budget: limitedBudget(),
    passwords,
    signal: new AbortController().signal,
    sibling: (name) => Promise.resolve(siblings[name] === undefined ? undefined : memorySource(siblings[name])),
    partner: (name) => Promise.resolve(siblings[name] === undefined ? undefined : memorySource(siblings[name])),
  });
  for await (const item of items) {
    if (item.type === "failure") failures.push(`${item.failure.code} ${item.failure.path} ${item.failure.detail}`);
    else if (item.type === "member")
      members[item.entry.path.slice(path.length + 2)] = Buffer.from(await readAll(await item.open())).toString();
  }
  return { members, failures };
}

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

describe("passwords", () => {
  const members = [
    { name: "锁.txt", data: list, password: "secret" },
    { name: "b.txt", data: "x".repeat(1000), password: "secret" },
  ];

  test.each([
    ["version 5", rarOf(members)],
    ["version 5, which does not say what is right", rarOf(members.map((member) => ({ ...member, unchecked: true })))],
    ["version 5 with hidden names", hiddenRarOf(members, "secret")],
    ["version 4", oldRarOf(members)],
    ["version 4 with hidden names", oldRarOf(members, { hidden: "secret" })],
  ])("%s", async (_, bytes) => {
    const opened = await run(rar, memorySource(bytes), { passwords: ["wrong", "secret"] });
    expect(opened.failures).toEqual([]);
    expect(opened.members).toEqual({ "锁.txt": list, "b.txt": "x".repeat(1000) });
    for (const passwords of [[], ["wrong"]]) {
      const closed = await run(rar, memorySource(bytes), { passwords });
      expect(closed.members).toEqual({});
      expect(closed.failures.length).toBeGreaterThan(0);
      for (const failure of closed.failures) expect(failure).toMatch(/^encrypted file\S* whole$/);
    }
  });

  test("of which some are known", async () => {
    const bytes = rarOf([
      { name: "锁.txt", data: "secret", encrypted: true },
      { name: "b.txt", data: list },
    ]);
    const result = await run(rar, memorySource(bytes));
    expect(result.failures).toEqual(["encrypted file!/锁.txt whole"]);
    expect(result.members).toEqual({ "b.txt": list });
  });

  test("rounds without end are not done", async () => {
    const bytes = Buffer.from(rarOf(members));
    // The number of rounds stands before the salt.
    for (let at = bytes.indexOf("0123456789abcdef"); at > 0; at = bytes.indexOf("0123456789abcdef", at + 1)) bytes[at - 1] = 40;
    expect((await run(rar, memorySource(bytes), { passwords: ["secret"] })).failures).toEqual([
      "encrypted file!/锁.txt whole",
      "encrypted file!/b.txt whole",
    ]);
  });
});

describe("volumes", () => {
  const members = [
    { name: "a.txt", data: list },
    { name: "b.txt", data: long },
    { name: "c.txt", data: "last" },
  ];
  const all = { "a.txt": list, "b.txt": long, "c.txt": "last" };
  const named = (volumes: readonly Buffer[]): Record<string, Buffer> =>
    Object.fromEntries(volumes.map((bytes, index) => [`x.part${index + 1}.rar`, bytes]));

  test("are read with the first", async () => {
    const volumes = rarVolumesOf(members, 655);
    expect(volumes.length).toBe(4);
    const siblings = named(volumes);
    expect(await readBeside("dir/x.part1.rar", volumes[0] ?? old, siblings)).toEqual({ members: all, failures: [] });
    for (const number of [2, 3, 4])
      expect(await readBeside(`dir/x.part${number}.rar`, volumes[number - 1] ?? old, siblings)).toEqual({ members: {}, failures: [] });
  });

  test("with a password", async () => {
    const volumes = rarVolumesOf(
      members.map((member) => ({ ...member, password: "secret" })),
      655,
    );
    expect(await readBeside("x.part1.rar", volumes[0] ?? old, named(volumes), ["secret"])).toEqual({ members: all, failures: [] });
    const closed = await readBeside("x.part1.rar", volumes[0] ?? old, named(volumes));
    expect(closed.failures.map((failure) => failure.split(" ")[0])).toEqual(["encrypted", "encrypted", "encrypted"]);
  });

  test("the one that is missing is named, what is on the others is read", async () => {
    const volumes = rarVolumesOf(members, 655);
    const siblings = named(volumes);
    delete siblings["x.part3.rar"];
    const first = await readBeside("x.part1.rar", volumes[0] ?? old, siblings);
    expect(first.members["a.txt"]).toBe(list);
    expect(long.startsWith(first.members["b.txt"] ?? "?")).toBe(true);
    expect(first.failures).toEqual([
      "not-found x.part1.rar next volume x.part3.rar is not here, or not of this set",
      "not-found x.part1.rar!/b.txt member goes on in a volume that is not here",
    ]);
    // The chain is broken: this volume is the first of what is left.
    expect(await readBeside("x.part4.rar", volumes[3] ?? old, siblings)).toEqual({
      members: { "c.txt": "last" },
      failures: ["not-found x.part4.rar!/b.txt member begins in a volume before this one"],
    });
  });

  test("a set whose last volume names itself as the next ends", async () => {
    const [first = old] = rarVolumesOf(members, 655);
    const always = new Proxy({}, { get: () => first });
    const result = await readBeside("x.part1.rar", first, always);
    expect(result.failures.length).toBeGreaterThan(0);
  });

  test.each([
    ["folder/x.part1.rar", "x.part2.rar"],
    ["x.part09.rar", "x.part10.rar"],
    ["x.rar", "x.r00"],
    ["x.r00", "x.r01"],
    ["x.r99", "x.s00"],
  ])("the volume after %s is named", async (path, next) => {
    expect(nextVolume(path)).toBe(next);
    expect(previousVolume(next)).toBe(path.split("/").at(-1));
    const bytes = rarOf([{ name: "a.txt", data: list }], true);
    expect((await readBeside(path, bytes, {})).failures).toEqual([`not-found ${path} next volume ${next} is not here, or not of this set`]);
  });
});

describe("what RAR 7 packed", () => {
  const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url));
  const rows = (count: number, row: (number: number) => string): string => Array.from({ length: count }, (_, at) => row(at)).join("");
  const packed = {
    "list.txt": rows(1000, (at) => `${at},测试${at % 97},1380013${String(at).padStart(4, "0")}\n`),
    "名单.txt": rows(400, (at) => `${at},客户${at},138${String((at * 7919) % 10 ** 8).padStart(8, "0")}\n`),
    "end.txt": "最后一行 13800138000\n".repeat(20),
  };

  // Behind an encrypted member stands what fills up its last cipher block.
  test.each(["packed5.rar", "solid5.rar", "packed-enc5.rar", "packed-hid5.rar"])("%s", async (name) => {
    expect(await readBeside(name, fixture(name), {}, ["wrong", "secret"])).toEqual({ members: packed, failures: [] });
  });

  test("solid, under a password, over two volumes", async () => {
    const second = fixture("packed5.part2.rar");
    const siblings = { "packed5.part1.rar": fixture("packed5.part1.rar"), "packed5.part2.rar": second };
    expect(await readBeside("packed5.part1.rar", siblings["packed5.part1.rar"], siblings, ["secret"])).toEqual({
      members: packed,
      failures: [],
    });
    expect(await readBeside("packed5.part2.rar", second, siblings, ["secret"])).toEqual({ members: {}, failures: [] });
    const { failures } = await readBeside("packed5.part1.rar", siblings["packed5.part1.rar"], {}, ["secret"]);
    expect(failures[0]).toBe("not-found packed5.part1.rar next volume packed5.part2.rar is not here, or not of this set");
  });

  test("solid, cut in the middle: what comes before is read, each of the rest is told", async () => {
    const { members, failures } = await readBeside("x.rar", fixture("solid5.rar").subarray(0, 3000), {});
    expect(packed["list.txt"].startsWith(members["list.txt"] ?? "?")).toBe(true);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.every((failure) => failure.startsWith("corrupt x.rar"))).toBe(true);
  });
});

test("limits end it", async () => {
  const bytes = rarOf([
    { name: "a.txt", data: "1".repeat(1000) },
    { name: "b.txt", data: "2" },
  ]);
  expect((await run(rar, memorySource(bytes), { budget: limitedBudget({ members: 1 }) })).failures).toEqual(["too-large file partial"]);
  expect((await run(rar, memorySource(old), { budget: limitedBudget({ members: 1 }) })).failures).toEqual(["too-large file partial"]);
  expect((await run(rar, memorySource(old), { budget: limitedBudget({ inflated: 100 }) })).failures).toEqual(["too-large file partial"]);
});

test("a checksum that differs is told", async () => {
  const bytes = Buffer.from(rarOf([{ name: "a.txt", data: list }]));
  bytes[bytes.indexOf("13800138000")] = 0x39;
  expect((await run(rar, memorySource(bytes))).failures).toEqual(["corrupt file!/a.txt partial"]);
});

test("cut, bent and garbled archives", async () => {
  const five = rarOf([
    { name: "a.txt", data: "1".repeat(500) },
    { name: "b.txt", data: "2".repeat(500) },
  ]);
  for (const failures of await endure(rar, five, 8)) expect(failures.length).toBeGreaterThan(0);
  const locked = rarOf([{ name: "a.txt", data: "1".repeat(500), password: "secret" }]);
  for (const failures of await endure(rar, locked, 8)) expect(failures.length).toBeGreaterThan(0);
  for (const failures of await endure(rar, old, 7)) expect(failures.length).toBeGreaterThan(0);
}, 240_000);

test("RAR 4 that is cut in the header of the next member", async () => {
  const whole = oldRarOf([
    { name: "a.txt", data: list },
    { name: "b.txt", data: long },
  ]);
  const next = whole.indexOf("b.txt") - 32;
  const result = await run(rar, memorySource(whole.subarray(0, next + 10)));
  expect(result.members).toEqual({ "a.txt": list });
  expect(result.failures).toEqual(["corrupt file partial"]);
});

test("solid in version 4: the first member is read, the others are told one by one", async () => {
  const bytes = Buffer.from(old);
  // A signature of 7 bytes; then blocks: checksum, type, flags, length of the header, and of what is packed.
  const files: number[] = [];
  for (let at = 7; at + 7 <= bytes.length && bytes[at + 2] !== 0x7b;) {
    if (bytes[at + 2] === 0x74) files.push(at);
    at += bytes.readUInt16LE(at + 5) + ((bytes.readUInt16LE(at + 3) & 0x8000) === 0 ? 0 : bytes.readUInt32LE(at + 7));
  }
  const [, second = 0] = files;
  bytes.writeUInt16LE(bytes.readUInt16LE(second + 3) | 0x10, second + 3);
  bytes.writeUInt16LE(crc32(bytes.subarray(second + 2, second + bytes.readUInt16LE(second + 5))) & 0xffff, second);
  const { members, failures } = await readBeside("x.rar", bytes, {});
  expect(Object.keys(members)).toEqual(["test-documents/testHTML.html"]);
  expect(failures).toEqual([
    "unsupported-format x.rar!/test-documents/testTXT.txt member of a solid archive of version 4, packed with those before it",
  ]);
});
