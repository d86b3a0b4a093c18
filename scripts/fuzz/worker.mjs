// Examines what it is sent with the built program, all the way through readers and rules, and says which failures came of it.
import { parentPort, workerData } from "node:worker_threads";

const dist = new URL("../../dist/", import.meta.url);
const { examine, memorySource } = await import(new URL("scan/examine.js", dist).href);
const { createWorkshop } = await import(new URL("scan/workshop.js", dist).href);

const workshop = createWorkshop(workerData.setup);

parentPort.on("message", async ({ id, name, bytes }) => {
  const entry = { path: name, key: name, root: 0, size: bytes.length, modified: undefined, stamp: undefined, depth: 0 };
  const formats = [];
  const failures = [];
  let matches = 0;
  try {
    await examine(
      workshop,
      entry,
      () => Promise.resolve(memorySource(bytes)),
      undefined,
      new AbortController().signal,
      (examination) => {
        formats.push(examination.format);
        matches += examination.matches.length;
        for (const { code, detail } of examination.failures) failures.push({ code, detail });
      },
    );
    parentPort.postMessage({ id, format: formats.at(-1), failures, matches });
  } catch (error) {
    parentPort.postMessage({ id, format: formats.at(-1), failures, matches, thrown: String(error?.stack ?? error).slice(0, 600) });
  }
});
parentPort.postMessage({ ready: true });
