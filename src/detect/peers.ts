import type { Tier } from "../model/rule.ts";
import type { Pending } from "./flow.ts";
import { PEERS } from "./flow.ts";
import { rowName } from "./plan.ts";
import { noEvidence } from "./tiers.ts";

/** What stands in a match's row of what its rule asks for: other matches of medium confidence or above, and cells of typed columns. */
export function peersOf(
  pending: Pending,
  wanted: ReadonlySet<string>,
  all: readonly Pending[],
  base: readonly (Tier | undefined)[],
  from: number,
  to: number,
): ReadonlySet<string> {
  let peers: Set<string> | undefined;
  for (let at = from; at < to; at++) {
    const other = all[at];
    if (other === undefined || other.start > pending.start + PEERS) break;
    const tier = base[at];
    if (tier === undefined || tier.confidence === "low" || (other.end > pending.start && other.start < pending.end)) continue;
    for (const name of other.plan.rowNamesOfType) if (wanted.has(name)) (peers ??= new Set()).add(name);
  }
  if (pending.row !== undefined) {
    const { at, cells } = pending.row;
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index];
      if (cell === undefined || index === at || cell.infoTypes.length === 0 || cell.text.trim() === "") continue;
      for (const type of cell.infoTypes) if (wanted.has(rowName(type))) (peers ??= new Set()).add(rowName(type));
    }
  }
  return peers ?? noEvidence;
}

/** Bytes within which an identifier stands near a name: the next lines of a form, a record of key and value. */
const NEAR = 512;

/** What of what its rule asks for stands near a match, in whatever line, at medium confidence or above. */
export function nearTo(
  index: number,
  wanted: ReadonlySet<string>,
  all: readonly Pending[],
  base: readonly (Tier | undefined)[],
): ReadonlySet<string> {
  const pending = all[index];
  let found: Set<string> | undefined;
  if (pending === undefined) return noEvidence;
  for (const step of [-1, 1]) {
    for (let at = index + step; at >= 0 && at < all.length; at += step) {
      const other = all[at];
      if (other === undefined || Math.abs(other.start - pending.start) > NEAR) break;
      const tier = base[at];
      if (tier === undefined || tier.confidence === "low") continue;
      for (const name of other.plan.nearNamesOfType) if (wanted.has(name)) (found ??= new Set()).add(name);
    }
  }
  return found ?? noEvidence;
}

/** The match of its line that tells people apart best, and of those the nearest. */
export function subjectOf(
  pending: Pending,
  all: readonly Pending[],
  base: readonly (Tier | undefined)[],
  from: number,
  to: number,
): Pending | undefined {
  let subject: Pending | undefined;
  let best = Number.MAX_SAFE_INTEGER;
  let nearest = 0;
  for (let at = from; at < to; at++) {
    const other = all[at];
    if (other === undefined || other.start > pending.start + PEERS) break;
    const rank = other.plan.subjectRank;
    const tier = base[at];
    if (rank === undefined || rank > best || tier === undefined || tier.confidence === "low") continue;
    const distance = Math.abs(other.start - pending.start);
    if (rank === best && distance >= nearest) continue;
    subject = other;
    best = rank;
    nearest = distance;
  }
  return subject;
}
