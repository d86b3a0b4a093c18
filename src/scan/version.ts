import { readFileSync } from "node:fs";

/** The version in package.json, read once a process. */
export function toolVersion(): string {
  version ??= (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }).version;
  return version;
}

let version: string | undefined;
