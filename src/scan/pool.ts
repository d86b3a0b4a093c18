import type { Entry } from "../model/entry.ts";
import type { Failure, FailureCode } from "../model/failure.ts";
import type { Examination } from "../model/finding.ts";
import type { Limits } from "../model/request.ts";
import { createLateness } from "./cpuTime.ts";
import type { Lateness } from "./cpuTime.ts";
import { startThread } from "./isolation/lane.ts";
import type { Ended, Lane, StartLane } from "./isolation/lane.ts";
import { allowedTime } from "./limits.ts";
import { unpack } from "./packed.ts";
import type { Numbered } from "./packed.ts";
import { ROOM, weightOf } from "./room.ts";
import type { Ask, BatchEntry, Looked, Returned } from "./worker.ts";
import type { WorkshopSetup } from "./workshop.ts";

/** Milliseconds between two looks at deadlines and memory. */
const WATCH = 50;
/** Entries and bytes that make a batch; one at a time costs three times as much, for small files. */
const BATCH_ENTRIES = 32;
const BATCH_BYTES = 1024 * 1024;
/** Assumed of an entry whose size the walk does not know. */
const UNKNOWN_SIZE = 32 * 1024;
/** Batches under way in one worker: the next lies ready when one ends. */
const IN_FLIGHT = 2;
/** Entries after which a process of its own is replaced: what libraries leave behind in memory goes with it. */
const WORN_ENTRIES = 2_000;
/** Its share of the memory allowed, from which it is replaced once it has nothing open. */
const WORN_MEMORY = 0.6;
/** Workers that may end with no entry open before the scan gives up: something ends them all. */
const IDLE_ENDS = 5;
/** Looks that a worker has before it: while one is answered the next lies ready. */
const LOOKS = 2;
/** Milliseconds for the memory of an ended worker to come back before another one is ended. */
const GRACE = 400;

/** An entry on its way. */
type Task = BatchEntry;

/** Rules that may be left out of one entry, one after the other; then it is given up. */
const LEFT_OUT = 4;

interface Slot {
  readonly lane: Lane;
  readonly status: Int32Array;
  readonly batches: Map<number, { readonly tasks: Map<number, Task> }>;
  /** By number: looks at other workers' entries, with who asked and the number it knows it by. */
  readonly looks: Map<number, { readonly asker: Slot; readonly number: number }>;
  /** The entry and the block of text it was seen at, and since when. */
  seen: { sequence: number; blocks: number; since: number };
  readonly lateness: Lateness;
  /** The look of a rule it was seen at, and since when. */
  look: { count: number; since: number };
  /** What it gave that is not held any more, and how much it was told it may give in all. */
  taken: number;
  allowed: number;
  /** Entries it gave back, and whether it gets no more. */
  read: number;
  worn: boolean;
  ended: boolean;
}

/** Examines entries in workers; one that hangs, crashes or outgrows its memory costs what it had not come to of one entry. */
export interface Pool {
  /** Resolves when there is room for more. */
  submit(task: Task): Promise<void>;
  /** Gives out what waits for a batch to fill: the walk pauses. */
  flush(): void;
  /** Resolves when all submitted entries are back. */
  drain(): Promise<void>;
  /** Tells the workers to stop; what is still open after `milliseconds` is `interrupted`. */
  interrupt(milliseconds: number): void;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly jobs: number;
  readonly limits: Limits;
  readonly workshop: WorkshopSetup;
  /** Each byte is read by one worker alone: who looks ahead reads what another reads too. */
  readonly readOnce?: boolean;
  /** Where workers live; absent: in threads. */
  readonly startLane?: StartLane;
  /** A path as reports may show it. */
  maskPath(path: string): Promise<string>;
  /**
   * Some examinations of an entry are back, in their order: members before what holds them. Called in any order of entries. `taken` is called
   * once they are not held any more.
   */
  examined(sequence: number, examinations: readonly Examination[], taken: () => void): void;
  /** All of an entry is back. */
  ended(sequence: number): void;
}

/** Opens a pool; workers start when there is work. */
export function createPool(options: PoolOptions): Pool {
  const { limits } = options;
  const slots: Slot[] = [];
  const waiting: Task[] = [];
  /** Entries that were in a batch whose worker ended: they go out alone, the earliest first, since all others wait to be told behind it. */
  const again: Task[] = [];
  /** Examinations that were handed on, of each entry that is open. */
  const back = new Map<number, number>();
  /** Of an entry that is read once more: how many were handed on before, and come again. */
  const twice = new Map<number, number>();
  const wakers: (() => void)[] = [];
  let open = 0;
  let nextBatch = 0;
  let nextLook = 0;
  let interrupted = false;
  let fatal: Error | undefined;
  let endedAt = 0;
  let idleEnds = 0;
  const timer = setInterval(watch, WATCH);
  timer.unref();

  function wake(): void {
    for (const waker of wakers.splice(0)) waker();
  }

  function start(): Slot {
    const setup = { workshop: options.workshop, others: options.readOnce === true ? 0 : options.jobs - 1 };
    const lane: Lane = (options.startLane ?? startThread)(setup, {
      heard(message) {
        if (slot.ended) return;
        if ("ask" in message) ask(slot, message);
        else if ("looked" in message) looked(slot, message);
        else returned(slot, message);
      },
      ended: (said) => stopped(slot, said),
    });
    const slot: Slot = {
      lane,
      status: lane.status,
      batches: new Map(),
      looks: new Map(),
      seen: { sequence: -1, blocks: 0, since: performance.now() },
      lateness: createLateness(() => lane.time()),
      look: { count: 0, since: performance.now() },
      read: 0,
      taken: 0,
      allowed: ROOM,
      worn: false,
      ended: false,
    };
    slots.push(slot);
    return slot;
  }

  function stopped(slot: Slot, { cause, begun, detail }: Ended): void {
    if (slot.ended) return;
    // One that looks at a stretch for another has no entry open, and is not idle.
    const idle = Atomics.load(slot.status, 0) < 0 && slot.looks.size === 0;
    if (cause === "memory") end(slot, "out-of-memory", "the reader outgrew the memory of its worker");
    else if (!begun || (idle && (cause === "crash" || ++idleEnds > IDLE_ENDS))) {
      fatal ??= new Error(`no worker could be started${detail === "" ? "" : `: ${detail}`}`);
      end(slot, "internal", "the worker did not start");
    } else if (cause === "crash") end(slot, "internal", `the worker stopped: ${detail}`);
    else end(slot, "internal", detail === "" ? "the worker ended" : `the process that read it ended: ${detail}`);
  }

  /** Passes a look on to a worker that has nothing to do; while entries wait there is none. */
  function ask(slot: Slot, { ask: number, sequence, ...piece }: Ask): void {
    const task = [...slot.batches.values()].map(({ tasks }) => tasks.get(sequence)).find((one) => one !== undefined);
    const helper = waiting.length > 0 || again.length > 0 || interrupted ? undefined : helperOf(slot);
    if (task === undefined || helper === undefined) {
      slot.lane.send({ looked: number, found: "busy" });
      return;
    }
    const id = nextLook++;
    if (helper.looks.size === 0) {
      helper.seen = { ...helper.seen, since: performance.now() };
      helper.lateness.begin();
    }
    helper.looks.set(id, { asker: slot, number });
    const { source, entry, without } = task;
    helper.lane.send({ look: id, source, entry, ...(without === undefined ? {} : { without }), ...piece });
  }

  /** The one of the others with the least to do, none of whom has an entry; one that is started where there may be more. */
  function helperOf(slot: Slot): Slot | undefined {
    const free = slots.filter((one) => one !== slot && one.batches.size === 0 && !one.worn);
    const idle = free.find(({ looks }) => looks.size === 0);
    if (idle !== undefined) return idle;
    if (slots.length < options.jobs) return start();
    return free.toSorted((one, other) => one.looks.size - other.looks.size).find(({ looks }) => looks.size < LOOKS);
  }

  function looked(slot: Slot, { looked: id, found }: Looked): void {
    const known = slot.looks.get(id);
    slot.looks.delete(id);
    if (known !== undefined && !known.asker.ended) known.asker.lane.send({ looked: known.number, found });
  }

  function returned(slot: Slot, message: Returned): void {
    const batch = slot.batches.get(message.batch);
    const examinations = unpack(message.packed);
    let from = 0;
    for (const [index, { sequence }] of examinations.entries()) {
      if (examinations[index + 1]?.sequence === sequence) continue;
      handOn(
        slot,
        sequence,
        examinations.slice(from, index + 1).map(({ examination }) => examination),
      );
      from = index + 1;
    }
    for (const sequence of message.done) {
      batch?.tasks.delete(sequence);
      finish(sequence, undefined);
    }
    slot.read += message.done.length;
    if (message.finished) slot.batches.delete(message.batch);
    replaceWorn(slot, examinations);
    feed();
  }

  function handOn(slot: Slot, sequence: number, examinations: readonly Examination[]): void {
    const known = Math.min(twice.get(sequence) ?? 0, examinations.length);
    if (known > 0) twice.set(sequence, (twice.get(sequence) ?? 0) - known);
    const weights = examinations.map(weightOf);
    const weight = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0);
    taken(slot, weight(weights.slice(0, known)));
    if (known === examinations.length) return;
    back.set(sequence, (back.get(sequence) ?? 0) + examinations.length - known);
    options.examined(sequence, examinations.slice(known), () => taken(slot, weight(weights.slice(known))));
  }

  function taken(slot: Slot, weight: number): void {
    slot.taken += weight;
    if (slot.ended || slot.taken + ROOM - slot.allowed < ROOM / 8) return;
    slot.allowed = slot.taken + ROOM;
    slot.lane.send({ room: slot.allowed });
  }

  /** Puts an entry among those that go out once more; what came of it before is not told twice. */
  function readAgain(task: Task): void {
    twice.set(task.sequence, back.get(task.sequence) ?? 0);
    const at = again.findIndex(({ sequence }) => sequence > task.sequence);
    again.splice(at < 0 ? again.length : at, 0, task);
  }

  /** A process of its own is replaced in time; a thread shares the memory of the scan, and a new one would not give it back. */
  function replaceWorn(slot: Slot, examinations: readonly Numbered[]): void {
    const memory = slot.lane.memory();
    if (memory === undefined) return;
    const shaken = examinations.some(({ examination }) =>
      examination.failures.some(({ code }) => code === "internal" || code === "out-of-memory"),
    );
    if (shaken || slot.read >= WORN_ENTRIES || memory > limits.processMemory * WORN_MEMORY) slot.worn = true;
    if (!slot.worn || slot.batches.size > 0) return;
    slot.ended = true;
    slots.splice(slots.indexOf(slot), 1);
    giveUpLooks(slot);
    void slot.lane.terminate();
  }

  function giveUpLooks(slot: Slot): void {
    for (const id of slot.looks.keys()) looked(slot, { looked: id, found: "declined" });
  }

  function finish(
    sequence: number,
    failed: { readonly task: Task; readonly code: FailureCode; readonly detail: string } | undefined,
  ): void {
    const some = (back.get(sequence) ?? 0) > 0;
    back.delete(sequence);
    twice.delete(sequence);
    const tell = (): void => {
      open--;
      options.ended(sequence);
      wake();
    };
    if (failed === undefined) {
      tell();
      return;
    }
    const { task, code, detail } = failed;
    void options.maskPath(task.entry.path).then((path) => {
      options.examined(sequence, [lost(task.entry, path, code, detail, some)], () => undefined);
      tell();
    });
  }

  /** A worker is gone: the entry it had open gets a failure, the rest of its batches goes out again. */
  function end(slot: Slot, code: FailureCode, detail: string, ruleId?: string): void {
    if (slot.ended) return;
    slot.ended = true;
    slots.splice(slots.indexOf(slot), 1);
    const current = Atomics.load(slot.status, 0);
    for (const { tasks } of slot.batches.values()) {
      for (const task of tasks.values()) {
        const without = task.without ?? [];
        if (task.sequence === current && ruleId !== undefined && without.length < LEFT_OUT && fatal === undefined) {
          // Once more without that rule: what the others find is not lost.
          readAgain({ ...task, without: [...without, ruleId] });
        } else if (task.sequence === current && task.before === undefined && fatal === undefined && !interrupted) {
          // Once more up to where it ended: what was found before is not lost.
          readAgain({ ...task, before: { code, detail, steps: Atomics.load(slot.status, 5) } });
        } else if (task.sequence === current || fatal !== undefined) finish(task.sequence, { task, code, detail, ...task.before });
        else readAgain(task);
      }
    }
    slot.batches.clear();
    giveUpLooks(slot);
    endedAt = performance.now();
    void slot.lane.terminate();
    feed();
    wake();
  }

  function watch(): void {
    const now = performance.now();
    let oldest: Slot | undefined;
    for (const slot of slots) {
      const sequence = Atomics.load(slot.status, 0);
      const blocks = Atomics.load(slot.status, 4);
      if (sequence !== slot.seen.sequence || blocks !== slot.seen.blocks) {
        slot.seen = { sequence, blocks, since: now };
        slot.lateness.begin();
      }
      if (sequence < 0 && slot.looks.size === 0) continue;
      if (Atomics.load(slot.status, 6) === 1) {
        // It waits for what it gave to be told, and is not late for that.
        slot.seen = { ...slot.seen, since: now };
        slot.lateness.begin();
        continue;
      }
      const count = Atomics.load(slot.status, 3);
      if (count !== slot.look.count) slot.look = { count, since: now };
      const rule = options.workshop.packs.rules[Atomics.load(slot.status, 2)];
      if (rule !== undefined && now - slot.look.since > limits.ruleTime) {
        end(slot, "timeout", `rule ${rule.base.id} did not end on one passage`, rule.base.id);
        continue;
      }
      const allowed = allowedTime(limits, sizeOf(slot, sequence), back.get(sequence));
      if (slot.lateness.late(now, slot.seen.since, allowed)) end(slot, "timeout", `not read within ${Math.round(allowed / 1000)} s`);
      else if (slot.lane.memory() !== undefined) watchOwnMemory(slot);
      else if (oldest === undefined || slot.seen.since < oldest.seen.since) oldest = slot;
    }
    if (oldest !== undefined && now - endedAt > GRACE && process.memoryUsage.rss() > limits.processMemory) {
      end(oldest, "out-of-memory", `the process passed ${Math.round(limits.processMemory / 1048576)} MiB while it was read`);
    }
  }

  function watchOwnMemory(slot: Slot): void {
    if ((slot.lane.memory() ?? 0) <= limits.processMemory) return;
    end(slot, "out-of-memory", `its process passed ${Math.round(limits.processMemory / 1048576)} MiB while it was read`);
  }

  function sizeOf(slot: Slot, sequence: number): number | undefined {
    for (const { tasks } of slot.batches.values()) {
      const task = tasks.get(sequence);
      if (task !== undefined) return task.entry.size;
    }
    return undefined;
  }

  function feed(): void {
    if (interrupted || fatal !== undefined) return;
    while (waiting.length > 0 || again.length > 0) {
      let slot = slots.find(({ batches, worn }) => batches.size === 0 && !worn);
      if (slot === undefined && slots.length < options.jobs) slot = start();
      // What is read once more goes to no worker that may be waiting for it to be told.
      if (again.length === 0 && waiting.length > BATCH_ENTRIES * options.jobs)
        slot ??= slots.find(({ batches, worn }) => batches.size < IN_FLIGHT && !worn);
      if (slot === undefined) return;
      const tasks = again.length > 0 ? again.splice(0, 1) : takeBatch();
      const id = nextBatch++;
      slot.batches.set(id, { tasks: new Map(tasks.map((task) => [task.sequence, task])) });
      slot.lane.send({ id, entries: tasks });
    }
  }

  function takeBatch(): Task[] {
    // A short queue is shared out evenly, so that the last batch does not keep one worker alone.
    const most = Math.max(1, Math.min(BATCH_ENTRIES, Math.ceil(waiting.length / options.jobs)));
    let bytes = 0;
    let count = 0;
    while (count < most && (count === 0 || bytes < BATCH_BYTES)) bytes += waiting[count++]?.entry.size ?? UNKNOWN_SIZE;
    return waiting.splice(0, count);
  }

  function interruptedAll(): void {
    for (const task of [...waiting.splice(0), ...again.splice(0)]) {
      finish(task.sequence, { task, code: "interrupted", detail: "the scan was interrupted before it was read" });
    }
  }

  return {
    async submit(task) {
      if (fatal !== undefined) throw fatal;
      open++;
      waiting.push(task);
      if (interrupted) interruptedAll();
      // A full batch goes out at once; a short one when the walk pauses.
      if (waiting.length >= BATCH_ENTRIES) feed();
      while (waiting.length > BATCH_ENTRIES * options.jobs * 4 && !interrupted && fatal === undefined) {
        await new Promise<void>((resolve) => {
          wakers.push(resolve);
        });
      }
    },
    flush: feed,
    async drain() {
      feed();
      while (open > 0) {
        if (fatal !== undefined) throw fatal;
        await new Promise<void>((resolve) => {
          wakers.push(resolve);
        });
      }
      if (fatal !== undefined) throw fatal;
    },
    interrupt(milliseconds) {
      if (interrupted) return;
      interrupted = true;
      for (const { lane } of slots) lane.interrupt();
      interruptedAll();
      setTimeout(() => {
        for (const slot of slots) {
          for (const { tasks } of slot.batches.values()) {
            for (const task of tasks.values())
              finish(task.sequence, { task, code: "interrupted", detail: "the scan was interrupted while it was read" });
            tasks.clear();
          }
          slot.ended = true;
          void slot.lane.terminate();
        }
        slots.length = 0;
        wake();
      }, milliseconds).unref();
      wake();
    },
    async close() {
      clearInterval(timer);
      const ending = slots.splice(0);
      for (const slot of ending) slot.ended = true;
      await Promise.all(ending.map(({ lane }) => lane.terminate()));
    },
  };
}

/** What stands for an entry whose worker gave nothing back. */
function lost(entry: Entry, shownPath: string, code: FailureCode, detail: string, membersRead: boolean): Examination {
  const failure: Failure = { stage: "scan", code, path: entry.path, detail, partial: membersRead };
  return {
    entry,
    shownPath,
    format: undefined,
    textless: false,
    failures: [failure],
    matches: [],
    counts: [],
    subjects: [],
    subjectsBy: {},
    bytes: 0,
    elapsedMs: 0,
  };
}
