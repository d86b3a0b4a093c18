import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { recycleRecord } from "../../src/format/recycleRecord.ts";
import { filesystem } from "../../src/source/filesystem.ts";

const top = realpathSync(mkdtempSync(join(tmpdir(), "zicha-bin-")));
afterAll(() => rmSync(top, { recursive: true, force: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(join(top, path, ".."), { recursive: true });
  writeFileSync(join(top, path), content);
}

/** `$I` of Windows 10: version 2, size, FILETIME of 2025-03-01T08:30:00.5Z, length, path. */
function index(path: string): Buffer {
  const head = Buffer.alloc(28);
  head.writeBigUInt64LE(2n, 0);
  head.writeBigUInt64LE(12n, 8);
  head.writeBigUInt64LE(133_852_914_005_000_000n, 16);
  head.writeUInt32LE(path.length + 1, 24);
  return Buffer.concat([head, Buffer.from(`${path}\0`, "utf16le")]);
}

test("gives what lies in recycle bins the names it had", async () => {
  const bin = "$RECYCLE.BIN/S-1-5-21-1-2-3-1001";
  write(`${bin}/$IAB.docx`, index("D:\\资料\\[机密]规划.docx"));
  write(`${bin}/$RAB.docx`, "x");
  write(`${bin}/$ICD`, index("D:\\旧项目"));
  write(`${bin}/$RCD/sub/名单.xlsx`, "x");
  write(".Trash-1000/info/名单.csv.trashinfo", "[Trash Info]\nPath=%E5%AE%A2%E6%88%B7/a.csv\nDeletionDate=2025-03-01T16:30:00\n");
  write(".Trash-1000/files/名单.csv", "x");
  write("elsewhere/$IXY.txt", index("D:\\nothing.txt"));
  write("elsewhere/$RXY.txt", "x");
  const found = new Map<string, unknown>();
  const options = { include: [], exclude: [], follow: false, oneFileSystem: false, network: false, own: [], systemRoot: "/nowhere" };
  for await (const batch of filesystem.walk(top, 0, options, new AbortController().signal)) {
    for (const one of batch)
      if (one.type === "entry" && one.entry.recycled !== undefined) found.set(one.entry.path.slice(top.length + 1), one.entry.recycled);
  }
  const deleted = "2025-03-01T08:30:00.500Z";
  expect(Object.fromEntries(found)).toEqual({
    [`${bin}/$RAB.docx`]: { path: "D:\\资料\\[机密]规划.docx", deleted },
    [`${bin}/$RCD/sub/名单.xlsx`]: { path: "D:\\旧项目\\sub\\名单.xlsx", deleted },
    ".Trash-1000/files/名单.csv": { path: "客户/a.csv", deleted: "2025-03-01T16:30:00" },
  });
});

test("reads the records themselves, and nothing that is only named like one", () => {
  const probe = (name: string, head: Buffer): boolean | Promise<boolean> =>
    recycleRecord.accepts({ name, head, members: () => Promise.resolve(new Set<string>()) });
  expect(probe("$IAB.docx", index("D:\\资料\\a.docx"))).toBe(true);
  expect(probe("IAB.docx", index("D:\\资料\\a.docx"))).toBe(false);
  expect(probe("$IAB.docx", Buffer.from("plain text that is long enough to be a record"))).toBe(false);
});
