// The least that a second scan does: lists every directory, opens every file and asks for its size and times. `node walk.mjs DIR`.
import { closeSync, fstatSync, openSync, readdirSync } from "node:fs";

let files = 0;
const open = [process.argv[2]];
for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) open.push(path);
    else {
      const descriptor = openSync(path);
      fstatSync(descriptor, { bigint: true });
      closeSync(descriptor);
      files++;
    }
  }
}
process.stdout.write(`${files}\n`);
