/** 10,000 entries of the index; a document has some dozens. */
const entryLimit = 10_000;

/** Whether a stream is a file of chunks, as Works 2000 and later and the text of Publisher are (`CHNKINK`, `CHNKWKS`). */
export function startsAsChunks(bytes: Buffer): boolean {
  return /^CHNK(INK|WKS) /.test(bytes.toString("latin1", 0, 8));
}

/**
 * The text of a file of chunks: its index names each with its kind, offset and length (as libwps reads it), and those of kind TEXT are UTF-16.
 * Empty when there is none. Chunks that lie outside are cut.
 */
export function readChunkText(bytes: Buffer): string {
  const parts: string[] = [];
  let taken = 0;
  for (let at = 0x20, count = 0; at + 24 <= bytes.length && count < entryLimit; count++) {
    // Each entry tells its own length; blocks of entries begin with eight bytes of their own.
    const length = bytes.readUInt16LE(at);
    if (length !== 24) {
      if (length !== 0x01f8) break;
      at += 8;
      continue;
    }
    if (bytes.toString("latin1", at + 12, at + 16) === "TEXT") {
      const from = bytes.readUInt32LE(at + 16);
      const to = Math.min(bytes.length, from + bytes.readUInt32LE(at + 20));
      taken += Math.max(0, to - from);
      if (taken > 2 * bytes.length) break;
      if (to > from) parts.push(bytes.toString("utf16le", from, from + ((to - from) & ~1)));
    }
    at += 24;
  }
  return parts.join("\r");
}
