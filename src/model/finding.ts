import type { Location } from "./chunk.ts";
import type { Entry, Recycled } from "./entry.ts";
import type { Failure } from "./failure.ts";
import type { Confidence, Evidence, Severity } from "./rule.ts";

/** A match of another rule in the same span, which arbitration gave to a finding. */
export interface Beaten {
  readonly ruleId: string;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** A match without its value. Plain data: it is sent, counted and cached. */
export interface SealedMatch {
  readonly ruleId: string;
  readonly infoType: string;
  readonly level?: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  readonly flow: string;
  /** Bytes of the flow, half-open. */
  readonly start: number;
  readonly end: number;
  readonly location: Location;
  readonly roles: readonly string[];
  readonly cell?: { readonly table: string; readonly row: number; readonly column: number };
  /** HMAC of the value. */
  readonly valueKey: string;
  /** HMAC of whom its row or line is about: resident ID, else card, else mobile, else name and row. */
  readonly subjectKey?: string;
  /** `110101********8670`; for a mark, the mark itself. */
  readonly masked: string;
  /** The rule's own label or the column's name, and the masked value; for state secrets the mark only. */
  readonly excerpt: string;
  /** What it was preferred to; of the first matches of a rule in an entry only. */
  readonly beaten?: readonly Beaten[];
  /** A known sample, or masked in the document: reported, never gating. */
  readonly sample: boolean;
  /** Its own line of text allows it, with this reason (`zicha:allow`); noted only where the configuration lets such lines count. */
  readonly allowed?: string;
  /** Under --show-values only; never for state secrets, never cached. */
  readonly shown?: string;
  /** Of a finding that stands for a table or a passage: what it takes together. */
  readonly group?: MatchGroup;
  /** The group of this entry that takes it in: told with it, not beside it. */
  readonly within?: string;
}

/** What a finding takes together: the columns of a table, or the elements of a passage. Counts are exact, also of what is not stored. */
export interface MatchGroup {
  /** Its members say it as `within`. */
  readonly id: string;
  readonly kind: "table" | "passage" | "entry";
  /** Matches taken in. */
  readonly matches: number;
  /** Rows with a match, and the first and last of them; of a series of passages how many, and between which lines. A single one has none. */
  readonly rows?: { readonly count: number; readonly first: number; readonly last: number };
  /** Unique people. */
  readonly subjects: number;
  /** Of an entry: people as a share of the limit that matters (法释〔2017〕10号); an indicator of quantity, no legal finding. */
  readonly share?: number;
  readonly parts: readonly GroupPart[];
}
export interface GroupPart {
  readonly infoType: string;
  /** The column's name, where the lexicon knows it; else empty. */
  readonly header: string;
  /** From 1; absent outside of tables. */
  readonly column?: number;
  readonly matches: number;
  /** The first of them; absent where the name alone says what the column holds. */
  readonly first?: Pick<SealedMatch, "masked" | "confidence" | "location" | "evidence" | "beaten">;
}

/** What was found of a rule in an entry beyond the matches that are kept. */
export interface RuleCount {
  readonly ruleId: string;
  readonly confidence: Confidence;
  readonly total: number;
  readonly stored: number;
}

/** How much of an entry was read. */
export type Coverage = "full" | "partial" | "none" | "textless";

/** What a worker hands back for an entry, a member or a part, and what the cache keeps. Plain data; parts are joined in order. */
export interface Examination {
  readonly entry: Entry;
  /** Its path with identifiers in names masked: the only path that leaves in events. */
  readonly shownPath: string;
  /** The entry's `recycled` with its path as reports may show it. */
  readonly recycled?: Recycled;
  readonly format: string | undefined;
  readonly textless: boolean;
  readonly failures: readonly Failure[];
  readonly matches: readonly SealedMatch[];
  readonly counts: readonly RuleCount[];
  /** Keys of the subjects met at medium confidence or above, each once; of more than 16,384 a sample that says how many (`util/distinct.ts`). */
  readonly subjects: readonly string[];
  /** Those of them of whom more lies open, by class of subject: `property`, `location`, `content`, `transaction`, `call`, `lodging`, `health`. */
  readonly subjectsBy: Readonly<Record<string, readonly string[]>>;
  readonly bytes: number;
  readonly elapsedMs: number;
  /** See `ByteSource`. */
  readonly touched?: true;
  /** What was read hangs on a file beside it (a volume, a memo file, a log), or on that there is none: another run reads it again. */
  readonly together?: true;
  /**
   * HMAC of the entry's bytes, of a member: of its container's bytes and its path in it. Only where there is something to say of the entry, and
   * not of what cannot be read or is too large: a renamed file and an unread one that a person looked at are known by it.
   */
  readonly contentKey?: string;
}

/** What the policy says of a class in a zone. */
export interface Judgement {
  readonly is: "critical" | "violation" | "rectify" | "inventory" | "allowed";
  readonly references: readonly string[];
}

/** A judged match, safe to write. */
export interface Finding extends SealedMatch {
  /** HMAC of rule, path below the root, value and its number among equals: the same on every run under one key; line moves do not change it. */
  readonly fingerprint: string;
  readonly path: string;
  /** Of an entry in a recycle bin: where it lay, identifiers in names masked, and when it was deleted. */
  readonly recycled?: Recycled;
  /** Found by an earlier run, in an entry that is unchanged. */
  readonly carried?: true;
  readonly dataClass: string;
  readonly judgement: Judgement;
  /** What this finding makes of its entry; `recorded` changes nothing. */
  readonly effect: "violation" | "suspect" | "recorded";
  /** False for samples, masked values, suppressed ones: reported, never gating. */
  readonly counts: boolean;
  readonly suppression?: { readonly reason: string; readonly by: string; readonly until?: string };
}

export type Verdict =
  | { readonly kind: "violation" | "suspect"; readonly findings: readonly Finding[]; readonly failures: readonly Failure[] }
  /** Findings none of which counts; no place for a failure. */
  | { readonly kind: "clean"; readonly findings: readonly Finding[] }
  | { readonly kind: "not-examined"; readonly findings: readonly Finding[]; readonly failures: readonly [Failure, ...Failure[]] }
  | { readonly kind: "textless" };
