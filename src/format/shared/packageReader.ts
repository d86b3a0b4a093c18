import type { Extracted, ExtractInput, Extractor } from "../../model/chunk.ts";
import { told } from "./inner.ts";
import { openPackage } from "./package.ts";
import type { OfficePackage, Part } from "./package.ts";

/** What reads an entry that is a zip package: `read` gets it open. One of which no member can be read is told as damaged. */
export function packageReader(read: (from: OfficePackage, input: ExtractInput) => AsyncGenerator<Extracted, void>): Extractor["extract"] {
  return async function* (input) {
    const from = await openPackage(input);
    if (from === undefined) yield told(input.entry, "corrupt", "no member of the archive can be read", false);
    else yield* read(from, input);
  };
}

/** Parts that are pages, with their numbers from 1, until the scan is interrupted or the budget of pages is spent, which the sink is told. */
export function* numberedPages(
  parts: readonly Part[],
  { sink }: OfficePackage,
  { signal, budget }: ExtractInput,
  what: string = "pages",
): Generator<readonly [number: number, part: Part], void> {
  for (const [index, part] of parts.entries()) {
    if (signal.aborted) {
      sink.stop("interrupted", `interrupted between ${what}`);
      return;
    }
    if (!budget.take("pages", 1)) {
      sink.stop("too-large", "limit of pages reached");
      return;
    }
    yield [index + 1, part];
  }
}
