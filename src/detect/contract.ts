import type { Chunk, Stop } from "../model/chunk.ts";
import type { RuleCount, SealedMatch } from "../model/finding.ts";
import type { Seal } from "../model/placed.ts";

/** Settings of one entry's examination. */
export interface SessionOptions {
  /** Name of the entry, without directories. */
  readonly name: string;
  /** Entry modified, else start of scan, ISO 8601. */
  readonly asOf: string;
  readonly seal: Seal;
  /** Key of a subject, for counting. */
  subjectKey(infoType: string, value: string): string;
  /** Matches kept per rule and confidence; the rest is counted. */
  readonly cap: number;
  /** Told after each block of text that was read as it lies: what takes long because it is long does not hang. */
  readonly progress?: () => void;
  /** Rules left out: each took too long on this entry before. */
  readonly without?: ReadonlySet<string>;
  /** Told before a rule looks at a candidate, and with nothing after it. */
  readonly confirming?: (ruleId: string | undefined) => void;
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

export interface Session {
  chunk(chunk: Chunk): Promise<void>;
  /** The same for text at hand, at once. */
  text(chunk: TextChunk): void;
  end(): SessionResult;
}

/** All rules of a scan, compiled once a worker. */
export interface Engine {
  open(options: SessionOptions): Session;
}
