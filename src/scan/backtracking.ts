import { setFlagsFromString } from "node:v8";

/** Steps back after which an expression goes to the linear engine: a look at a window of 3 KiB takes some hundreds. */
const STEPS = 20_000;

/**
 * Lets V8 hand an expression over to its linear engine when it steps back too often, for all expressions made from now on: `(a+)+$` on 34
 * letters takes 1 ms in place of hours. What that engine does not know (lookaround, references back, flags `i` and `u`) is held by the
 * deadline a rule has on a passage.
 */
export function boundBacktracking(): void {
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
  setFlagsFromString(`--regexp-backtracks-before-fallback=${STEPS}`);
}
