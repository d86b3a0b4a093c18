import { Worker } from "node:worker_threads";

import { packaged } from "../../util/home.ts";
import type { FromWorker, WorkerSetup } from "../worker.ts";
import type { FromChild, ToChild } from "./childLane.ts";
import { createStatus, workerHeap } from "./lane.ts";

/** Milliseconds between two looks at the worker's status. */
const LOOK = 25;

/**
 * A process of its own for one worker. The worker runs in a thread of it as it does in the scan's process; this one only passes messages on, so
 * that it can say what the worker is at while that hangs.
 */
function serve(): void {
  const status = createStatus();
  let worker: Worker | undefined;
  let begun = false;

  const send = (message: FromChild): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };

  function start({ setup }: Extract<ToChild, { type: "setup" }>): Worker {
    const data: WorkerSetup = { ...setup, status: status.buffer as SharedArrayBuffer };
    const started = new Worker(packaged("bundle/scan/worker.js"), {
      workerData: data,
      resourceLimits: workerHeap,
      stdout: true,
      stderr: true,
    });
    started.stdout.resume();
    started.stderr.resume();
    started.once("online", () => {
      begun = true;
      send({ type: "online" });
    });
    started.on("message", (message: FromWorker) => {
      send({ type: "message", message });
    });
    started.on("error", (error: Error & { code?: string }) => {
      send({
        type: "ended",
        ended: { cause: error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "crash", begun, detail: error.name },
      });
    });
    let told = "";
    setInterval(() => {
      const now = Array.from(status);
      const memory = process.memoryUsage.rss();
      const saying = `${now.join()} ${Math.round(memory / 1048576)}`;
      if (saying === told) return;
      told = saying;
      send({ type: "status", status: now, memory });
    }, LOOK);
    return started;
  }

  process.on("message", (message) => {
    const said = message as ToChild;
    if (said.type === "setup") worker = start(said);
    else if (said.type === "message") worker?.postMessage(said.message);
    else Atomics.store(status, 1, 1);
  });
  // The scan is gone, however it ended.
  process.on("disconnect", () => {
    process.kill(process.pid, "SIGKILL");
  });
}

serve();
