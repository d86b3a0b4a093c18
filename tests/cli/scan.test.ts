import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-cli-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function zicha(args: readonly string[], input?: string): { code: number | null; stdout: string; stderr: string } {
  const run = spawnSync(process.execPath, [bin, ...args], {
    cwd: scratch,
    encoding: "utf8",
    input: input ?? "",
    env: { PATH: process.env["PATH"], LANG: "en_US.UTF-8", XDG_STATE_HOME: join(scratch, "state") },
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

function file(name: string, content: string): string {
  writeFileSync(join(scratch, name), content);
  return name;
}

describe("exit codes", () => {
  it.each([
    ["a note", "今天下雨\n", [], 0],
    ["a customer's number", "身份证号：440308199901101512\n", [], 1],
    ["an e-mail address alone", "作者 <ligong@bank-tools.cn>\n", [], 0],
    ["a mark", "000123\n机密★10年\n特急\n", [], 1],
    ["a mark that may stand", "000123\n机密★10年\n特急\n", ["--fail-on", "never"], 0],
  ])("%s", (_, content, options, code) => {
    expect(zicha(["scan", file("note.txt", content), "-q", "--zone", "internet", ...options]).code).toBe(code);
  });

  it("is 3 for what could not be read, and 1 beats it", () => {
    const target = join(scratch, "mixed");
    mkdirSync(target);
    writeFileSync(join(target, "blob.bin"), Buffer.from([0, 1, 2, 3, 0xfe, 0, 9, 0, 0, 5]));
    expect(zicha(["scan", target, "-q"]).code).toBe(3);
    expect(zicha(["scan", target, "-q", "--allow-incomplete"]).code).toBe(0);
    writeFileSync(join(target, "mark.txt"), "机密★10年\n");
    expect(zicha(["scan", target, "-q"]).code).toBe(1);
  });

  it.each([
    ["no such path", ["scan", "nowhere"], "zicha: no such path: nowhere\n"],
    ["an unknown option", ["scan", ".", "--zonee", "x"], "zicha: unknown option '--zonee' (Did you mean --zone?)\n"],
    ["an unknown command", ["scam"], "zicha: unknown command 'scam' (Did you mean scan?)\n"],
    ["an unknown zone", ["scan", ".", "--zone", "moon"], "zicha: zone: moon"],
    ["an unknown format", ["scan", ".", "-f", "pdf"], 'zicha: no report format "pdf"'],
    ["an unwritable output", ["scan", ".", "-f", "json", "-o", "nowhere/x.json"], "zicha: report cannot be written (ENOENT)"],
    ["two reports on standard output", ["scan", ".", "-f", "json", "-f", "console"], "zicha: only one report can go to standard output\n"],
    ["a bad number", ["scan", ".", "-j", "many"], "zicha: --jobs: expected a whole number above 0\n"],
    ["values in a pipe", ["scan", ".", "--show-values"], "zicha: --show-values is for a terminal"],
  ])("is 2 for %s, in a sentence, and nothing is written", (_, args, sentence) => {
    const before = readdirSync(scratch);
    const { code, stdout, stderr } = zicha(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.startsWith(sentence), stderr).toBe(true);
    expect(readdirSync(scratch)).toEqual(before);
  });
});

describe("reports", () => {
  it("goes to files that only the owner reads, and through devices", () => {
    file("mark.txt", "机密★10年\n");
    expect(zicha(["scan", "mark.txt", "-f", "json=out.json", "-f", "ndjson=/dev/null"]).code).toBe(1);
    expect(statSync(join(scratch, "out.json")).mode & 0o777).toBe(0o600);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    const report = JSON.parse(readFileSync(join(scratch, "out.json"), "utf8")) as { summary: { complete: boolean } };
    expect(report.summary.complete).toBe(true);
    expect(readdirSync(scratch).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("refuses a report directory inside what is examined", () => {
    const { code, stderr } = zicha(["check", "usb", ".", "--out", "inside"]);
    expect(code).toBe(2);
    expect(stderr).toContain("the report lies inside an examined");
    expect(existsSync(join(scratch, "inside"))).toBe(false);
  });

  it("writes the self-check of the made-up internet PC", () => {
    const out = join(scratch, "report");
    const { code, stdout } = zicha(["check", "internet-pc", join(fixtures, "internet-pc"), "--out", out, "--lang", "zh"]);
    expect(code).toBe(1);
    expect(stdout.startsWith("结论  发现问题")).toBe(true);
    expect(readdirSync(out)).toContain("自查报告.html");
    expect(statSync(out).mode & 0o777).toBe(0o700);
    const { summary, failures } = JSON.parse(readFileSync(join(out, "结果.json"), "utf8")) as {
      summary: { ledger: Record<string, number>; stateSecret: boolean };
      failures: { code: string; path: string }[];
    };
    const { entries = 0, full = 0, partial = 0, none = 0, textless = 0 } = summary.ledger;
    expect(full + partial + none + textless).toBe(entries);
    expect(summary.stateSecret).toBe(true);
    const codes = new Set(failures.map((failure) => failure.code));
    for (const expected of ["encrypted", "no-text"]) expect(codes).toContain(expected);
    expect(failures.some(({ path }) => path.includes("保密教育学习笔记"))).toBe(false);
  });
});

it("tells its version as fast as node starts", () => {
  expect(zicha(["--version"]).stdout).toMatch(/^zicha \d+\.\d+\.\d+\n$/);
});

describe("what is examined", () => {
  it("takes standard input, with the name it would be saved under", () => {
    const run = zicha(
      ["scan", "-", "--stdin-filename", "客户.csv", "-f", "json", "--zone", "internet"],
      "姓名,身份证号\n王小明,440308199901101512\n",
    );
    expect(run.code).toBe(1);
    expect((JSON.parse(run.stdout) as { findings: { path: string }[] }).findings[0]?.path).toBe("客户.csv");
  });

  it("reads a document from a pipe as what it is", () => {
    const document = readFileSync(join(fixtures, "internet-pc/桌面/2024信贷规划.docx"));
    const run = spawnSync(process.execPath, [bin, "scan", "-", "-f", "json"], {
      input: document,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], XDG_STATE_HOME: join(scratch, "state") },
    });
    expect((JSON.parse(run.stdout) as { summary: { formats: object } }).summary.formats).toEqual({ docx: 1 });
    expect(run.status).toBe(1);
  });

  it("takes names from a list, and a missing one is not passed over", () => {
    file("listed.txt", "今天下雨\n");
    expect(zicha(["scan", "--files-from", "-", "-q"], "listed.txt\n").code).toBe(0);
    expect(zicha(["scan", "--files-from", "-", "-q"], "listed.txt\0gone.txt\0").code).toBe(3);
    expect(zicha(["scan", "listed.txt", "--files-from", "-"], "").code).toBe(2);
  });

  it("says when there is no repository", () => {
    const run = zicha(["scan", "--git-staged"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/^zicha: git: not a git repository/);
  });
});

it("lets lines allow their findings in a repository that is configured so, and says where they count for nothing", () => {
  const target = join(scratch, "allowing");
  mkdirSync(target);
  writeFileSync(join(target, "a.md"), "身份证号：440308199901101512 zicha:allow cn-pii/resident-id 样例\n");
  writeFileSync(join(scratch, "allow.yaml"), "inlineAllow: true\n");
  const scanned = (...options: readonly string[]): { code: number | null; stderr: string } =>
    zicha(["scan", target, "--config", "allow.yaml", ...options]);
  expect(zicha(["scan", target, "-q"]).code).toBe(1);
  expect(scanned().code).toBe(0);
  const host = scanned("--zone", "internet");
  expect([host.code, host.stderr.includes("counts for nothing in this check")]).toEqual([1, true]);
  const medium = zicha(["check", "usb", target, "--config", "allow.yaml", "--zone", "repository", "--out", join(scratch, "allowing-out")]);
  expect([medium.code, medium.stderr.includes("counts for nothing in this check")]).toEqual([1, true]);
});
