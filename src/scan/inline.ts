import { sources } from "../source/registry.ts";
import { examine } from "./examine.ts";
import type { Pool, PoolOptions } from "./pool.ts";
import { ROOM, weightOf } from "./room.ts";
import { createWorkshop } from "./workshop.ts";

/** Examines entries in the calling thread, one after the other: no deadline but the entry's own, no watch on memory. For tests and for looking into a fault. */
export function createInlinePool(options: PoolOptions): Pool {
  const workshop = createWorkshop(options.workshop);
  const interrupt = new AbortController();
  let held = 0;
  let roomier: (() => void) | undefined;
  return {
    async submit({ sequence, source, entry }) {
      const from = sources.find(({ id }) => id === source);
      if (from === undefined) throw new Error(`no source ${source}`);
      await examine(
        workshop,
        entry,
        () => from.open(entry),
        () => from.stamp(entry),
        interrupt.signal,
        async (examination) => {
          const weight = weightOf(examination);
          held += weight;
          options.examined(sequence, [examination], () => {
            held -= weight;
            roomier?.();
          });
          while (held > ROOM && !interrupt.signal.aborted) {
            await new Promise<void>((resolve) => {
              roomier = resolve;
            });
          }
        },
        async (name) => from.sibling?.(entry, name),
      );
      options.ended(sequence);
    },
    flush: () => undefined,
    drain: () => Promise.resolve(),
    interrupt() {
      interrupt.abort();
      roomier?.();
    },
    close: () => Promise.resolve(),
  };
}
