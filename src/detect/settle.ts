import type { RuleCount, SealedMatch } from "../model/finding.ts";
import type { PlacedMatch } from "../model/placed.ts";
import type { Confidence, Evidence, Matcher, Tier } from "../model/rule.ts";
import { arbitrate } from "./arbitrate.ts";
import type { SessionOptions } from "./contract.ts";
import type { Flow, Pending } from "./flow.ts";
import { PEERS } from "./flow.ts";
import { asksForTag, noEvidence, peerNames, subjectRank, tierOf } from "./tiers.ts";

/** A match whose tier is known, before overlaps are settled. */
interface Chosen {
  readonly pending: Pending;
  readonly tier: Tier;
  readonly peers: ReadonlySet<string>;
  readonly subject: PlacedMatch["subject"];
}

/** Picks tiers, settles overlaps, counts, and seals what is kept: raw values end here. */
export class Settler {
  readonly #options: SessionOptions;
  readonly #matches: SealedMatch[] = [];
  readonly #counts = new Map<string, { ruleId: string; confidence: Confidence; total: number; stored: number }>();
  readonly #subjects = new Set<string>();
  /** Matches of rules that wait for a tag, by flow. */
  readonly #late: {
    readonly flow: Flow;
    readonly pending: Pending;
    readonly peers: ReadonlySet<string>;
    readonly subject: PlacedMatch["subject"];
  }[] = [];
  readonly #features = new Map<string, { readonly matcher: Matcher; readonly names: Set<string> }>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Settles what waits for tags too and gives all there is. */
  end(): { readonly matches: readonly SealedMatch[]; readonly counts: readonly RuleCount[]; readonly subjects: readonly string[] } {
    this.#settleLate();
    this.#matches.sort(
      (one, other) => order(one.flow, other.flow) || one.start - other.start || one.end - other.end || order(one.ruleId, other.ruleId),
    );
    return {
      matches: this.#matches,
      counts: [...this.#counts.values()].toSorted(
        (one, other) => order(one.ruleId, other.ruleId) || order(one.confidence, other.confidence),
      ),
      subjects: [...this.#subjects],
    };
  }

  /** Gives matches their peers, picks tiers, settles overlaps and seals what is complete. */
  resolve(flow: Flow, final: boolean): void {
    const limit = final ? Number.POSITIVE_INFINITY : flow.done - 2 * PEERS;
    const ready = flow.pending
      .filter(({ start }) => start < limit)
      .toSorted((one, other) => one.start - other.start || other.end - one.end);
    if (ready.length === 0) return;
    // Those after the limit are still peers of those before it.
    const all = final ? ready : flow.pending.toSorted((one, other) => one.start - other.start || other.end - one.end);
    flow.pending = final ? [] : flow.pending.filter(({ start }) => start >= limit);
    const base = all.map((pending) => tierOf(pending, noEvidence));
    let first = 0;
    const chosen: Chosen[] = [];
    for (const [index, pending] of all.entries()) {
      if (pending.start >= limit) break;
      if (pending.matcher.tag !== undefined) {
        this.#feature(pending);
        continue;
      }
      while (first < all.length && (all[first]?.start ?? 0) < pending.start - PEERS) first++;
      const peers = new Set<string>();
      let subject: { rank: number; distance: number; infoType: string; value: string } | undefined;
      for (let at = first; at < all.length; at++) {
        const other = all[at];
        if (other === undefined || other.start > pending.start + PEERS) break;
        if (other.line !== pending.line || other.matcher.tag !== undefined) continue;
        const tier = base[at];
        if (tier === undefined || tier.confidence === "low") continue;
        const { infoType } = other.matcher.rule;
        if (at !== index && (other.end <= pending.start || other.start >= pending.end))
          for (const name of peerNames(infoType)) peers.add(`row:${name}`);
        const rank = subjectRank(infoType);
        const distance = Math.abs(other.start - pending.start);
        if (
          rank !== undefined &&
          (subject === undefined || rank < subject.rank || (rank === subject.rank && distance < subject.distance))
        ) {
          subject = { rank, distance, infoType, value: other.match.value };
        }
      }
      for (const [at, cell] of (pending.row?.cells ?? []).entries()) {
        if (at === pending.row?.at || cell.text.trim() === "") continue;
        for (const type of cell.infoTypes) peers.add(`row:${type}`);
      }
      const waits = pending.matcher.tiers.some(asksForTag);
      if (waits) {
        const location = pending.locate();
        this.#late.push({ flow, pending: { ...pending, locate: () => location }, peers, subject });
        continue;
      }
      const tier = tierOf(pending, peers);
      if (tier !== undefined) chosen.push({ pending, tier, peers, subject });
    }
    this.#settle(flow, chosen);
  }

  #feature(pending: Pending): void {
    const { matcher } = pending;
    const known = this.#features.get(matcher.rule.id) ?? { matcher, names: new Set<string>() };
    for (const evidence of pending.match.evidence) known.names.add(evidence.name);
    this.#features.set(matcher.rule.id, known);
  }

  /** Tags of the entry, from the features met in it. */
  #tags(): ReadonlySet<string> {
    const tags = new Set<string>();
    for (const { matcher, names } of this.#features.values()) {
      const { tag } = matcher;
      if (tag === undefined) continue;
      let sum = 0;
      for (const name of names) sum += tag.weights[name] ?? 0;
      if (sum >= tag.threshold) tags.add(`tag:${tag.name}`);
    }
    return tags;
  }

  #settleLate(): void {
    const tags = this.#tags();
    const byFlow = new Map<Flow, Chosen[]>();
    for (const { flow, pending, peers, subject } of this.#late) {
      const names = new Set([...peers, ...tags]);
      const tier = tierOf(pending, names);
      if (tier === undefined) continue;
      const list = byFlow.get(flow) ?? [];
      list.push({ pending, tier, peers: names, subject });
      byFlow.set(flow, list);
    }
    for (const [flow, list] of byFlow) this.#settle(flow, list);
  }

  #settle(flow: Flow, chosen: readonly Chosen[]): void {
    const kept = arbitrate(
      chosen.map((one) => ({
        start: one.pending.start,
        end: one.pending.end,
        confidence: one.tier.confidence,
        rank: one.pending.matcher.rule.rank,
        id: one.pending.matcher.rule.id,
        item: one,
      })),
    );
    for (const { item, beaten } of kept) {
      const { pending, tier, peers, subject } = item;
      const { rule } = pending.matcher;
      const key = `${rule.id}\0${tier.confidence}`;
      const count = this.#counts.get(key) ?? { ruleId: rule.id, confidence: tier.confidence, total: 0, stored: 0 };
      this.#counts.set(key, count);
      count.total++;
      const sample = pending.match.evidence.some(({ by }) => by === "allowlist");
      const who = subject ?? undefined;
      if (who !== undefined && tier.confidence !== "low" && !sample) this.#subjects.add(this.#options.subjectKey(who.infoType, who.value));
      if (count.stored >= this.#options.cap) continue;
      count.stored++;
      const evidence: Evidence[] = [...pending.match.evidence];
      const said = new Set(evidence.map(({ name }) => name));
      for (const name of peers) {
        if (said.has(name) || !tier.all.includes(name)) continue;
        evidence.push({ by: name.startsWith("tag:") ? "tag" : "row", name, effect: "raises" });
      }
      for (const id of beaten) evidence.push({ by: "arbitration", name: id, effect: "states" });
      const { row, segment } = pending;
      const location = pending.locate();
      this.#matches.push(
        this.#options.seal({
          rule,
          match: pending.match,
          confidence: tier.confidence,
          severity: pending.match.severity ?? rule.severity,
          evidence,
          flow: flow.id,
          start: pending.start,
          end: pending.end,
          roles: segment.roles,
          location,
          cell:
            row === undefined || segment.table === undefined
              ? undefined
              : {
                  table: segment.table.id,
                  row: location.kind === "cell" ? location.row : location.kind === "line" ? location.line : 0,
                  column: row.at + 1,
                  header: (row.cells[row.at]?.infoTypes.length ?? 0) > 0 ? (row.cells[row.at]?.header ?? "") : "",
                },
          subject: who === undefined ? undefined : { infoType: who.infoType, value: who.value },
        }),
      );
    }
  }
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
