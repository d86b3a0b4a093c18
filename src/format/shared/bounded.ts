import { Script } from "node:vm";

/** What came of a task: its value, what it threw, or that it was stopped. */
export type Bounded<Value> = { readonly value: Value } | { readonly error: unknown } | "stopped";

/**
 * Runs a synchronous task of a library that may never come back from damaged input, and stops it after some milliseconds. The thread is blocked
 * meanwhile. What the library keeps between two calls may be left half done.
 */
export function runBounded<Value>(milliseconds: number, task: () => Value): Bounded<Value> {
  let outcome: Bounded<Value> = "stopped";
  const run = (): void => {
    try {
      outcome = { value: task() };
    } catch (error) {
      outcome = { error };
    }
  };
  try {
    new Script("run()").runInNewContext({ run }, { timeout: milliseconds });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    return "stopped";
  }
  return outcome;
}
