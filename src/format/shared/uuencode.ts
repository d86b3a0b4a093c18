/** The name in a line that begins a uuencoded file (POSIX `uuencode`); undefined for any other line. */
export function uuStart(line: string): string | undefined {
  return /^begin [0-7]{3,4} (\S.{0,255})$/.exec(line)?.[1]?.trim();
}

/** The bytes of one line; undefined for a line that is none, as the `end` behind the last. */
export function uuLine(line: string): Buffer | undefined {
  if (line === "end" || line === "" || !/^[\x20-\x60]+$/.test(line)) return undefined;
  const count = (line.charCodeAt(0) - 32) & 63;
  const groups = Math.ceil(count / 3);
  // Mailers take trailing spaces off; a line much longer than it says is text.
  if (line.length - 1 > groups * 4 + 2 || (count > 0 && line.length < 2)) return undefined;
  const bytes = Buffer.alloc(groups * 3);
  for (let group = 0; group < groups; group++) {
    const digit = (index: number): number => ((line.charCodeAt(1 + group * 4 + index) || 32) - 32) & 63;
    const value = (digit(0) << 18) | (digit(1) << 12) | (digit(2) << 6) | digit(3);
    bytes.writeUIntBE(value, group * 3, 3);
  }
  return bytes.subarray(0, count);
}
