import { sources } from "../source/registry.ts";
import { examine } from "./examine.ts";
import type { Examination } from "../model/finding.ts";
import type { Pool, PoolOptions } from "./pool.ts";
import { createWorkshop } from "./workshop.ts";

/** Examines entries in the calling thread, one after the other: no deadline, no watch on memory. For tests and for looking into a fault. */
export function createInlinePool(options: PoolOptions): Pool {
  const workshop = createWorkshop(options.workshop);
  const interrupt = new AbortController();
  return {
    async submit({ sequence, source, entry }) {
      const examinations: Examination[] = [];
      const from = sources.find(({ id }) => id === source);
      if (from === undefined) throw new Error(`no source ${source}`);
      await examine(
        workshop,
        entry,
        () => from.open(entry),
        () => from.stamp(entry),
        interrupt.signal,
        (examination) => {
          examinations.push(examination);
        },
        async (name) => from.sibling?.(entry, name),
      );
      options.examined(sequence, examinations);
    },
    flush: () => undefined,
    drain: () => Promise.resolve(),
    interrupt() {
      interrupt.abort();
    },
    close: () => Promise.resolve(),
  };
}
