import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { reporters } from "../../dist/report/registry.js";
import { best } from "../shared/measure.mjs";
import { table } from "../shared/table.mjs";

const feed = fileURLToPath(new URL("feed.mjs", import.meta.url));
const FINDINGS = 1_000_000;
const MIB = 1024 * 1024;

/** Every report of a million findings: what it costs beside making the events, and the most memory the whole process had. */
export async function run({ dir, only, rounds }) {
  mkdirSync(dir, { recursive: true });
  const out = join(dir, "report.out");
  const none = await best(rounds, process.execPath, [feed, "none", String(FINDINGS), "/dev/null"]);
  const rows = [["none", none.cpu.toFixed(2), "", none.memory.toFixed(0), "", "the events alone"]];
  for (const { id } of reporters) {
    if (only.length > 0 && !only.includes(id)) continue;
    const one = await best(rounds, process.execPath, [feed, id, String(FINDINGS), out]);
    if (one.code !== 0) throw new Error(`${id} ended with ${one.code}`);
    const own = Math.max(0.001, one.cpu - none.cpu);
    const notes = [];
    if (one.memory > 300) notes.push("over 300 MiB");
    rows.push([
      id,
      own.toFixed(2),
      Math.round(FINDINGS / own).toLocaleString("en"),
      one.memory.toFixed(0),
      (statSync(out).size / MIB).toFixed(1),
      notes.join(", "),
    ]);
  }
  table(["report", "CPU s of its own", "findings/CPU-s", "peak MiB", "MiB written", "note"], rows);
}
