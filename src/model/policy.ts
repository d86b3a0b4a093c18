import type { Judgement } from "./finding.ts";

/** A zone as the policy knows it. */
export interface PolicyZone {
  readonly title: { readonly zh: string; readonly en: string };
  /**
   * True for zones that may hold state secrets up to a level, said with the zone: `classified:jimi`. A finding of a higher level is judged by
   * the column `<zone>-below`; without a level in the zone every finding is taken to be within it.
   */
  readonly levelled: boolean;
}

/** Zone × class, as loaded. Plain data. */
export interface Policy {
  readonly version: string;
  /** SHA-256 of the policy file, hex. */
  readonly digest: string;
  readonly zones: Readonly<Record<string, PolicyZone>>;
  readonly classes: Readonly<Record<string, { readonly title: { readonly zh: string; readonly en: string } }>>;
  /** Levels of state secrets from low to high: `mimi`, `jimi`, `juemi`. */
  readonly levels: readonly string[];
  /** By class, then by column: a zone's name, or `<zone>-below`. Whole: every class has every column. */
  readonly matrix: Readonly<Record<string, Readonly<Record<string, Judgement>>>>;
}
