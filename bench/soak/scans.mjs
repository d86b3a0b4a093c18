// Scans a directory again and again in one process, as a program that uses the API does: `fork`ed with DIRECTORY and KEY, told each time how.
import { existsSync, readdirSync } from "node:fs";

import { resolveRequest, scan } from "../../bundle/api/index.js";
import { Digests } from "./digest.mjs";

const [, , directory, keyFile] = process.argv;
/** Milliseconds for workers to be gone for good. */
const SETTLE = 300;

process.on("message", ({ jobs, kernel, abortAfter }) => {
  void answer(jobs, kernel, abortAfter).then((said) => process.send(said));
});

async function answer(jobs, kernel, abortAfter) {
  const { request, problems } = await resolveRequest({ targets: [directory], directory, keyFile, createKey: true, jobs, kernel });
  if (request === undefined) return { problems: problems.map(({ detail }) => detail) };
  const digests = new Digests();
  const before = process.cpuUsage();
  let summary;
  const signal = abortAfter === undefined ? new AbortController().signal : AbortSignal.timeout(abortAfter);
  for await (const event of scan(request, signal)) {
    digests.take(event);
    if (event.type === "scan-end") ({ summary } = event);
  }
  const { user, system } = process.cpuUsage(before);
  await new Promise((resolve) => setTimeout(resolve, SETTLE));
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    files: digests.end(),
    complete: summary.complete,
    ledger: summary.ledger,
    cpu: (user + system) / 1e6,
    memory: rss / 1048576,
    heap: (heapUsed + external) / 1048576,
    descriptors: count("/proc/self/fd"),
    threads: count("/proc/self/task"),
  };
}

/** What lies in a directory of `/proc`; undefined where there is none. */
function count(path) {
  return existsSync(path) ? readdirSync(path).length : undefined;
}
