import { expect, test } from "vitest";
import { readRecycleRecord } from "../../src/util/recycleRecord.ts";

/** 2025-03-01T08:30:00.5Z in hundreds of nanoseconds since 1601. */
const time = 133_852_914_005_000_000n;
const deleted = "2025-03-01T08:30:00.500Z";

function index(version: bigint, path: string, size = 1234n, declared = path.length + 1): Buffer {
  const head = Buffer.alloc(24);
  head.writeBigUInt64LE(version, 0);
  head.writeBigUInt64LE(size, 8);
  head.writeBigUInt64LE(time, 16);
  if (version === 1n) {
    const name = Buffer.alloc(520, 0xee);
    name.write(`${path}\0`, "utf16le");
    return Buffer.concat([head, name]);
  }
  const length = Buffer.alloc(4);
  length.writeUInt32LE(declared);
  return Buffer.concat([head, length, Buffer.from(`${path}\0`, "utf16le")]);
}

function info2(recordSize: number, ...records: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(5, 0);
  head.writeUInt32LE(recordSize, 12);
  return Buffer.concat([head, ...records]);
}

function info2Record(recordSize: number, short: Buffer, wide: string, number: number): Buffer {
  const record = Buffer.alloc(recordSize);
  short.copy(record, 0);
  record.writeUInt32LE(number, 260);
  record.writeUInt32LE(3, 264);
  record.writeBigUInt64LE(time, 268);
  record.writeUInt32LE(4096, 276);
  if (recordSize >= 800) {
    record.write(wide, 280, "utf16le");
  }
  return record;
}

/** `D:\名单.xls` in code page 936. */
const shortName = Buffer.concat([Buffer.from("D:\\"), Buffer.from([0xc3, 0xfb, 0xb5, 0xa5]), Buffer.from(".xls")]);
const restored = Buffer.concat([Buffer.from([0]), shortName.subarray(1)]);

test("$I of Vista to 8, and of Windows 10", () => {
  const path = "D:\\资料\\客户名单.xlsx";
  const item = { stored: "$RABC123.xlsx", path, deleted, size: 1234 };
  expect(readRecycleRecord("$IABC123.xlsx", index(1n, path))).toEqual([item]);
  expect(readRecycleRecord("$IABC123.xlsx", index(2n, path))).toEqual([item]);
  // A declared length is not believed past the end.
  expect(readRecycleRecord("$IABC123.xlsx", index(2n, path, 1234n, 0xffffffff))).toEqual([item]);
});

test("INFO2 with and without the path in UTF-16; what was restored is left out", () => {
  const xp = info2(
    800,
    info2Record(800, shortName, "D:\\客户名单.xls", 1),
    info2Record(800, restored, "D:\\b.doc", 2),
    info2Record(800, shortName, "D:\\目录", 3),
  );
  expect(readRecycleRecord("INFO2", xp)).toEqual([
    { stored: "Dd1.xls", path: "D:\\客户名单.xls", deleted, size: 4096 },
    { stored: "Dd3", path: "D:\\目录", deleted, size: 4096 },
  ]);
  expect(readRecycleRecord("info2", info2(280, info2Record(280, shortName, "", 7)))).toEqual([
    { stored: "Dd7.xls", path: "D:\\名单.xls", deleted, size: 4096 },
  ]);
  expect(readRecycleRecord("INFO2", xp.subarray(0, 20 + 800 + 10))).toHaveLength(1);
});

test.each([
  ["[Trash Info]\nPath=/home/li/%E5%90%8D%E5%8D%95.xlsx\nDeletionDate=2025-03-01T16:30:00\n", "/home/li/名单.xlsx", "2025-03-01T16:30:00"],
  ["[Trash Info]\r\nDeletionDate=2025-03-01T16:30:00\r\nPath=a%20b%b5.txt\r\n", "a b\\xB5.txt", "2025-03-01T16:30:00"],
  ["[Trash Info]\nPath=first\nPath=second\nDeletionDate=yesterday\n[Other]\nDeletionDate=2025-03-01T16:30:00", "first", undefined],
])("trashinfo %#", (text, path, date) => {
  expect(readRecycleRecord("x.2.xlsx.trashinfo", Buffer.from(text))).toEqual([
    { stored: "../files/x.2.xlsx", path, deleted: date, size: undefined },
  ]);
});

test.each<[string, Buffer]>([
  ["$IABC.txt", Buffer.alloc(0)],
  ["$IABC.txt", index(2n, "D:\\a").subarray(0, 27)],
  ["$IABC.txt", index(3n, "D:\\a")],
  ["$IABC.txt", index(1n, "")],
  ["INFO2", Buffer.alloc(19)],
  ["INFO2", info2(0, Buffer.alloc(800))],
  ["INFO2", info2(0xffffffff, Buffer.alloc(800))],
  ["a.trashinfo", Buffer.from("Path=/x")],
  ["a.trashinfo", Buffer.from("[Trash Info]\n[Other]\nPath=/x")],
  ["desktop.ini", Buffer.from("[Trash Info]\nPath=/x")],
])("%s that is no record gives nothing (%#)", (name, bytes) => {
  expect(readRecycleRecord(name, bytes)).toEqual([]);
});

test("a time after 9999 is left out", () => {
  const bytes = index(2n, "D:\\a.txt", 0xffffffffffffffffn);
  bytes.writeBigUInt64LE(0xffffffffffffffffn, 16);
  expect(readRecycleRecord("$IA.txt", bytes)).toEqual([{ stored: "$RA.txt", path: "D:\\a.txt", deleted: undefined, size: undefined }]);
});
