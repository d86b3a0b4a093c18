import type { ByteSource } from "../../model/entry.ts";
import { detectEncodings } from "../../util/encoding.ts";
import type { Detected } from "../../util/encoding.ts";
import { readRange } from "./bytes.ts";

/** Bytes of a sample behind a hole. */
const SAMPLE = 16 * 1024;
/** Samples of a file that begins with zeros, spread over it: the hole may be nearly all of it. */
const SAMPLES = 16;

/** Stands among the names of a container for text behind zeros. */
export const holeMark = "\0hole";

/** Whether there is nothing but zeros in these first bytes. */
export function startsWithHole(head: Uint8Array): boolean {
  return head.length > 0 && head.every((byte) => byte === 0);
}

/** Whether all that is seen of a file that begins with zeros is text or zeros, so that it may be read as text. */
export async function isTextBehindHole(bytes: ByteSource): Promise<boolean> {
  return (await textBehindHole(bytes)) !== undefined;
}

/** The encodings of the last text seen in a file that begins with zeros, of UTF-8 for zeros alone; undefined where something is no text. */
export async function textBehindHole(bytes: ByteSource): Promise<Detected | undefined> {
  const size = bytes.size ?? 0;
  let found: Detected = { encodings: ["utf8"], bom: 0 };
  for (let part = 1; part <= SAMPLES; part++) {
    const from = Math.max(0, Math.floor((size / SAMPLES) * part) - SAMPLE);
    // UTF-16 is in step with the begin of the file.
    const sample = await readRange(bytes, from - (from % 2), Math.min(SAMPLE, size));
    if (startsWithHole(sample)) continue;
    const detected = detectEncodings(sample, false);
    if (detected === undefined) return undefined;
    found = { encodings: detected.encodings, bom: 0 };
  }
  return found;
}
