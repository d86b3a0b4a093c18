import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { rpm } from "../../src/format/rpm.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { eventsOf, tree } from "../scan/support.ts";
import { endure } from "./hostile.ts";
import { limitedBudget, run } from "./support.ts";

const bytes = readFileSync(new URL("../../fixtures/archive/package.rpm", import.meta.url));

test("what the header says, and the archive behind it", async () => {
  expect(await rpm.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  const result = await run(rpm, memorySource(bytes));
  expect(result.texts.join("")).toContain(
    "summary: 测试软件包\ndescription: 说明文字\nbuild host: host.example\npackager: 张三 <zhangsan@example.com>",
  );
  expect(Object.keys(result.memberBytes)).toEqual(["payload"]);
  expect(Buffer.from(result.memberBytes["payload"] ?? []).toString("latin1", 1, 6)).toBe("7zXZ\0");
  expect(result.failures).toEqual([]);
});

test("a scan finds what stands in a file of the package", async () => {
  const root = tree({ "a.rpm": bytes });
  const events = await eventsOf(root, { isolation: "none" });
  const found = events.flatMap((event) =>
    event.type === "finding" ? [`${event.finding.infoType} ${event.finding.path.slice(root.length)}`] : [],
  );
  expect(found).toContain("CN_RESIDENT_ID /a.rpm!/payload!/payload!/./usr/share/renmin/名单.txt");
  expect(events.filter(({ type }) => type === "failure")).toEqual([]);
});

test("a header that claims more than is held, and one of a count that is a lie", async () => {
  const changed = Buffer.from(bytes);
  changed.writeUInt32BE(0x7fff_ffff, 96 + 12);
  expect((await run(rpm, memorySource(changed))).failures).toEqual(["corrupt file whole"]);
  const many = Buffer.from(bytes);
  const header = bytes.indexOf(Buffer.from("8eade801", "hex"), 100);
  for (let at = header + 16; many.readUInt32BE(at) <= 1082; at += 16)
    if (many.readUInt32BE(at) === 1015) many.writeUInt32BE(0xffff_ffff, at + 12);
  const result = await run(rpm, memorySource(many));
  expect(result.texts.join("")).toContain("packager: 张三");
});

test("limits, and what is cut, bent and garbled", async () => {
  expect((await run(rpm, memorySource(bytes), { budget: limitedBudget({ members: 0 }) })).failures).toEqual(["too-large file partial"]);
  await endure(rpm, bytes, 4);
  expect((await run(rpm, memorySource(bytes.subarray(0, 400)))).failures).toEqual(["corrupt file whole"]);
}, 120_000);
