import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { eventsOf, tree } from "../scan/support.ts";
import { zipOf } from "./zipWriter.ts";

const whole = zipOf([
  { name: "甲.txt", data: "手机号 13800138000\n", stored: true },
  { name: "b.txt", data: `${"x".repeat(300)} 手机号 13800138001\n`, stored: true },
  { name: "c.txt", data: "手机号 13800138002\n", stored: true },
]);

/** The archive in two volumes, as Info-ZIP splits it: offsets count from the begin of their volume. */
function spanned(cut: number): readonly [Buffer, Buffer] {
  const bytes = Buffer.from(whole);
  const end = bytes.lastIndexOf("PK\x05\x06", -1, "latin1");
  let at = bytes.readUInt32LE(end + 16);
  bytes.writeUInt16LE(1, end + 4);
  bytes.writeUInt16LE(1, end + 6);
  bytes.writeUInt32LE(at - cut, end + 16);
  for (; bytes.readUInt32LE(at) === 0x02014b50; at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30)) {
    const offset = bytes.readUInt32LE(at + 42);
    if (offset < cut) continue;
    bytes.writeUInt16LE(1, at + 34);
    bytes.writeUInt32LE(offset - cut, at + 42);
  }
  return [bytes.subarray(0, cut), bytes.subarray(cut)];
}

async function scanned(files: Readonly<Record<string, Uint8Array>>): Promise<{ found: string[]; failures: string[] }> {
  const root = tree(files);
  const events = await eventsOf(root, { isolation: "none" });
  return {
    found: events.flatMap((event) =>
      event.type === "finding" && event.finding.infoType === "CN_MOBILE" ? [event.finding.path.slice(root.length + 1)] : [],
    ),
    failures: events.flatMap((event) =>
      event.type === "failure" ? [`${event.failure.code} ${event.failure.path.slice(root.length + 1)}: ${event.failure.detail}`] : [],
    ),
  };
}

/** Bytes that are nothing a reader knows. */
const noise = Buffer.concat(Array.from({ length: 20 }, (_, index) => createHash("sha256").update(String(index)).digest()));

const cut = 200;
const [first, last] = spanned(cut);

test("volumes of a zip archive are read in one, once", async () => {
  const inside = ["甲.txt", "b.txt", "c.txt"];
  expect(await scanned({ "x.z01": first, "x.zip": last })).toEqual({ found: inside.map((name) => `x.zip!/${name}`), failures: [] });
  expect(await scanned({ "x.zip.001": whole.subarray(0, cut), "x.zip.002": whole.subarray(cut) })).toEqual({
    found: inside.map((name) => `x.zip.001!/${name}`),
    failures: [],
  });
});

test("a missing volume is named, and what is here is read", async () => {
  const without = await scanned({ "x.zip": last });
  expect(without.failures).toContain("not-found x.zip: volume x.z01 of the archive is not here");
  expect(without.found).toEqual(["x.zip!/c.txt"]);
  const head = await scanned({ "x.zip.001": whole.subarray(0, cut) });
  expect(head.failures).toContain("not-found x.zip.001: volume x.zip.002 of the archive is not here");
  expect(head.found).toEqual(["x.zip.001!/甲.txt"]);
  expect((await scanned({ "x.z01": first })).failures).toContain(
    "not-found x.z01: last volume x.zip of the archive is not here or not examined",
  );
  expect((await scanned({ "x.7z.002": noise })).failures).toEqual([
    "not-found x.7z.002: volume x.7z.001 is not here or not examined, or this is no volume",
  ]);
});

test("a name alone makes nothing a volume", async () => {
  const { failures } = await scanned({ "x.001": Buffer.from("no archive, a text"), "x.002": noise });
  expect(failures).toEqual(["unsupported-format x.002: no volume of an archive"]);
});
