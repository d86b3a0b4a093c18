import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

import { configProblems, configSchema } from "../../src/cli/configSchema.ts";
import { findProfile, profiles } from "../../src/cli/profiles.ts";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const schemaFile = fileURLToPath(new URL("../../docs/schema/config.schema.json", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-config-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let directory: string;
let count = 0;
beforeEach(() => {
  directory = join(scratch, String(count++));
  mkdirSync(join(directory, "work"), { recursive: true });
  mkdirSync(join(directory, "docs"));
  writeFileSync(join(directory, "docs", "mark.txt"), "机密★10年\n");
});

function zicha(args: readonly string[], environment: Record<string, string> = {}): { code: number | null; stdout: string; stderr: string } {
  const run = spawnSync(process.execPath, [bin, ...args], {
    cwd: join(directory, "work"),
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      LANG: "en_US.UTF-8",
      HOME: directory,
      XDG_STATE_HOME: join(directory, "state"),
      XDG_CONFIG_HOME: join(directory, "config"),
      ...environment,
    },
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

function header(stdout: string): { zone: string; profile?: string; options: Record<string, unknown> } {
  return (JSON.parse(stdout) as { scan: ReturnType<typeof header> }).scan;
}

describe("which file is used", () => {
  it("is the current directory's, then the user's, and it stands in the report", () => {
    mkdirSync(join(directory, "config", "zicha"), { recursive: true });
    const user = join(directory, "config", "zicha", "config.yaml");
    writeFileSync(user, "zone: intranet\n");
    expect(header(zicha(["scan", "../docs", "-f", "json"]).stdout)).toMatchObject({ zone: "intranet", options: { config: user } });
    writeFileSync(join(directory, "work", "zicha.config.yaml"), "zone: personal\n");
    expect(header(zicha(["scan", "../docs", "-f", "json"]).stdout).zone).toBe("personal");
    expect(header(zicha(["scan", "../docs", "-f", "json"], { ZICHA_ZONE: "internet" }).stdout).zone).toBe("internet");
  });

  it("is never one that lies in what is examined", () => {
    writeFileSync(join(directory, "work", "zicha.config.yaml"), "failOn: never\n");
    writeFileSync(join(directory, "work", "mark.txt"), "机密★10年\n");
    const run = zicha(["scan", ".", "-q"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/zicha\.config\.yaml lies in what is examined and is not used/);
    expect(zicha(["scan", ".", "-q", "--config", "zicha.config.yaml"]).code).toBe(0);
  });
});

it("tells all mistakes at once, each with its line and the nearest name, before anything is read", () => {
  writeFileSync(
    join(directory, "work", "bad.yaml"),
    "zon: internet\nmaxDepth: x\nprofiles:\n  desk:\n    extends: intranet-p\n    exclud: [a]\n",
  );
  const told = [
    "bad.yaml:1: zon: expected zone",
    "bad.yaml:2: maxDepth: expected a whole number above 0",
    "bad.yaml:5: profiles.desk.extends: expected one of internet-pc, intranet-pc, usb, personal, leaver, repository",
    "bad.yaml:6: profiles.desk.exclud: expected exclude",
  ].join("\n");
  expect(zicha(["config", "check", "bad.yaml"])).toEqual({ code: 2, stdout: "", stderr: `${told}\n` });
  expect(zicha(["scan", "../docs", "--config", "bad.yaml"])).toEqual({
    code: 2,
    stdout: "",
    stderr: `zicha: ${told.replaceAll("\n", "\nzicha: ")}\n`,
  });
});

it("writes a template that is right, and not over a file", () => {
  expect(zicha(["config", "init"]).code).toBe(0);
  expect(zicha(["config", "check"]).code).toBe(0);
  expect(zicha(["config", "init"]).stderr).toBe("zicha: the file is there already: zicha.config.yaml\n");
});

it("shows every value with where it came from", () => {
  writeFileSync(join(directory, "work", "zicha.config.yaml"), "zone: intranet\nexclude: ['*.iso']\n");
  const shown = zicha(["config", "show", "-j", "3"], { ZICHA_MAX_DEPTH: "4" }).stdout.split("\n").slice(1);
  expect(shown).toEqual([
    'zone: "intranet"  # config',
    'exclude: ["*.iso"]  # config',
    "jobs: 3  # command line",
    "maxDepth: 4  # environment",
    "",
  ]);
});

it("has a published schema that is the option table's", () => {
  expect(JSON.parse(readFileSync(schemaFile, "utf8"))).toEqual(JSON.parse(JSON.stringify(configSchema())));
});

describe("profiles", () => {
  it("can be made from others, and a shipped name means one thing", () => {
    const config = {
      profiles: {
        counter: { extends: "intranet-pc", targets: ["/srv"], exclude: ["*.iso"], title: "柜面机" },
        till: { extends: "counter", zone: "internet" },
      },
    };
    expect(configProblems(config, () => 1)).toEqual([]);
    expect(findProfile({ locale: "en" }, "till", config)).toEqual({
      id: "till",
      zone: "internet",
      targets: ["/srv"],
      zh: "柜面机",
      en: "柜面机",
      options: {
        isolation: "process",
        exclude: ["*.iso"],
      },
    });
    expect(() => findProfile({ locale: "en" }, "kiosk", config)).toThrow(/counter, till/);
    const circle = { profiles: { one: { extends: "two" }, two: { extends: "one" } } };
    expect(() => findProfile({ locale: "en" }, "one", circle)).toThrow(/no profile/);
  });

  it.each(profiles.filter(({ id }) => id !== "usb").map(({ id, zone }) => [id, zone]))("%s judges as %s", (id, zone) => {
    zicha(["check", id ?? "", "../docs", "--out", "out", "-q"]);
    expect(header(readFileSync(join(directory, "work", "out", "result.json"), "utf8"))).toMatchObject({ zone, profile: id });
  });

  it("gives the findings that scan gives for the same request", () => {
    zicha(["check", "usb", "../docs", "--out", "out", "-q", "--zone", "internet"]);
    const checked = JSON.parse(readFileSync(join(directory, "work", "out", "result.json"), "utf8")) as { findings: unknown };
    const scanned = JSON.parse(zicha(["scan", "../docs", "--zone", "internet", "-f", "json"]).stdout) as { findings: unknown };
    expect(checked.findings).toEqual(scanned.findings);
  });
});

it("leaves copies of packages out of a repository only, and says so", () => {
  mkdirSync(join(directory, "docs", "node_modules"));
  writeFileSync(join(directory, "docs", "node_modules", "mark.txt"), "绝密★长期\n");
  const excluded = (args: readonly string[]): unknown =>
    (JSON.parse(zicha(["scan", "../docs", "-f", "json", ...args]).stdout) as { excluded: unknown }).excluded;
  expect(excluded(["--zone", "repository"])).toEqual([{ path: "../docs/node_modules", by: "node_modules/" }]);
  expect(excluded(["--zone", "repository", "--every-file"])).toEqual([]);
  expect(excluded(["--zone", "internet"])).toEqual([]);
  expect(excluded([])).toEqual([]);
  writeFileSync(join(directory, "docs", ".zichaignore"), "# by whom\nmark.txt\n");
  expect(excluded([])).toEqual([]);
  expect(excluded(["--respect-ignore-files"])).toContainEqual({ path: "../docs/mark.txt", by: ".zichaignore: mark.txt" });
});
