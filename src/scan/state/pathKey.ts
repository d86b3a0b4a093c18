import type { ByteString } from "../../util/path.ts";

const FILE = "\u0001";
const DIRECTORY = "\u0002";
const END = "\u0000";

/**
 * A path below its root, `/` between names, as bytes that sort like the walk goes: the files of a directory, by the bytes of their names, before
 * what lies in its directories. No name holds NUL, so a directory sorts before all names it begins.
 */
export function pathKey(below: ByteString): ByteString {
  const names = below.split("/");
  const file = names.pop() ?? "";
  return `${names.map((name) => `${DIRECTORY}${name}${END}`).join("")}${FILE}${file}`;
}

/** The path below its root that a key stands for. */
export function belowOf(key: ByteString): ByteString {
  return key.replaceAll(DIRECTORY, "").replaceAll(END, "/").replace(FILE, "");
}
