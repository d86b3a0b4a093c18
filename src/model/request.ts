import type { Baseline } from "./baseline.ts";
import type { WalkOptions } from "./entry.ts";
import type { PackInfo, Place, RuleChange, ScanHeader } from "./event.ts";
import type { Json } from "./json.ts";
import type { Policy } from "./policy.ts";
import type { Confidence, RuleBase, Severity } from "./rule.ts";

/** Every limit that keeps hostile input bounded, each overridable. */
export interface Limits {
  /** Bytes of an entry that a reader takes which must see it whole; what streams (plain text, archives) has no limit. */
  readonly fileSize: number;
  /** Bytes that may be inflated for an entry on the mount and all nested in it. */
  readonly inflatedBytes: number;
  /** Inflated ÷ stored, looked at once 10 MiB are out. */
  readonly inflationRatio: number;
  /** Containers in containers. */
  readonly depth: number;
  /** Members of an entry on the mount and all nested in it. */
  readonly members: number;
  readonly pages: number;
  readonly cells: number;
  readonly characters: number;
  /** Milliseconds an entry on the mount may take, with all nested in it; more for one that is larger than `fileSize`. */
  readonly entryTime: number;
  /** Milliseconds a rule may look at one passage before the entry is examined without it. */
  readonly ruleTime: number;
  /** Bytes the whole process may hold before the worker that works longest is ended. */
  readonly processMemory: number;
  /** Findings kept per rule, confidence and entry; the rest is counted exactly. */
  readonly findingsPerEntry: number;
}

/** Rules and tables as read from packs: plain data that workers compile for themselves. */
export interface RequestPacks {
  readonly packs: readonly PackInfo[];
  readonly rules: readonly { readonly base: RuleBase; readonly fields: Readonly<Record<string, Json>>; readonly file: string }[];
  readonly tables: readonly { readonly name: string; readonly form: "tsv" | "json"; readonly texts: readonly string[] }[];
}

/** A scan, fully resolved: no defaults are applied below this. */
export interface ScanRequest {
  readonly roots: readonly string[];
  readonly zone: string;
  /** False when nobody said a zone. */
  readonly zoneGiven: boolean;
  readonly profile?: string;
  readonly walk: Omit<WalkOptions, "own">;
  /** Absolute paths of this run's outputs. */
  readonly own: readonly string[];
  readonly packs: RequestPacks;
  readonly policy: Policy;
  readonly disabledRules: readonly string[];
  readonly changedRules: readonly RuleChange[];
  readonly minConfidence: Confidence;
  readonly limits: Limits;
  readonly jobs: number;
  /** `process`: a crash of a native library or of the memory costs one entry instead of the scan. */
  readonly isolation: "thread" | "process" | "none";
  readonly passwords: readonly string[];
  /** The fingerprint key, 32 bytes. */
  readonly key: Uint8Array;
  /** Decisions of people, made under this key. */
  readonly baseline?: { readonly baseline: Baseline; readonly digest: string };
  /** For the report's forms. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly showValues: boolean;
  /** Lines of text may allow their own findings; only in a repository, since on a host or medium the checked person writes them. */
  readonly inlineAllow?: boolean;
  /** A file on the mount is read up to its first finding that gates. */
  readonly firstMatch?: boolean;
  /** Which kernel finds candidates; `ts` is the plain one, for looking into a fault. */
  readonly kernel: "wasm" | "ts";
  /** The process does nothing else: what V8 does in all of it may be set as suits a scan. */
  readonly ownProcess?: boolean;
  readonly failOn: "violation" | "suspect" | "never" | Severity;
  readonly allowIncomplete: boolean;
  readonly places?: readonly Place[];
  /** With a state: read every file and let a hash of its bytes say whether it changed. */
  readonly verifyContent?: boolean;
  /** Days from which an office document counts as left behind; absent: none is told. */
  readonly olderThan?: number;
  /** Most bytes that go out to readers in a second. */
  readonly readRate?: number;
  readonly overdue?: ScanHeader["overdue"];
  /** For the report's header: what was said, by option. */
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}
