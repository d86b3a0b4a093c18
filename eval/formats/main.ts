import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readExpectations, type Expectation } from "./expectation.ts";
import { extract } from "./extract.ts";
import { withoutBlanks } from "./normalise.ts";
import { installedPeers, type Peer } from "./peers.ts";
import { type FormatResult, type Miss, percent, type SetResult, tableOf, total } from "./result.ts";

const usage = `npm run eval:formats -- [options]
  --corpus DIR    read the files outside the repository too, as eval/formats/corpus names them
  --only FORMAT   this format only
  --peers         what other programs of this host give of the same texts
  --json FILE     all numbers and all that is missing
  --write         keep the numbers for \`npm run docs\` (eval/formats/result.json)
  --check         exit code 1 where anything is missing`;

const { values } = parseArgs({
  options: {
    corpus: { type: "string" },
    only: { type: "string" },
    peers: { type: "boolean", default: false },
    json: { type: "string" },
    write: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const root = fileURLToPath(new URL("../..", import.meta.url));
const sets = join(root, "eval", "formats");

/** Reads every file of the sets, compares, prints. Gives the exit code. */
async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const peers = values.peers ? installedPeers() : [];
  const results = [await measure("fixtures", join(sets, "expected"), root, peers)];
  if (values.corpus === undefined) process.stdout.write("the corpus outside the repository is left out: say where it is with --corpus\n");
  else results.push(await measure("corpus", join(sets, "corpus"), values.corpus, peers));
  for (const result of results) process.stdout.write(`${tableOf(result)}\n`);
  const content = `${JSON.stringify({ peers: peers.map(({ name }) => name), sets: results }, undefined, 1)}\n`;
  if (values.json !== undefined) writeFileSync(values.json, content);
  if (values.write) writeFileSync(join(sets, "result.json"), content);
  const sums = results.map(total);
  if (!values.check) return 0;
  for (const [index, { found, strings }] of sums.entries())
    process.stdout.write(`${results[index]?.set ?? ""}: ${percent(found, strings)} of ${strings}\n`);
  return sums.every(({ found, strings }) => found === strings && strings > 0) ? 0 : 1;
}

async function measure(set: string, directory: string, base: string, peers: readonly Peer[]): Promise<SetResult> {
  const formats: FormatResult[] = [];
  const missing: Miss[] = [];
  for (const [format, expectations] of readExpectations(directory)) {
    if (values.only !== undefined && values.only !== format) continue;
    const able = peers.filter((peer) => peer.formats.has(format));
    const counts: Record<string, number> = Object.fromEntries(able.map(({ name }) => [name, 0]));
    for (const peer of able) peer.prepare?.(expectations.map(({ file }) => join(base, file)));
    let strings = 0;
    let found = 0;
    for (const expectation of expectations) {
      const file = join(base, expectation.file);
      if (!existsSync(file)) throw new Error(`${set}: no such file: ${expectation.file}`);
      const misses = await compare(format, file, expectation);
      missing.push(...misses);
      strings += expectation.strings.length;
      found += expectation.strings.length - misses.length;
      for (const peer of able) counts[peer.name] = (counts[peer.name] ?? 0) + (await given(peer, file, expectation));
    }
    formats.push({ format, files: expectations.length, strings, found, peers: counts });
  }
  return { set, formats, missing };
}

async function compare(format: string, path: string, { file, passwords, strings }: Expectation): Promise<readonly Miss[]> {
  const { extraction, failures } = await extract(path, passwords ?? []);
  return strings
    .filter((one) => !extraction.has(one))
    .map((one) => ({
      format,
      file,
      text: one.text,
      role: one.role,
      place: one.place,
      elsewhere: extraction.elsewhere(one),
      failures,
    }));
}

/** How many of the texts a peer gives, in any role and place. */
async function given(peer: Peer, path: string, { strings }: Expectation): Promise<number> {
  const text = withoutBlanks(await peer.read(path));
  return strings.filter((one) => text.includes(withoutBlanks(one.text))).length;
}

process.exitCode = await main();
