import { compareSnapshots } from "../judge/compare.ts";
import { Snapshot } from "../judge/snapshot.ts";
import type { Comparison } from "../model/comparison.ts";
import type { ScanEvent } from "../model/event.ts";
import type { ScanRequest } from "../model/request.ts";
import { keyId } from "../util/hash.ts";

export type { Snapshot };

/** Id of the key a request's fingerprints are made with. */
export function keyIdOf(request: ScanRequest): string {
  return keyId(request.key);
}

/** What became of the problems of the last but one result in the last; those before tell what reappeared. At least two, oldest first. */
export function compareResults(results: readonly Snapshot[]): Comparison {
  const [now, before, ...history] = results.toReversed();
  if (now === undefined || before === undefined) throw new Error("two results are compared");
  return compareSnapshots(before, now, history);
}

/** The events of a scan, with its comparison to an earlier result before the end. Holds what was found in memory. */
export async function* compared(events: AsyncIterable<ScanEvent>, previous: Snapshot): AsyncGenerator<ScanEvent> {
  const now = new Snapshot();
  for await (const event of events) {
    now.note(event);
    if (event.type === "scan-end") yield { type: "comparison", comparison: compareSnapshots(previous, now) };
    yield event;
  }
}
