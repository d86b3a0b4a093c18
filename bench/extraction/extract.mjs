// One extraction in a process of its own: prints its CPU (user + sys, start-up left out, lazy imports counted), peak memory and characters told.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";

const [, , tool, file] = process.argv;

const tools = {
  mammoth: async () => (await (await import("mammoth")).default.extractRawText({ path: file })).value.length,
  sheetjs: async () => {
    const { read, utils } = await import("xlsx");
    const book = read(readFileSync(file), { dense: true });
    return book.SheetNames.reduce((sum, name) => sum + utils.sheet_to_csv(book.Sheets[name]).length, 0);
  },
  zicha: async () => {
    const { createProbe } = await import("../../dist/format/probe.js");
    const { extractors } = await import("../../dist/format/registry.js");
    const { createBudget, defaultLimits } = await import("../../dist/scan/limits.js");
    const descriptor = openSync(file);
    const { size } = fstatSync(descriptor);
    const bytes = {
      size,
      seekable: true,
      read: async (into, offset) => readSync(descriptor, into, 0, into.length, offset),
      close: async () => closeSync(descriptor),
    };
    const probe = await createProbe(file, bytes);
    const entry = { path: file, key: file, root: 0, size, modified: undefined, stamp: undefined, depth: 0 };
    let told = 0;
    for (const extractor of extractors) {
      if (!(await extractor.accepts(probe))) continue;
      const input = { entry, bytes, budget: createBudget(defaultLimits, size), passwords: [], signal: new AbortController().signal };
      for await (const item of extractor.extract(input)) {
        if (item.type === "failure") throw new Error(`${item.failure.code}: ${item.failure.detail}`);
        if (item.type === "chunk") told += item.chunk.content.bytes.toString("utf8").length;
      }
      break;
    }
    return told;
  },
};

const before = process.cpuUsage();
const characters = await tools[tool]();
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ cpu: (user + system) / 1e6, memory: process.resourceUsage().maxRSS / 1024, characters }));
