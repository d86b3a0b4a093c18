import { defaultLimits } from "../../dist/scan/limits.js";
import { extractText } from "../../dist/scan/extract.js";
import { Extraction, type Piece } from "./find.ts";

/** Reads a file with the built product, as `zicha extract --json` does. The codes of what could not be read come with it. */
export async function extract(
  path: string,
  passwords: readonly string[],
): Promise<{ readonly extraction: Extraction; readonly failures: readonly string[] }> {
  const pieces: Piece[] = [];
  const paths: string[] = [];
  const failures: string[] = [];
  for await (const item of extractText(path, { limits: defaultLimits, passwords, signal: new AbortController().signal })) {
    if (item.type === "text") pieces.push({ ...item, locate: item.locate });
    else if (item.type === "entry") paths.push(item.path);
    else failures.push(item.failure.code);
  }
  return { extraction: new Extraction(pieces, paths), failures };
}
