import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

import { crontab, systemdUnits, windowsTask } from "../../src/cli/schedule.ts";
import type { Job } from "../../src/cli/schedule.ts";
import { overdueBy } from "../../src/cli/state.ts";
import { openDatabase } from "../../src/scan/state/database.ts";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-schedule-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function zicha(...args: string[]): { code: number | null; stdout: Buffer; stderr: string } {
  const run = spawnSync(process.execPath, [bin, ...args], {
    cwd: scratch,
    env: { PATH: process.env["PATH"], LANG: "en_US.UTF-8", XDG_STATE_HOME: join(scratch, "home") },
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr.toString() };
}

const job: Job = {
  node: "/usr/bin/node",
  program: "/opt/zi cha/bin/zicha.mjs",
  arguments: ["check", "usb", "/media/100%/$HOME's"],
  directory: "/srv/reports",
  every: "month",
  hour: 3,
  minute: 5,
  spread: 30,
  writes: ["/srv/reports", "/var/lib/zicha"],
  stateHome: "/var/lib",
  sends: false,
};

describe("what a scheduler needs", () => {
  it("keeps every word as it is, in each one's own quoting", () => {
    expect(systemdUnits(job)).toContain(`ExecStart=/usr/bin/node "/opt/zi cha/bin/zicha.mjs" check usb "/media/100%%/$$HOME's"\n`);
    const line = crontab(job).split("\n").at(-2) ?? "";
    expect(line.startsWith("5 3 1 * * root ")).toBe(true);
    const command = line
      .slice("5 3 1 * * root ".length)
      .replaceAll("\\%", "%")
      .replace(/^.*ionice -c 3 /, "printf '%s\\n' ");
    const words = spawnSync("bash", ["-c", command], { encoding: "utf8" }).stdout.split("\n");
    expect(words).toEqual([job.node, job.program, ...job.arguments, "-q", ""]);
    expect(windowsTask({ ...job, program: "C:\\zi cha\\bin\\", arguments: ['a"b', "<c>"] })).toContain(
      '<Arguments>"C:\\zi cha\\bin\\\\" "a\\"b" &lt;c&gt;</Arguments>',
    );
  });

  it("is printed for one of them, with absolute paths", () => {
    const task = zicha("schedule", "print", "internet-pc", "--windows-task", "--every", "day").stdout;
    expect(task.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xfe]));
    expect(task.toString("utf16le")).toMatch(/<ScheduleByDay>.*\r\n[^]*check internet-pc --incremental</);
    expect(zicha("schedule", "print", "usb", "--cron", "--at", "23:59").stdout.toString()).toContain(`\n59 23 * * 0 root `);
    const command = (...words: string[]): string =>
      /check \w+-?\w* -[^\n]*/.exec(zicha("schedule", "print", ...words, "--systemd").stdout.toString())?.[0] ?? "";
    // Readers get processes of their own: the profile of a whole machine says so, and of any other the command.
    expect(command("internet-pc")).toBe("check internet-pc --incremental");
    expect(command("usb")).toBe("check usb --incremental --isolation process");
    writeFileSync(join(scratch, "threads.yaml"), "isolation: thread\nprofiles:\n  own: { extends: usb }\n");
    expect(command("usb", "--config", "threads.yaml")).toMatch(/^check usb --incremental --config \S*threads.yaml$/);
    // A job has no locale: it speaks the language it was asked for in.
    expect(command("internet-pc", "--lang", "zh")).toBe("check internet-pc --incremental --lang zh");
    expect(zicha("schedule", "print", "usb", "--cron", "--at", "24:00")).toMatchObject({ code: 2 });
    expect(zicha("schedule", "print", "usb")).toMatchObject({ code: 2, stderr: "zicha: give one of --systemd, --cron, --windows-task\n" });
    expect(zicha("schedule", "print", "nothing", "--cron").code).toBe(2);
  });

  it("has the state where the job's account writes it, and a network only where something is sent", () => {
    const unit = systemdUnits(job);
    expect(unit).toContain("\nEnvironment=XDG_STATE_HOME=/var/lib\n");
    expect(unit).toContain("\nReadWritePaths=/srv/reports /var/lib/zicha\n");
    // systemd starts no service whose writable paths are missing.
    expect(unit).toContain("\n# install -d -m 700 /srv/reports /var/lib/zicha && ");
    expect(unit).toContain("\nPrivateNetwork=yes\n");
    expect(crontab(job)).toContain("\nXDG_STATE_HOME=/var/lib\n");
    writeFileSync(
      join(scratch, "sends.yaml"),
      "deliver:\n  - syslog: tls://logs.bank.example\n  - prometheus: /var/lib/node_exporter/zicha.prom\n",
    );
    const sends = zicha("schedule", "print", "internet-pc", "--systemd", "--config", "sends.yaml").stdout.toString();
    expect(sends).not.toContain("PrivateNetwork=");
    expect(sends).toContain("\nRestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n");
    expect(sends).toMatch(/\nReadWritePaths=.* \/var\/lib\/node_exporter\n/);
    expect(sends).toContain(` --config ${join(scratch, "sends.yaml")}\n`);
    writeFileSync(join(scratch, "keeps.yaml"), "state: /srv/zicha-state\n");
    const keeps = zicha("schedule", "print", "internet-pc", "--systemd", "--config", "keeps.yaml").stdout.toString();
    expect(keeps).toMatch(/\nReadWritePaths=.* \/srv\/zicha-state\n/);
  });

  it("is refused where every run would be", () => {
    expect(zicha("schedule", "print", "internet-pc", ".", "--cron")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("the report directory lies inside an examined root") as string,
    });
    expect(zicha("schedule", "print", "usb", scratch, "--cron").code).toBe(2);
    expect(zicha("schedule", "print", "internet-pc", "--cron").code).toBe(0);
  });

  it.skipIf(process.platform === "win32")("runs on the whole host, where no directory lies outside", () => {
    const run = zicha("check", "internet-pc", "--out", "whole", "--time-budget", "0.001", "--state", "whole-state", "-q");
    expect([run.code, run.stderr]).toEqual([3, ""]);
    const { scan } = JSON.parse(readFileSync(join(scratch, "whole", "result.json"), "utf8")) as { scan: { roots: { path: string }[] } };
    expect(scan.roots.map(({ path }) => path)).toEqual(["/"]);
  });
});

interface Told {
  readonly summary: { readonly complete: boolean; readonly carried?: number };
  readonly failures: readonly { readonly code: string; readonly path: string }[];
}

describe("a nightly run", () => {
  it("speaks only of what is new", () => {
    writeFileSync(join(scratch, "a.txt"), "机密★10年\n");
    const run = (...more: string[]): number | null =>
      zicha("scan", "a.txt", "b.txt", "-q", "--state", "state", "--zone", "internet", ...more).code;
    writeFileSync(join(scratch, "b.txt"), "今天下雨\n");
    expect(run("--fail-on-new")).toBe(1);
    expect(run("--fail-on-new")).toBe(0);
    expect(run()).toBe(1);
    writeFileSync(join(scratch, "b.txt"), "身份证号：440308199901101512\n");
    expect(run("--fail-on-new")).toBe(1);
    expect(zicha("scan", "a.txt", "--fail-on-new").stderr).toMatch(/needs --state or --incremental/);
  });

  it("stops in time and says that it did", () => {
    const run = zicha("scan", "a.txt", "-f", "json", "--time-budget", "0.001");
    expect(JSON.parse(run.stdout.toString())).toMatchObject({ summary: { complete: false } });
    expect(run.code).not.toBe(0);
  });

  it("cuts off what it reads so that reports are there in time, and goes on there the next night", () => {
    const rows = Array.from(
      { length: 900_000 },
      (_, index) => `王小明,440308199901101512,138${10_000_000 + index * 73},北京市朝阳区建国路${index % 500}号`,
    );
    writeFileSync(join(scratch, "a-small.txt"), "今天下雨\n");
    writeFileSync(join(scratch, "large.csv"), `姓名,身份证号,手机号,地址\n${rows.join("\n")}\n`);
    const night = (seconds: string): { code: number | null; elapsed: number; told: Told } => {
      const begun = performance.now();
      const { code } = zicha(
        "scan",
        "a-small.txt",
        "large.csv",
        "-f",
        "json=night.json",
        "-f",
        "html=night.html",
        "-q",
        "--state",
        "nights",
        "--time-budget",
        seconds,
      );
      return { code, elapsed: performance.now() - begun, told: JSON.parse(readFileSync(join(scratch, "night.json"), "utf8")) as Told };
    };
    const first = night("4");
    // In time but for what starting a process takes on a busy machine; all of it takes several times as long.
    expect(first.elapsed).toBeLessThan(6_000);
    expect(first.told.summary.complete).toBe(false);
    expect(first.told.failures).toMatchObject([{ code: "interrupted", path: "large.csv" }]);
    expect(readFileSync(join(scratch, "night.html"), "utf8")).toContain("</html>");
    const second = night("4");
    expect(second.told.summary.carried).toBe(1);
    expect(second.elapsed).toBeLessThan(6_000);
  });

  it("reads no faster than it may", () => {
    for (const name of ["r1", "r2", "r3"]) writeFileSync(join(scratch, `${name}.txt`), "今".repeat(100_000));
    const begun = performance.now();
    expect(zicha("scan", "r1.txt", "r2.txt", "r3.txt", "-q", "--max-read-rate", "300000").code).toBe(0);
    expect(performance.now() - begun).toBeGreaterThan(1_000);
  });

  it("knows when a check is overdue", () => {
    const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
    expect(overdueBy(ago(9.5), "week")).toMatchObject({ days: 2 });
    expect(overdueBy(ago(6), "week")).toBeUndefined();
    expect(overdueBy(undefined, "week")).toBeUndefined();
    expect(overdueBy(ago(9), undefined)).toBeUndefined();
  });

  it("says it in the next report and in the history, of checks and not of what was scanned once", async () => {
    for (const args of [
      ["check", "internet-pc", "a.txt", "--out", "due"],
      ["scan", "b.txt"],
    ])
      expect(zicha(...args, "-q", "--state", "due-state").code).toBe(1);
    const database = await openDatabase(join(scratch, "due-state", "state.db"));
    database?.exec(`UPDATE runs SET started = '2026-01-02T03:04:05.678Z'`);
    database?.close();
    const history = (...args: string[]): readonly string[] =>
      zicha("history", "--state", "due-state", ...args)
        .stdout.toString()
        .trimEnd()
        .split("\n");
    expect(history()).toHaveLength(2);
    expect(history("--every", "week").slice(2)).toEqual([
      expect.stringMatching(/^OVERDUE {2}internet-pc \/.*\/a\.txt {2}last complete check 2026-01-02, \d+ days overdue$/),
    ]);
    const next = zicha("check", "internet-pc", "a.txt", "--out", "due2", "--state", "due-state", "--every", "week");
    expect(next.stdout.toString()).toMatch(/^OVERDUE {4}last complete check 2026-01-02, \d+ days overdue$/m);
    expect(history("--every", "week")).toHaveLength(3);
  });
});

it("lists what would be examined without opening anything", () => {
  const file = join(scratch, "list.txt");
  writeFileSync(file, "x");
  utimesSync(file, 1, 1);
  const run = zicha("scan", "list.txt", "--list-files");
  expect(run.stdout.toString()).toBe("list.txt\n");
  expect(run.code).toBe(0);
});
