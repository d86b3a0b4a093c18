import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/** Compares with `golden/NAME`, which `UPDATE=1` writes anew: read the difference before it is committed. */
export function expectGolden(name: string, actual: string): void {
  const path = fileURLToPath(new URL(`golden/${name}`, import.meta.url));
  if (process.env["UPDATE"] === "1") writeFileSync(path, actual);
  expect(existsSync(path), `${path} is missing: UPDATE=1 makes it`).toBe(true);
  expect(actual).toBe(readFileSync(path, "utf8"));
}
