import { readFileSync, readlinkSync } from "node:fs";

/** Milliseconds of a tick in which Linux tells the time of a thread (USER_HZ is 100 on all architectures Node runs on). */
const TICK = 10;
/** Milliseconds after which a look at the processor's time begins: what is over sooner costs none. */
const FROM = 1000;
/** What waits and does not work, or gets no processor, is late after so many times its time. */
const PATIENCE = 4;

/** Number of the calling thread; 0 where the system does not tell. */
export function ownThread(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1) ?? 0);
  } catch {
    return 0;
  }
}

/** Milliseconds a thread has had of a processor; undefined where the system does not tell. */
export function threadTime(processId: number, thread: number): number | undefined {
  if (thread <= 0) return undefined;
  try {
    const stat = readFileSync(`/proc/${processId}/task/${thread}/stat`, "latin1");
    // The name of the program stands in brackets and may hold anything; behind it the times are the 12th and 13th.
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    const ticks = Number(user) + Number(system);
    return Number.isFinite(ticks) ? ticks * TICK : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether something takes longer than it may: by the time it had of a processor where that can be told, so that other work on the machine makes
 * nothing late, else by the clock.
 */
export interface Lateness {
  /** It begins anew. */
  begin(): void;
  /** Whether it is late, having begun (or waited for others) until `since`. */
  late(now: number, since: number, allowed: number): boolean;
}

/** `time` gives the milliseconds of a processor that the one watched has had. */
export function createLateness(time: () => number | undefined): Lateness {
  let mark: { readonly at: number; readonly time: number | undefined } | undefined;
  return {
    begin() {
      mark = undefined;
    },
    late(now, since, allowed) {
      const took = now - since;
      if (took < FROM) return took > allowed;
      mark ??= { at: now, time: time() };
      if (took <= allowed) return false;
      const then = mark.time;
      const current = then === undefined ? undefined : time();
      if (then === undefined || current === undefined || took > allowed * PATIENCE) return true;
      // Until the mark the clock counts.
      return Math.max(0, mark.at - since) + current - then > allowed;
    },
  };
}
