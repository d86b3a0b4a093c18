import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mbox } from "../../src/format/mbox.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import type { ByteSource } from "../../src/model/entry.ts";
import { eventsOf, tree } from "../scan/support.ts";
import { endure } from "./hostile.ts";
import { entryOf, limitedBudget, run } from "./support.ts";

const folder = readFileSync(new URL("../../fixtures/mail/folder.mbox", import.meta.url));

test("each message is a member", async () => {
  expect(await mbox.accepts(await createProbe("Inbox", memorySource(folder)))).toBe(true);
  const result = await run(mbox, memorySource(folder));
  expect(Object.keys(result.members)).toEqual(["1.eml", "2.eml", "3.eml"]);
  expect(result.members["2.eml"]).toMatch(/^From: =\?utf-8/);
  expect(result.failures).toEqual([]);
});

test.each([
  [
    "Thunderbird",
    "From - Thu Nov 26 01:00:00 2026\nX-Mozilla-Status: 0001\nFrom: a@b\n\nFrom here on text\n\nFrom - \nFrom: c@d\n\nx\n",
    2,
  ],
  ["a sender alone", "From a@b.example\nFrom: a@b\n\nx\nFrom b@b.example\nFrom: a@b\n\ny\n", 2],
  [
    "Foxmail",
    `${"\x10".repeat(7)}${"\x11".repeat(6)}S\r\nFrom: a@b\r\n\r\nx\r\n${"\x10".repeat(7)}${"\x11".repeat(6)}S\r\nFrom: c@d\r\n\r\ny`,
    2,
  ],
])("%s", async (_, text, count) => {
  const bytes = Buffer.from(text, "latin1");
  expect(await mbox.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  expect(Object.keys((await run(mbox, memorySource(bytes))).members).length).toBe(count);
});

test("a letter is no folder", async () => {
  const bytes = Buffer.from("From 10:00 on Monday 2026 we meet\nplease come\n");
  expect(await mbox.accepts(await createProbe("x", memorySource(bytes)))).toBe(false);
});

test("no message is lost or joined wherever the reading steps fall", async () => {
  const one = (number: number): string => `From a@b Thu Nov 26 01:00:00 2026\nSubject: ${number}\n\n${"x".repeat(number % 977)}\n`;
  const text = Array.from({ length: 2000 }, (_, index) => one(index)).join("");
  const result = await run(mbox, memorySource(Buffer.from(text)));
  const names = Object.keys(result.members);
  expect(names.length).toBe(2000);
  for (const [index, name] of names.entries()) {
    expect(result.members[name]).toBe(`Subject: ${index}\n\n${"x".repeat(index % 977)}\n`);
  }
});

test("a folder larger than memory is read in a few megabytes", async () => {
  const block = Buffer.from(`From a@b Thu Nov 26 01:00:00 2026\nSubject: x\n\n${"long line of text\n".repeat(3600)}`);
  const size = block.length * 4000;
  const endless: ByteSource = {
    size,
    seekable: true,
    read(into, offset) {
      let filled = 0;
      while (filled < into.length && offset + filled < size) {
        const part = block.subarray((offset + filled) % block.length).subarray(0, Math.min(into.length - filled, size - offset - filled));
        into.set(part, filled);
        filled += part.length;
      }
      return Promise.resolve(filled);
    },
    close: () => Promise.resolve(),
  };
  let messages = 0;
  let most = 0;
  const start = process.memoryUsage();
  const items = mbox.extract({
    entry: entryOf("x", size),
    bytes: endless,
    budget: limitedBudget(),
    passwords: [],
    signal: new AbortController().signal,
  });
  for await (const item of items) {
    if (item.type === "member") messages++;
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    most = Math.max(most, heapUsed + arrayBuffers - start.heapUsed - start.arrayBuffers);
  }
  expect(messages).toBe(4000);
  // 260 MB of mail; what is not collected yet counts too.
  expect(most).toBeLessThan(130 * 1024 * 1024);
});

test("messages of a folder end in the ledger with what they hold", async () => {
  const root = tree({ "folder.mbox": folder });
  const events = await eventsOf(root, { isolation: "none" });
  const found = events.flatMap((event) =>
    event.type === "finding" && event.finding.infoType === "CN_MOBILE" ? [event.finding.path.slice(root.length + 1)] : [],
  );
  expect(found).toEqual(["folder.mbox!/1.eml", "folder.mbox!/2.eml", "folder.mbox!/3.eml"]);
  expect(events.filter((event) => event.type === "entry-end").length).toBe(4);
});

test("cut, bent and garbled folders", async () => {
  await endure(mbox, folder, 40);
});
