import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

import { zip } from "../../scripts/fixtures/zip.mjs";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-baseline-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function zicha(args: readonly string[], state = "state"): { code: number | null; stdout: string; stderr: string } {
  const run = spawnSync(process.execPath, [bin, ...args], {
    cwd: scratch,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LANG: "en_US.UTF-8", XDG_STATE_HOME: join(scratch, state) },
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

const one = "440308199901101512";
const other = "51010719880615273X";

it("takes decided findings and unread files out of the exit code, and leaves them in the report", () => {
  mkdirSync(join(scratch, "docs"));
  writeFileSync(join(scratch, "docs/note.txt"), `身份证号：${one}\n`);
  writeFileSync(join(scratch, "docs/mark.txt"), "机密★10年\n");
  writeFileSync(join(scratch, "docs/blob.bin"), Buffer.from([0, 1, 2, 3, 0xfe, 0, 9, 0, 0, 5]));
  const scan = (...more: string[]) => zicha(["scan", "docs", "--zone", "internet", "-f", "json=new.json", "-q", ...more]);
  expect(scan("-f", "json=old.json", "-f", "console").code).toBe(1);

  expect(zicha(["baseline", "create", "old.json"]).stderr).toBe("zicha: say why with --reason\n");
  const made = zicha(["baseline", "create", "old.json", "--reason", "published sample", "--owner", "li", "--until", "2099-01-01"]);
  expect([made.code, made.stdout.split("  ")[0]]).toEqual([0, "1 added; 1 on findings, 0 on unread files in all"]);
  expect(made.stderr).toBe("1 state-secret marks left out: name their rule with --rule\n");
  const baseline = join(scratch, "zicha-baseline.json");
  expect(statSync(baseline).mode & 0o777).toBe(0o600);
  expect(readFileSync(baseline, "utf8")).not.toContain(one);
  expect(readFileSync(baseline, "utf8")).toContain('"path":"docs/note.txt"');

  // The mark still gates; once its rule is named it is a decision like any other.
  expect(scan("--baseline", "zicha-baseline.json").code).toBe(1);
  zicha(["baseline", "update", "old.json", "--rule", "cn-secret/state-mark", "--reason", "exercise", "--owner", "li"]);
  expect(scan("--baseline", "zicha-baseline.json").code).toBe(3);
  zicha(["baseline", "update", "old.json", "--not-examined", "--reason", "firmware", "--owner", "wang"]);
  expect(scan("--baseline", "zicha-baseline.json").code).toBe(0);
  const report = JSON.parse(readFileSync(join(scratch, "new.json"), "utf8")) as {
    findings: { suppression?: { reason: string } }[];
    failures: { code: string; seen?: { by: string } }[];
    summary: { ledger: { none: number; seen: number } };
  };
  expect(report.findings.map(({ suppression }) => suppression?.reason).toSorted()).toEqual(["exercise", "published sample"]);
  expect(report.failures.map(({ seen }) => seen?.by)).toEqual(["wang"]);
  expect([report.summary.ledger.none, report.summary.ledger.seen]).toEqual([1, 1]);

  // Lines move, another file of the tree alone, another value, another content of the unread file.
  writeFileSync(join(scratch, "docs/note.txt"), `\n\n\n身份证号：${one}\n`);
  expect(scan("--baseline", "zicha-baseline.json").code).toBe(0);
  expect(zicha(["scan", "docs/note.txt", "-q", "--zone", "internet", "--baseline", "zicha-baseline.json"]).code).toBe(0);
  writeFileSync(join(scratch, "docs/note.txt"), `身份证号：${other}\n`);
  expect(scan("--baseline", "zicha-baseline.json").code).toBe(1);
  const kept = readFileSync(baseline, "utf8");
  const update = zicha(["baseline", "update", "new.json"]);
  expect(update.stdout).toContain("nothing added; 1 could be, with --reason to say why");
  expect(readFileSync(baseline, "utf8")).toBe(kept);
  writeFileSync(join(scratch, "docs/note.txt"), `身份证号：${one}\n`);
  writeFileSync(join(scratch, "docs/blob.bin"), Buffer.from([0, 1, 2, 3, 0xfe, 0, 9, 0, 0, 6]));
  expect(scan("--baseline", "zicha-baseline.json").code).toBe(3);

  // What is gone goes; what expired gates again.
  writeFileSync(join(scratch, "docs/mark.txt"), "nothing\n");
  scan("--baseline", "zicha-baseline.json");
  expect(zicha(["baseline", "prune", "new.json"]).stdout).toContain("2 removed; 1 on findings, 0 on unread files in all");
  writeFileSync(baseline, readFileSync(baseline, "utf8").replace("2099-01-01", "2020-01-01"));
  expect(scan("--baseline", "zicha-baseline.json").code).toBe(1);
});

it("is 2 under another key, for an old version and for what is no baseline", () => {
  const fresh = zicha(["scan", "docs", "-q", "--baseline", "zicha-baseline.json"], "fresh");
  const key = /"key": "(\w+)"/.exec(readFileSync(join(scratch, "zicha-baseline.json"), "utf8"))?.[1] ?? "";
  expect(fresh.code).toBe(2);
  expect(fresh.stderr).toContain(`was made under the key ${key}`);
  expect(fresh.stderr).toContain(`give the key ${key} with --key-file or ZICHA_KEY_FILE`);
  writeFileSync(join(scratch, "old-baseline.json"), '{"zicha-baseline":0}');
  const old = zicha(["scan", "docs", "-q", "--baseline", "old-baseline.json"]);
  expect([old.code, old.stderr.includes("expected zicha-baseline: 1, not 0")]).toEqual([2, true]);
  expect(zicha(["scan", "docs", "-q", "--baseline", "nowhere.json"]).code).toBe(2);
});

it("makes a key that only the owner reads, once, and never tells it", () => {
  const made = zicha(["key", "create", "--key-file", "own.key"]);
  const id = /^key id (\w{16})/.exec(made.stdout)?.[1] ?? "";
  expect([made.code, statSync(join(scratch, "own.key")).mode & 0o777]).toEqual([0, 0o600]);
  const key = readFileSync(join(scratch, "own.key"), "utf8").trim();
  expect(made.stdout).not.toContain(key);
  const again = zicha(["key", "create", "--key-file", "own.key"]);
  expect([again.code, readFileSync(join(scratch, "own.key"), "utf8").trim()]).toEqual([2, key]);
  expect(zicha(["key", "show", "--key-file", "own.key"]).stdout.startsWith(`key id ${id}`)).toBe(true);
  const scan = zicha(["scan", "docs", "--key-file", "own.key", "-f", "json"]);
  expect((JSON.parse(scan.stdout) as { scan: { keyId: string } }).scan.keyId).toBe(id);
});

it("compares results: json and ndjson, a renamed file, an archive that wants a password", () => {
  const tree = join(scratch, "tree");
  mkdirSync(tree);
  writeFileSync(join(tree, "a.txt"), `身份证号：${one}\n`);
  writeFileSync(join(tree, "b.txt"), `身份证号：${other}\n`);
  writeFileSync(join(tree, "c.zip"), zip([["c.txt", `身份证号：330106197711023412\n`]]));
  expect(zicha(["scan", "tree", "--zone", "internet", "-q", "-f", "json=1.json", "-f", "ndjson=1.ndjson", "-f", "console"]).code).toBe(1);
  writeFileSync(join(tree, "a.txt"), "\n");
  rmSync(join(tree, "b.txt"));
  writeFileSync(join(tree, "d.txt"), `身份证号：${other}\n`);
  writeFileSync(join(tree, "c.zip"), zip([["c.txt", `身份证号：330106197711023412\n`]]).subarray(0, 60));
  zicha([
    "scan",
    "tree",
    "--zone",
    "internet",
    "-q",
    "-f",
    "json=2.json",
    "-f",
    "ndjson=2.ndjson",
    "--previous",
    "1.json",
    "-f",
    "console",
  ]);
  const counts = { new: 0, "put-right": 1, remaining: 0, reappeared: 0, moved: 1, "not-examined": 1 };
  const said = (file: string): unknown =>
    (JSON.parse(readFileSync(join(scratch, file), "utf8")) as { comparison: { counts: unknown } }).comparison.counts;
  expect(said("2.json")).toEqual(counts);
  for (const [before, after] of [
    ["1.json", "2.ndjson"],
    ["1.ndjson", "2.json"],
  ] as const) {
    const { code } = zicha(["report", "compare", before, after, "-f", "json=compared.json"]);
    expect(code).toBe(3);
    expect(said("compared.json")).toEqual(counts);
  }
  // A torn last line is left out, and then the scan counts as cut short.
  writeFileSync(join(scratch, "torn.ndjson"), readFileSync(join(scratch, "2.ndjson"), "utf8").slice(0, -40));
  expect(zicha(["report", "compare", "1.json", "torn.ndjson", "-f", "json=torn.json"]).code).toBe(3);
  expect(said("torn.json")).toEqual({ ...counts, "put-right": 0, "not-examined": 2 });
  expect(zicha(["report", "compare", "2.json", "2.ndjson", "-q"]).code).toBe(0);
});

it.each([
  ["a report of another tool", '{"version":"2.1.0","runs":[]}\n', "zicha: not a json or ndjson result of zicha: "],
  ["another tool's lines", '{"type":"scan-start","header":{"tool":{"name":"other"}}}\n', "zicha: not a json or ndjson result of zicha: "],
  ["a later version", '{"schema":2,\n', "zicha: result of version 2, this version reads 1: "],
  [
    "a torn json report",
    '{"schema":1,\n"tool":{"name":"zicha"},\n"scan":{"host":"x"},\n"findings":[\n{"a":1',
    "zicha: result is damaged or incomplete at line 3: ",
  ],
  [
    "lines someone edited",
    '{"type":"scan-start","header":{"tool":{"name":"zicha"},"host":1}}\n',
    "zicha: result is damaged or incomplete at line 1: ",
  ],
  ["an empty file", "", "zicha: not a json or ndjson result of zicha: "],
])("is 2 for %s", (_name, content, sentence) => {
  writeFileSync(join(scratch, "bad"), content);
  for (const args of [
    ["report", "compare", "bad", "bad"],
    ["report", "selfcheck", "bad", "--out", "bad-out"],
    ["baseline", "update", "bad"],
  ]) {
    const run = zicha(args);
    expect([run.code, run.stderr]).toEqual([2, `${sentence}bad\n`]);
  }
  expect(existsSync(join(scratch, "bad-out", "self-check.html"))).toBe(false);
});
