import { readFileSync } from "node:fs";

import { packaged } from "../util/home.ts";

/** The version in package.json, read once a process. */
export function toolVersion(): string {
  version ??= (JSON.parse(readFileSync(packaged("package.json"), "utf8")) as { version: string }).version;
  return version;
}

let version: string | undefined;
