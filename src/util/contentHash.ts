import { createHash } from "node:crypto";

import type { ByteSource } from "../model/entry.ts";

/** 4 GiB: what is larger would cost minutes for a name. */
const largest = 4 * 2 ** 30;
const block = 1 << 20;

/** SHA-256 of a source's bytes in hex; undefined where it is too large, was stopped or cannot be read to its end. */
export async function contentHash(source: ByteSource, signal: { readonly aborted: boolean }): Promise<string | undefined> {
  if (source.size === undefined || source.size > largest) return undefined;
  const hash = createHash("sha256");
  const bytes = new Uint8Array(Math.min(block, Math.max(1, source.size)));
  let at = 0;
  while (at < source.size) {
    if (signal.aborted) return undefined;
    const count = await source.read(bytes, at);
    if (count === 0) return undefined;
    hash.update(bytes.subarray(0, count));
    at += count;
  }
  return hash.digest("hex");
}
