import type { Chunk, Role, Stop, Table } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import type { RuleCount, SealedMatch } from "../model/finding.ts";
import type { Seal } from "../model/placed.ts";
import type { Confidence, Severity } from "../model/rule.ts";
import type { ByteEncoding } from "../util/decode.ts";
import type { SubjectKeys } from "../util/hash.ts";
import type { Added, Kept } from "./settle.ts";
import type { NamedColumns } from "./table.ts";

/** Settings of one entry's examination. */
export interface SessionOptions {
  /** Name of the entry, without directories. */
  readonly name: string;
  /** Entry modified, else start of scan, ISO 8601. */
  readonly asOf: string;
  readonly seal: Seal;
  /** Keys of subjects, for counting. */
  readonly subjects: SubjectKeys;
  /** Matches kept per rule and confidence; the rest is counted. */
  readonly cap: number;
  /** Told after each block of text that was read as it lies: what takes long because it is long does not hang. */
  readonly progress?: () => void;
  /** Rules left out: each took too long on this entry before. */
  readonly without?: ReadonlySet<string>;
  /** Told before a rule looks at a candidate, and with nothing after it. */
  readonly confirming?: (ruleId: string | undefined) => void;
  /** Told of each match that is kept and is no sample. */
  readonly kept?: (ruleId: string, confidence: Confidence, severity: Severity) => void;
  readonly signal: Stop;
}

/** What an entry's chunks held. */
export interface SessionResult {
  readonly matches: readonly SealedMatch[];
  readonly counts: readonly RuleCount[];
  readonly subjects: readonly string[];
  readonly subjectsBy: Readonly<Record<string, readonly string[]>>;
  /** Bytes examined. */
  readonly bytes: number;
}

/** A chunk whose bytes are at hand. */
export type TextChunk = Chunk & { readonly content: { readonly kind: "utf8" } };

/** A part `[from, to)` of a text that lies at `[first, last)` of its source, in bytes. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
  readonly encoding: ByteEncoding;
  readonly roles: readonly Role[];
  readonly inTable: boolean;
  /** Of lines that nothing names. */
  readonly list: boolean;
}

/** A part of a table whose columns have names: the rows that begin in it, one at or next behind `from` the first. */
export interface RowsPart extends Omit<Stretch, "inTable" | "list"> {
  readonly flow: string;
  /** Where the text begins in its flow. */
  readonly start: number;
  /** Without its head: what the columns hold is said beside it, and no value crosses. */
  readonly table: Table;
  readonly columns: NamedColumns;
  /** What is kept of the text before. */
  readonly kept: Kept;
}

/** What the rows of a part add. */
export interface RowsFound {
  /** Where the first begins and the last ends, in bytes of the source. */
  readonly from: number;
  readonly to: number;
  /** Line ends in them. */
  readonly lines: number;
  readonly added: Added;
}

/** Others that look at stretches of the same source meanwhile, and how many. */
export interface Look {
  readonly most: number;
  /** Bytes of text from which on they are asked. */
  readonly least: number;
  /** What `Engine.look` gives; `busy` when no one is free, `declined` when it gives nothing. */
  ask(stretch: Stretch): Promise<Int32Array | "busy" | "declined">;
  /** The same of `Engine.rows`. */
  rows(part: RowsPart): Promise<RowsFound | "busy" | "declined">;
}

export interface Session {
  /** `look`: who may look ahead in a large chunk of text as it lies. */
  chunk(chunk: Chunk, look?: Look): Promise<void>;
  /** The same for text at hand, at once. */
  text(chunk: TextChunk): void;
  /** Whether the signal ended a chunk before all of it was read. */
  readonly cut: boolean;
  end(): SessionResult;
}

/** All rules of a scan, compiled once a worker. */
export interface Engine {
  open(options: SessionOptions): Session;
  /** Candidates of a stretch without named columns for a session that deals with the whole: kind, start and end by threes. Undefined when there are too many. */
  look(source: ByteSource, stretch: Stretch): Promise<Int32Array | undefined>;
  /**
   * Looks at rows for a session that deals with the whole. Undefined where not all can be said of them by themselves: something hangs on what
   * stands elsewhere in the entry, is written in another encoding, or reaches beyond them.
   */
  rows(options: SessionOptions, source: ByteSource, part: RowsPart): Promise<RowsFound | undefined>;
}
