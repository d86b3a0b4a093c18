import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { readBaseline, writeBaseline } from "../judge/baseline.ts";
import { addTo, prune, takeFrom } from "../judge/editBaseline.ts";
import type { Decision, Selection, Taken } from "../judge/editBaseline.ts";
import { compileGlob } from "../source/shared/glob.ts";
import type { Baseline } from "../model/baseline.ts";
import type { RequestProblem } from "./request.ts";

/** Reads a baseline file, with its digest; all problems at once. */
export function loadBaseline(
  file: string,
): { readonly baseline: Baseline; readonly digest: string } | { readonly problems: readonly RequestProblem[] } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return { problems: [{ code: "baseline", file, detail: (error as NodeJS.ErrnoException).code ?? "EIO" }] };
  }
  const read = readBaseline(bytes.toString("utf8"));
  if ("problems" in read) {
    return {
      problems: read.problems.map(({ at, expected }) => ({ code: "baseline", file, detail: at === "" ? expected : `${at}: ${expected}` })),
    };
  }
  return { baseline: read.baseline, digest: createHash("sha256").update(bytes).digest("hex") };
}

export { addTo, prune, takeFrom, writeBaseline };
export type { Decision, Selection, Taken };

/** What of a result a decision is about; `globs` on the paths a baseline holds, empty for all. */
export function selectionOf(rules: readonly string[], globs: readonly string[], notExamined: boolean): Selection {
  const compiled = globs.map((glob) => compileGlob(glob));
  return { rules, path: (path) => compiled.length === 0 || compiled.some((matches) => matches(path, false)), notExamined };
}
