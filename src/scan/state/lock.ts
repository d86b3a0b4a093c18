import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { setTimeout } from "node:timers/promises";

/** Milliseconds between two tries. */
const PAUSE = 200;

/** Milliseconds after which a lock that names no holder was left by a run that was killed while it took it. */
const UNSAID = 10_000;
/** Milliseconds by which clocks may have been set since a lock was taken. */
const CLOCK = 3_600_000;

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly since: string;
}

/**
 * Takes the lock file, waiting up to `wait` ms for a run that holds it. Gives the way to let go of it, or who holds it. A lock whose process is
 * gone from this host is taken over.
 */
export async function takeLock(
  file: string,
  wait: number,
): Promise<{ readonly release: () => void } | { readonly holder: Holder | undefined }> {
  const until = performance.now() + wait;
  for (;;) {
    try {
      write(file, { pid: process.pid, host: hostname(), since: new Date().toISOString() });
      return {
        release: () => {
          try {
            unlinkSync(file);
          } catch {
            // Taken away by hand: it is gone, which is what was wanted.
          }
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = holderOf(file);
    if (isLeft(file, holder)) {
      takeAway(file, holder);
      continue;
    }
    if (performance.now() >= until) return { holder };
    await setTimeout(PAUSE);
  }
}

/** Of two that take a lock over at once, the second must not take away what is the first one's by then. */
function takeAway(file: string, holder: Holder | undefined): void {
  const aside = `${file}.${process.pid}.left`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (JSON.stringify(holderOf(aside)) !== JSON.stringify(holder)) {
    try {
      linkSync(aside, file);
    } catch {
      // A third has it, or the file system knows no links: whoever lost it finds that at its next try.
    }
  }
  rmSync(aside, { force: true });
}

/** On a full disk no empty lock is left, which nobody would hold. */
function write(file: string, holder: Holder): void {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeSync(descriptor, JSON.stringify(holder));
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a lock is held by nobody any more: its process is gone, or this host has been started anew since. One that says nothing is old soon. */
function isLeft(file: string, holder: Holder | undefined): boolean {
  if (holder === undefined) {
    const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    return made !== undefined && Date.now() - made > UNSAID;
  }
  if (holder.host !== hostname()) return false;
  const started = Date.now() - uptime() * 1_000;
  return !isAlive(holder.pid) || Date.parse(holder.since) < started - CLOCK;
}

function holderOf(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    // Just made and not yet written, or just gone.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
