import { hostname } from "node:os";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

import { fingerprints } from "../judge/number.ts";
import { leftBehind, leftBehindRule } from "../judge/leftBehind.ts";
import { firstMatchOf } from "../judge/firstMatch.ts";
import { conclude, effectOf, judge } from "../judge/policy.ts";
import { createSuppressor } from "../judge/suppress.ts";
import type { Suppressor } from "../judge/suppress.ts";
import type { Entry, Plain } from "../model/entry.ts";
import type { Ledger, RootInfo, ScanEvent, ScanHeader, ScanSummary, Volume } from "../model/event.ts";
import type { Failure, FailureCode } from "../model/failure.ts";
import type { Coverage, Examination, Finding, Judgement, SealedMatch, Verdict } from "../model/finding.ts";
import type { ScanRequest } from "../model/request.ts";
import type { Confidence, RuleBase, Severity } from "../model/rule.ts";
import { sources } from "../source/registry.ts";
import { Distinct } from "../util/distinct.ts";
import { gatingKey, Places } from "../util/gating.ts";
import { keyedHashes, keyId } from "../util/hash.ts";
import type { KeyedHash } from "../util/hash.ts";
import { pathBelow } from "../util/path.ts";
import { baselineNames } from "../util/relative.ts";
import { formatVersions } from "./formatVersions.ts";
import { childLanes } from "./isolation/childLane.ts";
import { createPool } from "./pool.ts";
import type { Pool } from "./pool.ts";
import { mayIdentify } from "./maskPath.ts";
import { contentOf } from "./state/content.ts";
import { Keeping } from "./state/record.ts";
import type { ScanState } from "./state/state.ts";
import { Quantities } from "./quantity.ts";
import { toolVersion } from "./version.ts";
import type { WorkshopSetup } from "./workshop.ts";

/** Milliseconds that workers have after an interrupt. */
const INTERRUPT_GRACE = 2_000;
/** Entries that may be back and wait for an earlier one before the walk waits too. */
const REORDER = 4_096;
/** Events given together, more or less. */
const TOGETHER = 512;
/** Unique people of one entry from which its customer data is judged as bulk. */
const BULK_SUBJECTS = 50;

const confidences: readonly Confidence[] = ["low", "medium", "high"];

/** Zone and media decide once more: on a host or a medium the checked person writes the files. */
function allowsInline(request: ScanRequest, volumes: readonly (Volume | undefined)[]): boolean {
  return request.inlineAllow === true && request.zone === "repository" && !volumes.some((volume) => volume?.removable === true);
}

/** What the walk found, in order; what is not an entry waits for its turn like one. */
type Step =
  | { readonly kind: "event"; readonly event: ScanEvent }
  /** Unchanged entries in a row, each with nothing to say of it: what most of a second scan is. */
  | { readonly kind: "plain"; readonly paths: readonly string[]; readonly plain: readonly Plain[] }
  | { readonly kind: "known"; readonly examinations: readonly Examination[] }
  | ReadStep;

/** An entry that is read: pieces of it are told as they come once its turn has come. */
interface ReadStep {
  readonly kind: "read";
  pieces: { readonly examinations: readonly Examination[]; taken(): void }[];
  ended: boolean;
}

/** Unchanged entries that wait to be told. */
interface Held {
  entries: number;
}

/** How far a scan is, for whoever watches it; entries that need no reading do not count. */
export interface Ahead {
  /** Work that the walk has met, and that of it which was told: bytes, and a share for each entry. */
  met: number;
  told: number;
  /** True once the walk has come to its end, so that `met` is all there is. */
  whole: boolean;
}

/** Opening a file takes about as long as reading this many bytes of one. */
const ENTRY_SHARE = 32 * 1024;

function workOf(entry: Entry): number {
  return ENTRY_SHARE + (entry.size ?? 0);
}

/**
 * Runs a scan. Events come in walk order whatever the number of workers; the last one says whether the scan is complete. Aborting the
 * signal stops the walk, leaves workers two seconds (or the milliseconds that are the signal's reason), and still gives every entry that was met
 * its end.
 *
 * Throws only for bugs and where no worker can be started; what the data causes is told as a failure.
 */
export async function* scan(
  request: ScanRequest,
  signal: AbortSignal,
  volumes: readonly (Volume | undefined)[] = [],
  state?: ScanState,
  ahead?: Ahead,
): AsyncGenerator<ScanEvent> {
  for await (const events of scanInBatches(request, signal, volumes, state, ahead)) yield* events;
}

/** As `scan`, all events that are there at once: one at a time costs more than an unchanged entry does. */
export async function* scanInBatches(
  request: ScanRequest,
  signal: AbortSignal,
  volumes: readonly (Volume | undefined)[] = [],
  state?: ScanState,
  ahead?: Ahead,
): AsyncGenerator<readonly ScanEvent[]> {
  const begun = performance.now();
  const started = new Date().toISOString();
  const steps = new Map<number, Step>();
  const arrived: { wake: (() => void) | undefined } = { wake: undefined };
  const put = (sequence: number, step: Step): void => {
    steps.set(sequence, step);
    arrived.wake?.();
  };
  const reading = (sequence: number): ReadStep => {
    const known = steps.get(sequence);
    if (known?.kind === "read") return known;
    const step: ReadStep = { kind: "read", pieces: [], ended: false };
    steps.set(sequence, step);
    return step;
  };
  const inline = allowsInline(request, volumes);
  const setup: WorkshopSetup = {
    packs: { rules: request.packs.rules, tables: request.packs.tables },
    limits: request.limits,
    passwords: request.passwords,
    key: request.key,
    showValues: request.showValues,
    inlineAllow: inline,
    ...(request.firstMatch === true ? { firstMatch: firstMatchOf(request) } : {}),
    kernel: request.kernel,
    ...(request.ownProcess === true ? { ownProcess: true } : {}),
    started,
  };
  const maskPath = lazyMasker(setup);
  const suppressor = createSuppressor(request.baseline?.baseline, started.slice(0, 10));
  const said = await header(request, started, volumes, maskPath, suppressor.expired);
  state?.begin(said, await Promise.all(request.roots.map((root) => maskPath(absoluteOf(root)))));
  yield [{ type: "scan-start", header: said }];
  const options = {
    jobs: request.jobs,
    limits: request.limits,
    workshop: setup,
    ...(request.readRate === undefined ? {} : { readOnce: true }),
    ...(request.isolation === "process" ? { startLane: childLanes(sourcesOf(request.roots)) } : {}),
    maskPath,
    examined: (sequence: number, examinations: readonly Examination[], taken: () => void): void => {
      reading(sequence).pieces.push({ examinations, taken });
      arrived.wake?.();
    },
    ended: (sequence: number): void => {
      reading(sequence).ended = true;
      arrived.wake?.();
    },
  };
  // What a worker needs is not loaded here too.
  const pool: Pool = request.isolation === "none" ? (await import("./inline.ts")).createInlinePool(options) : createPool(options);
  const onAbort = (): void => pool.interrupt(typeof signal.reason === "number" ? signal.reason : INTERRUPT_GRACE);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });

  const judgeOf = new Judge(
    request,
    suppressor,
    said.roots.map(({ path }) => path),
    inline,
    state !== undefined,
    volumes.map((volume) => volume?.readOnly === true),
  );
  let summary: ScanSummary | undefined;
  /** Hashes of entries on their way, by sequence: only where content is to be verified. */
  const contents = new Map<number, string>();
  let keeping: Keeping | undefined;
  /** The newest that was told of the entry whose turn it is: at its end the entry itself. */
  let outer: Entry | undefined;
  let walked = 0;
  let told = 0;
  const held: Held = { entries: 0 };
  let walkDone = false;
  let failed: { readonly error: unknown } | undefined;
  const walk = walkAll(
    request,
    signal,
    pool,
    state,
    contents,
    put,
    () => walked++,
    () => walked - told + held.entries,
    held,
    (entry) => {
      if (ahead !== undefined) ahead.met += workOf(entry);
    },
  )
    .catch((error: unknown) => {
      failed = { error };
    })
    .finally(() => {
      walkDone = true;
      if (ahead !== undefined) ahead.whole = !signal.aborted;
      arrived.wake?.();
    });

  try {
    let events: ScanEvent[] = [];
    for (;;) {
      const step = steps.get(told);
      const waits = step === undefined || (step.kind === "read" && step.pieces.length === 0 && !step.ended);
      if (events.length > 0 && (waits || events.length >= TOGETHER)) {
        yield events;
        events = [];
        // What waited may have come in the meantime.
        continue;
      }
      if (waits) {
        if (failed !== undefined) throw failed.error;
        if (walkDone && told === walked) break;
        await new Promise<void>((resolve) => {
          arrived.wake = resolve;
        });
        continue;
      }
      if (step.kind === "read") {
        const { pieces } = step;
        step.pieces = [];
        for (const { examinations, taken } of pieces) {
          if (state !== undefined) (keeping ??= new Keeping()).add(examinations);
          outer = examinations.at(-1)?.entry;
          for (const event of judgeOf.entry(examinations)) events.push(event);
          if (events.length >= TOGETHER) {
            yield events;
            events = [];
          }
          taken();
        }
        if (!step.ended || step.pieces.length > 0) continue;
        if (outer !== undefined) {
          if (keeping !== undefined) state?.store(outer, keeping.record(), contents.get(told));
          if (ahead !== undefined) ahead.told += workOf(outer);
        }
        keeping = outer = undefined;
      }
      steps.delete(told);
      contents.delete(told);
      told++;
      if (step.kind === "event") {
        const event = await masked(step.event, maskPath);
        judgeOf.note(event);
        // What a person's own device keeps from the check is counted, and not named.
        if (event.type !== "excluded" || request.zone !== "personal") events.push(event);
      } else if (step.kind === "plain") {
        held.entries -= step.paths.length;
        judgeOf.plain(step.paths, step.plain, events);
      } else if (step.kind === "known") for (const event of judgeOf.entry(step.examinations, true)) events.push(event);
    }
    await walk;
    summary = judgeOf.summary(!signal.aborted, performance.now() - begun);
    yield [{ type: "scan-end", summary }];
  } finally {
    state?.end(summary, judgeOf.gating, judgeOf.places);
    signal.removeEventListener("abort", onAbort);
    await pool.close();
  }
}

/** A root as it is known from everywhere, whatever was typed: the history names it so. */
function absoluteOf(root: string): string {
  const [, source, directory] = /^(git-(?:staged|diff:[^:]+):)(.*)$/s.exec(root) ?? [];
  if (source !== undefined) return source + resolve(directory ?? "");
  return root.startsWith("stdin:") ? root : resolve(root);
}

/** Ids of the sources that claim the roots. */
function sourcesOf(roots: readonly string[]): ReadonlySet<string> {
  return new Set(roots.flatMap((root) => sources.find((source) => source.claims(root))?.id ?? []));
}

/** Only the file itself was opened, not what it holds. */
function withTouch(examination: Examination): Examination {
  return examination.entry.depth === 0 ? { ...examination, touched: true } : examination;
}

function withoutAllowance(match: SealedMatch): SealedMatch {
  const { allowed: _, ...rest } = match;
  return rest;
}

/** Rules are compiled in this thread only for a path that may need it: what cannot be walked or is excluded has seen no worker. */
function lazyMasker(setup: WorkshopSetup): (path: string) => Promise<string> {
  let masker: Promise<(path: string) => string> | undefined;
  return async (path) => {
    if (!mayIdentify.test(path)) return path;
    masker ??= import("./workshop.ts").then(({ createWorkshop }) => createWorkshop(setup).maskPath);
    return (await masker)(path);
  };
}

async function masked(event: ScanEvent, maskPath: (path: string) => Promise<string>): Promise<ScanEvent> {
  if (event.type === "excluded") return { ...event, path: await maskPath(event.path) };
  if (event.type !== "failure") return event;
  return { ...event, failure: { ...event.failure, path: await maskPath(event.failure.path) } };
}

async function walkAll(
  request: ScanRequest,
  signal: AbortSignal,
  pool: Pool,
  state: ScanState | undefined,
  contents: Map<number, string>,
  put: (sequence: number, step: Step) => void,
  next: () => number,
  open: () => number,
  held: Held,
  reading: (entry: Entry) => void,
): Promise<void> {
  const options = { ...request.walk, own: request.own, roots: request.roots };
  // Age is judged of each entry, and bytes decide only where they were read.
  const unchanged = request.olderThan === undefined && request.verifyContent !== true ? state?.unchanged : undefined;
  const pace = paced(request.readRate, signal, () => pool.flush());
  for (const [index, root] of request.roots.entries()) {
    const source = sources.find((one) => one.claims(root));
    if (source === undefined) throw new Error(`no source for root ${index}`);
    for await (const found of source.walk(root, index, options, signal, unchanged)) {
      for (const one of found) {
        const sequence = next();
        if (one.type === "unchanged") {
          held.entries += one.paths.length;
          put(sequence, { kind: "plain", paths: one.paths, plain: one.plain });
          continue;
        }
        const content =
          one.type === "entry" && state !== undefined && request.verifyContent === true
            ? await contentOf(source, one.entry, request.key, signal)
            : undefined;
        if (content !== undefined) contents.set(sequence, content.hash);
        const before = one.type === "entry" ? state?.lookup(one.entry, content?.hash) : undefined;
        if (before !== undefined) {
          const examinations = content?.touched === true ? before.map((examination) => withTouch(examination)) : before;
          put(sequence, { kind: "known", examinations });
        } else if (one.type === "entry") {
          reading(one.entry);
          await pace(one.entry.size ?? 0);
          await pool.submit({ sequence, source: source.id, entry: one.entry });
        } else put(sequence, { kind: "event", event: one });
      }
      while (open() > REORDER && !signal.aborted) {
        // What is told waits for what is read, and that may wait for a batch to fill, which only the walk can do.
        pool.flush();
        await setTimeout(5);
      }
      if (signal.aborted) break;
    }
    if (signal.aborted) break;
  }
  await pool.drain();
}

/** Waits so that no more bytes a second go out than `rate`; a second's worth may go at once. Before each pause `pausing` is called. */
function paced(rate: number | undefined, signal: AbortSignal, pausing: () => void): (bytes: number) => Promise<void> {
  if (rate === undefined) return () => Promise.resolve();
  let free = performance.now();
  return async (bytes) => {
    const now = performance.now();
    free = Math.max(free, now - 1_000);
    const wait = free - now;
    free += (bytes / rate) * 1_000;
    if (wait <= 0) return;
    pausing();
    await setTimeout(wait, undefined, { signal }).catch(() => undefined);
  };
}

async function header(
  request: ScanRequest,
  started: string,
  volumes: readonly (Volume | undefined)[],
  maskPath: (path: string) => Promise<string>,
  expired: number,
): Promise<ScanHeader> {
  const roots = await Promise.all(request.roots.map(maskPath));
  const places =
    request.places && (await Promise.all(request.places.map(async (place) => ({ ...place, path: await maskPath(place.path) }))));
  return {
    tool: { name: "zicha", version: toolVersion(), node: process.version, platform: `${process.platform}-${process.arch}` },
    host: hostname(),
    started,
    utcOffset: -new Date(started).getTimezoneOffset(),
    roots: roots.map((path, index): RootInfo => {
      const volume = volumes[index];
      return { path, zone: request.zone, ...(volume === undefined ? {} : { volume }) };
    }),
    zone: request.zone,
    zoneGiven: request.zoneGiven,
    ...(request.profile === undefined ? {} : { profile: request.profile }),
    ...(places === undefined ? {} : { places }),
    ...(request.overdue === undefined ? {} : { overdue: request.overdue }),
    packs: request.packs.packs,
    policyDigest: request.policy.digest,
    policy: policyOf(request),
    limits: { ...request.limits },
    disabledRules: request.disabledRules,
    ...(request.changedRules.length === 0 ? {} : { changedRules: request.changedRules }),
    rules: request.packs.rules.map(({ base }) => ({
      id: base.id,
      kind: base.kind,
      infoType: base.infoType,
      title: base.title,
      description: base.description,
      severity: base.severity,
      dataClass: base.dataClass,
      references: base.references,
    })),
    keyId: keyId(request.key),
    ...(request.baseline === undefined
      ? {}
      : {
          baseline: {
            digest: request.baseline.digest,
            findings: request.baseline.baseline.findings.length,
            notExamined: request.baseline.baseline.notExamined.length,
            expired,
          },
        }),
    ...(request.fields === undefined ? {} : { fields: request.fields }),
    showValues: request.showValues,
    options: request.options,
    formats: await formatVersions(),
  };
}

function policyOf({ policy, zone }: ScanRequest): NonNullable<ScanHeader["policy"]> {
  const [place = ""] = zone.split(":");
  const rows = Object.entries(policy.matrix).flatMap(([dataClass, columns]) => {
    const column = columns[place];
    if (column === undefined) return [];
    const above = columns[`${place}-below`];
    return [{ dataClass, is: column.is, ...(above === undefined ? {} : { above: above.is }), references: (above ?? column).references }];
  });
  return { version: policy.version, rows };
}

const none: readonly never[] = [];

/** Judges what comes back and keeps the ledger. */
class Judge {
  readonly #request: ScanRequest;
  readonly #rules: ReadonlyMap<string, RuleBase>;
  readonly #quantities: Quantities;
  readonly #suppressor: Suppressor;
  /** As they are shown. */
  readonly #roots: readonly string[];
  /** By root: what lies there keeps its access times whoever reads it. */
  readonly #readOnly: readonly boolean[];
  readonly #ledger = { entries: 0, full: 0, partial: 0, none: 0, textless: 0, excluded: 0, unwalked: 0, bytes: 0, seen: 0 };
  readonly #verdicts: Record<Verdict["kind"], number> = { violation: 0, suspect: 0, clean: 0, "not-examined": 0, textless: 0 };
  readonly #effects: Record<Finding["effect"], number> = { violation: 0, suspect: 0, recorded: 0 };
  readonly #severities: Record<Severity, number> = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
  readonly #failures: Partial<Record<FailureCode, number>> = {};
  readonly #formats: Record<string, number> = {};
  readonly #byFormat: Record<string, Record<Coverage, number>> = {};
  /** What counts against an entry, and what was not looked at; kept only where a later run asks for them. */
  readonly gating: Map<string, string> = new Map();
  readonly places: Places;
  readonly #keepsGating: boolean;
  readonly #allowsInline: boolean;
  readonly #now = Date.now();
  /** Of what has no level, by class. */
  readonly #judgements = new Map<string, Judgement>();
  readonly #hash: KeyedHash;
  #findings = 0;
  #carried = 0;
  #touched = 0;
  #stateSecret = false;

  constructor(
    request: ScanRequest,
    suppressor: Suppressor,
    roots: readonly string[],
    inline: boolean,
    keepsGating: boolean,
    readOnly: readonly boolean[],
  ) {
    this.#request = request;
    this.#hash = keyedHashes(request.key);
    this.#allowsInline = inline;
    this.#keepsGating = keepsGating;
    this.#suppressor = suppressor;
    this.#roots = roots;
    this.places = new Places(roots);
    this.#readOnly = readOnly;
    this.#rules = new Map(request.packs.rules.map(({ base }) => [base.id, base]));
    this.#quantities = new Quantities(request.packs);
  }

  /** Counts what the walk tells of itself. */
  note(event: ScanEvent): void {
    if (event.type === "excluded") {
      this.#ledger.excluded++;
      if (this.#keepsGating) this.places.miss(event.path);
    } else if (event.type === "failure") {
      if (this.#keepsGating) this.places.miss(event.failure.path);
      this.#ledger.unwalked++;
      this.#failed(event.failure);
    }
  }

  /** Tells unchanged entries that held text and nothing to say of it. */
  plain(paths: readonly string[], plain: readonly Plain[], events: ScanEvent[]): void {
    for (let index = 0; index < plain.length; index++) {
      const { format = "unknown", bytes = 0 } = plain[index] ?? {};
      this.#ledger.bytes += bytes;
      this.#formats[format] = (this.#formats[format] ?? 0) + 1;
      const row = (this.#byFormat[format] ??= { full: 0, partial: 0, none: 0, textless: 0 });
      row.full++;
      events.push({
        type: "entry-end",
        path: paths[index] ?? "",
        verdict: "clean",
        coverage: "full",
        format: format === "unknown" ? undefined : format,
        carried: true,
        counts: none,
        subjects: 0,
        bytes,
        elapsedMs: 0,
      });
    }
    this.#carried += plain.length;
    this.#ledger.entries += plain.length;
    this.#ledger.full += plain.length;
    this.#verdicts.clean += plain.length;
  }

  *entry(examinations: readonly Examination[], carried?: true): Generator<ScanEvent> {
    for (const examination of examinations) {
      const { shownPath } = examination;
      const names = this.#names(examination);
      const failures = examination.failures.map((failure): Failure => {
        const seen = this.#suppressor.failure(failure, names, examination.contentKey);
        return { ...failure, path: shownPath, ...(seen === undefined ? {} : { seen }) };
      });
      const findings = this.#judged(examination, names, carried);
      if (carried) this.#carried++;
      if (examination.touched === true && this.#readOnly[examination.entry.root] !== true) this.#touched++;
      for (const finding of findings) {
        this.#counted(finding, 1);
        yield { type: "finding", finding };
      }
      for (const failure of failures) {
        this.#failed(failure);
        if (this.#keepsGating) this.places.miss(failure.path);
        yield { type: "failure", failure };
      }
      this.#unstored(examination, findings);
      const verdict = conclude(findings, failures, examination.textless);
      const coverage = coverageOf(examination);
      this.#ledger.entries++;
      this.#ledger[coverage]++;
      if (failures.length > 0 && failures.every(({ seen }) => seen !== undefined)) this.#ledger.seen++;
      this.#ledger.bytes += examination.bytes;
      this.#verdicts[verdict.kind]++;
      const format = examination.format ?? "unknown";
      this.#formats[format] = (this.#formats[format] ?? 0) + 1;
      const row = (this.#byFormat[format] ??= { full: 0, partial: 0, none: 0, textless: 0 });
      row[coverage]++;
      this.#quantities.add(shownPath, examination);
      yield {
        type: "entry-end",
        path: shownPath,
        verdict: verdict.kind,
        coverage,
        format: examination.format,
        ...(carried === undefined ? {} : { carried }),
        counts: examination.counts.filter(({ total, stored }) => total > stored),
        subjects: new Distinct(examination.subjects).size,
        bytes: examination.bytes,
        elapsedMs: examination.elapsedMs,
        ...(examination.contentKey === undefined ? {} : { contentKey: examination.contentKey }),
      };
    }
  }

  summary(complete: boolean, elapsedMs: number): ScanSummary {
    const ledger: Ledger = { ...this.#ledger };
    const quantity = this.#quantities.scan();
    const directories = this.#quantities.directories();
    return {
      complete,
      ended: new Date().toISOString(),
      elapsedMs: Math.round(elapsedMs),
      ledger,
      verdicts: this.#verdicts,
      findings: this.#findings,
      effects: this.#effects,
      severities: this.#severities,
      failures: this.#failures,
      subjects: this.#quantities.subjects,
      ...(quantity === undefined || quantity.subjects === 0 ? {} : { quantity }),
      ...(directories.length === 0 ? {} : { directories }),
      ...(this.#carried === 0 ? {} : { carried: this.#carried }),
      ...(this.#touched === 0 ? {} : { touched: this.#touched }),
      formats: this.#formats,
      byFormat: this.#byFormat,
      stateSecret: this.#stateSecret,
    };
  }

  /** What the entry may be called in a baseline: below its root, and as pipelines know it. */
  #names(examination: Examination): readonly string[] {
    return baselineNames(this.#roots[examination.entry.root] ?? "", examination.shownPath, process.platform);
  }

  /** Age is judged here: what was examined yesterday may be old today. */
  #matchesOf(examination: Examination): readonly SealedMatch[] {
    const { olderThan } = this.#request;
    if (olderThan === undefined || !this.#rules.has(leftBehindRule)) return examination.matches;
    const old = leftBehind(examination, olderThan, this.#now, this.#hash);
    return old === undefined ? examination.matches : [old, ...examination.matches];
  }

  #judged(examination: Examination, names: readonly string[], carried: true | undefined): readonly Finding[] {
    const { entry, subjects } = examination;
    const matches = this.#matchesOf(examination);
    // What is over the storing cap cannot be told from what a person decided on, so then all of its kind gates.
    const capped = new Set(examination.counts.filter(({ total, stored }) => total > stored).map(({ ruleId }) => ruleId));
    const { minConfidence } = this.#request;
    const below = pathBelow(this.#request.roots[entry.root] ?? "", entry.path);
    const prints = fingerprints(this.#hash, below, matches);
    const bulk = subjects.length >= BULK_SUBJECTS;
    const findings: Finding[] = [];
    const least = confidences.indexOf(minConfidence);
    for (let index = 0; index < matches.length; index++) {
      const match = matches[index];
      if (match === undefined || (least > 0 && confidences.indexOf(match.confidence) < least)) continue;
      const rule = this.#rules.get(match.ruleId);
      if (rule === undefined) throw new Error(`no rule ${match.ruleId}`);
      const dataClass = bulk && rule.dataClass === "C2" ? "C2-bulk" : rule.dataClass;
      const judgement = this.#judgementOf(dataClass, match.level);
      const { allowed } = match;
      const suppression = capped.has(match.ruleId)
        ? undefined
        : (this.#suppressor.finding(match.ruleId, names, match.valueKey) ?? this.#inline(allowed, rule));
      const effect = suppression === undefined ? effectOf(judgement, match) : "recorded";
      // A copy with more members, one by one: there are a million of them, and objects made of pieces cost many times as much.
      const finding: { -readonly [Name in keyof Finding]?: Finding[Name] } = allowed === undefined ? { ...match } : withoutAllowance(match);
      finding.fingerprint = prints[index] ?? "";
      finding.path = examination.shownPath;
      if (carried !== undefined) finding.carried = carried;
      if (examination.recycled !== undefined) finding.recycled = examination.recycled;
      finding.dataClass = dataClass;
      finding.judgement = judgement;
      finding.effect = effect;
      finding.counts = effect !== "recorded";
      if (suppression !== undefined) finding.suppression = suppression;
      findings.push(finding as Finding);
    }
    return findings;
  }

  #judgementOf(dataClass: string, level: string | undefined): Judgement {
    const known = level === undefined ? this.#judgements.get(dataClass) : undefined;
    if (known !== undefined) return known;
    const judgement = judge(this.#request.policy, this.#request.zone, dataClass, level);
    if (level === undefined) this.#judgements.set(dataClass, judgement);
    return judgement;
  }

  /** What a line of text allows of itself. A mark of a state secret is never put aside by whoever wrote the file. */
  #inline(reason: string | undefined, rule: RuleBase): Finding["suppression"] {
    if (reason === undefined || rule.dataClass === "state-secret" || !this.#allowsInline) return undefined;
    return { reason, by: "inline" };
  }

  #counted(finding: Finding, times: number): void {
    this.#findings += times;
    this.#effects[finding.effect] += times;
    this.#severities[finding.severity] += times;
    if (this.#keepsGating && finding.counts) this.gating.set(gatingKey(finding), this.places.of(finding.path));
    if (finding.dataClass === "state-secret" && finding.effect !== "recorded") this.#stateSecret = true;
  }

  /** What is over the storing cap is counted as its like that were stored. */
  #unstored(examination: Examination, findings: readonly Finding[]): void {
    for (const { ruleId, confidence, total, stored } of examination.counts) {
      if (total <= stored) continue;
      const like = findings.find((finding) => finding.ruleId === ruleId && finding.confidence === confidence);
      if (like !== undefined) this.#counted(like, total - stored);
    }
  }

  #failed(failure: Failure): void {
    this.#failures[failure.code] = (this.#failures[failure.code] ?? 0) + 1;
  }
}

/** How much of an entry was read. Failures that lost only a piece leave it partial; one that lost the rest does too, if there was a rest. */
function coverageOf(examination: Examination): Coverage {
  if (examination.textless) return "textless";
  if (examination.failures.length === 0) return "full";
  return examination.failures.every(({ partial }) => partial) ||
    (examination.format !== undefined && examination.bytes > nameBytes(examination.entry))
    ? "partial"
    : "none";
}

/** The name is examined even when nothing else could be. */
function nameBytes(entry: Entry): number {
  return Buffer.byteLength(entry.path.slice(Math.max(entry.path.lastIndexOf("/"), entry.path.lastIndexOf("\\")) + 1));
}
