// npm run bench -- SUITE [options]: measures whole processes and writes a table. Suites are folders with a suite.mjs that exports `run`.
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const suites = readdirSync(here, { withFileTypes: true })
  .filter((one) => one.isDirectory() && one.name !== "shared")
  .map(({ name }) => name);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // Bytes of each corpus in MiB.
    size: { type: "string", default: "128" },
    // Where corpora are made, and found again by the next run.
    dir: { type: "string", default: join(tmpdir(), "zicha-bench") },
    // Which corpora, by name; all unless said.
    only: { type: "string", multiple: true, default: [] },
    rounds: { type: "string", default: "1" },
    // How many small files, and for how many minutes, where a suite has such.
    files: { type: "string", default: "50000" },
    minutes: { type: "string", default: "10" },
  },
});

// What takes as long as it is told is run by its name only.
const wanted = positionals.length > 0 ? positionals : suites.filter((name) => name !== "soak");
for (const name of wanted) {
  if (!suites.includes(name)) {
    process.stderr.write(`no suite ${name}; there are: ${suites.join(", ")}\n`);
    process.exitCode = 2;
    continue;
  }
  const { run } = await import(`./${name}/suite.mjs`);
  await run({
    size: Number(values.size) * 1024 * 1024,
    dir: values.dir,
    only: values.only,
    rounds: Number(values.rounds),
    files: Number(values.files),
    minutes: Number(values.minutes),
  });
}
