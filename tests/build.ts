import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The pool starts `dist/scan/worker.js` and the CLI tests run the built binary, so the build comes first. */
export function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL("../scripts/build.mjs", import.meta.url))], { stdio: "inherit" });
}
