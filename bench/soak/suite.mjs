import { fork } from "node:child_process";
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { measure } from "../shared/measure.mjs";
import { table } from "../shared/table.mjs";
import { Digests } from "./digest.mjs";
import { ChangingTree } from "./tree.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const bin = here("../../bin/zicha.mjs");
const SEED = 20261127;
/** Scans after which memory, descriptors and threads are expected to stay as they are. */
const WARM = 12;
/** Of how many scans one is broken off, one is done by the plain kernel, and one is compared with a new process that has a state. */
const ABORTED = 7;
const PLAIN = 11;
const FRESH = 5;
/** By how much memory may be more in the last quarter than in the second: a share and MiB, since an allocator is never quite still. */
const MORE_SHARE = 0.1;
const MORE_MIB = 16;
const MIB = 1024 * 1024;

/**
 * One folder whose files change between scans, scanned again and again in one process with another number of workers each time: whatever is
 * said of a content must always be the same, also by a new process with a state, and memory, descriptors and threads must stay as they are.
 */
export async function run({ dir, minutes }) {
  mkdirSync(dir, { recursive: true });
  const place = mkdtempSync(join(dir, "soak-"));
  const root = join(place, "tree");
  const tree = new ChangingTree(root, SEED);
  const child = fork(here("scans.mjs"), [root, join(place, "key")], { execArgv: ["--expose-gc"] });
  const known = new Map();
  const faults = [];
  const rounds = [];
  const stop = Date.now() + minutes * 60_000;
  let [said, aborted] = [Date.now(), 0];
  const states = [];
  try {
    for (let round = 1; Date.now() < stop && faults.length < 10; round++) {
      if (round % ABORTED === 0) {
        const one = await ask(child, { jobs: 2, abortAfter: 200 + ((round * 131) % 900) });
        aborted++;
        if (sumOf(one.ledger) !== one.ledger.entries) faults.push(`scan ${round}, broken off: the ledger's sums differ`);
      }
      const how = { jobs: 1 + (round % 3), kernel: round % PLAIN === 0 ? "ts" : "wasm" };
      const one = await ask(child, how);
      rounds.push(one);
      const say = (text) => faults.push(`scan ${round} (${how.jobs} workers, ${how.kernel}): ${text}`);
      if (!one.complete) say("not complete");
      compare(one.files, tree, known, say);
      if (round % FRESH === 0) {
        const out = join(place, "out.ndjson");
        const state = join(place, "state");
        const args = [
          "scan",
          root,
          "--state",
          state,
          "--key-file",
          join(place, "key"),
          "-f",
          `ndjson=${out}`,
          "--list-examined",
          "--fail-on",
          "never",
        ];
        const { code } = await measure(process.execPath, [bin, ...args]);
        if (code !== 0 && code !== 3) say(`a new process ended with ${code}`);
        compare(await digestsOf(out), tree, known, (text) => say(`a new process with a state: ${text}`));
        states.push(sizeOf(state) / MIB);
      }
      tree.change();
      if (Date.now() - said > 60_000) {
        said = Date.now();
        process.stderr.write(`${round} scans, ${Math.ceil((stop - said) / 60_000)} minutes left, ${one.memory.toFixed(0)} MiB\n`);
      }
    }
  } finally {
    child.kill();
  }
  const cpu = rounds.reduce((sum, one) => sum + one.cpu, 0) / rounds.length;
  const rows = [
    ["scans", rounds.length, `${aborted} more broken off; ${cpu.toFixed(2)} CPU s each`],
    ["contents", known.size, `of each the same said by all, in ${rounds.reduce((sum, { ledger }) => sum + ledger.entries, 0)} entries`],
  ];
  const flat = (what, values, unit, most) => {
    const [second, last] = [1, 3].map((at) =>
      median(values.slice(Math.floor((at * values.length) / 4), Math.floor(((at + 1) * values.length) / 4))),
    );
    if (last === undefined || second === undefined) return;
    if (last > most(second)) faults.push(`${what} rose from ${second.toFixed(1)} to ${last.toFixed(1)}`);
    rows.push([what, `${last.toFixed(0)}${unit}`, `${second.toFixed(0)} in the second quarter, at most ${Math.max(...values).toFixed(0)}`]);
  };
  const still = rounds.slice(WARM);
  const slack = (before) => before * (1 + MORE_SHARE) + MORE_MIB;
  flat(
    "memory",
    still.map(({ memory }) => memory),
    " MiB",
    slack,
  );
  flat(
    "heap",
    still.map(({ heap }) => heap),
    " MiB",
    slack,
  );
  flat(
    "descriptors",
    still.flatMap(({ descriptors }) => descriptors ?? []),
    "",
    (before) => before,
  );
  flat(
    "threads",
    still.flatMap(({ threads }) => threads ?? []),
    "",
    (before) => before,
  );
  flat("state of new processes", states, " MiB", slack);
  table(["what", "", "note"], rows);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  if (faults.length > 0) {
    process.exitCode = 1;
    process.stdout.write(`the tree stays in ${place}\n`);
  } else rmSync(place, { recursive: true });
}

/** Tells the process how to scan and waits for what it says. */
function ask(child, how) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the scanning process ended with ${code}`));
    child.once("exit", ended);
    child.once("message", (said) => {
      child.off("exit", ended);
      if (said.problems === undefined) resolve(said);
      else reject(new Error(said.problems.join("; ")));
    });
    child.send(how);
  });
}

/** Every file is spoken of, and of each content is said what was said before. */
function compare(files, tree, known, say) {
  for (const [name, { content }] of tree.files) {
    const digest = files[name];
    if (digest === undefined) say(`nothing of ${name}`);
    else if ((known.get(content) ?? digest) !== digest) say(`something else of ${content} (${name})`);
    else known.set(content, digest);
  }
  for (const name of Object.keys(files)) if (!tree.files.has(name)) say(`something of ${name}, which is not there`);
}

async function digestsOf(file) {
  const digests = new Digests();
  for await (const line of createInterface({ input: createReadStream(file) })) if (line !== "") digests.take(JSON.parse(line));
  return digests.end();
}

function sumOf({ full, partial, none, textless }) {
  return full + partial + none + textless;
}

function median(values) {
  // Of none it is undefined.
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

function sizeOf(directory) {
  return readdirSync(directory, { recursive: true }).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}
