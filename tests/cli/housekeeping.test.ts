import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

import { optionTable } from "../../src/cli/options.ts";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const fixture = fileURLToPath(new URL("../../fixtures/internet-pc/桌面/会议通知.docx", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-house-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function zicha(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const run = spawnSync(process.execPath, [bin, ...args], {
    cwd: scratch,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LANG: "en_US.UTF-8", HOME: scratch, XDG_STATE_HOME: join(scratch, "home") },
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

describe("completion", () => {
  it("completes commands, profiles, options and choices in bash", () => {
    writeFileSync(join(scratch, "c.sh"), zicha("completion", "bash").stdout);
    const complete = (...words: string[]): readonly string[] => {
      const script = `source ./c.sh; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _zicha; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return spawnSync("bash", ["-c", script], { cwd: scratch, encoding: "utf8" }).stdout.trim().split("\n");
    };
    expect(complete("zicha", "sch")).toEqual(["schedule"]);
    expect(complete("zicha", "check", "le")).toEqual(["leaver"]);
    expect(complete("zicha", "scan", "--git-s")).toEqual(["--git-staged"]);
    expect(complete("zicha", "scan", "--fail-on", "su")).toEqual(["suspect"]);
  });

  it("names every option in every shell", () => {
    for (const shell of ["zsh", "fish", "powershell"]) {
      const script = zicha("completion", shell).stdout;
      for (const row of optionTable) expect(script).toContain(row.long.slice(2));
    }
    expect(zicha("completion", "tcsh")).toMatchObject({ code: 2, stderr: "zicha: expected one of bash, zsh, fish, powershell\n" });
  });
});

it("has a manual page with every option and exit code", () => {
  const page = zicha("man").stdout;
  expect(page).toMatch(/^\.TH ZICHA 1 /);
  for (const row of optionTable) expect(page).toContain(`\\fB${row.long.replaceAll("-", "\\-")}\\fR`);
  for (const line of page.split("\n")) expect(line).not.toMatch(/^[.'](?!TH|SH|TP|B |I |br)/);
});

describe("doctor", () => {
  it("says what there is, and what is wrong", () => {
    const fine = zicha("doctor");
    expect(fine.stdout).toMatch(/^ok {4}Node v\d+\.\d+\.\d+$/m);
    expect(fine.stdout).toMatch(/^ok {4}\d+ rules$/m);
    mkdirSync(join(scratch, "home", "zicha"), { recursive: true });
    writeFileSync(join(scratch, "home", "zicha", "key"), "x");
    chmodSync(join(scratch, "home", "zicha", "key"), 0o644);
    const open = zicha("doctor");
    expect(open.stdout).toMatch(/^LOOK {2}key .* \(readable by others\)$/m);
    expect(open.code).toBe(1);
    rmSync(join(scratch, "home"), { recursive: true });
  });
});

it("notes office documents left behind on a medium, and never gates for them", () => {
  const medium = join(scratch, "medium");
  mkdirSync(medium);
  for (const [name, days] of [
    ["old.docx", 200],
    ["new.docx", 10],
  ] as const) {
    const file = join(medium, name);
    spawnSync("cp", [fixture, file]);
    const time = Date.now() / 1000 - days * 86_400;
    utimesSync(file, time, time);
  }
  const found = (...args: string[]): readonly string[] => {
    const { stdout } = zicha("scan", "medium", "-f", "json", ...args);
    const { findings } = JSON.parse(stdout) as { findings: { ruleId: string; path: string; severity: string }[] };
    return findings.filter(({ ruleId }) => ruleId === "advisory/left-behind").map(({ path, severity }) => `${path} ${severity}`);
  };
  expect(found()).toEqual([]);
  expect(found("--older-than", "90")).toEqual(["medium/old.docx info"]);
  expect(found("--older-than", "5", "--disable-rule", "advisory/left-behind")).toEqual([]);
  // Judged anew each time, whatever the state says.
  found("--state", "state");
  expect(found("--state", "state", "--older-than", "5")).toEqual(["medium/new.docx info", "medium/old.docx info"]);
  expect(existsSync(join(medium, "state"))).toBe(false);
});
