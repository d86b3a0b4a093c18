// Fills a state with a million files, as scans do, or opens one as `zicha` does: `node state.mjs fill|open DIR FILES`. Prints what it took.
import { mkdirSync } from "node:fs";

import { resolveRequest } from "../../dist/scan/request.js";
import { Keeping } from "../../dist/scan/state/record.js";
import { openState } from "../../dist/scan/state/state.js";
import { Places } from "../../dist/util/gating.js";

const [, , what, directory, count] = process.argv;
const root = `${directory}/root`;
mkdirSync(root, { recursive: true });
const { request } = await resolveRequest({ targets: [root], directory, keyFile: `${directory}/key`, createKey: true });
const lists = { failures: [], matches: [], counts: [], subjects: [], subjectsBy: {} };
const cpu = process.cpuUsage();
const begun = performance.now();
const { state } = await openState(`${directory}/state`, request, 0);
const opened = performance.now() - begun;
const used = process.cpuUsage(cpu);
const folder = (at) => `部门${String(Math.floor(at / 100) % 20).padStart(2, "0")}/项目${String(Math.floor(at / 100)).padStart(6, "0")}`;
let known = 0;
if (what !== "open") {
  state.begin({ zone: "internet", roots: [], host: "", started: new Date().toISOString() }, []);
  // In walk order, which is by the bytes of the names.
  const folders = Array.from({ length: Math.ceil(Number(count) / 100) }, (_, at) =>
    Buffer.from(folder(at * 100)).toString("latin1"),
  ).toSorted();
  for (const name of folders) {
    state.unchanged.enter(0, `${root}/${name}/`);
    for (let at = 0; at < 100; at++) {
      const file = `会议纪要-${String(at).padStart(2, "0")}.docx`;
      const path = `${root}/${name}/${Buffer.from(file).toString("latin1")}`;
      const entry = {
        path,
        key: path,
        root: 0,
        size: 20_000,
        modified: undefined,
        stamp: `20000:${at}:1764167123456789:${at + 7_000_000}`,
        depth: 0,
      };
      if (state.unchanged.file(file, 20_000, at, 1764167123456789, at + 7_000_000) !== undefined) known++;
      else if (state.lookup(entry) === undefined) {
        const keeping = new Keeping();
        keeping.add([{ entry, shownPath: path, format: "docx", textless: false, bytes: 20_000, elapsedMs: 1, ...lists }]);
        state.store(entry, keeping.record());
      }
    }
  }
}
// Without a summary the run broke off: what it did not come to stays.
state.end(what === "open" ? undefined : { complete: true }, new Map(), new Places([root]));
process.stdout.write(
  JSON.stringify({ opened, cpu: (used.user + used.system) / 1000, known, memory: process.resourceUsage().maxRSS / 1024 }),
);
