import { createEngine } from "../detect/engine.ts";
import { ruleKinds } from "../detect/kind/registry.ts";
import { columnLexicon } from "../detect/table.ts";
import { disguisedExtension } from "../format/extensions.ts";
import { createProbe } from "../format/probe.ts";
import { extractors } from "../format/registry.ts";
import { textlessKind } from "../format/textless.ts";
import { isEnough } from "../judge/firstMatch.ts";
import type { FirstMatch } from "../judge/firstMatch.ts";
import { createSeal } from "../judge/seal.ts";
import type { Limits, RequestPacks } from "../model/request.ts";
import { compile } from "../rulepack/load.ts";
import { readKernelTables } from "../rulepack/prepared.ts";
import { keyedHashes, subjectKeys } from "../util/hash.ts";
import type { Workshop } from "./examine.ts";
import { boundBacktracking } from "./backtracking.ts";
import { createPathMasker } from "./maskPath.ts";

/** What a worker is given as it starts; no request, event or cache holds the key. */
export interface WorkshopSetup {
  readonly packs: Pick<RequestPacks, "rules" | "tables">;
  readonly limits: Limits;
  readonly passwords: readonly string[];
  readonly key: Uint8Array;
  readonly showValues: boolean;
  readonly inlineAllow?: boolean;
  /** What ends a file at once; absent: nothing does. */
  readonly firstMatch?: FirstMatch;
  readonly kernel: "wasm" | "ts";
  readonly ownProcess?: boolean;
  readonly started: string;
}

/** Compiles the rules and lays out the tools of one worker. */
export function createWorkshop(setup: WorkshopSetup): Workshop {
  boundBacktracking();
  const { matchers, tables } = compile(setup.packs, ruleKinds);
  const engine = createEngine(matchers, columnLexicon(tables.json("headers")), setup.kernel, readKernelTables);
  const seal = createSeal(setup.key, setup.showValues);
  const hash = keyedHashes(setup.key);
  const { firstMatch } = setup;
  return {
    engine,
    extractors,
    limits: setup.limits,
    passwords: setup.passwords,
    ...(setup.inlineAllow === undefined ? {} : { inlineAllow: setup.inlineAllow }),
    ...(firstMatch === undefined ? {} : { enough: (...match) => isEnough(firstMatch, ...match) }),
    seal,
    maskPath: createPathMasker(engine, seal, setup.started),
    started: setup.started,
    createProbe,
    textlessKind,
    disguisedExtension,
    contentKey: (...parts) => hash("content", ...parts),
    subjects: subjectKeys(setup.key),
  };
}
