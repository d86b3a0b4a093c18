import { constants } from "node:os";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

import { packaged } from "../../util/home.ts";
import { threadTime } from "../cpuTime.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "../worker.ts";
import { createStatus } from "./lane.ts";
import type { Ended, Lane, LaneListener, StartLane } from "./lane.ts";

/** To a child; the first is `setup`. The key travels here and nowhere else: argument lists and environments can be read by others. */
export type ToChild =
  | { readonly type: "setup"; readonly setup: Omit<WorkerSetup, "status"> }
  | { readonly type: "message"; readonly message: ToWorker }
  | { readonly type: "interrupt" };

/** From a child. */
export type FromChild =
  | { readonly type: "online" }
  | { readonly type: "message"; readonly message: FromWorker }
  | { readonly type: "status"; readonly status: readonly number[]; readonly memory: number }
  | { readonly type: "ended"; readonly ended: Ended };

/** Descriptor on which a child says which entry it opens, so that the word outlives it. 3 is the channel. */
const ANNOUNCE = 4;

/** What a child is left of the environment: where programs and the user's git settings lie, and how texts are written. */
const kept = ["PATH", "Path", "HOME", "USERPROFILE", "SystemRoot", "SYSTEMROOT", "windir", "TZ", "LANG", "LC_ALL"];

/**
 * Starts lanes as processes of their own for entries of these sources. A child makes no code of texts; where this Node has a permission model
 * it may read files and start its one thread, and neither write nor start programs. `git` is read by a program, so with it the model stays off.
 */
export function childLanes(sources: ReadonlySet<string>): StartLane {
  const execArgv = ["--disallow-code-generation-from-strings", ...(sources.has("git") ? [] : permissions())];
  return (setup, listener) => startChild(setup, listener, execArgv, sources.has("stdin"));
}

/** The arguments that switch the permission model on; none where this Node has none. */
export function permissions(known: ReadonlySet<string> = process.allowedNodeEnvironmentFlags): readonly string[] {
  const model = ["--permission", "--experimental-permission"].find((flag) => known.has(flag));
  return model === undefined ? [] : [model, "--allow-fs-read=*", "--allow-worker"];
}

function startChild(
  setup: Pick<WorkerSetup, "workshop" | "others">,
  listener: LaneListener,
  execArgv: readonly string[],
  stdin: boolean,
): Lane & { readonly pid: number } {
  const status = createStatus();
  const child = process
    .getBuiltinModule("node:child_process")
    .spawn(process.execPath, [...execArgv, fileURLToPath(packaged("bundle/scan/child.js"))], {
      env: Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
      serialization: "advanced",
      // Nothing a library prints may reach the terminal or a log: it could quote the data.
      stdio: [stdin ? "inherit" : "ignore", "ignore", "ignore", "ipc", "pipe"],
      windowsHide: true,
    });
  let begun = false;
  let over = false;
  let memory = 0;
  let announced = false;
  const end = (ended: Ended): void => {
    if (over) return;
    over = true;
    child.kill("SIGKILL");
    listener.ended(ended);
  };
  const send = (message: ToChild): void => {
    // A child that is gone is told by its exit.
    if (child.connected) child.send(message, () => undefined);
  };
  const word = Buffer.alloc(4);
  let filled = 0;
  const announcements = child.stdio[ANNOUNCE] as Readable | null;
  announcements?.on("error", () => undefined);
  announcements?.on("data", (bytes: Buffer) => {
    announced = true;
    for (const byte of bytes) {
      word[filled++] = byte;
      if (filled < 4) continue;
      filled = 0;
      status[0] = word.readInt32LE();
      status[5] = 0;
    }
  });
  child.on("message", (message) => {
    const said = message as FromChild;
    if (over) return;
    if (said.type === "online") begun = true;
    else if (said.type === "message") listener.heard(said.message);
    else if (said.type === "ended") end(said.ended);
    else {
      memory = said.memory;
      // What is told at once says better which entry is open, and steps belong to that; whether the scan is interrupted is said here.
      const open = announced ? status[0] : said.status[0];
      for (const [index, value] of said.status.entries())
        if (index !== 1 && (index !== 5 || said.status[0] === open)) status[index] = value;
      status[0] = open ?? -1;
    }
  });
  child.on("error", (error: NodeJS.ErrnoException) => {
    // A process that cannot be started or told something; the latter ends with its exit.
    if (child.pid === undefined) end({ cause: "crash", begun: false, detail: error.code ?? error.name });
  });
  // After `exit`, and after what it had announced was read.
  child.on("close", (code, signal) => {
    end({ cause: "exit", begun, detail: signal ?? (code === null ? "" : (signalOf(code) ?? `code ${code}`)) });
  });
  send({ type: "setup", setup: { ...setup, announce: ANNOUNCE } });
  return {
    pid: child.pid ?? -1,
    status,
    send: (message) => send({ type: "message", message }),
    interrupt: () => send({ type: "interrupt" }),
    memory: () => memory,
    time: () => (child.pid === undefined ? undefined : threadTime(child.pid, status[7] ?? 0)),
    terminate() {
      over = true;
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        child.once("exit", resolve);
        child.kill("SIGKILL");
      });
    },
  };
}

/** What shells and container runtimes make of a signal. */
function signalOf(code: number): string | undefined {
  return code > 128 ? Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0] : undefined;
}
