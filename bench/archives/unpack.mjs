// Unpacks an archive, and what is an archive in it, with the readers of the product and drops what comes out: prints CPU (user + sys, start-up left
// out, lazy imports counted), peak memory and bytes.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const [, , file] = process.argv;
const { createProbe } = await import("../../dist/format/probe.js");
const { extractors } = await import("../../dist/format/registry.js");
const { createBudget, defaultLimits } = await import("../../dist/scan/limits.js");
/** Readers whose members are what counts here; of all else the bytes are read. */
const archives = new Set(["zip", "7z", "rar", "cab", "gz", "bz2", "xz", "zst", "lzma", "tar", "cpio", "ar", "iso"]);

const descriptor = openSync(file);
const { size } = fstatSync(descriptor);
const budget = createBudget({ ...defaultLimits, inflatedBytes: 2 ** 40 }, size);
const signal = new AbortController().signal;
const block = new Uint8Array(256 * 1024);
let out = 0;

async function unpack(entry, bytes) {
  const probe = await createProbe(entry.path, bytes);
  for (const extractor of extractors) {
    if (!archives.has(extractor.id) || !(await extractor.accepts(probe))) continue;
    for await (const item of extractor.extract({ entry, bytes, budget, passwords: [], signal })) {
      if (item.type === "failure") throw new Error(`${item.failure.code}: ${item.failure.detail}`);
      if (item.type === "member") await unpack(item.entry, await item.open());
    }
    return;
  }
  for (let at = 0; ;) {
    const count = await bytes.read(block, at);
    at += count;
    if (count < block.length) {
      out += at;
      return;
    }
  }
}

const before = process.cpuUsage();
await unpack(
  { path: file, key: file, root: 0, size, modified: undefined, stamp: undefined, depth: 0 },
  {
    size,
    seekable: true,
    read: async (into, offset) => readSync(descriptor, into, 0, into.length, offset),
    close: async () => closeSync(descriptor),
  },
);
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ cpu: (user + system) / 1e6, memory: process.resourceUsage().maxRSS / 1024, bytes: out }));
