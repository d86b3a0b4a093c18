import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { parseColumns } from "../../src/format/shared/sqliteSchema.ts";
import { sqlite } from "../../src/format/sqlite.ts";
import { eventsOf, tree } from "../scan/support.ts";
import { endure } from "./hostile.ts";
import { checkChunks, entryOf, limitedBudget, run } from "./support.ts";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/database/${name}`, import.meta.url));
}

/** What `a` holds, read beside these files. */
async function withSiblings(bytes: Uint8Array, siblings: Readonly<Record<string, Uint8Array>>, name: string = "wal.db"): Promise<string[]> {
  const told: string[] = [];
  const source = memorySource(bytes);
  const items = sqlite.extract({
    entry: entryOf(`folder/${name}`, bytes.length),
    bytes: source,
    budget: limitedBudget(),
    passwords: [],
    signal: new AbortController().signal,
    sibling: (wanted) => Promise.resolve(siblings[wanted] === undefined ? undefined : memorySource(siblings[wanted])),
    partner: (wanted) => Promise.resolve(siblings[wanted] === undefined ? undefined : memorySource(siblings[wanted])),
  });
  for await (const item of items) {
    if (item.type === "failure") told.push(`${item.failure.code} ${item.failure.partial ? "partial" : "whole"}`);
    else if (item.type === "chunk" && item.chunk.content.kind === "utf8" && item.chunk.flow !== "schema")
      told.push(Buffer.from(item.chunk.content.bytes).toString());
  }
  return told;
}

describe("tables", () => {
  test.each(["plain.db", "utf16.db"])("%s", async (name) => {
    const bytes = fixture(name);
    expect(await sqlite.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(sqlite, memorySource(bytes));
    checkChunks(result);
    const persons = result.chunks.filter(({ flow }) => flow === "table-客户");
    const lines = persons
      .map(({ content }) => (content.kind === "utf8" ? Buffer.from(content.bytes).toString() : ""))
      .join("")
      .replace(/\n$/, "")
      .split("\n");
    expect(lines.length).toBe(61);
    expect(lines[0]).toBe("id\t姓名\t手机号\tbalance\tnote\tpicture");
    expect(lines[3]).toBe(`3\t测试2\t13800130002\t3\t${"备注".repeat(18)}\tsecret words 13900139000`);
    expect(lines[60]).toBe(`60\t测试59\t13800130059\t88.5\t${"备注".repeat(531)}\t`);
    expect(persons[0]?.table?.head[0]?.[2]).toBe("手机号");
    expect(persons[0]?.content.kind === "utf8" && persons[0].content.locate(0)).toEqual({ kind: "cell", sheet: "客户", row: 1, column: 1 });
    const pairs = result.texts.filter((text) => text.startsWith("table-pairs")).join("\n");
    expect(pairs).toContain("key\tnote\n0\t值0\n1\t值1\n");
    expect(pairs).toContain("399\t值399\n");
    expect(Object.keys(result.members)).toEqual(["客户/6/picture"]);
    expect(result.failures).toEqual([]);
  });

  test("what was dropped is still read, as deleted", async () => {
    const result = await run(sqlite, memorySource(fixture("deleted.db")));
    const free = result.texts.filter((text) => text.startsWith("free [deleted]: ")).join("");
    expect(free).toContain("1380013");
    expect(result.texts.some((text) => text.startsWith("table-客户"))).toBe(false);
  });

  test("the limit of cells ends it", async () => {
    const result = await run(sqlite, memorySource(fixture("plain.db")), { budget: limitedBudget({ cells: 100 }) });
    expect(result.failures).toEqual(["too-large file partial"]);
  });
});

describe("write-ahead log", () => {
  const database = fixture("wal.db");
  const log = fixture("wal.db-wal");
  test("what it has committed replaces what the database holds", async () => {
    expect(await withSiblings(database, { "wal.db-wal": log })).toEqual(["text\nafter\n手机号 13800138000\n"]);
    expect(await withSiblings(database, {})).toEqual(["text\nbefore\n"]);
  });
  test("one of another file, of another page size or with changed bytes, does not count", async () => {
    const salt = Buffer.from(log);
    salt[16] = (salt[16] ?? 0) ^ 1;
    const size = Buffer.from(log);
    size.writeUInt32BE(4096, 8);
    const bytes = Buffer.from(log);
    bytes[700] = (bytes[700] ?? 0) ^ 1;
    for (const other of [salt, size, bytes, log.subarray(0, 500), Buffer.alloc(100)])
      expect(await withSiblings(database, { "wal.db-wal": other })).toEqual(["text\nbefore\n"]);
  });
  test("what no database reads of it is read as deleted, and one that does not fit is told", async () => {
    const later = Buffer.from(log);
    // Of an earlier use of the log: other salts.
    const stale = Buffer.concat([later, Buffer.alloc(24), Buffer.from("13900139000 was here")]);
    expect((await withSiblings(stale, { "wal.db": database }, "wal.db-wal")).join("")).toBe("13900139000 was here\n");
    later[16] = (later[16] ?? 0) ^ 1;
    const other = await withSiblings(later, { "wal.db": database }, "wal.db-wal");
    expect(other[0]).toBe("corrupt partial");
    expect(other.join("")).toContain("13800138000");
  });
  test("alone it is read as runs of text; with its database it is not read twice", async () => {
    const alone = await withSiblings(log, {}, "wal.db-wal");
    expect(alone[0]).toBe("corrupt partial");
    expect(alone.join("")).toContain("13800138000");
    expect(await withSiblings(log, { "wal.db": database }, "wal.db-wal")).toEqual([]);
  });
  test("a scan finds what stands only in the log, and leaves nothing beside the database", async () => {
    const root = tree({ "wal.db": database, "wal.db-wal": log });
    const events = await eventsOf(root, { isolation: "none" });
    const found = events.flatMap((event) =>
      event.type === "finding" && event.finding.infoType === "CN_MOBILE" ? [event.finding.path.slice(root.length + 1)] : [],
    );
    expect(found).toEqual(["wal.db"]);
    expect(events.filter((event) => event.type === "failure")).toEqual([]);
    expect(readFileSync(`${root}/wal.db`).equals(database)).toBe(true);
  });
});

describe("rollback journal", () => {
  // The header of a journal takes a sector; what is kept after a commit (journal_mode = PERSIST) has zeros there.
  const pages = Buffer.concat([Buffer.alloc(504), Buffer.alloc(4), Buffer.from("手机号 13800138000 的客户已删除"), Buffer.alloc(700)]);
  test.each(["d9d505f920a163d7", "0000000000000000"])("beginning with %s", async (begin) => {
    const bytes = Buffer.concat([Buffer.from(begin, "hex"), pages]);
    expect(await sqlite.accepts(await createProbe("a.db-journal", memorySource(bytes)))).toBe(true);
    expect((await withSiblings(bytes, {}, "a.db-journal")).join("")).toContain("手机号 13800138000 的客户已删除");
  });
  test("zeros of another name are none", async () => {
    const bytes = Buffer.concat([Buffer.alloc(8), pages]);
    expect(await sqlite.accepts(await createProbe("a.db", memorySource(bytes)))).toBe(false);
  });
  test("a run across two blocks is read whole", async () => {
    const bytes = Buffer.concat([Buffer.from("d9d505f920a163d7", "hex"), Buffer.alloc(1024 * 1024 + 64)]);
    bytes.write("13800138000", 1024 * 1024 - 5);
    expect((await withSiblings(bytes, {}, "a.db-journal")).join("")).toContain("13800138000");
  });
});

test.each([
  ["create table t (a, b int, constraint x primary key (a))", ["a", "b"], -1],
  ['CREATE TABLE "x y" ("a ""b" TEXT, [c d] integer primary key, `e` varchar(10,2) default (1,2), check (a > 0))', ['a "b', "c d", "e"], 1],
  ["create table t (a text, -- a, comment\n b /* , */ text, c as (a || b), d generated always as (a) stored)", ["a", "b", "d"], -1],
  ["create table t (a, b, c, primary key (c, a)) without rowid", ["c", "a", "b"], -1],
  ["create table t as select", [], -1],
])("columns of %s", (statement, names, rowId) => {
  expect(parseColumns(statement)).toEqual({ names, rowId });
});

describe("damage", () => {
  const plain = fixture("plain.db");
  test("pages that go in a circle are told once", async () => {
    const changed = Buffer.from(plain);
    // An interior page whose last child is itself.
    for (let page = 2; page * 1024 <= changed.length; page++) {
      const at = (page - 1) * 1024;
      if (changed[at] === 5) changed.writeUInt32BE(page, at + 8);
    }
    const result = await run(sqlite, memorySource(changed));
    expect(result.failures).toEqual(["corrupt file partial"]);
    expect(result.texts.join("")).toContain("13800130002");
  });
  test("a record that claims 2^63 bytes", async () => {
    const changed = Buffer.from(plain);
    const at = changed.indexOf("测试2", 0, "utf8");
    changed.fill(0xff, at - 12, at - 3);
    expect((await run(sqlite, memorySource(changed))).failures.length).toBeGreaterThan(0);
  });
  test("cut, bent and garbled databases", async () => {
    for (const failures of await endure(sqlite, plain, 16)) expect(failures.length).toBeGreaterThan(0);
    await endure(sqlite, fixture("wal.db-wal"), 32);
  });
});
