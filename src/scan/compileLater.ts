import { setFlagsFromString } from "node:v8";

/** How often a function must run before V8 compiles it: four times as often as V8 would have it, which is 67,584. */
const BUDGET = 264_000;

/**
 * Lets V8 compile fewer functions, and later. A scan asks some hundreds of functions about a few thousand findings: what compiles these costs
 * more than they do, on threads of its own that a scan with one worker pays for too. Measured with Node 20, CPU of the whole process, by turns:
 * one small file 0.34 s for 0.39 (least of fifteen), prose of 128 MiB 3.0 for 3.1 (least of three), a table of 16 MiB 6.3 for 6.6. To compile less into each (half the inlining) spares another twentieth of a
 * table of 16 MiB, and costs a tenth of one of 128.
 *
 * The flag is the whole process's, so this is for one that does nothing else. To be called by a worker that has loaded its modules: set as the
 * program starts a small file took 0.04 s more, presumably since V8 refuses what Node brings compiled of its own where flags differ.
 */
export function compileLater(): void {
  setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
