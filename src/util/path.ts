import { isUtf8 } from "node:buffer";

/**
 * A path or name as the system holds it, one character (U+0000–U+00FF) per byte. Node reads and sorts these faster than Buffers, compares
 * them by bytes, and writes them to JSON; nothing is lost where a name is GBK from an old archive and no UTF-8.
 */
export type ByteString = string;

const ascii = /^[\x00-\x7f]*$/;

/** The form the file system calls of Node take: the string itself while it is ASCII, else the bytes. */
export function toSystemPath(bytes: ByteString): string | Buffer {
  return ascii.test(bytes) ? bytes : Buffer.from(bytes, "latin1");
}

/** The bytes of a text in UTF-8. */
export function toByteString(text: string): ByteString {
  return ascii.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text whose UTF-8 these bytes are, which the system takes for them; undefined where they are no UTF-8. */
export function exactText(bytes: ByteString): string | undefined {
  if (ascii.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, "latin1");
  return isUtf8(buffer) ? buffer.toString("utf8") : undefined;
}

/** What a person reads: UTF-8 decoded; each byte that is no part of valid UTF-8 stands as `\xB5`. */
export function showBytes(bytes: ByteString): string {
  const exact = exactText(bytes);
  if (exact !== undefined) {
    return exact;
  }
  const buffer = Buffer.from(bytes, "latin1");
  let shown = "";
  let at = 0;
  while (at < buffer.length) {
    const length = sequenceLength(buffer, at);
    shown +=
      length === 0 ? `\\x${(buffer[at] ?? 0).toString(16).toUpperCase().padStart(2, "0")}` : buffer.toString("utf8", at, at + length);
    at += Math.max(length, 1);
  }
  return shown;
}

/** The other way: `\xB5` becomes the byte again, all else UTF-8. */
export function readShown(shown: string): ByteString {
  return shown
    .split(/(\\x[89A-F][0-9A-F])/)
    .map((piece, index) => (index % 2 === 1 ? String.fromCharCode(Number.parseInt(piece.slice(2), 16)) : toByteString(piece)))
    .join("");
}

/** Bytes of the UTF-8 sequence that starts at `at`; 0 when none does. */
function sequenceLength(buffer: Uint8Array, at: number): number {
  const lead = buffer[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  return length > 0 && at + length <= buffer.length && isUtf8(buffer.subarray(at, at + length)) ? length : 0;
}

/**
 * The part of an entry's path below the root it was found under, with `/` between names; for a file given as root its own name, members
 * after it. What a fingerprint holds of a path, so that a mount point may change.
 */
export function pathBelow(root: string, path: string): string {
  const directory = /[/\\]$/.test(root) ? root : `${root}/`;
  if (path.startsWith(directory)) return path.slice(directory.length);
  return path.startsWith(root) ? path.slice(Math.max(root.lastIndexOf("/"), root.lastIndexOf("\\")) + 1) : path;
}
