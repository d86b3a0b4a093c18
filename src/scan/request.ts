import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

import type { RuleInfo } from "../model/event.ts";
import type { Limits, ScanRequest } from "../model/request.ts";
import { compile, loadPacks, locateProblems } from "../rulepack/load.ts";
import { loadPolicy } from "../rulepack/policy.ts";
import { checkGitRoot } from "../source/git.ts";
import { resolveTargets } from "../source/target.ts";
import { defaultLimits } from "./limits.ts";
import { keyId } from "../util/hash.ts";
import { packaged } from "../util/home.ts";
import { loadBaseline } from "./baseline.ts";
import { loadKey } from "./key.ts";
import { removableRoots } from "./volumes.ts";

/** What a user said, typed but not yet checked against packs, policy and disk. Absent is the default. */
export interface RequestInput {
  /** Paths and patterns as typed. */
  readonly targets: readonly string[];
  /** Roots of other sources, after those of the targets: `stdin:NAME`, `git-staged:DIRECTORY`, `git-diff:RANGE:DIRECTORY`. */
  readonly sources?: readonly string[];
  /** Names below the only target: examined instead of all that lies there. */
  readonly listed?: readonly string[];
  readonly directory: string;
  readonly zone?: string;
  readonly profile?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly follow?: boolean;
  readonly oneFileSystem?: boolean;
  /** Go into file systems of other machines below a root. */
  readonly network?: boolean;
  /** Leave out removable media below a root: they have a check of their own. */
  readonly withoutRemovable?: boolean;
  readonly respectIgnoreFiles?: boolean;
  /** What the header names of homes, mail, chat and cloud folders. */
  readonly places?: ScanRequest["places"];
  readonly readRate?: number;
  readonly olderThan?: number;
  readonly verifyContent?: boolean;
  readonly own?: readonly string[];
  /** Directories of the user's packs, after the shipped ones. */
  readonly packs?: readonly string[];
  readonly policyFile?: string;
  readonly disabledRules?: readonly string[];
  /** Optional rules, or packs with such, that are switched on. */
  readonly enabledRules?: readonly string[];
  readonly minConfidence?: ScanRequest["minConfidence"];
  readonly limits?: Partial<Limits>;
  readonly jobs?: number;
  readonly isolation?: ScanRequest["isolation"];
  readonly passwords?: readonly string[];
  readonly keyFile: string;
  /** Make the key file where there is none. */
  readonly createKey: boolean;
  /** Decisions of people on findings and on what could not be examined. */
  readonly baselineFile?: string;
  /** For the report's forms. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly showValues?: boolean;
  /** Lines of text may allow their own findings (`zicha:allow RULE REASON`); of no effect outside the zone `repository`. */
  readonly inlineAllow?: boolean;
  /** Read each file up to its first finding that gates. */
  readonly firstMatch?: boolean;
  readonly kernel?: "wasm" | "ts";
  /** The process does nothing else: what V8 does in all of it may be set as suits a scan. */
  readonly ownProcess?: boolean;
  readonly failOn?: ScanRequest["failOn"];
  readonly allowIncomplete?: boolean;
  readonly options?: ScanRequest["options"];
}

/** What is wrong with a request; `file` and `line` where a file is. Of `other-key` the detail holds two key ids: the wanted and the present one. */
export interface RequestProblem {
  readonly code: "no-such-path" | "git" | "pack" | "policy" | "zone" | "key" | "baseline" | "other-key";
  readonly file?: string;
  readonly line?: number;
  readonly detail: string;
}

/** The packs that come with zicha, and its policy. */
export const shippedRules: string = fileURLToPath(packaged("rules"));

/**
 * Checks everything before the first byte is read and gives all problems at once, or a frozen request. `keyStored` is false where the state
 * directory cannot be written: fingerprints then hold for this run only.
 */
export async function resolveRequest(
  input: RequestInput,
): Promise<{ readonly request: ScanRequest; readonly keyStored: boolean } | { readonly problems: readonly RequestProblem[] }> {
  const problems: RequestProblem[] = [];
  const { roots: found, problems: lost } = await resolveTargets(input.targets, input.directory, {
    oneFileSystem: input.oneFileSystem ?? false,
  });
  for (const detail of lost) problems.push({ code: "no-such-path", detail });
  for (const root of input.sources ?? []) {
    const detail = root.startsWith("git-") ? await checkGitRoot(root) : undefined;
    if (detail !== undefined) problems.push({ code: "git", detail });
  }
  // A file may be named like a root of another source.
  const roots = [...found.map((root) => (/^(stdin|git-\w+):/.test(root) ? `./${root}` : root)), ...(input.sources ?? [])];

  const loaded = await loadPacks([shippedRules, ...(input.packs ?? [])], {
    disabled: input.disabledRules ?? [],
    enabled: input.enabledRules ?? [],
  });
  for (const { file, line, at, expected } of loaded.problems) problems.push({ code: "pack", file, line, detail: `${at}: ${expected}` });
  if (loaded.problems.length === 0 && !loaded.prepared) {
    const { ruleKinds } = await import("../detect/kind/registry.ts");
    for (const { file, line, at, expected } of await locateProblems(compile(loaded, ruleKinds).problems)) {
      problems.push({ code: "pack", file, line, detail: `${at}: ${expected}` });
    }
  }
  const policyFile = input.policyFile ?? fileURLToPath(packaged("rules/policy.yaml"));
  const { policy, problems: policyProblems } = await loadPolicy(policyFile, loaded.rules);
  for (const { file, line, at, expected } of policyProblems) problems.push({ code: "policy", file, line, detail: `${at}: ${expected}` });

  const zone = input.zone ?? "repository";
  if (policy !== undefined) {
    const [place = "", level, ...rest] = zone.split(":");
    const known = policy.zones[place];
    if (known === undefined) problems.push({ code: "zone", detail: `${zone}: one of ${Object.keys(policy.zones).join(", ")}` });
    else if (known.levelled && (level === undefined || !policy.levels.includes(level))) {
      problems.push({ code: "zone", detail: `${zone}: with its level, as in ${place}:${policy.levels.join("|")}` });
    } else if (rest.length > 0 || (level !== undefined && !known.levelled))
      problems.push({ code: "zone", detail: `${zone}: ${place} has no level` });
  }
  const key = loadKey(input.keyFile, input.createKey && problems.length === 0);
  if ("problem" in key && (problems.length === 0 || !input.createKey)) problems.push({ code: "key", detail: key.problem });
  const baseline = input.baselineFile === undefined ? undefined : loadBaseline(input.baselineFile);
  if (baseline !== undefined && "problems" in baseline) problems.push(...baseline.problems);
  else if (baseline !== undefined && "key" in key && baseline.baseline.keyId !== keyId(key.key)) {
    problems.push({
      code: "other-key",
      ...(input.baselineFile === undefined ? {} : { file: input.baselineFile }),
      detail: `${baseline.baseline.keyId} ${keyId(key.key)}`,
    });
  }
  if (problems.length > 0 || policy === undefined || "problem" in key || (baseline !== undefined && "problems" in baseline))
    return { problems };

  const request: ScanRequest = {
    roots,
    zone,
    zoneGiven: input.zone !== undefined,
    ...(input.profile === undefined ? {} : { profile: input.profile }),
    walk: {
      include: input.include ?? [],
      exclude: input.exclude ?? [],
      follow: input.follow ?? false,
      oneFileSystem: input.oneFileSystem ?? false,
      network: input.network ?? false,
      respectIgnoreFiles: input.respectIgnoreFiles ?? false,
      ...(input.withoutRemovable === true ? { leftOut: await removableRoots() } : {}),
      ...(input.listed === undefined ? {} : { listed: input.listed }),
      systemRoot: "/",
    },
    own: input.own ?? [],
    packs: { packs: loaded.packs, rules: loaded.rules, tables: loaded.tables },
    policy,
    disabledRules: loaded.switchedOff,
    changedRules: loaded.changed,
    minConfidence: input.minConfidence ?? "low",
    limits: { ...defaultLimits, ...input.limits },
    jobs: input.jobs ?? Math.max(1, Math.min(8, availableParallelism())),
    isolation: input.isolation ?? "thread",
    passwords: input.passwords ?? [],
    key: key.key,
    ...(baseline === undefined ? {} : { baseline }),
    ...(input.fields === undefined ? {} : { fields: input.fields }),
    showValues: input.showValues ?? false,
    inlineAllow: input.inlineAllow ?? false,
    firstMatch: input.firstMatch ?? false,
    kernel: input.kernel ?? "wasm",
    ...(input.ownProcess === true ? { ownProcess: true } : {}),
    failOn: input.failOn ?? "violation",
    allowIncomplete: input.allowIncomplete ?? false,
    options: input.options ?? {},
    ...(input.places === undefined ? {} : { places: input.places }),
    verifyContent: input.verifyContent ?? false,
    ...(input.olderThan === undefined ? {} : { olderThan: input.olderThan }),
    ...(input.readRate === undefined ? {} : { readRate: input.readRate }),
  };
  return { request: Object.freeze(request), keyStored: key.stored };
}

/** The rules a scan would use and the optional ones, or what is wrong with their packs. */
export async function loadedRules(
  packs: readonly string[],
  disabled: readonly string[],
): Promise<{ readonly rules: readonly (RuleInfo & { readonly optional?: true })[]; readonly problems: readonly RequestProblem[] }> {
  const loaded = await loadPacks([shippedRules, ...packs], { disabled, enabled: "all" });
  const { ruleKinds } = await import("../detect/kind/registry.ts");
  const problems = [...loaded.problems, ...(await locateProblems(compile(loaded, ruleKinds).problems))];
  return {
    rules: loaded.rules.map(({ base }) => ({
      id: base.id,
      kind: base.kind,
      infoType: base.infoType,
      title: base.title,
      description: base.description,
      severity: base.severity,
      dataClass: base.dataClass,
      references: base.references,
      ...(base.optional === true ? { optional: true } : {}),
    })),
    problems: problems.map(({ file, line, at, expected }) => ({ code: "pack", file, line, detail: `${at}: ${expected}` })),
  };
}
