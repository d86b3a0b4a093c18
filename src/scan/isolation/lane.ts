import { packaged } from "../../util/home.ts";
import { threadTime } from "../cpuTime.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "../worker.ts";

/** JavaScript heap of a worker in MiB; buffers and WebAssembly memory are watched through the process's. */
const HEAP = 640;
/** MiB for what was made last: half of what V8 would take, for the same time and 20 MiB less. */
const YOUNG = 24;
/** Limits of a worker's JavaScript heap. */
export const workerHeap: { readonly maxOldGenerationSizeMb: number; readonly maxYoungGenerationSizeMb: number } = {
  maxOldGenerationSizeMb: HEAP,
  maxYoungGenerationSizeMb: YOUNG,
};

/** Why a lane is gone. `begun`: its worker had started; if not, none will. */
export interface Ended {
  readonly cause: "memory" | "crash" | "exit";
  readonly begun: boolean;
  readonly detail: string;
}

/** One worker, in a thread of this process or in a process of its own. */
export interface Lane {
  /** What `WorkerSetup.status` says; of a process of its own a copy that is at most some tens of milliseconds old. */
  readonly status: Int32Array;
  send(message: ToWorker): void;
  /** The scan was interrupted: the entry at hand is ended where its reader looks. */
  interrupt(): void;
  /** Resident bytes of a process of its own; undefined of a thread, which shares those of the scan. */
  memory(): number | undefined;
  /** Milliseconds its worker has had of a processor; undefined where the system does not tell. */
  time(): number | undefined;
  /** Ends at once what is under way. */
  terminate(): Promise<unknown>;
}

/** Who hears from a lane. `ended` is called once, unless the lane was told to terminate. */
export interface LaneListener {
  heard(message: FromWorker): void;
  ended(ended: Ended): void;
}

/** Starts a lane. */
export type StartLane = (setup: Pick<WorkerSetup, "workshop" | "others">, listener: LaneListener) => Lane;

/** Status numbers of a worker that has no entry open. */
export function createStatus(): Int32Array {
  const status = new Int32Array(new SharedArrayBuffer(32));
  status[0] = -1;
  status[2] = -1;
  return status;
}

/** A worker in a thread of this process: starts fast, shares its memory, falls with it. */
export const startThread: StartLane = (given, listener) => {
  const status = createStatus();
  const setup: WorkerSetup = { ...given, status: status.buffer as SharedArrayBuffer };
  // Loaded by what uses it: where nothing has changed nothing is read, and this is a tenth of the start.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const worker = new Worker(packaged("bundle/scan/worker.js"), {
    workerData: setup,
    resourceLimits: workerHeap,
    // Nothing a library prints may reach the terminal or a log: it could quote the data.
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  let begun = false;
  worker.once("online", () => {
    begun = true;
  });
  worker.on("message", (message: FromWorker) => {
    listener.heard(message);
  });
  worker.on("error", (error: Error & { code?: string }) => {
    listener.ended({ cause: error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "crash", begun, detail: error.name });
  });
  worker.on("exit", () => {
    listener.ended({ cause: "exit", begun, detail: "" });
  });
  return {
    status,
    send: (message) => worker.postMessage(message),
    interrupt: () => void Atomics.store(status, 1, 1),
    memory: () => undefined,
    time: () => threadTime(process.pid, status[7] ?? 0),
    terminate: () => worker.terminate(),
  };
};
