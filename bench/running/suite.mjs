import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { best, measure } from "../shared/measure.mjs";
import { table } from "../shared/table.mjs";
import { makeTree } from "./tree.mjs";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const FILES = 50_000;
const DOCUMENTS = 5_000;
const STATE = 1_000_000;

/** What runs every day costs: a second scan, a gate, the list of media, a large state. CPU of bare node is taken off where it says so. */
export async function run({ dir, only, rounds }) {
  mkdirSync(dir, { recursive: true });
  const wanted = (name) => only.length === 0 || only.includes(name);
  const environment = { XDG_STATE_HOME: join(dir, "home"), LANG: "en_US.UTF-8" };
  const sound = (one) => {
    if (one.code !== 0) throw new Error(`a run ended with ${one.code}`);
    return one;
  };
  const zicha = async (...words) => sound(await best(rounds, process.execPath, [bin, ...words], { environment }));
  const node = await best(rounds, process.execPath, ["-e", "0"]);
  const own = (one) => `${((one.cpu - node.cpu) * 1000).toFixed(0)} ms`;
  const rows = [["node", own({ cpu: node.cpu * 2 }), node.memory.toFixed(0), "itself"]];
  if (wanted("second")) {
    const tree = join(dir, "tree");
    makeTree(tree, FILES);
    const state = join(dir, "tree-state");
    const scan = ["scan", tree, "-q", "--state", state];
    sound(await measure(process.execPath, [bin, ...scan], { environment }));
    const walk = await best(rounds, process.execPath, [here("walk.mjs"), tree]);
    const second = await zicha(...scan);
    const empty = join(dir, "empty");
    mkdirSync(empty, { recursive: true });
    const start = await zicha("scan", empty, "-q", "--state", join(dir, "empty-state"));
    rows.push(["walk with fstat, 50,000 files", own(walk), walk.memory.toFixed(0), ""]);
    rows.push(["a scan of nothing", own(start), start.memory.toFixed(0), ""]);
    const ratio = ((second.cpu - node.cpu) / (walk.cpu - node.cpu)).toFixed(2);
    const without = ((second.cpu - start.cpu) / (walk.cpu - node.cpu)).toFixed(2);
    rows.push([
      "second scan, 50,000 files unchanged",
      own(second),
      second.memory.toFixed(0),
      `${ratio} of the walk (at most 1.5), without start-up ${without}`,
    ]);
  }
  if (wanted("gate")) {
    const tree = join(dir, "documents");
    makeTree(tree, DOCUMENTS);
    const scan = ["scan", tree, "-q", "--zone", "repository", "--state", join(dir, "documents-state")];
    sound(await measure(process.execPath, [bin, ...scan], { environment }));
    let least;
    for (let round = 0; round < rounds; round++) {
      for (let at = 0; at < 20; at++) {
        const file = join(tree, `部门${at}`, `项目${at}`, "会议纪要-7.txt");
        writeFileSync(file, `会议纪要\n修改于第${round}次，${Date.now()}。\n`);
        utimesSync(file, Date.now() / 1000, Date.now() / 1000 + round);
      }
      const one = sound(await measure(process.execPath, [bin, ...scan], { environment }));
      if (least === undefined || one.cpu < least.cpu) least = one;
    }
    rows.push(["5,000 documents, 20 changed", own(least), least.memory.toFixed(0), "at most 3 s"]);
  }
  if (wanted("media")) {
    const media = await zicha("media", "list");
    rows.push(["media list", own(media), media.memory.toFixed(0), "at most 50 ms"]);
  }
  if (wanted("state")) {
    const directory = join(dir, "million");
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    const said = async (what) =>
      JSON.parse((await measure(process.execPath, [here("state.mjs"), what, directory, String(STATE)], { keep: true })).text);
    const filled = await said("fill");
    const file = join(directory, "state", "state.db");
    const size = (statSync(file).size + (existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0)) / 1e6;
    rows.push(["state of a million files, filled", "", filled.memory.toFixed(0), `${size.toFixed(0)} MB (at most 120)`]);
    const open = [];
    for (let round = 0; round < Math.max(3, rounds); round++) open.push(await said("open"));
    const quickest = open.toSorted((left, right) => left.opened - right.opened)[0];
    rows.push([
      "the same, opened",
      `${quickest.cpu.toFixed(0)} ms`,
      quickest.memory.toFixed(0),
      `${quickest.opened.toFixed(0)} ms of wall time (at most 50)`,
    ]);
    const passed = await said("pass");
    rows.push(["the same, all compared", "", passed.memory.toFixed(0), `${passed.known.toLocaleString("en")} known; peak at most 150 MiB`]);
  }
  table(["what", "CPU over node", "peak MiB", "note"], rows);
}
