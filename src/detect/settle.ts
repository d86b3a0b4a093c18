import type { SealedMatch } from "../model/finding.ts";
import type { PlacedMatch } from "../model/placed.ts";
import type { Confidence, Evidence, Matcher, Tier } from "../model/rule.ts";
import { Distinct } from "../util/distinct.ts";
import { arbitrate } from "./arbitrate.ts";
import type { Contender } from "./arbitrate.ts";
import type { Compiled } from "./compiled.ts";
import type { SessionOptions, SessionResult } from "./contract.ts";
import type { EvidenceLists } from "./evidenceLists.ts";
import type { Flow, Pending, Segment } from "./flow.ts";
import { PEERS } from "./flow.ts";
import { type AddedGroups, type Group, Groups } from "./groups.ts";
import type { KeptCell, LastRow } from "./knownRows.ts";
import { nearTo, peersOf, subjectOf } from "./peers.ts";
import type { Plan } from "./plan.ts";
import { toldShare } from "./shared/quantity.ts";
import { noEvidence, tierByNames, tierOf } from "./tiers.ts";
import { locationOf } from "./windows.ts";

interface Count {
  readonly ruleId: string;
  readonly confidence: Confidence;
  total: number;
  stored: number;
}

/** A match whose tier is known, before overlaps are settled. */
export interface Chosen {
  readonly pending: Pending;
  readonly tier: Tier;
  /** What else stands in its row, as far as its rule asks. */
  readonly peers: ReadonlySet<string>;
  /** The match that says whom its row or line is about. */
  readonly subject: Pending | undefined;
}

/** A sealed match; which group takes it in is known at the end. */
type Settled = SealedMatch & { within?: string };

/** One that waits for tags of the entry. */
interface Late {
  readonly flow: Flow;
  readonly pending: Pending;
  readonly peers: ReadonlySet<string>;
  readonly subject: Pending | undefined;
}

/** What is kept of the text before a part: matches by the rule's index and its confidence, and passages. */
export interface Kept {
  readonly stored: readonly number[];
  readonly passages: number;
}

/** What the rows of a part add to what is known of an entry. Plain data; lines are counted from the part's begin. */
export interface Added {
  readonly matches: readonly SealedMatch[];
  /** By the rule's index and its confidence: all of them, and those of them that are in `matches`. */
  readonly counts: readonly { readonly at: number; readonly total: number; readonly stored: number }[];
  /** By index of a rule that tags the entry: what was met of it. */
  readonly features: readonly { readonly at: number; readonly names: readonly string[] }[];
  readonly groups: AddedGroups;
}

/** Matches of a rule and confidence that say what they were preferred to: a person looks at the first few. */
const EXPLAINED = 20;

/** Places remembered of text in undecided encodings; what comes after is told once for each. */
const MOST_TOLD = 200_000;

const CONFIDENCES: readonly Confidence[] = ["high", "medium", "low"];
const NOTHING_BEATEN: readonly Contender<Chosen>[] = [];

/** Picks tiers, settles overlaps, counts, and seals what is kept: raw values end here. */
export class Settler {
  readonly #options: SessionOptions;
  readonly #plans: readonly Plan[];
  readonly #evidence: EvidenceLists;
  readonly #matches: Settled[] = [];
  /** By the rule's index and its confidence. */
  readonly #counts: (Count | undefined)[] = [];
  readonly #late: Late[] = [];
  /** Those of them, of the lines at hand, that stand whatever the tags. */
  #claims: Pending[] = [];
  readonly #features = new Map<string, { readonly matcher: Matcher; readonly names: Set<string> }>();
  /** Rules whose tag stands whatever else comes. */
  readonly #tagged = new Set<Plan>();
  readonly #groups: Groups;
  /** By the rule's index and its confidence: matches stored of the text before. */
  readonly #before: readonly number[];
  /** Places of text that is read in several encodings where something was found. */
  readonly #places = new Set<string>();

  /** `before`: what is kept already of an entry of which a part is to be looked at. */
  constructor(options: SessionOptions, { plans, lexicon, evidence }: Compiled, before?: Kept) {
    this.#options = options;
    this.#plans = plans;
    this.#evidence = evidence;
    this.#before = before?.stored ?? [];
    this.#groups = new Groups(plans, lexicon, before?.passages);
  }

  kept(): Kept {
    return { stored: Array.from(this.#counts, (count) => count?.stored ?? 0), passages: this.#groups.passages };
  }

  /** What was added to what was kept before; undefined where something waits for what only the whole entry shows. */
  save(): Added | undefined {
    if (this.#late.length > 0) return undefined;
    return {
      matches: this.#matches,
      counts: this.#counts.flatMap((count, at) =>
        count === undefined ? [] : [{ at, total: count.total, stored: count.stored - (this.#before[at] ?? 0) }],
      ),
      features: this.#plans.flatMap(({ matcher, index }) => {
        const known = this.#features.get(matcher.rule.id);
        return known === undefined ? [] : [{ at: index, names: [...known.names] }];
      }),
      groups: this.#groups.save(),
    };
  }

  /** Whether all that a part has stored would be stored here too. */
  fits({ counts, groups }: Added): boolean {
    const room = counts.every(({ at, stored }) => stored === 0 || (this.#counts[at]?.stored ?? 0) + stored <= this.#options.cap);
    return room && this.#groups.fits(groups);
  }

  /** Takes what the next rows of a flow added, where it fits; `lines` stand before them. */
  absorb({ matches, counts, features, groups }: Added, flow: Flow, segment: Segment, lines: number): void {
    for (const { at, total } of counts) {
      const plan = this.#plans[Math.floor(at / CONFIDENCES.length)];
      const confidence = CONFIDENCES[at % CONFIDENCES.length];
      if (plan !== undefined && confidence !== undefined) this.#countOf(plan, confidence).total += total;
    }
    const became = new Map<SealedMatch, SealedMatch>();
    for (const match of matches) {
      const count = this.#counts.find((one) => one?.ruleId === match.ruleId && one.confidence === match.confidence);
      if (count === undefined) throw new Error("what is stored is counted");
      count.stored++;
      const moved = movedBy(match, lines, count.stored > EXPLAINED);
      became.set(match, moved);
      this.#matches.push(moved);
    }
    for (const { at, names } of features) {
      const plan = this.#plans[at];
      if (plan !== undefined) this.#learn(plan, names);
    }
    this.#groups.absorb(groups, segment, flow.id, lines, (sealed) => became.get(sealed) ?? sealed);
  }

  /** Settles what waits for tags too and gives all there is; a group comes before its members. */
  end(): Pick<SessionResult, "matches" | "counts" | "subjects" | "subjectsBy"> {
    this.#settleLate();
    const groups = this.#groups.end();
    for (const match of groups.length === 0 ? [] : this.#matches) {
      const group = groups.find((one) => one.takes(match));
      if (group !== undefined) match.within = group.id;
    }
    const people = this.#groups.people();
    const by = subjectsBy(groups);
    const sealed = groups.map((group) => this.#sealGroup(group));
    const matches = inOrder(sealed.length === 0 ? this.#matches : [...sealed, ...this.#matches], byText);
    const whole = this.#entryMatches(matches, people, by);
    return {
      matches: [...matches, ...whole],
      subjectsBy: Object.fromEntries([...by].map(([name, keys]) => [name, keys.keys()])),
      counts: this.#counts
        .flatMap((count) => count ?? [])
        .toSorted((one, other) => order(one.ruleId, other.ruleId) || order(one.confidence, other.confidence)),
      subjects: people.keys(),
    };
  }

  /**
   * Gives matches their peers, picks tiers, settles overlaps and seals what is complete. A match is settled when its line and all that
   * could overlap it are known; what was settled stays a peer of what follows it in the line.
   */
  resolve(flow: Flow, final: boolean): void {
    if (flow.pending.length === flow.settled && !final) return;
    const fresh = withoutTwins(inOrder(flow.pending.slice(flow.settled), byPlace));
    const all = flow.settled === 0 ? fresh : [...flow.pending.slice(0, flow.settled), ...fresh];
    const until = final ? all.length : cutBefore(all, flow.settled, flow.done - 2 * PEERS);
    const base = all.map((pending) => (pending.plan.matcher.tag === undefined ? tierOf(pending, noEvidence) : undefined));
    const chosen: Chosen[] = [];
    let groupStart = 0;
    let groupEnd = 0;
    for (let index = flow.settled; index < until; index++) {
      const pending = all[index];
      if (pending === undefined) break;
      if (pending.plan.matcher.tag !== undefined) {
        const names = pending.match.evidence.map(({ name }) => name);
        this.#learn(pending.plan, names);
        continue;
      }
      if (index >= groupEnd) {
        groupStart = index;
        while (groupStart > 0 && all[groupStart - 1]?.line === pending.line) groupStart--;
        groupEnd = index + 1;
        while (groupEnd < all.length && all[groupEnd]?.line === pending.line) groupEnd++;
      }
      while ((all[groupStart]?.start ?? 0) < pending.start - PEERS) groupStart++;
      const one = this.#choose(flow, index, all, base, groupStart, groupEnd);
      if (one !== undefined) chosen.push(one);
    }
    const claims = this.#claims;
    this.#settle(flow, claims.length === 0 ? chosen : chosen.filter((one) => !claims.some((claim) => beats(claim, one))));
    this.#claims = [];
    const near = (all[until - 1]?.start ?? 0) - PEERS;
    let keep = until;
    while (keep > 0 && (all[keep - 1]?.start ?? 0) >= near) keep--;
    flow.pending = final ? [] : all.slice(keep);
    flow.settled = final ? 0 : until - keep;
  }

  /** Gives a match its peers, of which those from `from` to `to` stand in its line, and picks its tier; undefined where it meets none, or waits. */
  #choose(
    flow: Flow,
    index: number,
    all: readonly Pending[],
    base: readonly (Tier | undefined)[],
    from: number,
    to: number,
  ): Chosen | undefined {
    const pending = all[index];
    if (pending === undefined) return undefined;
    const { plan } = pending;
    const known = base[index];
    const best = plan.firstAlone && known !== undefined && known === plan.matcher.tiers[0];
    const asks = best ? undefined : plan.rowNames;
    const inRow = asks === undefined ? noEvidence : peersOf(pending, asks, all, base, from, to);
    // Where columns have names a row is looked at by itself: rows of one kind are counted alike.
    const alone = best || plan.nearNames === undefined || pending.segment.columns !== undefined;
    const near = alone ? noEvidence : nearTo(index, plan.nearNames, all, base);
    const peers = near.size === 0 ? inRow : new Set([...inRow, ...near]);
    const tier = peers === noEvidence ? known : tierOf(pending, peers);
    if (tier === undefined && !plan.late) return undefined;
    const subject = subjectOf(pending, all, base, from, to);
    if (!plan.late) return tier && { pending, tier, peers, subject };
    locationOf(flow, pending);
    this.#late.push({ flow, pending, peers, subject });
    if (tier !== undefined && tier.confidence !== "low") this.#claims.push(pending);
    return undefined;
  }

  #learn(plan: Plan, names: readonly string[]): void {
    const { matcher } = plan;
    const known = this.#features.get(matcher.rule.id) ?? { matcher, names: new Set<string>() };
    for (const name of names) known.names.add(name);
    this.#features.set(matcher.rule.id, known);
    const { weights = {}, threshold = 0 } = matcher.tag ?? {};
    let sum = 0;
    for (const [name, weight] of Object.entries(weights)) sum += known.names.has(name) ? weight : Math.min(0, weight);
    if (sum >= threshold) this.#tagged.add(plan);
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
    for (const [flow, list] of byFlow)
      this.#settle(
        flow,
        list.toSorted((one, other) => byPlace(one.pending, other.pending)),
      );
  }

  /** Whether no further match of the rule's first tier is kept. */
  isFull(plan: Plan): boolean {
    const [first] = plan.matcher.tiers;
    return first !== undefined && this.isFullAt(plan, first.confidence);
  }

  /** Whether no further match of the rule changes anything: its tag stands. */
  isTagged(plan: Plan): boolean {
    return this.#tagged.has(plan);
  }

  /** Whether no further match of the rule is kept at this confidence. */
  isFullAt(plan: Plan, confidence: Confidence): boolean {
    const at = CONFIDENCES.length * plan.index + CONFIDENCES.indexOf(confidence);
    return (this.#counts[at]?.stored ?? this.#before[at] ?? 0) >= this.#options.cap;
  }

  /** Counts a match that nothing was preferred to and that there is no more room for. */
  count(flow: Flow, chosen: Chosen): void {
    this.#keep(flow, chosen, NOTHING_BEATEN);
  }

  /** Whether nothing but sums and people is made of a row of which these are kept. */
  isAlone(flow: Flow, kept: readonly KeptCell[]): boolean {
    return this.#groups.isAlone(flow.id, kept);
  }

  /** Counts rows of a table of which the same is kept, and of which the last is given. */
  countRows(flow: Flow, last: LastRow, kept: readonly KeptCell[], rows: number): void {
    for (const { plan, tier } of kept) this.#countOf(plan, tier.confidence).total += rows;
    this.#groups.addRows(
      flow.id,
      last,
      kept.filter(({ sample }) => !sample),
      rows,
    );
  }

  /** Counts whom a row of a table is about. */
  countPerson(flow: Flow, segment: Segment, infoType: string, value: string): void {
    const { subjects } = this.#options;
    if (subjects.head !== undefined && !this.#groups.hasRoom(segment, subjects.head(infoType, value))) return;
    this.#groups.addPerson(flow.id, segment, subjects.of(infoType, value));
  }

  /** Says that what was counted of a flow is over, while its bytes are at hand. */
  mark(flow: Flow): void {
    this.#groups.mark(flow);
  }

  #countOf(plan: Plan, confidence: Confidence): Count {
    const at = CONFIDENCES.length * plan.index + CONFIDENCES.indexOf(confidence);
    return (this.#counts[at] ??= { ruleId: plan.matcher.rule.id, confidence, total: 0, stored: this.#before[at] ?? 0 });
  }

  /** Settles overlaps of matches in their order. An advisory says something of a span beside what another rule finds there. */
  #settle(flow: Flow, chosen: readonly Chosen[]): void {
    let cluster: Chosen[] = [];
    let end = -1;
    const close = (): void => {
      const [first] = cluster;
      if (first !== undefined && cluster.length === 1) this.#keep(flow, first, NOTHING_BEATEN);
      else for (const { item, beaten } of arbitrate(cluster.map(contenderOf))) this.#keep(flow, item, beaten);
      cluster = [];
      end = -1;
    };
    let advisories = 0;
    for (const one of chosen) {
      const { pending } = one;
      if (pending.plan.advisory) {
        advisories++;
        continue;
      }
      if (pending.start >= end && cluster.length > 0) close();
      cluster.push(one);
      if (pending.end > end) end = pending.end;
    }
    if (cluster.length > 0) close();
    if (advisories > 0) for (const one of chosen) if (one.pending.plan.advisory) this.#keep(flow, one, NOTHING_BEATEN);
    this.#groups.mark(flow);
  }

  /** Counts a match that nothing was preferred to, and seals it while there is room. */
  #keep(flow: Flow, { pending, tier, peers, subject }: Chosen, beaten: readonly Contender<Chosen>[]): void {
    const { plan, match } = pending;
    const { rule } = plan.matcher;
    if (flow.shared !== undefined && this.#isTold(flow.shared.id, pending)) return;
    const count = this.#countOf(plan, tier.confidence);
    count.total++;
    const sample = isSample(match.evidence);
    const subjectKey = subject && this.#options.subjects.of(subject.plan.matcher.rule.infoType, subject.match.value);
    if (count.stored >= this.#options.cap) {
      if (!sample) this.#groups.add(pending, flow, tier.confidence, subjectKey, undefined);
      return;
    }
    count.stored++;
    const evidence = this.#told(match.evidence, tier, peers, beaten);
    const { row, segment } = pending;
    const location = locationOf(flow, pending);
    const sealed = this.#options.seal({
      rule,
      match,
      confidence: tier.confidence,
      severity: sample ? "info" : (match.severity ?? rule.severity),
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
      subject: subject && { infoType: subject.plan.matcher.rule.infoType, value: subject.match.value },
      beaten:
        count.stored > EXPLAINED
          ? []
          : beaten.map(({ id, confidence, item: lost }) => ({ ruleId: id, confidence, evidence: lost.pending.match.evidence })),
    });
    this.#matches.push(sealed);
    if (!sample) this.#options.kept?.(rule.id, tier.confidence, sealed.severity);
    if (!sample) this.#groups.add(pending, flow, tier.confidence, subjectKey, sealed);
  }

  /** What the match itself says, what of its row its tier asks for, and what it was preferred to. */
  #told(own: readonly Evidence[], tier: Tier, peers: ReadonlySet<string>, beaten: readonly Contender<Chosen>[]): readonly Evidence[] {
    let evidence: Evidence[] | undefined;
    for (const name of peers) {
      if (!tier.all.includes(name) || own.some((one) => one.name === name)) continue;
      (evidence ??= [...own]).push({ by: name.startsWith("tag:") ? "tag" : "row", name, effect: "raises" });
    }
    for (const { id } of beaten) (evidence ??= [...own]).push({ by: "arbitration", name: id, effect: "states" });
    return evidence === undefined ? own : this.#evidence.of(evidence);
  }

  /** Whether the same was found in the same place in another encoding. */
  #isTold(id: string, { plan, start, end }: Pending): boolean {
    const place = `${id}\0${plan.index}\0${start}\0${end}`;
    if (this.#places.has(place)) return true;
    if (this.#places.size < MOST_TOLD) this.#places.add(place);
    return false;
  }

  /** What rules over entries make of all there is. */
  #entryMatches(matches: readonly SealedMatch[], people: Distinct, by: ReadonlyMap<string, Distinct>): readonly SealedMatch[] {
    const { over, classes } = overEntries(this.#plans);
    if (over.length === 0) return [];
    const infoTypes = new Set<string>();
    const dataClasses = new Set<string>();
    for (const { confidence, sample, severity, infoType, ruleId } of matches) {
      if (confidence === "low" || sample || severity === "info") continue;
      infoTypes.add(infoType);
      const dataClass = classes.get(ruleId);
      if (dataClass !== undefined) dataClasses.add(dataClass);
    }
    const view = {
      subjects: people.size,
      subjectsBy: Object.fromEntries([...by].map(([name, keys]) => [name, keys.size])),
      infoTypes,
      dataClasses,
      tags: this.#tags(),
    };
    return over.flatMap((plan) => {
      const { matcher } = plan;
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
      const share = given.share === undefined ? {} : { share: toldShare(given.share) };
      const group = { id: rule.id, kind: "entry", matches: 0, subjects: view.subjects, ...share, parts: [] } as const;
      return [{ ...this.#sealed(plan, placed), group }];
    });
  }

  #sealed(plan: Plan, placed: PlacedMatch): SealedMatch {
    const count = this.#countOf(plan, placed.confidence);
    count.total++;
    count.stored++;
    return this.#options.seal(placed);
  }

  #sealGroup(group: Group): SealedMatch {
    const plan = this.#plans.find(({ matcher }) => matcher.rule === group.placed.rule);
    if (plan === undefined) throw new Error("a group comes of a rule");
    return {
      ...this.#sealed(plan, group.placed),
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

/** The rules over entries, and the class of each rule. */
interface OverEntries {
  readonly over: readonly Plan[];
  readonly classes: ReadonlyMap<string, string>;
}

/** Every entry is looked at by the same rules. */
const overKnown = new WeakMap<readonly Plan[], OverEntries>();

function overEntries(plans: readonly Plan[]): OverEntries {
  let known = overKnown.get(plans);
  if (known === undefined) {
    known = {
      over: plans.filter(({ matcher }) => matcher.over?.scope === "entry"),
      classes: new Map(plans.map(({ matcher: { rule } }) => [rule.id, rule.dataClass])),
    };
    overKnown.set(plans, known);
  }
  return known;
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

function markOf({ plan, match }: Pending): string {
  return `${plan.matcher.rule.id}\0${match.value}`;
}

export function isSample(evidence: readonly Evidence[]): boolean {
  for (const { by } of evidence) if (by === "allowlist") return true;
  return false;
}

/** A match of a part in its place in the whole. `plain`: without what it was preferred to. */
function movedBy(match: SealedMatch, lines: number, plain: boolean): SealedMatch {
  const { beaten, ...bare } = match;
  const kept = plain && beaten !== undefined ? bare : match;
  const { location, cell } = match;
  if (location.kind !== "line") return kept;
  return {
    ...kept,
    location: { ...location, line: location.line + lines },
    ...(cell === undefined ? {} : { cell: { ...cell, row: cell.row + lines } }),
  };
}

export function contenderOf(item: Chosen): Contender<Chosen> {
  const { pending, tier } = item;
  const { id, rank } = pending.plan.matcher.rule;
  return { start: pending.start, end: pending.end, confidence: tier.confidence, rank, id, item };
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

export function byPlace(one: Pending, other: Pending): number {
  return one.start - other.start || other.end - one.end;
}

/** Whether a match that waits for tags wins the span, whatever these are. */
function beats(claim: Pending, { pending, tier }: Chosen): boolean {
  if (pending.plan.advisory || pending.start >= claim.end || claim.start >= pending.end) return false;
  return tier.confidence === "low" || claim.plan.matcher.rule.rank < pending.plan.matcher.rule.rank;
}

/** In the order of the text; a group comes before its members. */
function byText(one: SealedMatch, other: SealedMatch): number {
  return (
    order(one.flow, other.flow) ||
    one.start - other.start ||
    Number(one.group === undefined) - Number(other.group === undefined) ||
    one.end - other.end ||
    order(one.ruleId, other.ruleId)
  );
}

/** The list where it is sorted, as most are, else a sorted one. */
function inOrder<Item>(list: readonly Item[], compare: (one: Item, other: Item) => number): readonly Item[] {
  for (let at = 1; at < list.length; at++) {
    const [one, other] = [list[at - 1], list[at]];
    if (one !== undefined && other !== undefined && compare(one, other) > 0) return list.toSorted(compare);
  }
  return list;
}

/** Equal spans of one rule are told once: the first of them. */
function withoutTwins(sorted: readonly Pending[]): readonly Pending[] {
  // What stands in a place of its own is not looked at.
  if (!sorted.some((pending, index) => isSpan(pending, sorted[index + 1]))) return sorted;
  return sorted.filter((pending, index) => {
    for (let at = index - 1; at >= 0; at--) {
      const other = sorted[at];
      if (other === undefined || !isSpan(pending, other)) return true;
      if (other.plan === pending.plan) return false;
    }
    return true;
  });
}

function isSpan({ start, end }: Pending, other: Pending | undefined): boolean {
  return other !== undefined && other.start === start && other.end === end;
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
