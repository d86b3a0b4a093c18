import type { BaselineInfo } from "./baseline.ts";
import type { Comparison } from "./comparison.ts";
import type { Failure, FailureCode } from "./failure.ts";
import type { Coverage, Finding, Judgement, RuleCount, Verdict } from "./finding.ts";
import type { RuleBase, Severity } from "./rule.ts";

/** A removable or fixed volume that roots lie on. */
export interface Volume {
  readonly mount: string;
  readonly device: string;
  readonly fileSystem: string;
  readonly readOnly: boolean;
  readonly removable: boolean;
  readonly bus?: string;
  readonly vendorId?: string;
  readonly productId?: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly serial?: string;
  /** Of the file system: `1A2B-3C4D`, a UUID. */
  readonly volumeId?: string;
  readonly label?: string;
  /** Bytes. */
  readonly size?: number;
}

export interface RootInfo {
  readonly path: string;
  readonly zone: string;
  readonly volume?: Volume;
}

/** A folder that a self-check must not miss, where it exists on this host. */
export interface Place {
  readonly kind: "home" | "mail" | "chat" | "cloud";
  readonly path: string;
}

/** A rule as reports need it. */
export interface RuleInfo extends Pick<
  RuleBase,
  "id" | "kind" | "infoType" | "title" | "description" | "severity" | "dataClass" | "references"
> {}

export interface PackInfo {
  readonly id: string;
  readonly version: string;
  /** SHA-256 of all its files, hex. */
  readonly digest: string;
  readonly title: { readonly zh: string; readonly en: string };
}

/** What a user's pack changed of a rule: `severity`, `dataClass`, `tiers`, `exclude`. */
export interface RuleChange {
  readonly ruleId: string;
  readonly pack: string;
  readonly keys: readonly string[];
}

/** What was asked for and with what it was done. */
export interface ScanHeader {
  readonly tool: { readonly name: "zicha"; readonly version: string; readonly node: string; readonly platform: string };
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly started: string;
  /** Minutes east of Greenwich where the scan ran. */
  readonly utcOffset?: number;
  readonly roots: readonly RootInfo[];
  readonly zone: string;
  /** False when nobody said a zone and `repository` was taken. */
  readonly zoneGiven: boolean;
  readonly profile?: string;
  /** Where checks are to come regularly and the last complete one is too long ago: when that was, and by how many days it is late. */
  readonly overdue?: { readonly last: string; readonly days: number };
  /** Of a check of a whole host: homes, mail, chat and cloud folders that lie in its scope. */
  readonly places?: readonly Place[];
  readonly packs: readonly PackInfo[];
  readonly policyDigest: string;
  /** What the policy says in this scan's zone, class by class, from the file with that digest. */
  readonly policy?: {
    readonly version: string;
    readonly rows: readonly {
      readonly dataClass: string;
      /** The column of the zone; of a level above the host's, where the zone has levels. */
      readonly is: Judgement["is"];
      readonly above?: Judgement["is"];
      readonly references: readonly string[];
    }[];
  };
  /** Every limit of the scan, by name, in its unit. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Rules switched off by the user. */
  readonly disabledRules: readonly string[];
  /** Absent where none was changed. */
  readonly changedRules?: readonly RuleChange[];
  readonly rules: readonly RuleInfo[];
  /** First 16 hex digits of a hash of the fingerprint key. */
  readonly keyId: string;
  /** The decisions of people that were applied. */
  readonly baseline?: BaselineInfo;
  /** What a person said for the report's forms: unit, inspector and so on; what is absent is a blank. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly showValues: boolean;
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly formats: readonly { readonly id: string; readonly version: number }[];
}

/** full + partial + none + textless === entries. */
export interface Ledger {
  readonly entries: number;
  readonly full: number;
  readonly partial: number;
  readonly none: number;
  readonly textless: number;
  readonly excluded: number;
  /** Places that could not be walked: no entry stands for them. */
  readonly unwalked: number;
  readonly bytes: number;
  /** Of `partial` and `none`: entries a person looked at, all of whose failures the baseline knows. They do not make a scan incomplete. */
  readonly seen: number;
}

/** Unique people against the limits of 法释〔2017〕10号 第五条, halved for staff: an indicator of quantity, no legal finding. */
export interface Quantity {
  readonly subjects: number;
  /** Those whose `property`, `location`, `transaction`s and the like lie open. */
  readonly by: Readonly<Record<string, number>>;
  /** Sum over classes of people by limit; 1 reaches the number in the article. */
  readonly share: number;
}

export interface ScanSummary {
  /** False when cut short. */
  readonly complete: boolean;
  /** ISO 8601 UTC. */
  readonly ended: string;
  readonly elapsedMs: number;
  readonly ledger: Ledger;
  /** Entries by verdict. */
  readonly verdicts: Readonly<Record<Verdict["kind"], number>>;
  readonly findings: number;
  /** By effect, severity and confidence: exact counts, also of what was not stored. */
  readonly effects: Readonly<Record<"violation" | "suspect" | "recorded", number>>;
  readonly severities: Readonly<Record<Severity, number>>;
  readonly failures: Readonly<Partial<Record<FailureCode, number>>>;
  /** Unique subjects of the scan, at medium confidence or above; over 16,384 an estimate. */
  readonly subjects: number;
  readonly quantity?: Quantity;
  /** Directories with fifty people or more, at most twenty, the worst first. */
  readonly directories?: readonly (Quantity & { readonly path: string })[];
  /** Entries that were not read again, since they are unchanged; absent where there is none. */
  readonly carried?: number;
  /** Files whose access time reading may have changed, as other people's files on what can be written to; absent where there is none. */
  readonly touched?: number;
  readonly formats: Readonly<Record<string, number>>;
  /** Entries by format and coverage; `unknown` for what no reader took. */
  readonly byFormat?: Readonly<Record<string, Readonly<Record<Coverage, number>>>>;
  /** Of a report made from several results: what each of them was. */
  readonly parts?: readonly ResultPart[];
  /** True when a state-secret mark was met at medium or above: the duty text is due. */
  readonly stateSecret: boolean;
}

/** One of several results that were put together. */
export interface ResultPart {
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly started: string;
  /** Empty where the scan was cut short. */
  readonly ended: string;
  readonly complete: boolean;
  readonly roots: readonly RootInfo[];
  readonly ledger: Ledger;
  readonly verdicts: Readonly<Record<Verdict["kind"], number>>;
}

/** All the outside sees, in walk order whatever `-j`. Plain data. */
export type ScanEvent =
  | { readonly type: "scan-start"; readonly header: ScanHeader }
  | { readonly type: "finding"; readonly finding: Finding }
  | { readonly type: "failure"; readonly failure: Failure }
  | { readonly type: "excluded"; readonly path: string; readonly by: string }
  | {
      readonly type: "entry-end";
      readonly path: string;
      readonly verdict: Verdict["kind"];
      readonly coverage: Coverage;
      readonly format: string | undefined;
      /** Unchanged since an earlier run, which found this. */
      readonly carried?: true;
      /** Exact counts where matches were left out over the storing cap. */
      readonly counts: readonly RuleCount[];
      readonly subjects: number;
      readonly bytes: number;
      readonly elapsedMs: number;
      /** See `Examination`. */
      readonly contentKey?: string;
    }
  /** What became of an earlier result; right before the end, where one was given. */
  | { readonly type: "comparison"; readonly comparison: Comparison }
  | { readonly type: "scan-end"; readonly summary: ScanSummary };
