import type { Comparison } from "../model/comparison.ts";
import type { ScanEvent, ScanHeader, ScanSummary } from "../model/event.ts";
import type { Finding } from "../model/finding.ts";
import { baselineNames } from "../util/relative.ts";

/** A finding as comparisons and baselines need it. */
export interface Noted extends Pick<
  Finding,
  "fingerprint" | "ruleId" | "path" | "masked" | "severity" | "effect" | "confidence" | "valueKey"
> {
  readonly dataClass: string;
}

/** What a failure left unread. */
export interface Unread {
  readonly path: string;
  readonly code: string;
  readonly stage: string;
}

/** A path under the roots of its scan. */
export interface Placed {
  /** Index of the root; undefined where none fits. */
  readonly root: number | undefined;
  /** Below the root, `/` between names. */
  readonly below: string;
}

/** What a result says that a later one is compared with. Memory hangs on the findings, about 300 bytes each. */
export class Snapshot {
  header: ScanHeader | undefined;
  summary: ScanSummary | undefined;
  comparison: Comparison | undefined;
  /** By fingerprint; a second one of the same print (two roots with one file) gets a number behind it. */
  readonly findings: Map<string, Noted> = new Map();
  readonly unread: Unread[] = [];
  readonly excluded: string[] = [];
  readonly contentKeys: Map<string, string> = new Map();
  /** Paths of entries with something to say of them. */
  readonly entries: Set<string> = new Set();
  /** `path\0rule` of what was only counted. */
  readonly counted: Set<string> = new Set();
  readonly #texts: Map<string, string> = new Map();

  note(event: ScanEvent): void {
    switch (event.type) {
      case "scan-start":
        this.header = event.header;
        break;
      case "finding":
        this.#finding(event.finding);
        break;
      case "failure":
        this.unread.push({ path: event.failure.path, code: event.failure.code, stage: event.failure.stage });
        break;
      case "excluded":
        this.excluded.push(event.path);
        break;
      case "entry-end":
        if (event.contentKey !== undefined) this.contentKeys.set(event.path, event.contentKey);
        if (event.contentKey !== undefined || event.coverage === "none" || event.coverage === "partial") this.entries.add(event.path);
        for (const one of event.counts) if (one.total > one.stored) this.counted.add(`${event.path}\0${one.ruleId}`);
        break;
      case "comparison":
        this.comparison = event.comparison;
        break;
      case "scan-end":
        this.summary = event.summary;
        break;
    }
  }

  /** Says where a path lies under the scan's roots. */
  place(path: string): Placed {
    const header = this.header;
    let best: number | undefined;
    for (const [index, root] of (header?.roots ?? []).entries()) {
      const top = root.path.replace(/(?<=.)[/\\]+$/, "");
      const fits =
        path === top || top === "." || (path.startsWith(top) && (/[/\\]$/.test(top) || /^(?:[/\\]|!\/)/.test(path.slice(top.length))));
      if (fits && (best === undefined || top.length > (header?.roots[best]?.path.length ?? 0))) best = index;
    }
    const root = best === undefined ? "" : (header?.roots[best]?.path ?? "");
    return { root: best, below: baselineNames(root, path, header?.tool.platform ?? "").at(-1) ?? path };
  }

  #finding(finding: Finding): void {
    let key = finding.fingerprint;
    for (let number = 2; this.findings.has(key); number++) key = `${finding.fingerprint}#${number}`;
    this.findings.set(key, {
      fingerprint: finding.fingerprint,
      ruleId: this.#once(finding.ruleId),
      path: this.#once(finding.path),
      masked: finding.masked,
      severity: finding.severity,
      effect: finding.effect,
      confidence: finding.confidence,
      valueKey: finding.valueKey,
      dataClass: this.#once(finding.dataClass),
    });
  }

  /** The same text once in memory, though it was parsed a thousand times. */
  #once(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}
