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

/** 53 bits of a stamp: enough to tell that a file changed, a fifth of its length. */
export function stampHash(stamp: string): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = 0; at < stamp.length; at++) {
    const code = stamp.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 13);
  }
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}
