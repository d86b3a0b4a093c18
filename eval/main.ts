import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkFloors, readFloors } from "./floors.ts";
import { type Size, sizes, writeCases, writeCorpus, writeNumbers } from "./corpus.ts";
import { Measure } from "./measure.ts";
import { type FirstFigures, type Result, resultOf, tableOf, unseenTable } from "./result.ts";
import { scanAll, type Scanned } from "./run.ts";
import { type TemplateSet, templateSets } from "./template.ts";

const usage = `npm run eval -- [options]
  --size small|normal|large   how much is generated and scanned (normal)
  --set held-out|tuning|unseen|fresh  templates: held-out is what is reported (held-out)
  --seed TEXT                 of the generator; the date of the last commit unless said, 1 for tuning
  --json FILE                 all numbers and all examples of misses and false hits
  --write                     put the table into docs/evaluation.md, evaluation-unseen.md or evaluation-fresh.md
  --check                     compare with eval/floors.json, or eval/floors-fresh.json; exit code 1 below a floor
  --show N                    print so many misses and false hits of each kind (0)
  --documents                 only the documents of the templates: no marking cases, random numbers, clean text
  --keep                      leave the generated documents, and say where`;

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "normal" },
    set: { type: "string", default: "held-out" },
    seed: { type: "string" },
    json: { type: "string" },
    write: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    show: { type: "string", default: "0" },
    documents: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const root = fileURLToPath(new URL("..", import.meta.url));

/** Generates, scans, measures, prints. Gives the exit code. */
async function main(): Promise<number> {
  const size = sizes[values.size as keyof typeof sizes];
  const set = templateSets.find((one) => one === values.set);
  if (values.help || size === undefined || set === undefined) {
    process.stdout.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  const seed = values.seed ?? (set === "tuning" ? "1" : commitDate());
  const scratch = mkdtempSync(join(tmpdir(), "zicha-eval-"));
  try {
    const result = await evaluate(scratch, set, seed, size);
    const table =
      set === "unseen" || set === "fresh"
        ? unseenTable(result, firstFigures(set), { set, seed, size: values.size })
        : tableOf(result, { set, seed, size: values.size });
    process.stdout.write(`${table}\n`);
    show(result, Number(values.show));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, undefined, 1)}\n`);
    if (values.write)
      writeFileSync(join(root, "docs", set === "unseen" || set === "fresh" ? `evaluation-${set}.md` : "evaluation.md"), `${table}\n`);
    if (!values.check) return 0;
    const broken = checkFloors(result, readFloors(set));
    for (const line of broken) process.stdout.write(`below the floor: ${line}\n`);
    return broken.length > 0 ? 1 : 0;
  } finally {
    if (values.keep) process.stdout.write(`documents: ${scratch}\n`);
    else rmSync(scratch, { recursive: true, force: true });
  }
}

async function evaluate(scratch: string, set: TemplateSet, seed: string, size: Size): Promise<Result> {
  const key = join(scratch, "key");
  const place = (name: string): string => {
    mkdirSync(join(scratch, name));
    return join(scratch, name);
  };
  const unitBelow = (directory: string) => (path: string) =>
    path.slice(path.indexOf(`${directory}/`) + directory.length + 1).split("/")[0] ?? "";

  const told = (what: string, { files, bytes, milliseconds }: Scanned): void => {
    process.stderr.write(`${what}: ${files} files, ${(bytes / 1024 / 1024).toFixed(1)} MiB, ${(milliseconds / 1000).toFixed(1)} s\n`);
  };
  const corpus = place("corpus");
  const documents = writeCorpus(corpus, set, seed, size);
  const scanned = await scanAll([corpus], key, unitBelow(corpus));
  told("documents", scanned);
  const measure = new Measure();
  for (const document of documents) measure.add(document, scanned.findings.get(document.id) ?? []);

  if (values.documents) {
    const none: Scanned = { findings: new Map(), bytes: 0, files: 0, failures: [], milliseconds: 0 };
    return resultOf({ documents, measure, scanned, cases: [], marked: none, random: none, numbers: 1, clean: none });
  }

  const marking = place("cases");
  const cases = writeCases(marking);
  const marked = await scanAll([marking], key, unitBelow(marking));

  told("marking cases", marked);
  const numbers = place("numbers");
  for (const length of [18, 19]) writeNumbers(numbers, seed, length, size.numbers);
  const random = await scanAll([numbers], key, unitBelow(numbers));

  told("random numbers", random);
  const clean = await scanAll(cleanTargets(size.clean), key, (path) => path, [
    "**/*.{md,txt,js,mjs,cjs,ts,mts,json,yml,yaml,css,html,LICENSE}",
  ]);
  told("clean text", clean);
  return resultOf({ documents, measure, scanned, cases, marked, random, numbers: size.numbers, clean });
}

/** Installed packages, in order of name, until their files make up so many bytes. */
function cleanTargets(bytes: number): readonly string[] {
  const modules = join(root, "node_modules");
  const packages = readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => join(modules, name, inner)) : [join(modules, name)],
    )
    .filter((path) => statSync(path).isDirectory());
  const chosen: string[] = [];
  let total = 0;
  for (const path of packages.toSorted()) {
    if (total >= bytes) break;
    chosen.push(path);
    total += textBytes(path);
  }
  return chosen;
}

function textBytes(directory: string): number {
  let total = 0;
  for (const item of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (item.isFile() && /\.(?:md|txt|[mc]?[jt]s|json|ya?ml|css|html)$/.test(item.name))
      total += statSync(join(item.parentPath, item.name)).size;
  }
  return total;
}

function firstFigures(set: "unseen" | "fresh"): FirstFigures {
  return JSON.parse(readFileSync(join(root, "eval", `${set}-first.json`), "utf8")) as FirstFigures;
}

/** The reported seed: documents that no one could have tuned to when the commit was made. */
function commitDate(): string {
  try {
    return execFileSync("git", ["log", "-1", "--format=%cs"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "1970-01-01";
  }
}

function show(result: Result, count: number): void {
  const groups = groupBy(result);
  for (const [title, lines] of groups) {
    if (count <= 0) break;
    process.stdout.write(`\n${title}: ${lines.length}\n`);
    for (const line of lines.slice(0, count)) process.stdout.write(`  ${line}\n`);
  }
}

function groupBy(result: Result): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { what, infoType, template, carrier, encoding, detail } of result.examples) {
    const title = `${what} ${infoType}`;
    groups.set(title, [...(groups.get(title) ?? []), `${template}.${carrier} ${encoding}: ${detail}`]);
  }
  return groups;
}

process.exitCode = await main();
