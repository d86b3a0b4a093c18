import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it, vi } from "vitest";

import type { RunReport } from "../../src/model/delivery.ts";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-delivery-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

writeFileSync(join(scratch, "take"), `#!/bin/sh\ncat > "${scratch}/given-$$.json"\n`, { mode: 0o755 });
writeFileSync(join(scratch, "mark.txt"), "000123\n机密★10年\n特急\n");
writeFileSync(join(scratch, "list.csv"), "姓名,身份证号\n王小明,440308199901101512\n");

function scan(...args: string[]): { code: number | null; stderr: string; given: readonly RunReport[] } {
  const run = spawnSync(process.execPath, [bin, "scan", "mark.txt", "list.csv", "-q", "--zone", "internet", ...args], {
    cwd: scratch,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LANG: "en_US.UTF-8", XDG_STATE_HOME: join(scratch, "home") },
  });
  const given = readdirSync(scratch).filter((name) => name.startsWith("given-"));
  const reports = given.map((name) => readFileSync(join(scratch, name), "utf8"));
  for (const name of given) rmSync(join(scratch, name));
  for (const text of reports) {
    expect(text).not.toContain("440308199901101512");
    expect(text).not.toContain("王小明");
  }
  return { code: run.status, stderr: run.stderr, given: reports.map((text) => JSON.parse(text) as RunReport) };
}

it("sends what was found, masked, and never a state secret unless the network is cleared for it", () => {
  const { given } = scan("--notify-command", "./take");
  expect(given).toHaveLength(1);
  expect(given[0]).toMatchObject({ violations: 2, exitCode: 1, complete: true, stateSecrets: { count: 1 } });
  expect(given[0]?.findings.map(({ rule }) => rule)).not.toContain("cn-secret/state-mark");
  expect(given[0]?.findings.map(({ path }) => path)).not.toContain("mark.txt");
  writeFileSync(join(scratch, "cleared.yaml"), "deliverStateSecrets: true\ndeliver:\n  - command: [./take]\n");
  expect(scan("--config", "cleared.yaml").given[0]?.findings.map(({ rule }) => rule)).toContain("cn-secret/state-mark");
});

it("speaks on change only", () => {
  const run = (): number => scan("--notify-command", "./take", "--notify-on", "change", "--state", "state").given.length;
  expect(run()).toBe(1);
  expect(run()).toBe(0);
  writeFileSync(join(scratch, "list.csv"), "姓名,身份证号\n");
  const { given } = scan("--notify-command", "./take", "--notify-on", "change", "--state", "state");
  expect(given[0]?.change?.gone).toBeGreaterThan(0);
});

it("has kept what it says before the state takes it for known, so that a kill loses nothing", async () => {
  rmSync(join(scratch, "home"), { recursive: true });
  writeFileSync(join(scratch, "hold"), "#!/bin/sh\nsleep 60\n", { mode: 0o755 });
  const killed = spawn(
    process.execPath,
    [bin, "scan", "mark.txt", "-q", "--zone", "internet", "--notify-command", "./hold", "--notify-on", "change", "--state", "killed"],
    { cwd: scratch, env: { PATH: process.env["PATH"], XDG_STATE_HOME: join(scratch, "home") }, stdio: "ignore" },
  );
  const spool = join(scratch, "home", "zicha", "spool");
  await vi.waitFor(() => expect(readdirSync(spool).filter((name) => name.endsWith(".json"))).toHaveLength(1), { timeout: 60_000 });
  // It is sending, and keeps others from that.
  await vi.waitFor(() => expect(JSON.parse(readFileSync(join(spool, "lock"), "utf8"))).toMatchObject({ pid: killed.pid }), {
    timeout: 60_000,
  });
  killed.kill("SIGKILL");
  await new Promise((resolve) => killed.once("close", resolve));
  // The next run, which has nothing new to say, says what the killed one could not; the one after it nothing more.
  writeFileSync(join(scratch, "hold"), readFileSync(join(scratch, "take")), { mode: 0o755 });
  const run = (): readonly RunReport[] => scan("--notify-command", "./hold", "--notify-on", "problems", "--fail-on", "never").given;
  const first = run();
  expect(first.map(({ stateSecrets, violations }) => [stateSecrets.count, violations]).toSorted()).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(new Set(first.map(({ key }) => key)).size).toBe(2);
  expect(run()).toHaveLength(1);
});

it("says what did not arrive, and changes no exit code", () => {
  writeFileSync(join(scratch, "down.yaml"), "deliver:\n  - command: [/bin/false]\n");
  const { code, stderr } = scan("--config", "down.yaml");
  expect(code).toBe(1);
  expect(stderr).toMatch(/the result did not arrive \(command: exit code 1\)/);
});

it("tells what is wrong with destinations before anything is read", () => {
  writeFileSync(
    join(scratch, "bad.yaml"),
    "deliver:\n  - syslog: host:514\n  - webhok: https://x/\n  - webhook: https://x/\n    secretFil: s\n  - prometheus: x.txt\n",
  );
  const { code, stderr } = scan("--config", "bad.yaml");
  expect(code).toBe(2);
  expect(stderr.trimEnd().split("\n")).toEqual([
    "zicha: bad.yaml:2: deliver.0.syslog: expected udp://host:514, tcp://host:601 or tls://host:6514",
    "zicha: bad.yaml:3: deliver.1: expected one of syslog, webhook, prometheus, command",
    "zicha: bad.yaml:5: deliver.2.secretFil: expected secretFile",
    "zicha: bad.yaml:6: deliver.3.prometheus: expected a file that ends in .prom",
  ]);
});
