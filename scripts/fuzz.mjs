// Damages fixtures and reads them with the built program in a worker: `npm run fuzz -- doc --minutes 10`. docs/fuzzing.md says more.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";

import { mutate } from "./fuzz/mutate.mjs";
import { Random } from "./fuzz/random.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = new URL("../dist/", import.meta.url);
const { loadPacks } = await import(new URL("rulepack/load.js", dist).href);
const { extractors } = await import(new URL("format/registry.js", dist).href);
const { defaultLimits } = await import(new URL("scan/limits.js", dist).href);

/** Readers that share their hard part, by a name of their own; any id of an extractor is a group of one. */
const groups = {
  "zip+xml": ["zip", "docx", "xlsx", "pptx", "xlsb", "odf", "ofd", "xml"],
  cfb: ["ole2", "doc", "xls", "ppt", "msg"],
  biff: ["xls", "xlsb"],
  mail: ["eml", "mbox", "msg", "tnef", "vcard"],
  archive: [
    "tar",
    "gz",
    "bz2",
    "xz",
    "zst",
    "lzma",
    "lz4",
    "7z",
    "rar",
    "zip",
    "cab",
    "cpio",
    "ar",
    "rpm",
    "iso",
    "chm",
    "warc",
    "self-extractor",
  ],
  book: ["epub", "vsdx", "xps", "ipynb"],
  database: ["sqlite", "mdb", "dbf", "dbf-memo"],
  all: extractors.map(({ id }) => id),
};

/** Processor milliseconds for one damaged fixture; the sound ones take some tens. Wall time says little on a busy machine. */
const CPU = 10_000;
/** Wall milliseconds after which a reader that waits for nothing is ended. */
const WALL = 180_000;
/** Bytes of a fixture that is worth damaging thousands of times. */
const LARGEST = 400 * 1024;
/** Resident bytes at which the worker is started anew between two inputs, so that each begins from the same. */
const RECYCLE = 520 * 1024 * 1024;
/** Kept of each kind of fault; the rest is counted. */
const KEPT = 3;

const usage = `usage: npm run fuzz -- READER [--minutes N] [--seed S] [--out DIRECTORY] [--seeds DIRECTORY] [--only ITERATION]
       npm run fuzz -- --input FILE
READER: ${Object.keys(groups).join(", ")}, or one of ${groups.all.join(", ")}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
    seeds: { type: "string", multiple: true, default: [] },
    only: { type: "string" },
    input: { type: "string" },
  },
});

const say = (text) => process.stdout.write(`${text}\n`);

/** One worker at a time, started anew after a fault and when it has grown. */
class Bench {
  #worker;
  #setup;
  #next = 0;

  constructor(setup) {
    this.#setup = setup;
  }

  async #start() {
    const worker = new Worker(new URL("fuzz/worker.mjs", import.meta.url), {
      workerData: { setup: this.#setup },
      resourceLimits: { maxOldGenerationSizeMb: 640 },
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    return worker;
  }

  async close() {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** What became of one input: `fault` is undefined where all that went wrong is said in words a user can act on. */
  async examine(name, bytes) {
    if (this.#worker !== undefined && process.memoryUsage.rss() > RECYCLE) await this.close();
    this.#worker ??= await this.#start();
    const worker = this.#worker;
    const id = this.#next++;
    const cpu = process.cpuUsage();
    const begun = performance.now();
    let highest = 0;
    let done;
    const answer = new Promise((resolve) => {
      done = resolve;
    });
    const onMessage = (message) => message.id === id && done({ message });
    const onError = (error) =>
      done({ fault: error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory: heap" : `crash: ${error.name} ${error.code ?? ""}` });
    const onExit = (code) => done({ fault: `crash: the worker ended with ${code}` });
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.on("exit", onExit);
    const watch = setInterval(() => {
      const rss = process.memoryUsage.rss();
      highest = Math.max(highest, rss);
      const used = process.cpuUsage(cpu);
      if ((used.user + used.system) / 1000 > CPU) done({ fault: "hang: processor time" });
      else if (performance.now() - begun > WALL) done({ fault: "hang: waits" });
      else if (rss > defaultLimits.processMemory) done({ fault: "memory: resident" });
    }, 20);
    worker.postMessage({ id, name, bytes: new Uint8Array(bytes) });
    const { message, fault } = await answer;
    clearInterval(watch);
    worker.off("message", onMessage);
    worker.off("error", onError);
    worker.off("exit", onExit);
    const used = process.cpuUsage(cpu);
    const measured = { cpu: Math.round((used.user + used.system) / 1000), highest };
    if (fault !== undefined) {
      await this.close();
      return { ...measured, fault };
    }
    const internal = message.failures.find(({ code }) => code === "internal");
    const told =
      message.thrown === undefined
        ? internal && `internal: ${internal.detail}`
        : `thrown: ${message.thrown.split("\n").slice(0, 2).join(" ")}`;
    return { ...measured, ...message, ...(told === undefined ? {} : { fault: told }) };
  }

  /** The same input again in a worker of its own: what is not seen twice was the machine's. */
  async confirm(name, bytes) {
    await this.close();
    return this.examine(name, bytes);
  }
}

function filesBelow(directory) {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => {
      const stat = statSync(path);
      return stat.isFile() && stat.size > 0 && stat.size <= LARGEST;
    })
    .toSorted();
}

/** Fixtures by the id of the reader that takes them. */
async function sortSeeds(bench, wanted) {
  const seeds = [];
  for (const path of [join(root, "fixtures"), ...values.seeds].flatMap(filesBelow)) {
    const bytes = readFileSync(path);
    const { format, fault } = await bench.examine(basename(path), bytes);
    if (fault !== undefined) say(`the fixture ${relative(root, path)} itself: ${fault}`);
    if (wanted.has(format)) seeds.push({ path, bytes, format });
  }
  return seeds;
}

async function main() {
  const reader = positionals[0] ?? "";
  const { packs: _, ...packs } = await loadPacks([join(root, "rules")], { disabled: [] });
  const bench = new Bench({
    packs: { rules: packs.rules, tables: packs.tables },
    limits: defaultLimits,
    passwords: [],
    key: new Uint8Array(32).fill(7),
    showValues: false,
    kernel: "wasm",
    started: "2026-01-01T00:00:00Z",
  });
  try {
    if (values.input !== undefined) {
      const { failures, ...rest } = await bench.examine(basename(values.input), readFileSync(values.input));
      say(JSON.stringify({ ...rest, failures: failures?.slice(0, 20) }));
      return rest.fault === undefined ? 0 : 1;
    }
    const ids = groups[reader] ?? (groups.all.includes(reader) ? [reader] : undefined);
    if (ids === undefined) {
      say(usage);
      return 2;
    }
    return await fuzz(bench, reader, new Set(ids));
  } finally {
    await bench.close();
  }
}

async function fuzz(bench, reader, wanted) {
  const seed = Number(values.seed);
  const seeds = await sortSeeds(bench, wanted);
  if (seeds.length === 0) {
    say(`no fixture for ${reader}: give some with --seeds DIRECTORY`);
    return 2;
  }
  const out = values.out ?? mkdtempSync(join(tmpdir(), "zicha-fuzz-"));
  mkdirSync(out, { recursive: true });
  const found = new Map();
  const codes = new Map();
  const end = performance.now() + Number(values.minutes) * 60_000;
  let slowest = { cpu: 0, iteration: -1 };
  let inputs = 0;
  for (let iteration = Number(values.only ?? 0); performance.now() < end; iteration++) {
    const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(iteration + 1, 0x85ebca6b));
    const source = random.pick(seeds);
    const told = [];
    const bytes = mutate(source.bytes, random, told);
    const name = basename(source.path);
    const result = await bench.examine(name, bytes);
    inputs++;
    if (result.cpu > slowest.cpu) slowest = { cpu: result.cpu, iteration };
    for (const code of new Set((result.failures ?? []).map((failure) => failure.code))) codes.set(code, (codes.get(code) ?? 0) + 1);
    if (result.fault !== undefined) {
      const times = (found.get(result.fault) ?? 0) + 1;
      found.set(result.fault, times);
      if (times <= KEPT || values.only !== undefined) {
        const again = await bench.confirm(name, bytes);
        if (again.fault === undefined && !result.fault.startsWith("internal")) found.delete(result.fault);
        const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
        const kept = join(out, `${reader.replaceAll("+", "-")}-${hash}-${name}`);
        writeFileSync(kept, bytes);
        say(
          `${result.fault}${again.fault === undefined ? " (not again)" : ""}\n  npm run fuzz -- ${reader} --seed ${seed} --only ${iteration}   # ${relative(root, source.path)}, ${told.join(" ").slice(0, 200)}\n  kept as ${kept}`,
        );
      }
    }
    if (values.only !== undefined) {
      const { failures: _, ...rest } = result;
      say(`${JSON.stringify(rest)} ${told.join(" ")}`);
      break;
    }
  }
  const list = (map) => [...map].toSorted((a, b) => b[1] - a[1]).map(([key, count]) => `${key} ${count}`);
  say(
    `${reader}: ${inputs} inputs from ${seeds.length} fixtures in ${values.minutes} min, seed ${seed}; slowest ${slowest.cpu} ms at ${slowest.iteration}; failures said: ${list(codes).join(", ") || "none"}`,
  );
  for (const line of list(found)) say(`  found: ${line}`);
  return found.size > 0 ? 1 : 0;
}

process.exitCode = await main();
