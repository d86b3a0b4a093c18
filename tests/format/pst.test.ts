import { expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { pst } from "../../src/format/pst.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { encode } from "../../src/util/encode.ts";
import { eventsOf, tree } from "../scan/support.ts";
import { endure } from "./hostile.ts";
import { pstOf } from "./pstWriter.ts";
import type { Property } from "./pstWriter.ts";
import { run } from "./support.ts";

const wide = (id: number, text: string): Property => [id, 0x1f, Buffer.from(text, "utf16le")];
const narrow = (id: number, text: string): Property => [id, 0x1e, Buffer.from(encode(text, "gb18030") ?? [])];
const number = (id: number, value: number): Property => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return [id, 3, bytes];
};
const reference = Buffer.alloc(8);
reference.writeUInt32LE(0x24, 0);

const store = pstOf([
  { id: 0x122, parent: 0x122, properties: [wide(0x3001, "")] },
  { id: 0x142, parent: 0x122, properties: [wide(0x3001, "收件箱")] },
  { id: 0x162, parent: 0x142, properties: [wide(0x3001, "客户/往来")] },
  { id: 0x182, parent: 0x122, properties: [wide(0x3001, "已删除邮件")] },
  {
    id: 0x2004,
    parent: 0x162,
    properties: [wide(0x0037, "\x01\x01客户名单"), wide(0x1000, "正文 13800138000")],
    subnodes: [
      { id: 0x25, properties: [wide(0x3707, "名单.csv"), [0x3701, 0x102, Buffer.from("测试甲,13800138001")]] },
      {
        id: 0x45,
        properties: [wide(0x3001, "内层"), [0x3701, 0x0d, reference]],
        subnodes: [{ id: 0x24, properties: [wide(0x0037, "内层"), wide(0x1000, "内层正文 13800138002")] }],
      },
    ],
  },
  { id: 0x2024, parent: 0x182, properties: [number(0x3ffd, 936), narrow(0x0037, "删除的邮件"), narrow(0x1000, "旧正文 13800138003")] },
]);

test("items stand under the paths of their folders", async () => {
  expect(await pst.accepts(await createProbe("x", memorySource(store)))).toBe(true);
  const result = await run(pst, memorySource(store));
  expect(Object.keys(result.members)).toEqual(["收件箱/客户 往来/客户名单.msg", "已删除邮件/删除的邮件.msg"]);
  expect(result.failures).toEqual([]);
});

test("a scan reads bodies, attachments and messages in messages", async () => {
  const root = tree({ "mail.pst": store });
  const events = await eventsOf(root, { isolation: "none" });
  const found = events.flatMap((event) =>
    event.type === "finding" && event.finding.infoType === "CN_MOBILE" ? [event.finding.path.slice(root.length + 1)] : [],
  );
  expect(found.toSorted()).toEqual(
    [
      "mail.pst!/收件箱/客户 往来/客户名单.msg",
      "mail.pst!/收件箱/客户 往来/客户名单.msg!/内层.msg",
      "mail.pst!/收件箱/客户 往来/客户名单.msg!/名单.csv",
      "mail.pst!/已删除邮件/删除的邮件.msg",
    ].toSorted(),
  );
  expect(events.filter((event) => event.type === "failure")).toEqual([]);
});

test("a lost block costs its item only", async () => {
  const bytes = Buffer.from(store);
  // The second item's block is told to lie behind the end.
  for (let at = 1536; at < 1536 + 24 * 12; at += 24) if (bytes.readUInt32LE(at) === 12 * 4) bytes.writeUInt32LE(0x7fffffff, at + 8);
  const result = await run(pst, memorySource(bytes));
  expect(Object.keys(result.members).length + result.failures.length).toBeGreaterThan(1);
});

test("another encoding is told", async () => {
  const bytes = Buffer.from(store);
  bytes[513] = 9;
  expect((await run(pst, memorySource(bytes))).failures).toEqual(["unsupported-format file whole"]);
});

test("cut, bent and garbled stores, and pages that go in a circle", async () => {
  await endure(pst, store, 12);
  const bytes = Buffer.from(store);
  bytes[1024 + 491] = 1;
  bytes.writeUInt32LE(1024, 1024 + 16);
  expect((await run(pst, memorySource(bytes))).failures.length).toBeGreaterThan(0);
});
