import { createHmac } from "node:crypto";

import type { Entry, Source } from "../../model/entry.ts";
import { FailureError } from "../../model/failure.ts";

/** Bytes read at a time. */
const BLOCK = 1024 * 1024;

/** A keyed hash of an entry's bytes; undefined where it cannot be read, which reading it will tell, or is to be left. `touched`: see `ByteSource`. */
export async function contentOf(
  source: Source,
  entry: Entry,
  key: Uint8Array,
  signal: AbortSignal,
): Promise<{ readonly hash: string; readonly touched: boolean } | undefined> {
  try {
    const bytes = await source.open(entry);
    try {
      const hash = createHmac("sha256", key);
      const block = new Uint8Array(BLOCK);
      for (let offset = 0; ;) {
        if (signal.aborted) return undefined;
        const count = await bytes.read(block, offset);
        hash.update(block.subarray(0, count));
        offset += count;
        if (count < block.length) return { hash: hash.digest("hex").slice(0, 32), touched: bytes.touched === true };
      }
    } finally {
      await bytes.close();
    }
  } catch (error) {
    if (error instanceof FailureError) return undefined;
    throw error;
  }
}
