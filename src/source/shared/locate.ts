import { lstatSync } from "node:fs";
import { readShown, toByteString, toSystemPath } from "../../util/path.ts";
import type { ByteString } from "../../util/path.ts";

/**
 * The bytes of a path as a person gave it: as it stands where that exists, else with `\xB5` read as the byte, the way reports write it.
 * What exists in neither way is taken as it stands, for the file system to refuse.
 */
export function locate(path: string): ByteString {
  const literal = toByteString(path);
  if (!path.includes("\\x") || exists(literal)) {
    return literal;
  }
  const read = readShown(path);
  return exists(read) ? read : literal;
}

/** False only when there is surely nothing: a place that may not be looked into counts as there, so that the walk reports it. */
export function exists(path: ByteString): boolean {
  try {
    return lstatSync(toSystemPath(path), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "EACCES" || code === "EPERM" || code === "EIO" || code === "ESTALE";
  }
}
