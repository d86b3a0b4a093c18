import type { Comparison } from "../../model/comparison.ts";
import type { Ledger, RuleInfo, ScanEvent, ScanHeader, ScanSummary } from "../../model/event.ts";
import type { FailureCode } from "../../model/failure.ts";
import type { Finding, Verdict } from "../../model/finding.ts";
import type { Severity } from "../../model/rule.ts";

/** Patterns and formats counted apart; what comes after them is counted together, so a hostile tree cannot grow the table. */
const maximumKeys = 1000;

function increase(map: Map<string, number>, key: string, by = 1): void {
  const known = map.has(key) || map.size < maximumKeys ? key : "…";
  map.set(known, (map.get(known) ?? 0) + by);
}

/** What was read of a format. */
export interface FormatCount {
  full: number;
  partial: number;
  none: number;
  textless: number;
}

/**
 * The counts of a scan as its events pass. The summary of `scan-end` goes first where there is one; without it (an interrupt, a crash) the
 * counts up to there stand in, and `complete` is false.
 */
export class Overview {
  header: ScanHeader | undefined;
  summary: ScanSummary | undefined;
  /** With an earlier result, where one was given. */
  comparison: Comparison | undefined;
  /** Findings of low confidence, those left out over the storing cap included. */
  low = 0;
  /** Findings that change nothing, of medium confidence and above: allowed here, contact data, samples, suppressed. */
  recorded = 0;
  suppressed = 0;
  samples = 0;
  /** Findings told only as numbers, since their file holds more than the storing cap. */
  unstored = 0;
  readonly excludedBy: Map<string, number> = new Map();
  /** By the format's id; `?` for what no format took. */
  readonly byFormat: Map<string, FormatCount> = new Map();
  readonly #ledger = { entries: 0, full: 0, partial: 0, none: 0, textless: 0, excluded: 0, unwalked: 0, bytes: 0, seen: 0 };
  readonly #verdicts: Record<Verdict["kind"], number> = { violation: 0, suspect: 0, clean: 0, "not-examined": 0, textless: 0 };
  readonly #failures: Partial<Record<FailureCode, number>> = {};
  readonly #effects: Record<Finding["effect"], number> = { violation: 0, suspect: 0, recorded: 0 };
  readonly #severities: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  readonly #formats: Map<string, number> = new Map();
  #rules: ReadonlyMap<string, RuleInfo> = new Map();
  #findings = 0;
  #stateSecret = false;

  on(event: ScanEvent): void {
    switch (event.type) {
      case "scan-start":
        this.header = event.header;
        this.#rules = new Map(event.header.rules.map((rule) => [rule.id, rule]));
        break;
      case "finding":
        this.#finding(event.finding);
        break;
      case "failure":
        this.#failures[event.failure.code] = (this.#failures[event.failure.code] ?? 0) + 1;
        if (event.failure.stage === "walk") this.#ledger.unwalked += 1;
        break;
      case "excluded":
        this.#ledger.excluded += 1;
        increase(this.excludedBy, event.by);
        break;
      case "entry-end":
        this.#entry(event);
        break;
      case "comparison":
        this.comparison = event.comparison;
        break;
      case "scan-end":
        this.summary = event.summary;
        break;
    }
  }

  /** True when the scan came to its end and said it was whole. */
  get complete(): boolean {
    return this.summary?.complete === true;
  }

  get ledger(): Ledger {
    return this.summary?.ledger ?? this.#ledger;
  }

  get verdicts(): Readonly<Record<Verdict["kind"], number>> {
    return this.summary?.verdicts ?? this.#verdicts;
  }

  get failures(): Readonly<Partial<Record<FailureCode, number>>> {
    return this.summary?.failures ?? this.#failures;
  }

  get findings(): number {
    return this.summary?.findings ?? this.#findings;
  }

  get stateSecret(): boolean {
    return this.summary?.stateSecret ?? this.#stateSecret;
  }

  /** Entries read in full or in part. */
  get examined(): number {
    return this.ledger.full + this.ledger.partial;
  }

  /** Entries and places a person must look at: not read, read in part, or not walked. */
  get unread(): number {
    return this.ledger.none + this.ledger.partial + this.ledger.unwalked;
  }

  /** Of the unread, those no person has looked at. */
  get unseen(): number {
    return this.unread - this.ledger.seen;
  }

  rule(id: string): RuleInfo | undefined {
    return this.#rules.get(id);
  }

  /** The summary, or what stands in for it when the scan was cut short: `ended` is then empty and `complete` false. */
  summarise(): ScanSummary {
    return (
      this.summary ?? {
        complete: false,
        ended: "",
        elapsedMs: 0,
        ledger: { ...this.#ledger },
        verdicts: { ...this.#verdicts },
        findings: this.#findings,
        effects: { ...this.#effects },
        severities: { ...this.#severities },
        failures: { ...this.#failures },
        subjects: 0,
        formats: Object.fromEntries(this.#formats),
        stateSecret: this.#stateSecret,
      }
    );
  }

  #finding(finding: Finding): void {
    this.#findings += 1;
    this.#effects[finding.effect] += 1;
    this.#severities[finding.severity] += 1;
    if (finding.dataClass === "state-secret" && finding.confidence !== "low" && finding.counts) this.#stateSecret = true;
    if (finding.suppression !== undefined) this.suppressed += 1;
    if (finding.sample) this.samples += 1;
    if (finding.confidence === "low") this.low += 1;
    else if (finding.effect === "recorded") this.recorded += 1;
  }

  #entry(event: Extract<ScanEvent, { type: "entry-end" }>): void {
    this.#ledger.entries += 1;
    this.#ledger[event.coverage] += 1;
    this.#ledger.bytes += event.bytes;
    this.#verdicts[event.verdict] += 1;
    const format = event.format ?? "?";
    if (event.format !== undefined) increase(this.#formats, format);
    let row = this.byFormat.get(format);
    if (row === undefined) {
      row = { full: 0, partial: 0, none: 0, textless: 0 };
      this.byFormat.set(format, row);
    }
    row[event.coverage] += 1;
    for (const one of event.counts) {
      const left = Math.max(0, one.total - one.stored);
      this.unstored += left;
      this.#findings += left;
      if (one.confidence === "low") this.low += left;
    }
  }
}
