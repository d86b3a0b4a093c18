import type { Role } from "./chunk.ts";
import type { Json } from "./json.ts";

/** How bad if real. */
export type Severity = "info" | "low" | "medium" | "high" | "critical";

/** Which set of evidence was met, not a probability. `high` may gate; `low` is listed, never counted in bulk thresholds. */
export type Confidence = "high" | "medium" | "low";

/** How a value is shown. */
export type MaskSpec =
  /** Keeps that many characters (code points) at either end: `110101********8670`. */
  | { readonly keep: readonly [start: number, end: number] }
  /** Nothing of the value: eight stars, whatever its length. */
  | "full"
  /** The value itself: only for marks, which are no personal data. */
  | "none"
  /** First character and domain: `b***@163.com`. */
  | "email"
  /** Surname only: `张*`. */
  | "name";

/** What every rule says about itself. Each rule carries the texts that prove it. */
export interface RuleBase {
  /** `pack/name`; never changes: the fingerprint holds it. */
  readonly id: string;
  readonly kind: string;
  readonly infoType: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly description: { readonly zh: string; readonly en: string };
  readonly severity: Severity;
  /** Row of the policy matrix: `C2`, `C3`, `state-secret`, `contact`. */
  readonly dataClass: string;
  /** Where spans overlap the lower wins, then the longer, then the id. */
  readonly rank: number;
  readonly mask: MaskSpec;
  readonly references: readonly string[];
  readonly examples: { readonly match: readonly RuleExample[]; readonly noMatch: readonly RuleExample[] };
  /** Off until it is asked for by its id. */
  readonly optional?: boolean;
}

/** A text that proves a rule. */
export interface RuleExample {
  readonly text: string;
  /** Where the text stands; `body` unless said. */
  readonly role?: Role;
  /** The file's name; `example.txt` unless said. */
  readonly name?: string;
  /** Expected of a match: at least this. */
  readonly confidence?: Confidence;
}

/** Values known to be harmless, regions, bins: the packs' data with the user's additions. */
export interface Tables {
  /** Rows of a tab-separated table by its name in the pack file (`regions`), each row by column name; undefined when there is none. */
  rows(name: string): readonly Readonly<Record<string, string>>[] | undefined;
  /** The first column of a table as a set, built once. */
  set(name: string): ReadonlySet<string>;
  /** A JSON table as it stands. */
  json(name: string): Json | undefined;
  /** What was derived from tables, built once a process: `make` is called at the first asking of `key`. */
  derive<Value>(key: string, make: () => Value): Value;
}

/** Why a rule's fields were refused; the caller adds file and line. */
export interface RuleProblem {
  readonly at: readonly (string | number)[];
  readonly expected: string;
}

/** A way of writing rules. `load` hides the kind's own fields, so a list of kinds needs no generics. */
export interface RuleKind {
  readonly kind: string;
  /** JSON Schema of those fields; `rules/schema.json` is made from all kinds. */
  readonly schema: Json;
  load(
    base: RuleBase,
    fields: Readonly<Record<string, Json>>,
    tables: Tables,
  ): { readonly matcher: Matcher } | { readonly problems: readonly RuleProblem[] };
}

/**
 * How a chain of digits goes on where a rule takes it: an automaton over digit, blank, hyphen and dot (kinds 0 to 3; separators of more than one
 * byte are what their normal form is), from the candidate's first digit on.
 */
export interface DigitShape {
  /**
   * The first state by the byte before the candidate; 128 where that is beyond ASCII, part of a character, or
   * none; 129 where it is a separator behind a digit.
   */
  readonly first: Uint16Array;
  /** Next state by `4 * state + kind`; in state 0 nothing can be taken. */
  readonly next: Uint16Array;
  /** By state: 1 where the candidate is taken, 2 where it is unless a digit follows, 4 where something else than a digit may follow. */
  readonly takes: Uint8Array;
  /** By state the number of what may follow the chain where the candidate is taken only if something does, and each of these: 128 bytes, 1 for what may. */
  readonly ends: Uint16Array;
  readonly follows: Uint8Array;
}

/** A shape that is made when it is needed; `key`: what it is made of. Undefined where there is none: then every chain is taken. */
export interface DigitShapeSource {
  readonly key: string;
  make(): DigitShape | undefined;
}

/** What the kernel finds for a rule. */
export type Trigger = { readonly roles?: readonly Role[] } &
  /**
   * A run of `min`–`max` digits: plain, grouped by single separators, full-width. `prefixes`: its first digits, normalised. `before`: the ASCII
   * characters that may stand before it, where the rule takes no others; what is beyond ASCII always may. `luhn`: outside of tables the rule
   * takes only what ends in the check digit of ISO/IEC 7812. `shape`: how its digits and separators go on.
   */
  (
    | {
        readonly kind: "digits";
        readonly min: number;
        readonly max: number;
        readonly prefixes?: readonly string[];
        readonly before?: readonly number[];
        readonly luhn?: true;
        readonly shape?: DigitShapeSource;
      }
    /** Compared without regard to ASCII case. At least two bytes in every encoding, except `@`. */
    | { readonly kind: "literal"; readonly text: string }
    /** Every cell of a column so named: person names. */
    | { readonly kind: "column"; readonly infoType: string }
    /** First 15 or last 5 lines with text of a flow. */
    | { readonly kind: "line"; readonly position: "top" | "tail" }
  );

/** One set of evidence that gives one confidence. */
export interface Tier {
  readonly confidence: Confidence;
  /** Names of evidence that must all stand. */
  readonly all: readonly string[];
  /** Names of evidence of which none may stand. */
  readonly none?: readonly string[];
}

/** What a line holds, in normal form and without blanks: one of some code units, or one of some pairs of them side by side. */
export interface Essential {
  readonly units: readonly number[];
  readonly pairs: readonly (readonly [number, number])[];
  /** Or it is a line or cell of up to eight characters, whatever these are. */
  readonly short: boolean;
}

/**
 * The kernel finds candidates by trigger in one pass over the bytes for all rules; `confirm` sees only the window round one. Pure,
 * synchronous, local: the answer hangs on the 4 KiB before and after a start, so blocks, parts and threads cannot change it.
 */
export interface Matcher {
  readonly rule: RuleBase;
  readonly triggers: readonly Trigger[];
  /** Bytes, at most 4096; a match belongs to the block and part in which it starts. */
  readonly maxSpan: number;
  /** Sets of evidence, best first; the first one met gives the confidence. None met: never a finding. */
  readonly tiers: readonly Tier[];
  /**
   * For structure: its matches are features, no findings. The weights of those met in an entry, each counted once, make a tag of the
   * entry when they reach the threshold; rules ask for it as `tag:NAME`. A match names its features by its evidence.
   */
  readonly tag?: { readonly name: string; readonly threshold: number; readonly weights: Readonly<Record<string, number>> } | undefined;
  /** For what no window shows: it takes in what other rules found, once that is settled. */
  readonly over?: Over | undefined;
  /**
   * May give a match that other candidates give too (equal spans are told once), and none. `brief`: a match of the first tier's confidence is
   * counted only, so that where a tier of that confidence is met, by the match's evidence and by what `brief` holds of its row, no other
   * evidence is asked for, but that of the allowlist.
   */
  confirm(window: Window, emit: (match: Match) => void, brief?: ReadonlySet<string>): void;
  /**
   * The same as a brief `confirm` for a candidate in a cell, where its match is all that the cell holds: for tables of a million rows, which
   * need no windows. Evidence is left out that decides no tier. Undefined where `confirm` might give anything else.
   */
  readonly fill?: ((cell: CellSight, brief: ReadonlySet<string>) => CellAnswer | undefined) | undefined;
  /** "line": `confirm` looks at nothing beyond the line of a literal it asked for. */
  readonly reach?: "line" | undefined;
  /**
   * For lines of the top and the tail: what every line holds that `confirm` finds anything in; of a mark over several lines that is the first.
   */
  readonly essential?: (() => Essential | undefined) | undefined;
  /** A cheap look before a window is made: false only where `confirm` would give nothing that any tier takes. */
  readonly glance?: ((sight: Sight) => boolean) | undefined;
}

/** A candidate among the bytes round it, at least 1 KiB either side where the flow has it, before anything is decoded. */
export interface Sight {
  readonly bytes: Uint8Array;
  /** Bytes that count; what stands behind them is not known. */
  readonly length: number;
  /** Of the candidate, half-open, in `bytes`. */
  readonly start: number;
  readonly end: number;
  readonly encoding: "utf8" | "gb18030" | "big5";
  /** In a table that is more than a list without a name, so that its column may be evidence. */
  readonly inTable: boolean;
}

/** A candidate in a cell of a table, decoded and normalised like a window. */
export interface CellSight {
  /** Another number for another candidate: one sight may show one after the other. */
  readonly stamp: number;
  /** With at least 300 characters before the row, where the flow has them. */
  readonly text: string;
  /** Of the candidate, in code units of `text`. */
  readonly start: number;
  /** Of what the cell holds, without its quotes, half-open. */
  readonly from: number;
  readonly to: number;
  /** What its column holds by its name. */
  readonly infoTypes: readonly string[];
  readonly weakTypes: readonly string[];
  readonly header: string;
  /** Of the text it stands in, below its top and above its tail. */
  readonly roles: readonly Role[];
  readonly page: number | undefined;
  readonly asOf: string;
}

/** A match that is all that a cell holds; the same evidence is the same list. */
export type CellAnswer = { readonly value: string; readonly evidence: readonly Evidence[] } | "nothing";

/** What a rule looks at that takes in what other rules found. */
export type Over =
  /** `infoTypes`: all that it asks columns for. */
  | { readonly scope: "table"; readonly infoTypes: readonly string[]; judge(table: TableView): OverMatch | undefined }
  | { readonly scope: "entry"; judge(entry: EntryView): OverMatch | undefined }
  /**
   * Matches at medium confidence or above, from the first to the last no more than `reach` bytes. A second value of a type begins the next; an empty line
   * does not: forms and chats set them between the elements of one person.
   */
  | {
      readonly scope: "passage";
      readonly infoTypes: readonly string[];
      readonly reach: number;
      judge(found: ReadonlySet<string>): OverMatch | undefined;
    };

/** What such a rule gives: its evidence meets its tiers like any other. */
export interface OverMatch {
  readonly evidence: readonly Evidence[];
  /** Where it differs from the rule's. */
  readonly severity?: Severity;
  /** Of a table: which column, from 0, holds what. */
  readonly columns?: readonly { readonly at: number; readonly infoType: string }[];
  /** As what its people are counted: `property`, `transaction`, `health` and the like; else `other`. */
  readonly subjectClass?: string;
  /** Of an entry: its people as a share of the limit that matters. */
  readonly share?: number;
}

/** All that was found in an entry, for rules over entries: at medium confidence or above, samples and advisories left out. */
export interface EntryView {
  /** Unique people, and those of them by class of subject. */
  readonly subjects: number;
  readonly subjectsBy: Readonly<Record<string, number>>;
  readonly infoTypes: ReadonlySet<string>;
  readonly dataClasses: ReadonlySet<string>;
  /** What it is by its make-up: `tag:official-document`. */
  readonly tags: ReadonlySet<string>;
}

/** A table as rules over tables see it: what its head says and what was found in its cells. */
export interface TableView {
  /** Rows in which anything was found, and all from the first of them to the last. */
  readonly rows: number;
  readonly span: number;
  /** Unique people. */
  readonly subjects: number;
  readonly columns: readonly TableViewColumn[];
}
export interface TableViewColumn {
  readonly infoTypes: readonly string[];
  readonly weakTypes: readonly string[];
  /** Cells in which a rule found this type at medium confidence or above, samples left out. */
  readonly found: ReadonlyMap<string, number>;
  /** The same at low confidence. */
  readonly low: ReadonlyMap<string, number>;
  /** Filled cells of the table's head below the names. */
  readonly cells: readonly string[];
}

/**
 * At least 1 KiB either side of a candidate where the flow has it (never more than 4 KiB and a match), decoded and normalised: NFKC, no zero
 * width, line ends as `\n`. Reads on into the flow's neighbouring chunks.
 */
export interface Window {
  readonly text: string;
  /** Of the candidate, in UTF-16 code units of `text`, half-open. */
  readonly start: number;
  readonly end: number;
  /** True where `text` begins with the flow's begin (ends with its end): what is not seen is not there. */
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly roles: readonly Role[];
  readonly page: number | undefined;
  /** Name of the entry, without directories. */
  readonly name: string;
  /** In the first 15 lines with text of its flow. */
  readonly top: boolean;
  /** In the last 5 lines with text of its flow. */
  readonly tail: boolean;
  /** The row the candidate stands in, of a table. */
  readonly row: WindowRow | undefined;
  /** Entry modified, else start of scan, ISO 8601: there is no other clock. */
  readonly asOf: string;
}

/** A row of a table as a window shows it. */
export interface WindowRow {
  /** Of a list of lines, none of which names it: its text reads like any other. */
  readonly list: boolean;
  /** Index of the candidate's cell. */
  readonly at: number;
  readonly cells: readonly WindowCell[];
}
export interface WindowCell {
  readonly text: string;
  /** As it stands in the table's head; empty when no row names columns. */
  readonly header: string;
  /** What the column holds by its name: a strong header, or a weak one. */
  readonly infoTypes: readonly string[];
  readonly weakTypes: readonly string[];
}

/** A raw hit, in the window's indices. Lives until its line or row is complete; then it is sealed. */
export interface Match {
  readonly start: number;
  readonly end: number;
  /** Normalised: ASCII, without separators. */
  readonly value: string;
  /** Of a mark: `jimi`. */
  readonly level?: string | undefined;
  /** Where it differs from the rule's. */
  readonly severity?: Severity | undefined;
  /** The rule's own word that stood beside it (`身份证号`): the only text an excerpt may show beside the masked value. */
  readonly label?: string | undefined;
  readonly evidence: readonly Evidence[];
}

/** One reason for or against; what the report shows under "why". Never holds the matched value. */
export interface Evidence {
  readonly by:
    | "pattern"
    | "validator"
    | "context"
    | "column"
    | "row"
    | "role"
    | "position"
    | "tag"
    | "dictionary"
    | "allowlist"
    | "arbitration";
  /** What tiers ask for: `luhn`, `context`, `column`, `row:PERSON_NAME`; late: `tag:official-document`. */
  readonly name: string;
  readonly effect: "states" | "raises" | "lowers" | "rejects";
}

/** An offline check of a value. "unknown" when it does not apply. */
export interface Validator {
  readonly id: string;
  /** Names of evidence it can state besides its own id, such as `region:county`. */
  readonly reference: string;
  check(value: string, tables: Tables, asOf: string): "valid" | "invalid" | "unknown";
}
