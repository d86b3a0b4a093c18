import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { best, measure } from "../shared/measure.mjs";
import { table } from "../shared/table.mjs";
import { archive, kinds } from "./inputs.mjs";

const one = fileURLToPath(new URL("./unpack.mjs", import.meta.url));

/** CPU of unpacking without start-up: the readers of the product beside bsdtar, which writes all members to nowhere. */
export async function run({ size, dir, only, rounds }) {
  const folder = join(dir, "archives");
  mkdirSync(folder, { recursive: true });
  const rows = [];
  for (const kind of kinds.filter((name) => only.length === 0 || only.includes(name))) {
    const file = await archive(folder, kind, size);
    if (file === undefined) {
      rows.push([kind, "packer is not installed", "", "", "", "", ""]);
      continue;
    }
    let mine;
    for (let round = 0; round < rounds; round++) {
      const { text, code } = await measure(process.execPath, [one, file], { keep: true });
      if (code !== 0) throw new Error(`not unpacked: ${file}`);
      const told = JSON.parse(text);
      if (mine === undefined || told.cpu < mine.cpu) mine = told;
    }
    const peer = await best(rounds, "bsdtar", ["-xOf", file]);
    const same = peer.written === mine.bytes;
    rows.push([
      kind,
      mine.bytes,
      mine.cpu.toFixed(2),
      mine.memory.toFixed(0),
      peer.code === 0 ? peer.cpu.toFixed(2) : "fails",
      same ? "" : `bsdtar ${peer.written}`,
      peer.code === 0 && same ? (mine.cpu / peer.cpu).toFixed(2) : "void",
    ]);
  }
  table(["archive", "bytes", "zicha CPU s", "peak MiB", "bsdtar CPU s", "", "zicha ÷ bsdtar"], rows);
}
