import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { best, has } from "../shared/measure.mjs";
import { table } from "../shared/table.mjs";
import { corpus, hostile, longText, smallFiles } from "./corpora.mjs";
import { expressions, samePatterns, terms, toRipgrep } from "./patterns.mjs";

const zicha = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const MIB = 1024 * 1024;
const TEXTS = ["prose", "csv", "logs", "gbk"];
/** Rules in the order of the packs, of which the last must cost little more. */
const FIRST_RULES = 20;
const LAST_RULES = 40;

/** Detection on plain text: zicha as a user runs it, beside ripgrep with the same patterns, ripgrep with the terms alone, and `wc -l`. */
export async function run({ size, dir, only, rounds, files }) {
  const installed = { rg: await has("rg"), clamscan: await has("clamscan") };
  if (!installed.rg) process.stdout.write("ripgrep is not installed: its rows are left out\n");
  mkdirSync(dir, { recursive: true });
  const patternFile = join(dir, "patterns.txt");
  const termFile = join(dir, "terms.txt");
  writeFileSync(patternFile, [...expressions.map(toRipgrep), ...terms().map(escaped)].join("\n") + "\n");
  writeFileSync(termFile, terms().join("\n") + "\n");
  process.stdout.write(`${expressions.length} patterns, ${terms().length} terms\n\n`);
  const wanted = (name) => only.length === 0 || only.includes(name);
  const rows = [];
  for (const name of TEXTS.filter(wanted)) rows.push(...(await text(corpus(dir, name, size), name, size)));
  for (const name of hostile.filter((one) => only.includes(one) || only.includes("hostile"))) {
    rows.push(...(await text(corpus(dir, name, Math.min(size, 64 * MIB)), name, Math.min(size, 64 * MIB))));
  }
  if (wanted("many")) rows.push(...(await many()));
  if (wanted("growth")) rows.push(...(await growth()));
  if (only.includes("flat")) rows.push(...(await flat()));
  if (wanted("start")) rows.push(...(await start()));
  table(["corpus", "tool", "CPU s", "MB/CPU-s", "wall s", "peak MiB", "zicha ÷ this", "note"], rows);

  async function text(path, name, bytes) {
    const out = join(dir, "out.ndjson");
    const mine = await best(rounds, process.execPath, [zicha, "scan", path, "-f", `ndjson=${out}`, "--fail-on", "never"]);
    const found = [row(name, "zicha", mine, mine, bytes, counts(out))];
    const one = await best(rounds, process.execPath, [zicha, "scan", path, "-f", `ndjson=${out}`, "--fail-on", "never", "-j", "1"]);
    found.push(row(name, "zicha -j1", one, mine, bytes, ""));
    if (installed.rg) {
      const base = ["-j1", "--no-config", "-a", "--count-matches", ...(name === "gbk" ? ["-E", "gbk"] : [])];
      const all = await best(rounds, "rg", [...base, "-f", patternFile, path], { keep: true });
      const { same, different } = await agreement(base, path, name, out);
      const void_ = different.length > 0 ? "void: " : "";
      found.push(
        row(name, `${void_}rg, all patterns`, all, mine, bytes, [`${Number(all.text)} matches`, ...same, ...different].join("; ")),
      );
      const fixed = await best(rounds, "rg", [...base, "-F", "-f", termFile, path], { keep: true });
      found.push(row(name, "rg -F, terms only", fixed, mine, bytes, `${Number(fixed.text)} matches`));
    }
    if (installed.clamscan) {
      const clam = await best(1, "clamscan", ["--detect-structured", "--max-filesize=4000M", "--max-scansize=4000M", path]);
      found.push(row(name, "clamscan", clam, mine, bytes, "SSN and card only"));
    }
    const floor = await best(rounds, "wc", ["-l", path]);
    found.push(row(name, "wc -l", floor, mine, bytes, ""));
    return found;
  }

  /** Where an expression says what rules say, both must count the same on every corpus. `base`: how ripgrep reads the corpus. */
  async function agreement(base, path, name, out) {
    const totals = totalsOf(out);
    const different = [];
    const compared = TEXTS.includes(name) ? samePatterns : [];
    for (const { rules, expression } of compared) {
      const { text: said } = await best(1, "rg", [...base, "-e", toRipgrep(expression), path], { keep: true });
      const mine = rules.reduce((sum, id) => sum + (totals.get(id) ?? 0), 0);
      if (Number(said) !== mine) different.push(`${rules[0]}: rg ${Number(said)}, zicha ${mine}`);
    }
    return {
      same: compared.length === 0 ? [] : [`${compared.length - different.length} of ${compared.length} rules count the same`],
      different,
    };
  }

  async function many() {
    const root = smallFiles(dir, files);
    const out = join(dir, "out.ndjson");
    const bytes = 0;
    const mine = await best(rounds, process.execPath, [zicha, "scan", root, "-f", `ndjson=${out}`, "--fail-on", "never"]);
    const found = [row("many", "zicha", mine, mine, bytes, "")];
    const one = await best(rounds, process.execPath, [zicha, "scan", root, "-f", `ndjson=${out}`, "--fail-on", "never", "-j", "1"]);
    found.push(row("many", "zicha -j1", one, mine, bytes, ""));
    if (installed.rg) {
      const all = await best(rounds, "rg", ["-j1", "--no-config", "-a", "--count-matches", "-f", patternFile, root]);
      found.push(row("many", "rg, all patterns", all, mine, bytes, ""));
    }
    return found;
  }

  /** What more rules and more words cost, on prose: the first rules alone, with the last ones, and packs of the user's with many words. */
  async function growth() {
    const path = corpus(dir, "prose", size);
    const ids = ruleIds();
    const scan = (more) =>
      best(rounds, process.execPath, [
        zicha,
        "scan",
        path,
        "-j",
        "1",
        "-f",
        `ndjson=${join(dir, "out.ndjson")}`,
        "--fail-on",
        "never",
        ...more,
      ]);
    const without = (kept) => ids.filter((id) => !kept.includes(id)).flatMap((id) => ["--disable-rule", id]);
    const all = await scan([]);
    const few = await scan(without(ids.slice(0, FIRST_RULES)));
    const found = [
      row("growth", `first ${FIRST_RULES} rules`, few, few, size, ""),
      row(
        "growth",
        `and the last ${LAST_RULES}`,
        await scan(without([...ids.slice(0, FIRST_RULES), ...ids.slice(-LAST_RULES)])),
        few,
        size,
        "at most 1.2",
      ),
      row("growth", `all ${ids.length} rules`, all, few, size, ""),
    ];
    for (const count of [10, 100, 1000, 10_000]) {
      const pack = wordPack(dir, count);
      found.push(row("growth", `all rules, ${count} words more`, await scan(["--rules", pack]), few, size, ""));
    }
    return found;
  }

  /** Whether a longer text takes more memory: lines, and one without end. */
  async function flat() {
    const out = join(dir, "out.ndjson");
    const found = [];
    for (const [bytes, oneLine] of [[32 * MIB], [512 * MIB], [4096 * MIB], [2048 * MIB, true]]) {
      const path = longText(dir, bytes, oneLine === true);
      const one = await best(1, process.execPath, [zicha, "scan", path, "-f", `ndjson=${out}`, "--fail-on", "never", "-j", "1"]);
      found.push(row("flat", oneLine === true ? "one line" : `${bytes / MIB} MiB`, one, one, bytes, counts(out)));
    }
    return found;
  }

  async function start() {
    const small = join(dir, "small.txt");
    writeFileSync(small, "客户张建国，身份证号440308199001152170，联系电话13682645189。\n");
    const node = await best(3, process.execPath, ["-e", "0"]);
    const version = await best(3, process.execPath, [zicha, "--version"]);
    const file = await best(3, process.execPath, [zicha, "scan", small, "-f", `ndjson=${join(dir, "out.ndjson")}`, "--fail-on", "never"]);
    return [
      row("start", "node -e 0", node, node, 0, ""),
      row("start", "zicha --version", version, node, 0, ""),
      row("start", "zicha scan, one small file", file, node, 0, `${Math.round((file.cpu - node.cpu) * 1000)} ms over node`),
    ];
  }
}

/** Rules of the shipped packs in their order. */
function ruleIds() {
  const root = fileURLToPath(new URL("../../rules/", import.meta.url));
  return readdirSync(root, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(root, name))
        .filter((file) => file.endsWith(".yaml") && file !== "pack.yaml")
        .map((file) => `${name}/${file.slice(0, -5)}`),
    )
    .toSorted();
}

/** A pack of the user's with one rule of so many words of two to four characters. */
function wordPack(dir, count) {
  const pack = join(dir, `words-${count}`);
  mkdirSync(pack, { recursive: true });
  const words = new Set();
  for (let state = 1; words.size < count;) {
    let word = "";
    for (let left = 2 + (words.size % 3); left > 0; left--) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      word += String.fromCodePoint(0x4e00 + ((state >>> 8) % 5000));
    }
    words.add(word);
  }
  writeFileSync(join(pack, "pack.yaml"), `id: words\nversion: 1.0.0\ntitle: { zh: 词表, en: Words }\n`);
  const sample = [...words].slice(0, 3).map((word) => `    - "${word}"`);
  writeFileSync(
    join(pack, "words.yaml"),
    [
      "id: words/words",
      "kind: keyword",
      "infoType: WORDS",
      "title: { zh: 词, en: Words }",
      "description: { zh: 词表, en: A list of words }",
      "severity: medium",
      "dataClass: C2",
      "rank: 90",
      "mask: none",
      "references: []",
      `terms: [${[...words].join(", ")}]`,
      "tiers:",
      "  - { medium: [] }",
      "examples:",
      "  match:",
      ...sample,
      "  noMatch:",
      '    - "a"',
      '    - "b"',
      '    - "c"',
      "",
    ].join("\n"),
  );
  return pack;
}

function row(corpusName, tool, one, mine, bytes, note) {
  const speed = bytes === 0 || one.cpu === 0 ? "" : short(bytes / 1e6 / one.cpu);
  return [corpusName, tool, one.cpu.toFixed(2), speed, one.wall.toFixed(2), one.memory.toFixed(0), short(one.cpu / mine.cpu), note];
}

/** Two digits at least. */
function short(number) {
  return number.toFixed(number >= 10 ? 0 : number >= 1 ? 1 : number >= 0.1 ? 2 : 3);
}

function totalsOf(file) {
  const totals = new Map();
  const add = (id, count) => totals.set(id, (totals.get(id) ?? 0) + count);
  for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    const event = JSON.parse(line);
    if (event.type === "finding") add(event.finding.ruleId, 1);
    if (event.type === "entry-end") for (const { ruleId, total, stored } of event.counts) add(ruleId, total - stored);
  }
  return totals;
}

function counts(file) {
  let sum = 0;
  for (const count of totalsOf(file).values()) sum += count;
  return `${sum} findings, ${(statSync(file).size / 1e6).toFixed(1)} MB ndjson`;
}

function escaped(text) {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}
