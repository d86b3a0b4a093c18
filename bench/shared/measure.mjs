import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TIME = "/usr/bin/time";

/** Whether a command is on the path. */
export async function has(command) {
  const { code } = await once("sh", ["-c", `command -v ${command}`], {});
  return code === 0;
}

/**
 * Runs a command to its end and gives CPU (user + sys) and wall in seconds, peak memory in MiB, exit code and the bytes it wrote to standard
 * output. Needs GNU time. `output` names a file that takes standard output; else it is counted and dropped.
 */
export async function measure(command, args, options = {}) {
  if (!existsSync(TIME)) throw new Error("GNU time is needed (package time)");
  const figures = join(tmpdir(), `zicha-bench-${process.pid}.time`);
  const { code, written, text } = await once(TIME, ["-f", "%U %S %e %M", "-o", figures, command, ...args], options);
  const [user, system, wall, kilobytes] = readFileSync(figures, "utf8").trim().split("\n").at(-1).split(" ").map(Number);
  rmSync(figures);
  return { cpu: user + system, wall, memory: kilobytes / 1024, code, written, text };
}

/** The quickest of `rounds` runs by CPU: noise only ever adds. */
export async function best(rounds, command, args, options) {
  let found;
  for (let round = 0; round < rounds; round++) {
    const one = await measure(command, args, options);
    if (found === undefined || one.cpu < found.cpu) found = one;
  }
  return found;
}

function once(command, args, { keep = false, environment = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, ...environment } });
    let written = 0;
    const pieces = [];
    child.stdout.on("data", (piece) => {
      written += piece.length;
      if (keep) pieces.push(piece);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, written, text: Buffer.concat(pieces).toString("utf8") }));
  });
}
