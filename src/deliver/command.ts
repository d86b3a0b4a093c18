import { spawn } from "node:child_process";

import type { Destination, RunReport } from "../model/delivery.ts";

/** Milliseconds a command may take at most. */
const TIMEOUT = 60_000;

/** Starts a program, without a shell, with the report as JSON on its standard input. Rejects unless it ends with 0. */
export function runCommand(destination: Extract<Destination, { kind: "command" }>, report: RunReport, milliseconds: number): Promise<void> {
  const [program, ...words] = destination.words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      stdio: ["pipe", "ignore", "ignore"],
      timeout: Math.min(TIMEOUT, Math.ceil(milliseconds)),
      shell: false,
      windowsHide: true,
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(signal === null ? `exit code ${code ?? ""}` : signal));
    });
    // A program that does not read its input may still succeed.
    child.stdin.on("error", () => undefined);
    child.stdin.end(JSON.stringify(report));
  });
}
