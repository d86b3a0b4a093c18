import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";

/** What stands in the last block of disc images that begin with anything, and what they are. */
const trailers: readonly (readonly [mark: string, kind: string])[] = [
  ["koly", "Apple disc image (dmg)"],
  ["conectix", "virtual disc (VHD)"],
];

/** The kinds of image that the last 512 bytes name, as names in a directory. */
export async function imageMarks(bytes: ByteSource): Promise<readonly string[]> {
  if (bytes.size === undefined || bytes.size < 512) return [];
  const tail = Buffer.from(await readRange(bytes, bytes.size - 512, 8)).toString("latin1");
  return trailers.filter(([mark]) => tail.startsWith(mark)).map(([, kind]) => kind);
}

/** The kind of image among names of a directory. */
export function imageMark(names: ReadonlySet<string>): string | undefined {
  return trailers.find(([, kind]) => names.has(kind))?.[1];
}
