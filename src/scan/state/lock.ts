import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";

/** Milliseconds between two tries. */
const PAUSE = 200;

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
      const descriptor = openSync(file, "wx", 0o600);
      writeSync(descriptor, JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() } satisfies Holder));
      closeSync(descriptor);
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
    if (holder !== undefined && holder.host === hostname() && !isAlive(holder.pid)) {
      unlinkSync(file);
      continue;
    }
    if (performance.now() >= until) return { holder };
    await setTimeout(PAUSE);
  }
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
