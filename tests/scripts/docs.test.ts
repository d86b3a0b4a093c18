import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("docs/formats.md is what the registries and the last measurement say", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/docs.mjs", "--check"], { encoding: "utf8" });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
});
