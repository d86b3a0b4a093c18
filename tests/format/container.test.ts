import { expect, test } from "vitest";
import { container } from "../../src/format/container.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { textless } from "../../src/format/textless.ts";
import { run } from "./support.ts";

const filled = (parts: readonly (readonly [at: number, text: string])[], size = 1024): Buffer => {
  const bytes = Buffer.alloc(size);
  for (const [at, text] of parts) bytes.write(text, at, "latin1");
  return bytes;
};

test.each([
  ["x.lzh", "LHA archive", filled([[0, "\x24\x20-lh5-"]])],
  ["x", "ARJ archive", filled([[0, "\x60\xea\x2b\x00\x22\x0b"]])],
  ["x.doc", "ACE archive", filled([[7, "**ACE**"]])],
  ["x", "StuffIt archive", filled([[0, "SIT!\0\x01\0\0\x01\0rLau"]])],
  ["x.sit", "StuffIt archive", filled([[0, "StuffIt (c)1997-2002 Aladdin Systems"]])],
  [
    "x.zoo",
    "ZOO archive",
    filled([
      [0, "ZOO 2.10 Archive.\x1a"],
      [20, "\xdc\xa7\xc4\xfd"],
    ]),
  ],
  ["install.wim", "Windows image (WIM)", filled([[0, "MSWIM\0\0\0"]])],
  ["x.vhd", "virtual disc (VHD)", filled([[0, "conectix"]])],
  ["fixed.vhd", "disc image (dmg or VHD)", filled([[512, "conectix"]])],
  ["x.vhdx", "virtual disc (VHDX)", filled([[0, "vhdxfile"]])],
  ["x.vmdk", "virtual disc (VMDK)", filled([[0, "KDMV\x01\0\0\0"]])],
  ["x.qcow2", "virtual disc (QCOW)", filled([[0, "QFI\xfb\0\0\0\x03"]])],
  [
    "x.dmg",
    "disc image (dmg or VHD)",
    filled([
      [0, "BZh91AY&SY"],
      [512, "koly\0\0\0\x04"],
    ]),
  ],
] as const)("%s: %s is told, never without text", async (name, kind, bytes) => {
  const source = memorySource(bytes);
  expect(await container.accepts(await createProbe(name, source))).toBe(true);
  expect(textless(bytes, bytes.length)).toBe(undefined);
  const details: string[] = [];
  const items = container.extract({
    entry: { path: name, key: name, root: 0, size: bytes.length, modified: undefined, stamp: undefined, depth: 0 },
    bytes: source,
    budget: { take: () => true },
    passwords: [],
    signal: new AbortController().signal,
  });
  for await (const item of items) if (item.type === "failure") details.push(`${item.failure.code} ${item.failure.detail}`);
  expect(details).toEqual([`unsupported-format ${kind}: unpack it and scan what it holds`]);
});

test.each([
  ["a.txt", "-lh5 is no archive"],
  ["a.txt", "ZOO tickets"],
  ["a.txt", "SIT! said the man"],
  ["a.dmg", "no image"],
  ["a.txt", "`\xea 中"],
])("%s %j is none", async (name, text) => {
  expect(await container.accepts(await createProbe(name, memorySource(Buffer.from(text, "utf8"))))).toBe(false);
});

test("an empty file is none", async () => {
  expect((await run(container, memorySource(new Uint8Array(0)))).failures).toEqual(["unsupported-format file whole"]);
});
