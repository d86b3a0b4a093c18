import type { Examination } from "../../../src/model/finding.ts";
import { loadPacks } from "../../../src/rulepack/load.ts";
import { examine, memorySource } from "../../../src/scan/examine.ts";
import { defaultLimits } from "../../../src/scan/limits.ts";
import { createWorkshop } from "../../../src/scan/workshop.ts";
import { RULES } from "./examine.ts";

/** Examines the content of a file of that name with the shipped packs and more, as a worker does, and gives what the file itself held. */
export async function openEntryBench(
  findingsPerEntry = 2000,
  packs: readonly string[] = [],
): Promise<(name: string, content: string | Uint8Array) => Promise<Examination>> {
  const loaded = await loadPacks([RULES, ...packs], { disabled: [] });
  const workshop = createWorkshop({
    packs: loaded,
    limits: { ...defaultLimits, findingsPerEntry },
    passwords: [],
    key: new Uint8Array(32),
    showValues: true,
    kernel: "wasm",
    started: "2026-06-01T00:00:00.000Z",
  });
  return async (name, content) => {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    const found: Examination[] = [];
    const modified = "2026-06-01T00:00:00.000Z";
    const entry = { path: name, key: name, root: 0, size: bytes.length, modified, stamp: undefined, depth: 0 };
    await examine(
      workshop,
      entry,
      () => Promise.resolve(memorySource(bytes)),
      undefined,
      new AbortController().signal,
      (examination) => void found.push(examination),
    );
    const last = found.at(-1);
    if (last === undefined) throw new Error("nothing was handed back");
    return last;
  };
}
