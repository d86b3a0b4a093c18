import type { Stop } from "../model/chunk.ts";
import type { Failure, FailureCode } from "../model/failure.ts";
import type { Limits } from "../model/request.ts";
import { createLateness, ownThread, threadTime } from "./cpuTime.ts";
import { allowedTime } from "./limits.ts";

/**
 * Share of an entry's time after which it ends by itself where its reader looks, so that what was found until then is told. The rest is for
 * telling it; what is still at work after all of it is ended by the pool.
 */
const OWN_SHARE = 0.85;

const FIRST_MATCH = "what comes behind its first finding that gates was not read, as asked";

/** What became of an entry whose worker was ended or ended itself, and how many steps it had made. */
export interface EndedBefore {
  readonly code: FailureCode;
  readonly detail: string;
  readonly steps: number;
}

/**
 * What the readers of one entry, and of all nested in it, look at to see whether to stop: the scan was interrupted, its time is up, or it has
 * come to the place behind which its worker ended before.
 */
export interface Deadline extends Stop {
  /** A piece of a text was read: what takes long because it is long does not hang. */
  progress(): void;
  /** An entry nested in it is back, which gives it more time. */
  nested(): void;
  /** So many milliseconds it waited for what it gave before to be told. */
  waited(milliseconds: number): void;
  /** A block of text, or what a reader gave, was examined. */
  step(): void;
  /** What was found is enough: what comes behind is not read. */
  enough(): void;
  /** Whether it ends for that and nothing else. */
  readonly met: boolean;
  /** A failure as it is told: readers that stop say `interrupted`, and cannot know why. */
  told(failure: Failure): Failure;
}

/** Begins now. `size` of the entry in bytes, where known. */
export function createDeadline(
  limits: Pick<Limits, "entryTime" | "fileSize">,
  size: number | undefined,
  interrupt: Stop,
  before: EndedBefore | undefined,
): Deadline {
  let since = performance.now();
  const lateness = createLateness(() => threadTime(process.pid, ownThread()));
  let back = 0;
  let steps = 0;
  let late: string | undefined;
  let enough = false;
  const ended = (): boolean => {
    const allowed = allowedTime(limits, size, back) * OWN_SHARE;
    if (late === undefined && lateness.late(performance.now(), since, allowed))
      late = `not read to its end within ${Math.round(allowed / 1000)} s`;
    return late !== undefined || steps >= (before?.steps ?? Infinity) || interrupt.aborted;
  };
  return {
    get aborted() {
      return enough || ended();
    },
    get met() {
      return enough && !ended();
    },
    progress() {
      since = performance.now();
      lateness.begin();
    },
    nested() {
      back++;
    },
    waited(milliseconds) {
      since += milliseconds;
    },
    step() {
      steps++;
    },
    enough() {
      enough = true;
    },
    told(failure) {
      if (failure.code !== "interrupted") return failure;
      if (enough && !interrupt.aborted) return { ...failure, code: "first-match", detail: FIRST_MATCH };
      if (late !== undefined) return { ...failure, code: "timeout", detail: late };
      if (before !== undefined && !interrupt.aborted) return { ...failure, code: before.code, detail: before.detail };
      return failure;
    },
  };
}
