import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../../", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-pipelines-"));
const repository = join(scratch, "repository");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function git(...words: string[]): void {
  execFileSync("git", ["-C", repository, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", ...words], {
    stdio: "pipe",
  });
}

/** A shell as a pipeline has it: `zicha` on the PATH, the repository its directory. */
function shell(script: string, environment: Readonly<Record<string, string>> = {}): { code: number | null; output: string } {
  const run = spawnSync("bash", ["-e", "-c", script], {
    cwd: repository,
    encoding: "utf8",
    env: {
      PATH: `${join(scratch, "bin")}:${process.env["PATH"] ?? ""}`,
      HOME: scratch,
      XDG_STATE_HOME: join(scratch, "state"),
      ...environment,
    },
  });
  return { code: run.status, output: run.stdout + run.stderr };
}

beforeAll(() => {
  mkdirSync(repository);
  mkdirSync(join(scratch, "bin"));
  writeFileSync(join(scratch, "bin", "zicha"), `#!/bin/sh\nexec "${process.execPath}" "${join(root, "bin/zicha.mjs")}" "$@"\n`, {
    mode: 0o755,
  });
  git("init", "-q", "-b", "main");
  writeFileSync(join(repository, "readme.txt"), "今天下雨\n");
  git("add", "-A");
  git("commit", "-qm", "one");
  git("checkout", "-qb", "topic");
  git("branch", "--set-upstream-to=main", "-q");
  writeFileSync(join(repository, "plan.txt"), "机密★10年\n");
  git("add", "-A");
});

interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly language: string;
  readonly pass_filenames: boolean;
}

describe("hooks for pre-commit", () => {
  const hooks = parse(readFileSync(join(root, ".pre-commit-hooks.yaml"), "utf8")) as readonly Hook[];

  it("look at the index, then at what is to be pushed", () => {
    expect(hooks.map(({ id, language, pass_filenames: names }) => [id, language, names])).toEqual([
      ["zicha", "node", false],
      ["zicha-push", "node", false],
    ]);
    expect(shell(hooks[0]?.entry ?? "").code).toBe(1);
    git("commit", "-qm", "two");
    expect(shell(hooks[0]?.entry ?? "").code).toBe(0);
    expect(shell(hooks[1]?.entry ?? "").code).toBe(1);
  });
});

describe("templates", () => {
  it("for GitHub: the step writes SARIF and fails", () => {
    const workflow = parse(readFileSync(join(root, "docs/ci/github.yml"), "utf8")) as {
      jobs: { zicha: { steps: { name?: string; run?: string }[] } };
    };
    const step = workflow.jobs.zicha.steps.find(({ name }) => name === "Examine what changed")?.run ?? "";
    const script = step.replace("${{ github.event_name }}", "pull_request").replace("origin/${{ github.base_ref }}", "main");
    expect(shell(script).code).toBe(1);
    expect((JSON.parse(readFileSync(join(repository, "zicha.sarif"), "utf8")) as { version: string }).version).toBe("2.1.0");
    rmSync(join(repository, "zicha.sarif"));
  });

  it("for GitLab: the script writes Code Quality and fails", () => {
    const job = (parse(readFileSync(join(root, "docs/ci/gitlab-ci.yml"), "utf8")) as { zicha: { script: string[] } }).zicha;
    expect(shell(job.script.join("\n"), { CI_MERGE_REQUEST_DIFF_BASE_SHA: "main" }).code).toBe(1);
    const found = JSON.parse(readFileSync(join(repository, "gl-code-quality-report.json"), "utf8")) as { location: { path: string } }[];
    expect(found.map(({ location }) => location.path)).toContain("plan.txt");
    rmSync(join(repository, "gl-code-quality-report.json"));
  });

  it("for Jenkins: the step writes JUnit under the given key and fails", () => {
    const step = /sh '([^']+)'/.exec(readFileSync(join(root, "docs/ci/Jenkinsfile"), "utf8"))?.[1] ?? "";
    writeFileSync(join(scratch, "key"), `${"cd".repeat(32)}\n`);
    expect(shell(step, { ZICHA_KEY_FILE: join(scratch, "key") }).code).toBe(1);
    expect(readFileSync(join(repository, "zicha.xml"), "utf8")).toMatch(/<testsuites/);
    expect(existsSync(join(scratch, "state"))).toBe(true);
  });
});
