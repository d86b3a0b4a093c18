import type { Location } from "./chunk.ts";
import type { Confidence, Evidence, Match, RuleBase, Severity } from "./rule.ts";
import type { Beaten, SealedMatch } from "./finding.ts";

/** A match in its place, with its value: what `seal` turns into plain data. It never leaves the worker. */
export interface PlacedMatch {
  readonly rule: RuleBase;
  readonly match: Match;
  readonly confidence: Confidence;
  readonly severity: Severity;
  readonly evidence: readonly Evidence[];
  readonly flow: string;
  /** Bytes of the flow, half-open. */
  readonly start: number;
  readonly end: number;
  readonly roles: readonly string[];
  readonly location: Location;
  readonly cell: { readonly table: string; readonly row: number; readonly column: number; readonly header: string } | undefined;
  /** Whom its row or line is about. */
  readonly subject: { readonly infoType: string; readonly value: string } | undefined;
  /** What it was preferred to. */
  readonly beaten?: readonly Beaten[];
}

/** Masks and keys a match. Given by the layer that holds the key. */
export type Seal = (placed: PlacedMatch) => SealedMatch;
