import type { SealedMatch } from "../model/finding.ts";
import type { PlacedMatch } from "../model/placed.ts";
import type { Confidence, Evidence, Matcher, Tier } from "../model/rule.ts";
import { Distinct } from "../util/distinct.ts";
import { arbitrate } from "./arbitrate.ts";
import type { SessionOptions, SessionResult } from "./contract.ts";
import type { Flow, Pending } from "./flow.ts";
import { PEERS } from "./flow.ts";
import { type Group, Groups } from "./groups.ts";
import { noEvidence, peerNames, subjectRank, tierByNames, tierOf, waitsForTag, asksForPeers } from "./tiers.ts";

interface Count {
  readonly ruleId: string;
  readonly confidence: Confidence;
  total: number;
  stored: number;
}

/** A match whose tier is known, before overlaps are settled. */
interface Chosen {
  readonly pending: Pending;
  readonly tier: Tier;
  readonly peers: ReadonlySet<string>;
  readonly subject: PlacedMatch["subject"];
}

/** Matches of a rule and confidence that say what they were preferred to: a person looks at the first few. */
const EXPLAINED = 20;

/** Picks tiers, settles overlaps, counts, and seals what is kept: raw values end here. */
export class Settler {
  readonly #options: SessionOptions;
  readonly #matches: SealedMatch[] = [];
  readonly #counts = new Map<string, Partial<Record<Confidence, Count>>>();
  readonly #subjects = new Distinct();
  /** Matches of rules that wait for a tag, by flow. */
  readonly #late: {
    readonly flow: Flow;
    readonly pending: Pending;
    readonly peers: ReadonlySet<string>;
    readonly subject: PlacedMatch["subject"];
  }[] = [];
  readonly #features = new Map<string, { readonly matcher: Matcher; readonly names: Set<string> }>();

  readonly #groups: Groups;
  #who = { infoType: "", value: "", key: "" };
  readonly #overEntries: readonly Matcher[];
  readonly #classes: ReadonlyMap<string, string>;

  constructor(options: SessionOptions, matchers: readonly Matcher[]) {
    this.#options = options;
    this.#groups = new Groups(matchers);
    this.#overEntries = matchers.filter(({ over }) => over?.scope === "entry");
    this.#classes = new Map(matchers.map(({ rule }) => [rule.id, rule.dataClass]));
  }

  /** Settles what waits for tags too and gives all there is; a group comes before its members. */
  end(): Pick<SessionResult, "matches" | "counts" | "subjects" | "subjectsBy"> {
    this.#settleLate();
    const groups = this.#groups.end();
    const members = this.#matches.map((match) => {
      const group = groups.find((one) => one.takes(match));
      return group === undefined ? match : { ...match, within: group.id };
    });
    const by = subjectsBy(groups);
    const sealed = groups.map((group) => this.#sealGroup(group));
    const whole = this.#entryMatches([...sealed, ...members], by);
    const matches = [...sealed, ...members].toSorted(
      (one, other) =>
        order(one.flow, other.flow) ||
        one.start - other.start ||
        Number(one.group === undefined) - Number(other.group === undefined) ||
        one.end - other.end ||
        order(one.ruleId, other.ruleId),
    );
    return {
      matches: [...matches, ...whole],
      subjectsBy: Object.fromEntries([...by].map(([name, keys]) => [name, keys.keys()])),
      counts: [...this.#counts.values()]
        .flatMap((one) => Object.values(one))
        .toSorted((one, other) => order(one.ruleId, other.ruleId) || order(one.confidence, other.confidence)),
      subjects: this.#subjects.keys(),
    };
  }

  /**
   * Gives matches their peers, picks tiers, settles overlaps and seals what is complete. A match is settled when its line and all that
   * could overlap it are known; what was settled stays a peer of what follows it in the line.
   */
  resolve(flow: Flow, final: boolean): void {
    if (flow.pending.length === flow.settled && !final) return;
    const fresh = flow.pending.slice(flow.settled);
    fresh.sort(byPlace);
    const all = [...flow.pending.slice(0, flow.settled), ...withoutTwins(fresh)];
    const until = final ? all.length : cutBefore(all, flow.settled, flow.done - 2 * PEERS);
    const base = all.map((pending) => (pending.matcher.tag === undefined ? tierOf(pending, noEvidence) : undefined));
    const chosen: Chosen[] = [];
    let groupStart = 0;
    let groupEnd = 0;
    for (let index = flow.settled; index < until; index++) {
      const pending = all[index];
      if (pending === undefined) break;
      if (pending.matcher.tag !== undefined) {
        this.#feature(pending);
        continue;
      }
      if (index >= groupEnd) {
        groupStart = index;
        while (groupStart > 0 && all[groupStart - 1]?.line === pending.line) groupStart--;
        groupEnd = index + 1;
        while (groupEnd < all.length && all[groupEnd]?.line === pending.line) groupEnd++;
      }
      while ((all[groupStart]?.start ?? 0) < pending.start - PEERS) groupStart++;
      const asksPeers = asksForPeers(pending.matcher);
      const peers = new Set<string>();
      let subject: { rank: number; distance: number; infoType: string; value: string } | undefined;
      for (let at = groupStart; at < groupEnd; at++) {
        const other = all[at];
        if (other === undefined || other.start > pending.start + PEERS) break;
        const tier = base[at];
        if (tier === undefined || tier.confidence === "low") continue;
        const { infoType } = other.matcher.rule;
        if (asksPeers && at !== index && (other.end <= pending.start || other.start >= pending.end))
          for (const name of peerNames(infoType)) peers.add(name);
        const rank = subjectRank(infoType);
        if (rank === undefined || (subject !== undefined && rank > subject.rank)) continue;
        const distance = Math.abs(other.start - pending.start);
        if (subject === undefined || rank < subject.rank || distance < subject.distance)
          subject = { rank, distance, infoType, value: other.match.value };
      }
      if (asksPeers && pending.row !== undefined) {
        for (const [at, cell] of pending.row.cells.entries()) {
          if (at === pending.row.at || cell.infoTypes.length === 0 || cell.text.trim() === "") continue;
          for (const type of cell.infoTypes) peers.add(`row:${type}`);
        }
      }
      if (waitsForTag(pending.matcher)) {
        const location = pending.locate();
        this.#late.push({ flow, pending: { ...pending, locate: () => location }, peers, subject });
        continue;
      }
      const tier = tierOf(pending, peers);
      if (tier !== undefined) chosen.push({ pending, tier, peers, subject });
    }
    this.#settle(flow, chosen);
    const near = (all[until - 1]?.start ?? 0) - PEERS;
    let keep = until;
    while (keep > 0 && (all[keep - 1]?.start ?? 0) >= near) keep--;
    flow.pending = final ? [] : all.slice(keep);
    flow.settled = final ? 0 : until - keep;
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
    const repeated = repeatedMarks(this.#late.map(({ pending, flow }) => ({ pending, flow: flow.id })));
    const byFlow = new Map<Flow, Chosen[]>();
    for (const { flow, pending, peers, subject } of this.#late) {
      const names = new Set([...peers, ...tags]);
      if (repeated.has(markOf(pending))) names.add("tag:repeated");
      const tier = tierOf(pending, names);
      if (tier === undefined) continue;
      const list = byFlow.get(flow) ?? [];
      list.push({ pending, tier, peers: names, subject });
      byFlow.set(flow, list);
    }
    for (const [flow, list] of byFlow) this.#settle(flow, list);
  }

  /** Matches of one row are about one person: their key is made once. */
  #keyOf({ infoType, value }: NonNullable<PlacedMatch["subject"]>): string {
    if (this.#who.value !== value || this.#who.infoType !== infoType)
      this.#who = { infoType, value, key: this.#options.subjectKey(infoType, value) };
    return this.#who.key;
  }

  /** Whether no further match of the rule's first tier is kept. */
  isFull({ rule, tiers }: Matcher): boolean {
    const [first] = tiers;
    const known = this.#counts.get(rule.id);
    return first !== undefined && known !== undefined && (known[first.confidence]?.stored ?? 0) >= this.#options.cap;
  }

  #countOf(ruleId: string, confidence: Confidence): Count {
    let known = this.#counts.get(ruleId);
    if (known === undefined) this.#counts.set(ruleId, (known = {}));
    return (known[confidence] ??= { ruleId, confidence, total: 0, stored: 0 });
  }

  #settle(flow: Flow, chosen: readonly Chosen[]): void {
    // An advisory says something of a span beside what another rule finds there.
    const beside = chosen.filter(isAdvisory);
    const won = arbitrate(
      chosen
        .filter((one) => !beside.includes(one))
        .map((one) => ({
          start: one.pending.start,
          end: one.pending.end,
          confidence: one.tier.confidence,
          rank: one.pending.matcher.rule.rank,
          id: one.pending.matcher.rule.id,
          item: one,
        })),
    );
    for (const { item, beaten } of [...won, ...beside.map((item) => ({ item, beaten: [] }))]) {
      const { pending, tier, peers, subject } = item;
      const { rule } = pending.matcher;
      const count = this.#countOf(rule.id, tier.confidence);
      count.total++;
      const sample = pending.match.evidence.some(({ by }) => by === "allowlist");
      const who = subject ?? undefined;
      const subjectKey = who === undefined ? undefined : this.#keyOf(who);
      if (subjectKey !== undefined && tier.confidence !== "low" && !sample) this.#subjects.add(subjectKey);
      const settled = { pending, flow: flow.id, confidence: tier.confidence, sample, subjectKey };
      if (count.stored >= this.#options.cap) {
        this.#groups.add({ ...settled, sealed: undefined });
        continue;
      }
      count.stored++;
      const evidence: Evidence[] = [...pending.match.evidence];
      const said = new Set(evidence.map(({ name }) => name));
      for (const name of peers) {
        if (said.has(name) || !tier.all.includes(name)) continue;
        evidence.push({ by: name.startsWith("tag:") ? "tag" : "row", name, effect: "raises" });
      }
      for (const { id } of beaten) evidence.push({ by: "arbitration", name: id, effect: "states" });
      const { row, segment } = pending;
      const location = pending.locate();
      const sealed = this.#options.seal({
        rule,
        match: pending.match,
        confidence: tier.confidence,
        severity: sample ? "info" : (pending.match.severity ?? rule.severity),
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
        beaten:
          count.stored > EXPLAINED
            ? []
            : beaten.map(({ id, confidence, item: lost }) => ({ ruleId: id, confidence, evidence: lost.pending.match.evidence })),
      });
      this.#matches.push(sealed);
      this.#groups.add({ ...settled, sealed });
    }
    this.#groups.mark();
  }

  /** What rules over entries make of all there is. */
  #entryMatches(matches: readonly SealedMatch[], by: ReadonlyMap<string, Distinct>): readonly SealedMatch[] {
    if (this.#overEntries.length === 0) return [];
    const counting = matches.filter(({ confidence, sample, severity }) => confidence !== "low" && !sample && severity !== "info");
    const view = {
      subjects: this.#subjects.size,
      subjectsBy: Object.fromEntries([...by].map(([name, keys]) => [name, keys.size])),
      infoTypes: new Set(counting.map(({ infoType }) => infoType)),
      dataClasses: new Set(counting.flatMap(({ ruleId }) => this.#classes.get(ruleId) ?? [])),
    };
    return this.#overEntries.flatMap((matcher) => {
      const given = matcher.over?.scope === "entry" ? matcher.over.judge(view) : undefined;
      const tier = given && tierByNames(matcher, new Set(given.evidence.map(({ name }) => name)));
      if (given === undefined || tier === undefined) return [];
      const { rule } = matcher;
      const placed: PlacedMatch = {
        rule,
        match: { start: 0, end: 0, value: rule.infoType, evidence: given.evidence },
        confidence: tier.confidence,
        severity: given.severity ?? rule.severity,
        evidence: given.evidence,
        flow: "",
        start: 0,
        end: 0,
        roles: ["body"],
        location: { kind: "whole" },
        cell: undefined,
        subject: undefined,
      };
      const share = given.share === undefined ? {} : { share: Math.round(given.share * 1000) / 1000 };
      const group = { id: rule.id, kind: "entry", matches: 0, subjects: view.subjects, ...share, parts: [] } as const;
      return [{ ...this.#sealed(placed), group }];
    });
  }

  #sealed(placed: PlacedMatch): SealedMatch {
    const count = this.#countOf(placed.rule.id, placed.confidence);
    count.total++;
    count.stored++;
    return this.#options.seal(placed);
  }

  #sealGroup(group: Group): SealedMatch {
    return {
      ...this.#sealed(group.placed),
      group: {
        id: group.id,
        kind: group.kind,
        matches: group.matches,
        ...(group.rows === undefined ? {} : { rows: group.rows }),
        subjects: group.subjects.size,
        parts: group.parts,
      },
    };
  }
}

/** People by what of them lies open, where a group says so. */
function subjectsBy(groups: readonly Group[]): ReadonlyMap<string, Distinct> {
  const by = new Map<string, Distinct>();
  for (const { subjectClass, subjects } of groups) {
    if (subjectClass === undefined) continue;
    const known = by.get(subjectClass) ?? new Distinct();
    known.addAll(subjects);
    by.set(subjectClass, known);
  }
  return by;
}

/** Marks that stand in the headers, footers or watermarks of two pages or parts: a mark on one may be a slip. */
function repeatedMarks(late: readonly { readonly pending: Pending; readonly flow: string }[]): ReadonlySet<string> {
  const places = new Map<string, Set<string>>();
  for (const { pending, flow } of late) {
    const { roles, page } = pending.segment;
    if (!roles.some((role) => role === "header" || role === "footer" || role === "watermark")) continue;
    const known = places.get(markOf(pending)) ?? new Set<string>();
    places.set(markOf(pending), known.add(page === undefined ? flow : String(page)));
  }
  return new Set([...places].filter(([, where]) => where.size > 1).map(([mark]) => mark));
}

function markOf({ matcher, match }: Pending): string {
  return `${matcher.rule.id}\0${match.value}`;
}

function isAdvisory({ pending }: Chosen): boolean {
  return pending.matcher.rule.dataClass === "advisory";
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function byPlace(one: Pending, other: Pending): number {
  return one.start - other.start || other.end - one.end;
}

/** Equal spans of one rule are told once: the first of them. */
function withoutTwins(sorted: readonly Pending[]): readonly Pending[] {
  return sorted.filter((pending, index) => {
    for (let at = index - 1; at >= 0; at--) {
      const other = sorted[at];
      if (other === undefined || other.start !== pending.start || other.end !== pending.end) return true;
      if (other.matcher === pending.matcher) return false;
    }
    return true;
  });
}

/** How many of `all` can be settled: those before `limit`, cut where no span goes on. A chain of overlaps without end is cut at the limit. */
function cutBefore(all: readonly Pending[], from: number, limit: number): number {
  let cut = from;
  let reach = -1;
  let at = from;
  for (; at < all.length; at++) {
    const pending = all[at];
    if (pending === undefined) break;
    if (pending.start >= reach) cut = at;
    if (pending.start >= limit) return cut === from && at > from ? at : cut;
    reach = Math.max(reach, pending.end);
  }
  return reach <= limit ? at : cut === from ? at : cut;
}
