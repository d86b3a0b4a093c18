import type { ScanEvent } from "../../model/event.ts";
import type { Finding, Verdict } from "../../model/finding.ts";
import { rankOf, Worst } from "./worst.ts";

/** Findings of one rule in one file. */
export interface RuleGroup {
  readonly ruleId: string;
  /** What is kept, worst first, then in the order of the file; at least one. */
  readonly findings: readonly [Finding, ...Finding[]];
}

/** A file with findings, as reports group them. */
export interface FileGroup {
  readonly path: string;
  readonly verdict: Verdict["kind"] | "recorded";
  /** All findings of the file that were taken in, also those not kept here or not stored at all. */
  readonly total: number;
  /** People met in it, at medium confidence or above; 0 where none or unknown. */
  readonly subjects: number;
  /** False where part of it could not be read. */
  readonly whole: boolean;
  /** Worst first. */
  readonly rules: readonly RuleGroup[];
}

interface Totals {
  readonly path: string;
  readonly total: number;
  readonly subjects: number;
  readonly whole: boolean;
}

interface Open {
  /** How many findings of a rule its file has had. */
  readonly ordinals: Map<string, number>;
  /** Ranks of its groups. */
  readonly groups: Map<string, number>;
  total: number;
  /** Rank of the worst. */
  rank: number;
}

/** Without the keys, which no report for people shows: they are half of a finding's memory. */
function slim(finding: Finding): Finding {
  const { subjectKey: _subjectKey, cell: _cell, ...rest } = finding;
  return { ...rest, fingerprint: "", valueKey: "", flow: "" };
}

/** Keeps the worst findings of a scan up to a ceiling and groups them by file, worst file first. Memory hangs on the ceiling only. */
export class Gather {
  readonly #wanted: (finding: Finding) => boolean;
  readonly #findings: Worst<Finding>;
  readonly #files: Worst<Totals>;
  readonly #open: Map<string, Open> = new Map();
  /** Taken in with their groups. */
  #folded = 0;

  /** `wanted` says which findings are taken in at all. */
  constructor(ceiling: number, wanted: (finding: Finding) => boolean) {
    this.#wanted = wanted;
    this.#findings = new Worst(ceiling);
    this.#files = new Worst(ceiling);
  }

  /** Findings taken in, members of groups included. */
  get seen(): number {
    return this.#findings.seen + this.#folded;
  }

  /** Findings taken in but not kept. */
  get left(): number {
    return this.#findings.left;
  }

  on(event: ScanEvent): void {
    if (event.type === "finding") {
      const { finding } = event;
      if (!this.#wanted(finding)) return;
      let open = this.#open.get(finding.path);
      if (open === undefined) {
        open = { ordinals: new Map(), groups: new Map(), total: 0, rank: Number.POSITIVE_INFINITY };
        this.#open.set(finding.path, open);
      }
      const ordinal = (open.ordinals.get(finding.ruleId) ?? 0) + 1;
      open.ordinals.set(finding.ruleId, ordinal);
      open.total += 1;
      const rank = rankOf(finding, ordinal);
      open.rank = Math.min(open.rank, rank);
      if (finding.group !== undefined) open.groups.set(finding.group.id, rank);
      // A member that is no worse than its group is told with it.
      const group = finding.within === undefined ? undefined : open.groups.get(finding.within);
      if (group !== undefined && rank >= group) {
        this.#folded += 1;
        return;
      }
      if (this.#findings.wants(rank)) this.#findings.add(slim(finding), rank);
      else this.#findings.skip();
    } else if (event.type === "entry-end") {
      const open = this.#open.get(event.path);
      if (open === undefined) return;
      this.#open.delete(event.path);
      let left = 0;
      // Only of rules that are taken in here: a low finding may be left out on purpose.
      for (const one of event.counts) if (open.ordinals.has(one.ruleId)) left += Math.max(0, one.total - one.stored);
      this.#files.add(
        { path: event.path, total: open.total + left, subjects: event.subjects, whole: event.coverage === "full" },
        open.rank,
      );
    }
  }

  /** Files with what is kept of them, worst first, then in walk order. */
  files(): readonly FileGroup[] {
    const totals = new Map(this.#files.sorted().map((one) => [one.path, one]));
    // Not ended: the scan was cut short. Or told after its end: what counts over the whole scan is.
    for (const [path, open] of this.#open) {
      const ended = totals.get(path);
      totals.set(
        path,
        ended === undefined ? { path, total: open.total, subjects: 0, whole: false } : { ...ended, total: ended.total + open.total },
      );
    }
    const files = new Map<string, Map<string, [Finding, ...Finding[]]>>();
    for (const finding of this.#findings.sorted()) {
      let rules = files.get(finding.path);
      if (rules === undefined) {
        rules = new Map();
        files.set(finding.path, rules);
      }
      const same = rules.get(finding.ruleId);
      if (same === undefined) rules.set(finding.ruleId, [finding]);
      else same.push(finding);
    }
    return [...files].map(([path, rules]) => {
      const known = totals.get(path);
      const groups = [...rules].map(([ruleId, findings]) => ({ ruleId, findings }));
      const kept = groups.reduce((sum, group) => sum + group.findings.length, 0);
      return {
        path,
        // A file in which part was not read still shows what was found in it.
        verdict: worstEffect(groups),
        total: Math.max(kept, known?.total ?? 0),
        subjects: known?.subjects ?? 0,
        whole: known?.whole ?? false,
        rules: groups,
      };
    });
  }
}

function worstEffect(groups: readonly RuleGroup[]): FileGroup["verdict"] {
  let worst: FileGroup["verdict"] = "recorded";
  for (const group of groups) {
    const effect = group.findings[0].effect;
    if (effect === "violation") return "violation";
    if (effect === "suspect") worst = "suspect";
  }
  return worst;
}
