import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-output-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
writeFileSync(join(scratch, "note.txt"), "身份证号：440308199901101512\n");

function shell(command: string): { code: number | null; stdout: string; stderr: string } {
  const run = spawnSync("bash", ["--norc", "-c", `${command}; exit "\${PIPESTATUS[0]}"`], {
    cwd: scratch,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LANG: "en_US.UTF-8", XDG_STATE_HOME: join(scratch, "state"), ZICHA: `${process.execPath} ${bin}` },
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

const scan = "$ZICHA scan note.txt --zone internet -q";

describe.skipIf(!existsSync("/dev/full"))("a full disk", () => {
  it.each([
    ["a report to a device", `${scan} -f json=/dev/full`, "/dev/full"],
    ["standard output", `${scan} -f json >/dev/full`, "standard output"],
  ])("is 2 and said: %s", (_name, command, place) => {
    const { code, stderr } = shell(command);
    expect([code, stderr]).toEqual([2, `zicha: a report could not be written to its end (ENOSPC), do not use it: ${place}\n`]);
  });

  it("costs no other report", () => {
    writeFileSync(join(scratch, "beside.json"), "what was there before");
    const { code, stderr } = shell(`${scan} -f json=beside.json -f console >/dev/full`);
    expect([code, stderr]).toEqual([2, "zicha: a report could not be written to its end (ENOSPC), do not use it: standard output\n"]);
    expect(JSON.parse(readFileSync(join(scratch, "beside.json"), "utf8"))).toMatchObject({ summary: { complete: true } });
  });
});

it("goes on when the reader leaves", () => {
  const { code, stderr } = shell(`${scan} -f ndjson | true`);
  expect([code, stderr]).toEqual([1, ""]);
});

it.skipIf(process.platform !== "linux")("is 2 where a directory cannot be made, and does not try for ever", () => {
  const { code, stderr } = shell("$ZICHA check usb note.txt --out /proc/nowhere");
  expect([code, stderr.split("\n").at(-2)]).toEqual([2, "zicha: report cannot be written (ENOENT): /proc/nowhere"]);
});

it("writes no report onto a checked medium unless forced, and lets a pipeline write into its checkout", () => {
  const medium = (more: string) => shell(`$ZICHA scan . -q --zone removable-internet -f json=${join(scratch, "here.json")} ${more}`);
  const refused = medium("");
  expect([refused.code, refused.stderr.startsWith("zicha: the report lies inside an examined medium or device: ")]).toEqual([2, true]);
  expect(existsSync(join(scratch, "here.json"))).toBe(false);
  expect(medium("--force-out").code).toBe(1);
  expect(shell("$ZICHA scan . -q --zone repository -f json=here.json").code).toBe(1);
});
