import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

import { LARGE } from "../detect/ahead.ts";
import type { Look, RowsFound, RowsPart, Stretch } from "../detect/contract.ts";
import type { Stop } from "../model/chunk.ts";
import type { ByteSource, Entry } from "../model/entry.ts";
import { sources } from "../source/registry.ts";
import { compileLater } from "./compileLater.ts";
import { ownThread } from "./cpuTime.ts";
import type { EndedBefore } from "./deadline.ts";
import { examine, sessionOptions } from "./examine.ts";
import type { Workshop } from "./examine.ts";
import { pack } from "./packed.ts";
import type { Numbered, Packed } from "./packed.ts";
import { ROOM, weightOf } from "./room.ts";
import { createWorkshop } from "./workshop.ts";
import type { WorkshopSetup } from "./workshop.ts";

/** An entry with its number in the walk, the id of its source, rules that took too long on it before, and how it ended a worker before. */
export interface BatchEntry {
  readonly sequence: number;
  readonly source: string;
  readonly entry: Entry;
  readonly without?: readonly string[];
  readonly before?: EndedBefore;
}

/** To a worker: entries with their numbers in the walk, each with the id of its source. */
export interface Batch {
  readonly id: number;
  readonly entries: readonly BatchEntry[];
}

/** To a worker: it may have given this much in all, in the measure of `weightOf`. */
export interface Room {
  readonly room: number;
}

/** Others who are asked for help: a single one costs more CPU than it spares time (bench/README.md). */
const FEWEST = 2;

/** A stretch of an entry of which candidates are asked for, or a part of which the rows are to be counted. */
export type Asked = { readonly stretch: Stretch } | { readonly rows: RowsPart };

/** To a worker: a piece of another worker's entry to be looked at, without the rules that took too long on it. */
export type LookTask = Asked & {
  readonly look: number;
  readonly source: string;
  readonly entry: Entry;
  readonly without?: readonly string[];
};

/** To a worker that asked for a look, and from the one that was asked. */
export interface Looked {
  readonly looked: number;
  readonly found: Int32Array | RowsFound | "busy" | "declined";
}

/** From a worker: it asks for a look at a piece of the entry it has open. */
export type Ask = Asked & { readonly ask: number; readonly sequence: number };

/** From a worker. `done` entries have handed back all they have. */
export interface Returned {
  readonly batch: number;
  readonly packed: Packed;
  readonly done: readonly number[];
  readonly finished: boolean;
}

export type ToWorker = Batch | Room | LookTask | Looked;
export type FromWorker = Returned | Ask | Looked;

/** What a worker is started with. */
export interface WorkerSetup {
  readonly workshop: WorkshopSetup;
  /** How many others there are or may be. */
  readonly others: number;
  /**
   * Eight numbers: the sequence of the entry being examined (-1 for none), 1 when the scan was interrupted, the index of the rule at work (-1 for
   * none), how often one was, how many blocks of text were read, how many steps were made in the entry, 1 while it waits for room, and the number of its thread.
   */
  readonly status: SharedArrayBuffer;
  /** Descriptor to which the sequence of each entry is written as it is opened, 4 bytes: what is in the pipe outlives the process. */
  readonly announce?: number;
}

/** What is kept back until a message is worth it, in the measure of `weightOf`, and milliseconds after which it is sent all the same. */
const HELD = 256;
const HELD_MS = 100;

if (parentPort !== null) serve(parentPort, workerData as WorkerSetup);

function serve(port: NonNullable<typeof parentPort>, setup: WorkerSetup): void {
  if (setup.workshop.ownProcess === true) compileLater();
  const status = new Int32Array(setup.status);
  Atomics.store(status, 7, ownThread());
  const indices = new Map(setup.workshop.packs.rules.map(({ base }, index) => [base.id, index]));
  const workshop: Workshop = {
    ...createWorkshop(setup.workshop),
    confirming(ruleId) {
      // Plain stores, since nobody else writes here and who reads may be late: millions of candidates come this way.
      status[2] = ruleId === undefined ? -1 : (indices.get(ruleId) ?? -1);
      status[3] = ((status[3] ?? 0) + 1) | 0;
    },
    progress: () => void Atomics.add(status, 4, 1),
    step: () => void Atomics.add(status, 5, 1),
  };
  const interrupt: Stop = {
    get aborted() {
      return Atomics.load(status, 1) === 1;
    },
  };
  const queue: Batch[] = [];
  let busy = false;
  let given = 0;
  let allowed = ROOM;
  let roomier: (() => void) | undefined;
  const word = Buffer.alloc(4);

  /** By number: who waits for a look that was asked for. */
  const asked = new Map<number, (found: Looked["found"]) => void>();
  let asks = 0;

  port.on("message", (message: ToWorker) => {
    if ("room" in message) {
      allowed = message.room;
      roomier?.();
    } else if ("look" in message) void look(message);
    else if ("looked" in message) {
      asked.get(message.looked)?.(message.found);
      asked.delete(message.looked);
    } else {
      queue.push(message);
      if (!busy) void work();
    }
  });

  /** Whatever goes wrong, the one that asked reads the stretch itself, and tells. */
  async function look(task: LookTask): Promise<void> {
    const { look: looked, source, entry } = task;
    let found: Looked["found"] = "declined";
    try {
      const bytes = await sources.find(({ id }) => id === source)?.open(entry);
      try {
        if (bytes !== undefined) found = (await answer(task, bytes)) ?? "declined";
      } finally {
        await bytes?.close();
      }
    } catch {
      found = "declined";
    }
    port.postMessage({ looked, found } satisfies Looked);
  }

  function answer(task: LookTask, bytes: ByteSource): Promise<Int32Array | RowsFound | undefined> {
    const { engine } = workshop;
    if ("stretch" in task) return engine.look(bytes, task.stretch);
    const { entry, without } = task;
    const options = sessionOptions({ ...workshop, ...(without === undefined ? {} : { without: new Set(without) }) }, entry);
    return engine.rows({ ...options, progress: () => workshop.progress?.(), signal: interrupt }, bytes, task.rows);
  }

  function lookFor(sequence: number): Look {
    const ask = (piece: Asked): Promise<Looked["found"]> =>
      new Promise((resolve) => {
        asked.set(asks, resolve);
        port.postMessage({ ask: asks++, sequence, ...piece } satisfies Ask);
      });
    return {
      most: setup.others,
      least: LARGE,
      async ask(stretch) {
        const found = await ask({ stretch });
        return typeof found === "string" || found instanceof Int32Array ? found : "declined";
      },
      async rows(rows) {
        const found = await ask({ rows });
        return found instanceof Int32Array ? "declined" : found;
      },
    };
  }

  /** Resolves when what was given has been told, or the scan was interrupted. */
  async function room(): Promise<void> {
    Atomics.store(status, 6, 1);
    while (given > allowed && !interrupt.aborted) {
      await new Promise<void>((resolve) => {
        roomier = resolve;
        setTimeout(resolve, HELD_MS);
      });
    }
    Atomics.store(status, 6, 0);
  }

  function opens(sequence: number): void {
    Atomics.store(status, 5, 0);
    Atomics.store(status, 0, sequence);
    if (setup.announce === undefined) return;
    word.writeInt32LE(sequence);
    try {
      writeSync(setup.announce, word);
    } catch {
      // The scan is gone, and this process with it.
    }
  }

  async function work(): Promise<void> {
    busy = true;
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) await run(batch);
    busy = false;
  }

  async function run(batch: Batch): Promise<void> {
    let examinations: Numbered[] = [];
    let done: number[] = [];
    let sent = performance.now();
    let held = 0;
    const send = (finished: boolean): void => {
      port.postMessage({ batch: batch.id, packed: pack(examinations), done, finished } satisfies Returned);
      examinations = [];
      done = [];
      held = 0;
      sent = performance.now();
    };
    for (const { sequence, source, entry, without, before } of batch.entries) {
      opens(sequence);
      const from = sources.find(({ id }) => id === source);
      await examine(
        {
          ...workshop,
          ...(without === undefined ? {} : { without: new Set(without) }),
          ...(before === undefined ? {} : { before }),
          ...(setup.others >= FEWEST && source === "filesystem" && before === undefined ? { look: lookFor(sequence) } : {}),
        },
        entry,
        () => (from === undefined ? Promise.reject(new Error("no such source")) : from.open(entry)),
        from === undefined ? undefined : () => from.stamp(entry),
        interrupt,
        (examination) => {
          examinations.push({ sequence, examination });
          const weight = weightOf(examination);
          given += weight;
          held += weight;
          const full = given > allowed && !interrupt.aborted;
          if (full || held >= HELD || performance.now() - sent > HELD_MS) send(false);
          return full ? room() : undefined;
        },
        async (name) => from?.sibling?.(entry, name),
      );
      done.push(sequence);
    }
    opens(-1);
    Atomics.store(status, 2, -1);
    send(true);
  }
}
